"""Dates and periods: given, inside one another, and the same for all lines of a voucher."""

from collections.abc import Iterator

import polars as pl

from kamcore.books.check.finding import Finding
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Severity
from kamcore.model.period import ADJUSTMENT, MONTHS

NO_DATE = Fault(
    code="B2301",
    zh="凭证没有日期",
    en="the voucher has no date",
)
OUTSIDE = Fault(
    code="B2302",
    zh="会计期间 {year}-{period} 不含凭证日期 {date}",
    en="period {year}-{period} does not contain the date {date}",
    hint_zh="更正期间或日期; 会计年度不从 1 月开始时在设置中写明",
    hint_en="mend the period or the date; say so if the fiscal year does not start in January",
)
DATES_DIFFER = Fault(
    code="B2303",
    zh="同一凭证的日期不一致: 分录为 {value}, 凭证为 {head}",
    en="dates differ within the voucher: {value} on the line, {head} on the voucher",
)
PERIODS_DIFFER = Fault(
    code="B2304",
    zh="同一凭证的会计期间不一致: 分录为 {value}, 凭证为 {head}",
    en="periods differ within the voucher: {value} on the line, {head} on the voucher",
)
DATES_UNKNOWN = Fault(
    code="B2305",
    severity=Severity.WARNING,
    zh="全部 {value} 张凭证都没有日期, 不能检查会计期间",
    en="none of the {value} vouchers has a date: periods cannot be checked",
)


def undated(subject: Subject) -> Iterator[Finding]:
    """Find vouchers without a date; a layout without dates is said once."""
    vouchers = subject.vouchers
    none = vouchers.filter(pl.col("date").is_null())
    if vouchers.height and none.height == vouchers.height:
        rows = pl.DataFrame({"value": [vouchers.height]})
        yield Finding(fault=DATES_UNKNOWN, rows=rows)
        return
    rows = none.select("voucher_id", "source_row")
    yield Finding(fault=NO_DATE, rows=rows, column="vouchers.date")


def outside(subject: Subject) -> Iterator[Finding]:
    """Find lines whose date lies outside their period; one for each voucher and period.

    Period 13 has the days of period 12.
    """
    date, year, period = pl.col("date"), pl.col("year"), pl.col("period")
    months = (
        date.dt.year().cast(pl.Int64) * MONTHS
        + date.dt.month()
        - subject.settings.fiscal_year_start
    )
    number = months % MONTHS + 1
    adjusts = (period == ADJUSTMENT) & (number == MONTHS)
    wrong_period = ((period != number) & ~adjusts).fill_null(value=False)
    wrong_year = (year != months // MONTHS).fill_null(value=False)
    said = ("voucher_id", "source_row", "year", "period", "date")
    for column, bad in (
        ("period", wrong_period),
        ("year", wrong_year & ~wrong_period),
    ):
        rows = subject.lines.filter(bad).select(*said, value=column)
        rows = rows.unique(
            ["voucher_id", "year", "period", "date"], keep="first", maintain_order=True
        )
        yield Finding(fault=OUTSIDE, rows=rows, column=f"lines.{column}")


def inconsistent(subject: Subject) -> Iterator[Finding]:
    """Find vouchers with a line of another date or period; the first such line of each."""
    heads = subject.vouchers.select(
        "voucher_id", *(pl.col(name).alias(f"_{name}") for name in ("date", "year", "period"))
    )
    lines = subject.lines.select("voucher_id", "source_row", "date", "year", "period").join(
        heads, on="voucher_id", how="left", maintain_order="left"
    )
    dates = lines.filter(pl.col("date") != pl.col("_date")).select(
        "voucher_id", "source_row", value="date", head="_date"
    )
    other = (pl.col("year") != pl.col("_year")) | (pl.col("period") != pl.col("_period"))
    periods = lines.filter(other).select(
        "voucher_id",
        "source_row",
        value=pl.concat_str("year", "period", separator="-", ignore_nulls=True),
        head=pl.concat_str("_year", "_period", separator="-", ignore_nulls=True),
    )
    for fault, rows, column in (
        (DATES_DIFFER, dates, "lines.date"),
        (PERIODS_DIFFER, periods, "lines.period"),
    ):
        first = rows.unique("voucher_id", keep="first", maintain_order=True)
        yield Finding(fault=fault, rows=first, column=column)
