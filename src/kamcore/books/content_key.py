"""A content key for every voucher: equal exactly when two exports tell the same voucher.

The key is a hash (BLAKE2b, 128 bits) of date, word, number and the lines of the voucher, each with
its account (without separators), exact debit and credit, and members.  Order of rows and lines,
trailing zeros, spelling of account codes and texts (摘要) do not count.
"""

import hashlib
from collections.abc import Iterable

import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books
from kamcore.model.scheme import SEPARATORS

_BETWEEN, _LINES = "\x1f", "\x1e"
_BYTES = 16


def content_keys(books: Books, dimensions: Iterable[str] | None = None) -> pl.DataFrame:
    """The key of every voucher, in the order of the books.

    Columns: ``voucher_id`` (Int64), ``key`` (text of 32 hexadecimal digits).  `dimensions` are
    the ids of those that count, all of the books when left out: two exports of which one has no
    such dimension compare without it.
    """
    wanted = books.dimension_ids if dimensions is None else tuple(dimensions)
    present = sorted(set(wanted) & set(books.dimension_ids))
    marks = "".join(f"\\{mark}" for mark in SEPARATORS)
    text = [
        pl.col("account").fill_null("").str.replace_all(f"[{marks}]", ""),
        *(pl.col(side).fill_null(0).cast(pl.String) for side in ("debit", "credit")),
        *(_member(dimension) for dimension in present),
    ]
    lines = (
        books.lines.select("voucher_id", line=pl.concat_str(text, separator=_BETWEEN))
        .sort("line")
        .group_by("voucher_id")
        .agg(pl.col("line").str.join(_LINES))
    )
    head = [
        pl.col("date").cast(pl.String).fill_null(""),
        pl.col("word").fill_null(""),
        pl.col("number").cast(pl.String).fill_null(""),
        pl.col("line").fill_null(""),
    ]
    told = books.vouchers.join(lines, on="voucher_id", how="left", maintain_order="left")
    told = told.select("voucher_id", told=pl.concat_str(head, separator=_BETWEEN))
    keys = [hashlib.blake2b(one.encode(), digest_size=_BYTES).hexdigest() for one in told["told"]]
    return told.select("voucher_id", key=pl.Series(keys, dtype=pl.String))


def _member(dimension: str) -> pl.Expr:
    """A member with its dimension; nothing where the line has none."""
    column = pl.col(schema.AUX + dimension)
    said = pl.concat_str(pl.lit(f"{dimension}="), column)
    return pl.when(column.is_null()).then(pl.lit("")).otherwise(said)
