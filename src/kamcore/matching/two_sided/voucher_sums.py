"""Vouchers of both sides whose lines come to one sum.

Where the lines of two such vouchers agree one by one they are pairs; what is left of them is a
group.
"""

from typing import Any

import polars as pl

from kamcore.matching.candidates import keyed_candidates, nearest

__all__ = ["sums_of_vouchers"]

_PARTY = ["party", "currency"]
_MEMBERS: Any = {"label": pl.UInt32, "side": pl.String, "id": pl.UInt32}
_PAIRS: Any = {"ours": pl.UInt32, "theirs": pl.UInt32}


def sums_of_vouchers(
    ours: pl.DataFrame, theirs: pl.DataFrame, window: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs (``ours``, ``theirs``) and groups (``label``, ``side``, ``id``) of such vouchers.

    A voucher counts when it has several lines, or its partner has, and neither sum has another
    partner within `window` days.
    """
    totals = [_totals(frame) for frame in (ours, theirs)]
    heads = [
        frame.group_by(*_PARTY, "voucher_id", "units").agg(
            pl.col("id").min(), pl.col("date").min(), pl.len().alias("parts")
        )
        for frame in totals
    ]
    found = keyed_candidates(heads[0], heads[1], [*_PARTY, "units"])
    found = found.filter(pl.col("cost") <= window)
    parts = pl.col("parts") + pl.col("parts_there") > 2  # noqa: PLR2004  a pair
    several = found.filter(parts).select("ours", "theirs")
    best = nearest(found.select("ours", "theirs", "cost")).filter("alone")
    best = best.join(several, on=["ours", "theirs"], how="semi").sort("ours")
    labels = best.with_row_index("label")
    sides = []
    for side, frame, head in zip(("ours", "theirs"), totals, heads, strict=True):
        key = head.join(labels, left_on="id", right_on=side).select("voucher_id", "label")
        rows = frame.join(key, on="voucher_id", how="inner").sort("label", "own", "id")
        nth = pl.int_range(pl.len()).over("label", "own")
        sides.append(rows.select("label", "own", "id", nth=nth, side=pl.lit(side)))
    pairs = sides[0].join(sides[1], on=["label", "own", "nth"], suffix="_there")
    pairs = pairs.select(ours="id", theirs="id_there")
    left = pl.concat(
        [
            rows.join(pairs, left_on="id", right_on=side, how="anti").select(*_MEMBERS)
            for side, rows in zip(("ours", "theirs"), sides, strict=True)
        ]
    )
    return pairs.cast(_PAIRS).sort("ours"), left.cast(_MEMBERS).sort("label", "side", "id")


def _totals(lines: pl.DataFrame) -> pl.DataFrame:
    by = [*_PARTY, "voucher_id"]
    rows = lines.select("id", "date", *by, own="units", units=pl.col("units").sum().over(by))
    return rows.filter(pl.col("units") != 0)
