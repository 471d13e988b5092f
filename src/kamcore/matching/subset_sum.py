"""Which amounts add up to a target: exact integer search, with proof that there is one answer.

Two searches, both on whole arrays.  *Meet in the middle* makes the sums of all subsets of each
half and looks the rest of the target up: any number of terms, some forty amounts.  *Pair sums*
look for at most four terms: two thousand amounts.  General solvers stall at thirty.

Past some thirty amounts dozens of subsets hit any target, so a hit alone is worth nothing: a
search says whether it is the only one, and `chance` how often mere chance would make one.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import numpy as np

from kamcore.matching.policy import Answer

__all__ = ["PAIRED_TERMS", "Found", "chance", "runs", "subsets"]

PAIRED_TERMS = 4
"""Terms that pair sums find."""

_LARGEST = 2**62
_LOOKED_AT = 4096
"""Hits that are looked at one by one; more of them prove that there are several."""


@attrs.frozen(kw_only=True)
class Found:
    """The subsets a search found, as positions, the smallest first; at most as many as asked.

    `complete` says that every subset of the asked number of terms was looked at, or enough to
    prove that there are several.  `work` counts the sums that were made or looked up.
    """

    picks: tuple[tuple[int, ...], ...] = ()
    complete: bool = True
    work: int = 0

    @property
    def answer(self) -> Answer:
        """Unique only when the search was complete; several is proved by two."""
        if len(self.picks) > 1:
            return Answer.SEVERAL
        return Answer.UNIQUE if self.complete and self.picks else Answer.UNDECIDED

    @property
    def is_none(self) -> bool:
        """True when it is proved that no subset adds up."""
        return self.complete and not self.picks


def subsets(
    units: Sequence[int],
    target: int,
    *,
    terms: int | None = None,
    work: int = 1_200_000,
    stopwatch: Callable[[], bool] | None = None,
) -> Found:
    """Find the subsets of `units` that add up to `target`: one, or two to prove several.

    Args:
        units: amounts as whole numbers, positive or negative.
        target: what they have to add up to.
        terms: the most terms of a subset; any number when left out.
        work: bound of the search; past it the answer is not decided.
        stopwatch: says True when the caller's time is up.

    >>> subsets([10, 22, 14, 35, 82], 139)
    Found(picks=((1, 3, 4),), complete=True, work=12)
    """
    count = len(units)
    most = count if terms is None else min(terms, count)
    if not count or most < 1:
        return Found()
    if sum(map(abs, units)) + abs(target) >= _LARGEST or (stopwatch and stopwatch()):
        return Found(complete=False)
    halves = (1 << (count // 2)) + (1 << (count - count // 2))
    if count < 2 * 31 and halves <= work:
        return attrs.evolve(_in_halves(units, target, most), work=halves)
    pairs = count * (count - 1) // 2
    if most <= PAIRED_TERMS and pairs <= work:
        return attrs.evolve(_by_pairs(units, target, most), work=2 * pairs)
    return Found(complete=False)


def _in_halves(units: Sequence[int], target: int, most: int) -> Found:
    middle = len(units) // 2
    left, left_size = _all_sums(units[:middle])
    right, right_size = _all_sums(units[middle:])
    order = np.argsort(right, kind="stable")
    ranked = right[order]
    wanted = target - left
    first = np.searchsorted(ranked, wanted, "left")
    hits = np.searchsorted(ranked, wanted, "right") - first
    found: list[tuple[int, ...]] = []
    looked = 0
    for mask in np.flatnonzero(hits):
        for spot in range(int(first[mask]), int(first[mask] + hits[mask])):
            other = int(order[spot])
            looked += 1
            if 0 < int(left_size[mask]) + int(right_size[other]) <= most:
                found.append(_bits(int(mask)) + _bits(other, middle))
            if len(found) > 1 or looked > _LOOKED_AT:
                return Found(picks=_ranked(found), complete=len(found) > 1)
    return Found(picks=_ranked(found))


def _all_sums(units: Sequence[int]) -> tuple[Any, Any]:
    """The sum and the size of every subset; bit i of the position is amount i."""
    sums, sizes = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int8)
    for unit in units:
        sums = np.concatenate([sums, sums + unit])
        sizes = np.concatenate([sizes, sizes + 1])
    return sums, sizes


def _bits(mask: int, start: int = 0) -> tuple[int, ...]:
    return tuple(start + bit for bit in range(mask.bit_length()) if mask >> bit & 1)


def _ranked(found: Iterable[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    return tuple(sorted(found, key=lambda pick: (len(pick), pick)))


def _by_pairs(units: Sequence[int], target: int, most: int) -> Found:
    amounts = np.asarray(units, dtype=np.int64)
    found: list[tuple[int, ...]] = [(int(i),) for i in np.flatnonzero(amounts == target)[:2]]
    if len(found) > 1 or most == 1:
        return Found(picks=_ranked(found))
    low, high = np.triu_indices(len(units), 1)
    sums = amounts[low] + amounts[high]
    order = np.argsort(sums, kind="stable")
    table = _PairTable(sums[order], low[order], high[order])
    complete = True
    none = np.zeros(1, dtype=np.int64)
    # One, two, three and four terms: what stands before the last pair.
    fronts: list[tuple[Any, Any, tuple[Any, ...]]] = [(none, none - 1, ())]
    if most > 2:  # noqa: PLR2004  terms
        fronts.append((amounts, np.arange(len(units)), (np.arange(len(units)),)))
    if most > 3:  # noqa: PLR2004
        fronts.append((table.sums, table.high, (table.low, table.high)))
    for front, last, parts in fronts:
        more, whole = table.rest(target - front, last)
        found += [(*(int(part[at]) for part in parts), *pair) for at, pair in more]
        complete &= whole
        if len(found) > 1:
            return Found(picks=_ranked(found)[:2])
    return Found(picks=_ranked(found), complete=complete)


@attrs.frozen
class _PairTable:
    """Sums of all pairs, ascending, with the positions of both amounts, `low` before `high`."""

    sums: Any
    low: Any
    high: Any

    def rest(self, wanted: Any, last: Any) -> tuple[list[tuple[int, tuple[int, int]]], bool]:
        """Pairs behind position `last` that add up to each wanted sum: two, and whether all."""
        first = np.searchsorted(self.sums, wanted, "left")
        hits = np.searchsorted(self.sums, wanted, "right") - first
        found: list[tuple[int, tuple[int, int]]] = []
        looked = 0
        for at in np.flatnonzero(hits):
            for spot in range(int(first[at]), int(first[at] + hits[at])):
                looked += 1
                if self.low[spot] > last[at]:
                    found.append((int(at), (int(self.low[spot]), int(self.high[spot]))))
                if len(found) > 1:
                    return found, True
                if looked > _LOOKED_AT:
                    return found, False
        return found, True


def runs(units: Sequence[int], target: int) -> list[tuple[int, int]]:
    """Stretches of two or more neighbours that add up to the target, as first and last position.

    >>> runs([5, 7, 1, 4, 8], 12)
    [(0, 1), (1, 3), (3, 4)]
    """
    if sum(map(abs, units)) + abs(target) >= _LARGEST:
        return []
    sums = np.concatenate([[0], np.cumsum(np.asarray(units, dtype=np.int64))])
    order = np.argsort(sums, kind="stable")
    ranked = sums[order]
    start = np.searchsorted(ranked, sums + target, "left")
    hits = np.searchsorted(ranked, sums + target, "right") - start
    found = []
    for first in np.flatnonzero(hits):
        behind = order[start[first] : start[first] + hits[first]]
        found += [(int(first), int(last) - 1) for last in behind if last > first + 1]
    return sorted(found)


def chance(units: Sequence[int], target: int, picked: Sequence[int], terms: int) -> float:
    """How many subsets of at most so many terms would hit the target by mere chance.

    Amounts in round thousands hit each other a hundred thousand times more often than amounts in
    cents.  So only amounts count that are as round as those of the subset are in common.

    >>> round(chance([10, 22, 14, 35, 82], 139, [22, 35, 82], 5), 2)
    0.19
    """
    step = math.gcd(target, *picked) or 1
    alike = [unit for unit in units if unit % step == 0]
    ways = sum(math.comb(len(alike), size) for size in range(1, min(terms, len(alike)) + 1))
    places = sum(map(abs, alike)) / step or 1
    return ways / places
