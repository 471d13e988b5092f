"""Voucher bodies as they are written: a list, a body a voucher, an entry a line of the file.

Also the extras of heads: texts a body has a key for and the model no column.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from kamcore.books import Books, schema
from kamcore.format import Losses
from kamcore.grid.words import tidy
from kamcore.vouchers.outgoing import note_extras

__all__ = ["head_extras", "kept_extras", "write_bodies"]


def write_bodies(
    target: Path, heads: pl.DataFrame, entries: pl.DataFrame, frame: tuple[str, str, str]
) -> None:
    """Write the bodies, UTF-8, in the order of `heads`.

    `heads` has ``voucher_id`` and the members of the head, ``start``; `entries` has ``voucher_id``
    and ``entry``.  `frame` is what opens a body, the key of its entries, and what closes it.
    """
    opens, key, closes = frame
    joined = entries.group_by("voucher_id", maintain_order=True).agg(
        pl.col("entry").fill_null("{}").str.join(",\n  ")
    )
    bodies = heads.join(joined, on="voucher_id", how="left", maintain_order="left").select(
        body=pl.concat_str(
            pl.lit(opens),
            pl.when(pl.col("start") != "").then(pl.col("start") + ", ").otherwise(pl.lit("")),
            pl.lit(f'"{key}": [\n  '),
            pl.col("entry").fill_null(""),
            pl.lit(f"\n ]{closes}"),
        )
    )
    with target.open("wb") as stream:
        stream.write(b"[")
        if bodies.height:
            stream.write(b"\n ")
            stream.write(bodies["body"].str.join(",\n ").item().encode())
        stream.write(b"\n]\n")


def head_extras(books: Books, fields: Sequence[str]) -> list[pl.Series]:
    """A column of texts for each field of the extras of vouchers; null where there is none."""
    found = []
    extras = books.extras.filter(table="vouchers")
    for field in fields:
        own = extras.filter(pl.col("field") == field)
        blank = pl.Series(field, [None] * books.vouchers.height, dtype=schema.TEXT)
        found.append(blank.scatter(own["row_id"], own["value"]) if own.height else blank)
    return found


def kept_extras(books: Books, fields: Sequence[str], losses: Losses) -> Books:
    """The books with only those extras of vouchers that bodies have a key for; others noted."""
    extras = books.extras.with_columns(tidy(books.extras["value"]).alias("value"))
    fits = (pl.col("table") == "vouchers") & pl.col("field").is_in(list(fields))
    good = extras.select((fits & pl.col("value").is_not_null()).fill_null(value=False)).to_series()
    note_extras(books, books.extras.filter(~good), losses)
    return books.replace(extras=extras.filter(good))
