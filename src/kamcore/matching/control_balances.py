"""What every party owes or is owed on every control account, as of any day."""

import datetime as dt

import narwhals as nw
import polars as pl

from kamcore.books import Books, schema
from kamcore.ledger.engine import open_frames
from kamcore.ledger.movements import stock
from kamcore.ledger.selection import Scope
from kamcore.matching.sides import Side, control_accounts, live_lines_of, member_of

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
    accounts = control_accounts(books, "both", notes=True)
    side = Side(books=books, accounts=accounts)
    foreign = pl.col("currency").is_not_null() & (pl.col("currency") != base)
    moved = pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0)
    fx = pl.col("fx_debit").fill_null(0) - pl.col("fx_credit").fill_null(0)
    lines = (
        live_lines_of(side)
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
    rows = pl.concat([lines, _stock(books, accounts)])
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


def _stock(books: Books, accounts: pl.DataFrame) -> pl.DataFrame:
    empty = pl.DataFrame(schema={**dict.fromkeys(_KEYS, pl.String), "base": _SUM, "fx": _SUM})
    frames = open_frames(books)
    if not (frames.has("balances") and frames.has("lines")) or accounts.is_empty():
        return empty
    known = books.balances.columns
    by = tuple(d for d in ("customer", "supplier") if schema.AUX + d in known)
    found = stock(frames, Scope(accounts=tuple(accounts["account"]), by=by), ("base", "fx"))
    if found is None:
        return empty
    rows: pl.DataFrame = nw.to_native(found.collect())
    rows = rows.join(accounts, on="account", how="inner")
    own = pl.col("currency") == books.entity.base_currency
    return rows.select(
        "account",
        "role",
        "dimension",
        member_of(rows.columns).alias("member"),
        "currency",
        base=pl.col("stock").cast(_SUM),
        fx=pl.when(own).then(pl.col("stock")).otherwise(pl.col("fx_stock")).cast(_SUM),
    )
