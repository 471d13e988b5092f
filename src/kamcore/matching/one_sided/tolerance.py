"""Differences that may be written off, and the one receipt of a party with one document.

A tolerance is the user's word: within it a receipt settles the only document it can mean, and
the difference gets the reason its text gives, else 尾差.  Where a party has one document and one
receipt, a receipt that is somewhat more settles it, and the rest stays on account.
"""

from collections.abc import Iterator
from decimal import Decimal

from kamcore.matching.one_sided.group import Group, disjoint
from kamcore.matching.one_sided.grouping import Party, parties
from kamcore.matching.one_sided.pool import Pool

__all__ = ["settle_tolerated"]


def settle_tolerated(pool: Pool) -> None:
    """Take what the tolerance makes certain out of the pool."""
    every = list(parties(pool))
    pool.take(disjoint(group for party in every for group in _within(pool, party))[0])
    total = dict(pool.docs.group_by("key").len().iter_rows())
    alone = [party for party in parties(pool) if total[party.key] == 2]  # noqa: PLR2004  one each
    pool.take(group for party in alone for group in _only_one(pool, party))


def _within(pool: Pool, party: Party) -> Iterator[Group]:
    policy = pool.policy
    if not policy.tolerance and not policy.tolerance_share:
        return
    for receipt in party.receipts:
        if not receipt["is_silent"] or receipt["units"] <= 0:
            continue
        near = [
            item
            for item in party.items
            if 0
            < item["units"] - receipt["units"]
            <= max(policy.tolerance * 10_000, policy.tolerance_share * item["units"])
        ]
        if len(near) == 1:
            difference = near[0]["units"] - receipt["units"]
            yield Group(
                rule="tolerance",
                receipts=((receipt["doc"], receipt["units"]),),
                items=((near[0]["doc"], near[0]["units"]),),
                difference=difference,
                difference_reason=receipt["why"] or "rounding",
            )


def _only_one(pool: Pool, party: Party) -> Iterator[Group]:
    receipt, item = party.receipts[0], party.items[0]
    more = receipt["units"] - item["units"]
    most = Decimal(item["units"]) * pool.policy.excess_share
    if item["units"] > 0 and 0 < more <= most and receipt["is_silent"]:
        yield Group(
            rule="only_one",
            receipts=((receipt["doc"], item["units"]),),
            items=((item["doc"], item["units"]),),
        )
