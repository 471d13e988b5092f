"""From decisions to applications (核销): dated, reversible, never beyond an amount.

A group is spread over pairs: equal amounts first, then the oldest with the oldest.  Receipts and
red items settle; blue items and refunds are settled.  An application counts from the later of
its two documents unless a day is given, and an undone decision is not deleted: applications that
take it back follow, dated on the day it was undone.

In base currency the smaller of the two shares is applied, so that neither side is settled beyond
its amount.  What one document of a decision keeps of it then settles what another keeps, with
nothing in transaction currency; what is left over after that is the realised exchange difference
(`kamcore.matching.settlement.settling`).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.matching.one_sided.columns import conform_documents, opened
from kamcore.matching.one_sided.result import Decision

__all__ = [
    "Pair",
    "Shares",
    "Side",
    "Spread",
    "Undo",
    "applications",
    "by_side",
    "met",
    "pairs",
    "spread",
]

ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class Undo:
    """A decision is taken back: which one, from what day on, by whom and why."""

    of: str
    date: dt.date
    person: str = ""
    why: str = ""


Side = tuple[bool, str]
"""A document: whether it is an item, and its id; the two lists may use the same ids."""

Pair = tuple[Side, Side, Decimal]
"""What is settled, by what, and the amount in transaction currency."""


@attrs.define
class _Rest:
    """What of a document is not yet spread over pairs."""

    doc: Side
    left: Decimal


def by_side(documents: pl.DataFrame) -> dict[Side, dict[str, Any]]:
    """The rows of both lists by side and id."""
    return {(row["is_item"], row["id"]): row for row in documents.iter_rows(named=True)}


def pairs(decision: Decision, documents: Mapping[Side, Mapping[str, Any]]) -> list[Pair]:
    """Spread a decision over pairs of documents.

    `documents` gives ``date`` and ``due`` (see `by_side`).  What a payment is short stays with
    the item.
    """
    settle: list[_Rest] = []
    settled: list[_Rest] = []
    for is_item, parts in ((False, decision.receipts), (True, decision.items)):
        for part in parts:
            into = settled if is_item == (part.amount > 0) else settle
            into.append(_Rest((is_item, part.id), abs(part.amount)))
    for side in (settle, settled):
        side.sort(key=lambda rest: (_day(documents[rest.doc]), rest.doc))
    sums: dict[tuple[Side, Side], Decimal] = {}
    for item, receipt, amount in (*_equal(settle, settled), *_oldest(settle, settled)):
        sums[item, receipt] = sums.get((item, receipt), ZERO) + amount
    return [(item, receipt, amount) for (item, receipt), amount in sums.items()]


def _day(document: Mapping[str, Any]) -> dt.date:
    day = document.get("due") or document.get("date")
    return day if isinstance(day, dt.date) else dt.date.min


def _equal(settle: list[_Rest], settled: list[_Rest]) -> Iterator[Pair]:
    waiting: dict[Decimal, list[_Rest]] = {}
    for rest in reversed(settled):
        waiting.setdefault(rest.left, []).append(rest)
    for one in settle:
        if waiting.get(one.left):
            other = waiting[one.left].pop()
            yield other.doc, one.doc, one.left
            one.left = other.left = ZERO


def _oldest(settle: list[_Rest], settled: list[_Rest]) -> Iterator[Pair]:
    rest = iter([one for one in settle if one.left])
    one = next(rest, None)
    for other in settled:
        while one is not None and other.left:
            amount = min(one.left, other.left)
            yield other.doc, one.doc, amount
            one.left -= amount
            other.left -= amount
            if not one.left:
                one = next(rest, None)


def applications(
    decisions: Iterable[Decision],
    documents: Any,
    *,
    undone: Iterable[Undo] = (),
    on: dt.date | None = None,
) -> Any:
    """The table of applications that decisions make, in the columns of the books.

    Args:
        decisions: what was decided.
        documents: both lists as one frame of any engine, as `Matching.documents` has them; the
            table is of the same kind.
        undone: decisions that were taken back later; they must be among `decisions`.
        on: day the applications count from; by default the later of the two documents.
    """
    home = opened(documents, "documents")
    known = by_side(conform_documents(home))
    share = Shares(known)
    back = {undo.of: undo for undo in undone}
    rows = []
    for decision in decisions:
        made = []
        for number, (pair, base) in enumerate(spread(decision, known, share).applied, start=1):
            item, receipt, amount = pair
            days = [day for day in (known[item]["date"], known[receipt]["date"]) if day]
            made.append(
                {
                    "id": f"{decision.id}-{number}",
                    "item": item[1],
                    "receipt": receipt[1],
                    "date": on or max(days, default=None),
                    "amount": base,
                    "fx_amount": amount,
                    "reverses": None,
                    "rule": f"{decision.rule} v{decision.version}",
                    "person": decision.person or None,
                }
            )
        rows += made
        if decision.id in back:
            rows += [_taken_back(row, back[decision.id]) for row in made]
    types = {c.name: c.dtype for c in schema.APPLICATIONS.columns if not c.provenance}
    return home.hand_back(pl.DataFrame(rows, schema=types))


def _taken_back(row: Mapping[str, Any], undo: Undo) -> dict[str, Any]:
    day = max(filter(None, (row["date"], undo.date)))
    return {
        **row,
        "id": f"{row['id']}-R",
        "date": day,
        "reverses": row["id"],
        "person": undo.person or None,
    }


@attrs.frozen(kw_only=True)
class Spread:
    """What a decision applies, and what of its documents is then left in base currency.

    `applied` are pairs with the amount in base currency; `settled` and `settling` what documents
    of either side keep of it, of which at most one holds anything.
    """

    applied: tuple[tuple[Pair, Decimal], ...]
    settled: tuple[tuple[Side, Decimal], ...]
    settling: tuple[tuple[Side, Decimal], ...]


def spread(
    decision: Decision, documents: Mapping[Side, Mapping[str, Any]], share: "Shares"
) -> Spread:
    """Spread a decision over pairs, with amounts in base currency."""
    applied: list[tuple[Pair, Decimal]] = []
    kept: tuple[dict[Side, Decimal], dict[Side, Decimal]] = ({}, {})
    for item, receipt, amount in pairs(decision, documents):
        both = share.of_both(item, receipt, amount)
        applied.append(((item, receipt, amount), min(both)))
        for side, doc, base in zip(kept, (item, receipt), both, strict=True):
            side[doc] = side.get(doc, ZERO) + base - min(both)
    crossed = met(kept[0].items(), kept[1].items())
    for item, receipt, base in crossed:
        applied.append(((item, receipt, ZERO), base))
        kept[0][item] -= base
        kept[1][receipt] -= base
    left = [tuple((doc, base) for doc, base in side.items() if base) for side in kept]
    return Spread(applied=tuple(applied), settled=left[0], settling=left[1])


def met(
    settled: Iterable[tuple[Side, Decimal]], settling: Iterable[tuple[Side, Decimal]]
) -> list[Pair]:
    """Set amounts of two sides against each other, first against first, until one is used up."""
    waiting = [_Rest(doc, amount) for doc, amount in settling if amount]
    return list(_oldest(waiting, [_Rest(doc, amount) for doc, amount in settled if amount]))


class Shares:
    """What an amount in transaction currency is in base currency, so that all shares add up."""

    def __init__(self, documents: Mapping[Side, Mapping[str, Any]]) -> None:
        self._documents = documents
        self._used: dict[Side, Decimal] = {}

    def of_both(self, item: Side, receipt: Side, amount: Decimal) -> tuple[Decimal, Decimal]:
        """The next shares of two documents that settle one another.

        A foreign document that does not say its amount in base currency takes the other's: no
        rate is known, so no exchange difference is made up.
        """
        both = self.of(item, amount), self.of(receipt, amount)
        blank = [self._documents[name]["base"] is None for name in (item, receipt)]
        if blank[0] != blank[1]:
            said = both[blank.index(False)]
            return said, said
        return both

    def of(self, name: Side, amount: Decimal) -> Decimal:
        """The next share of a document."""
        document = self._documents[name]
        base, whole = document["base"], abs(document["amount"])
        if base is None or abs(base) == whole:
            return amount
        before = self._used.get(name, ZERO)
        self._used[name] = before + amount
        return _cents(abs(base), before + amount, whole) - _cents(abs(base), before, whole)


def _cents(base: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    # A base amount finer than cents is used up by the last share.
    if part == whole:
        return base
    return (base * part / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
