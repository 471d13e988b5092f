"""Write the workbook of 73 columns as the product imports it (formats/yonyou.md section 1c)."""

from pathlib import Path

import polars as pl

from kamcore.adapters.yonyou_u8_sheet import columns as layout
from kamcore.adapters.yonyou_u8_sheet.cash import spread_flows
from kamcore.adapters.yonyou_u8_sheet.spelling import spell
from kamcore.adapters.yonyou_u8_sheet.usual import derived
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.grid.cells import SheetOut
from kamcore.grid.workbook_writing import write_workbook
from kamcore.vouchers.currencies import product_name
from kamcore.vouchers.joined import joined

_CHINESE = "CNY"


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a workbook.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a code is too long, a value fits no cell, or there are more rows than a sheet
            holds.
    """
    write_workbook([SheetOut(layout.SHEET, page(spell(books, losses, options)))], target)


def page(books: Books) -> pl.DataFrame:
    """The sheet of spelled books: one row a line, the head repeated on each."""
    rows = joined(books)
    item, inflow, outflow = spread_flows(rows, books.cash_flows)
    special = {
        "行号": pl.col("order"),
        "附单据数": pl.col("vouchers.attachments").fill_null(layout.NO_ATTACHMENTS),
        "记账标志": (pl.col("vouchers.status") == "posted").fill_null(value=False).cast(pl.Int64),
        "币种": _currency(books.entity.base_currency),
        "汇率": _rate(books.entity.base_currency),
        "外币借方金额": pl.when(~(_on_credit() & (pl.col("fx_debit") == 0))).then("fx_debit"),
        "外币贷方金额": pl.when(_on_credit() | (pl.col("fx_credit") != 0)).then("fx_credit"),
        "数量借方": pl.when(~_on_credit()).then("quantity"),
        "数量贷方": pl.when(_on_credit()).then("quantity"),
        layout.MARK: pl.when(pl.col("vouchers.status") == "void").then(pl.lit(1)),
        layout.RANK: pl.col(layout.RANK).cast(schema.INTEGER),
        "现金项目编号": pl.lit(item),
        "现金借方": pl.lit(inflow),
        "现金贷方": pl.lit(outflow),
    }
    own = derived(rows.select("voucher_id", "account", "debit", word="vouchers.word"))
    rows = rows.with_columns(own.values())
    columns = []
    for column in layout.COLUMNS:
        value = special.get(column.heading)
        if value is None:
            value = _plain(column, rows)
        columns.append(value.alias(column.heading))
    return _with_extras(rows.select(columns), books.extras)


def _plain(column: layout.Column, rows: pl.DataFrame) -> pl.Expr:
    name = column.fact.removeprefix("lines.")
    if column.heading in rows.columns:
        return pl.col(column.heading)
    if name in rows.columns:
        return pl.col(name)
    if column.constant:
        return pl.lit(int(column.constant))
    return pl.lit(None, dtype=schema.TEXT)


def _on_credit() -> pl.Expr:
    """True where the amount stands on the credit side."""
    other = (pl.col("credit") != 0).fill_null(value=False)
    return (pl.col("debit").fill_null(0) == 0) & other


def _currency(base: str) -> pl.Expr:
    """The Chinese name of a foreign currency; 人民币 as base currency is left out."""
    named = pl.coalesce(product_name(pl.col("currency")), "currency")
    if base != _CHINESE:
        return named
    return pl.when(pl.col("currency") != base).then(named)


def _rate(base: str) -> pl.Expr:
    """The rate of a foreign line; that of the base currency goes without saying."""
    return pl.when(
        (pl.col("currency") != base).fill_null(value=True) | (pl.col("rate") != 1)
    ).then("rate")


def _with_extras(page: pl.DataFrame, extras: pl.DataFrame) -> pl.DataFrame:
    """The sheet with texts that were kept verbatim; their column becomes one of texts."""
    for (field,), part in extras.group_by("field", maintain_order=True):
        texts = page[str(field)].cast(schema.TEXT).scatter(part["row_id"], part["value"])
        page = page.with_columns(texts.alias(str(field)))
    return page
