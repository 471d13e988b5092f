"""Rows of several files read as one list: each row still knows the file it stands in."""

from bisect import bisect_left
from collections.abc import Sequence

import attrs
import polars as pl

from kamcore.books import Origin
from kamcore.grid.sheet import Grid
from kamcore.place import Place


@attrs.frozen(kw_only=True)
class FilesOrigin(Origin):
    """An origin of several files whose rows are counted through.

    Row ``n`` stands in the last file that starts before it: its own rows count from there.
    """

    parts: tuple[Origin, ...] = ()
    starts: tuple[int, ...] = ()

    def place(self, row: int | None, column: str | None = None, voucher: str = "") -> Place:
        """The place of a row in its own file."""
        if row is None or not self.parts:
            return super().place(row, column, voucher)
        index = max(bisect_left(self.starts, row) - 1, 0)
        part = attrs.evolve(self.parts[index], headings=self.headings)
        return part.place(row - self.starts[index], column, voucher)


def join_grids(grids: Sequence[Grid], file: str) -> Grid:
    """Put grids under one another by heading; `file` names them all, such as their folder.

    A single grid is given back as it is.
    """
    if len(grids) == 1:
        return grids[0]
    starts, rows, height, faulty = [], [], 0, dict[str, dict[int, str]]()
    start = 0
    for grid in grids:
        starts.append(start)
        rows.append(grid.rows + start)
        for name, cells in grid.faulty.items():
            faulty.setdefault(name, {}).update({height + i: text for i, text in cells.items()})
        height += grid.height
        start = int(rows[-1].max() or start)  # type: ignore[arg-type]
    frame = pl.concat([grid.frame for grid in grids], how="diagonal")
    headings = {key: text for grid in grids[::-1] for key, text in grid.origin.headings.items()}
    return Grid(
        frame=frame,
        rows=pl.concat(rows),
        origin=FilesOrigin(
            file=file,
            sheet=grids[0].origin.sheet,
            by=grids[0].origin.by,
            headings=headings,
            parts=tuple(grid.origin for grid in grids),
            starts=tuple(starts),
        ),
        numbers={name: _numbers(grids, name) for name in frame.columns},
        faulty=faulty,
    )


def _numbers(grids: Sequence[Grid], name: str) -> bool | pl.Series:
    """Which cells of a column are numbers, over all grids that have it."""
    marks = [grid.numbers.get(name, False) for grid in grids if name in grid.frame.columns]
    if all(mark is True for mark in marks):
        return True
    if all(mark is False for mark in marks):
        return False
    return pl.concat([grid.number_cells(name) for grid in grids])
