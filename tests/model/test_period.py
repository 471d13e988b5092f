"""Periods: their days, their neighbours, the adjustment period."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.model.period import Period

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


def test_a_period_has_the_days_of_its_month():
    assert Period(2024, 2).first_day == dt.date(2024, 2, 1)
    assert Period(2024, 2).last_day == dt.date(2024, 2, 29)
    assert Period(2025, 1).contains(dt.date(2025, 1, 31))
    assert not Period(2025, 1).contains(dt.date(2025, 2, 1))


def test_the_adjustment_period_has_the_days_of_the_last():
    adjustment = Period(2025, 13)
    assert adjustment.is_adjustment
    assert (adjustment.first_day, adjustment.last_day) == (
        dt.date(2025, 12, 1),
        dt.date(2025, 12, 31),
    )
    assert adjustment.next() == Period(2026, 1)
    assert adjustment.previous() == Period(2025, 12)
    assert Period.of(dt.date(2025, 12, 31)) == Period(2025, 12)


def test_a_fiscal_year_may_start_in_another_month():
    assert Period.of(dt.date(2025, 3, 31), start=4) == Period(2024, 12, 4)
    assert Period.of(dt.date(2025, 4, 1), start=4) == Period(2025, 1, 4)
    assert Period(2024, 12, 4).last_day == dt.date(2025, 3, 31)


def test_periods_are_ordered_and_say_their_name():
    assert Period(2024, 13) < Period(2025, 1) < Period(2025, 2)
    assert str(Period(2025, 3)) == "2025-03"


@pytest.mark.parametrize(("number", "start"), [(0, 1), (14, 1), (1, 0), (1, 13)])
def test_a_number_out_of_range_is_refused(number, start):
    with pytest.raises(ValueError, match="is from 1 to"):
        Period(2025, number, start)


@given(DAYS, st.integers(1, 12))
def test_every_day_lies_in_its_period_and_in_no_neighbour(day, start):
    period = Period.of(day, start)
    assert period.contains(day)
    assert not period.next().contains(day)
    assert not period.previous().contains(day)
    assert period.next().previous() == period
    assert period.last_day + dt.timedelta(1) == period.next().first_day
