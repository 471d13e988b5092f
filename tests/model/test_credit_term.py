"""Credit terms: what they mean, how they move, and that their words are read again."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.errors import UsageError
from kamcore.model.credit_term import CreditTerm, Shift, TermKind
from kamcore.model.working_day import is_working_day

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2026, 10, 31))
TERMS = st.one_of(
    st.builds(CreditTerm, days=st.integers(0, 180)),
    st.builds(
        CreditTerm,
        kind=st.just(TermKind.MONTH_END),
        days=st.integers(0, 120),
        months=st.integers(0, 4),
        cut_off=st.integers(20, 31),
    ),
    st.builds(
        CreditTerm,
        kind=st.just(TermKind.FIXED_DAY),
        months=st.integers(0, 4),
        day=st.integers(1, 31),
        cut_off=st.integers(20, 31),
    ),
)


@pytest.mark.parametrize(
    ("text", "base", "due"),
    [
        ("现结", "2025-01-10", "2025-01-10"),
        ("30天", "2025-01-31", "2025-03-02"),
        ("月结", "2025-02-01", "2025-02-28"),
        ("月结30天", "2025-01-10", "2025-03-02"),
        ("次月25日", "2025-01-31", "2025-02-25"),
        ("次月底", "2024-01-31", "2024-02-29"),
        ("次月31日", "2025-01-15", "2025-02-28"),
        ("25日截止, 次月10日", "2025-01-25", "2025-02-10"),
        ("25日截止, 次月10日", "2025-01-26", "2025-03-10"),
        ("隔月15日", "2025-11-30", "2026-01-15"),
    ],
)
def test_terms_as_contracts_write_them(text, base, due):
    found = CreditTerm.of(text).due(dt.date.fromisoformat(base))
    assert found.date == dt.date.fromisoformat(due)
    assert found.assured


@pytest.mark.parametrize(
    ("shift", "due"),
    [
        (Shift.NONE, "2025-10-01"),
        (Shift.NEXT, "2025-10-09"),
        (Shift.PREVIOUS, "2025-09-30"),
        (Shift.SAME_MONTH, "2025-10-09"),
    ],
)
def test_a_due_day_in_a_long_holiday_moves_as_agreed(shift, due):
    term = CreditTerm.of("30天", shift)
    assert term.due(dt.date(2025, 9, 1)).date == dt.date.fromisoformat(due)


def test_a_move_may_stay_within_its_month():
    # 2026-01-31 is a Saturday.
    term = CreditTerm.of("月结", Shift.SAME_MONTH)
    assert term.due(dt.date(2026, 1, 5)).date == dt.date(2026, 1, 30)


def test_a_weekend_worked_in_exchange_is_a_working_day():
    term = CreditTerm.of("10天", Shift.NEXT)
    assert term.due(dt.date(2025, 10, 1)).date == dt.date(2025, 10, 11)


def test_a_year_not_announced_is_not_assured():
    assert not CreditTerm.of("30天", Shift.NEXT).due(dt.date(2089, 12, 20)).assured
    assert CreditTerm.of("30天").due(dt.date(2089, 12, 20)).assured


@pytest.mark.parametrize("text", ["", "尽快", "月结abc", "99999天", "次月"])
def test_what_is_no_term_is_refused(text):
    with pytest.raises(UsageError) as caught:
        CreditTerm.of(text)
    assert caught.value.code == "E1041"


def test_a_figure_out_of_bounds_is_refused():
    with pytest.raises(UsageError) as caught:
        CreditTerm(days=-1)
    assert caught.value.code == "E1042"


@settings(max_examples=60)
@given(TERMS, st.sampled_from(["zh", "en"]))
def test_the_words_of_a_term_are_read_again(term, lang):
    assert CreditTerm.of(term.text(lang)) == term


@settings(max_examples=60)
@given(TERMS, DAYS, st.sampled_from(list(Shift)))
def test_a_due_day_is_worked_and_keeps_its_order(term, base, shift):
    moved = CreditTerm(
        kind=term.kind, days=term.days, months=term.months, day=term.day, shift=shift
    )
    found = moved.due(base)
    assert shift is Shift.NONE or is_working_day(found.date)
    later = moved.due(base + dt.timedelta(days=1))
    in_order = later.unmoved >= found.unmoved
    assert in_order
