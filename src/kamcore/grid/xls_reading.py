"""Sheets of legacy workbooks (BIFF), read with xlrd.

xlrd is chosen over the native readers because it tells text, number, date, error and boolean cells
apart, honours the 1904 calendar, and can be told the encoding of books that do not state one; a
sheet of this kind has at most 65,536 rows, so its speed is enough.
"""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import polars as pl
import xlrd
from xlrd import biffh

from kamcore.errors import Problem, SourceError
from kamcore.format import Source
from kamcore.grid import celltext, refusal
from kamcore.grid.compound import OLE_MAGIC, read_directory
from kamcore.grid.sheet import FaultyCell, Sheet, SheetName
from kamcore.place import Place

__all__ = ["XlsReader"]

LARGEST_FILE = 256 << 20
"""Bytes of a legacy workbook; 65,536 rows of 56 columns need about 40 MB."""

_BIFF8 = 80
_CHINESE = "gb18030"
_EMPTY = (biffh.XL_CELL_EMPTY, biffh.XL_CELL_BLANK)


class XlsReader:
    """Reads the sheets of one legacy workbook."""

    problems: tuple[Problem, ...] = ()

    def __init__(self, source: Source) -> None:
        """Open the workbook.

        Raises:
            SourceError: it is cut off, damaged, protected, or no workbook.
        """
        self._source = source
        _check_streams(source)
        with _refusing(source.name):
            self._book = _open(source.content())
            self.sheets = tuple(
                SheetName(str(name), bool(hidden))
                for name, hidden in zip(
                    self._book.sheet_names(),
                    self._book._sheet_visibility,  # noqa: SLF001 (known before a sheet is read)
                    strict=False,
                )
            )
        if not self.sheets:
            raise SourceError(refusal.NOT_A_WORKBOOK.at(Place(file=source.name)))

    def peek(self, index: int, rows: int) -> tuple[tuple[str, ...], ...]:
        """See `Reader`."""
        sheet = self._sheet(index)
        found = []
        for row in range(min(rows, sheet.nrows)):
            cells = zip(sheet.row_types(row), sheet.row_values(row), strict=True)
            texts = [self._text(kind, value) or "" for kind, value in cells]
            while texts and not texts[-1]:
                texts.pop()
            found.append(tuple(texts))
        return tuple(found)

    def load(self, index: int, skip: int) -> Sheet:
        """See `Reader`."""
        sheet = self._sheet(index)
        rows = range(min(skip, sheet.nrows), sheet.nrows)
        values = zip(*(sheet.row_values(row) for row in rows), strict=True)
        kinds = zip(*(sheet.row_types(row) for row in rows), strict=True)
        frame: dict[str, pl.Series] = {}
        numbers: dict[str, bool | pl.Series] = {}
        faulty: list[FaultyCell] = []
        with _refusing(self._source.name, self.sheets[index].name):
            for position, (column, marks) in enumerate(zip(values, kinds, strict=True)):
                name = str(position)
                frame[name] = self._column(column, marks)
                present = set(marks)
                if present <= {biffh.XL_CELL_NUMBER, *_EMPTY}:
                    numbers[name] = biffh.XL_CELL_NUMBER in present
                elif biffh.XL_CELL_NUMBER in present:
                    numbers[name] = pl.Series([kind == biffh.XL_CELL_NUMBER for kind in marks])
                if present & {biffh.XL_CELL_ERROR, biffh.XL_CELL_DATE}:
                    faulty += self._faulty(column, marks, (skip, position))
        return Sheet(
            file=self._source.name,
            name=self.sheets[index].name,
            frame=pl.DataFrame(frame),
            first_row=skip + 1,
            numbers={name: marks for name, marks in numbers.items() if marks is not False},
            faulty=tuple(sorted(faulty, key=lambda cell: (cell.row, cell.column))),
            hidden=self.sheets[index].hidden,
        )

    def _sheet(self, index: int) -> Any:
        with _refusing(self._source.name, self.sheets[index].name):
            return self._book.sheet_by_index(index)

    def _column(self, values: tuple[Any, ...], kinds: tuple[int, ...]) -> pl.Series:
        present = set(kinds)
        if present <= {biffh.XL_CELL_TEXT, *_EMPTY}:
            return celltext.blank_to_null(pl.Series(values, dtype=pl.String))
        if present <= {biffh.XL_CELL_NUMBER, *_EMPTY}:
            numbers = [None if value == "" else value for value in values]
            return celltext.number_texts(pl.Series(numbers, dtype=pl.Float64))
        cells = dict.fromkeys(zip(kinds, values, strict=True))
        texts = {cell: self._text(*cell) for cell in cells}
        column = [texts[cell] for cell in zip(kinds, values, strict=True)]
        return celltext.blank_to_null(pl.Series(column, dtype=pl.String))

    def _text(self, kind: int, value: Any) -> str | None:
        if kind == biffh.XL_CELL_TEXT:
            return str(value)
        if kind == biffh.XL_CELL_NUMBER:
            return celltext.number_text(float(value))
        if kind == biffh.XL_CELL_DATE:
            return celltext.date_text(float(value), is_1904=bool(self._book.datemode))
        if kind == biffh.XL_CELL_BOOLEAN:
            return "TRUE" if value else "FALSE"
        return None

    def _faulty(
        self, values: tuple[Any, ...], kinds: tuple[int, ...], origin: tuple[int, int]
    ) -> list[FaultyCell]:
        skip, position = origin
        found = []
        for row, (kind, value) in enumerate(zip(kinds, values, strict=True), start=skip + 1):
            if kind == biffh.XL_CELL_ERROR:
                text = biffh.error_text_from_code.get(value, "#VALUE!")
                found.append(FaultyCell(row, position, text))
            elif kind == biffh.XL_CELL_DATE and self._text(kind, value) is None:
                found.append(FaultyCell(row, position, celltext.OUT_OF_CALENDAR))
        return found


def _check_streams(source: Source) -> None:
    """Refuse what xlrd would misunderstand: cut off, protected, or another kind of OLE file."""
    place = Place(file=source.name)
    if source.size() > LARGEST_FILE:
        raise SourceError(refusal.TOO_LARGE.at(place, f"{source.size() >> 20:,} MiB"))
    if not source.start(8).startswith(OLE_MAGIC):
        return
    streams = {stream.name: stream.size for stream in read_directory(source)}
    if "EncryptedPackage" in streams:
        raise SourceError(refusal.ENCRYPTED.at(place))
    stated = streams.get("Workbook", streams.get("Book"))
    if stated is None:
        raise SourceError(refusal.NOT_A_WORKBOOK.at(place))
    if stated > source.size():
        raise refusal.truncated(
            source.name, "工作簿数据超出文件末尾", "the workbook stream ends beyond the end"
        )


def _open(content: bytes) -> Any:
    settings: dict[str, Any] = {"on_demand": True, "logfile": io.StringIO()}
    book = xlrd.open_workbook(file_contents=content, **settings)
    if book.biff_version < _BIFF8 and not book.codepage:
        return xlrd.open_workbook(file_contents=content, encoding_override=_CHINESE, **settings)
    return book


@contextlib.contextmanager
def _refusing(file: str, sheet: str | None = None) -> Iterator[None]:
    """Turn whatever xlrd raises on hostile bytes into a refusal of the file."""
    try:
        yield
    except SourceError:
        raise
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise SourceError(refusal.ENCRYPTED.at(Place(file=file))) from error
        raise refusal.damaged(file, error, sheet) from error
    except Exception as error:
        # xlrd trusts its input: struct, index, key, assertion and decoding errors all come out.
        raise refusal.damaged(file, f"{type(error).__name__} {error}", sheet) from error
