# ruff: noqa: S101  laws are assertions
"""What another reader makes of a workbook: what was written is not judged by its writer alone.

openpyxl knows the file format by itself, reads every cell with its type, and is what most people's
own programs open workbooks with.
"""

from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from kamcore.errors import LossRefused
from kamcore.format import Source
from kamcore.format.comparing import forget
from kamcore.grid.container import detect
from kamcore.grid.workbook import open_workbook
from kamcore.testing.limiting import LimitLaws, beyond_card
from kamcore.testing.suite import skip, writing
from kamcore.testing.wording import EVERY_HOSTILE, hostile_books

__all__ = ["SecondOpinionLaws"]


class SecondOpinionLaws(LimitLaws):
    """Workbooks are opened by other programs than the one that wrote them."""

    @writing
    def law_workbooks_open_elsewhere(self, folder: Path) -> None:
        """Where it writes an xlsx, openpyxl sees the same sheets and cells, and no formula."""
        target = self.target(folder)
        given = forget(hostile_books(EVERY_HOSTILE[:-1]), beyond_card(self))
        try:
            self.format.write(given, target, options=self.options)
        except LossRefused:
            skip("it refuses texts that no cell can hold")
        if target.is_dir() or detect(Source(target)) != "xlsx":
            return
        theirs = load_workbook(target)
        ours = open_workbook(Source(target))
        assert theirs.sheetnames == list(ours.names), f"{theirs.sheetnames}, not {ours.names}"
        for sheet in theirs.worksheets:
            cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
            formulas = [cell.coordinate for cell in cells if cell.data_type == "f"]
            assert not formulas, f"{sheet.title}: formulas at {formulas[:3]}"
            mine = _filled(ours, sheet.title)
            assert len(cells) == mine, f"{sheet.title}: {len(cells)} cells, read here {mine}"


def _filled(book: Any, name: str) -> int:
    """How many cells of a sheet hold something, as this library reads it."""
    frame = book.load(name).frame
    return int(sum(frame.height - frame[column].null_count() for column in frame.columns))
