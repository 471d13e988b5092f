"""The account ledger in foreign currency and in quantities agrees with the balances."""

import datetime as dt
from decimal import Decimal

import pytest

from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.ledger import account_ledger, balances
from kamcore.model.voucher import Line, Voucher


def _line(debit="0", credit="0", *, fx=None, currency=None, quantity=None):
    on_debit = Decimal(debit) != 0
    return Line(
        account="1122",
        debit=Decimal(debit),
        credit=Decimal(credit),
        currency=currency,
        fx_debit=Decimal(fx) if fx and on_debit else None,
        fx_credit=Decimal(fx) if fx and not on_debit else None,
        quantity=Decimal(quantity) if quantity else None,
        aux={"customer": "01"},
    )


LINES = (
    _line("710", fx="100", currency="USD", quantity="2.5"),
    _line(credit="355", fx="50", currency="USD", quantity="1"),
    _line("80", fx="10", currency="EUR"),
    _line("9"),
)
BOOKS = Books.from_vouchers(
    Voucher(date=dt.date(2026, 1, day), word="记", number=day, lines=(line,))
    for day, line in enumerate(LINES, 1)
)


def test_foreign_amounts_run_per_currency_and_leave_the_base_currency_out():
    found = account_ledger(BOOKS, "1122", by="customer", measure="fx").frame
    assert found.select("currency", "balance", "direction").rows() == [
        ("EUR", Decimal(10), "借"),
        ("USD", Decimal(100), "借"),
        ("USD", Decimal(50), "借"),
    ]


def test_quantities_count_on_the_side_of_their_amount():
    found = account_ledger(BOOKS, "1122", measure="quantity")
    assert found.frame["balance"].to_list() == [Decimal(x) for x in ("2.5", "1.5", "1.5", "1.5")]
    assert found.sums.select("debit", "credit", "closing").row(0) == (
        Decimal("2.5"),
        Decimal(1),
        Decimal("1.5"),
    )


@pytest.mark.parametrize("measure", ["fx", "quantity"])
def test_the_last_balance_is_that_of_the_balances(measure):
    last = account_ledger(BOOKS, "1122", measure=measure).frame
    frame = balances(BOOKS, account="1122", measures=[measure], period="2026-01")
    for currency in ("USD", "EUR") if measure == "fx" else (None,):
        one = last if currency is None else last.filter(currency=currency)
        other = frame if currency is None else frame.filter(currency=currency)
        assert one["balance"][-1] == other[f"{measure}_closing"].sum()


def test_an_unknown_measure_is_refused():
    with pytest.raises(UsageError):
        account_ledger(BOOKS, "1122", measure="weight")
