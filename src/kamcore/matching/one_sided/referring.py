"""Matching by the numbers that receipts name.

What is named has to add up: alone, with the credit notes that belong to it, with what the text
says was held back, or together with other documents that complete it exactly.
"""

from collections.abc import Iterator

from kamcore.matching.one_sided.completing import completed
from kamcore.matching.one_sided.group import Group, disjoint
from kamcore.matching.one_sided.naming import Naming, group_of
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.one_sided.searching import search

__all__ = ["settle_named"]


def settle_named(pool: Pool, naming: Naming) -> None:
    """Take out of the pool what names its documents and adds up, the strictest first."""
    for rule in (_exact, _connected, _within, completed):
        # What is settled frees others from doubt, so each rule goes on until nothing changes.
        while pool.take(disjoint(rule(naming))[0]):
            continue


def _exact(naming: Naming) -> Iterator[Group]:
    for receipt in naming.waiting():
        items = naming.items(receipt)
        if found := _adding_up(naming, [receipt], items):
            yield found


def _adding_up(naming: Naming, receipts: list[int], items: list[int]) -> Group | None:
    """The group when the documents add up to the receipts, with credit notes or deductions."""
    paid = naming.total(receipts)
    held = sum(naming.stated.get(doc, 0) for doc in receipts)
    reds = naming.reds(items)
    for more in dict.fromkeys([(), tuple(reds), *((red,) for red in reds)]):
        for deducted in dict.fromkeys((0, held)):
            if naming.total([*items, *more]) == paid + deducted:
                return group_of(naming, receipts, [*items, *more], deducted)
    return None


def _connected(naming: Naming) -> Iterator[Group]:
    """Receipts and documents that name each other across, such as a payment in two parts."""
    head: dict[int, int] = {}

    def root(doc: int) -> int:
        while head.setdefault(doc, doc) != doc:
            head[doc] = head[head[doc]]
            doc = head[doc]
        return doc

    waiting = naming.waiting()
    for receipt in waiting:
        for item in naming.items(receipt):
            head[max(root(receipt), root(item))] = min(root(receipt), root(item))
    together: dict[int, list[int]] = {}
    for receipt in waiting:
        together.setdefault(root(receipt), []).append(receipt)
    for receipts in together.values():
        items = sorted({item for receipt in receipts for item in naming.items(receipt)})
        if len(receipts) > 1 and (found := _adding_up(naming, receipts, items)):
            yield found


def _within(naming: Naming) -> Iterator[Group]:
    """Some of what is named, or of what a contract narrows to, adds up in one way only."""
    for receipt in [*naming.named, *(doc for doc in naming.narrowed if doc not in naming.named)]:
        if receipt in naming.pool.done or naming.twins.intersection(naming.items(receipt)):
            continue
        narrow = [doc for doc in naming.narrowed.get(receipt, ()) if doc not in naming.pool.done]
        items = sorted({*naming.items(receipt), *narrow})
        if not items:
            continue
        if narrow and (found := _adding_up(naming, [receipt], items)):
            yield found
            continue
        every = naming.parts({*items, *naming.reds(items)})
        for held in dict.fromkeys((0, naming.stated.get(receipt, 0))):
            hit = search(naming.pool, every, naming.units[receipt] + held)
            if hit is not None and hit.is_certain:
                yield group_of(naming, [receipt], hit.docs, held)
                break
