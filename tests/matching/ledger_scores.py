"""How well a reconciliation tells drawn relations back."""

from collections import defaultdict
from collections.abc import Iterable

import attrs

from kamcore.matching import ReconcilePolicy, Reconciliation, reconcile
from kamcore.matching.two_sided.party_view import view
from kamcore.matching.two_sided.reconciliation_table import reconciliation_table
from matching.ledger_books import Ledgers, Place
from matching.ledger_truth import END, START, Relation


@attrs.define
class LedgerScore:
    """Counts over relations; a pair is a line of ours with a line of theirs."""

    right: int = 0
    wrong: int = 0
    lost: int = 0
    automatic: int = 0
    automatic_wrong: int = 0
    slips: int = 0
    explained: int = 0
    loose: int = 0
    kept: int = 0
    unequal_tables: int = 0
    misses: list = attrs.field(factory=list)

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.lost)

    def __str__(self) -> str:
        return (
            f"F1 {self.f1:.4f} over {self.right + self.lost} pairs; automatic {self.automatic}, "
            f"{self.automatic_wrong} wrong; causes {self.explained}/{self.slips}; "
            f"loose kept {self.kept}/{self.loose}"
        )


def reconciled(drawn: Ledgers, name: str) -> Reconciliation:
    """Our books against those of one buyer."""
    policy = ReconcilePolicy(since=START)
    theirs, us = drawn.theirs[name][0], drawn.called[name]
    return reconcile(drawn.ours, theirs, as_of=END, party=name, us=us, policy=policy)


def scored(every: Iterable[Ledgers]) -> LedgerScore:
    """Reconcile every relation and count."""
    total = LedgerScore()
    for drawn in every:
        for name, that in drawn.relations.items():
            result = reconciled(drawn, name)
            lines = _Found(result, drawn.our_keys, drawn.theirs[name][1])
            _count_pairs(total, that, lines)
            _count_causes(total, that, lines)
            if lines.differences or not that.slips:
                table = reconciliation_table(view(result))
                total.unequal_tables += not table.equal
    return total


class _Found:
    """Findings by the keys of the drawn lines."""

    def __init__(self, result: Reconciliation, ours: dict[Place, str], theirs: dict[Place, str]):
        spelled = {
            "ours": _keys(result.ours, ours),
            "theirs": _keys(result.theirs, theirs),
        }
        self.sides = defaultdict(lambda: {"ours": set(), "theirs": set()})
        for number, side, line in result.members.iter_rows():
            self.sides[number][side].add(spelled[side].get(line))
        self.matches = [
            (row["tier"] == "automatic", self.sides[row["finding"]])
            for row in result.matches.iter_rows(named=True)
        ]
        self.differences = [
            (row["cause"], self.sides[row["finding"]], row["amount"])
            for row in result.differences.iter_rows(named=True)
        ]


def _keys(lines, places: dict[Place, str]):
    rows = lines.select("id", "date", "voucher", "line_no").iter_rows()
    return {
        line: places.get((day.month, int(voucher.split("-")[-1]), no))
        for line, day, voucher, no in rows
    }


def _count_pairs(total: LedgerScore, that: Relation, found: _Found) -> None:
    def meant(key):
        return that.alike.get(key, key)

    def crossed(sides):
        return {(meant(a), meant(b)) for a in sides["ours"] for b in sides["theirs"]}

    truth = {(meant(a), meant(b)) for a, b in that.pairs}
    sure = [crossed(sides) for certain, sides in found.matches if certain]
    likely = [crossed(sides) for certain, sides in found.matches if not certain]
    unequal = [crossed(sides) for _, sides, _ in found.differences]
    every = set().union(*sure, *likely, *unequal)
    automatic = set().union(*sure)
    total.right += len(every & truth)
    total.wrong += len(every - truth)
    total.lost += len(truth - every)
    total.automatic += len(automatic)
    total.automatic_wrong += len(automatic - truth)
    total.misses += sorted(automatic - truth)
    matched = {
        key
        for _, sides in found.matches
        if sides["ours"] and sides["theirs"]
        for key in (*sides["ours"], *sides["theirs"])
    }
    total.loose += len(that.loose)
    total.kept += len(that.loose - matched)


def _count_causes(total: LedgerScore, that: Relation, found: _Found) -> None:
    for slip in that.slips:
        total.slips += 1
        said = [
            (sides["ours"] | sides["theirs"], amount)
            for cause, sides, amount in found.differences
            if cause in slip.causes
        ]
        if slip.kind == "opening":
            total.explained += sum(amount for _, amount in said) * 100 == slip.cents
            continue
        covered = set().union(*(keys for keys, _ in said))
        twins = {that.alike.get(key, key) for key in slip.keys}
        is_told = slip.keys <= covered or (slip.kind == "duplicate" and twins <= covered)
        total.explained += is_told
        if not is_told:
            total.misses.append((slip.kind, *sorted(slip.keys)))
