"""What a matching says: automatic, proposed, unmatched, and that nothing was lost."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.ledger.draft import money_text
from kamcore.ledger.ways_back import WayBack, unchanged
from kamcore.matching.one_sided.columns import UNIT
from kamcore.matching.one_sided.group import Group
from kamcore.matching.policy import VERSION, Answer, MatchPolicy

__all__ = ["Decision", "Matching", "Settled"]


@attrs.frozen(kw_only=True)
class Settled:
    """A document and the amount of it that is settled; a red document's is negative."""

    id: str
    amount: Decimal


@attrs.frozen(kw_only=True)
class Decision:
    """Who settles what, by which rule of which version, from what, decided by whom.

    `difference` is what the items are more than the receipts; `difference_reason` the id of its
    reason (see `kamcore.matching.policy.REASONS`).  `score` is None where it is certain.
    """

    id: str
    receipts: tuple[Settled, ...]
    items: tuple[Settled, ...]
    rule: str
    reasons: tuple[str, str]
    """Why, in Chinese and in English."""
    answer: Answer = Answer.UNIQUE
    currency: str = "CNY"
    party: str | None = None
    difference: Decimal = Decimal(0)
    difference_reason: str | None = None
    score: int | None = None
    person: str = ""
    version: str = VERSION

    def reason(self, lang: str = "zh") -> str:
        """Why, in a sentence."""
        return self.reasons[0] if lang == "zh" else self.reasons[1]

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The keys every matched group has under ``--json``; `score` only for a proposal."""
        score = {} if self.score is None else {"score": self.score}
        return {
            "id": self.id,
            "party": self.party,
            "currency": self.currency,
            "receipts": [self._part(part) for part in self.receipts],
            "items": [self._part(part) for part in self.items],
            "rule": self.rule,
            "reason": self.reason(lang),
            "answer": str(self.answer),
            "difference": money_text(self.difference, self.currency),
            "difference_reason": self.difference_reason,
            **score,
        }

    def _part(self, part: Settled) -> dict[str, str]:
        return {"id": part.id, "amount": money_text(part.amount, self.currency)}


@attrs.frozen(kw_only=True)
class Matching:
    """The answer of a matching.

    Every receipt and every item stands in exactly one of `automatic`, `proposed` and the
    unmatched.  Frames are given in the kind of the items that were handed in; `record` is what
    they are made of, in Polars (see `kamcore.matching.one_sided.columns.documents`).
    """

    automatic: tuple[Decision, ...]
    proposed: tuple[Decision, ...]
    undecided: tuple[str, ...]
    """Receipts whose group search came to its bound; they are unmatched."""
    policy: MatchPolicy
    record: pl.DataFrame = attrs.field(repr=False, eq=False)
    _home: WayBack = attrs.field(default=unchanged, repr=False, eq=False)

    @property
    def documents(self) -> Any:
        """Both lists as one frame: `kamcore.matching.one_sided.columns.documents`."""
        return self._home(self.record)

    @property
    def unmatched_items(self) -> Any:
        """Items in no decision and no proposal, in the columns of the lists."""
        return self._home(self._left(is_item=True))

    @property
    def unmatched_receipts(self) -> Any:
        """Receipts in no decision and no proposal, in the columns of the lists."""
        return self._home(self._left(is_item=False))

    def _left(self, *, is_item: bool) -> pl.DataFrame:
        every = (*self.automatic, *self.proposed)
        ids = [part.id for one in every for part in (one.items if is_item else one.receipts)]
        gone = pl.Series("id", ids, dtype=schema.TEXT).to_frame()
        left = self.record.filter(pl.col("is_item") == is_item).join(gone, on="id", how="anti")
        return left.drop("doc", "is_item", "key", "units").sort("id")

    def frame(self, which: str = "automatic") -> Any:
        """Decisions as a frame, a row per document and decision.

        `which` is ``automatic`` or ``proposed``.  Columns: ``decision``, ``side`` (receipt or
        item), ``id``, ``amount`` (Decimal), ``rule``, ``answer``, ``difference`` (Decimal),
        ``difference_reason``, ``score``.
        """
        decisions: Iterable[Decision] = getattr(self, which)
        rows = [
            (
                *(one.id, side, part.id, part.amount, one.rule, str(one.answer)),
                *(one.difference, one.difference_reason, one.score),
            )
            for one in decisions
            for side, parts in (("receipt", one.receipts), ("item", one.items))
            for part in parts
        ]
        names = ("decision", "side", "id", "amount", "rule", "answer", "difference")
        types = dict.fromkeys(names, schema.TEXT) | {
            "amount": schema.AMOUNT,
            "difference": schema.AMOUNT,
            "difference_reason": schema.TEXT,
            "score": pl.Int64(),
        }
        return self._home(pl.DataFrame(rows, schema=types, orient="row"))

    def totals(self) -> dict[str, Any]:
        """Counts and sums of both sides by what became of them; each side adds up to its list.

        Keys: ``receipts`` and ``items``, each with ``all``, ``automatic``, ``proposed`` and
        ``unmatched``, and these with ``count`` and ``amounts`` by currency.
        """
        return {
            side: {
                "all": _sums(self._side(is_item=side == "items")),
                "automatic": self._of(self.automatic, side),
                "proposed": self._of(self.proposed, side),
                "unmatched": _sums(self._left(is_item=side == "items")),
            }
            for side in ("receipts", "items")
        }

    def _side(self, *, is_item: bool) -> pl.DataFrame:
        return self.record.filter(pl.col("is_item") == is_item)

    def _of(self, decisions: Iterable[Decision], side: str) -> Mapping[str, Any]:
        ids = [part.id for one in decisions for part in getattr(one, side)]
        wanted = pl.Series("id", ids, dtype=schema.TEXT).to_frame()
        rows = self._side(is_item=side == "items").join(wanted, on="id", how="semi")
        return _sums(rows)


def _sums(rows: pl.DataFrame) -> dict[str, Any]:
    sums = rows.group_by("currency").agg(pl.col("amount").sum()).sort("currency")
    return {"count": rows.height, "amounts": dict(sums.iter_rows())}


def decision_of(group: Group, documents: pl.DataFrame, person: str) -> Decision:
    """A group with the ids of its documents instead of their positions."""
    ids = documents["id"]
    first = next(iter((*group.receipts, *group.items)))[0]
    row = documents.row(first, named=True)
    receipts = _parts(group.receipts, ids)
    items = _parts(group.items, ids)
    return Decision(
        id=_name(receipts, items),
        receipts=receipts,
        items=items,
        rule=group.rule,
        reasons=(group.reason("zh"), group.reason("en")),
        answer=group.answer,
        currency=row["currency"],
        party=row["party"] or (documents["party"][group.items[0][0]] if group.items else None),
        difference=Decimal(group.difference) / UNIT,
        difference_reason=group.difference_reason,
        score=group.score,
        person=person,
    )


def _parts(parts: Iterable[tuple[int, int]], ids: pl.Series) -> tuple[Settled, ...]:
    found = (Settled(id=ids[doc], amount=Decimal(units) / UNIT) for doc, units in parts)
    return tuple(sorted(found, key=lambda part: part.id))


def _name(receipts: Iterable[Settled], items: Iterable[Settled]) -> str:
    """A name that follows from what is settled alone, so that no other row can change it."""
    text = "|".join(f"{part.id}={part.amount.normalize():f}" for part in receipts)
    text += "||" + "|".join(f"{part.id}={part.amount.normalize():f}" for part in items)
    return "H" + hashlib.sha256(text.encode()).hexdigest()[:12]
