"""Write reports as workbooks people look at: printed on A4, totals as formulas, native charts.

XlsxWriter keeps the value of a formula beside it, which openpyxl cannot: a reader that calculates
nothing (a preview, a script) would see empty totals.  Numbers go from Decimal to digits; texts
are written as text, so that none is ever taken for a formula.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from kamcore.grid.cells import SheetOut, check_sheets
from kamcore.grid.xlsx_writing import XLSX
from kamcore.pipeline.atomic import whole
from kamcore.reports.drawing import Drawing
from kamcore.reports.sheets import Sheet

__all__ = ["sheet_name", "write_workbook"]

_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  no zone in this field: same input, same bytes
_BARRED = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_LONGEST = 31


def sheet_name(text: str) -> str:
    """A text as the name of a sheet: without the marks a workbook refuses, 31 characters.

    >>> sheet_name("甲/乙: 3月"), len(sheet_name("长" * 40))
    ('甲 乙  3月', 31)
    """
    name = "".join(mark for mark in text.translate(_BARRED) if mark.isprintable())
    return name.strip(" '")[:_LONGEST].rstrip(" '") or "Sheet"


def write_workbook(sheets: Sequence[Sheet], path: Path, *, force: bool = False) -> None:
    """Write sheets to a workbook, whole or not at all.

    Raises:
        UsageError: the file exists and `force` is false, or cannot be written; a name or column
            type cannot stand in a workbook.
        LossRefused: a number has more digits than a cell holds, or there are too many rows.
    """
    outs = [
        SheetOut(f"{number}.{at}", part.values())
        for number, sheet in enumerate(sheets)
        for at, part in enumerate(sheet.listings)
    ]
    named = [SheetOut(sheet.name, pl.DataFrame()) for sheet in sheets]
    check_sheets([*outs, *named], XLSX)
    with whole(path, force=force) as temporary:
        book = _book(temporary)
        formats: dict[Any, Any] = {}
        for sheet in sheets:
            Drawing(book, book.add_worksheet(sheet.name), sheet, formats).draw()
        book.close()


def _book(path: Path) -> xlsxwriter.Workbook:
    options = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": _MADE})
    # The values stand beside the formulas; a program that can calculate checks them once more.
    book.set_calc_mode("auto")
    return book
