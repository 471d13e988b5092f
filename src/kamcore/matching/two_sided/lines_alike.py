"""Lines a side has booked as it would book one that only the other side has."""

import attrs
import narwhals as nw
import polars as pl

from kamcore.matching.parties.sides import Side, live_lines_of

__all__ = ["ASKED", "Alike", "lines_alike"]

ASKED: dict[str, pl.DataType] = {
    "number": pl.Int64(),
    "party": pl.String(),
    "currency": pl.String(),
    "on_debit": pl.Boolean(),
    "day": pl.Date(),
}
"""The columns of what is asked: a finding, whom it is about, and the side it would stand on."""

_LINE = ("voucher_id", "line_no", "account")
_OF_PARTY, _OF_ANY = 4, 50


@attrs.frozen(kw_only=True)
class Alike:
    """A line of a control account.

    `member` of `dimension` is whom it is about; both are blank where that is the party asked for.
    """

    voucher_id: int
    line_no: int
    account: str
    dimension: str = ""
    member: str = ""


def lines_alike(
    side: Side, lines: pl.DataFrame, settled: pl.DataFrame, asked: pl.DataFrame
) -> dict[int, list[Alike]]:
    """For each number of `asked` the lines booked alike, the best first.

    `lines` are those of `kamcore.matching.parties.sides.lay_out`, `settled` the ``id`` of those
    that agree with the other side.  These come first, then the nearest in time; after those of the
    party come the last ones of any.
    """
    sure = settled.select("id", sure=pl.lit(value=True)).unique()
    columns = ("id", "party", "currency", "on_debit", "date")
    known = lines.select(*columns, *_LINE).join(sure, on="id", how="left")
    gap = (pl.col("date") - pl.col("day")).dt.total_days().abs()
    near = (
        asked.join(known, on=["party", "currency", "on_debit"])
        .with_columns(gap=gap, unsure=pl.col("sure").is_null(), age=-pl.col("id").cast(pl.Int64))
        .sort("number", "unsure", "gap", "age", nulls_last=True)
        .group_by("number", maintain_order=True)
        .head(_OF_PARTY)
    )
    found: dict[int, list[Alike]] = {}
    for number, *facts in near.select("number", *_LINE).iter_rows():
        found.setdefault(number, []).append(Alike(**dict(zip(_LINE, facts, strict=True))))
    far = {on_debit: _last(side, on_debit=on_debit) for on_debit in asked["on_debit"].unique()}
    for number, on_debit in asked.select("number", "on_debit").iter_rows():
        found[number] = [*found.get(number, ()), *far[on_debit]]
    return found


def _last(side: Side, *, on_debit: bool) -> list[Alike]:
    """The last lines on one side of the control accounts, whomever they are about."""
    amount = nw.col("debit" if on_debit else "credit")
    order = ["date", "voucher_id", "line_no"]
    lines = live_lines_of(side, (*order, "debit", "credit")).filter(amount != 0)
    rows = lines.sort(*order, descending=True, nulls_last=True).head(_OF_ANY)
    last = side.frames.fetch(rows.select(*order, "account", "dimension", "member"))
    ordered = last.sort(order, descending=True, nulls_last=True).collect()
    columns = (*_LINE, "dimension", "member")
    return [Alike(**row) for row in ordered.select(columns).iter_rows(named=True)]
