"""What a policy would have done: a changed scheme run over the facts of past days."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs
import polars as pl

from kamcore.model.tier import TierPolicy, TierRecord
from kamcore.tiering.tiers import Tiering, tiers

__all__ = ["PolicyComparison", "compare_policies", "simulate"]


@attrs.frozen(kw_only=True, eq=False)
class PolicyComparison:
    """Two policies over the same past.

    `moves` has ``date``, ``change``, ``ours`` and ``other`` (how many customers); `differing` the
    customers whose tier at the last day differs: ``customer``, ``ours``, ``other``; `matrix`
    counts them by both tiers, all customers included.
    """

    moves: pl.DataFrame = attrs.field(repr=False)
    differing: pl.DataFrame = attrs.field(repr=False)
    matrix: pl.DataFrame = attrs.field(repr=False)


def simulate(
    past: Iterable[tuple[dt.date, Any]],
    policy: TierPolicy,
    history: Iterable[TierRecord] = (),
) -> tuple[Tiering, ...]:
    """Judge customers day after day, each run on the tiers of the one before.

    `past` holds days with the facts of that day; they are taken in the order of the days.

    Raises:
        BooksError: the facts of a day are no frame of facts.
        UsageError: the policy has no levels.
    """
    known: tuple[TierRecord, ...] = tuple(history)
    found: list[Tiering] = []
    for day, facts in sorted(past, key=lambda one: one[0]):
        one = tiers(facts, policy, as_of=day, history=known)
        found.append(one)
        seen = set(one.frame["customer"])
        # Customers without facts on a day keep the record they had.
        known = (*(record for record in known if record.customer not in seen), *one.records())
    return tuple(found)


def compare_policies(
    past: Iterable[tuple[dt.date, Any]],
    ours: TierPolicy,
    other: TierPolicy,
    history: Iterable[TierRecord] = (),
) -> PolicyComparison:
    """Run two policies over the same past and say where they part.

    Raises:
        BooksError: the facts of a day are no frame of facts.
        UsageError: a policy has no levels.
    """
    days, before = tuple(past), tuple(history)
    runs = {"ours": simulate(days, ours, before), "other": simulate(days, other, before)}
    counted = [
        one.frame.group_by("change")
        .len()
        .select(pl.lit(one.as_of).alias("date"), "change", pl.lit(name).alias("policy"), "len")
        for name, found in runs.items()
        for one in found
    ]
    names = {"date": pl.Date, "change": pl.String, "policy": pl.String, "len": pl.UInt32}
    moves = pl.concat([pl.DataFrame(schema=names), *counted])
    moves = moves.group_by("date", "change").agg(
        pl.col("len").filter(pl.col("policy") == name).sum().alias(name) for name in runs
    )
    last = [_last(runs[name], name) for name in runs]
    both = last[0].join(last[1], on="customer", how="full", coalesce=True).sort("customer")
    apart = both.filter(pl.col("ours").ne_missing(pl.col("other")))
    matrix = both.group_by("ours", "other").len("customers").sort("ours", "other", nulls_last=True)
    return PolicyComparison(moves=moves.sort("date", "change"), differing=apart, matrix=matrix)


def _last(found: tuple[Tiering, ...], name: str) -> pl.DataFrame:
    if not found:
        return pl.DataFrame(schema={"customer": pl.String, name: pl.String})
    return found[-1].frame.select("customer", pl.col("tier").alias(name))
