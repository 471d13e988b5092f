"""Which days are worked in China: weekends, holidays, and the weekends worked in exchange.

Source: the package ``holidays``, which carries the yearly notices of the State Council.  The
notice for a year appears in November of the year before; for a year without one only the days
fixed by law are known, and no moved working days.  `announced` says which years are certain.
"""

import datetime as dt
from functools import cache

import holidays

_COUNTRY = "CN"
_DAY = dt.timedelta(days=1)
FIRST_ANNOUNCED = 2000
"""First year of long holidays with working days moved onto weekends."""


@cache
def _year(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(_COUNTRY, years=year, language="zh_CN")


@cache
def announced(year: int) -> bool:
    """Say whether the days off of a year were announced when the installed package was made.

    >>> announced(2025), announced(2090)
    (True, False)
    """
    if year < FIRST_ANNOUNCED:
        return False
    days = holidays.country_holidays(_COUNTRY, years=range(year - 1, year + 2))
    # Every notice since 2001 moves working days; a year without any has none yet.
    return any(day.year == year for day in days.weekend_workdays) or year == FIRST_ANNOUNCED


def is_working_day(day: dt.date) -> bool:
    """Say whether a day is worked.

    >>> is_working_day(dt.date(2025, 10, 1)), is_working_day(dt.date(2025, 10, 11))
    (False, True)
    """
    return bool(_year(day.year).is_working_day(day))


def holiday_name(day: dt.date) -> str:
    """What a day off is called in Chinese; nothing for a plain weekend or a working day.

    >>> holiday_name(dt.date(2025, 10, 6))
    '中秋节'
    """
    return str(_year(day.year).get(day) or "")


def next_working_day(day: dt.date) -> dt.date:
    """The day itself when it is worked, else the first worked day after it."""
    while not is_working_day(day):
        day += _DAY
    return day


def previous_working_day(day: dt.date) -> dt.date:
    """The day itself when it is worked, else the last worked day before it."""
    while not is_working_day(day):
        day -= _DAY
    return day
