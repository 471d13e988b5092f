"""What a record says twice: the direction flag beside the amounts, and gaps among its items."""

from collections.abc import Mapping, Sequence

import polars as pl

from kamcore.adapters.kingdee_dbf.columns import DIRECTION
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.vouchers.entries import INDEX
from kamcore.vouchers.labels import Pair

CONFLICT = Fault(
    code="K5011",
    severity=Severity.WARNING,
    zh="借贷方向标志是 {value} ({side_zh}), 金额 {amount} 却在{other_zh}; 以金额为准",
    en="the direction flag is {value} ({side_en}), but {amount} stands on the {other_en} side;"
    " the amount counts",
    hint_zh="核对这条分录的借贷方向",
    hint_en="compare the side of this line",
)
UNKNOWN_FLAG = Fault(
    code="K5012",
    severity=Severity.WARNING,
    zh="借贷方向标志「{value}」不是 D、C、1、0 ({count} 条); 以金额为准",
    en="the direction flag {value!r} is none of D, C, 1, 0 ({count} records); the amounts count",
)
ITEM_GAP = Fault(
    code="K5013",
    severity=Severity.WARNING,
    zh="第 {number} 个核算项目之前有空项 ({count} 条), 已照常读取; 产品引入时会出错",
    en="items before item {number} are blank ({count} records); read as they are, but the product"
    " refuses such a file",
    hint_zh="核算项目应从第 1 个起依次填写",
    hint_en="items are filled without gaps from the first on",
)

_WORDS = {"D": 1, "J": 1, "借": 1, "C": -1, "贷": -1, "-1": -1}
_ONE, _ZERO = "1", "0"
_SIDES = {1: ("借方", "debit"), -1: ("贷方", "credit")}


def directions(frame: pl.DataFrame, grid: Grid) -> tuple[Mapping[str, str], list[Problem]]:
    """How the file codes FDC, and the records whose amounts say otherwise.

    The document says 1 is debit and 0 credit, one program the reverse: what fits most records of
    the file is taken to be its coding.  The amounts always count.
    """
    debit, credit = pl.col("lines.debit") != 0, pl.col("lines.credit") != 0
    told = frame.select(
        INDEX,
        "lines.debit",
        "lines.credit",
        flag=pl.col(DIRECTION).str.to_uppercase(),
        side=pl.when(debit & ~credit).then(1).when(credit & ~debit).then(-1),
    ).drop_nulls("flag")
    figures = told.filter(pl.col("flag").is_in([_ONE, _ZERO])).drop_nulls("side")
    one = pl.when(pl.col("flag") == _ONE).then(1).otherwise(-1)
    usual = int(figures.select((one == pl.col("side")).sum()).item())
    turned = figures.height - usual > usual
    words = _WORDS | ({_ONE: -1, _ZERO: 1} if turned else {_ONE: 1, _ZERO: -1})
    read = told.with_columns(
        says=pl.col("flag").replace_strict(words, default=None, return_dtype=pl.Int32)
    )
    problems = [
        CONFLICT.at(
            grid.place(row[INDEX], "FDC"),
            row["flag"],
            amount=row["lines.debit"] + row["lines.credit"],
            side_zh=_SIDES[row["says"]][0],
            side_en=_SIDES[row["says"]][1],
            other_zh=_SIDES[row["side"]][0],
            other_en=_SIDES[row["side"]][1],
        )
        for row in read.filter(pl.col("says") != pl.col("side")).iter_rows(named=True)
    ]
    unknown = read.filter(pl.col("says").is_null())
    for (flag,), rows in unknown.group_by("flag", maintain_order=True):
        place = grid.place(rows[INDEX][0], "FDC")
        problems.append(UNKNOWN_FLAG.at(place, flag, count=rows.height))
    if not figures.height:
        used = told["flag"].is_in(["D", "C"]).any()
        return ({"direction": "D/C"} if used else {}), problems
    return {"direction": "0/1" if turned else "1/0"}, problems


def item_gaps(frame: pl.DataFrame, grid: Grid, pairs: Sequence[Pair]) -> list[Problem]:
    """Items that stand behind a blank one, once for each position."""
    problems = []
    blank = pl.lit(value=False)
    marks = {}
    for number, pair in enumerate(pairs, start=1):
        said = pl.col(pair.code).is_not_null() | pl.col(pair.label).is_not_null()
        marks[number] = (said & blank).alias(str(number))
        blank |= ~said
    found = frame.select(INDEX, *marks.values())
    for number in marks:
        rows = found.filter(pl.col(str(number)))
        if rows.height:
            place = grid.place(rows[INDEX][0], f"FCLSNAME{number}")
            problems.append(ITEM_GAP.at(place, number=number, count=rows.height))
    return problems
