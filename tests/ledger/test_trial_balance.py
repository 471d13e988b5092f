"""The trial balance: sides, equalities, and what breaks them."""

import datetime as dt
from decimal import Decimal

from histories import Move, amount_frame, books_of, moves
from hypothesis import given, settings

from kamcore.books import Books
from kamcore.ledger.trial_balance import trial_balance
from kamcore.model.voucher import Line, Voucher

D = Decimal


@settings(max_examples=25, deadline=None)
@given(moves())
def test_balanced_vouchers_give_equal_sums(history: list[Move]) -> None:
    found = trial_balance(books_of(history), "2023-01..2026-12")
    assert found.holds
    assert [equality.name for equality in found.equalities] == [
        "opening",
        "turnover",
        "ytd",
        "closing",
    ]


def written(*lines: Line, **more) -> Books:
    return Books.from_vouchers([Voucher(date=dt.date(2025, 2, 1), lines=lines)], **more)


def test_an_unbalanced_voucher_breaks_the_equalities_it_touches() -> None:
    books = written(Line(account="1122.01", debit=D(100)), Line(account="6001", credit=D(99)))
    found = trial_balance(books, "2025-02")
    assert {e.name: e.difference for e in found.equalities} == {
        "opening": D(0),
        "turnover": D(1),
        "ytd": D(1),
        "closing": D(1),
    }


def test_a_balance_stands_on_the_side_of_its_sign_and_parents_are_not_counted_twice() -> None:
    books = written(Line(account="1122.01", debit=D(-100)), Line(account="6001", credit=D(-100)))
    found = trial_balance(books, "2025-02")
    rows = {row["account"]: row for row in found.frame.iter_rows(named=True)}
    assert set(rows) == {"1122", "1122.01", "6001"}
    assert (rows["1122"]["closing_debit"], rows["1122"]["closing_credit"]) == (D(0), D(100))
    assert rows["1122"]["turnover_debit"] == D(-100)
    assert found.equalities[3].debit == D(100)


def test_openings_that_do_not_balance_are_seen() -> None:
    opening = amount_frame(
        {"year": [2025], "period": [2], "account": ["1001"], "opening": [D(5)]}, ["opening"]
    )
    books = written(
        Line(account="1001", debit=D(1)),
        Line(account="6001", credit=D(1)),
        tables={"balances": opening},
    )
    found = trial_balance(books, "2025-02")
    assert not found.holds
    assert found.equalities[0].difference == D(5)
