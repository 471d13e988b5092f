"""One line of a side against neighbours in time of the other (汇总入账).

One side books each invoice, the other a month's invoices in one line, often from the 26th to the
25th.  Of all sets of lines few are neighbours: a run that comes to the amount to the cent is
seldom chance, however long it is.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from kamcore.matching.subset_sum import runs

__all__ = ["Sum", "run_for"]

ROUND = 10_000_000
"""Thousands of yuan: such amounts make up for a digit that is misread."""
SURE = 0.0001
"""How often chance may make a run that is automatic."""
MOST = 100
"""Lines among which a run around one of them is looked for."""
SELDOM, SAID = 0.02, 0.5
"""How often chance may make a run that counts at all, and one for a line that says it is a sum."""

Row = dict[str, Any]


@attrs.frozen(kw_only=True)
class Sum:
    """Lines that come to an amount.

    `is_strong`: mere chance would hardly make them; `is_certain`: nor could another line of the
    same amount stand in one's place.
    """

    rows: list[Row]
    is_strong: bool = False
    is_certain: bool = False


def run_for(line: Row, others: Sequence[Row], window: int) -> Sum | None:
    """The neighbours that come to the line's amount.

    `line` has ``says_sum``, true where its text calls it a sum.  `others` have ``date``,
    ``units``, ``kind`` and stand in their order; the run lies within `window` days of the line.
    None where there is no run, or where several are as good.
    """
    for chosen in _readings(line, others):
        near = [row for row in chosen if abs((row["date"] - line["date"]).days) <= window]
        if len(near) < 2:  # noqa: PLR2004  a run has two lines
            continue
        seldom = SAID if line["says_sum"] else SELDOM
        found = _of(line["units"], near, seldom) or _but_one(line["units"], near)
        if found is not None:
            return found
    return None


def _of(target: int, near: Sequence[Row], seldom: float) -> Sum | None:
    units = [row["units"] for row in near]
    found = runs(units, target)
    if len(found) != 1:
        return None
    first, last = found[0]
    by_chance = _chance(units, target, units[first : last + 1])
    # A line of the same amount just outside the run could as well stand in it.
    outside = {*units[:first], *units[last + 1 :]}
    strong = by_chance <= SURE
    # One odd amount and a round rest may be that amount alone with a digit misread.
    odd = sum(unit % ROUND != 0 for unit in units[first : last + 1])
    certain = strong and outside.isdisjoint(units[first : last + 1]) and odd > 1
    # A line that comes to it alone needs no others that cancel out.
    if by_chance > seldom or target in units[first : last + 1]:
        return None
    return Sum(rows=list(near[first : last + 1]), is_strong=strong, is_certain=certain)


def _but_one(target: int, near: Sequence[Row]) -> Sum | None:
    """A run around one line that the other side has not booked or has booked apart."""
    if len(near) > MOST:
        return None
    found: list[list[Row]] = []
    for at in range(1, len(near) - 1):
        rest = [*near[:at], *near[at + 1 :]]
        units = [row["units"] for row in rest]
        for first, last in runs(units, target):
            if first < at <= last:
                picked = rest[first : last + 1]
                by_chance = _chance(units, target, units[first : last + 1]) * len(near)
                if by_chance <= SELDOM:
                    found.append(picked)
    return Sum(rows=found[0]) if len(found) == 1 else None


def _readings(line: Row, others: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """What may be summed up: lines of the same sign; then these and what came back."""
    up = line["units"] > 0
    yield [row for row in others if (row["units"] > 0) == up]
    if any((row["units"] > 0) != up and row["kind"] == "return" for row in others):
        yield [row for row in others if (row["units"] > 0) == up or row["kind"] == "return"]


def _chance(units: Sequence[int], target: int, picked: Sequence[int]) -> float:
    """How many runs would come to the target by mere chance, as round as these amounts are."""
    step = math.gcd(target, *picked) or 1
    places = sum(map(abs, units)) / step
    return len(units) * (len(units) - 1) / 2 / places if places else 1.0
