"""Open items from applications: past dates, partial settlement, instalments, credits."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from histories import START, ZERO, amount_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import Books
from kamcore.ledger.ageing import age, open_items
from kamcore.ledger.policy import AgeingPolicy
from kamcore.model.voucher import Line, Voucher

D = Decimal


def documents(*rows: tuple[str, str, int], due: str | None = None) -> pl.DataFrame:
    frame = amount_frame(
        {
            "id": [row[0] for row in rows],
            "party_role": ["customer"] * len(rows),
            "party": ["A"] * len(rows),
            "account": ["1122"] * len(rows),
            "date": [dt.date.fromisoformat(row[1]) for row in rows],
            "amount": [D(row[2]) for row in rows],
        },
        ["amount"],
    )
    when = pl.lit(dt.date.fromisoformat(due) if due else None, pl.Date)
    return frame.with_columns(due_date=when)


def applications(*rows: tuple[str, str, str, int]) -> pl.DataFrame:
    return amount_frame(
        {
            "id": [str(number) for number in range(len(rows))],
            "item": [row[0] for row in rows],
            "receipt": [row[1] for row in rows],
            "date": [dt.date.fromisoformat(row[2]) for row in rows],
            "amount": [D(row[3]) for row in rows],
        },
        ["amount"],
    )


def ages(source: dict, as_of: str, bounds: list, **policy) -> dict[str, Decimal]:
    found = age(
        source,
        as_of=dt.date.fromisoformat(as_of),
        by="customer",
        buckets=bounds,
        policy=AgeingPolicy(**policy),
    )
    if not found.frame.height:
        return {}
    assert found.frame["aux_customer"].to_list() == ["A"]
    row = found.frame.row(0, named=True)
    return {name: row[name] for name in found.columns if row[name]}


AG01 = {
    "open_items": documents(
        *((f"I{number}", "2019-03-15", 10000) for number in range(5)),
        ("I9", "2019-04-15", 100000),
    ),
    "receipts": documents(("P1", "2019-02-15", 1000), ("P2", "2019-05-10", 49000)),
    "applications": applications(
        ("I0", "P1", "2019-05-10", 1000),
        ("I0", "P2", "2019-05-10", 9000),
        *((f"I{number}", "P2", "2019-05-10", 10000) for number in range(1, 5)),
    ),
}


def test_a_past_date_ignores_later_settlements() -> None:
    """Case AG01: allocations of May say nothing about April."""
    assert ages(AG01, "2019-04-30", ["1m", "2m"], credits="in_bucket") == {
        "0-1 month": D(100000),
        "1-2 months": D(50000),
        ">2 months": D(-1000),
        "total": D(149000),
    }
    assert ages(AG01, "2019-04-30", ["1m", "2m"])["credits"] == D(-1000)
    assert ages(AG01, "2019-04-30", ["1m", "2m"], credits="net")["1-2 months"] == D(49000)
    assert ages(AG01, "2019-05-31", ["1m", "2m"]) == {
        "1-2 months": D(100000),
        "total": D(100000),
    }


def test_an_invoice_paid_later_is_open_in_full() -> None:
    """Case AG03."""
    source = {
        "open_items": documents(("I", "2020-04-30", 777)),
        "receipts": documents(("P", "2020-06-30", 777)),
        "applications": applications(("I", "P", "2020-06-30", 777)),
    }
    assert ages(source, "2020-05-31", [30])["total"] == D(777)
    assert ages(source, "2020-06-30", [30]) == {}


def test_instalments_age_one_by_one() -> None:
    """Case AG04: 90,000 in three parts."""
    source = {
        "open_items": documents(("I", "2018-10-27", 90000)),
        "instalments": amount_frame(
            {
                "item": ["I"] * 3,
                "due_date": [dt.date(2018, 11, 26), dt.date(2018, 12, 26), dt.date(2019, 1, 25)],
                "amount": [D(27000), D(27000), D(36000)],
            },
            ["amount"],
        ),
    }
    bounds = [30, 60]
    assert ages(source, "2018-11-28", bounds) == {"31-60": D(90000), "total": D(90000)}
    due = {"0-30": D(27000), "not_due": D(63000), "total": D(90000)}
    assert ages(source, "2018-11-28", bounds, basis="due") == due
    paid = {
        **source,
        "receipts": documents(("P", "2018-11-01", 30000)),
        "applications": applications(("I", "P", "2018-11-01", 30000)),
    }
    left = {"not_due": D(60000), "total": D(60000)}
    assert ages(paid, "2018-11-28", bounds, basis="due") == left


def test_instalments_fill_in_order() -> None:
    """Case MT04: 40 paid on 30, 50 and 20."""
    ends = [dt.date(2025, 2, 4), dt.date(2025, 3, 6), dt.date(2025, 4, 5)]
    source = {
        "open_items": documents(("I", "2025-01-05", 100)),
        "instalments": amount_frame(
            {"item": ["I"] * 3, "due_date": ends, "amount": [D(30), D(50), D(20)]}, ["amount"]
        ),
        "receipts": documents(("P", "2025-01-10", 40)),
        "applications": applications(("I", "P", "2025-01-10", 40)),
    }
    found = open_items(source, as_of=dt.date(2025, 1, 31), policy=AgeingPolicy(basis="due"))
    left = {row["due_date"]: row["open"] for row in found.iter_rows(named=True)}
    assert [left.get(day, ZERO) for day in ends] == [D(0), D(40), D(20)]


def test_a_payment_of_tomorrow_counts_tomorrow() -> None:
    """Case MT05: 100 open today; tomorrow nothing, and 10 on account."""
    source = {
        "open_items": documents(("I", "2025-01-05", 100)),
        "receipts": documents(("P", "2025-02-01", 110)),
        "applications": applications(("I", "P", "2025-02-01", 100)),
    }
    assert ages(source, "2025-01-31", [30]) == {"0-30": D(100), "total": D(100)}
    assert ages(source, "2025-02-01", [30]) == {"credits": D(-10), "total": D(-10)}


def test_instalments_that_miss_the_amount_lose_nothing() -> None:
    for parts, shown in (([30, 30], {"0-30": D(40)}), ([70, 70], {})):
        source = {
            "open_items": documents(("I", "2025-01-05", 100), due="2025-01-20"),
            "instalments": amount_frame(
                {
                    "item": ["I"] * 2,
                    "due_date": [dt.date(2025, 3, 1), dt.date(2025, 4, 1)],
                    "amount": [D(part) for part in parts],
                },
                ["amount"],
            ),
        }
        found = ages(source, "2025-01-31", [30], basis="due")
        assert found == {**shown, "not_due": D(100) - sum(shown.values()), "total": D(100)}


def test_a_partial_match_leaves_the_right_residuals() -> None:
    """Case AG06: credit 100, debit 20, matched 20."""
    source = {
        "open_items": documents(("I", "2025-01-05", 20)),
        "receipts": documents(("P", "2025-01-06", 100)),
        "applications": applications(("I", "P", "2025-01-07", 20)),
    }
    found = open_items(source, as_of=dt.date(2025, 1, 31), by="customer")
    assert found.select("id", "open").rows() == [("P", D(-80))]


def test_five_brackets_with_a_partly_cleared_invoice() -> None:
    """Case AG07, both clients."""
    as_of = dt.date(2025, 6, 30)

    def back(days: int) -> str:
        return str(as_of - dt.timedelta(days=days))

    ages_of = [730, 2, 61, 245, 306, 365, 153]
    amounts = [45, 110, 50, 65, 85, 70, 25]
    items = [
        (f"I{n}", back(days), amount)
        for n, (days, amount) in enumerate(zip(ages_of, amounts, strict=True))
    ]
    source = {
        "open_items": documents(*items),
        "receipts": documents(("P", back(1), 15)),
        "applications": applications(("I1", "P", back(1), 15)),
    }
    found = ages(source, str(as_of), [30, 90, 180, 270, 365])
    assert list(found.values()) == [95, 50, 25, 65, 155, 45, 435]


def test_an_application_taken_back_counts_against_it() -> None:
    made = applications(("I", "P", "2025-01-07", 20), ("I", "P", "2025-02-07", 20))
    made = made.with_columns(reverses=pl.Series([None, "0"], dtype=pl.String))
    source = {
        "open_items": documents(("I", "2025-01-05", 20)),
        "receipts": documents(("P", "2025-01-06", 20)),
        "applications": made,
    }
    assert ages(source, "2025-01-31", [90]) == {}
    assert ages(source, "2025-02-28", [90], credits="apart") == {
        "0-90": D(20),
        "credits": D(-20),
    }


def test_voucher_lines_are_items_too() -> None:
    def line(**side) -> Voucher:
        return Voucher(
            date=dt.date(2025, 1, 5),
            lines=(Line(account="1122", aux={"customer": "A"}, **side),),
        )

    books = Books.from_vouchers([line(debit=D(70)), line(debit=D(50)), line(credit=D(50))])
    applied = applications(("2/1/1", "3/1/1", "2025-01-06", 50))
    source = {"lines": books.lines, "vouchers": books.vouchers, "applications": applied}
    assert ages(source, "2025-01-31", [30]) == {"0-30": D(70), "total": D(70)}
    found = open_items(source, as_of=dt.date(2025, 1, 31), by="customer")
    assert found["id"].to_list() == ["1/1/1"]
    fifo = AgeingPolicy(method="fifo")
    found = open_items(source, as_of=dt.date(2025, 1, 31), by="customer", policy=fifo)
    assert found["open"].to_list() == [D(20), D(50)]


def test_an_item_without_any_date_is_the_oldest() -> None:
    undated = documents(("I", "2025-01-05", 20)).with_columns(date=pl.lit(None, pl.Date))
    assert ages({"open_items": undated}, "2025-01-31", [30]) == {">30": D(20), "total": D(20)}


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 999)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 999)), min_size=1, max_size=8),
    st.data(),
)
def test_every_policy_shows_the_same_total(
    items: list, receipts: list, data: st.DataObject
) -> None:
    def day(number: int) -> str:
        return str(START + dt.timedelta(days=number))

    pairs = data.draw(
        st.lists(
            st.tuples(
                st.integers(0, len(items) - 1),
                st.integers(0, len(receipts) - 1),
                st.integers(0, 120),
                st.integers(-99, 99),
            ),
            min_size=1,
            max_size=8,
        )
    )
    source = {
        "open_items": documents(*((f"I{n}", day(d), a) for n, (d, a) in enumerate(items))),
        "receipts": documents(*((f"P{n}", day(d), a) for n, (d, a) in enumerate(receipts))),
        "applications": applications(*((f"I{i}", f"P{p}", day(d), a) for i, p, d, a in pairs)),
    }
    as_of = START + dt.timedelta(days=60)
    expected = sum((D(a) for d, a in items if d <= 60), ZERO)
    expected -= sum((D(a) for d, a in receipts if d <= 60), ZERO)
    for credits_ in ("apart", "net", "reclassify", "in_bucket"):
        found = age(source, as_of=as_of, by="customer", policy=AgeingPolicy(credits=credits_))
        assert found.totals()["total"] == expected


@pytest.mark.parametrize("side", ["debit", "credit"])
def test_reclassified_credits_go_to_the_account_for_advances(side: str) -> None:
    source = {
        "receipts": documents(("P", "2025-01-06", 100)),
        "open_items": documents(("I", "2025-01-05", 20)),
    }
    policy = AgeingPolicy(credits="reclassify", side=side)
    found = age(source, as_of=dt.date(2025, 1, 31), policy=policy)
    wants = {"debit": "2203", "credit": "1123"}[side]
    assert found.frame.select("account", "credits").rows() == [(wants, D(-80))]
