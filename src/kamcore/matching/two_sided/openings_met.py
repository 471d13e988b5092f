"""Lines that one side books in the span and the other has in its opening (期初已含).

At the turn of a year one side has an invoice of December in its opening and the other books it in
January: the openings differ by it, and the line has no partner.  Where early lines without partner
come to what the openings differ by, to the cent and in one way only, the line answers the opening
and nothing is left of either.
"""

import datetime as dt
from typing import Any

import polars as pl

from kamcore.matching.policy import Answer
from kamcore.matching.subset_sum import chance, subsets

__all__ = ["met_openings"]

DAYS = 45
"""How long after the first day a line may answer the opening."""
TERMS = 4
MOST = 60
SELDOM = 0.01
"""How often chance may make the sum of several lines."""

_PARTY = ["party", "currency"]


def met_openings(singles: pl.DataFrame, gaps: pl.DataFrame, since: dt.date) -> pl.Series:
    """The findings whose lines make up for the difference of the openings.

    `singles` are lines without partner: ``finding``, ``party``, ``currency``, ``date``, ``net``
    (what the line adds to our balance less theirs, in units).  `gaps` has ``gap``, what our
    opening is more than theirs, in units.
    """
    last = since + dt.timedelta(days=DAYS)
    early = singles.join(gaps.filter(pl.col("gap") != 0), on=_PARTY)
    early = early.filter(pl.col("date").is_between(since, last)).sort("finding")
    found: list[int] = []
    for frame in early.partition_by(_PARTY, maintain_order=True):
        found += _of_party(list(frame.iter_rows(named=True)))
    return pl.Series("finding", found, dtype=pl.UInt32)


def _of_party(rows: list[dict[str, Any]]) -> list[int]:
    target = -rows[0]["gap"]
    if len(rows) > MOST:
        rows = [row for row in rows if row["net"] == target]
    units = [row["net"] for row in rows]
    answer = subsets(units, target, terms=TERMS)
    if answer.answer is not Answer.UNIQUE:
        return []
    picked = [units[at] for at in answer.picks[0]]
    if len(picked) > 1 and chance(units, target, picked, len(picked)) > SELDOM:
        return []
    return [rows[at]["finding"] for at in answer.picks[0]]
