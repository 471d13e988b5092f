"""Columns of a table of records, with what is odd about their texts."""

import polars as pl

from kamcore.books import Origin, schema
from kamcore.errors import Problem
from kamcore.grid.amount import read_amounts, read_rates
from kamcore.grid.date import read_dates
from kamcore.grid.number import read_integers
from kamcore.grid.sheet import Grid
from kamcore.markup.elements import LINE
from kamcore.markup.nested_elements import AROUND

__all__ = ["Columns"]


class Columns:
    """Columns of a table of records, read with places; what is odd is gathered."""

    def __init__(self, frame: pl.DataFrame, origin: Origin) -> None:
        self.frame = frame
        self.problems: list[Problem] = []
        self._origin = origin

    def text(self, name: str) -> pl.Series:
        """A column of texts without blanks around them; null where the file has none."""
        if name not in self.frame.columns:
            return pl.Series(name, [None] * self.frame.height, dtype=schema.TEXT)
        return self.frame[name].str.strip_chars().replace("", None)

    def _grid(self, name: str) -> Grid:
        return Grid(
            frame=pl.DataFrame({name: self.text(name)}), rows=self.rows, origin=self._origin
        )

    @property
    def rows(self) -> pl.Series:
        """The line of each record."""
        return self.frame[LINE].cast(pl.Int64)

    def around(self, kind: str) -> pl.Series:
        """The row of the record around."""
        return self.frame[AROUND + kind].cast(pl.Int64)

    def amount(self, name: str) -> pl.Series:
        """A column of money."""
        found = read_amounts(self._grid(name), name)
        self.problems += found.problems
        return found.values

    def rate(self, name: str) -> pl.Series:
        """A column of rates."""
        found = read_rates(self._grid(name), name)
        self.problems += found.problems
        return found.values

    def date(self, name: str) -> pl.Series:
        """A column of days; a time of day after it is left out."""
        self.frame = self.frame.with_columns(self.text(name).str.replace(r"T.*$", "").alias(name))
        found = read_dates(self._grid(name), name, serials=False)
        self.problems += found.problems
        return found.values

    def integer(self, name: str) -> pl.Series:
        """A column of whole numbers."""
        found = read_integers(self._grid(name), name)
        self.problems += found.problems
        return found.values
