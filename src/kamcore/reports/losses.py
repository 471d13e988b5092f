"""The workbook of losses: what a target could not hold, a row for each loss."""

import os
from pathlib import Path

import polars as pl

from kamcore.format import LossReport
from kamcore.format.loss import KIND_ZH
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.pipeline.atomic import whole

_HEADINGS = {
    "zh": ("方式", "内容", "字段", "处数", "首处", "首个值"),
    "en": ("kind", "what", "field", "count", "first at", "first value"),
}
_SHEET = {"zh": "损失", "en": "losses"}
_SUFFIX = ".损失.xlsx"
_WIDTHS = (8, 28, 26, 8, 40, 40)


def losses_path(target: str | os.PathLike[str]) -> Path:
    """Where the workbook of losses of a target stands: beside it, under its name.

    >>> losses_path("U8导入.txt").name
    'U8导入.损失.xlsx'
    """
    path = Path(target)
    return path.with_name(path.stem + _SUFFIX)


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
