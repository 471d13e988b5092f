"""Write a workbook of the kind its name says.

A spreadsheet program warns of a file that is named otherwise, and an importing one may refuse it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from kamcore.grid.cells import SheetOut
from kamcore.grid.xls_writing import write_xls
from kamcore.grid.xlsx_writing import write_xlsx

__all__ = ["WORKBOOKS", "write_workbook"]

WORKBOOKS = {".xlsx": write_xlsx, ".xls": write_xls}
"""The writer of each suffix of a workbook."""


def write_workbook(
    sheets: Sequence[SheetOut],
    target: Path,
    progress: Callable[[int, int], None] | None = None,
    *,
    usual: str = ".xlsx",
) -> None:
    """Write sheets to `target` as ``.xls`` or ``.xlsx``; under any other suffix as the `usual`.

    Raises:
        UsageError: a sheet name, range or column type cannot be written by any workbook, or
            xlwt, which ``.xls`` needs, is not installed.
        LossRefused: a value would be cut or rounded, or the sheet is too large for the kind.
    """
    kind = target.suffix.lower()
    WORKBOOKS[kind if kind in WORKBOOKS else usual](sheets, target, progress)
