"""The cells of the data sheet as typed columns, and the problems met in them."""

import attrs
import polars as pl

from kamcore.adapters.kingdee_k3.columns import COLUMNS, Column
from kamcore.errors import Problem
from kamcore.grid.parsed import Parsed
from kamcore.grid.sheet import Grid
from kamcore.grid.words import blank_words
from kamcore.vouchers.entries import READERS, Kind

QUOTES = "''"
"""What one program writes for an empty text."""


@attrs.frozen
class Cells:
    """Typed columns by key, in the order of the sheet, and the grid they came from."""

    frame: pl.DataFrame
    """One column per key of `COLUMNS`, and ``_index``, the row of the grid."""
    grid: Grid
    problems: tuple[Problem, ...]

    def lost(self, key: str) -> pl.Series:
        """True where a cell holds something that could not be read."""
        raw = self.grid.column(key).str.strip_chars(" -—")
        lost = self.frame[key].is_null() & raw.is_not_null() & (raw != "")
        faulty = list(self.grid.faulty.get(key, {}))
        return (lost | self.frame["_index"].is_in(faulty)) if faulty else lost

    def share(self, key: str, rows: pl.Series) -> int:
        """How many rows are marked; only for columns the sheet has."""
        return int(rows.sum()) if key in self.grid.frame.columns else 0


def read_cells(grid: Grid) -> Cells:
    """Read every column of a grid whose headings are keys."""
    parsed = {key: _read(grid, column) for key, column in COLUMNS.items()}
    frame = pl.DataFrame([parsed[key].values.alias(key) for key in COLUMNS])
    problems = tuple(problem for found in parsed.values() for problem in found.problems)
    return Cells(frame.with_row_index("_index"), grid, problems)


def _read(grid: Grid, column: Column) -> Parsed:
    parsed = READERS[column.kind](grid, column.key)
    if column.kind is not Kind.TEXT:
        return parsed
    return Parsed(nothing_said(parsed.values, column), parsed.problems)


def nothing_said(texts: pl.Series, column: Column) -> pl.Series:
    """The texts without the words that stand for nothing in a column."""
    words = {QUOTES, column.blank, column.blank.lower()} - {""}
    return blank_words(texts, words)
