"""What may explain the difference of two balances (RC01): the bookkeeper's tests, ranked.

For two balances of one party and the lines at hand: the openings already differ; a line equal to
the difference was left out; a line of half of it stands on the wrong side; it divides by 9 and a
line with its digits exchanged would account for it; a few lines together make it; and the month
from which the balances part.  A test that finds lines gives them as proof; one that only says
what to look for comes last.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.matching.candidates import digits
from kamcore.matching.parties.sides import UNIT_SCALE
from kamcore.matching.policy import Answer
from kamcore.matching.subset_sum import chance, subsets

__all__ = ["Explanation", "explain_difference", "first_differing_month"]

_LISTED = 5
_TERMS = 4
_MOST = 400
_NINE = 9


@attrs.frozen(kw_only=True)
class Explanation:
    """A possible cause of a difference: its name, what it says, its lines, and a score to 100.

    `cause` is ``opening``, ``item``, ``half``, ``ninth``, ``subset`` or ``first_month``; `lines`
    are ids, each with its side.
    """

    cause: str
    text: tuple[str, str]
    score: int
    lines: tuple[tuple[str, int], ...] = ()

    def to_json(self, lang: str) -> dict[str, Any]:
        """An explanation under ``--json``."""
        said = self.text[0 if lang == "zh" else 1]
        lines = [{"side": side, "id": number} for side, number in self.lines]
        return {"cause": self.cause, "text": said, "score": self.score, "lines": lines}


def explain_difference(
    difference: Decimal,
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    openings: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0)),
) -> tuple[Explanation, ...]:
    """Rank what may explain that our balance is `difference` more than theirs.

    `ours` and `theirs` are lines of one party and currency as
    `kamcore.matching.parties.sides.lay_out` gives them, theirs mirrored; `openings` are both
    opening balances.  Nothing where there is no difference.
    """
    if not difference:
        return ()
    units = int(difference * UNIT_SCALE)
    lonely = _lonely(ours, theirs)
    found = [
        *_of_openings(difference, openings),
        *_of_items(units, lonely),
        *_of_halves(units, _every(ours, theirs), lonely),
        *_of_ninths(units, _every(ours, theirs), lonely),
        *_of_subsets(units, lonely),
        *_of_months(ours, theirs, openings),
    ]
    return tuple(sorted(found, key=lambda one: (-one.score, one.cause, one.lines)))


def first_differing_month(
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    openings: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0)),
) -> tuple[dt.date, Decimal] | None:
    """The first day of the first month whose closing balances differ, and by how much."""
    rows = _every(ours, theirs).drop_nulls("date")
    sign = pl.when(pl.col("side") == "ours").then(pl.col("amount")).otherwise(-pl.col("amount"))
    months = rows.group_by(month=pl.col("date").dt.truncate("1mo")).agg(gap=sign.sum())
    total = openings[0] - openings[1]
    for month, gap in months.sort("month").iter_rows():
        total += gap
        if total:
            return month, total
    return None


def _every(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    columns = ["id", "date", "units", "amount", "voucher", "text"]
    return pl.concat(
        [
            frame.select(*columns, side=pl.lit(side))
            for side, frame in (("ours", ours), ("theirs", theirs))
        ]
    )


def _lonely(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Lines whose amount the other side has not as often."""
    counted = [
        frame.with_columns(nth=pl.int_range(pl.len()).over("units")) for frame in (ours, theirs)
    ]
    left = [
        counted[at].join(counted[1 - at], on=["units", "nth"], how="anti").drop("nth")
        for at in (0, 1)
    ]
    return _every(left[0], left[1]).sort("side", "id")


def _signed() -> pl.Expr:
    """What a line adds to our balance less theirs."""
    return pl.when(pl.col("side") == "ours").then(pl.col("units")).otherwise(-pl.col("units"))


def _lines_of(rows: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    return tuple(rows.select("side", "id").iter_rows())


def _said(rows: pl.DataFrame) -> str:
    shown = rows.head(_LISTED).select("date", "voucher", "amount").iter_rows()
    return "; ".join(f"{day} {voucher or '-'} {amount:.2f}" for day, voucher, amount in shown)


def _of_openings(difference: Decimal, openings: tuple[Decimal, Decimal]) -> list[Explanation]:
    gap = openings[0] - openings[1]
    if not gap:
        return []
    whole = gap == difference
    said = (
        f"期初已相差 {gap:.2f}" + (", 与差额相等" if whole else ""),
        f"the openings already differ by {gap:.2f}" + (", all of it" if whole else ""),
    )
    return [Explanation(cause="opening", text=said, score=100 if whole else 60)]


def _of_items(units: int, lonely: pl.DataFrame) -> list[Explanation]:
    rows = lonely.filter(_signed() == units)
    if rows.is_empty():
        return []
    said = (
        f"一方有、另一方没有的分录正等于差额: {_said(rows)}",
        f"a line that only one side has equals the difference: {_said(rows)}",
    )
    return [
        Explanation(
            cause="item", text=said, score=95 if rows.height == 1 else 80, lines=_lines_of(rows)
        )
    ]


def _of_halves(units: int, every: pl.DataFrame, lonely: pl.DataFrame) -> list[Explanation]:
    if units % 2:
        return []
    rows = every.filter(_signed() == units // 2)
    if rows.is_empty():
        return []
    # A line on the wrong side has no partner of its own sign.
    strong = rows.join(lonely, on=["side", "id"], how="semi")
    shown = strong if strong.height else rows
    score = (90 if strong.height == 1 else 75) if strong.height else 40
    said = (
        f"差额的一半等于一笔分录, 可能方向记反: {_said(shown)}",
        f"half of the difference is a line, perhaps on the wrong side: {_said(shown)}",
    )
    return [Explanation(cause="half", text=said, score=score, lines=_lines_of(shown))]


def _of_ninths(units: int, every: pl.DataFrame, lonely: pl.DataFrame) -> list[Explanation]:
    cent = UNIT_SCALE // 100
    if units % cent or (units // cent) % _NINE:
        return []
    # With the mistake undone the line's amount would have the same digits.
    moved = pl.col("units") - units * pl.when(pl.col("side") == "ours").then(1).otherwise(-1)
    same = digits(pl.col("units")) == digits(moved)
    rows = every.filter(same & (pl.col("units").sign() == moved.sign()))
    strong = rows.join(lonely, on=["side", "id"], how="semi")
    rows = strong if strong.height else rows
    if rows.is_empty():
        said = (
            "差额能被 9 整除, 可能有数字颠倒或小数点错位",
            "the difference divides by 9: digits may be exchanged or the point shifted",
        )
        return [Explanation(cause="ninth", text=said, score=20)]
    said = (
        f"差额能被 9 整除, 以下分录对调数字后正好相符: {_said(rows)}",
        f"the difference divides by 9; the digits of these lines account for it: {_said(rows)}",
    )
    # The same slip is seen from both sides: a line of either is no two answers.
    pair = _pair_apart(units, strong)
    rows = pair if pair.height else rows
    score = 85 if pair.height or (strong.height and strong["side"].is_unique().all()) else 60
    return [Explanation(cause="ninth", text=said, score=score, lines=_lines_of(rows))]


def _pair_apart(units: int, rows: pl.DataFrame) -> pl.DataFrame:
    """The line of ours and the line of theirs that differ by it, where there is one such pair."""
    ours, theirs = (rows.filter(side=side) for side in ("ours", "theirs"))
    both = ours.join(theirs.with_columns(pl.col("units") + units), on="units", suffix="_there")
    if both.height != 1:
        return rows.clear()
    ids = {"ours": both["id"][0], "theirs": both["id_there"][0]}
    return rows.filter(pl.col("id") == pl.col("side").replace_strict(ids, return_dtype=pl.UInt32))


def _of_subsets(units: int, lonely: pl.DataFrame) -> list[Explanation]:
    rows = lonely.with_columns(signed=_signed()).head(_MOST)
    amounts: Sequence[int] = rows["signed"].to_list()
    found = subsets(amounts, units, terms=_TERMS)
    picks = [pick for pick in found.picks if len(pick) > 1]
    if not picks:
        return []
    chosen = rows[list(picks[0])]
    by_chance = chance(amounts, units, [amounts[at] for at in picks[0]], len(picks[0]))
    unique = found.answer is Answer.UNIQUE
    score = 70 if unique and by_chance < 1 else 30
    word = ("唯一", "the only one") if unique else ("不唯一", "not the only one")
    said = (
        f"{len(picks[0])} 笔分录合计等于差额({word[0]}): {_said(chosen)}",
        f"{len(picks[0])} lines together make the difference ({word[1]}): {_said(chosen)}",
    )
    return [Explanation(cause="subset", text=said, score=score, lines=_lines_of(chosen))]


def _of_months(
    ours: pl.DataFrame, theirs: pl.DataFrame, openings: tuple[Decimal, Decimal]
) -> list[Explanation]:
    first = first_differing_month(ours, theirs, openings)
    if first is None:
        return []
    month, gap = first
    said = (
        f"余额自 {month:%Y-%m} 起不一致, 当月末相差 {gap:.2f}",
        f"the balances part in {month:%Y-%m}, by {gap:.2f} at its end",
    )
    return [Explanation(cause="first_month", text=said, score=50)]
