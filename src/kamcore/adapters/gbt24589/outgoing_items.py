"""应收明细表 and 应付明细表 from documents: a row for each, or for each of its settlements."""

import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.settlements import spread
from kamcore.adapters.gbt24589.subledger import (
    DIRECTIONS,
    KEY,
    KIND,
    RECEIPT_KINDS,
    REST,
    TABLES,
    voucher_key,
)
from kamcore.books import Books, schema
from kamcore.grid.cells import number_text
from kamcore.model.currency import currencies

_ZERO = pl.lit(0, dtype=schema.AMOUNT)


def item_tables(books: Books) -> dict[str, pl.DataFrame]:
    """The two tables of documents; kinds of documents are named by their codes."""
    rows = _texts(books)
    found = {}
    for table, (role, code) in layout.OPEN_ITEMS.items():
        found[table] = rows.filter(pl.col("party_role") == role).rename({"party": code})
    for name in ("单据类型", "交易类型"):
        column = f"{name}编码"
        codes = rows[column].drop_nulls().unique().sort()
        found[name] = pl.DataFrame({column: codes, f"{name}名称": codes})
    return found


def rows_of(books: Books) -> pl.DataFrame:
    """The rows of every document of spelled books, as `subledger_of` takes them.

    A document has a row for each of its applications, in their order; what is left open stands on
    the last one.
    """
    base = books.entity.base_currency
    documents = _documents(books)
    entries = spread(books.applications, documents.select("id", own=f"={KEY[-1]}"))
    rows = documents.with_row_index("_document").join(
        entries, on="id", how="left", maintain_order="left_right"
    )
    applied, fx = pl.col("applied").fill_null(_ZERO), pl.col("fx_applied").fill_null(_ZERO)
    left = pl.col("amount") - applied.sum().over("_document")
    fx_left = pl.col("fx_amount") - fx.sum().over("_document")
    last = pl.int_range(1, pl.len() + 1).over("_document") == pl.len().over("_document")
    foreign = (pl.col("currency") != base).fill_null(value=False)
    rows = rows.with_columns(
        balance=pl.when(last).then(left).otherwise(_ZERO).cast(schema.AMOUNT),
        fx_balance=pl.when(last).then(fx_left).otherwise(_ZERO).cast(schema.AMOUNT),
    ).with_columns(
        amount=(applied + pl.col("balance")).cast(schema.AMOUNT),
        fx_amount=(fx + pl.col("fx_balance")).cast(schema.AMOUNT),
    )
    settled = pl.col("applied").is_not_null() & (pl.col("balance") == 0)
    return (
        rows.with_columns(
            fx_amount=pl.when(foreign).then("fx_amount").otherwise("amount"),
            fx_balance=pl.when(foreign).then("fx_balance").otherwise("balance"),
            flag=pl.when(settled).then(pl.lit("1")).otherwise(pl.lit("0")),
            _role=pl.col("party_role") != next(iter(DIRECTIONS)),
        )
        .sort("_role", maintain_order=True)
        .drop("_role", "_document", "id", "voucher_id", "applied", "fx_applied")
    )


def _documents(books: Books) -> pl.DataFrame:
    """Open items and receipts with the sign of the file and the elements kept of them."""
    heads = books.vouchers.select(
        "voucher_id", **{f"={n}": text for n, text in zip(KEY, voucher_key(), strict=True)}
    )
    found = []
    for table in TABLES:
        frame = books.tables[table].with_row_index("_row")
        sign = -1 if table == "receipts" else 1
        linked = frame.join(heads, on="voucher_id", how="left", maintain_order="left")
        day = pl.coalesce("voucher_date", "date")
        kind = pl.col("party_role").replace_strict(
            RECEIPT_KINDS, default=None, return_dtype=schema.TEXT
        )
        is_receipt = table == "receipts"
        usual = {
            f"={KEY[0]}": pl.coalesce(f"={KEY[0]}", day.dt.year().cast(schema.TEXT)),
            f"={KEY[1]}": pl.coalesce(f"={KEY[1]}", day.dt.month().cast(schema.TEXT)),
            "=余额方向": pl.col("party_role").replace_strict(
                DIRECTIONS, default=None, return_dtype=schema.TEXT
            ),
            f"={KIND}": kind if is_receipt else pl.lit(None, dtype=schema.TEXT),
        }
        laid = linked.with_columns(pl.col("amount", "fx_amount") * sign, **usual)
        found.append(_with_extras(laid, books.extras.filter(table=table)))
    names = [name for name in schema.OPEN_ITEMS.names if name != "line_no"]
    texts = [f"={name}" for name in REST]
    return pl.concat([frame.select(*names, *texts) for frame in found], how="vertical")


def _with_extras(frame: pl.DataFrame, extras: pl.DataFrame) -> pl.DataFrame:
    """Documents with what was kept of them beyond the model."""
    for name in REST:
        own = extras.filter(field=name).unique("row_id", keep="first")
        kept = own.select(_row=pl.col("row_id").cast(pl.UInt32), _kept="value")
        known = frame[f"={name}"] if f"={name}" in frame.columns else None
        frame = frame.join(kept, on="_row", how="left", maintain_order="left")
        usual = pl.lit(None, dtype=schema.TEXT) if known is None else pl.lit(known)
        frame = frame.with_columns(pl.coalesce("_kept", usual).alias(f"={name}")).drop("_kept")
    return frame.drop("_row")


def _texts(books: Books) -> pl.DataFrame:
    """The rows by element, as texts."""
    names = {code: currency.zh for code, currency in currencies().items()}
    base = books.entity.base_currency
    rows = rows_of(books)
    day = {
        name: pl.col(name).dt.strftime("%Y%m%d")
        for name in ("voucher_date", "date", "due_date", "settled_on")
    }
    money = {
        zh: _cents(pl.col(name))
        for zh, name in (
            ("本币余额", "balance"),
            ("原币余额", "fx_balance"),
            ("本币发生金额", "amount"),
            ("原币发生金额", "fx_amount"),
        )
    }
    return rows.select(
        "party_role",
        "party",
        *(pl.col(f"={name}").alias(name) for name in REST),
        科目编号="account",
        记账凭证日期=day["voucher_date"],
        记账日期=day["date"],
        本位币=pl.lit(names.get(base, base)),
        汇率=number_text(pl.col("rate"), schema.RATE),
        **money,
        原币币种=pl.col("currency").replace(names),
        摘要="summary",
        到期日=day["due_date"],
        核销凭证编号="ref",
        核销日期=day["settled_on"],
        核销标志="flag",
        单据编号="document",
        发票号="invoice",
        合同号="contract",
        项目编码="project",
    )


def _cents(amount: pl.Expr) -> pl.Expr:
    return amount.cast(schema.TEXT).str.replace(r"(\.\d{2}\d*?)0+$", "$1")
