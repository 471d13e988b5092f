"""Write the standard voucher workbook (formats/kingdee.md section 1)."""

from pathlib import Path

import polars as pl

from kamcore.adapters.kingdee_k3 import columns as layout
from kamcore.adapters.kingdee_k3 import items, money
from kamcore.adapters.kingdee_k3.columns import COLUMNS, Column, Generation
from kamcore.adapters.kingdee_k3.spelling import spell
from kamcore.adapters.kingdee_k3.verbatim import overlaid, packed
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.format.options import chosen
from kamcore.grid.cells import SheetOut
from kamcore.grid.workbook_writing import write_workbook
from kamcore.vouchers.entries import Kind

_TYPES = {
    Kind.DAY: schema.DAY,
    Kind.WHOLE: schema.INTEGER,
    Kind.AMOUNT: schema.AMOUNT,
    Kind.RATE: schema.RATE,
    Kind.TEXT: schema.TEXT,
    Kind.CODE: schema.TEXT,
}


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a workbook: .xlsx where the target is named so, else .xls.

    Raises:
        LossRefused: there are more rows than a sheet holds.
        UsageError: an option has no such value, or xlwt is not installed.
    """
    generation = Generation(chosen(options, "generation", layout.WRITTEN))
    captions = chosen(options, "keys", ("english", "chinese")) == "chinese"
    spelled = spell(books, losses, options)
    page = _page(spelled, chosen(options, "joiner", items.JOINERS))
    columns = layout.GENERATIONS[generation]
    frame = page.select(column.key for column in columns)
    header = tuple(column.caption if captions else column.key for column in columns)
    dictionary = pl.DataFrame(layout.schema_rows(generation), orient="row")
    sheets = (
        SheetOut(layout.PAGE, frame, (header,)),
        SheetOut(layout.SCHEMA, dictionary),
    )
    write_workbook(sheets, target, usual=".xls")


def _page(books: Books, joiner: str) -> pl.DataFrame:
    """The data sheet, every column by key."""
    heads = books.vouchers.drop("source_row", "date", "year", "period").rename(
        lambda name: name if name == "voucher_id" else f"vouchers.{name}"
    )
    rows = books.lines.join(heads, on="voucher_id", how="left", maintain_order="left")
    amount = pl.col("fx_debit").fill_null(0) + pl.col("fx_credit").fill_null(0)
    local = pl.col("currency") == books.entity.base_currency
    accounts = dict(books.accounts.select("code", "name").iter_rows())
    order = pl.int_range(pl.len(), dtype=pl.Int64).over("voucher_id")
    rows = rows.with_columns(
        FAccountName=_looked_up("account", accounts),
        FCurrencyNum=_named(rows, money.product_code),
        FCurrencyName=_named(rows, money.product_name),
        FAmountFor=pl.when(pl.coalesce("fx_debit", "fx_credit").is_not_null())
        .then(amount)
        .when(local)
        .then(pl.col("debit") + pl.col("credit")),
        FEntryID=pl.when(_in_order(rows)).then(pl.col("line_no") - 1).otherwise(order),
        FItem=packed(books, joiner),
        FPosted=(pl.col("vouchers.status") == "posted").fill_null(value=False).cast(pl.Int64),
    )
    return pl.DataFrame([_column(rows, books.extras, column) for column in COLUMNS.values()])


def _in_order(rows: pl.DataFrame) -> pl.Series:
    """True for vouchers whose line numbers rise from 1 on and can be written as they are."""
    step = pl.col("line_no").diff().over("voucher_id")
    rises = (step.fill_null(1) > 0).all().over("voucher_id")
    starts = pl.col("line_no").first().over("voucher_id") == 1
    return rows.select(rises & starts).to_series()


def _looked_up(key: str, values: dict[str, str | None]) -> pl.Expr:
    return pl.col(key).replace_strict(values, default=None, return_dtype=schema.TEXT)


def _named(rows: pl.DataFrame, name: object) -> pl.Expr:
    known = rows["currency"].drop_nulls().unique(maintain_order=True).to_list()
    return _looked_up("currency", {code: name(code) for code in known})  # type: ignore[operator]


def _column(rows: pl.DataFrame, extras: pl.DataFrame, column: Column) -> pl.Series:
    """One column of the sheet, with verbatim texts laid over it."""
    table, _, name = column.fact.partition(".")
    source = (name if table == "lines" else column.fact) if name else column.key
    if source in rows.columns:
        values = rows[source].alias(column.key)
    else:
        values = pl.Series(column.key, [None] * rows.height, dtype=schema.TEXT)
    if values.dtype == schema.TEXT:
        values = overlaid(values, extras, column.key)
        return values.fill_null(column.blank) if column.blank else values
    own = extras.filter(pl.col("table") == "lines", pl.col("field") == column.key)
    dtype = _TYPES[column.kind]
    if own.height:
        kept = own["value"].cast(dtype, strict=False)
        values = values.clone().scatter(own["row_id"], kept)
    values = values.cast(dtype)
    return values.fill_null(0) if column.kind is Kind.RATE and name != "rate" else values
