"""Write ``.xls`` workbooks (BIFF8) with xlwt, the only writer of them (extra ``xls``).

xlwt has had no release since 2017 and makes an object for every cell; a sheet holds 65,536 rows,
so that is seconds.  BIFF stores numbers as binary doubles: a decimal of at most 15 significant
digits comes back from its double unchanged, and one of more has been refused before.  Same input,
same bytes.
"""

import importlib
import operator
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.grid.cells import (
    CellKind,
    Extent,
    SheetOut,
    check_sheets,
    corners,
    number_text,
    serial_text,
)
from kamcore.place import Place

__all__ = ["XLS", "write_xls"]

XLS: Final = Extent(rows=65_536, columns=256)
"""Rows and columns of a sheet."""

NO_XLWT = Fault(
    code="G3011",
    zh="写 .xls 需要 xlwt, 尚未安装",
    en="writing .xls needs xlwt, which is not installed",
    hint_zh="pip install 'kamcore[xls]', 或改写 .xlsx",
    hint_en="pip install 'kamcore[xls]', or write .xlsx",
)

_FORMATS = {
    CellKind.TEXT: "@",
    CellKind.NUMBER: "General",
    CellKind.DATE: "yyyy\\-mm\\-dd",
    CellKind.MOMENT: "yyyy\\-mm\\-dd\\ hh:mm:ss",
    CellKind.BOOLEAN: "General",
}
_METHODS = {CellKind.TEXT: "set_cell_text", CellKind.BOOLEAN: "set_cell_boolean"}
_RECORD = 0x2020
"""Bytes of a record, at most (BIFF8)."""
_HIGH_HALVES = tuple(bytes([byte]) for byte in range(0xD8, 0xDC))
_WIDTH_UNIT = 256
_WIDEST = 255


def write_xls(
    sheets: Sequence[SheetOut],
    target: Path,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write sheets to one workbook at `target`, replacing a file there.

    A failed check writes nothing; a failure while writing may leave a part of a file, so give a
    temporary name.  `progress` is called with rows done and rows in all, over all sheets.

    Raises:
        UsageError: xlwt is not installed, or a sheet name, range or column type cannot be
            written by any workbook.
        LossRefused: a value would be cut or rounded, or the sheet is too large.
    """
    try:
        xlwt: ModuleType = importlib.import_module("xlwt")
    except ImportError as error:
        raise UsageError(NO_XLWT.at(Place())) from error
    check_sheets(sheets, XLS)
    book = xlwt.Workbook(encoding="utf-8")
    book._Workbook__sst = _string_table(xlwt)(book.encoding)  # noqa: SLF001 - no public door
    styles = {kind: xlwt.easyxf(num_format_str=text) for kind, text in _FORMATS.items()}
    total = sum(sheet.frame.height for sheet in sheets)
    done = 0
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        page.visibility = int(sheet.hidden)
        _write_frame(page, sheet, styles)
        done += sheet.frame.height
        if progress is not None:
            progress(done, total)
    book.set_active_sheet(next(i for i, sheet in enumerate(sheets) if not sheet.hidden))
    with target.open("wb") as file:
        book.save(file)


def _string_table(xlwt: ModuleType) -> type:
    """Make xlwt's table of shared strings keep both halves of a surrogate pair in one record.

    xlwt cuts long tables between any two UTF-16 units; xlrd and calamine then fail on the file.
    """
    base: Any = xlwt.BIFFRecords.SharedStringTable

    class Strings(base):  # type: ignore[misc]
        def _save_atom(self, atom: bytes) -> None:
            # Room for the second half too, should the first text unit be half a pair.
            if len(self._current_piece) + len(atom) + 2 > _RECORD:
                self._new_piece()
            self._current_piece += atom

        def _save_splitted(self, rest: bytes, is_wide: bool) -> None:  # noqa: FBT001
            while rest:
                cut = _RECORD - len(self._current_piece)
                if cut < len(rest) and is_wide:
                    cut &= ~1
                    cut -= 2 * (rest[cut - 1 : cut] in _HIGH_HALVES)
                self._current_piece += rest[:cut]
                rest = rest[cut:]
                if rest:
                    self._new_piece()
                    self._current_piece += b"\1" if is_wide else b"\0"

    return Strings


def _write_frame(page: Any, sheet: SheetOut, styles: dict[CellKind, Any]) -> None:
    for index, name in enumerate(sheet.frame.columns):
        if name in sheet.widths:
            page.col(index).width = int(min(sheet.widths[name], _WIDEST) * _WIDTH_UNIT)
    for number, texts in enumerate(sheet.header):
        for index, text in enumerate(texts):
            if text:
                page.row(number).set_cell_text(index, text, styles[CellKind.TEXT])
    records = [page.row(len(sheet.header) + index) for index in range(sheet.frame.height)]
    for index, (column, kind) in enumerate(sheet.series()):
        if kind is not CellKind.BLANK:
            style = styles[kind]
            put = operator.attrgetter(_METHODS.get(kind, "set_cell_number"))
            for record, value in zip(records, _values(column, kind), strict=True):
                if value is not None:
                    put(record)(index, value, style)
    page.merged_ranges.extend(corners(merge) for merge in sheet.merges)


def _values(column: pl.Series, kind: CellKind) -> list[Any]:
    value = pl.col(column.name)
    if kind is CellKind.TEXT:
        value = pl.when(value != "").then(value)
    elif kind is CellKind.NUMBER:
        value = number_text(value, column.dtype)
    elif kind is not CellKind.BOOLEAN:
        value = serial_text(value)
    values = column.to_frame().select(value).to_series().to_list()
    if kind in _METHODS:
        return values
    # The last step: at most 15 digits, so the double reads back as the same decimal.
    return [None if text is None else float(text) for text in values]
