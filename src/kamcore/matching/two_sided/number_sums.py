"""Lines that name one number, or numbers of one list, and come to one sum on both sides.

One side books an invoice in parts, or the invoices of one delivery each; the other books them in
a line that names them all: ``发票号001-005``.  Lines hang together where they share a number, and
lines of contrary sign do not: a payment names the invoices it pays.
"""

from typing import Any

import polars as pl

__all__ = ["sums_of_lists", "sums_of_numbers"]

_PARTY = ["party", "currency"]
_ROUNDS = 12
_MEMBERS: Any = {"label": pl.UInt32, "side": pl.String, "id": pl.UInt32}


def sums_of_numbers(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Groups of lines that name one number and no other.

    Each side has ``id``, ``party``, ``currency``, ``units`` and ``ref``, a row per number named.
    Columns: ``label``, ``side``, ``id``.
    """
    single = pl.len().over("side", "id") == 1
    rows = _both(ours, theirs).filter(single)
    by = [*_PARTY, "ref"]
    heads = rows.select(by).unique().sort(by).with_row_index("label")
    return _equal(rows.join(heads, on=by))


def sums_of_lists(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Groups of lines that hang together by the numbers of at least one list."""
    rows = _both(ours, theirs).with_columns(up=pl.col("units") > 0)
    by = [*_PARTY, "up", "ref"]
    lists = rows.filter(pl.len().over("side", "id") > 1)
    rows = rows.join(lists.select(*_PARTY, "up").unique(), on=[*_PARTY, "up"], how="semi")
    if rows.is_empty():
        return pl.DataFrame(schema=_MEMBERS)
    nodes = rows.select("side", "id").unique().sort("side", "id").with_row_index("label")
    rows = rows.join(nodes, on=["side", "id"])
    for _ in range(_ROUNDS):
        through = pl.col("label").min().over(by)
        spread = rows.with_columns(label=through)
        spread = spread.with_columns(label=pl.col("label").min().over("side", "id"))
        if spread["label"].equals(rows["label"]):
            break
        rows = spread
    listed = rows.join(lists.select("side", "id").unique(), on=["side", "id"], how="semi")
    return _equal(rows.join(listed.select("label").unique(), on="label", how="semi"))


def _both(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    columns = ["id", *_PARTY, "units", "ref"]
    sides = (("ours", ours), ("theirs", theirs))
    return pl.concat([frame.select(*columns, side=pl.lit(side)) for side, frame in sides])


def _equal(rows: pl.DataFrame) -> pl.DataFrame:
    """The labels both sides have lines of, with one sum."""
    lines = rows.unique(["side", "id", "label"])
    sums = lines.group_by("label").agg(
        *(
            pl.col("units").filter(pl.col("side") == side).sum().alias(side)
            for side in ("ours", "theirs")
        ),
        sides=pl.col("side").n_unique(),
    )
    same = sums.filter((pl.col("sides") > 1) & (pl.col("ours") == pl.col("theirs")))
    found = lines.join(same.select("label"), on="label", how="semi")
    return found.select(*_MEMBERS).cast(_MEMBERS).sort("label", "side", "id")
