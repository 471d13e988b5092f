"""A sheet of cells as a frame of text columns that remembers what the cells were.

A number cell becomes the shortest decimal text that names the stored number (``1234.5``), a date
cell ISO text (``2025-01-02`` or ``2025-01-02 03:04:05``), a boolean ``TRUE`` or ``FALSE``; a blank
cell, and a cell with nothing but blanks, is null.  A cell that holds an error or a formula
without a stored value is null in the frame and listed in `faulty`.
"""

from collections.abc import Mapping

import attrs
import polars as pl

from kamcore.books import Origin
from kamcore.place import Place


@attrs.frozen
class FaultyCell:
    """A cell that has no value: an error such as ``#REF!`` or a formula without a result."""

    row: int
    """Row of the sheet, from 1."""
    column: int
    """Column of the sheet, from 0."""
    text: str


@attrs.frozen
class SheetName:
    """The name of a sheet and whether it is hidden."""

    name: str
    hidden: bool = False

    def __str__(self) -> str:
        return self.name


@attrs.frozen(kw_only=True)
class Sheet:
    """Cells of one sheet, from `first_row` on.

    `frame` has one text column per sheet column, named ``0``, ``1``, … by position.  `numbers`
    marks number cells: a column that is missing there has none, True says that all its filled
    cells are numbers, a Boolean series (aligned with the frame) says which.
    """

    file: str
    name: str
    frame: pl.DataFrame
    first_row: int = 1
    numbers: Mapping[str, bool | pl.Series] = attrs.field(factory=dict)
    faulty: tuple[FaultyCell, ...] = ()
    hidden: bool = False
    lines: pl.Series | None = None
    """Line of the file of each row of the frame, where the source is a text and not a workbook."""

    @property
    def height(self) -> int:
        """Number of rows in the frame."""
        return self.frame.height


@attrs.frozen(kw_only=True)
class Grid:
    """The data rows of a sheet under a header: text columns by heading.

    `rows` holds the source row (or line) of each row of the frame; `letters` the column letter of
    each heading where the source is a workbook.  The heading is what the source calls the column.
    """

    frame: pl.DataFrame
    rows: pl.Series
    origin: Origin
    letters: Mapping[str, str] = attrs.field(factory=dict)
    numbers: Mapping[str, bool | pl.Series] = attrs.field(factory=dict)
    faulty: Mapping[str, Mapping[int, str]] = attrs.field(factory=dict)
    """By heading: text of the faulty cell by index in the frame."""

    @property
    def height(self) -> int:
        """Number of data rows."""
        return self.frame.height

    def place(self, index: int, heading: str | None = None) -> Place:
        """The place of a row of the frame, and of a column by what the source calls it."""
        place = self.origin.place(int(self.rows[index]))
        column = self.origin.headings.get(heading, heading) if heading else None
        return attrs.evolve(place, column=column)

    def column(self, heading: str) -> pl.Series:
        """A column as text; all null when the source has no such heading."""
        if heading in self.frame.columns:
            return self.frame[heading]
        return pl.Series(heading, [None] * self.height, dtype=pl.String)

    def number_cells(self, heading: str) -> pl.Series:
        """True where the cell of a column is a number cell."""
        marks = self.numbers.get(heading, False)
        if isinstance(marks, pl.Series):
            return marks
        return pl.select(pl.repeat(marks, self.height, dtype=pl.Boolean)).to_series()

    def filter(self, keep: pl.Series) -> "Grid":
        """The grid with only the rows where `keep` is true."""
        kept = keep.arg_true()
        new = {int(old): index for index, old in enumerate(kept)} if self.faulty else {}
        return attrs.evolve(
            self,
            frame=self.frame[kept],
            rows=self.rows.gather(kept),
            numbers={
                name: marks.gather(kept) if isinstance(marks, pl.Series) else marks
                for name, marks in self.numbers.items()
            },
            faulty={
                name: {new[index]: text for index, text in cells.items() if index in new}
                for name, cells in self.faulty.items()
            },
        )
