"""Rows of several sheets as one grid, each row with the sheet it came from.

For books that go on over sheets, such as one sheet an account.
"""

from collections.abc import Sequence

import attrs
import polars as pl

from kamcore.grid.sheet import Grid
from kamcore.place import Place

__all__ = ["Stack", "stack"]


@attrs.frozen(kw_only=True)
class Stack(Grid):
    """A grid whose rows stand in several sheets, named by `sheets` row by row."""

    sheets: pl.Series

    def place(self, index: int, heading: str | None = None) -> Place:
        """The place of a row in its own sheet."""
        return attrs.evolve(super().place(index, heading), sheet=self.sheets[index])

    def filter(self, keep: pl.Series) -> "Stack":
        """The grid with only the rows where `keep` is true."""
        kept = super().filter(keep)
        assert isinstance(kept, Stack)  # noqa: S101  evolving keeps the class
        return attrs.evolve(kept, sheets=self.sheets.gather(keep.arg_true()))


def stack(grids: Sequence[Grid]) -> Grid:
    """One grid of all rows, in order; a heading that a sheet lacks is blank there."""
    if len(grids) == 1:
        return grids[0]
    starts = [0]
    for grid in grids:
        starts.append(starts[-1] + grid.height)
    headings: dict[str, str] = {}
    for grid in grids:
        headings = {**grid.origin.headings, **headings}
    first = grids[0]
    faulty: dict[str, dict[int, str]] = {}
    for grid, start in zip(grids, starts, strict=False):
        for heading, cells in grid.faulty.items():
            known = faulty.setdefault(heading, {})
            known.update({start + index: text for index, text in cells.items()})
    names = [
        pl.repeat(grid.origin.sheet, grid.height, dtype=pl.String, eager=True) for grid in grids
    ]
    marked = {heading for grid in grids for heading in grid.numbers}
    return Stack(
        frame=pl.concat([grid.frame for grid in grids], how="diagonal"),
        rows=pl.concat([grid.rows for grid in grids]),
        origin=attrs.evolve(first.origin, sheet=None, headings=headings),
        letters=first.letters,
        numbers={
            heading: pl.concat([grid.number_cells(heading) for grid in grids])
            for heading in marked
        },
        faulty=faulty,
        sheets=pl.concat(names),
    )
