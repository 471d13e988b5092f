"""Rows of a grid that are not data, and cells that a report writes only once."""

import re
from collections.abc import Sequence

import attrs
import polars as pl

from kamcore.grid.header import fold
from kamcore.grid.sheet import Grid

__all__ = ["drop_blank_rows", "fill_down", "is_total", "split_totals"]

_TOTALS = (
    "合计|总计|小计|共计|累计|总合计|本页合计|本页小计|本期合计|本期累计|本月合计|本月累计|本日合计|"
    "本季合计|本季累计|本年合计|本年累计|当前合计|当前累计|凭证合计|科目合计|期初余额|期初|期末余额|期末|"
    "年初余额|年初|月初余额|上年结转|上期结转|结转下年|结转下期|承前页|过次页|total|grandtotal|subtotal"
)
_PERIOD = r"(?:\d{4}年)?(?:第?\d{1,2}(?:月份?|期))"
_CLASS = "(?:资产|负债|权益|所有者权益|成本|损益|共同|表外)类?"
_TOTAL_ROW = re.compile(rf"(?:{_TOTALS}|(?:{_PERIOD}|{_CLASS})(?:合计|小计|累计))[:：]?")


def is_total(text: str) -> bool:
    """Say whether a text heads a total or carried-over row instead of data.

    >>> is_total("合  计"), is_total("本年累计："), is_total("资产小计"), is_total("合计付款")
    (True, True, True, False)
    """
    return _TOTAL_ROW.fullmatch(fold(text)) is not None


def fill_down(grid: Grid, headings: Sequence[str], by: str | Sequence[str]) -> Grid:
    """Repeat cells that a report writes only on the first row of a block.

    A block begins where any column of `by` is filled; a value never crosses into the next block,
    so a cell that is blank for a whole block stays blank.
    """
    starts = (by,) if isinstance(by, str) else tuple(by)
    begins = _filled(grid, starts)
    block = begins.cast(pl.Int64).cum_sum().alias("block")
    known = [heading for heading in headings if heading in grid.frame.columns]
    filled = grid.frame.select(known).with_columns(block)
    filled = filled.with_columns(pl.col(name).forward_fill().over("block") for name in known)
    numbers = dict(grid.numbers)
    for name in known:
        marks = numbers.get(name)
        if isinstance(marks, pl.Series):
            own = pl.when(grid.frame[name].is_not_null()).then(marks)
            spread = pl.select(own.alias("own"), block).select(
                pl.col("own").forward_fill().over("block").fill_null(value=False)
            )
            numbers[name] = spread.to_series()
    return attrs.evolve(
        grid, frame=grid.frame.with_columns(filled[name] for name in known), numbers=numbers
    )


def _filled(grid: Grid, headings: Sequence[str]) -> pl.Series:
    """True on rows where any of the columns holds something, even a faulty cell."""
    filled = pl.select(pl.repeat(False, grid.height, dtype=pl.Boolean)).to_series()
    for heading in headings:
        filled = filled | grid.column(heading).is_not_null()
        if cells := grid.faulty.get(heading):
            filled = filled.scatter(list(cells), True)
    return filled


def drop_blank_rows(grid: Grid) -> Grid:
    """The grid without rows that hold nothing."""
    filled = _filled(grid, grid.frame.columns)
    return grid if filled.all() else grid.filter(filled)


def split_totals(grid: Grid, headings: Sequence[str]) -> tuple[Grid, Grid]:
    """The data rows, and apart from them the rows that are totals, carried-over or headings again.

    A row is a total when a cell of `headings` says so (合计, 小计, 本年累计, 期初余额, …, blanks
    inside allowed), and a repeated heading when all its filled cells repeat their captions, as
    printed pages do.
    """
    apart = pl.select(pl.repeat(False, grid.height, dtype=pl.Boolean)).to_series()
    for heading in headings:
        texts = grid.column(heading)
        totals = [text for text in texts.unique().drop_nulls() if is_total(text)]
        if totals:
            apart = apart | texts.is_in(totals).fill_null(value=False)
    apart = apart | _repeated_headings(grid)
    return (grid.filter(~apart), grid.filter(apart)) if apart.any() else (grid, grid.filter(apart))


def _repeated_headings(grid: Grid) -> pl.Series:
    same, other = pl.lit(0), pl.lit(0)
    for heading in grid.frame.columns:
        caption = grid.origin.headings.get(heading, heading)
        equal = pl.col(heading).str.strip_chars() == caption
        same = same + equal.fill_null(value=False).cast(pl.Int32)
        other = other + (~equal).fill_null(value=False).cast(pl.Int32)
    repeated = grid.frame.select(((same >= _FEW) & (other == 0)).alias("repeated"))
    if repeated.height != grid.height:
        return pl.select(pl.repeat(False, grid.height, dtype=pl.Boolean)).to_series()
    return repeated.to_series()


_FEW = 2
"""Cells that must repeat their caption before a row counts as a heading again."""
