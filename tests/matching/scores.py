"""How well a matching finds a hidden truth again."""

import attrs

from kamcore.matching.one_sided.matching import match
from kamcore.matching.settlement.applying import by_side, pairs
from matching.histories import listed


@attrs.frozen(kw_only=True)
class Score:
    """Counts over one or several truths."""

    right: int = 0
    said: int = 0
    true: int = 0
    automatic: int = 0
    wrong: int = 0
    """Pairs of the automatic tier that are not true."""
    loose: int = 0
    kept: int = 0
    """Of what must stay unmatched, what does."""

    def __add__(self, other):
        mine, its = attrs.asdict(self), attrs.asdict(other)
        return Score(**{name: mine[name] + its[name] for name in mine})

    @property
    def f1(self):
        precision, recall = self.right / self.said, self.right / self.true
        return 2 * precision * recall / (precision + recall)

    def __str__(self):
        return (
            f"F1 {self.f1:.4f} over {self.true} pairs; automatic {self.automatic}, "
            f"{self.wrong} wrong; unmatched {self.kept / self.loose:.4f} of {self.loose}"
        )


def pairs_of(decisions, documents):
    """Pairs of documents that decisions settle: receipt and document, or red and blue."""
    known = by_side(documents)
    found = set()
    for one in decisions:
        receipts, items = ([part.id for part in side] for side in (one.receipts, one.items))
        if one.rule == "whole" and len(receipts) > 1 and len(items) > 1:
            # Everything is settled; who pays whom is what the applications say.
            spread = pairs(one, known)
            found |= {frozenset((a[1], b[1])) for a, b, _ in spread if a[0] != b[0]}
        elif receipts and items:
            found |= {frozenset((a, b)) for a in receipts for b in items}
        else:
            first, *rest = receipts or items
            found |= {frozenset((first, other)) for other in rest}
    return found


def score(truth):
    """Match the lists of a truth and count."""
    items, receipts = listed(truth)
    found = match(items, receipts)
    true = truth.pairs()
    automatic = pairs_of(found.automatic, found.documents)
    said = automatic | pairs_of(found.proposed, found.documents)
    touched = {
        part.id
        for one in (*found.automatic, *found.proposed)
        for part in (*one.receipts, *one.items)
    }
    loose = truth.loose()
    return Score(
        right=len(said & true),
        said=len(said),
        true=len(true),
        automatic=len(automatic),
        wrong=len(automatic - true),
        loose=len(loose),
        kept=len(loose - touched),
    )
