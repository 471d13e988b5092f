"""Buckets of age: any bounds in days, months or years, as dates computed once.

An item falls into the first bucket whose bound is not below its age, so 30 days belong to 0-30
and exactly one year to 1年以内 (含1年).  Bounds become the earliest date that still belongs to a
bucket; no engine ever subtracts dates.

Three conventions: by day (elapsed time), by calendar month (months touched: October to January
is four), by fiscal year (years touched: October 2011 to January 2013 is three).
"""

import calendar
import datetime as dt
import itertools
import re
from collections.abc import Iterable

import attrs
import narwhals as nw

from kamcore.errors import Fault, UsageError
from kamcore.place import Place

__all__ = ["CONVENTIONS", "DAYS", "YEARS", "Bound", "Buckets", "months_touched", "years_touched"]

BAD_BOUND = Fault(
    code="L1201",
    zh="「{value}」不是账龄界限, 应为天数、6m (月) 或 1y (年), 且由小到大",
    en="{value!r} is no bound of age: give days, 6m (months) or 1y (years), rising",
)
BAD_UNIT = Fault(
    code="L1202",
    zh="按{convention}划分账龄时界限不能用「{value}」",
    en="a bound of {value!r} does not go with the convention {convention}",
    hint_zh="按月用月或年, 按会计年度用年",
    hint_en="by calendar month give months or years, by fiscal year give years",
)

CONVENTIONS = {"day": "天", "calendar_month": "自然月", "fiscal_year": "会计年度"}
"""How age is counted, with what accountants call it."""

MONTHS = 12
_UNITS = {"d": "天", "m": "个月", "y": "年"}
_WORDS = {"d": "d", "m": " month", "y": " year"}


@attrs.frozen
class Bound:
    """An upper bound of age: a number of days, months or years."""

    number: int
    unit: str = "d"

    @classmethod
    def parse(cls, text: "int | str | Bound") -> "Bound":
        """Read ``30``, ``"6m"`` or ``"1y"``.

        Raises:
            UsageError: it is none of these.
        """
        if isinstance(text, Bound):
            return text
        match = re.fullmatch(r"(\d{1,5})\s*([dmy]?)", str(text).strip().lower())
        if match is None or isinstance(text, bool):
            raise UsageError(BAD_BOUND.at(Place(), text))
        return cls(int(match[1]), match[2] or "d")

    def __str__(self) -> str:
        return f"{self.number}{'' if self.unit == 'd' else self.unit}"

    @property
    def months(self) -> int:
        """The bound in months; days have none."""
        return self.number * (MONTHS if self.unit == "y" else 1)

    @property
    def days(self) -> int:
        """About how many days, to put bounds of mixed units in order."""
        return self.number if self.unit == "d" else self.months * 61 // 2

    def earliest(self, as_of: dt.date, convention: str, start: int) -> dt.date:
        """The earliest date that is not older than this bound.

        Raises:
            UsageError: the unit does not go with the convention.
        """
        if convention == "fiscal_year" and self.unit == "y":
            year = as_of.year - (as_of.month < start)
            return dt.date(year - self.number + 1, start, 1)
        if convention == "calendar_month" and self.unit != "d":
            return _back(as_of.replace(day=1), self.months - 1)
        if convention == "day":
            if self.unit == "d":
                return as_of - dt.timedelta(days=self.number)
            return _back(as_of, self.months)
        said = CONVENTIONS.get(convention, convention)
        raise UsageError(BAD_UNIT.at(Place(), self, convention=said))


@attrs.frozen
class Buckets:
    """Rising bounds of age; one bucket more than bounds.

    >>> Buckets.of([30, 60]).labels()
    ('0-30', '31-60', '>60')
    >>> Buckets.of(["1y", "2y"]).labels("zh")
    ('1年以内', '1-2年', '2年以上')
    """

    bounds: tuple[Bound, ...]

    @classmethod
    def of(cls, bounds: "Iterable[int | str | Bound] | Buckets") -> "Buckets":
        """Read a list of bounds.

        Raises:
            UsageError: a bound cannot be read, or they do not rise.
        """
        if isinstance(bounds, Buckets):
            return bounds
        read = tuple(Bound.parse(bound) for bound in bounds)
        for lower, upper in itertools.pairwise(read):
            if lower.days >= upper.days:
                raise UsageError(BAD_BOUND.at(Place(), upper))
        if not read:
            raise UsageError(BAD_BOUND.at(Place(), ""))
        return cls(read)

    def labels(self, lang: str = "en") -> tuple[str, ...]:
        """Headings of the buckets: ``0-30`` for days, 1年以内 or 1-2 years for longer units."""
        said, lower = [], None
        for bound in self.bounds:
            said.append(_label(lower, bound, lang))
            lower = bound
        return (*said, _last(self.bounds[-1], lang))

    def edges(
        self, as_of: dt.date, convention: str = "day", start: int = 1
    ) -> tuple[dt.date, ...]:
        """Per bound, the earliest date that still belongs below it.

        Raises:
            UsageError: a unit does not go with the convention.
        """
        return tuple(bound.earliest(as_of, convention, start) for bound in self.bounds)

    def sums(self, day: str, amount: nw.Expr, edges: Iterable[dt.date]) -> list[nw.Expr]:
        """Per bucket the sum of `amount` over rows whose `day` falls into it."""
        found, upper = [], None
        zero = amount - amount
        for edge, label in zip(edges, self.labels(), strict=False):
            inside = nw.col(day) >= nw.lit(edge)
            if upper is not None:
                inside = inside & (nw.col(day) < nw.lit(upper))
            found.append(nw.when(inside).then(amount).otherwise(zero).sum().alias(label))
            upper = edge
        rest = nw.when(nw.col(day) < nw.lit(upper)).then(amount).otherwise(zero)
        return [*found, rest.sum().alias(self.labels()[-1])]


DAYS = Buckets.of((30, 60, 90, 180, 365))
"""The usual buckets in days."""

YEARS = Buckets.of(("1y", "2y", "3y", "4y", "5y"))
"""The usual buckets in years."""


def months_touched(since: dt.date, as_of: dt.date) -> int:
    """Calendar months touched from one day to another.

    >>> months_touched(dt.date(2012, 10, 31), dt.date(2013, 1, 1))
    4
    """
    return (as_of.year - since.year) * MONTHS + as_of.month - since.month + 1


def years_touched(since: dt.date, as_of: dt.date, start: int = 1) -> int:
    """Fiscal years touched from one day to another; `start` is the month a year starts in.

    >>> years_touched(dt.date(2011, 10, 1), dt.date(2013, 1, 31))
    3
    """
    return (as_of.year - (as_of.month < start)) - (since.year - (since.month < start)) + 1


def _back(day: dt.date, months: int) -> dt.date:
    """The same day some months earlier, or the last day of that month."""
    number = day.year * MONTHS + day.month - 1 - months
    year, month = divmod(number, MONTHS)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _label(lower: Bound | None, upper: Bound, lang: str) -> str:
    if upper.unit == "d":
        return f"{lower.days + 1 if lower else 0}-{upper.number}"
    if lower is None:
        return f"{_said(upper, lang)}以内" if lang == "zh" else f"0-{_said(upper, lang)}"
    below = str(lower.number) if lower.unit == upper.unit else _said(lower, lang)
    return f"{below}-{_said(upper, lang)}"


def _last(bound: Bound, lang: str) -> str:
    if bound.unit == "d":
        return f">{bound.number}"
    return f"{_said(bound, lang)}以上" if lang == "zh" else f">{_said(bound, lang)}"


def _said(bound: Bound, lang: str) -> str:
    """A bound with its unit: ``6 months``, 6个月."""
    if lang == "zh":
        return f"{bound.number}{_UNITS[bound.unit]}"
    plural = "s" if bound.number != 1 and bound.unit != "d" else ""
    return f"{bound.number}{_WORDS[bound.unit]}{plural}"
