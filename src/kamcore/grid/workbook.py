"""Workbooks, whatever they really are: opened once, peeked at cheaply, loaded in bulk."""

from typing import Protocol

from kamcore.errors import Problem, SourceError
from kamcore.format import Source
from kamcore.grid import container, refusal
from kamcore.grid.csv_reading import CsvReader
from kamcore.grid.html_reading import HtmlReader
from kamcore.grid.sheet import Sheet, SheetName
from kamcore.grid.xls_reading import XlsReader
from kamcore.grid.xlsx_reading import XlsxReader
from kamcore.place import Place

__all__ = ["SheetName", "Workbook", "open_workbook"]

PEEKED = 15
"""Rows a format sees before it is chosen."""


class Reader(Protocol):
    """Reads the sheets of one kind of workbook."""

    @property
    def sheets(self) -> tuple[SheetName, ...]:
        """The sheets, in their order."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is odd about the file as a whole."""

    def peek(self, index: int, rows: int) -> tuple[tuple[str, ...], ...]:
        """The texts of the first rows; a blank cell is an empty text."""

    def load(self, index: int, skip: int) -> Sheet:
        """The sheet from the row after `skip` on."""


class Workbook:
    """Sheets by name, from a workbook, an html table or a text with separators.

    `problems` are warnings about the file itself, such as an extension that does not fit.
    """

    def __init__(
        self, file: str, kind: str, reader: Reader, problems: tuple[Problem, ...]
    ) -> None:
        self.file = file
        self.container = kind
        self.problems = problems
        self._reader = reader

    @property
    def sheets(self) -> tuple[SheetName, ...]:
        """The sheets, in their order."""
        return self._reader.sheets

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sheets that are not hidden."""
        return tuple(sheet.name for sheet in self.sheets if not sheet.hidden)

    def peek(self, name: str, rows: int = PEEKED) -> tuple[tuple[str, ...], ...]:
        """The texts of the first rows, as `load` would give them; a blank cell is ``""``.

        Raises:
            SourceError: there is no such sheet, or it is damaged.
        """
        return self._reader.peek(self._index(name), rows)

    def load(self, name: str, skip: int = 0) -> Sheet:
        """The sheet without its first `skip` rows.

        Skip titles and headings: a sheet whose columns hold one type each loads several times
        faster than one where a text stands above numbers.

        Raises:
            SourceError: there is no such sheet, or it cannot be read.
        """
        return self._reader.load(self._index(name), skip)

    def _index(self, name: str) -> int:
        names = [sheet.name for sheet in self.sheets]
        if name not in names:
            place = Place(file=self.file)
            raise SourceError(refusal.NO_SHEET.at(place, name, known=", ".join(names)))
        return names.index(name)


def open_workbook(source: Source) -> Workbook:
    """Open a workbook by what it is, once per source.

    Raises:
        SourceError: it is empty, cut off, damaged, protected, a bomb, or no workbook.
    """
    return source.once("workbook", _open)


def _open(source: Source) -> Workbook:
    kind = container.detect(source)
    if kind == "empty":
        raise SourceError(refusal.EMPTY_FILE.at(Place(file=source.name)))
    if kind in ("xlsx", "zip"):
        reader: Reader = XlsxReader(source)
    elif kind in ("xls", "ole"):
        reader = XlsReader(source)
    elif kind == "html":
        reader = HtmlReader(source)
    elif kind == "text":
        reader = CsvReader(source)
    else:
        raise SourceError(refusal.NOT_A_WORKBOOK.at(Place(file=source.name)))
    problems = (*container.extension_problems(source, kind), *reader.problems)
    return Workbook(source.name, kind, reader, problems)
