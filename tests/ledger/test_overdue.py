"""Overdue amounts and DSO."""

import datetime as dt
from decimal import Decimal

from histories import Move, books_of

from kamcore.ledger.overdue import overdue, sales_outstanding

D = Decimal
AS_OF = dt.date(2025, 3, 31)


def sale(day: str, amount: int, due: str | None, side: str = "debit") -> Move:
    when = dt.date.fromisoformat(due) if due else None
    return Move(dt.date.fromisoformat(day), "1122.01", "A", D(amount), side, due=when)


BOOKS = books_of(
    [
        sale("2025-01-10", 100, "2025-02-10"),
        sale("2025-02-10", 60, "2025-03-31"),
        sale("2025-03-10", 40, "2025-04-30"),
        sale("2025-03-20", 30, None, "credit"),
    ]
)


def test_due_on_the_day_itself_is_not_overdue() -> None:
    found = overdue(BOOKS, as_of=AS_OF, account="1122", by="customer")
    assert found.drop("account", "currency").rows() == [
        ("A", D(170), D(70), 1, dt.date(2025, 2, 10))
    ]


def test_days_sales_outstanding() -> None:
    found = sales_outstanding(BOOKS, as_of=AS_OF, days=90, account="1122")
    assert (found.billed, found.dso) == (D(200), D("76.5"))
    assert (found.best_possible, found.delay) == (D("45.0"), D("31.5"))
    none = sales_outstanding(BOOKS, as_of=dt.date(2024, 1, 1), days=30, account="1122")
    assert none.dso is None
    assert none.delay is None
