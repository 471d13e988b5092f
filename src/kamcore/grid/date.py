"""Dates: the spellings that exports use, and serial numbers of the 1900 calendar."""

import datetime as dt
import re
import unicodedata

import attrs

from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.parsed import BLANKS, Finding, Parsed, mend, unusual
from kamcore.grid.sheet import Grid

UNREADABLE_DATE = Fault(
    code="G2021",
    zh="「{value}」不是可读的日期",
    en="{value!r} is not a readable date",
    hint_zh="写作 2025-01-31",
    hint_en="write it as 2025-01-31",
)
IMPOSSIBLE_DATE = Fault(
    code="G2022",
    zh="没有「{value}」这一天",
    en="there is no such day as {value!r}",
)
SHORT_YEAR = Fault(
    code="G2023",
    zh="「{value}」的年份只有两位, 无法确定年月日的次序",
    en="{value!r} has a year of two digits, so its order is not certain",
    hint_zh="写出四位年份",
    hint_en="write the year with four digits",
)
TIME_OF_DAY = Fault(
    code="G2024",
    severity=Severity.INFO,
    zh="此列有 {count} 处带时刻 (首处「{value}」), 只保留日期",
    en="{count} cells of this column carry a time of day (first {value!r}); only the date is kept",
)

_ISO = "%Y-%m-%d"
_SPELLING = re.compile(
    r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})"
    r"|(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日)"
    r"(?:[T\s]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)Z?)?",
    re.ASCII,
)
_SHORT = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{1,2}(?:\s.*)?", re.ASCII)
_MIDNIGHT = re.compile(r"0{1,2}:00(?::00(?:\.0+)?)?")
_YEARS = range(1900, 2200)
_EPOCH = dt.date(1899, 12, 30)
_FIRST_SERIAL = 18264
"""1950-01-01: a smaller number in a date column is more likely a year or a period."""
_LAST_SERIAL = 109574


def read_dates(
    grid: Grid, heading: str, *, serials: bool = True, short_years: bool = False
) -> Parsed:
    """Read a column of dates.

    ``2025-01-31``, ``2025/1/31``, ``2025.01.31``, ``20250131``, ``2025年1月31日``, each also with
    a time; with `serials` number cells count days of the 1900 calendar, with `short_years`
    ``25-01-31`` is a day of this century.
    """
    texts = grid.column(heading)
    days = texts.str.to_date(_ISO, strict=False)
    usual = days.is_not_null() & days.is_between(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
    odd = texts.is_not_null() & ~usual.fill_null(value=False)
    explain = _Explainer(serials=serials, short_years=short_years)
    mended = mend(grid, heading, odd, explain)
    values = mended.values.str.to_date(_ISO, strict=False) if odd.any() else days
    return Parsed(values.cast(schema.DAY).alias(heading), _once(mended))


def _once(mended: Parsed) -> tuple[Problem, ...]:
    """Say once per column that times of day are not kept."""
    times = [problem for problem in mended.problems if problem.fault is TIME_OF_DAY]
    if not times:
        return mended.problems
    first = attrs.evolve(times[0], facts={"count": len(times)})
    return (*(p for p in mended.problems if p.fault is not TIME_OF_DAY), first)


@attrs.frozen(kw_only=True)
class _Explainer:
    """Reads one date that is not spelled the ISO way."""

    serials: bool
    short_years: bool

    def __call__(self, text: str, is_number: bool) -> Finding:  # noqa: FBT001
        bare = text.replace("_x000D_", "").strip(BLANKS)
        if not bare or not bare.strip("-—"):
            return Finding()
        if is_number and self.serials and (finding := _serial(bare)):
            return finding
        folded = unicodedata.normalize("NFKC", bare)
        if is_number:
            folded = re.sub(r"\.0+$", "", folded)
        if self.short_years and _SHORT.fullmatch(folded):
            folded = "20" + re.sub(r"^(\d)(?=\D)", r"0\1", folded)
        found = _SPELLING.fullmatch(folded)
        if found is None:
            return Finding(None, SHORT_YEAR if _SHORT.fullmatch(folded) else UNREADABLE_DATE)
        parts = [int(part) for part in found.group(1, 3, 4, 5, 6, 7, 8, 9, 10) if part]
        day = _day(*parts)
        if day is None:
            return Finding(None, IMPOSSIBLE_DATE)
        clock = found.group(11)
        if clock and not _MIDNIGHT.fullmatch(clock):
            return Finding(day, TIME_OF_DAY)
        if re.search(r"[０-９]", bare):
            return unusual(day, "全角字符", "full-width characters")
        return Finding(day)


def _day(year: int, month: int, day: int) -> str | None:
    if year not in _YEARS:
        return None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _serial(text: str) -> Finding | None:
    """The day a serial number counts to; None when the number is no plausible serial."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return None
    day = (_EPOCH + dt.timedelta(days=int(number))).isoformat()
    return Finding(day) if number.is_integer() else Finding(day, TIME_OF_DAY)
