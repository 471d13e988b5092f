"""Ranked proposals with reasons for what no rule was certain about.

A score is 0 to 100 and says how much speaks for the pair: a number that is named 75, a stated
reason for the difference 10 more, a group that may be chance 60, one of several equal amounts 65.
A document stands in at most one proposal: the best of those that want it.
"""

from collections.abc import Iterator

import polars as pl

from kamcore.matching.one_sided.amounts import fitting, single_elsewhere
from kamcore.matching.one_sided.equal_receipts import SCORE as ORDER_SCORE
from kamcore.matching.one_sided.equal_receipts import in_order
from kamcore.matching.one_sided.group import Group
from kamcore.matching.one_sided.grouping import Party, parties
from kamcore.matching.one_sided.many import likely_many
from kamcore.matching.one_sided.naming import Naming
from kamcore.matching.one_sided.on_account import SCORE as LEAST
from kamcore.matching.one_sided.on_account import on_account
from kamcore.matching.one_sided.payers import of_unknown_payers, paid_by_others
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.one_sided.searching import search
from kamcore.matching.one_sided.sequences import (
    NEAR_SCORE,
    SCORE,
    WINDOW_SCORE,
    Habits,
    habits_of,
    in_sequence,
    in_window,
    near_sequence,
)
from kamcore.matching.policy import Answer

__all__ = ["SCORES", "propose"]

SCORES = {
    "named": 75,
    "named_with_reason": 85,
    "completed": 80,
    "elsewhere": 60,
    "in_order": ORDER_SCORE,
    "in_sequence": SCORE,
    "near_sequence": NEAR_SCORE,
    "in_window": WINDOW_SCORE,
    "likely_group": 60,
    "many": 58,
    "near": 55,
    "near_with_reason": 70,
    "on_account": LEAST,
}
"""What each kind of evidence is worth."""


def propose(pool: Pool, naming: Naming) -> list[Group]:
    """The proposals, best first; each document in one of them at most."""
    habits = habits_of(pool)
    every = list(parties(pool))
    found = [
        *_named(pool, naming),
        *single_elsewhere(pool, SCORES["elsewhere"]),
        *paid_by_others(pool),
        *of_unknown_payers(pool),
        *in_order(pool, naming),
        *(group for party in every for group in in_sequence(naming, party, habits)),
        *(group for party in every for group in in_window(naming, party, habits)),
        *(group for party in every for group in _combined(pool, party)),
        *(group for party in every for group in near_sequence(naming, party, habits)),
        *(group for party in every for group in likely_many(pool, naming, party, SCORES["many"])),
        *_near(pool, habits),
    ]
    found.sort(key=lambda one: (-(one.score or 0), one.receipts, one.items))
    taken: set[int] = set()
    kept = []
    for group in found:
        if (group.score or 0) >= pool.policy.least and not group.docs & taken:
            taken |= group.docs
            kept.append(group)
    if pool.policy.least <= LEAST:
        kept += on_account(pool, naming, habits, taken)
    return kept


def _named(pool: Pool, naming: Naming) -> Iterator[Group]:
    """What a receipt names although the amounts differ."""
    whys = pool.docs["why"]
    open_reds = _open_reds(pool)
    wanted: dict[int, int] = {}
    for receipt in naming.waiting(doubted=True):
        for item in naming.items(receipt):
            wanted[item] = wanted.get(item, 0) + 1
    for receipt in naming.waiting(doubted=True):
        items = naming.items(receipt)
        paid, owed = naming.units[receipt], naming.total(items)
        reds = naming.reds(items)
        if reds and paid <= owed + naming.total(reds):
            items, owed = sorted({*items, *reds}), owed + naming.total(reds)
        kept = open_reds.get((pool.docs["key"][items[0]], owed - paid), [])
        if whys[receipt] is None and len(kept) == 1 and kept[0] not in items:
            items, owed = sorted({*items, *kept}), paid
        if paid < 0 < owed:
            # A refund settles nothing that is owed, whatever number it names.
            continue
        is_short = 0 < paid < owed
        reason = whys[receipt] if is_short else None
        settled = _spread(naming, items, paid, whole=reason is not None or paid >= owed)
        yield Group(
            rule="reference_part" if is_short else "reference_differs",
            receipts=((receipt, min(paid, max(owed, 0)) or paid),),
            items=settled,
            key=naming.key(receipt, items),
            answer=Answer.SEVERAL
            if any(wanted.get(item, 1) > 1 for item in items)
            else Answer.UNIQUE,
            difference=owed - paid if reason else 0,
            difference_reason=reason,
            score=SCORES["named_with_reason" if reason else "named"],
        )


def _open_reds(pool: Pool) -> dict[tuple[str, int], list[int]]:
    """Open credit notes by party and the amount they take off: one of a sum may be netted."""
    reds = pool.open(is_item=True).filter(pl.col("units") < 0, pl.col("key").is_not_null())
    found: dict[tuple[str, int], list[int]] = {}
    for doc, party, units in reds.select("doc", "key", "units").iter_rows():
        found.setdefault((party, -units), []).append(doc)
    return found


def _spread(
    naming: Naming, items: list[int], paid: int, *, whole: bool
) -> tuple[tuple[int, int], ...]:
    """What of each document is settled: all of it, or the oldest first until nothing is left."""
    if whole:
        return naming.parts(items)
    reds = [doc for doc in items if naming.units[doc] < 0]
    left = paid - naming.total(reds)
    parts = [(doc, naming.units[doc]) for doc in reds]
    for doc in items:
        units = min(left, naming.units[doc]) if doc not in reds else 0
        if units:
            parts.append((doc, units))
            left -= units
    return tuple(sorted(parts))


def _combined(pool: Pool, party: Party) -> Iterator[Group]:
    """Groups that add up, but in several ways or perhaps by chance."""
    for receipt in party.receipts:
        target = receipt["units"]
        if target <= 0 or receipt["is_advance"]:
            continue
        every = [
            (item["doc"], item["units"])
            for item in party.items
            if None in (item["date"], receipt["date"])
            or (receipt["date"] - item["date"]).days >= -pool.policy.before
        ]
        before = pool.work
        hit = search(pool, every, target)
        if hit is not None and hit.is_likely:
            several = hit.answer is Answer.SEVERAL
            units = dict(every)
            yield Group(
                rule="group_several" if several else "group_chance",
                receipts=((receipt["doc"], target),),
                items=tuple((doc, units[doc]) for doc in sorted(hit.docs)),
                answer=hit.answer,
                score=SCORES["likely_group"],
            )
        elif pool.work == before and len(every) > 1:
            pool.undecided.add(receipt["doc"])


def _near(pool: Pool, habits: Habits) -> list[Group]:
    """A receipt a little less than the document it comes near to; the likeliest by its date."""
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
    found = []
    for row in pairs.sort("doc", "doc_item").iter_rows(named=True):
        reason = row["why"] or _fee(row["short"], row["units_item"])
        if reason is None:
            continue
        group = Group(
            rule="near_amount",
            receipts=((row["doc"], row["units"]),),
            items=((row["doc_item"], row["units_item"]),),
            difference=row["short"],
            difference_reason=reason,
            score=SCORES["near_with_reason" if row["why"] else "near"],
        )
        due = row["due_item"] or row["date_item"]
        found.append((habits.off(row["key"], row["date"], due), row["doc_item"], group))
    best: dict[int, tuple[int, int, Group]] = {}
    for off, item, group in found:
        doc = group.receipts[0][0]
        if doc not in best or (off, item) < best[doc][:2]:
            best[doc] = (off, item, group)
    return [group for _, _, group in best.values()]


_FEE = 200 * 10_000
"""The most a bank charges for a transfer, in units of 0.0001."""


def _fee(short: int, whole: int) -> str | None:
    """A small whole amount is a bank charge, less than one yuan a rounding."""
    if short < 10_000:  # noqa: PLR2004  one yuan
        return "rounding"
    is_round = short % 10_000 == 0
    return "fee" if is_round and short <= min(_FEE, whole // 100) else None
