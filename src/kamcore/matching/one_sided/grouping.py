"""Groups by exact search, a party at a time and only where something is left.

One receipt for several documents, several receipts for one document, neighbours in the order of
their dates, and everything a party has open.  In every round all receipts are asked against the
same pool, and only answers that share no document are taken: so the answer does not depend on
any order, and what is settled may make the next round certain.
"""

import math
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import attrs
import polars as pl

from kamcore.matching.one_sided.amounts import speaking_of_others
from kamcore.matching.one_sided.group import Group, Part, disjoint
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.one_sided.searching import HALVED, search
from kamcore.matching.policy import Answer
from kamcore.matching.subset_sum import runs, subsets

__all__ = ["Party", "grouped", "parties", "settle_groups"]

EARLY = 5
"""Days a receipt may come before a document of its group: amounts that grow from month to month
add up across the months, so that only the order of the dates tells what was paid."""

NEIGHBOURS = 2000
"""Documents of a party in which neighbours are looked for."""


@attrs.frozen(kw_only=True)
class Party:
    """What one party has open in one currency, receipts and items in the order of their dates.

    A receipt with ``is_silent`` is no advance and names no other party's documents.
    """

    key: str
    currency: str
    receipts: tuple[dict[str, Any], ...]
    items: tuple[dict[str, Any], ...]


def parties(pool: Pool) -> Iterator[Party]:
    """Every party that has both receipts and items open."""
    left = pool.open().filter(pl.col("key").is_not_null(), pl.col("units") != 0)
    both = left.group_by("key", "currency").agg(
        has=pl.col("is_item").any() & (~pl.col("is_item")).any()
    )
    left = left.join(both.filter("has"), on=["key", "currency"], how="semi")
    left = left.with_columns(order=pl.coalesce("due", "date"))
    columns = ["doc", "units", "date", "due", "is_item", "stated", "why", "is_advance"]
    others = speaking_of_others(pool)
    left = left.sort("key", "currency", "order", "date", "doc", nulls_last=True)
    rows = left.select(*columns, "key", "currency").iter_rows(named=True)
    for (key, currency), some in groupby(rows, itemgetter("key", "currency")):
        every = list(some)
        yield Party(
            key=key,
            currency=currency,
            receipts=tuple(
                {**row, "is_silent": row["doc"] not in others and not row["is_advance"]}
                for row in every
                if not row["is_item"]
            ),
            items=tuple(row for row in every if row["is_item"]),
        )


def settle_groups(pool: Pool) -> None:
    """Take the certain groups out of the pool."""
    changed = True
    while changed:
        found = [group for party in parties(pool) for group in grouped(pool, party)]
        changed = bool(pool.take(disjoint(found)[0]))
        if not changed:
            found = [group for party in parties(pool) for group in _gathered(pool, party)]
            changed = bool(pool.take(disjoint(found)[0]))
    pool.take([group for party in parties(pool) for group in _whole(pool, party)])


def _near(pool: Pool, one: dict[str, Any], others: tuple[dict[str, Any], ...]) -> list[Part]:
    """The documents whose date fits a receipt, or the receipts that fit a document."""
    day = one["date"]
    sign = -1 if one["is_item"] else 1
    found = []
    for other in others:
        days = 0 if None in (day, other["date"]) else sign * (day - other["date"]).days
        if -EARLY <= days <= pool.policy.after:
            found.append((other["doc"], other["units"]))
    return found


def grouped(pool: Pool, party: Party) -> Iterator[Group]:
    """Certain groups of several documents for one receipt."""
    for receipt in party.receipts:
        if not receipt["is_silent"] or receipt["units"] <= 0:
            continue
        candidates = _near(pool, receipt, party.items)
        for held in dict.fromkeys((0, receipt["stated"] or 0)):
            docs, rule = _settling(pool, candidates, receipt["units"] + held)
            if docs:
                units = dict(candidates)
                yield Group(
                    rule=rule,
                    receipts=((receipt["doc"], receipt["units"]),),
                    items=tuple((doc, units[doc]) for doc in sorted(docs)),
                    difference=held,
                    difference_reason=receipt["why"] if held else None,
                )
                break


def _settling(pool: Pool, candidates: list[Part], target: int) -> tuple[tuple[int, ...], str]:
    """The documents that certainly make the target, and the rule that says so."""
    hit = search(pool, candidates, target)
    if hit is not None and hit.is_certain:
        return hit.docs, "group" if len(hit.docs) > 1 else "amount"
    stretch = _stretch(pool, candidates, target)
    return (stretch, "run") if stretch else ((), "")


def _stretch(pool: Pool, candidates: list[Part], target: int) -> tuple[int, ...]:
    """The only run of neighbours that adds up, where chance would seldom make one."""
    blue = [part for part in candidates if part[1] > 0]
    if not 1 < len(blue) <= NEIGHBOURS:
        return ()
    units = [unit for _, unit in blue]
    found = runs(units, target)
    pool.work += len(units)
    if len(found) != 1:
        return ()
    first, last = found[0]
    if _run_chance(units, target, units[first : last + 1]) > pool.policy.chance:
        return ()
    return tuple(doc for doc, _ in blue[first : last + 1])


def _run_chance(units: list[int], target: int, picked: list[int]) -> float:
    step = math.gcd(target, *picked) or 1
    alike = [unit for unit in units if unit % step == 0]
    return len(alike) ** 2 / 2 / (sum(alike) / step or 1)


def _gathered(pool: Pool, party: Party) -> Iterator[Group]:
    """Certain groups of several receipts for one document."""
    receipts = tuple(row for row in party.receipts if row["is_silent"])
    for item in party.items:
        if item["units"] <= 0:
            continue
        candidates = _near(pool, item, receipts)
        hit = search(pool, candidates, item["units"]) if len(candidates) > 1 else None
        if hit is not None and hit.is_certain and len(hit.docs) > 1:
            units = dict(candidates)
            yield Group(
                rule="receipts",
                receipts=tuple((doc, units[doc]) for doc in sorted(hit.docs)),
                items=((item["doc"], item["units"]),),
            )


def _whole(pool: Pool, party: Party) -> Iterator[Group]:
    """Everything open against everything received, when both are the same sum.

    That all of it is settled is certain then; where it falls apart into groups in one way only,
    each of them is shown by itself.
    """
    receipts = {row["doc"]: row["units"] for row in party.receipts}
    items = {row["doc"]: row["units"] for row in party.items}
    paid = sum(receipts.values())
    if paid != sum(items.values()) or paid <= 0:
        return
    if not all(
        row["is_silent"] and len(_near(pool, row, party.items)) == len(items)
        for row in party.receipts
    ):
        return
    while receipts:
        found = disjoint(_splits(pool, receipts, items))[0]
        rest = Group(rule="whole", receipts=tuple(receipts.items()), items=tuple(items.items()))
        for group in found or [rest]:
            yield group
            for doc in group.docs:
                receipts.pop(doc, None)
                items.pop(doc, None)


def _splits(pool: Pool, receipts: dict[int, int], items: dict[int, int]) -> Iterator[Group]:
    """One receipt and the only items that make it, or one item and its only receipts."""
    seen = set()
    for by_item, ones, many in ((False, receipts, items), (True, items, receipts)):
        docs = sorted(many)
        for one, target in sorted(ones.items()):
            found = subsets([many[doc] for doc in docs], target, work=pool.policy.work)
            pool.work += found.work
            if found.answer is not Answer.UNIQUE or len(docs) > HALVED:
                continue
            parts = tuple((docs[at], many[docs[at]]) for at in found.picks[0])
            mine = ((one, target),)
            group = Group(
                rule="whole",
                receipts=parts if by_item else mine,
                items=mine if by_item else parts,
            )
            if group.docs not in seen:
                seen.add(group.docs)
                yield group
