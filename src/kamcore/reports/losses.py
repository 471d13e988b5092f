"""The workbook of losses: what a target could not hold, a row for each loss."""

import itertools
import os
from pathlib import Path

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.format import Loss, LossReport
from kamcore.format.loss import KIND_ZH
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.pipeline.atomic import whole
from kamcore.place import Place

_HEADINGS = {
    "zh": ("方式", "内容", "字段", "处数", "首处", "首个值"),
    "en": ("kind", "what", "field", "count", "first at", "first value"),
}
_SHEET = {"zh": "损失", "en": "losses"}
_SUFFIX = ".损失"
_WIDTHS = (8, 28, 26, 8, 40, 40)


def losses_path(target: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Where the workbook of losses of a target goes: beside it, under its name.

    A workbook that stands there, perhaps of another target with the same stem, is kept unless
    `force` is true; the next free number is taken.

    >>> losses_path("no-such-folder/U8导入.txt").name
    'U8导入.损失.xlsx'
    """
    path = Path(target)
    found = path.with_name(f"{path.stem}{_SUFFIX}.xlsx")
    numbers = itertools.count(2)
    while found.exists() and not force:
        found = path.with_name(f"{path.stem}{_SUFFIX}({next(numbers)}).xlsx")
    return found


def with_vouchers(report: LossReport, books: Books) -> LossReport:
    """The losses with the voucher each first stands in, found by its row in the source."""
    return LossReport(tuple(attrs.evolve(loss, first=_named(loss, books)) for loss in report))


def _named(loss: Loss, books: Books) -> Place:
    row = loss.first.row or loss.first.line
    if row is None or loss.first.voucher or loss.fact.table not in ("lines", "vouchers"):
        return loss.first
    ids = books.lines.filter(source_row=row)["voucher_id"]
    heads = books.vouchers.filter(voucher_id=ids[0]) if ids.len() else books.vouchers.clear()
    if not heads.height:
        return loss.first
    head = heads.row(0, named=True)
    period = f"{head['year'] or ''}-{head['period']:02} " if head["period"] else ""
    name = f"{period}{head['word'] or ''}-{head['number'] or ''}"
    return attrs.evolve(loss.first, voucher=name)


def write_losses(
    report: LossReport, path: str | os.PathLike[str], *, lang: str = "zh", force: bool = False
) -> None:
    """Write the losses of a conversion as a workbook; the count is a number, all else text.

    Raises:
        UsageError: the workbook exists and `force` is false, or cannot be written.
    """
    rows = [
        (
            KIND_ZH[loss.kind] if lang == "zh" else str(loss.kind),
            loss.fact.title(lang, _labels(loss.fact.column, loss.label)),
            str(loss.fact),
            loss.count,
            loss.first.text(lang),
            loss.example,
        )
        for loss in report
    ]
    names = ("kind", "what", "field", "count", "first", "value")
    schema = dict.fromkeys(names, pl.String()) | {"count": pl.Int64()}
    sheet = SheetOut(
        _SHEET[lang],
        pl.DataFrame(rows, schema=schema, orient="row"),
        (_HEADINGS[lang],),
        widths=dict(zip(names, _WIDTHS, strict=True)),
    )
    with whole(Path(path), force=force) as temporary:
        write_xlsx([sheet], temporary)


def _labels(column: str, label: str) -> dict[str, str] | None:
    return {column.removeprefix("aux_"): label} if label else None
