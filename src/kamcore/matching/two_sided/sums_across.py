"""One line of a side against several of the other (全额勾对), by exact search.

Only what set joins left over is searched, a party at a time: an invoice booked in parts, payments
booked as one, a month's invoices in one line.  A group counts when it is the only one and mere
chance would seldom make it; the search is bounded in sums looked at, and what lies beyond the
bound stays unmatched.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import polars as pl

from kamcore.matching.policy import Answer
from kamcore.matching.subset_sum import chance, subsets
from kamcore.matching.two_sided.crossed import GROUPS, Pool
from kamcore.matching.two_sided.date_runs import ROUND, Sum, run_for
from kamcore.matching.two_sided.line_kind import kind_of_text

__all__ = ["sums_across"]

TERMS = 4
MOST = 200
"""Lines of a party on one side that are searched."""
WORK = 200_000
TOTAL_WORK = 40_000_000
SELDOM, SURE = 0.01, 0.000001
"""How often chance may make a group that is proposed, and one that is automatic."""
SUMMED = r"汇总|合计|多笔|多张|共?\d+[张笔]"
"""Words of a line that is a sum."""

_KEYS = ["party", "currency"]
Row = dict[str, Any]


def sums_across(
    left: tuple[Pool, Pool], whole: tuple[pl.DataFrame, pl.DataFrame], window: int, *, sure: bool
) -> pl.DataFrame:
    """Groups of one line and several; `sure` asks for those alone that are certain.

    What is left after likely pairs were taken is never certain: a part may have gone with them.

    `left` is searched, of our side and theirs; `whole` are all lines of both.  `window` is in days
    between the one line and each of the several.

    Columns: ``group`` (from 0), ``side``, ``id``, ``rule``, ``certain``.
    """
    rows: list[tuple[int, str, int, str, bool]] = []
    search, number = _Search(window=window), 0
    for one_side, one, many in _parties(left, whole):
        for line in one:
            found = search.find(one_side, line, many)
            if found is None or (sure and not found.is_strong):
                continue
            picked, certain = found.rows, sure and found.is_certain
            other = _OTHER[one_side]
            search.used[one_side].add(line["id"])
            search.used[other].update(row["id"] for row in picked)
            rows.append((number, one_side, line["id"], "sum", certain))
            rows.extend((number, other, row["id"], "sum", certain) for row in picked)
            number += 1
    return pl.DataFrame(rows, schema=GROUPS, orient="row")


_OTHER = {"ours": "theirs", "theirs": "ours"}


@attrs.define
class _Search:
    """What is used up: lines of both sides, and work."""

    window: int
    used: dict[str, set[int]] = attrs.field(factory=lambda: {"ours": set(), "theirs": set()})
    left: int = TOTAL_WORK

    def find(self, side: str, line: Row, many: Sequence[Row]) -> Sum | None:
        """The lines that come to the amount of this one."""
        if line["id"] in self.used[side]:
            return None
        free = [row for row in many if row["id"] not in self.used[_OTHER[side]]]
        run = run_for(line, free, self.window)
        if run is not None and (run.is_strong or len(run.rows) > TERMS):
            return run
        near = [
            row
            for row in free
            if (row["units"] > 0) == (line["units"] > 0)
            and abs(row["units"]) < abs(line["units"])
            and abs((row["date"] - line["date"]).days) <= self.window
        ]
        if len(near) < 2 or self.left <= 0:  # noqa: PLR2004  a sum has two terms
            return run
        units = [row["units"] for row in near]
        found = subsets(units, line["units"], terms=TERMS, work=min(WORK, self.left))
        self.left -= found.work
        if found.answer is not Answer.UNIQUE:
            return run
        picked = [near[at] for at in found.picks[0]]
        by_chance = chance(units, line["units"], [row["units"] for row in picked], len(picked))
        if by_chance > SELDOM:
            return run
        strong = by_chance <= SURE
        return Sum(rows=picked, is_strong=strong, is_certain=strong and _stands(line, picked))


def _stands(line: Row, picked: Sequence[Row]) -> bool:
    """No other line of the same amount could take a part in the sum, nor an exchange of parts."""
    once = line["once"] and all(row["once"] for row in picked)
    round_ones = sum(row["units"] % ROUND == 0 for row in picked)
    plain = round_ones < 2 and len(picked) - round_ones > 1  # noqa: PLR2004  an exchange
    return once and (plain or len({row["voucher_id"] for row in picked}) == 1)


def _parties(
    left: tuple[Pool, Pool], whole: tuple[pl.DataFrame, pl.DataFrame]
) -> Iterator[tuple[str, list[Row], list[Row]]]:
    """Parties with a line on one side and at least two on the other, in order, both ways."""
    sizes = [pool.lines.group_by(_KEYS).len() for pool in left]
    both = sizes[0].join(sizes[1], on=_KEYS, suffix="_there")
    worth = both.filter(
        (pl.max_horizontal("len", "len_there") >= 2)  # noqa: PLR2004  a sum has two terms
        & (pl.max_horizontal("len", "len_there") <= MOST)
    )
    split = []
    for pool, every in zip(left, whole, strict=True):
        rows = pool.lines.join(worth, on=_KEYS, how="semi").drop_nulls("date")
        times = every.join(worth, on=_KEYS, how="semi").group_by(*_KEYS, "units").len("times")
        rows = rows.join(times, on=[*_KEYS, "units"], how="left")
        columns = [*_KEYS, "id", "date", "units", "voucher_id"]
        says_sum = pl.col("text").str.contains(SUMMED)
        rows = rows.select(
            *columns, once=pl.col("times") == 1, kind=kind_of_text(), says_sum=says_sum
        )
        split.append(rows.sort(*_KEYS, "id").partition_by(_KEYS, as_dict=True))
    for key in sorted(split[0].keys() & split[1].keys()):
        a, b = (list(frames[key].iter_rows(named=True)) for frames in split)
        yield "ours", a, b
        yield "theirs", b, a
