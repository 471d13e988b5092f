"""Rows of a voucher list as typed columns named by facts, from fields described as data.

An adapter describes each column of its layout once: what the source calls it, which fact it
carries, how its cells are read.  `read_entries` does the reading; `kamcore.grid.numbering` finds
the vouchers and `kamcore.grid.making` makes the tables, both over the same columns.

A column is named by its fact: ``lines.debit``, ``vouchers.word``, ``lines.aux_customer``;
``names.aux_customer`` and ``names.account`` hold the names beside the codes.  A field without a
fact keeps its heading and ends up among the extras, verbatim.
"""

import enum
from collections.abc import Iterable

import attrs
import polars as pl

from kamcore.errors import Problem
from kamcore.grid.amount import read_amounts, read_rates
from kamcore.grid.date import read_dates
from kamcore.grid.number import read_flags, read_integers
from kamcore.grid.parsed import Parsed
from kamcore.grid.sheet import Grid
from kamcore.grid.words import blank_words, read_codes, read_texts

INDEX = "_index"
"""Column with the row of the grid that a row came from."""


class Kind(enum.Enum):
    """How the cells of a column are read."""

    DAY = "day"
    WHOLE = "whole"
    AMOUNT = "amount"
    RATE = "rate"
    TEXT = "text"
    CODE = "code"
    FLAG = "flag"


_READ = {
    Kind.DAY: read_dates,
    Kind.WHOLE: read_integers,
    Kind.AMOUNT: read_amounts,
    Kind.RATE: read_rates,
    Kind.TEXT: read_texts,
    Kind.CODE: read_codes,
    Kind.FLAG: read_flags,
}


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

    def lost(self, name: str) -> pl.Series:
        """True where a cell holds something that could not be read, by row of the grid."""
        field = next(field for field in self.fields if field.name == name)
        raw = self.grid.column(field.heading).str.strip_chars(" -—")
        values = self.frame.sort(INDEX)[name]
        lost = values.is_null() & raw.is_not_null() & ~raw.is_in(["", *field.blanks])
        if field.zero_is_blank:
            lost &= ~raw.str.contains(r"^0*\.?0*$")
        faulty = list(self.grid.faulty.get(field.heading, {}))
        rows = pl.int_range(self.grid.height, eager=True)
        return (lost | rows.is_in(faulty)) if faulty else lost


def read_entries(grid: Grid, fields: Iterable[Field]) -> Entries:
    """Read the columns of a grid; a heading that the grid lacks gives a column of nulls."""
    known = tuple(fields)
    parsed = {field.name: _read(grid, field) for field in known}
    columns = [found.values.alias(name) for name, found in parsed.items()]
    problems = tuple(problem for found in parsed.values() for problem in found.problems)
    return Entries(grid, known, pl.DataFrame(columns).with_row_index(INDEX), problems)


def _read(grid: Grid, field: Field) -> Parsed:
    parsed = _READ[field.kind](grid, field.heading)
    values = parsed.values
    if field.blanks and values.dtype == pl.String:
        values = blank_words(values, set(field.blanks))
    if field.zero_is_blank:
        values = pl.select(pl.when(values != 0).then(values)).to_series()
    return Parsed(values, parsed.problems)
