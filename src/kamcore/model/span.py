"""Spans of days that people name in one word: a year, a half, a quarter, a month, or two days."""

import datetime as dt
import re
import unicodedata

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.place import Place

BAD_SPAN = Fault(
    code="E1201",
    zh="期间「{value}」读不懂",
    en="the period {value!r} cannot be understood",
    hint_zh="写作 2026, 2026Q1, 2026H1, 2026-03 或 2026-03-01..2026-03-15",
    hint_en="write 2026, 2026Q1, 2026H1, 2026-03 or 2026-03-01..2026-03-15",
)

_SPAN = re.compile(
    r"(\d{4})年?(?:(?:[qQ第]([1-4一二三四])(?:季度?)?|[hH]([12])|([上下])半年)|[-/.]?(\d{1,2})月?)?(?:度)?",
    re.ASCII,
)
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.|~|至|/)(\d{4}-\d{2}-\d{2})", re.ASCII)
_MONTHS = 12
_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4}


@attrs.frozen
class Span:
    """The days from `first` to `last`, both counted.

    >>> Span.of("2026Q1").last, Span.of("2026-02").last
    (datetime.date(2026, 3, 31), datetime.date(2026, 2, 28))
    """

    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, text: str) -> "Span":
        """Read a span: ``2026``, ``2026Q1``, ``2026H2``, ``2026-03``, ``2026年3月``, two days.

        Raises:
            UsageError: the text is no span.
        """
        plain = unicodedata.normalize("NFKC", text).replace(" ", "")
        if found := _DAYS.fullmatch(plain):
            try:
                first, last = (dt.date.fromisoformat(part) for part in found.groups())
            except ValueError:
                first, last = dt.date.max, dt.date.min
            if first <= last:
                return cls(first, last)
        elif found := _SPAN.fullmatch(plain):
            year, quarter, half, word, month = found.groups()
            if quarter:
                at = _NUMERALS.get(quarter) or int(quarter)
                return cls.months(int(year), 3 * at - 2, 3)
            if half or word:
                second = half == "2" or word == "下"
                return cls.months(int(year), 7 if second else 1, 6)
            if not month:
                return cls.months(int(year), 1, _MONTHS)
            if 1 <= int(month) <= _MONTHS:
                return cls.months(int(year), int(month), 1)
        raise UsageError(BAD_SPAN.at(Place(), text))

    @classmethod
    def months(cls, year: int, month: int, count: int) -> "Span":
        """Whole months from a month on."""
        years, after = divmod(month - 1 + count, _MONTHS)
        following = dt.date(year + years, after + 1, 1)
        return cls(dt.date(year, month, 1), following - dt.timedelta(days=1))

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: "Span") -> bool:
        """Say whether the two share a day."""
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        for count in (1, 3, 6, _MONTHS):
            if self == Span.months(self.first.year, self.first.month, count):
                return _called(self.first, count)
        return f"{self.first}..{self.last}"


def _called(first: dt.date, count: int) -> str:
    """The short name of whole months, where they have one."""
    if count == 1:
        return f"{first:%Y-%m}"
    at, inside = divmod(first.month - 1, count)
    if inside == 0 and count < _MONTHS:
        return f"{first.year}{'Q' if count == 3 else 'H'}{at + 1}"  # noqa: PLR2004  a quarter
    if inside == 0:
        return f"{first.year}"
    last = Span.months(first.year, first.month, count).last
    return f"{first}..{last}"
