"""Records of forms from the sheets of a workbook: a sheet a kind, a row a record.

Sub-tables stand in sheets of their own and name their record by its key.  Nothing is checked here
but what only a sheet can get wrong: headings, and rows that belong to no record.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.forms.checking import Loc, titles_of, unknown_name
from kamcore.forms.form import Column, Form, blank_of, kinds
from kamcore.grid.amount import read_rates
from kamcore.grid.date import read_dates
from kamcore.grid.header import find_header, fold, grid_of
from kamcore.grid.parsed import Parsed
from kamcore.grid.rows import drop_blank_rows
from kamcore.grid.sheet import Grid
from kamcore.grid.words import read_codes
from kamcore.grid.workbook import Workbook
from kamcore.place import Place

NO_KIND = Fault(
    code="C4001",
    severity=Severity.WARNING,
    zh="工作表「{value}」不是已知的表单, 未读取",
    en="the sheet {value!r} is no form that is known; it was not read",
    hint_zh="表单有: {known_zh}",
    hint_en="forms are: {known_en}",
)
ORPHAN = Fault(
    code="C4002",
    zh="「{title}」这一行所属的 {key} 「{value}」不在「{owner}」中",
    en="this row of {title} belongs to {key} {value!r}, which is not in {owner}",
    hint_zh="先在「{owner}」里填这一条, 或改正编号",
    hint_en="add the record to {owner}, or mend the key",
)
IGNORED = ("说明", "填写说明", "notes", "lists", "选项")
"""Sheets of a template that hold no records."""

_TIDY = r"\.?0+$"


@attrs.define
class Row:
    """A record as it stands: what is filled in, by field, and where."""

    grid: Grid
    index: int
    data: dict[str, Any]
    below: dict[str, "list[Row]"] = attrs.field(factory=dict)
    """Rows of sub-tables by field."""

    def place(self, loc: Loc) -> Place:
        """The place of a spot of the record."""
        if len(loc) > 1 and isinstance(loc[1], int) and loc[0] in self.below:
            rows = self.below[str(loc[0])]
            if loc[1] < len(rows):
                return rows[loc[1]].place(loc[2:])
        if not loc:
            return self.grid.place(self.index)
        return self.grid.place(self.index, str(loc[0]))


@attrs.frozen
class _Target:
    """What a sheet holds: the records of a form, or the rows of a sub-table of one."""

    kind: str
    owner: type[Form]
    rows: type[Form]
    """The form of the rows: the owner itself, or that of the sub-table."""
    field: str = ""
    """The field of the sub-table."""
    title: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns a sheet of this target has."""
        own = tuple(one for one in self.rows.columns() if one.rows is None)
        return (*self.keys, *own) if self.field else own

    @property
    def keys(self) -> tuple[Column, ...]:
        """The columns that name the record a row of a sub-table belongs to."""
        by_field = {one.field: one for one in self.owner.columns()}
        names = self.owner.card.key
        # Later parts of a key may be left blank: the row then belongs to the first such record.
        return tuple(
            attrs.evolve(by_field[name], field=_KEY + name, required=not at)
            for at, name in enumerate(names)
        )


_KEY = "key of "
"""Marks the columns of a sub-table that name its record; no field is called so."""


@attrs.define
class SheetRecords:
    """What the workbooks read so far hold: records by kind, and rows waiting for their record."""

    rows: dict[str, list[Row]] = attrs.field(factory=dict)
    waiting: list[tuple[_Target, Row]] = attrs.field(factory=list)
    problems: list[Problem] = attrs.field(factory=list)

    def add(self, book: Workbook) -> None:
        """Read every sheet of a workbook that is a form.

        Raises:
            SourceError: a sheet is damaged.
        """
        known = _targets()
        self.problems += book.problems
        for name in book.names:
            target = known.get(fold(name)) or _by_headings(book, name)
            if target is not None:
                self._read(book, name, target)
            elif fold(name) not in IGNORED and any(map(any, book.peek(name))):
                cards = [form.card for form in kinds().values()]
                listed = {
                    "known_zh": ", ".join(card.zh for card in cards),
                    "known_en": ", ".join(card.en for card in cards),
                }
                place = Place(file=book.file, sheet=name)
                self.problems.append(NO_KIND.at(place, name, **listed))

    def _read(self, book: Workbook, name: str, target: _Target) -> None:
        columns = {one.field: one for one in target.columns}
        wanted = {field: one.names for field, one in columns.items()}
        need = {field for field, one in columns.items() if one.required}
        place = Place(file=book.file, sheet=name)
        header = find_header(book.peek(name), wanted, need, place=place)
        if header.row is None and not any(map(any, book.peek(name))):
            return
        if not header.is_complete:
            self.problems += header.problems
            return
        try:
            grid = grid_of(book.load(name, skip=header.row or 0), header, self.problems)
        except SourceError as error:
            self.problems += (error.problem, *error.problems)
            return
        grid = drop_blank_rows(grid)
        self._name_strangers(grid, columns, target)
        found = self._rows(grid, columns)
        if not target.field:
            self.rows.setdefault(target.kind, []).extend(found)
        else:
            self.waiting += [(target, row) for row in found]

    def _name_strangers(self, grid: Grid, columns: dict[str, Column], target: _Target) -> None:
        titles = titles_of(target.owner, target.field)
        for heading in grid.frame.columns:
            if heading not in columns and grid.column(heading).null_count() < grid.height:
                place = attrs.evolve(grid.place(0, heading), row=None)
                problem = unknown_name(target.rows, heading, place, titles)
                self.problems.append(problem)

    def _rows(self, grid: Grid, columns: dict[str, Column]) -> Iterator[Row]:
        """The rows of a sheet; blank cells are left out."""
        there = [field for field in columns if field in grid.frame.columns]
        if not there:
            return
        cells = [self._cells(grid, columns[field]) for field in there]
        for index, values in enumerate(zip(*cells, strict=True)):
            data = {
                field: value
                for field, value in zip(there, values, strict=True)
                if value is not None
            }
            yield Row(grid, index, data)

    def _cells(self, grid: Grid, one: Column) -> list[Any]:
        """The cells of a column: what a sheet spells in its own way is made plain.

        A cell that cannot be read keeps its text, so that the form says what is wrong with it.
        """
        texts = read_codes(grid, one.field)
        if one.type is dt.date:
            read: Parsed = read_dates(grid, one.field)
            values = read.values.to_list()
        elif one.type is Decimal:
            read = read_rates(grid, one.field)
            values = read.values.cast(pl.String).str.replace(_TIDY, "").to_list()
        else:
            read = texts
            values = texts.values.to_list()
        self.problems += [p for p in read.problems if p.severity is not Severity.ERROR]
        for index, text in enumerate(texts.values):
            if values[index] is None and text is not None:
                values[index] = text
        faulty = grid.faulty.get(one.field, {})
        for index, text in faulty.items():
            values[index] = text
        return values

    def settle(self) -> None:
        """Give every waiting row to its record."""
        owners: dict[str, dict[tuple[str, ...], Row]] = {}
        for target, row in self.waiting:
            if target.kind not in owners:
                fields = target.owner.model_fields
                # A key left to its default counts as filled in with it.
                names = {name: blank_of(fields[name]) for name in target.owner.card.key}
                known = owners.setdefault(target.kind, {})
                for one in self.rows.get(target.kind, ()):
                    key = tuple(str(one.data.get(name, usual)) for name, usual in names.items())
                    known.setdefault(key, one)
                    known.setdefault((*key[:1], *("" for _ in key[1:])), one)
            keys = target.keys
            key = tuple(str(row.data.pop(column.field, "")) for column in keys)
            owner = owners[target.kind].get(key)
            if owner is None:
                card = target.owner.card
                facts = {"title": target.title, "key": keys[0].zh, "owner": card.zh}
                place = row.place((keys[0].field,))
                self.problems.append(ORPHAN.at(place, " ".join(key), **facts))
            else:
                owner.below.setdefault(target.field, []).append(row)
        self.waiting.clear()


def record(row: Row) -> dict[str, Any]:
    """The record of a row with the rows of its sub-tables."""
    if not row.below:
        return row.data
    return row.data | {name: [record(one) for one in rows] for name, rows in row.below.items()}


def _targets() -> dict[str, _Target]:
    """What a sheet may hold, by its folded name."""
    found: dict[str, _Target] = {}
    for kind, form in kinds().items():
        for name in form.card.names:
            found.setdefault(fold(name), _Target(kind, form, form))
        for one in form.columns():
            if one.rows is not None:
                for name in (one.zh, one.en, f"{kind}.{one.field}", *one.aliases):
                    found.setdefault(fold(name), _Target(kind, form, one.rows, one.field, one.zh))
    return found


def _by_headings(book: Workbook, name: str) -> _Target | None:
    """The one form all of whose needed columns stand in a sheet of another name."""
    top = book.peek(name)
    fits: list[tuple[int, _Target]] = []
    for kind, form in kinds().items():
        target = _Target(kind, form, form)
        wanted = {one.field: one.names for one in target.columns}
        need = {one.field for one in target.columns if one.required}
        header = find_header(top, wanted, need)
        if need and header.is_complete and len(header.columns) > len(header.unknown):
            fits.append((len(header.columns), target))
    fits.sort(key=lambda fit: -fit[0])
    if not fits or (len(fits) > 1 and fits[0][0] == fits[1][0]):
        return None
    return fits[0][1]
