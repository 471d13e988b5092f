# ruff: noqa: S101  laws are assertions
"""What a sheet shows and what was read of it: the amounts, cell by cell, without a golden."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import attrs

from kamcore.errors import KamcoreError
from kamcore.format import Reading, Source
from kamcore.grid.container import detect
from kamcore.grid.header import fold
from kamcore.grid.workbook import open_workbook
from kamcore.testing.goldens import samples_in
from kamcore.testing.suite import Suite

__all__ = ["SheetLaws"]

_SIDES = ("debit", "credit")
_TABLES = ("xlsx", "xls", "html", "text")
_MONEY = re.compile(r"[¥$€£,\s]|RMB|CNY|USD|元")


@attrs.frozen
class _Cell:
    """An amount cell: where it stands, and what it shows."""

    row: int
    heading: str
    text: str


class SheetLaws(Suite):
    """Sheets are looked at by other eyes than those of the reader under test."""

    def law_amounts_are_those_of_the_sheet(self, _folder: Path) -> None:
        """Where a sample is a sheet, each amount is the one its cell shows."""
        for sample in samples_in(self.samples):
            if sample.is_dir() or detect(Source(sample)) not in _TABLES:
                continue
            reading = self.format.read(Source(sample), self.read_options)
            wrong = {problem.place.row or problem.place.line for problem in reading.problems}
            lines = reading.books.lines.unique("source_row", keep="none")
            read = {side: dict(lines.select("source_row", side).iter_rows()) for side in _SIDES}
            for side, cell in _amount_cells(sample, reading):
                value = read[side].get(cell.row)
                if cell.row not in read[side] or cell.row in wrong:
                    continue
                shows = _amount(cell.text)
                assert shows is None or (value or Decimal(0)) == shows, (
                    f"{sample.name}: row {cell.row}, {cell.heading} was read as {value} "
                    f"but the sheet shows {cell.text}{_advice(cell.text)}"
                )


def _amount_cells(sample: Path, reading: Reading) -> Iterator[tuple[str, _Cell]]:
    """The cells under the headings that the reader names for debit and credit."""
    headings = {side: reading.books.origin.headings.get(f"lines.{side}") for side in _SIDES}
    if len({*headings.values()} - {None}) != len(_SIDES):
        return
    try:
        book = open_workbook(Source(sample))
        sheet = book.load(reading.detected.sheet or book.names[0])
    except (KamcoreError, IndexError):
        return
    rows = sheet.lines.to_list() if sheet.lines is not None else None
    columns: dict[str, int] = {}
    for index, cells in enumerate(sheet.frame.iter_rows()):
        folded = [fold(cell or "") for cell in cells]
        found = {
            side: folded.index(fold(heading or ""))
            for side, heading in headings.items()
            if fold(heading or "") in folded
        }
        if len(found) == len(_SIDES):
            columns = found
            continue
        row = rows[index] if rows is not None else sheet.first_row + index
        for side, column in columns.items():
            if cells[column] is not None:
                yield side, _Cell(row, str(headings[side]), cells[column])


def _advice(text: str) -> str:
    """Where the kit's own readers handle what is odd about a cell."""
    if text.strip().startswith(("(", "（")):
        return "; accounting brackets: see kamcore.grid.amount"
    return "" if text.isascii() else "; full-width figures: see kamcore.grid.amount"


def _amount(text: str) -> Decimal | None:
    """What a person reads in an amount cell; nothing where it is no plain amount.

    >>> _amount("(1,200.00)"), _amount("１２.5"), _amount("详见附件")
    (Decimal('-1200.00'), Decimal('12.5'), None)
    """
    plain = _MONEY.sub("", unicodedata.normalize("NFKC", text))
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    if plain.endswith("-"):
        plain = "-" + plain[:-1]
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None
