"""Ageing rolled forward from balances only, where no items are known.

An opening ageing moves on by the months that passed, the debits of the time are the youngest
items, and the credits consume the oldest first.  Red debits settle, red credits take settlements
back.  Buckets may have unequal widths: what stands in one moves as its upper bound does, so a
bucket wider than the time passed goes on early rather than late (the prudent choice for an
allowance).
"""

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import polars as pl

from kamcore.ledger.buckets import Bound, Buckets
from kamcore.ledger.engine import SUM, Frames, Source, conserved, open_frames, stack

__all__ = ["roll_forward"]


def roll_forward(
    opening: Source,
    movements: Source,
    *,
    keys: Iterable[str],
    buckets: Iterable[int | str | Bound] | Buckets,
    passed: int | str | Bound = "1y",
) -> Any:
    """Age the closing balances from an opening ageing and the movements since.

    `opening` has `keys`, a column of money per label of `buckets`, and may have ``credits``
    (negative); `movements` has `keys`, ``debit`` and ``credit`` on the account's own and other
    side.  `passed` is the time between the two, as a bound.  The result has the columns of the
    opening, with ``credits`` and ``total``, in the kind of frame that came in.

    Raises:
        BooksError: a column is missing, or an amount is not exact.
        UsageError: a bound cannot be read, or the frames belong to different engines.
    """
    chosen = Buckets.of(buckets)
    keys, labels = tuple(keys), chosen.labels()
    frames = open_frames({"opening": opening, "movements": movements})
    rows = _joined(frames, keys, labels, _targets(chosen, Bound.parse(passed)))
    flows = [*(nw.col(label).sum() for label in labels), nw.col("settled").sum()]
    sums = rows.group_by(*keys).agg(*flows)
    result = sums.with_columns(*_consumed(labels))
    total = nw.sum_horizontal(*labels, "credits")
    result = result.with_columns(total=total).select(*keys, *labels, "credits", "total")

    def check(given: pl.DataFrame) -> None:
        net = nw.sum_horizontal(*labels) - nw.col("settled")
        before = rows.select(nw_net=net).select(nw.col("nw_net").sum()).collect().rows()[0][0]
        conserved("roll-forward", before or 0, given["total"].sum() or 0)

    return frames.give(result.sort(*keys), check)


def _targets(buckets: Buckets, passed: Bound) -> dict[str, str]:
    """Per bucket the one its items are in when the time has passed."""
    labels = buckets.labels()
    moved = {labels[-1]: labels[-1]}
    for label, bound in zip(labels, buckets.bounds, strict=False):
        if bound.unit != "d" and passed.unit != "d":
            later = Bound(bound.months + passed.months, "m")
        else:
            later = Bound(bound.days + passed.days)
        moved[label] = next(
            (
                target
                for target, upper in zip(labels, buckets.bounds, strict=False)
                if upper.days >= later.days
            ),
            labels[-1],
        )
    return moved


def _joined(
    frames: Frames, keys: tuple[str, ...], labels: tuple[str, ...], targets: dict[str, str]
) -> nw.LazyFrame[Any]:
    """Opening and movements as one frame of bucket amounts and settlements."""
    zero = nw.lit(0).cast(SUM)
    known = frames.columns("opening")
    credit = ("credits",) if "credits" in known else ()
    before = frames.money("opening", keys, (*labels, *credit))
    sums = {label: [name for name in labels if targets[name] == label] for label in labels}
    aged = before.select(
        *keys,
        *(
            (nw.sum_horizontal(*names) if names else zero).cast(SUM).alias(label)
            for label, names in sums.items()
        ),
        (zero - nw.col("credits") if credit else zero).cast(SUM).alias("settled"),
    )
    debit, other = nw.col("debit"), nw.col("credit")
    red = nw.when(debit < 0).then(debit).otherwise(zero)
    moved = frames.money("movements", keys, ("debit", "credit")).select(
        *keys,
        (debit - red).cast(SUM).alias(labels[0]),
        *(zero.alias(label) for label in labels[1:]),
        (other - red).cast(SUM).alias("settled"),
    )
    return stack(aged, moved)


def _consumed(labels: tuple[str, ...]) -> list[nw.Expr]:
    """What is left per bucket, the oldest consumed first, and what settles nothing."""
    zero = nw.lit(0).cast(SUM)
    settled, running, kept = nw.col("settled"), zero, []
    for label in reversed(labels):
        amount = nw.col(label)
        running = running + amount
        left = running - settled
        part = nw.when(left < amount).then(left).otherwise(amount)
        kept.append(nw.when(left > 0).then(part).otherwise(zero).alias(label))
    over = nw.when(settled > running).then(running - settled).otherwise(zero)
    back = nw.when(settled < 0).then(zero - settled).otherwise(over)
    return [*kept, back.alias("credits")]
