"""Which rows make a voucher, and the order of its lines.

Year, period, word and number are repeated on every row and name the voucher (formats/kingdee.md
section 1).  Line numbers (FEntryID) count from 0, in some programs from 1.
"""

from typing import Any

import polars as pl

from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid

APART = Fault(
    code="K2021",
    severity=Severity.WARNING,
    zh="凭证 {value} 的分录不连续, 按同一凭证读取",
    en="the lines of voucher {value} stand apart; read as one voucher",
)
TWO_DATES = Fault(
    code="K2022",
    zh="凭证 {value} 有不同日期: {dates}",
    en="voucher {value} has several dates: {dates}",
    hint_zh="核对是否有两张凭证用了同一个号",
    hint_en="compare whether two vouchers share the number",
)
LINE_NUMBERS = Fault(
    code="K2023",
    severity=Severity.WARNING,
    zh="{count} 张凭证的分录序号重复、缺失或不从 0 开始, 按出现次序读取",
    en="line numbers of {count} vouchers repeat, lack or do not start at 0; read in file order",
)
DISAGREE = Fault(
    code="K2024",
    severity=Severity.WARNING,
    zh="同一凭证各分录的「{caption}」不一致 ({count} 行), 取第一行的值",
    en="lines of one voucher disagree about {caption} ({count} rows); the first line's is taken",
)

KEY = ("FYear", "FPeriod", "FGroupID", "FNumber")


def grouped(frame: pl.DataFrame, grid: Grid) -> tuple[pl.DataFrame, list[Problem]]:
    """The rows by voucher and line, with ``voucher_id`` and ``line_no``, both from 1.

    `frame` has a column ``_index``: the row of `grid` each row came from.
    """
    broken = pl.any_horizontal(pl.col(name).is_null() for name in KEY)
    # Rows whose key could not be read belong together only where they stand together.
    keyed = frame.with_columns(_run=pl.when(broken).then(pl.struct(KEY).rle_id()))
    keyed = keyed.with_columns(_first=pl.col("_index").min().over(*KEY, "_run"))
    problems: list[Problem] = []
    dated = keyed.with_columns(_dates=pl.col("FDate").drop_nulls().n_unique().over("_first"))
    if (dated["_dates"] > 1).any():
        problems += _two_dates(dated, grid)
        repeats = (pl.len().over("_first", "FEntryID") > 1).any().over("_first")
        split = (pl.col("_dates") > 1) & repeats
        by_date = pl.col("_index").min().over("_first", "FDate")
        keyed = dated.with_columns(_first=pl.when(split).then(by_date).otherwise("_first"))
    keyed = keyed.with_columns(voucher_id=pl.col("_first").rank("dense").cast(pl.Int64))
    problems += _apart(keyed, grid)
    keyed, odd = _with_line_numbers(keyed)
    if odd.height and frame["FEntryID"].null_count() < frame.height:
        count = odd["voucher_id"].n_unique()
        place = grid.place(odd["_index"][0], "FEntryID")
        problems.append(LINE_NUMBERS.at(place, "", count=count))
    in_order = (
        keyed["voucher_id"].is_sorted()
        and keyed.select(
            (pl.col("line_no").diff().fill_null(1) > 0) | (pl.col("voucher_id").diff() != 0)
        )
        .to_series()
        .all()
    )
    if not in_order:
        keyed = keyed.sort("voucher_id", "line_no", maintain_order=True)
    return keyed.drop("_run", "_first", "_dates", strict=False), problems


def disagreeing(frame: pl.DataFrame, key: str) -> pl.Series:
    """True where a row says of its voucher what the voucher's first row does not."""
    first = pl.col(key).first().over("voucher_id")
    return frame.select(pl.col(key).ne_missing(first)).to_series()


def _with_line_numbers(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Line numbers from 1, and the rows of vouchers whose own numbers are no use."""
    entry = pl.col("FEntryID")
    facts = frame.group_by("voucher_id").agg(
        _low=entry.min(),
        _sound=(entry.null_count() == 0) & (entry.n_unique() == pl.len()),
    )
    joined = frame.join(facts, on="voucher_id", how="left", maintain_order="left")
    sound = pl.col("_sound") & pl.col("_low").is_in([0, 1])
    order = pl.int_range(1, pl.len() + 1).over("voucher_id")
    numbered = joined.with_columns(
        line_no=pl.when(sound).then(entry - pl.col("_low") + 1).otherwise(order).cast(pl.Int64)
    )
    odd = joined.filter(~sound.fill_null(value=False))
    return numbered.drop("_low", "_sound"), odd


def _apart(frame: pl.DataFrame, grid: Grid) -> list[Problem]:
    starts = frame.filter(pl.col("voucher_id") != pl.col("voucher_id").shift(1, fill_value=0))
    if starts.height == starts["voucher_id"].n_unique():
        return []
    again = starts.filter(~pl.col("voucher_id").is_first_distinct())
    return [
        APART.at(grid.place(row["_index"], "FNumber"), _name(row))
        for row in again.iter_rows(named=True)
    ]


def _two_dates(frame: pl.DataFrame, grid: Grid) -> list[Problem]:
    found = []
    several = frame.filter(pl.col("_dates") > 1).partition_by("_first", maintain_order=True)
    for part in several:
        days = part["FDate"].drop_nulls().unique(maintain_order=True)
        row = part.filter(pl.col("FDate") == days[1]).row(0, named=True)
        dates = ", ".join(map(str, days.head(3)))
        found.append(TWO_DATES.at(grid.place(row["_index"], "FDate"), _name(row), dates=dates))
    return found


def _name(row: dict[str, Any]) -> str:
    return f"{row['FYear']}-{row['FPeriod'] or 0:02} {row['FGroupID'] or ''}-{row['FNumber']}"
