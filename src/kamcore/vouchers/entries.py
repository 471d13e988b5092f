"""Rows of a voucher list as typed columns named by facts, from fields described as data.

An adapter describes each column of its layout once: what the source calls it, which fact it
carries, how its cells are read.  `read_entries` does the reading; `numbering` finds the vouchers
and `making` makes the tables, both over the same columns.

A column is named by its fact: ``lines.debit``, ``vouchers.word``, ``lines.aux_customer``;
``names.aux_customer`` and ``names.account`` hold the names beside the codes.  A field without a
fact keeps its heading and ends up among the extras, verbatim.
"""

import enum
from collections.abc import Iterable, Mapping

import attrs
import polars as pl

from kamcore.errors import Problem
from kamcore.grid.amount import read_amounts, read_rates
from kamcore.grid.date import read_dates
from kamcore.grid.number import read_flags, read_integers
from kamcore.grid.parsed import BLANKS
from kamcore.grid.sheet import Grid
from kamcore.grid.words import blank_words, read_codes, read_texts

INDEX = "_index"
"""Column with the row of the grid that a row came from."""


_NOTHING = r"^(?:_x000D_)*[-\x{2010}-\x{2015}\x{2212}\x{2500}\x{fe63}\x{ff0d}]*$"
"""A blank cell, and the dashes that draw an empty amount."""


class Kind(enum.Enum):
    """How the cells of a column are read."""

    DAY = "day"
    WHOLE = "whole"
    AMOUNT = "amount"
    RATE = "rate"
    TEXT = "text"
    CODE = "code"
    FLAG = "flag"


READERS = {
    Kind.DAY: read_dates,
    Kind.WHOLE: read_integers,
    Kind.AMOUNT: read_amounts,
    Kind.RATE: read_rates,
    Kind.TEXT: read_texts,
    Kind.CODE: read_codes,
    Kind.FLAG: read_flags,
}
"""The reader of each kind of cells."""


@attrs.frozen
class Field:
    """A column of a layout: its heading in the grid, the fact it carries, how it is read.

    `blanks` are words that stand for nothing; with `zero_is_blank` so does a figure of 0.
    `heading` may be any key: what the source calls it stands in the origin of the grid.
    """

    heading: str
    fact: str = ""
    kind: Kind = Kind.TEXT
    blanks: tuple[str, ...] = ()
    zero_is_blank: bool = attrs.field(default=False, kw_only=True)

    @property
    def name(self) -> str:
        """Name of the typed column: the fact, or the heading where there is none."""
        return self.fact or self.heading


@attrs.frozen
class Entries:
    """Typed rows of a grid: a column per field and `INDEX`."""

    grid: Grid
    fields: tuple[Field, ...]
    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()
    unread: Mapping[str, pl.Series] = attrs.field(factory=dict)
    """By column: True where a cell could not be read; a column without such cells is missing."""

    def lost(self, name: str) -> pl.Series:
        """True where a cell holds something that could not be read, by row of the grid."""
        nowhere = pl.repeat(False, self.grid.height, dtype=pl.Boolean, eager=True)
        return self.unread.get(name, nowhere)

    def heading(self, name: str) -> str:
        """The heading of a typed column in the grid; the name itself where there is none."""
        return next((field.heading for field in self.fields if field.name == name), name)

    def caption(self, name: str) -> str:
        """What the source calls a typed column."""
        heading = self.heading(name)
        return self.grid.origin.headings.get(heading, heading)


def read_entries(grid: Grid, fields: Iterable[Field]) -> Entries:
    """Read the columns of a grid; a heading that the grid lacks gives a column of nulls.

    Raises:
        ValueError: two fields have one name, so that one would hide the other.
    """
    known = tuple(fields)
    columns: dict[str, pl.Series] = {}
    problems: list[Problem] = []
    unread: dict[str, pl.Series] = {}
    for field in known:
        if field.name in columns:
            raise ValueError(f"two fields are called {field.name}")
        parsed = READERS[field.kind](grid, field.heading)
        problems += parsed.problems
        if parsed.values.null_count() > grid.column(field.heading).null_count() or (
            grid.faulty.get(field.heading)
        ):
            unread[field.name] = _unread(grid, field.heading, parsed.values)
        columns[field.name] = _said(parsed.values, field).alias(field.name)
    frame = pl.DataFrame(list(columns.values()))
    return Entries(grid, known, frame.with_row_index(INDEX), tuple(problems), unread)


def _unread(grid: Grid, heading: str, values: pl.Series) -> pl.Series:
    """True where a cell is filled, with more than blanks or the dash of an empty amount."""
    raw = grid.column(heading).str.strip_chars(BLANKS)
    lost = values.is_null() & raw.is_not_null() & ~raw.str.contains(_NOTHING)
    faulty = list(grid.faulty.get(heading, {}))
    lost = lost.fill_null(value=False)
    return lost.scatter(faulty, True) if faulty else lost


def _said(values: pl.Series, field: Field) -> pl.Series:
    """The values without those that stand for nothing."""
    if field.blanks and values.dtype == pl.String:
        values = blank_words(values, set(field.blanks))
    if field.zero_is_blank:
        values = pl.select(pl.when(values != 0).then(values)).to_series()
    return values
