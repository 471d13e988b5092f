"""Repeated records of an XML file as columns of text, read in one pass.

The file streams through libxml2; what is kept is the result.  No document type is ever read: a
file that declares one is refused before the parser sees it, so no entity is expanded and nothing
is fetched.  Bytes are decoded here and not by libxml2, which knows no GB18030: a declaration of
gb2312 or gbk means GB18030, as products write it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import polars as pl
from lxml import etree

from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Source
from kamcore.markup.element_stream import Stream, cut_off, open_stream
from kamcore.markup.element_table import MOST_NAMES, TOO_MANY_FIELDS, RecordTable
from kamcore.place import Place

__all__ = [
    "LINE",
    "OWNER",
    "RECORD",
    "SAFE",
    "TWICE",
    "Elements",
    "Listing",
    "Pairs",
    "Shape",
    "local_name",
    "read_elements",
    "refusal",
]

INVALID_CHARACTER = Fault(
    code="G1407",
    zh="第 {line} 行有 XML 不允许的字符: {value}",
    en="line {line} holds a character that XML does not allow: {value}",
    hint_zh="请在来源系统中删去该字符 (多在摘要里), 再重新导出",
    hint_en="remove it at the source, where it probably stands in a text, and export again",
)
NOT_WELL_FORMED = Fault(
    code="G1408",
    zh="XML 不合规: {value}",
    en="the XML is not well-formed: {value}",
    hint_zh="请重新导出; 手工改过的文件请检查标记是否成对",
    hint_en="export the file again; in a file edited by hand look for tags without their pair",
)
UNREAD = Fault(
    code="G1411",
    severity=Severity.WARNING,
    zh="元素「{value}」不在已知的布局中, 未读入 (共 {count} 处)",
    en="the element {value} has no place in the layout and was not read ({count} times)",
)
TWICE = Fault(
    code="G1412",
    severity=Severity.WARNING,
    zh="字段「{value}」在同一元素中出现多次 (共 {count} 处), 取第一个",
    en="the field {value} occurs more than once in a record ({count} times); the first counts",
)

LINE, OWNER, RECORD = "#line", "#owner", "#record"
"""Columns beside the fields: the line of the start tag; the index of the enclosing owner record;
for a listing the index of the record it belongs to.  No XML name holds a ``#``."""

SAFE: Mapping[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
}
"""How libxml2 may parse what `open_stream` has let through: no entity, no DTD, no network."""

_INVALID_CHAR = 9
_NAMESPACE = range(200, 206)
"""Errors of name spaces, which libxml2 holds back until the file ends."""
_CONTROL = re.compile(r"(?:Char value|value|Char) (0x[0-9A-Fa-f]+|\d+)")


@attrs.frozen
class Pairs:
    """A container of key and value, such as ``<item name="dept_id">03</item>``.

    Each key becomes a field ``container/key`` of the record.  `key` and `value` are ``@name`` for
    an attribute, the name of a child, ``.`` for the name of the element, or blank for its text.
    """

    container: str
    key: str
    value: str = ""


@attrs.frozen
class Listing:
    """A container of rows that become a table of their own.

    `path` leads from the container to the rows.  A row gives its attributes as ``@name``, its
    children by name and its own text as ``text``.
    """

    container: str
    path: tuple[str, ...]
    table: str


@attrs.frozen(kw_only=True)
class Shape:
    """A kind of record: which elements are one, and what hides inside beside plain fields.

    `tags` are local names; `within` names the parent where other elements share the tag.
    """

    tags: tuple[str, ...]
    within: str = ""
    pairs: tuple[Pairs, ...] = ()
    listings: tuple[Listing, ...] = ()
    skips: frozenset[str] = frozenset()
    """Children that only hold records of their own."""


@attrs.frozen(kw_only=True)
class Elements:
    """What was read: the root, and a frame of text columns for each kind of record.

    Columns are named by local name, attributes of a record ``@name``; a column without a single
    text is left out.  Every frame begins with `LINE` and `OWNER`, a listing with `LINE` and
    `RECORD`.
    """

    root: str
    attributes: Mapping[str, str]
    tables: Mapping[str, pl.DataFrame]
    encoding: str
    problems: tuple[Problem, ...] = ()


def local_name(tag: Any) -> str:
    """The name without its name space, or without a prefix that nothing declares.

    >>> local_name("{urn:a}b"), local_name("x:b"), local_name("b")
    ('b', 'b', 'b')
    """
    return str(tag).rpartition("}")[2].rpartition(":")[2]


def read_elements(source: Source, shapes: Mapping[str, Shape], owner: str = "") -> Elements:
    """Read the records of an XML file.

    `owner` names the kind of record that encloses the others, such as a voucher: the `OWNER` of a
    record is the index of its owner in the owner's table, null when it stands outside.  Elements
    between the root and the records are passed through; what lies beside the records and is not
    empty is reported, never dropped in silence.

    Raises:
        SourceError: the file is empty, cut off, not well-formed, declares a document type, or its
            bytes are not what its declaration says.
    """
    with source.open() as raw:
        stream = open_stream(source, raw)
        reading = _Reading(source.name, shapes, owner)
        try:
            root = reading.run(stream)
        except etree.XMLSyntaxError as error:
            raise refusal(error, stream, source.name) from None
    return Elements(
        root=local_name(root.tag),
        attributes={local_name(key): str(value) for key, value in root.attrib.items()},
        tables=reading.tables(),
        encoding=stream.encoding,
        problems=reading.problems(),
    )


def refusal(error: etree.XMLSyntaxError, stream: Stream, file: str) -> SourceError:
    """What libxml2 refuses, said as a problem with its line."""
    line = max(int(error.lineno or 1), 1)
    place = Place(file=file, line=line)
    said = str(error.msg).partition(", line ")[0].strip()
    if error.code == _INVALID_CHAR:  # type: ignore[attr-defined]
        found = _CONTROL.search(said)
        value = f"U+{int(found[1], 0):04X}" if found else said
        return SourceError(INVALID_CHARACTER.at(place, value, line=line))
    if stream.ended and error.code not in _NAMESPACE:  # type: ignore[attr-defined]
        return cut_off(file, stream.lines)
    return SourceError(NOT_WELL_FORMED.at(place, said))


class _Reading:
    """One pass over a file."""

    def __init__(self, file: str, shapes: Mapping[str, Shape], owner: str) -> None:
        self._file = file
        self._kinds = {tag: (kind, shape) for kind, shape in shapes.items() for tag in shape.tags}
        self._owner = owner
        self._tables = {kind: RecordTable(kind, file, (LINE, OWNER)) for kind in shapes}
        for shape in shapes.values():
            for listing in shape.listings:
                self._tables[listing.table] = RecordTable(listing.table, file, (LINE, RECORD))
        self._passed = {shape.within for shape in shapes.values()}
        self._passed |= {name for shape in shapes.values() for name in shape.skips}
        self._locals: dict[Any, str] = {}
        self._keys: dict[str, str] = {}
        self._odd: dict[tuple[str, str], list[int]] = {}
        self._parent: Any = None
        self._inside_of: int | None = None

    def run(self, stream: Stream) -> Any:
        parser = etree.iterparse(
            stream,
            events=("end",),
            tag=[f"{{*}}{tag}" for tag in self._kinds],
            **SAFE,
        )
        for _, element in parser:
            kind, shape = self._kinds[self._local(element)]
            if shape.within and not self._is_record(element, shape):
                continue
            self._record(element, kind, shape)
            self._forget(element)
        root = parser.root
        self._look_at(root)
        return root

    def tables(self) -> dict[str, pl.DataFrame]:
        return {name: table.frame() for name, table in self._tables.items()}

    def problems(self) -> tuple[Problem, ...]:
        faults = {fault.code: fault for fault in (UNREAD, TWICE)}
        return tuple(
            faults[code].at(Place(file=self._file, line=line, column=name), name, count=count)
            for (code, name), (line, count) in self._odd.items()
        )

    def _local(self, element: Any) -> str:
        tag = element.tag
        name = self._locals.get(tag)
        if name is None:
            name = self._locals[tag] = local_name(tag)
            if len(self._locals) > MOST_NAMES:
                place = Place(file=self._file, line=element.sourceline)
                raise SourceError(TOO_MANY_FIELDS.at(place, name, limit=MOST_NAMES))
        return name

    def _note(self, fault: Fault, name: str, element: Any) -> None:
        known = self._odd.setdefault((fault.code, name), [element.sourceline or 1, 0])
        known[1] += 1

    def _record(self, element: Any, kind: str, shape: Shape) -> None:
        table = self._tables[kind]
        names = self._locals
        fields: dict[str, str | None] = {}
        for child in element:
            if len(child):
                self._inside(child, table, shape, fields)
                continue
            name = names.get(child.tag) or self._local(child)
            if name in fields:
                self._note(TWICE, name, child)
            else:
                fields[name] = child.text
        if element.attrib:
            for key, value in element.attrib.items():
                fields[f"@{local_name(key)}"] = value
        parent = element.getparent()
        if parent is not self._parent:
            self._parent, self._inside_of = parent, self._owner_of(parent)
        table.add((element.sourceline, self._inside_of), tuple(fields), fields.values())

    def _owner_of(self, parent: Any) -> int | None:
        """The index that the owner around a record will have."""
        owners = [tag for tag, (kind, _) in self._kinds.items() if kind == self._owner]
        while parent is not None:
            if self._local(parent) in owners:
                return self._tables[self._owner].height
            parent = parent.getparent()
        return None

    def _inside(
        self, child: Any, table: RecordTable, shape: Shape, fields: dict[str, str | None]
    ) -> None:
        """Take what a field with children holds."""
        name = self._local(child)
        for pairs in shape.pairs:
            if pairs.container == name:
                self._pairs(child, pairs, fields)
                return
        for listing in shape.listings:
            if listing.container == name:
                self._listing(child, listing, listing.path, table.height)
                return
        if name in shape.skips:
            self._look_at(child)
        elif name not in self._kinds:
            self._note(UNREAD, name, child)

    def _pairs(self, container: Any, pairs: Pairs, fields: dict[str, str | None]) -> None:
        names, attribute = self._keys, pairs.key[1:] if pairs.key[:1] == "@" else ""
        simple = attribute and not pairs.value
        for item in container:
            if simple:
                key, value = item.get(attribute), item.text
            else:
                key, value = _part(item, pairs.key), _part(item, pairs.value)
            if value is None or not value.strip():
                continue
            key = (key or "").strip()
            name = names.get(key)
            if name is None:
                name = names[key] = f"{pairs.container}/{key or self._local(item)}"
            if not key:
                self._note(UNREAD, name, item)
            elif name in fields:
                self._note(TWICE, name, item)
            else:
                fields[name] = value.strip()

    def _listing(
        self, container: Any, listing: Listing, path: tuple[str, ...], record: int
    ) -> None:
        for child in container:
            name = self._local(child)
            if name != path[0]:
                if len(child) or child.attrib or (child.text or "").strip():
                    self._note(UNREAD, f"{listing.container}/{name}", child)
            elif len(path) > 1:
                self._listing(child, listing, path[1:], record)
            else:
                fields = {f"@{local_name(key)}": v for key, v in child.attrib.items()}
                fields |= {self._local(field): field.text for field in child}
                if (text := (child.text or "").strip()) and not len(child):
                    fields["text"] = text
                if any(fields.values()):
                    self._tables[listing.table].add(
                        (child.sourceline, record), tuple(fields), fields.values()
                    )

    def _forget(self, element: Any) -> None:
        """Let go of a record and of what stands before it: memory stays flat."""
        element.clear(keep_tail=False)
        parent = element.getparent()
        if parent is None:
            return
        before = element.getprevious()
        while before is not None:
            self._check(before)
            parent.remove(before)
            before = element.getprevious()

    def _is_record(self, element: Any, shape: Shape) -> bool:
        if not shape.within:
            return True
        parent = element.getparent()
        return parent is not None and self._local(parent) == shape.within

    def _look_at(self, element: Any) -> None:
        for child in element:
            self._check(child)

    def _check(self, element: Any) -> None:
        """Note an element that is neither a record nor on the way to one, unless it is empty."""
        name = self._local(element)
        if name in self._kinds and self._is_record(element, self._kinds[name][1]):
            return
        if name in self._passed or any(True for _ in self._records_in(element)):
            self._look_at(element)
        elif len(element) or element.attrib or (element.text or "").strip():
            self._note(UNREAD, name, element)

    def _records_in(self, element: Any) -> Iterator[Any]:
        return element.iterdescendants(*(f"{{*}}{tag}" for tag in self._kinds))  # type: ignore[no-any-return]


def _part(item: Any, name: str) -> str | None:
    """The attribute, child or own text of an item that `Pairs` names."""
    if not name:
        return item.text  # type: ignore[no-any-return]
    if name == ".":
        return local_name(item.tag)
    if name[0] == "@":
        return item.get(name[1:])  # type: ignore[no-any-return]
    found = item.find(f"{{*}}{name}")
    return None if found is None else found.text
