"""应收明细表 and 应付明细表 from open items: a row for each, or for each settlement."""

import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.receivables import REST, SPLIT
from kamcore.books import Books, schema
from kamcore.grid.cells import number_text
from kamcore.model.currency import currencies

_DIRECTIONS = {"customer": "借", "supplier": "贷"}
_SPLIT_FIELD = r"^核销([0-9]+)\.(.+)$"


def item_tables(books: Books) -> dict[str, pl.DataFrame]:
    """The two tables of documents; kinds of documents are named by their codes."""
    rows = _rows(books)
    found = {}
    for table, (role, code) in layout.OPEN_ITEMS.items():
        found[table] = rows.filter(pl.col("party_role") == role).rename({"party": code})
    for name in ("单据类型", "交易类型"):
        column = f"{name}编码"
        codes = rows[column].drop_nulls().unique().sort()
        found[name] = pl.DataFrame({column: codes, f"{name}名称": codes})
    return found


def _rows(books: Books) -> pl.DataFrame:
    base = books.entity.base_currency
    known = currencies()
    names = {code: currency.zh for code, currency in known.items()}
    money = pl.col("currency").fill_null(base)
    items = books.open_items.with_row_index("_row")
    day = {
        name: pl.col(name).dt.strftime("%Y%m%d") for name in ("voucher_date", "date", "due_date")
    }
    when = pl.coalesce("voucher_date", "date")
    laid = items.select(
        "_row",
        "party_role",
        "party",
        科目编号="account",
        记账凭证日期=pl.coalesce(day["voucher_date"], day["date"]),
        记账日期=pl.coalesce(day["date"], day["voucher_date"]),
        会计年度=when.dt.strftime("%Y"),
        会计期间号=when.dt.month().cast(schema.TEXT),
        记账凭证类型编号=pl.lit(None, dtype=schema.TEXT),
        记账凭证编号=pl.lit(None, dtype=schema.TEXT),
        本位币=pl.lit(names.get(base, base)),
        汇率=number_text(pl.col("rate").fill_null(1).cast(schema.RATE), schema.RATE),
        余额方向=pl.col("party_role").replace_strict(_DIRECTIONS, default=None),
        本币余额=_cents(pl.col("amount")),
        原币余额=_cents(pl.coalesce("fx_amount", "amount")),
        本币发生金额=_cents(pl.col("amount")),
        原币币种=money.replace(names),
        原币发生金额=_cents(pl.coalesce("fx_amount", "amount")),
        摘要="summary",
        到期日=day["due_date"],
        单据类型编码=pl.lit(None, dtype=schema.TEXT),
        交易类型编码=pl.lit(None, dtype=schema.TEXT),
        单据编号="document",
        发票号="invoice",
        合同号="contract",
        项目编码="project",
        核销标志=pl.lit("0"),
    )
    return _with_extras(laid, books.extras.filter(table="open_items"))


def _cents(amount: pl.Expr) -> pl.Expr:
    return amount.cast(schema.TEXT).str.replace(r"(\.\d{2}\d*?)0+$", "$1")


def _with_extras(rows: pl.DataFrame, extras: pl.DataFrame) -> pl.DataFrame:
    """Rows with what was kept of the document, and one for each settlement that was kept."""
    nth = pl.col("field").str.extract(_SPLIT_FIELD, 1).cast(schema.INTEGER)
    said = extras.with_columns(
        _row=pl.col("row_id").cast(pl.UInt32),
        _nth=nth,
        name=pl.coalesce(pl.col("field").str.extract(_SPLIT_FIELD, 2), "field"),
    )
    for name in (*SPLIT, *REST):
        if name not in rows.columns:
            rows = rows.with_columns(pl.lit(None, dtype=schema.TEXT).alias(name))
    counts = said.group_by("_row").agg(_count=pl.col("_nth").max().fill_null(1))
    rows = rows.join(counts, on="_row", how="left", maintain_order="left").with_columns(
        _nth=pl.int_ranges(1, pl.col("_count").fill_null(1) + 1, dtype=schema.INTEGER)
    )
    rows = rows.explode("_nth")
    for name, is_split in (*((n, True) for n in SPLIT), *((n, False) for n in REST)):
        own = said.filter(pl.col("name") == name, pl.col("_nth").is_not_null() == is_split)
        if not own.height:
            continue
        keys = ["_row", "_nth"] if is_split else ["_row"]
        value = own.select(*keys, value="value").unique(keys, keep="first")
        rows = rows.join(value, on=keys, how="left", maintain_order="left")
        split = rows["_count"].is_not_null() if is_split else rows["value"].is_not_null()
        rows = rows.with_columns(
            pl.when(pl.lit(split)).then("value").otherwise(name).alias(name)
        ).drop("value")
    return rows.drop("_row", "_nth", "_count")
