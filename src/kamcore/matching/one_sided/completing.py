"""What receipts name, completed by what they do not name.

The rest of a payment is exactly what other documents add up to; one number of several is wrong;
the rest of a part payment came later without a number; the difference lies within the tolerance;
or the payment goes somewhat beyond its one document.
"""

from collections.abc import Iterator

import attrs

from kamcore.matching.one_sided.group import Group, Part
from kamcore.matching.one_sided.naming import Naming, alone, group_of
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.one_sided.searching import search

__all__ = ["completed"]

COMPLETED = "reference_completed"

Open = dict[tuple[str, str], list[Part]]
"""What is open by party and currency."""


def completed(naming: Naming) -> Iterator[Group]:
    """Groups whose numbers say a part and whose amounts say the rest."""
    pool = naming.pool
    keys, currencies = pool.docs["key"], pool.docs["currency"]
    items_of, receipts_of = _open(pool, is_item=True), _open(pool, is_item=False)
    waiting = naming.waiting()
    spoken = {item for receipt in waiting for item in naming.items(receipt)}
    for receipt, items in alone(naming):
        party = (keys[items[0]], currencies[receipt])
        others = [part for part in items_of.get(party, ()) if part[0] not in spoken]
        silent = [part for part in receipts_of.get(party, ()) if part[0] not in waiting]
        if found := (
            _by_others(naming, receipt, items, others)
            or _one_mistaken(naming, receipt, items, others)
            or _by_later(naming, receipt, items, (others, silent))
            or _off(naming, receipt, items, others)
        ):
            yield found


def _open(pool: Pool, *, is_item: bool) -> Open:
    found: Open = {}
    rows = pool.open(is_item=is_item).select("key", "currency", "doc", "units").iter_rows()
    for key, currency, doc, units in rows:
        found.setdefault((key, currency), []).append((doc, units))
    return found


def _by_others(naming: Naming, receipt: int, items: list[int], others: list[Part]) -> Group | None:
    """Other documents make up exactly what is paid beyond the named ones, or fall short of it."""
    paid = naming.units[receipt]
    reds = naming.reds(items)
    for named in dict.fromkeys((tuple(items), (*items, *reds))):
        rest = [part for part in others if part[0] not in named]
        for held in dict.fromkeys((0, naming.stated.get(receipt, 0))):
            hit = search(naming.pool, rest, paid + held - naming.total(named))
            if hit is not None and hit.is_certain:
                group = group_of(naming, [receipt], (*named, *hit.docs), held)
                return attrs.evolve(group, rule=COMPLETED)
    return None


def _one_mistaken(
    naming: Naming, receipt: int, items: list[int], others: list[Part]
) -> Group | None:
    """All numbers but one are right: another document completes the rest, in one way only."""
    if len(items) < 2:  # noqa: PLR2004  one is left to be right
        return None
    paid = naming.units[receipt]
    found = []
    for wrong in items:
        right = [item for item in items if item != wrong]
        rest = paid - naming.total(right)
        fit = [doc for doc, units in others if units == rest]
        found += [[*right, doc] for doc in fit]
    if len(found) != 1:
        return None
    return attrs.evolve(group_of(naming, [receipt], found[0]), rule=COMPLETED)


def _by_later(
    naming: Naming, receipt: int, items: list[int], open_ones: tuple[list[Part], list[Part]]
) -> Group | None:
    """The rest of a part payment: one receipt that names nothing has exactly this amount."""
    others, silent = open_ones
    rest = naming.total(items) - naming.units[receipt]
    fit = [doc for doc, units in silent if units == rest > 0]
    also = any(units == rest for _, units in others)
    if len(fit) != 1 or also or naming.pool.docs["is_advance"][fit[0]]:
        return None
    return attrs.evolve(group_of(naming, [receipt, *fit], items), rule=COMPLETED)


def _off(naming: Naming, receipt: int, items: list[int], others: list[Part]) -> Group | None:
    """A difference within the tolerance; or one document that is paid beyond its amount.

    Where the payer is not known, or another document has exactly this amount, the number may be
    a slip, and nothing is certain.
    """
    policy = naming.pool.policy
    paid, total = naming.units[receipt], naming.total(items)
    if naming.pool.docs["key"][receipt] is None or any(units == paid for _, units in others):
        return None
    may = max(int(policy.tolerance * 10_000), int(policy.tolerance_share * total))
    if 0 < total - paid <= may:
        return group_of(naming, [receipt], items, total - paid)
    # Several numbers that come short of the payment are sooner a wrong number than an advance.
    if len(items) == 1 and 0 < paid - total <= policy.excess_share * total:
        group = group_of(naming, [receipt], items)
        return attrs.evolve(group, rule="reference_excess", receipts=((receipt, total),))
    return None
