"""What each customer leaves, put together; purchases out of books and over suppliers."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.model.purchase import Purchase
from kamcore.model.rebate import RebateClause, Sale
from kamcore.model.voucher import Line, Voucher
from kamcore.pricing import (
    booked_purchases,
    customer_contribution,
    net_of_tax,
    purchases_frame,
    rebate,
    sales_frame,
    spread,
)

DAY = dt.date(2025, 1, 1)
YEAR_END = dt.date(2025, 12, 31)
CHART = pl.DataFrame(
    {"code": ["1405", "2202", "2221"], "name": ["库存商品", "应付账款", "应交税费"]}
)


def bought(number, supplier, *items, word="记"):
    lines = [
        Line(
            account="1405",
            debit=Decimal(amount),
            quantity=Decimal(quantity),
            aux={"inventory": item},
        )
        for item, quantity, amount in items
    ]
    net = sum((line.debit for line in lines), Decimal(0))
    lines.append(Line(account="2221", debit=net / 10))
    owed = {"credit": net * Decimal("1.1"), "aux": {"supplier": supplier}, "invoice": f"F{number}"}
    lines.append(Line(account="2202", **owed))
    return Voucher(date=DAY, word=word, number=number, lines=tuple(lines))


def test_purchases_out_of_books_stand_by_supplier_without_tax():
    books = Books.from_vouchers(
        [bought(1, "S1", ("A", 10, 900), ("B", 1, 50)), bought(2, "S2", ("A", 5, 500))]
    ).replace(accounts=CHART)
    rows = booked_purchases(books)
    found = rows.select("supplier", "item", "quantity", "amount", "invoice").rows()
    wanted = [("S1", "A", 10, 900, "F1"), ("S1", "B", 1, 50, "F1"), ("S2", "A", 5, 500, "F2")]
    assert found == wanted
    over = spread(rows, "supplier").filter(item="A").select("supplier", "average", "above_best")
    assert over.rows() == [("S2", 100, Decimal("0.1111")), ("S1", 90, 0)]


def test_books_without_suppliers_tell_no_purchases():
    with pytest.raises(UsageError, match="Q1402"):
        booked_purchases(Books())


def test_purchases_are_exact():
    with pytest.raises(TypeError):
        Purchase(date=DAY, supplier="S", item="A", quantity=Decimal(1), amount=1.5)
    assert purchases_frame([]).is_empty()


def sale(customer, amount, *, item="A", quantity=10, paid=None):
    facts = {"customer": customer, "item": item, "amount": Decimal(amount), "paid": paid}
    return Sale(date=DAY, quantity=Decimal(quantity), invoice=f"{customer}-{item}", **facts)


def test_costs_rebates_and_waiting_are_taken_from_the_revenue():
    invoices = sales_frame([sale("1", "1130"), sale("2", "565", item="B", paid=DAY)])
    clause = RebateClause(
        id="R", customer="1", method="whole", rate=Decimal("0.0226"), valid_from=DAY
    )
    given = rebate(clause, invoices, since=DAY, until=YEAR_END)
    found = customer_contribution(
        net_of_tax(invoices, Decimal("0.13")),
        invoices,
        costs={"A": Decimal("60.5")},
        rebates=[given],
        annual_rate=Decimal("0.10"),
        as_of=DAY + dt.timedelta(days=73),
    )
    # 1,130 for 73 days at 10 % of 365 is 22.60; the rebate of 25.54 holds 2.94 of tax.
    columns = ("customer", "revenue", "cost", "rebate", "finance", "contribution", "margin")
    assert found.frame.select(columns).rows() == [
        ("2", 500, 0, 0, 0, 500, 1),
        ("1", 1000, 605, *map(Decimal, ("22.60", "22.60", "349.80", "0.3498"))),
    ]
    said = [(one.code, one.value, one.facts["amount"]) for one in found.problems]
    assert said == [("Q1501", "B", "500.00")]


@given(st.lists(st.tuples(st.sampled_from("123"), st.integers(-(10**7), 10**7)), max_size=20))
@settings(max_examples=25, deadline=None)
def test_the_parts_add_up_for_every_customer(rows):
    sales = sales_frame([sale(who, Decimal(cents) / 100) for who, cents in rows])
    found = customer_contribution(
        sales, sales, costs={"A": Decimal("1.11")}, annual_rate=Decimal("0.06"), as_of=YEAR_END
    ).frame
    costs = found["discount"] + found["rebate"] + found["cost"] + found["finance"]
    assert (found["revenue"] - costs == found["contribution"]).all()
    assert (found["revenue"].sum() or 0) == (sales["amount"].sum() or 0)
    assert sorted(found["customer"]) == sorted({who for who, _ in rows})
