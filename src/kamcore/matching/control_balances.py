"""What every party owes or is owed on every control account, as of any day."""

import datetime as dt

import polars as pl

from kamcore.books import Books
from kamcore.matching.sides import Side, control_accounts, live_lines_of, stock_of

__all__ = ["control_balances"]

_SUM = pl.Decimal(38, 4)
_KEYS = ("account", "role", "dimension", "member", "currency")


def control_balances(books: Books, as_of: dt.date) -> pl.DataFrame:
    """Balances of the receivable and payable accounts by party, stated openings included.

    Columns: ``account``, ``role``, ``dimension``, ``member``, ``name``, ``credit_code``,
    ``currency``, ``fx`` (in that currency) and ``base``, both signed with debit positive (Decimal,
    4 places).  Void vouchers do not count; rows that are zero both ways are left out.
    """
    base = books.entity.base_currency
    side = Side(frames=books, accounts=control_accounts(books, "both", notes=True))
    foreign = pl.col("currency").is_not_null() & (pl.col("currency") != base)
    moved = pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0)
    fx = pl.col("fx_debit").fill_null(0) - pl.col("fx_credit").fill_null(0)
    asked = ("date", "debit", "credit", "currency", "fx_debit", "fx_credit")
    lines = (
        side.frames.fetch(live_lines_of(side, asked))
        .filter(pl.col("date").is_null() | (pl.col("date") <= as_of))
        .select(
            "account",
            "role",
            "dimension",
            "member",
            pl.col("currency").fill_null(base),
            base=moved.cast(_SUM),
            fx=pl.when(foreign).then(fx).otherwise(moved).cast(_SUM),
        )
        .collect()
    )
    rows = pl.concat([lines, _stock(side)])
    rows = rows.with_columns(member=pl.when(pl.col("member") != "").then("member"))
    sums = rows.group_by(_KEYS).agg(pl.col("fx", "base").sum())
    known = books.members.select(
        "dimension", pl.col("code").alias("member"), "name", "credit_code"
    ).unique(["dimension", "member"], keep="first", maintain_order=True)
    named = sums.join(known, on=["dimension", "member"], how="left")
    return (
        named.filter((pl.col("fx") != 0) | (pl.col("base") != 0))
        .select(*_KEYS[:4], "name", "credit_code", "currency", "fx", "base")
        .sort("dimension", "member", "currency", "account", nulls_last=True)
    )


def _stock(side: Side) -> pl.DataFrame:
    found = stock_of(side)
    if found is None:
        return pl.DataFrame(schema={**dict.fromkeys(_KEYS, pl.String), "base": _SUM, "fx": _SUM})
    own = pl.col("currency") == side.frames.entity.base_currency
    return (
        side.frames.fetch(found)
        .select(
            *_KEYS,
            base=pl.col("stock").cast(_SUM),
            fx=pl.when(own).then("stock").otherwise("fx_stock").cast(_SUM),
        )
        .collect()
    )
