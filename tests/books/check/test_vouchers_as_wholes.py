"""Balance, numbers, dates and periods."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books, CheckSettings, check
from kamcore.books.check import voucher_label
from kamcore.errors import Severity
from small_books import books, cr, dr, voucher


def codes(made, settings=None):
    return [problem.code for problem in check(made, settings)]


def only(made, code, settings=None):
    return [problem for problem in check(made, settings) if problem.code == code]


def test_empty_books_have_no_problems():
    assert check(Books()) == []


def test_red_lines_balance_on_their_own_side():
    assert codes(books(voucher(1, dr("1122", "-100"), dr("1123", "100")))) == []


def test_a_void_voucher_only_keeps_its_number():
    odd = voucher(2, dr(None, "100.005"), status="void", preparer="张三", reviewer="张三")
    assert codes(books(voucher(1), odd, voucher(3))) == []
    assert codes(books(voucher(1), voucher(3))) == ["B2201"]


def test_an_unbalanced_voucher_says_its_sums_as_facts():
    problem = check(books(voucher(1, dr("1122", "10.5"), cr("2202", "10"))))[0]
    assert problem.facts == {
        "debit": Decimal("10.50"),
        "credit": Decimal("10.00"),
        "difference": Decimal("0.50"),
    }
    assert problem.value == "0.50"
    assert problem.severity is Severity.ERROR


def test_an_unread_amount_leaves_its_voucher_unbalanced():
    made = books(voucher(1))
    first = pl.int_range(pl.len()) == 0
    gone = [pl.when(~first).then(pl.col(side)).alias(side) for side in ("debit", "credit")]
    made = made.replace(lines=made.lines.with_columns(gone))
    assert sorted(codes(made)) == ["B2101", "B2401"]


def test_numbers_are_counted_for_each_word_and_period():
    february = dt.date(2025, 2, 1)
    made = books(
        voucher(1, word="收"),
        voucher(1, word="付"),
        voucher(1, word="收", date=february),
        voucher(2, word="收", date=february),
        voucher(4, word="付"),
    )
    (gap,) = check(made)
    assert gap.facts == {"series": "2025-01 付", "missing": "2-3", "count": 2}


def test_the_first_number_counts_only_when_it_is_set():
    made = books(voucher(9990), voucher(9991))
    assert codes(made) == []
    (gap,) = check(made, CheckSettings(first_number=1))
    assert gap.value == "1-9989"


def test_many_gaps_are_one_problem_and_not_all_listed():
    (gap,) = check(books(*(voucher(n) for n in range(1, 99, 2))))
    assert gap.facts["count"] == 48
    assert gap.value.endswith("38, 40, …")


def test_a_number_used_three_times_is_told_twice():
    found = only(books(voucher(1), voucher(1), voucher(1)), "B2202")
    assert [problem.place.row for problem in found] == [4, 6]
    assert found[0].facts["first_row"] == 2


def test_a_duplicate_is_no_gap():
    assert codes(books(voucher(1), voucher(2), voucher(2), voucher(3))) == ["B2202"]


def test_a_layout_without_words_is_no_fault():
    assert codes(books(voucher(1, word=None), voucher(2, word=None))) == []
    assert codes(books(voucher(1, word=None), voucher(3, word=None))) == ["B2201"]


def test_period_thirteen_has_the_days_of_december():
    december, june = dt.date(2025, 12, 31), dt.date(2025, 6, 30)
    assert codes(books(voucher(1, date=december, period=13))) == []
    assert codes(books(voucher(1, date=june, period=13))) == ["B2302"]


def test_a_year_outside_the_date_is_told_at_the_year():
    (problem,) = check(books(voucher(1, year=2024)))
    assert (problem.code, problem.place.column, problem.value) == ("B2302", "year", "2024")


def test_a_fiscal_year_may_start_in_april():
    made = books(voucher(1, date=dt.date(2025, 3, 31), year=2024, period=12))
    assert codes(made) == ["B2302"]
    assert codes(made, CheckSettings(fiscal_year_start=4)) == []


def test_one_problem_is_told_for_the_lines_of_a_voucher():
    made = books(voucher(1, *(dr("1122", 1), cr("2202", 1)) * 5, period=3))
    assert codes(made) == ["B2302"]


@pytest.mark.parametrize(
    ("parts", "label"),
    [
        ((2025, 1, "记", 3), "2025-01 记-3"),
        ((2025, 12, None, 3), "2025-12 3"),
        ((2025, 12, "记", None), "2025-12 记"),
        ((None, None, "记", 3), "记-3"),
        ((None, None, None, None), ""),
    ],
)
def test_a_voucher_is_called_by_what_is_known(parts, label):
    assert voucher_label(*parts) == label


def test_a_limit_counts_the_rest_for_each_fault():
    made = books(*(voucher(n, dr(None, 1), cr("2202", 2)) for n in range(1, 8)))
    told = codes(made, CheckSettings(limit=3))
    assert {code: told.count(code) for code in told} == {"B2101": 3, "B2501": 3, "B2001": 2}
    more = only(made, "B2001", CheckSettings(limit=3))
    assert [(problem.value, problem.facts["count"]) for problem in more] == [
        ("B2101", 4),
        ("B2501", 4),
    ]
    with pytest.raises(ValueError, match="limit"):
        CheckSettings(limit=0)


def test_a_fault_may_be_skipped():
    assert codes(books(voucher(1), voucher(3)), CheckSettings(skip=["B2201"])) == []


def test_problems_do_not_depend_on_the_order_of_rows():
    made = books(*(voucher(n, dr(None, 1), cr("2202", n)) for n in (1, 2, 5, 9)), voucher(9))
    turned = made.replace(
        lines=made.lines.sample(fraction=1, shuffle=True, seed=7),
    )
    assert check(turned) == check(made)


def test_values_at_the_edge_of_the_columns_are_survived():
    made = books(
        voucher(
            2**62,
            dr("x", "99999999999999.9999", currency="USD", fx_debit=1, rate=int("9" * 18)),
            cr("x", "-99999999999999.9999"),
            date=dt.date(1, 1, 1),
            year=-5,
            period=99,
        ),
        voucher(1, date=dt.date(1, 1, 1), year=-5, period=99),
    )
    assert "B2101" in codes(made)


def test_lines_without_a_place_are_told_by_their_voucher():
    made = Books.from_vouchers([voucher(1, dr("1122", 2), cr("2202", 1))])
    (problem,) = check(made)
    assert problem.place.text("zh") == "2025-01 记-1"
