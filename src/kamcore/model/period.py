"""Accounting periods (会计期间): a month of a fiscal year, or its adjustment period.

The fiscal year of Chinese books is the calendar year (会计法 art. 11); books kept elsewhere may
start in another month, and their year is named after the calendar year it starts in.  Some
ledgers keep a 13th period for audit adjustments (调整期): it has the days of the 12th.
"""

import calendar
import datetime as dt

import attrs

MONTHS = 12
ADJUSTMENT = 13
"""Number of the adjustment period."""


def _within(_period: object, field: "attrs.Attribute[int]", value: int) -> None:
    last = MONTHS if field.name == "start" else ADJUSTMENT
    if not 1 <= value <= last:
        raise ValueError(f"{field.name} is from 1 to {last}, not {value}")


@attrs.frozen(order=True)
class Period:
    """A period of a fiscal year, from 1; 13 is the adjustment period.

    `start` is the calendar month in which the fiscal year starts.

    >>> period = Period(2025, 12)
    >>> str(period), str(period.next()), str(period.previous())
    ('2025-12', '2026-01', '2025-11')

    Raises:
        ValueError: the number is not 1 to 13, or the start is no month.
    """

    year: int
    number: int = attrs.field(validator=_within)
    start: int = attrs.field(default=1, validator=_within)

    @classmethod
    def of(cls, day: dt.date, start: int = 1) -> "Period":
        """The period a day lies in; never the adjustment period.

        >>> Period.of(dt.date(2025, 3, 31), start=4)
        Period(year=2024, number=12, start=4)
        """
        months = day.year * MONTHS + day.month - start
        return cls(months // MONTHS, months % MONTHS + 1, start)

    @property
    def is_adjustment(self) -> bool:
        """True for period 13."""
        return self.number == ADJUSTMENT

    @property
    def first_day(self) -> dt.date:
        """The first day; that of the 12th period for the adjustment period."""
        months = self.year * MONTHS + self.start + min(self.number, MONTHS) - 2
        return dt.date(months // MONTHS, months % MONTHS + 1, 1)

    @property
    def last_day(self) -> dt.date:
        """The last day."""
        first = self.first_day
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])

    def contains(self, day: dt.date) -> bool:
        """Say whether a day lies in the period."""
        return self.first_day <= day <= self.last_day

    def next(self) -> "Period":
        """The period after this one; an adjustment period is never entered."""
        if self.number >= MONTHS:
            return attrs.evolve(self, year=self.year + 1, number=1)
        return attrs.evolve(self, number=self.number + 1)

    def previous(self) -> "Period":
        """The period before this one; an adjustment period is never entered."""
        if self.number == 1:
            return attrs.evolve(self, year=self.year - 1, number=MONTHS)
        return attrs.evolve(self, number=self.number - 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"
