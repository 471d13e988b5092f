"""One door for reports: the suffix of the file says what it becomes."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.grid.csv_writing import write_csv
from kamcore.pipeline.atomic import whole
from kamcore.place import Place
from kamcore.reports.page import write_page
from kamcore.reports.sheets import Listing, Sheet
from kamcore.reports.workbook import write_workbook

__all__ = ["SUFFIXES", "write_report"]

NO_REPORT = Fault(
    code="C6001",
    zh="报表不能写成「{value}」",
    en="a report cannot become {value!r}",
    hint_zh="文件名以 {known} 结尾",
    hint_en="let the name end in {known}",
)
NO_TABLE = Fault(
    code="C6002",
    zh="「{value}」里没有表格, 不能写成 CSV",
    en="there is no table in {value!r} to write as CSV",
    hint_zh="改用 .xlsx 或 .html",
    hint_en="use .xlsx or .html",
)

SUFFIXES = (".xlsx", ".html", ".csv")
"""What a report can become."""


def write_report(
    sheets: Sequence[Sheet], path: Path, *, lang: str = "zh", force: bool = False
) -> None:
    """Write sheets as a workbook, a page, or delimited text, whole or not at all.

    Delimited text holds the first table without its total and sums, for programs that add up
    what they read; texts that a spreadsheet could take for formulas get an apostrophe.

    Raises:
        UsageError: the suffix is none of `SUFFIXES`, the file exists and `force` is false, or
            it cannot be written.
        LossRefused: a cell of the workbook cannot hold a value exactly.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError(NO_REPORT.at(Place(file=str(path)), path.name, known=known))
    if suffix == ".xlsx":
        write_workbook(sheets, path, force=force)
    elif suffix == ".html":
        write_page(sheets, path, lang=lang, force=force)
    else:
        listings = [listing for sheet in sheets for listing in sheet.listings]
        if not listings:
            raise UsageError(NO_TABLE.at(Place(file=str(path)), sheets[0].name))
        with whole(path, force=force) as temporary:
            write_csv(_table(listings[0]), temporary)


def _table(listing: Listing) -> pl.DataFrame:
    frame = listing.frame
    if listing.style is not None:
        frame = frame.filter(pl.col(listing.style).ne_missing("sum"))
    heads: dict[str, str] = {}
    for column in listing.columns:
        said = f"{column.group}{column.heading}" if column.group else column.heading
        heads[column.name] = said if said not in heads.values() else f"{said} ({column.name})"
    return frame.select(pl.col(name).alias(said) for name, said in heads.items())
