"""Several receipts for several documents of one party (多对多), by exact search.

A group counts when receipts and documents have one sum, do not fall apart into smaller groups,
and chance would seldom make them.  It is automatic only where no other group wants one of its
documents, where the dates of all its receipts fit all its documents, and where no receipt names
anything else; the rest is worth proposing, or is not decided.
"""

import math
from collections.abc import Iterator
from typing import Any

from kamcore.matching.one_sided.group import Group, disjoint
from kamcore.matching.one_sided.grouping import EARLY, Party, parties
from kamcore.matching.one_sided.naming import Naming
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.one_sided.searching import LIKELY
from kamcore.matching.one_sided.zero_sum import MOST, CommonSum, common_sums, ways
from kamcore.matching.policy import Answer

__all__ = ["likely_many", "settle_many"]

Row = dict[str, Any]


def settle_many(pool: Pool, naming: Naming) -> None:
    """Take the certain groups of several receipts and several documents out of the pool."""
    limit = float(pool.policy.chance)
    while pool.take(
        disjoint(
            group
            for party in parties(pool)
            for group, is_sure in _groups(pool, party, limit)
            if is_sure and _is_silent(naming, group)
        )[0]
    ):
        continue


def likely_many(pool: Pool, naming: Naming, party: Party, score: int) -> Iterator[Group]:
    """Proposals of several receipts, for one document or for several."""
    for group, _ in _groups(pool, party, LIKELY, score=score):
        if _is_silent(naming, group):
            yield group


def _is_silent(naming: Naming, group: Group) -> bool:
    """No receipt of the group names a document outside of it."""
    docs = group.docs
    return all(docs.issuperset(naming.items(receipt)) for receipt, _ in group.receipts)


def _groups(
    pool: Pool, party: Party, limit: float, score: int | None = None
) -> Iterator[tuple[Group, bool]]:
    receipts = [row for row in party.receipts if row["is_silent"] and row["units"] > 0]
    items = list(party.items)
    if len(receipts) < 2 or len(items) < (1 if score else 2):  # noqa: PLR2004  several
        return
    terms = _terms([row["units"] for row in receipts], [row["units"] for row in items], limit)
    if terms < 2:  # noqa: PLR2004
        return
    if max(len(receipts), len(items)) > MOST:
        pool.undecided |= {row["doc"] for row in receipts}
        return
    left = min(pool.policy.work, pool.policy.total_work - pool.work)
    sides = ([row["units"] for row in receipts], [row["units"] for row in items])
    stopped = pool.policy.stopwatch is not None and pool.policy.stopwatch()
    found = common_sums(*sides, terms=terms, work=0 if stopped else left)
    pool.work += found.work
    if not found.complete:
        pool.undecided |= {row["doc"] for row in receipts}
    for pair in found.pairs:
        paid, owed = [receipts[at] for at in pair.left], [items[at] for at in pair.right]
        is_many = len(paid) > 1 and len(owed) > 1
        if len(paid) < 2 or not (is_many or score) or _chance(sides, pair, terms) > limit:  # noqa: PLR2004
            continue
        if not _fits(pool, paid, owed):
            continue
        group = Group(
            rule="many" if is_many else "receipts",
            receipts=tuple((row["doc"], row["units"]) for row in paid),
            items=tuple((row["doc"], row["units"]) for row in owed),
            answer=pair.answer,
            score=score,
        )
        yield group, pair.answer is Answer.UNIQUE


def _terms(receipts: list[int], items: list[int], limit: float) -> int:
    """The most terms a side whose common sums chance would make less often than the limit."""
    step = math.gcd(*receipts, *items) or 1
    places = sum(map(abs, (*receipts, *items))) / step
    terms = 0
    while terms < max(len(receipts), len(items)):
        if ways(len(receipts), terms + 1) * ways(len(items), terms + 1) > limit * places:
            break
        terms += 1
    return terms


def _chance(sides: tuple[list[int], list[int]], pair: CommonSum, terms: int) -> float:
    """How many pairs as round as this one mere chance would make."""
    picked = [*(sides[0][at] for at in pair.left), *(sides[1][at] for at in pair.right)]
    step = math.gcd(*picked) or 1
    alike = [[unit for unit in side if unit % step == 0] for side in sides]
    places = sum(map(abs, (*alike[0], *alike[1]))) / step or 1
    return ways(len(alike[0]), terms) * ways(len(alike[1]), terms) / places


def _fits(pool: Pool, paid: list[Row], owed: list[Row]) -> bool:
    days = [
        (receipt["date"] - item["date"]).days
        for receipt in paid
        for item in owed
        if receipt["date"] and item["date"]
    ]
    return all(-EARLY <= day <= pool.policy.after for day in days)
