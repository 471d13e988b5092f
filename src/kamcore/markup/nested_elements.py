"""Records of an XML file that stand inside one another, each with fields at any depth.

Standards made for audits (OECD SAF-T, XBRL GL) put the lines of an entry beside the fields of the
entry, and fields into groups.  Every record becomes a row: its fields are named by their path
inside it, and it knows the records around it.  For records that all lie apart see
`kamcore.markup.elements`.
"""

from collections.abc import Collection, Mapping
from typing import Any

import attrs
import polars as pl
from lxml import etree

from kamcore.errors import Problem, SourceError
from kamcore.format import Source
from kamcore.markup.element_stream import Stream, open_stream
from kamcore.markup.element_table import MOST_NAMES, TOO_MANY_FIELDS, RecordTable
from kamcore.markup.elements import LINE, SAFE, TWICE, local_name, refusal
from kamcore.place import Place

__all__ = ["AROUND", "Nested", "read_nested"]

AROUND = "#in:"
"""Prefix of the columns that hold the row of the record around."""


@attrs.frozen(kw_only=True)
class Nested:
    """What was read.

    Columns of a table are `LINE`, ``#in:kind`` for every kind of record (the row of the record
    around, null where there is none), and the texts of fields by path, such as ``Amount/Value``;
    attributes are ``@name``.  `outside` holds the fields outside all records, by their path below
    the root.  A field without a text is left out.
    """

    root: str
    namespace: str
    outside: Mapping[str, str]
    tables: Mapping[str, pl.DataFrame]
    encoding: str
    problems: tuple[Problem, ...] = ()
    skipped: Mapping[str, tuple[int, int]] = attrs.field(factory=dict)
    """What was passed over: the tag, the line of the first, and how many."""


def read_nested(source: Source, records: Mapping[str, str], skips: Collection[str] = ()) -> Nested:
    """Read the records of an XML file; `records` gives the kind of ``tag`` or ``parent/tag``.

    Elements with a tag among `skips` are passed over with all that stands in them, and counted.

    Of a field that a record has twice the first counts, and a problem says so: what repeats is a
    record of its own.  A record never stands inside another of its kind.

    Raises:
        SourceError: the file is empty, cut off, not well-formed, declares a document type, or its
            bytes are not what its declaration says.
    """
    with source.open() as raw:
        stream = open_stream(source, raw)
        reading = _Reading(source.name, records, frozenset(skips))
        try:
            root = reading.run(stream)
        except etree.XMLSyntaxError as error:
            raise refusal(error, stream, source.name) from None
    return Nested(
        root=local_name(root.tag),
        namespace=str(root.tag).rpartition("}")[0][1:],
        outside=reading.outside,
        tables={kind: table.frame() for kind, table in reading.tables.items()},
        encoding=stream.encoding,
        problems=reading.problems(),
        skipped={name: (line, count) for name, (line, count) in reading.skipped.items()},
    )


@attrs.define
class _Open:
    """An element that has begun: its name, and its record where it is one."""

    name: str
    has_children: bool = False
    kind: str = ""
    numbers: tuple[int | None, ...] = ()
    fields: dict[str, str | None] = attrs.field(factory=dict)


class _Reading:
    """One pass over a file."""

    def __init__(self, file: str, records: Mapping[str, str], skips: frozenset[str]) -> None:
        self._file = file
        self._kinds = records
        self._skips = skips
        self._depth = 0
        self.skipped: dict[str, list[int]] = {}
        names = tuple(dict.fromkeys(records.values()))
        fixed = (LINE, *(f"{AROUND}{kind}" for kind in names))
        self.tables = {kind: RecordTable(kind, file, fixed) for kind in names}
        self.outside: dict[str, str] = {}
        self._locals: dict[Any, str] = {}
        self._stack: list[_Open] = []
        self._inside: dict[str, int] = {}
        self._twice: dict[str, list[int]] = {}

    def run(self, stream: Stream) -> Any:
        parser = etree.iterparse(stream, events=("start", "end"), **SAFE)
        for event, element in parser:
            if event == "start":
                self._begin(element)
            else:
                self._end(element)
        return parser.root

    def problems(self) -> tuple[Problem, ...]:
        return tuple(
            TWICE.at(Place(file=self._file, line=line, column=name), name, count=count)
            for name, (line, count) in self._twice.items()
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

    def _begin(self, element: Any) -> None:
        name = self._local(element)
        if self._depth or name in self._skips:
            if not self._depth:
                if self._stack:
                    self._stack[-1].has_children = True
                self.skipped.setdefault(name, [element.sourceline or 1, 0])[1] += 1
            self._depth += 1
            return
        above = self._stack[-1] if self._stack else None
        kind = self._kinds.get(name, "")
        if above is not None:
            above.has_children = True
            kind = self._kinds.get(f"{above.name}/{name}", kind)
        began = _Open(name, kind=kind)
        if kind:
            around = (self._inside.get(one) for one in self.tables)
            began.numbers = (element.sourceline, *around)
            self._inside[kind] = self.tables[kind].height
        self._stack.append(began)

    def _end(self, element: Any) -> None:
        if self._depth:
            self._depth -= 1
        else:
            self._take(element)
        element.clear(keep_tail=False)
        parent = element.getparent()
        if parent is not None:
            while element.getprevious() is not None:
                del parent[0]

    def _take(self, element: Any) -> None:
        ended = self._stack[-1]
        for key, value in element.attrib.items():
            self._put(f"@{local_name(key)}", value, element)
        text = element.text
        if text is not None and not ended.has_children and text.strip():
            self._put("", text, element)
        self._stack.pop()
        if ended.kind:
            del self._inside[ended.kind]
            fields = ended.fields
            self.tables[ended.kind].add(ended.numbers, tuple(fields), fields.values())

    def _put(self, last: str, text: str, element: Any) -> None:
        """Give a text to the record it stands in, under its path there."""
        path = [last] if last else []
        for one in reversed(self._stack):
            if one.kind:
                fields: dict[str, Any] = one.fields
                break
            path.append(one.name)
        else:
            fields = self.outside
            path.pop()
        name = "/".join(reversed(path)) or "text"
        if name in fields:
            self._twice.setdefault(name, [element.sourceline or 1, 0])[1] += 1
        elif len(fields) < MOST_NAMES:
            fields[name] = text
        else:
            place = Place(file=self._file, line=element.sourceline)
            raise SourceError(TOO_MANY_FIELDS.at(place, name, limit=MOST_NAMES))
