"""Ranked proposals with reasons for what no rule was certain about.

A score is 0 to 100 and says how much speaks for the pair: a number that is named 75, a stated
reason for the difference 10 more, a group that may be chance 60, one of several equal amounts 65.
A document stands in at most one proposal: the best of those that want it.
"""

from collections.abc import Iterator

import polars as pl

from kamcore.matching.amounts import fitting, same_amounts, single_elsewhere
from kamcore.matching.group import Group
from kamcore.matching.grouping import Party, parties
from kamcore.matching.policy import Answer
from kamcore.matching.pool import Pool
from kamcore.matching.referring import Naming
from kamcore.matching.searching import search
from kamcore.matching.subset_sum import runs

__all__ = ["SCORES", "propose"]

SCORES = {
    "named": 75,
    "named_with_reason": 85,
    "completed": 80,
    "elsewhere": 60,
    "same_amount": 65,
    "run": 65,
    "likely_group": 60,
    "near": 55,
    "near_with_reason": 70,
}
"""What each kind of evidence is worth."""

_PART = "部分|分期|首笔|首付|第.笔|余款|尾款|PART"


def propose(pool: Pool, naming: Naming) -> list[Group]:
    """The proposals, best first; each document in one of them at most."""
    found = [
        *_named(pool, naming),
        *same_amounts(pool, SCORES["same_amount"]),
        *single_elsewhere(pool, SCORES["elsewhere"]),
        *(group for party in parties(pool) for group in _combined(pool, party)),
        *_near(pool),
    ]
    found.sort(key=lambda one: (-(one.score or 0), one.receipts, one.items))
    taken: set[int] = set()
    kept = []
    for group in found:
        if (group.score or 0) >= pool.policy.least and not group.docs & taken:
            taken |= group.docs
            kept.append(group)
    return kept


def _named(pool: Pool, naming: Naming) -> Iterator[Group]:
    """What a receipt names although the amounts differ."""
    whys = pool.docs["why"]
    wanted: dict[int, int] = {}
    for receipt in naming.waiting():
        for item in naming.items(receipt):
            wanted[item] = wanted.get(item, 0) + 1
    for receipt in naming.waiting():
        items = naming.items(receipt)
        paid, owed = naming.units[receipt], naming.total(items)
        is_short = 0 < paid < owed
        reason = whys[receipt] if is_short else None
        settled = _spread(naming, items, paid, whole=reason is not None or paid >= owed)
        yield Group(
            rule="reference_part" if is_short else "reference_differs",
            receipts=((receipt, min(paid, max(owed, 0)) or paid),),
            items=settled,
            key=naming.key(receipt, items),
            answer=Answer.UNIQUE if all(wanted[item] == 1 for item in items) else Answer.SEVERAL,
            difference=owed - paid if reason else 0,
            difference_reason=reason,
            score=SCORES["named_with_reason" if reason else "named"],
        )


def _spread(
    naming: Naming, items: list[int], paid: int, *, whole: bool
) -> tuple[tuple[int, int], ...]:
    """What of each document is settled: all of it, or the oldest first until nothing is left."""
    if whole:
        return naming.parts(items)
    parts, left = [], paid
    for doc in items:
        units = min(left, naming.units[doc])
        if units:
            parts.append((doc, units))
        left -= units
    return tuple(parts)


def _combined(pool: Pool, party: Party) -> Iterator[Group]:
    """Groups that add up, but in several ways or perhaps by chance; the oldest is shown."""
    blue = [item for item in party.items if item["units"] > 0]
    for receipt in party.receipts:
        target = receipt["units"]
        if target <= 0 or receipt["is_advance"]:
            continue
        dated = [
            item
            for item in blue
            if None in (item["date"], receipt["date"])
            or (receipt["date"] - item["date"]).days >= -pool.policy.before
        ]
        every = [(item["doc"], item["units"]) for item in dated]
        found = runs([unit for _, unit in every], target)
        if found:
            first, last = found[0]
            answer = Answer.UNIQUE if len(found) == 1 else Answer.SEVERAL
            yield _group(receipt, every[first : last + 1], answer, "run")
            continue
        every += [(item["doc"], item["units"]) for item in party.items if item["units"] < 0]
        before = pool.work
        hit = search(pool, every, target)
        if hit is not None and hit.is_likely:
            units = dict(every)
            parts = [(doc, units[doc]) for doc in hit.docs]
            yield _group(receipt, parts, hit.answer, "likely_group")
        elif pool.work == before and len(every) > 1:
            pool.undecided.add(receipt["doc"])


def _group(
    receipt: dict[str, int], parts: list[tuple[int, int]], answer: Answer, score: str
) -> Group:
    return Group(
        rule="group_several" if answer is Answer.SEVERAL else "group_chance",
        receipts=((receipt["doc"], receipt["units"]),),
        items=tuple(sorted(parts)),
        answer=answer,
        score=SCORES[score],
    )


def _near(pool: Pool) -> list[Group]:
    """A receipt a little less than the only document it comes near to."""
    receipts = pool.open(is_item=False).filter(
        pl.col("key").is_not_null(), ~pl.col("is_advance"), pl.col("units") > 0
    )
    items = pool.open(is_item=True).filter(pl.col("units") > 0)
    pairs = receipts.join(items, on=["key", "currency"], suffix="_item").filter(fitting(pool))
    short = pl.col("units_item") - pl.col("units")
    share = float(pool.policy.near_share)
    pairs = pairs.with_columns(short=short).filter(
        (short > 0) & (short.cast(pl.Float64) <= share * pl.col("units_item"))
    )
    one = (pl.len().over("doc") == 1) & (pl.len().over("doc_item") == 1)
    found = []
    for row in pairs.filter(one).sort("doc").iter_rows(named=True):
        reason = row["why"] or _fee(row["short"], row["units_item"])
        if reason is None:
            continue
        found.append(
            Group(
                rule="near_amount",
                receipts=((row["doc"], row["units"]),),
                items=((row["doc_item"], row["units_item"]),),
                difference=row["short"],
                difference_reason=reason,
                score=SCORES["near_with_reason" if row["why"] else "near"],
            )
        )
    return found


_FEE = 200 * 10_000
"""The most a bank charges for a transfer, in units of 0.0001."""


def _fee(short: int, whole: int) -> str | None:
    """A small whole amount is a bank charge, less than one yuan a rounding."""
    if short < 10_000:  # noqa: PLR2004  one yuan
        return "rounding"
    is_round = short % 10_000 == 0
    return "fee" if is_round and short <= min(_FEE, whole // 100) else None
