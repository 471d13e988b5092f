"""Balances, month views, stated differences and carry-forward on every engine."""

import pytest

from kamcore.ledger import balances, by_month, carry_forward, stated_differences, year_openings


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"by": "customer", "idle": False},
        {"by": "customer", "detail": "tree", "period": "2025-01..2025-02"},
        {"account": "1122", "detail": 1, "measures": ("base", "fx", "quantity")},
        {"booked_only": True, "period": "2025-03"},
    ],
    ids=str,
)
def test_balances(engine, books, question) -> None:
    engine.same(balances(engine.tables(books), **question), balances(books, **question))


def test_by_month(engine, books) -> None:
    expected = by_month(books, "closing", account="1122", by="customer")
    engine.same(by_month(engine.tables(books), "closing", account="1122", by="customer"), expected)


def test_stated_differences(engine, books) -> None:
    engine.same(stated_differences(engine.tables(books)), stated_differences(books))


def test_carry_forward_and_year_openings(engine, books) -> None:
    tables = engine.tables(books)
    engine.same(carry_forward(tables, 2024), carry_forward(books, 2024))
    engine.same(year_openings(tables), year_openings(books))
