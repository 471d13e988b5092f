"""Which of two lists of amounts have a sum in common: exact integer search on whole arrays.

Sums of all subsets of either side, up to so many terms, are made and met.  Only *minimal* pairs
count: those that do not fall apart into smaller ones.  A pair is the only one when no other
minimal pair touches it.
"""

import math
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from kamcore.matching.policy import Answer

__all__ = ["CommonSum", "CommonSums", "common_sums", "ways"]

MOST = 62
"""Amounts a side may have."""
_LOOKED_AT = 4096
_LARGEST = 2**62


@attrs.frozen(kw_only=True)
class CommonSum:
    """Positions on both sides that have one sum, and whether another pair wants one of them."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    answer: Answer


@attrs.frozen(kw_only=True)
class CommonSums:
    """The minimal pairs of a search; `complete` says that every subset was looked at."""

    pairs: tuple[CommonSum, ...] = ()
    complete: bool = True
    work: int = 0


def ways(count: int, terms: int) -> int:
    """How many subsets of at most so many terms there are, the empty one left out."""
    return sum(math.comb(count, size) for size in range(1, min(terms, count) + 1))


def common_sums(
    left: Sequence[int], right: Sequence[int], *, terms: int, work: int = 1_200_000
) -> CommonSums:
    """Find all minimal pairs of subsets with one sum, of at most `terms` amounts a side.

    >>> found = common_sums([700, 500, 90], [650, 550, 40], terms=3)
    >>> [(pair.left, pair.right, str(pair.answer)) for pair in found.pairs]
    [((0, 1), (0, 1), 'unique')]
    """
    many = ways(len(left), terms) + ways(len(right), terms)
    whole = sum(map(abs, left)) + sum(map(abs, right))
    if max(len(left), len(right)) > MOST or many > work or whole >= _LARGEST:
        return CommonSums(complete=False)
    sums, masks = zip(*(_subsets(side, terms) for side in (left, right)), strict=True)
    order = np.argsort(sums[1], kind="stable")
    ranked = sums[1][order]
    first = np.searchsorted(ranked, sums[0], "left")
    hits = np.searchsorted(ranked, sums[0], "right") - first
    if int(hits.sum()) > _LOOKED_AT:
        return CommonSums(complete=False, work=many)
    found = [
        (int(masks[0][at]), int(masks[1][order[spot]]))
        for at in np.flatnonzero(hits)
        for spot in range(int(first[at]), int(first[at] + hits[at]))
    ]
    return CommonSums(pairs=_answered(_minimal(found)), work=many)


def _subsets(units: Sequence[int], terms: int) -> tuple[Any, Any]:
    """Sums of all subsets of at most so many terms, with the positions as bits."""
    amounts = np.asarray(units, dtype=np.int64)
    bits = np.left_shift(np.int64(1), np.arange(len(units), dtype=np.int64))
    sums, masks, last = amounts, bits, np.arange(len(units))
    all_sums, all_masks = [sums], [masks]
    for _ in range(1, min(terms, len(units))):
        more = len(units) - 1 - last
        at = np.repeat(np.arange(len(last)), more)
        start = np.concatenate([[0], np.cumsum(more)[:-1]])
        added = np.arange(len(at)) - np.repeat(start, more) + last[at] + 1
        sums, masks, last = sums[at] + amounts[added], masks[at] | bits[added], added
        all_sums.append(sums)
        all_masks.append(masks)
    return np.concatenate(all_sums), np.concatenate(all_masks)


def _minimal(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda pair: (pair[0].bit_count() + pair[1].bit_count(), pair)):
        if not any(a & one[0] == a and b & one[1] == b for a, b in kept):
            kept.append(one)
    return kept


def _answered(pairs: Sequence[tuple[int, int]]) -> tuple[CommonSum, ...]:
    def touched(one: tuple[int, int]) -> int:
        return sum(bool(a & one[0] or b & one[1]) for a, b in pairs)

    return tuple(
        CommonSum(
            left=_positions(one[0]),
            right=_positions(one[1]),
            answer=Answer.UNIQUE if touched(one) == 1 else Answer.SEVERAL,
        )
        for one in pairs
    )


def _positions(mask: int) -> tuple[int, ...]:
    return tuple(at for at in range(mask.bit_length()) if mask >> at & 1)
