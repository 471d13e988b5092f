"""Numbers that one side writes whole and the other by their last digits (尾号).

A bill of thirty digits is 票号12345678 in one book and 尾号5678 in the other.  A short number is
taken for the long one it ends where the other side has only one such number for the party, or
only one on a line of the same amount; else it stays what it is.
"""

from typing import Any

import polars as pl

__all__ = ["with_tails"]

SHORTEST, SURE, LONGEST = 3, 4, 12
"""Digits of a number that may stand for a longer one, and to do so whatever the amounts."""

_PARTY = ["party", "currency"]
_MEANT: Any = {"id": pl.UInt32, "ref": pl.String, "long": pl.String}


def with_tails(
    ours: tuple[pl.DataFrame, pl.DataFrame], theirs: tuple[pl.DataFrame, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The references of both sides (``id``, ``ref``, ``strong``), tails spelled out.

    Each side is its lines (``id``, ``party``, ``currency``, ``units``) and its references.
    """
    named = [
        refs.filter(pl.col("ref").str.contains(r"^\d+$")).join(
            lines.select("id", *_PARTY, "units"), on="id"
        )
        for lines, refs in (ours, theirs)
    ]
    meant = (_meant(named[0], named[1]), _meant(named[1], named[0]))
    return (
        _spelled_out(ours[1], meant[0], meant[1]),
        _spelled_out(theirs[1], meant[1], meant[0]),
    )


def _meant(short: pl.DataFrame, whole: pl.DataFrame) -> pl.DataFrame:
    """The long numbers that short ones stand for: ``id``, ``ref``, ``long``."""
    length = pl.col("ref").str.len_chars()
    short = short.filter(length.is_between(SHORTEST, LONGEST))
    short = short.join(whole, on=[*_PARTY, "ref"], how="anti")
    found = [
        short.filter(length == width).join(
            whole.filter(length > width).select(
                *_PARTY,
                long="ref",
                units_there="units",
                ref=pl.col("ref").str.slice(-width),
            ),
            on=[*_PARTY, "ref"],
        )
        for width in short.select(length.unique().sort())["ref"].to_list()
    ]
    if not found:
        return pl.DataFrame(schema=_MEANT)
    every = pl.concat(found)
    by = ["id", "ref"]
    near = every.filter(pl.col("units") == pl.col("units_there"))
    chosen = [
        frame.group_by(by).agg(pl.col("long").unique()).filter(pl.col("long").list.len() == 1)
        for frame in (near, every.filter(length >= SURE))
    ]
    # A line of the same amount decides between several numbers of one ending.
    best = pl.concat(chosen).unique(by, keep="first", maintain_order=True)
    return best.select(*by, long=pl.col("long").list.first())


def _spelled_out(
    references: pl.DataFrame, meant: pl.DataFrame, there: pl.DataFrame
) -> pl.DataFrame:
    """References with the long numbers; those the other side's tails mean count in full, too."""
    both = references.join(meant, on=["id", "ref"], how="left").select(
        "id",
        ref=pl.coalesce("long", "ref"),
        strong=pl.col("strong")
        | pl.col("long").is_not_null()
        | pl.col("ref").is_in(there["long"].implode()),
    )
    return both.group_by("id", "ref").agg(pl.col("strong").any()).sort("id", "ref")
