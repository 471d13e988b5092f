"""One line of a side against several of the other (全额勾对), by exact search.

Only what set joins left over is searched, a party at a time: an invoice booked in parts, payments
booked as one.  A group counts when it is the only one and mere chance would seldom make it; the
search is bounded in sums looked at, and what lies beyond the bound stays unmatched.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from kamcore.matching.crossing import GROUPS, Pool
from kamcore.matching.policy import Answer
from kamcore.matching.subset_sum import chance, subsets

__all__ = ["sums_across"]

TERMS = 4
MOST = 200
"""Lines of a party on one side that are searched."""
WORK = 200_000
TOTAL_WORK = 40_000_000
SELDOM, SURE = 0.01, 0.000001
"""How often chance may make a group that is proposed, and one that is automatic."""

_KEYS = ["party", "currency"]


def sums_across(ours: Pool, theirs: Pool, window: int, first: int) -> pl.DataFrame:
    """Groups of one line and several, numbered from `first`.

    Columns: ``group``, ``side``, ``id``, ``rule``, ``certain``.  `window` is in days between the
    one line and each of the several.
    """
    rows: list[tuple[int, str, int, str, bool]] = []
    used: dict[str, set[int]] = {"ours": set(), "theirs": set()}
    left = TOTAL_WORK
    for one_side, one, many in _parties(ours, theirs):
        other_side = "theirs" if one_side == "ours" else "ours"
        for line in one:
            near = [
                row
                for row in many
                if row["id"] not in used[other_side]
                and (row["units"] > 0) == (line["units"] > 0)
                and abs(row["units"]) < abs(line["units"])
                and abs((row["date"] - line["date"]).days) <= window
            ]
            if len(near) < 2 or line["id"] in used[one_side] or left <= 0:  # noqa: PLR2004
                continue
            units = [row["units"] for row in near]
            found = subsets(units, line["units"], terms=TERMS, work=min(WORK, left))
            left -= found.work
            if found.answer is not Answer.UNIQUE:
                continue
            picked = found.picks[0]
            by_chance = chance(units, line["units"], [units[at] for at in picked], len(picked))
            if by_chance > SELDOM:
                continue
            number, sure = first, by_chance <= SURE
            first += 1
            rows.append((number, one_side, line["id"], "sum", sure))
            used[one_side].add(line["id"])
            for at in picked:
                rows.append((number, other_side, near[at]["id"], "sum", sure))
                used[other_side].add(near[at]["id"])
    return pl.DataFrame(rows, schema=GROUPS, orient="row")


def _parties(
    ours: Pool, theirs: Pool
) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Parties with a line on one side and at least two on the other, in order, both ways."""
    sizes = [pool.lines.group_by(_KEYS).len() for pool in (ours, theirs)]
    both = sizes[0].join(sizes[1], on=_KEYS, suffix="_there")
    worth = both.filter(
        (pl.max_horizontal("len", "len_there") >= 2)  # noqa: PLR2004  a sum has two terms
        & (pl.max_horizontal("len", "len_there") <= MOST)
    )
    split = [
        pool.lines.join(worth, on=_KEYS, how="semi")
        .select(*_KEYS, "id", "date", "units")
        .drop_nulls("date")
        .sort(*_KEYS, "id")
        .partition_by(_KEYS, as_dict=True)
        for pool in (ours, theirs)
    ]
    for key in sorted(split[0].keys() & split[1].keys()):
        a, b = (list(frames[key].iter_rows(named=True)) for frames in split)
        yield "ours", a, b
        yield "theirs", b, a
