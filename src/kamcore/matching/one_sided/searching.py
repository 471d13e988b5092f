"""One group search within the bounds of a policy, and how certain its answer is."""

import math
from collections.abc import Sequence

import attrs

from kamcore.matching.one_sided.group import Part
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.policy import Answer
from kamcore.matching.subset_sum import PAIRED_TERMS, Found, chance, subsets

__all__ = ["Hit", "search"]

HANDFUL = 6
"""So few documents are looked through whole; a single answer among them is certain enough."""
HANDFUL_CHANCE = 0.25
LIKELY = 0.05
"""How often chance may make a group that is still worth proposing."""
HALVED = 36
"""Documents of which every subset can be looked at."""


@attrs.frozen(kw_only=True)
class Hit:
    """A subset that adds up to the target: its documents, and how sure it is."""

    docs: tuple[int, ...]
    answer: Answer
    chance: float
    is_certain: bool

    @property
    def is_likely(self) -> bool:
        """True when it is worth proposing."""
        return self.chance <= LIKELY


def search(pool: Pool, candidates: Sequence[Part], target: int) -> Hit | None:
    """Find what adds up to the target among candidates, which stand in a fixed order.

    First only as many terms as chance would seldom hit; one answer there is certain.  Then more
    terms, whose answer is only worth proposing.  None when nothing adds up or the bounds are met;
    then `Pool.undecided` is the caller's to fill, `Found.complete` having said so.
    """
    units = [unit for _, unit in candidates]
    count = len(units)
    if not count or target == 0:
        return None
    limit = float(pool.policy.chance)
    few = _terms(units, target, limit)
    if count <= HANDFUL:
        few = count
    more = max(few, _terms(units, target, 1.0))
    for terms in dict.fromkeys((few, more)):
        found = _bounded(pool, units, target, terms)
        if found.picks:
            return _hit(pool, candidates, target, found, is_first=terms == few)
    return None


def _hit(
    pool: Pool, candidates: Sequence[Part], target: int, found: Found, *, is_first: bool
) -> Hit:
    units = [unit for _, unit in candidates]
    picked = found.picks[0]
    by_chance = chance(units, target, [units[at] for at in picked], len(picked))
    most = HANDFUL_CHANCE if len(units) <= HANDFUL else float(pool.policy.chance)
    sure = is_first and found.answer is Answer.UNIQUE and by_chance <= most
    return Hit(
        docs=tuple(candidates[at][0] for at in picked),
        answer=found.answer,
        chance=by_chance,
        is_certain=sure,
    )


def _bounded(pool: Pool, units: Sequence[int], target: int, terms: int) -> Found:
    policy = pool.policy
    left = policy.total_work - pool.work
    found = subsets(
        units, target, terms=terms, work=min(policy.work, left), stopwatch=policy.stopwatch
    )
    pool.work += found.work
    return found


def _terms(units: Sequence[int], target: int, limit: float) -> int:
    """The most terms whose sums hit a target by chance less often than the limit says; one."""
    step = math.gcd(target, *units) or 1
    places = sum(map(abs, units)) / step
    ways, terms = 0, 0
    most = len(units) if len(units) <= HALVED else PAIRED_TERMS
    while terms < most:
        ways += math.comb(len(units), terms + 1)
        if ways > limit * places:
            break
        terms += 1
    return max(1, terms)
