"""Write the voucher import template (formats/kingdee.md section 3a)."""

from pathlib import Path

import polars as pl

from kamcore.adapters.kingdee_jdy import columns as layout
from kamcore.adapters.kingdee_jdy.paths import JOINER
from kamcore.adapters.kingdee_jdy.spelling import custom_dimensions, spell
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.format.options import chosen
from kamcore.grid.cells import SheetOut
from kamcore.grid.workbook_writing import write_workbook
from kamcore.vouchers.currencies import product_code
from kamcore.vouchers.joined import joined, one_side, original_amount, stated


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a workbook.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a value fits no cell, or there are more rows than a sheet holds.
        UsageError: an option has no such value.
    """
    spelled = spell(books, losses, options)
    headings = layout.VARIANTS[chosen(options, "columns", tuple(layout.VARIANTS))]
    write_workbook([SheetOut(layout.SHEET, page(spelled, headings))], target)


def page(books: Books, headings: tuple[str, ...]) -> pl.DataFrame:
    """The sheet of spelled books: one row a line, the head repeated on each."""
    rows = joined(books)
    paths = books.accounts.select(
        "code", path=pl.coalesce(pl.col("full_name").str.replace_all("/", JOINER), "name")
    )
    blank = pl.lit(None, dtype=schema.TEXT)
    columns = {
        "日期": pl.col("vouchers.date").dt.strftime("%Y-%m-%d"),
        "凭证字": pl.col("vouchers.word"),
        "凭证号": pl.col("vouchers.number"),
        "附件数": pl.col("vouchers.attachments"),
        "分录序号": pl.col("order"),
        "摘要": pl.col("summary"),
        "科目代码": pl.col("account"),
        "科目名称": pl.col("account").replace_strict(
            paths["code"], paths["path"], default=None, return_dtype=schema.TEXT
        ),
        "借方金额": one_side("debit", "credit"),
        "贷方金额": one_side("credit", "debit"),
        **{
            heading: pl.col(schema.AUX + name) if schema.AUX + name in rows.columns else blank
            for heading, name in layout.OWN.items()
        },
        **_pairs(books),
        layout.RESTRICTED: _verbatim(books),
        "数量": pl.col("quantity"),
        "单价": pl.col("unit_price"),
        "原币金额": pl.when(stated(books.entity.base_currency)).then(original_amount()),
        "币别": product_code(pl.col("currency")),
        "汇率": pl.col("rate"),
    }
    return rows.select(columns[heading].alias(heading) for heading in headings)


def _pairs(books: Books) -> dict[str, pl.Expr]:
    """The columns of custom dimensions: the nth member of a line stands in the nth pair."""
    taken = pl.lit(0)
    labels: dict[int, list[pl.Expr]] = {}
    codes: dict[int, list[pl.Expr]] = {}
    known = dict(books.dimensions.select("id", "label").rows())
    for name in custom_dimensions(books):
        code = pl.col(schema.AUX + name)
        for index in range(len(layout.SUFFIXES)):
            here = code.is_not_null() & (taken == index)
            labels.setdefault(index, []).append(pl.when(here).then(pl.lit(known[name])))
            codes.setdefault(index, []).append(pl.when(here).then(code))
        taken += code.is_not_null().cast(pl.Int64)
    blank = pl.lit(None, dtype=schema.TEXT)
    columns = {}
    for index, suffix in enumerate(layout.SUFFIXES):
        columns[f"{layout.CATEGORY}{suffix}"] = pl.coalesce(labels.get(index, [blank]))
        columns[f"{layout.MEMBER}{suffix}"] = pl.coalesce(codes.get(index, [blank]))
    return columns


def _verbatim(books: Books) -> pl.Expr:
    """The texts of 是否限定 as they were read."""
    extras = books.extras
    texts = pl.Series([None] * books.lines.height, dtype=schema.TEXT)
    own = extras.filter(pl.col("table") == "lines", pl.col("field") == layout.RESTRICTED)
    return pl.lit(texts.scatter(own["row_id"], own["value"]) if own.height else texts)
