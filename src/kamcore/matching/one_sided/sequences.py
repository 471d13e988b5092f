"""Equal amounts and neighbours in the order of dates: which of several ways is the likeliest.

Where every month brings the same amount, amounts say nothing and the dates have to speak.  How
long a party takes to pay is learned from what is certain about it: the median of days between due
date and receipt, else that of all parties.  In the order of the receipts each one gets the run of
neighbours that adds up and lies nearest to that habit.  These are proposals and nothing more.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

import attrs

from kamcore.matching.one_sided.group import Group
from kamcore.matching.one_sided.grouping import Party
from kamcore.matching.one_sided.naming import Naming
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.one_sided.searching import LIKELY
from kamcore.matching.policy import Answer
from kamcore.matching.subset_sum import chance, runs, subsets

__all__ = [
    "NEAR_SCORE",
    "SCORE",
    "WINDOW_SCORE",
    "Habits",
    "habits_of",
    "in_sequence",
    "in_window",
    "near_sequence",
]

SCORE = 65
"""What a run that lies in the order of dates is worth."""

NEAR_SCORE = 60
"""The same for a run that is somewhat more than a receipt which says that it is short."""

WINDOW_SCORE = 66
"""The same for what adds up among the documents of one season only."""

_WINDOW = 24
_WINDOW_TERMS = 6
_NEIGHBOURS = 2000
_NEAR_NEIGHBOURS = 100


@attrs.frozen(kw_only=True)
class Habits:
    """Days a party usually takes from due date to payment."""

    by_party: Mapping[str, int]
    usual: int

    def off(self, party: str, paid: dt.date | None, due: dt.date | None) -> int:
        """How many days a payment lies off the habit."""
        if paid is None or due is None:
            return 0
        return abs((paid - due).days - self.by_party.get(party, self.usual))


def habits_of(pool: Pool) -> Habits:
    """Learn from the certain groups of a pool."""
    columns = pool.docs.select("key", "date", "due")
    keys, dates, dues = (columns[name].to_list() for name in ("key", "date", "due"))
    days: dict[str, list[int]] = {}
    for group in pool.groups:
        paid = [dates[doc] for doc, _ in group.receipts if dates[doc]]
        due = [dues[doc] or dates[doc] for doc, _ in group.items if dues[doc] or dates[doc]]
        if paid and due:
            days.setdefault(keys[group.items[0][0]], []).append((max(paid) - max(due)).days)
    every = [day for known in days.values() for day in known]
    return Habits(
        by_party={party: round(median(known)) for party, known in days.items()},
        usual=round(median(every)) if every else 0,
    )


@attrs.frozen(kw_only=True)
class _Stop:
    """A blue item with the credit notes that belong to it."""

    docs: tuple[int, ...]
    units: int
    due: dt.date | None
    date: dt.date | None


def in_sequence(naming: Naming, party: Party, habits: Habits) -> Iterator[Group]:
    """Give each receipt the run of neighbours that adds up and fits the habit best."""
    blue = [item for item in party.items if item["units"] > 0]
    if len(blue) > _NEIGHBOURS:
        return
    plain = [_stop(item, (), naming) for item in blue]
    netted = [_stop(item, naming.reds([item["doc"]]), naming) for item in blue]
    gone: set[int] = set()
    for receipt in sorted(party.receipts, key=lambda row: (str(row["date"]), row["doc"])):
        if receipt["units"] <= 0 or receipt["is_advance"] or naming.items(receipt["doc"]):
            continue
        stops: list[list[_Stop]] = []
        held = receipt["stated"] or 0
        for way in (plain, netted) if netted != plain else (plain,):
            left = [stop for stop in way if not gone & {*stop.docs}]
            for target in dict.fromkeys((receipt["units"], receipt["units"] + held)):
                stops += _runs(naming.pool, left, target, receipt)
        if not stops:
            continue
        best = min(stops, key=lambda run: (_off(run, receipt, habits), len(run), run[0].docs))
        gone |= {doc for stop in best for doc in stop.docs}
        yield _group(naming, receipt, best, len(stops))


def near_sequence(naming: Naming, party: Party, habits: Habits) -> Iterator[Group]:
    """Runs a little above a receipt that says something was held back, but not how much."""
    blue = [item for item in party.items if item["units"] > 0]
    if len(blue) > _NEAR_NEIGHBOURS:
        return
    stops = [_stop(item, naming.reds([item["doc"]]), naming) for item in blue]
    for receipt in party.receipts:
        asks = receipt["why"] and not receipt["stated"] and receipt["units"] > 0
        if not asks or naming.items(receipt["doc"]):
            continue
        near = list(_near_runs(naming.pool, stops, receipt))
        if near:
            best = min(near, key=lambda run: (_off(run, receipt, habits), len(run), run[0].docs))
            group = _group(naming, receipt, best, len(near))
            yield attrs.evolve(group, rule="near_amount", score=NEAR_SCORE)


def in_window(naming: Naming, party: Party, habits: Habits) -> Iterator[Group]:
    """Give a receipt what adds up among the documents that fell due when it was to be expected.

    The whole of a party's documents has many sums; those of one season have few, so that the
    only one among them is worth proposing where chance would seldom make it.
    """
    blue = [item for item in party.items if item["units"] > 0]
    if len(blue) <= _WINDOW:
        return
    plain = [_stop(item, (), naming) for item in blue]
    netted = [_stop(item, naming.reds([item["doc"]]), naming) for item in blue]
    for receipt in party.receipts:
        if receipt["units"] <= 0 or not receipt["is_silent"] or naming.items(receipt["doc"]):
            continue
        for way in (plain, netted) if netted != plain else (plain,):
            run = _only_sum(naming.pool, _season(naming.pool, way, receipt, habits), receipt)
            if run:
                yield attrs.evolve(_group(naming, receipt, run, 1), score=WINDOW_SCORE)
                break


def _season(
    pool: Pool, stops: list[_Stop], receipt: Mapping[str, Any], habits: Habits
) -> list[_Stop]:
    """The documents whose due dates lie nearest to the habit; they stand in that order."""
    paid = receipt["date"]
    if paid is None:
        return []
    usual = dt.timedelta(days=habits.by_party.get(receipt["key"], habits.usual))
    at = bisect_left(stops, paid - usual, key=lambda stop: stop.due or dt.date.max)
    around = stops[max(0, at - 2 * _WINDOW) : at + 2 * _WINDOW]
    fit = [stop for stop in around if _fits(pool, stop, receipt)]
    return sorted(fit, key=lambda stop: (_off([stop], receipt, habits), stop.docs))[:_WINDOW]


def _only_sum(pool: Pool, stops: list[_Stop], receipt: Mapping[str, Any]) -> list[_Stop]:
    units = [stop.units for stop in stops]
    for target in dict.fromkeys((receipt["units"], receipt["units"] + (receipt["stated"] or 0))):
        left = pool.policy.total_work // 4 - pool.season_work
        stopwatch = pool.policy.stopwatch
        work = min(pool.policy.work, left)
        found = subsets(units, target, terms=_WINDOW_TERMS, work=work, stopwatch=stopwatch)
        pool.season_work += found.work
        if found.answer is not Answer.UNIQUE:
            continue
        picked = [stops[at] for at in found.picks[0]]
        by_chance = chance(units, target, [stop.units for stop in picked], len(picked))
        if by_chance <= LIKELY:
            return picked
    return []


def _near_runs(
    pool: Pool, stops: list[_Stop], receipt: Mapping[str, Any]
) -> Iterator[list[_Stop]]:
    for first in range(len(stops)):
        total = 0
        for last in range(first, len(stops)):
            total += stops[last].units
            short = total - receipt["units"]
            run = stops[first : last + 1]
            if 0 < short <= pool.policy.near_share * total and all(
                _fits(pool, stop, receipt) for stop in run
            ):
                yield run


def _stop(item: Mapping[str, Any], reds: list[int] | tuple[int, ...], naming: Naming) -> _Stop:
    docs = (item["doc"], *reds)
    due = item["due"] or item["date"]
    return _Stop(docs=docs, units=naming.total(docs), due=due, date=item["date"])


def _runs(
    pool: Pool, stops: list[_Stop], target: int, receipt: Mapping[str, Any]
) -> list[list[_Stop]]:
    units = [stop.units for stop in stops]
    pool.work += len(units)
    single = [[stop] for stop in stops if stop.units == target]
    found = single + [stops[first : last + 1] for first, last in runs(units, target)]
    return [run for run in found if all(_fits(pool, stop, receipt) for stop in run)]


def _fits(pool: Pool, stop: _Stop, receipt: Mapping[str, Any]) -> bool:
    if stop.date is None or receipt["date"] is None:
        return True
    days: int = (receipt["date"] - stop.date).days
    return -pool.policy.before <= days <= pool.policy.after


def _off(run: list[_Stop], receipt: Mapping[str, Any], habits: Habits) -> int:
    dues = [stop.due for stop in run if stop.due]
    return habits.off(receipt["key"], receipt["date"], max(dues, default=None))


def _group(naming: Naming, receipt: Mapping[str, Any], run: list[_Stop], ways: int) -> Group:
    docs = sorted(doc for stop in run for doc in stop.docs)
    difference = naming.total(docs) - receipt["units"]
    rule = "same_amount" if len(run) == 1 and ways > 1 else "group_several"
    return Group(
        rule=rule if ways > 1 else "group_chance",
        receipts=((receipt["doc"], receipt["units"]),),
        items=naming.parts(docs),
        key=str(ways),
        answer=Answer.SEVERAL if ways > 1 else Answer.UNIQUE,
        difference=difference,
        difference_reason=receipt["why"] if difference else None,
        score=SCORE,
    )
