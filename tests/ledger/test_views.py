"""A column per month."""

import datetime as dt
from decimal import Decimal

import pytest
from histories import Move, books_of

from kamcore.errors import UsageError
from kamcore.ledger.views import by_month

D = Decimal
BOOKS = books_of(
    [
        Move(dt.date(2024, 12, 5), "1122.01", "A", D(100), "debit"),
        Move(dt.date(2025, 2, 9), "1122.02", "B", D(40), "debit"),
        Move(dt.date(2025, 2, 9), "1122.01", "A", D(60), "credit"),
    ]
)


def test_accounts_by_month() -> None:
    found = by_month(BOOKS, account="1122", detail=1)
    assert found.columns == ["account", "2024-12", "2025-02"]
    assert found.rows() == [("1122", D(100), D(-20))]


def test_customers_by_month() -> None:
    found = by_month(BOOKS, "closing", account="1122", by="customer")
    assert found.rows() == [("A", D(100), D(40)), ("B", D(0), D(40))]


def test_an_unknown_figure_is_named() -> None:
    with pytest.raises(UsageError, match="L1023"):
        by_month(BOOKS, "average")
