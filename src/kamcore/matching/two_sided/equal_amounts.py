"""Which of several lines of one amount belong together: rents, instalments, round orders.

Both books keep the order of things: where either side has an amount as often as the other, the
first belongs to the first and the last to the last.  Elsewhere the nearest do, counted from the
days the two books usually lie apart.  Neither is certain.
"""

import polars as pl

__all__ = ["in_order", "usual_gaps", "weighed"]

_KEY = ["party", "currency", "units"]
_UNSAID = 7
"""Days that a text which does not say what it is counts for."""
_FAR = 45
"""Days between lines that are paired by their order."""
_ENOUGH = 5
"""Pairs that show how far two books usually lie apart."""


def usual_gaps(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """The middle of the days their line comes after ours, of what is paired already.

    Columns: ``party``, ``currency``, ``up`` (the amount is positive), ``usual``.
    """
    days = theirs.select(pl.col("id").alias("theirs"), date_there="date")
    lines = ours.select("party", "currency", "date", ours="id", up=pl.col("units") > 0)
    both = pairs.join(lines, on="ours").join(days, on="theirs")
    gap = (pl.col("date_there") - pl.col("date")).dt.total_days()
    found = both.group_by("party", "currency", "up").agg(pl.len(), usual=gap.median())
    return found.filter(pl.col("len") >= _ENOUGH).drop("len")


def weighed(candidates: pl.DataFrame, usual: pl.DataFrame, window: int) -> pl.DataFrame:
    """Candidates of one amount with what speaks against each, as ``cost`` in days.

    They have ``date``, ``kind`` and the same of the other side; ``days`` says how far they are
    apart.
    """
    rows = candidates.with_columns(up=pl.col("units") > 0, days="cost")
    rows = rows.join(usual, on=["party", "currency", "up"], how="left")
    gap = (pl.col("date_there") - pl.col("date")).dt.total_days()
    off = (gap - pl.col("usual")).abs().round().cast(pl.Int64)
    same = pl.col("kind") == pl.col("kind_there")
    other = (
        pl.when(pl.col("kind").eq_missing(pl.col("kind_there")))
        .then(0)
        .when(same.is_null())
        .then(_UNSAID)
        .otherwise(window)
    )
    return rows.with_columns(cost=pl.coalesce(off, "days") + other)


def in_order(candidates: pl.DataFrame) -> pl.DataFrame:
    """Pairs (``ours``, ``theirs``) of amounts both sides have equally often, in their order.

    `candidates` as `weighed` gives them; only where all of such an amount may be paired so.
    """
    alike = candidates.filter(pl.col("kind").eq_missing(pl.col("kind_there")))
    by = [*_KEY, "kind"]
    sides = []
    for side, date in (("ours", "date"), ("theirs", "date_there")):
        lines = alike.select(*by, date, side).unique().sort(*by, date, side, nulls_last=True)
        nth = pl.int_range(pl.len()).over(by)
        sides.append(lines.select(*by, side, nth=nth, times=pl.len().over(by)))
    pairs = sides[0].join(sides[1], on=[*by, "nth", "times"], nulls_equal=True)
    fitting = alike.filter(pl.col("days") <= _FAR).select("ours", "theirs")
    pairs = pairs.join(fitting, on=["ours", "theirs"], how="semi")
    whole = pl.len().over(by) == pl.col("times")
    return pairs.filter(whole & (pl.col("times") > 1)).select("ours", "theirs").sort("ours")
