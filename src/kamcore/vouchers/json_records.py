"""Voucher bodies of JSON, heads with a list of entries, as grids whose places are key paths.

Nested objects become columns with a point, ``Account.Code``; whatever a layout does not know is
kept under its key path.  A value of the wrong kind is a problem and an unreadable cell.
"""

import re
from collections.abc import Mapping
from typing import Any

import attrs
import polars as pl

from kamcore.books import Origin, schema
from kamcore.errors import Fault, Problem, SourceError
from kamcore.grid.parsed import FAULTY_CELL
from kamcore.grid.sheet import Grid
from kamcore.markup.json_reading import DUPLICATE_KEY, Json, Twice
from kamcore.place import Place
from kamcore.vouchers.documents import Document

__all__ = ["Outline", "PathOrigin", "lay_out_json", "said_once"]

WRONG_TYPE = Fault(
    code="G1703",
    zh="「{value}」是{found_zh}, 应为{wants_zh}",
    en="{value} is {found_en}, not {wants_en}",
    hint_zh="请与接口文档核对这一项的写法",
    hint_en="compare this key with the documents of the interface",
)
TOO_MANY_KEYS = Fault(
    code="G1705",
    zh="记录的键超过 {limit} 种, 拒绝读取",
    en="the records have more than {limit} different keys; the file is refused",
)
NO_ENTRIES = Fault(
    code="G1706",
    zh="凭证没有可读的分录 ({value}), 只读入凭证头",
    en="the voucher has no readable entries ({value}); only its head is read",
)

_MOST_KEYS = 2_000
_NULL = object()
_KINDS = {
    dict: ("对象", "an object"),
    list: ("列表", "a list"),
    str: ("文本或数值", "a text or number"),
    bool: ("布尔值", "true or false"),
    type(None): ("空值", "null"),
}
_OF_HEAD = ("lines.date", "lines.year", "lines.period")
"""Columns of lines that the head of the voucher says."""


@attrs.frozen(kw_only=True)
class Outline:
    """Where vouchers and entries stand in a body.

    `inside` leads from a body to the head, `entries` is the key of the list of entries there.
    `heads` and `lines` are the key paths that the layout reads, each a plain value.  `pairs` names
    lists of objects with a key and a value; each key becomes a column ``list/key``.  `gathered`
    names lists of objects that are read as one object, ``list[0]``.
    """

    entries: str
    inside: tuple[str, ...] = ()
    heads: frozenset[str]
    lines: frozenset[str]
    pairs: Mapping[str, tuple[str, str]] = attrs.field(factory=dict)
    gathered: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class PathOrigin(Origin):
    """An origin of key paths: row ``n`` stands at ``paths[n]``, under the head ``owners[n]``."""

    paths: pl.Series = attrs.field(eq=False, repr=False)
    owners: pl.Series = attrs.field(eq=False, repr=False)

    def place(self, row: int | None, column: str | None = None, voucher: str = "") -> Place:
        """The key path of a row, and of a column given as ``table.column``."""
        if row is None:
            return Place(file=self.file, voucher=voucher or None)
        if column in _OF_HEAD:
            row = self.owners[row]
        key = self.headings.get(column, column.split(".")[-1]) if column else None
        return attrs.evolve(self.at(row, key), voucher=voucher or None)

    def at(self, row: int, key: str | None) -> Place:
        """The place of a row and of a key in it."""
        path = self.paths[row]
        return Place(file=self.file, path=".".join(part for part in (path, key) if part) or None)


class _PathGrid(Grid):
    """A grid that names its cells by key path."""

    def place(self, index: int, heading: str | None = None) -> Place:
        origin = self.origin
        if isinstance(origin, PathOrigin):
            return origin.at(int(self.rows[index]), heading)
        return super().place(index, heading)


def said_once(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Problems without those that repeat, of a cell, what was said of its key."""
    return tuple(problem for problem in problems if problem.fault is not FAULTY_CELL)


def lay_out_json(found: Json, outline: Outline, file: str) -> Document:
    """Lay the bodies of a file out as heads and entries.

    The file is one body or a list of bodies.

    Raises:
        SourceError: it is neither, or the records have too many keys.
    """
    if not isinstance(found.value, list | dict):
        place = Place(file=file, path="$")
        raise SourceError(_wrong(place, found.value, list))
    laying = _Laying(outline, file)
    if isinstance(found.value, list):
        for index, body in enumerate(found.value):
            laying.body(body, f"[{index}]")
    else:
        laying.body(found.value, "")
    return laying.document(found.problems)


class _Cells:
    """Cells of a table by key path, filled row by row."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.owners: list[int] = []
        self._cells: dict[str, tuple[list[int], list[str]]] = {}
        self.faulty: dict[str, dict[int, str]] = {}

    def add(self, path: str, owner: int, fields: Mapping[str, str]) -> None:
        row = len(self.paths)
        self.paths.append(path)
        self.owners.append(owner)
        for name, value in fields.items():
            cells = self._cells.get(name)
            if cells is None:
                cells = self._cells[name] = ([], [])
            cells[0].append(row)
            cells[1].append(value)

    def lose(self, row: int, names: list[str]) -> None:
        for name in names:
            self.faulty.setdefault(name, {})[row] = name

    @property
    def width(self) -> int:
        return len(self._cells)

    def grid(self, first: int, origin: PathOrigin, known: frozenset[str]) -> Grid:
        """A grid with the known columns and those that were met."""
        height = len(self.paths)
        columns = []
        for name in dict.fromkeys([*sorted(known), *self._cells, *self.faulty]):
            rows, values = self._cells.get(name, ([], []))
            blank = pl.Series(name, [None] * height, dtype=schema.TEXT)
            columns.append(blank.scatter(rows, values) if rows else blank)
        return _PathGrid(
            frame=pl.DataFrame(columns),
            rows=pl.int_range(first, first + height, dtype=schema.INTEGER, eager=True),
            origin=origin,
            faulty=self.faulty,
        )


class _Laying:
    """Walks the bodies of a file once."""

    def __init__(self, outline: Outline, file: str) -> None:
        self._outline = outline
        self._file = file
        self._heads, self._lines = _Cells(), _Cells()
        self._problems: list[Problem] = []
        self._lost: list[str] = []
        self._known: frozenset[str] = frozenset()
        self._holders = {
            known: frozenset(
                name[: mark.start()] for name in known for mark in re.finditer(r"[.\[]", name)
            )
            for known in (outline.heads, outline.lines)
        }

    def body(self, body: Any, path: str) -> None:
        """Take one body: its head, and its entries."""
        for step in self._outline.inside:
            if not isinstance(body, dict):
                break
            self._twice(body, path)
            path = _under(path, step)
            body = body.get(step)
        if not isinstance(body, dict):
            self._problems.append(_wrong(self._place(path), body, dict))
            return
        outline = self._outline
        owner = len(self._heads.paths)
        rest = {key: value for key, value in body.items() if key != outline.entries}
        fields = self._fields(rest, path, outline.heads)
        self._twice(body, path)
        self._heads.lose(owner, self._lost)
        self._heads.add(path, owner, fields)
        entries = body.get(outline.entries)
        where = _under(path, outline.entries)
        if isinstance(entries, list):
            for index, entry in enumerate(entries):
                self._entry(entry, f"{where}[{index}]", owner)
            if entries:
                return
        elif entries is not None:
            self._problems.append(_wrong(self._place(where), entries, list))
            return
        self._problems.append(NO_ENTRIES.at(self._place(where), where))

    def _entry(self, entry: Any, path: str, owner: int) -> None:
        row = len(self._lines.paths)
        if isinstance(entry, dict):
            fields = self._fields(entry, path, self._outline.lines)
            self._twice(entry, path)
            self._lines.lose(row, self._lost)
        else:
            self._problems.append(_wrong(self._place(path), entry, dict))
            fields = {}
        self._lines.add(path, owner, fields)
        if self._heads.width + self._lines.width > _MOST_KEYS:
            raise SourceError(TOO_MANY_KEYS.at(self._place(path), limit=_MOST_KEYS))

    def _fields(self, value: dict[str, Any], path: str, known: frozenset[str]) -> dict[str, str]:
        self._known, self._lost = known, []
        fields: dict[str, str] = {}
        self._walk(value, "", path, fields)
        return fields

    def _walk(self, value: dict[str, Any], prefix: str, path: str, fields: dict[str, str]) -> None:
        holders = self._holders[self._known]
        for key, item in value.items():
            name = prefix + key
            if isinstance(item, dict | list):
                if name in self._known:
                    self._misplaced(name, path, item, str)
                elif isinstance(item, dict):
                    self._twice(item, _under(path, name), name)
                    self._walk(item, f"{name}.", path, fields)
                else:
                    self._list(item, name, path, fields)
            elif item is not None and item != "":
                if name in holders:
                    wants = list if name in self._outline.gathered else dict
                    self._misplaced(name, path, item, wants)
                else:
                    self._put(name, path, item, fields)

    def _list(self, items: list[Any], name: str, path: str, fields: dict[str, str]) -> None:
        outline = self._outline
        for index, item in enumerate(items):
            here = f"{name}[{index}]"
            if isinstance(item, dict):
                self._twice(item, _under(path, here), here)
                if name in outline.pairs and self._pair(item, name, fields, path):
                    continue
                inside = f"{name}[0]." if name in outline.gathered else f"{here}."
                self._walk(item, inside, path, fields)
            elif name in outline.pairs or name in outline.gathered:
                self._problems.append(_wrong(self._place(_under(path, here)), item, dict))
            elif isinstance(item, list):
                self._list(item, here, path, fields)
            elif item is not None:
                self._put(here, path, item, fields)

    def _pair(self, item: dict[str, Any], name: str, fields: dict[str, str], path: str) -> bool:
        """Take an object of a key and a value; False where it is none."""
        key, value = (item.get(part) for part in self._outline.pairs[name])
        if not isinstance(key, str) or not isinstance(value, str) or not key:
            return False
        self._put(f"{name}/{key}", path, value, fields)
        rest = {k: v for k, v in item.items() if k not in self._outline.pairs[name]}
        if rest:
            self._walk(rest, f"{name}/{key}.", path, fields)
        return True

    def _put(self, name: str, path: str, item: Any, fields: dict[str, str]) -> None:
        if name in fields:
            self._problems.append(DUPLICATE_KEY.at(self._place(_under(path, name)), name))
            self._lost.append(name)
            del fields[name]
        elif name not in self._lost:
            fields[name] = str(item) if isinstance(item, str) else str(item).lower()

    def _misplaced(self, name: str, path: str, item: Any, wants: type) -> None:
        self._problems.append(_wrong(self._place(_under(path, name)), item, wants))
        self._lost.append(name)

    def _twice(self, value: Any, path: str, prefix: str = "") -> None:
        if isinstance(value, Twice):
            for key in value.keys_twice:
                self._problems.append(DUPLICATE_KEY.at(self._place(_under(path, key)), key))
                self._lost.append(f"{prefix}.{key}" if prefix else key)

    def _place(self, path: str) -> Place:
        return Place(file=self._file, path=path or "$")

    def document(self, problems: tuple[Problem, ...]) -> Document:
        """The two grids."""
        first = len(self._heads.paths)
        owners = pl.Series("owner", self._lines.owners, dtype=pl.UInt32)
        origin = PathOrigin(
            file=self._file,
            by="path",
            paths=pl.Series("path", [*self._heads.paths, *self._lines.paths], dtype=schema.TEXT),
            owners=pl.concat([pl.int_range(first, dtype=pl.UInt32, eager=True), owners]),
        )
        return Document(
            heads=self._heads.grid(0, origin, self._outline.heads),
            entries=self._lines.grid(first, origin, self._outline.lines),
            owner=owners,
            numbers=pl.int_range(owners.len(), dtype=schema.INTEGER, eager=True),
            problems=(*problems, *self._problems),
        )


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _wrong(place: Place, value: Any, wants: type) -> Problem:
    kind = dict if isinstance(value, dict) else list if isinstance(value, list) else type(value)
    found = _KINDS.get(kind, _KINDS[str])
    return WRONG_TYPE.at(
        place,
        place.path,
        found_zh=found[0],
        found_en=found[1],
        wants_zh=_KINDS[wants][0],
        wants_en=_KINDS[wants][1],
    )
