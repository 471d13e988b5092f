"""What a report says, apart from the file it becomes: sheets of titles, tables, checks, charts.

A report is declared once and written as a workbook, a page or delimited text (`write_report`).
The types of a table's columns decide its cells as everywhere in kamcore; what stands here adds
headings, formats, totals and formulas.  A formula is a template over cells of its table::

    {debit}        the cell of this row         {debit@3}     of row 3 of the body, from 0
    {debit@3:7}    rows 3 to 7                  {debit@all}   the whole body
    {debit@total}  the cell of the total row

Beside every formula stands the value it gives, so that a reader that calculates nothing sees the
same figures as a spreadsheet program.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import attrs
import polars as pl

__all__ = [
    "SUM",
    "Boxes",
    "Chart",
    "Check",
    "Column",
    "Fields",
    "Footer",
    "Line",
    "Listing",
    "Paragraph",
    "Part",
    "Sheet",
    "Title",
    "Value",
]

Value = str | int | Decimal | dt.date | bool | None
"""What a cell holds; a float is never money."""

SUM = "SUM({*@all})"
"""The usual formula of a total row; ``*`` is the column itself."""

Kind = Literal["auto", "money", "number", "percent", "text"]


@attrs.frozen
class Column:
    """A column of a table: its name in the frame, its heading, and how it looks.

    `kind` ``auto`` shows Decimal columns as money, integers as whole numbers, dates as dates and
    all else as text; ``number`` is a Decimal without thousands separators (rates, quantities),
    ``percent`` a fraction.
    """

    name: str
    heading: str
    group: str = attrs.field(default="", kw_only=True)
    """A heading above neighbours of the same group, such as 期初余额 above 借方 and 贷方."""
    kind: Kind = attrs.field(default="auto", kw_only=True)
    decimals: int = attrs.field(default=2, kw_only=True)
    """Least decimals shown; more where a value has more, nothing is hidden."""
    blank_zero: bool = attrs.field(default=False, kw_only=True)
    """Show nothing for a zero, as debit and credit columns of a ledger do."""
    total: str | None = attrs.field(default=None, kw_only=True)
    """Formula of the total row (`SUM`), or None for no total."""
    formula: str | None = attrs.field(default=None, kw_only=True)
    """Name of the frame's column of formulas, null where the cell is a plain value."""
    width: float | None = attrs.field(default=None, kw_only=True)
    """Width in characters; else that of the widest cell, within bounds."""
    wrap: bool = attrs.field(default=False, kw_only=True)
    """Let a text run over several lines of its cell."""


@attrs.frozen
class Title:
    """The heading of a report, centred over its tables."""

    text: str


@attrs.frozen
class Line:
    """A line of small print: period, unit and as-of date, a policy, signatures.

    `right` stands at the right edge.
    """

    text: str
    right: str = ""


@attrs.frozen
class Paragraph:
    """A text that runs over several lines, such as the body of a letter."""

    text: str
    bold: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class Fields:
    """Labels with values beside them, `across` pairs to a row: the boxes of a form."""

    pairs: tuple[tuple[str, Value], ...]
    across: int = attrs.field(default=2, kw_only=True)


@attrs.frozen(kw_only=True)
class Boxes:
    """Boxes side by side with room to write and to seal, a text at the top of each."""

    texts: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Footer:
    """A row below the totals: a formula for each named column, with its value beside it."""

    text: str
    formula: str
    """``*`` stands for the column, as in ``{*@total}/{amount@total}``."""
    values: Mapping[str, Decimal]
    kind: Kind = "auto"
    decimals: int = 2


@attrs.frozen(kw_only=True)
class Listing:
    """A table: columns, rows, a total row.

    `style` names a text column of the frame that says how a row looks: ``opening``, ``sum``,
    ``head``, ``adjust`` (its text says 加 or 减, its amounts stand without a sign) or null for a
    plain one.  `totals` holds the values of totals that are no plain sum
    of their column.  `keep` is how many columns stay in sight when scrolling.
    """

    columns: tuple[Column, ...]
    frame: pl.DataFrame = attrs.field(repr=False)
    style: str | None = None
    total: str | None = None
    """What the total row is called; None for no total row."""
    totals: Mapping[str, Value] = attrs.field(factory=dict)
    footers: tuple[Footer, ...] = ()
    keep: int = 0

    def total_of(self, column: Column) -> Value:
        """The value of a column in the total row."""
        if column.name in self.totals:
            return self.totals[column.name]
        if column.total is None or not self.frame.schema[column.name].is_numeric():
            return None
        summed: Any = self.frame[column.name].sum()
        return Decimal(0) if summed is None else summed

    def values(self) -> pl.DataFrame:
        """The columns shown, in order, without styles and formulas."""
        return self.frame.select(column.name for column in self.columns)


@attrs.frozen(kw_only=True)
class Check:
    """A figure that ties a table out: a formula over the table before it, and its value."""

    text: str
    formula: str
    value: Decimal
    decimals: int = 2


@attrs.frozen(kw_only=True)
class Chart:
    """A chart over the table before it.

    With `across` the headings of these columns are the categories and the total row the values;
    else `category` and `values` name columns, a point for each row.
    """

    title: str
    kind: Literal["column", "bar", "line", "pie"] = "column"
    across: tuple[str, ...] = ()
    category: str = ""
    values: tuple[str, ...] = ()


Part = Title | Line | Paragraph | Fields | Boxes | Listing | Check | Chart


@attrs.frozen(kw_only=True)
class Sheet:
    """A sheet of a report: its parts from top to bottom, printed on A4."""

    name: str
    parts: tuple[Part, ...]
    landscape: bool = True

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The tables of the sheet."""
        return tuple(part for part in self.parts if isinstance(part, Listing))

    @property
    def width(self) -> int:
        """How many columns the widest part takes."""
        wide = [len(part.columns) for part in self.listings]
        wide += [2 * part.across for part in self.parts if isinstance(part, Fields)]
        return max([2, *wide])
