"""How well a reconciliation gets a drawn truth back: pairs, certainty, causes."""

from collections import defaultdict
from collections.abc import Callable

import attrs

from kamcore.books import Books
from kamcore.matching.two_sided.reconciling import Reconciliation, reconcile
from matching.histories import AS_OF, Noise, Truth, drawn
from matching.two_books import TwoBooks, two_books

SAME = {"missing": {"only_ours", "only_theirs"}, "deduction": {"amount"}}


@attrs.define
class Scores:
    """Counts over all parties; a pair is a fact that both sides' lines are matched by."""

    right: int = 0
    wrong: int = 0
    lost: int = 0
    automatic: int = 0
    automatic_wrong: int = 0
    causes: int = 0
    explained: int = 0
    misses: list[tuple[str, ...]] = attrs.field(factory=list)

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.lost)

    @property
    def share_explained(self) -> float:
        return self.explained / self.causes if self.causes else 1.0

    def __str__(self) -> str:
        return (
            f"{self.right} pairs, {self.wrong} wrong, {self.lost} lost, F1 {self.f1:.4f}; "
            f"automatic {self.automatic}, wrong {self.automatic_wrong}; "
            f"causes {self.explained}/{self.causes} = {self.share_explained:.4f}"
        )


def same_books(books: Books, _name: str) -> Books:
    """Hand the books on as they are."""
    return books


def score(
    seeds: range,
    parties: int,
    noise: Noise | None = None,
    passed: Callable[[Books, str], Books] = same_books,
) -> Scores:
    """Reconcile every party of every truth; `passed` takes books through a system and back."""
    total = Scores()
    for seed in seeds:
        truth = drawn(seed, parties=parties, noise=noise)
        both = two_books(truth)
        ours = passed(both.ours, "ours")
        for name, theirs in both.theirs.items():
            found = reconcile(ours, passed(theirs, name), as_of=AS_OF, party=name)
            _count(total, found, (truth, both, name))
    return total


def _facts(both: TwoBooks, side: str) -> dict[int, str]:
    return {
        voucher: fact
        for (of, fact), vouchers in both.vouchers.items()
        if of == side
        for voucher in vouchers
    }


def _count(total: Scores, found: Reconciliation, asked: tuple[Truth, TwoBooks, str]) -> None:
    truth, both, name = asked
    by_voucher = {"ours": _facts(both, "ours"), "theirs": _facts(both, name)}
    lines = {
        side: dict(frame.select("id", "voucher_id").iter_rows())
        for side, frame in (("ours", found.ours), ("theirs", found.theirs))
    }
    members: dict[int, dict[str, list[str]]] = defaultdict(lambda: {"ours": [], "theirs": []})
    for number, side, line in found.members.iter_rows():
        members[number][side].append(by_voucher[side][lines[side][line]])
    causes = {cause.fact: cause for cause in both.causes if cause.party == name}
    own = {fact.id for fact in truth.facts if fact.party == name}
    booked = own & set(by_voucher["ours"].values()) & set(by_voucher["theirs"].values())
    _count_pairs(total, found, members, booked - set(causes))
    seen: dict[str, set[str]] = defaultdict(set)
    for row in found.differences.iter_rows(named=True):
        mine = members[row["finding"]]
        for fact in {*mine["ours"], *mine["theirs"]}:
            seen[fact].add(row["cause"])
    for fact, cause in causes.items():
        total.causes += 1
        wanted = SAME.get(cause.kind, {cause.kind})
        if len(seen[fact]) == 1 and seen[fact] <= wanted:
            total.explained += 1
        else:
            total.misses.append((str(truth.seed), name, cause.kind, fact, str(seen[fact])))


def _count_pairs(
    total: Scores,
    found: Reconciliation,
    members: dict[int, dict[str, list[str]]],
    wanted: set[str],
) -> None:
    """A red line and its invoice cancel on both sides alike, so they are no lost pairs."""
    got: set[str] = set()
    for row in found.matches.iter_rows(named=True):
        ours, theirs = (sorted(members[row["finding"]][side]) for side in ("ours", "theirs"))
        if not (ours and theirs):
            got |= {*ours, *theirs}
            continue
        right = ours == theirs
        total.right += len(ours) if right else 0
        total.wrong += not right
        if row["tier"] == "automatic":
            total.automatic += 1
            total.automatic_wrong += not right
        got |= set(ours) if right else set()
    total.lost += len(wanted - got)
