"""The lines of spelled books laid out for writing: beside each its voucher and its names."""

import polars as pl

from kamcore.books import Books, schema
from kamcore.vouchers.making import NAMES


def joined(books: Books) -> pl.DataFrame:
    """The lines with ``vouchers.…`` columns of their voucher and ``names.…`` beside their codes.

    Also ``first``, true on the first line of a voucher, and ``order``, its lines counted from 1.
    """
    heads = books.vouchers.rename(
        lambda name: name if name == "voucher_id" else f"vouchers.{name}"
    )
    rows = books.lines.join(heads, on="voucher_id", how="left", maintain_order="left")
    accounts = books.accounts.unique("code", keep="first")
    named = [_looked_up("account", accounts).alias(NAMES + "account")]
    for column in schema.dimension_columns(books.lines):
        known = books.members.filter(pl.col("dimension") == column.removeprefix(schema.AUX))
        named.append(_looked_up(column, known).alias(NAMES + column))
    order = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("voucher_id")
    return rows.with_columns(*named, order=order).with_columns(first=pl.col("order") == 1)


def _looked_up(column: str, known: pl.DataFrame) -> pl.Expr:
    return pl.col(column).replace_strict(
        known["code"], known["name"], default=None, return_dtype=schema.TEXT
    )


def original_amount() -> pl.Expr:
    """The one column of original amounts: that of a foreign line, else the line's own amount."""
    foreign = pl.coalesce("fx_debit", "fx_credit").is_not_null()
    return (
        pl.when(foreign)
        .then(pl.col("fx_debit").fill_null(0) + pl.col("fx_credit").fill_null(0))
        .otherwise(pl.col("debit") + pl.col("credit"))
        .cast(schema.AMOUNT)
    )


def stated(base: str) -> pl.Expr:
    """True where `original_amount` is known: not on a foreign line that states none."""
    foreign = (pl.col("currency") != base).fill_null(value=False)
    return ~foreign | pl.coalesce("fx_debit", "fx_credit").is_not_null()


def one_side(side: str, other: str) -> pl.Expr:
    """The amount of a side; blank where only the other side is used."""
    unused = (pl.col(side) == 0) & (pl.col(other) != 0)
    return pl.when(~unused.fill_null(value=False)).then(side)
