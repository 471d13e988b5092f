"""Bounds of age, labels, conventions."""

import datetime as dt

import pytest

from kamcore.errors import UsageError
from kamcore.ledger.buckets import YEARS, Bound, Buckets, months_touched, years_touched

AS_OF = dt.date(2025, 3, 31)


def test_days_are_counted_from_the_date_itself() -> None:
    assert Buckets.of([0, 30]).edges(AS_OF) == (AS_OF, dt.date(2025, 3, 1))


@pytest.mark.parametrize(
    ("bound", "as_of", "earliest"),
    [
        ("1m", dt.date(2025, 3, 31), dt.date(2025, 2, 28)),
        ("1y", dt.date(2025, 2, 28), dt.date(2024, 2, 28)),
        ("12m", dt.date(2024, 2, 29), dt.date(2023, 2, 28)),
        ("2y", dt.date(2025, 12, 31), dt.date(2023, 12, 31)),
    ],
)
def test_months_and_years_end_with_their_month(
    bound: str, as_of: dt.date, earliest: dt.date
) -> None:
    assert Bound.parse(bound).earliest(as_of, "day", 1) == earliest


def test_labels() -> None:
    mixed = Buckets.of([30, "6m", "1y", "3y"])
    assert mixed.labels() == ("0-30", "30d-6 months", "6 months-1 year", "1-3 years", ">3 years")
    assert mixed.labels("zh") == ("0-30", "30天-6个月", "6个月-1年", "1-3年", "3年以上")
    assert YEARS.labels("zh")[-1] == "5年以上"
    assert Buckets.of(["3m", "6m"]).labels() == ("0-3 months", "3-6 months", ">6 months")


@pytest.mark.parametrize("bounds", [[60, 30], [30, 30], ["x"], [], [True], [-1], ["1y", 300]])
def test_bounds_rise_and_can_be_read(bounds: list) -> None:
    with pytest.raises(UsageError, match="L1201"):
        Buckets.of(bounds)


def test_ages_by_months_and_fiscal_years_touched() -> None:
    """An item of October 2011 is three years old in January 2013; October 2012 four months."""
    assert years_touched(dt.date(2011, 10, 9), dt.date(2013, 1, 9)) == 3
    assert months_touched(dt.date(2012, 10, 9), dt.date(2013, 1, 9)) == 4
    assert years_touched(dt.date(2024, 3, 31), dt.date(2024, 4, 1), start=4) == 2


@pytest.mark.parametrize("start", [1, 4, 12])
@pytest.mark.parametrize(
    "as_of", [dt.date(2025, 2, 14), dt.date(2025, 3, 31), dt.date(2025, 4, 1)], ids=str
)
def test_edges_agree_with_what_was_touched(start: int, as_of: dt.date) -> None:
    years = Buckets.of(["1y", "2y", "3y"]).edges(as_of, "fiscal_year", start)
    months = Buckets.of(["1m", "4m", "1y"]).edges(as_of, "calendar_month", start)
    for back in range(1200):
        day = as_of - dt.timedelta(days=back)
        touched = years_touched(day, as_of, start)
        assert [day >= edge for edge in years] == [touched <= bound for bound in (1, 2, 3)]
        touched = months_touched(day, as_of)
        assert [day >= edge for edge in months] == [touched <= bound for bound in (1, 4, 12)]


def test_a_unit_must_go_with_its_convention() -> None:
    for bound, convention in (("30", "calendar_month"), ("6m", "fiscal_year")):
        with pytest.raises(UsageError, match="L1202"):
            Buckets.of([bound]).edges(AS_OF, convention)
