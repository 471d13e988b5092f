"""Ageing, open items, overdue amounts and roll-forward on every engine."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.ledger import AgeingPolicy, age, open_items, overdue, roll_forward, sales_outstanding

AS_OF = dt.date(2025, 3, 31)
POLICIES = [
    AgeingPolicy(),
    AgeingPolicy(basis="due", credits="reclassify"),
    AgeingPolicy(measure="fx", side="debit", openings=False, booked_only=True),
    AgeingPolicy(convention="calendar_month"),
]


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_age(engine, books, policy) -> None:
    bounds = ["1m", "3m"] if policy.convention != "day" else [30, 60, 90]
    question = {"as_of": AS_OF, "by": "customer", "buckets": bounds, "policy": policy}
    found, expected = age(engine.tables(books), **question), age(books, **question)
    engine.same(found.frame, expected.frame)
    assert found.totals() == expected.totals()
    assert found.to_polars().columns == expected.frame.columns


def test_open_items(engine, books) -> None:
    found = open_items(engine.tables(books), as_of=AS_OF, by="customer")
    engine.same(found, open_items(books, as_of=AS_OF, by="customer"))


def applied() -> dict[str, pl.DataFrame]:
    money = {"amount": pl.Decimal(18, 4)}
    days = [dt.date(2025, 1, 10), dt.date(2025, 2, 10), dt.date(2025, 3, 10)]

    def documents(ids: list[str], amounts: list[int]) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "id": ids,
                "party": ["A", "A", "B"],
                "party_role": ["customer"] * 3,
                "date": days,
                "amount": [Decimal(amount) for amount in amounts],
            },
            schema_overrides=money,
        )

    return {
        "open_items": documents(["I1", "I2", "I3"], [100, 70, 50]),
        "receipts": documents(["P1", "P2", "P3"], [60, 30, 80]),
        "applications": pl.DataFrame(
            {
                "item": ["I1", "I2", "I1", "I3"],
                "receipt": ["P1", "P2", "P1", "P3"],
                "date": [days[0], days[1], days[2], dt.date(2025, 4, 2)],
                "amount": [Decimal(60), Decimal(30), Decimal(10), Decimal(50)],
                "reverses": [None, None, "1", None],
            },
            schema_overrides=money,
        ),
        "instalments": pl.DataFrame(
            {"item": ["I1", "I1"], "due_date": days[1:], "amount": [Decimal(40), Decimal(60)]},
            schema_overrides=money,
        ),
    }


@pytest.mark.parametrize("credits_", ["apart", "net", "in_bucket"])
def test_age_by_applications(engine, credits_) -> None:
    policy = AgeingPolicy(credits=credits_, basis="due")
    question = {"as_of": AS_OF, "by": "customer", "buckets": [30], "policy": policy}
    tables = {name: engine.to(frame) for name, frame in applied().items()}
    engine.same(age(tables, **question).frame, age(applied(), **question).frame)


def test_overdue(engine, books) -> None:
    tables = engine.tables(books)
    engine.same(
        overdue(tables, as_of=AS_OF, by="customer"), overdue(books, as_of=AS_OF, by="customer")
    )
    question = {"as_of": AS_OF, "days": 90, "account": "1122"}
    assert sales_outstanding(tables, **question) == sales_outstanding(books, **question)


def test_roll_forward(engine) -> None:
    money = dict.fromkeys(["0-1 year", ">1 year", "debit", "credit"], pl.Decimal(18, 4))
    before = {"k": ["A", "B"], "0-1 year": [Decimal(10), Decimal(20)], ">1 year": [Decimal(5)] * 2}
    flow = {"k": ["B", "C"], "debit": [Decimal(7)] * 2, "credit": [Decimal(22), Decimal(9)]}
    opening = pl.DataFrame(before, schema_overrides={k: money[k] for k in list(before)[1:]})
    moved = pl.DataFrame(flow, schema_overrides={k: money[k] for k in list(flow)[1:]})
    expected = roll_forward(opening, moved, keys=["k"], buckets=["1y"])
    found = roll_forward(engine.to(opening), engine.to(moved), keys=["k"], buckets=["1y"])
    engine.same(found, expected)
