"""Credit: exposure by parts, groups, decisions, releases, scores, limits, forecasts."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_line import DEMO
from facts_in_words import DAY, facts
from kamcore.ledger import balances
from kamcore.model.credit import (
    CreditLimit,
    CreditPolicy,
    CreditRelease,
    Financials,
    Forecast,
)
from kamcore.model.delivery import Delivery
from kamcore.model.order import Order, OrderLine, OrderMove, OrderStatus
from kamcore.pipeline import read
from kamcore.tiering import (
    decide,
    decide_all,
    exposure,
    forecast,
    ledger_parts,
    order_parts,
    payment_record,
    ratios,
    review_due,
    score,
    suggest_limit,
)
from kamcore.tiering.exposure import PARTS
from small_books import books, cr, dr, voucher

START = dt.date(2025, 1, 1)
POLICY = CreditPolicy(hold_days=30, hold_overdue=Decimal(1000))


def parts(*rows):
    made = [(who, part, Decimal(amount)) for who, part, amount in rows]
    return pl.DataFrame(made, schema=PARTS, orient="row")


def limited(*limits, **more):
    made = [CreditLimit(customer=who, amount=Decimal(m), valid_from=START) for who, m in limits]
    return attrs.evolve(POLICY, limits=tuple(made), **more)


def on(customer, **aux):
    return {"aux": {"customer": customer}, **aux}


def sold():
    """Two customers with invoices, a note, an overpayment, an advance and a red invoice."""
    a, b = on("a"), on("b")
    return books(
        voucher(1, dr("1122", "1000", **a), cr("6001", "1000")),
        voucher(2, dr("1121", "300", **a), cr("1122", "300", **a)),
        voucher(3, dr("1002", "150"), cr("2203", "150", **a)),
        voucher(4, dr("1122", "200", **b), cr("6001", "200")),
        voucher(5, dr("1002", "260"), cr("1122", "260", **b)),
        voucher(6, dr("1122", "-100", **a), cr("6001", "-100")),
    )


def test_the_parts_are_those_of_the_ledger_and_tie_to_it():
    made = sold()
    found = exposure(ledger_parts(made, DAY))
    names = ("customer", "invoices", "notes", "advances", "total")
    assert found.select(names).rows() == [("a", 600, 300, 150, 750), ("b", 0, 0, 60, -60)]
    closing = balances(made, account=["1122", "1121", "2203"])["closing"].sum()
    assert found["total"].sum() == closing


def test_the_demo_ties_to_the_ledger():
    made = read(DEMO).books
    found = exposure(ledger_parts(made, dt.date(2025, 3, 31)))
    last = balances(made, account=["1122", "2203"], by="customer", period="2025-03")
    assert found["total"].sum() == last["closing"].sum()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(["orders", "deliveries", "invoices", "notes", "advances"]),
            st.integers(-500, 500),
        ),
        max_size=20,
    )
)
def test_the_parts_sum_to_the_total_in_any_order(rows):
    found = exposure(parts(*rows))
    assert found.equals(exposure(parts(*reversed(rows))))
    for row in found.iter_rows(named=True):
        mine = sum((-m if part == "advances" else m) for who, part, m in rows
                   if who == row["customer"])  # fmt: skip
        assert row["total"] == mine


def test_an_order_moves_on_from_part_to_part():
    line = OrderLine(item="x", quantity=10, price=Decimal("9.99"))
    moved = (OrderMove(OrderStatus.CONFIRMED, START),)
    order = Order(number="1", customer="a", date=START, lines=(line,), history=moved)
    pool = attrs.evolve(order, number="2", history=())
    gone = Delivery(number="s1", date=START, order="1", item="x", quantity=4)
    billed = attrs.evolve(gone, number="s2", quantity=3, invoice="F1")
    found = order_parts([order, pool], [gone, billed], DAY).rows()
    assert found == [("a", "deliveries", Decimal("39.96")), ("a", "orders", Decimal("29.97"))]
    assert order_parts([order], [], START - dt.timedelta(1)).is_empty()


@pytest.mark.parametrize(
    ("owed", "order", "late", "decision", "rule"),
    [
        (500, 100, (0, 0), "pass", "within"),
        (500, 400, (0, 0), "pass", "within"),
        (500, 401, (0, 0), "warn", "near_limit"),
        (500, 500, (0, 0), "warn", "near_limit"),
        (500, 501, (0, 0), "hold", "over_limit"),
        (500, 0, (1, 1), "warn", "overdue_amount"),
        (500, 0, (1000, 30), "warn", "overdue_amount"),
        (500, 0, (1001, 30), "hold", "overdue_amount"),
        (500, 0, (10, 31), "hold", "oldest_item"),
        (500, 501, (1001, 31), "hold", "over_limit"),
    ],
)
def test_the_strictest_rule_decides(owed, order, late, decision, rule):
    found = exposure(parts(("a", "invoices", owed)))
    known = facts(a={"overdue": late[0], "oldest_days": late[1]})
    one = decide(
        found, limited(("a", 1000)), customer="a", order=Decimal(order), as_of=DAY, late=known
    )
    assert (one.decision, one.rule) == (decision, rule)


def test_no_limit_limits_of_parts_and_days_of_limits():
    found = exposure(parts(("a", "invoices", 50), ("b", "invoices", 50)))
    assert decide(found, POLICY, customer="a", as_of=DAY).rule == "no_limit"
    part = CreditLimit(customer="a", amount=Decimal(40), part="invoices", valid_from=START)
    policy = limited(("a", 1000))
    policy = attrs.evolve(policy, limits=(*policy.limits, part))
    assert decide(found, policy, customer="a", as_of=DAY).rule == "over_part"
    ended = attrs.evolve(policy.limits[0], valid_to=DAY - dt.timedelta(1))
    policy = attrs.evolve(policy, limits=(ended,))
    assert decide(found, policy, customer="a", as_of=DAY).rule == "no_limit"
    stranger = decide(found, POLICY, customer="z", order=Decimal(1), as_of=DAY)
    assert (stranger.rule, stranger.exposure["total"]) == ("no_limit", 0)
    assert decide(found, POLICY, customer="z", as_of=DAY).rule == "within"


def test_an_order_counts_against_the_limit_of_orders_alone():
    found = exposure(parts(("a", "orders", 30), ("a", "notes", 35)))
    policy = limited(("a", 1000), ("a", 40), ("a", 40))
    total, orders, notes = policy.limits
    limits = (total, attrs.evolve(orders, part="orders"), attrs.evolve(notes, part="notes"))
    policy = attrs.evolve(policy, limits=limits)
    asked = [decide(found, policy, customer="a", order=Decimal(n), as_of=DAY) for n in (10, 11)]
    assert [one.rule for one in asked] == ["within", "over_part"]


def test_a_later_limit_takes_the_place_of_an_earlier_one():
    found = exposure(parts(("a", "invoices", 50)))
    (first,) = limited(("a", 100)).limits
    later = attrs.evolve(first, amount=Decimal(40), valid_from=DAY)
    policy = attrs.evolve(POLICY, limits=(later, first))
    days = (DAY - dt.timedelta(1), DAY)
    assert [decide(found, policy, customer="a", as_of=day).limit for day in days] == [100, 40]


def test_orders_of_affiliates_count_together():
    found = exposure(parts(("a", "invoices", 300), ("b", "invoices", 500), ("c", "invoices", 1)))
    found = found.with_columns(order=pl.Series([Decimal(120), Decimal(90), Decimal(5)]))
    policy = limited(("a", 400), ("b", 600), ("c", 6))
    rows = decide_all(found, policy, as_of=DAY, groups={"a": "a", "b": "a"})
    assert rows["used"].to_list() == [1010, 1010, 6]
    assert rows["rule"].to_list() == ["over_limit", "over_limit", "near_limit"]


def test_affiliates_are_summed_against_their_limits_or_a_shared_one():
    found = exposure(parts(("a", "invoices", 300), ("b", "invoices", 500)))
    groups = {"a": "a", "b": "a"}
    both = decide(found, limited(("a", 400), ("b", 600)), customer="a", as_of=DAY, groups=groups)
    assert (both.group_total, both.limit, both.decision) == (800, 1000, "pass")
    shared = CreditLimit(customer="b", amount=Decimal(700), whole_group=True, valid_from=START)
    policy = attrs.evolve(POLICY, limits=(shared,))
    one = decide(found, policy, customer="a", as_of=DAY, groups=groups)
    assert (one.limit, one.rule) == (700, "over_limit")
    alone = attrs.evolve(limited(("a", 400), ("b", 400)), by_group=False)
    rules = decide_all(found, alone, as_of=DAY, groups=groups)["rule"].to_list()
    assert rules == ["within", "over_limit"]


@pytest.mark.parametrize(
    ("amount", "day", "decision"),
    [(None, 0, "approve"), (900, 0, "approve"), (899, 0, "hold"), (None, 31, "hold")],
)
def test_a_person_lets_pass_up_to_an_amount_and_until_a_day(amount, day, decision):
    release = CreditRelease(
        customer="a", person="李明", since=DAY, until=DAY + dt.timedelta(30), amount=amount
    )
    policy = limited(("a", 500), releases=(release,))
    found = exposure(parts(("a", "invoices", 900)))
    one = decide(found, policy, customer="a", as_of=DAY + dt.timedelta(day))
    assert one.decision == decision
    if decision == "approve":
        assert (one.rule, one.held_rule, one.person) == ("release", "over_limit", "李明")
        assert one.until == release.until


def test_how_customers_pay():
    names = {"customer": pl.String, "date": pl.Date, "amount": pl.Decimal(38, 4),
             "due": pl.Date, "paid": pl.Date}  # fmt: skip
    day = dt.date(2025, 5, 1)
    rows = [
        ("a", START, Decimal(100), day, day + dt.timedelta(10)),
        ("a", START, Decimal(300), day, day - dt.timedelta(10)),
        ("b", START, Decimal(100), DAY - dt.timedelta(5), None),
        ("c", START, Decimal(100), None, None),
        ("d", START, Decimal(100), dt.date(2024, 1, 1), None),
    ]
    found = payment_record(pl.DataFrame(rows, schema=names, orient="row"), DAY)
    assert found.rows() == [("a", Decimal("2.5"), Decimal("0.25"), 1 + 1), ("b", 5, 1, 1)]


FIGURES = Financials(
    customer="a",
    year_end=dt.date(2024, 12, 31),
    current_assets=Decimal(400),
    total_assets=Decimal(1000),
    opening_assets=Decimal(600),
    revenue=Decimal(2000),
    net_profit=Decimal(100),
    receivables=Decimal(300),
    opening_receivables=Decimal(100),
    cost_of_sales=Decimal(1000),
    inventory=Decimal(200),
)


def test_the_ratios_by_their_formulas():
    found = ratios(FIGURES)
    assert {name: one.value for name, one in found.items()} == {
        "current_asset_share": Decimal("0.4"),
        "net_margin": Decimal("0.05"),
        "return_on_assets": Decimal("0.125"),
        "collection_days": Decimal("36.5"),
        "inventory_days": Decimal(73),
    }
    assert [name for name, one in found.items() if one.closing_only] == ["inventory_days"]
    nothing = ratios(None)
    assert nothing["net_margin"].missing == ("net_profit", "revenue")
    zero = ratios(attrs.evolve(FIGURES, revenue=Decimal(0)))["net_margin"]
    assert (zero.value, zero.missing) == (None, ("revenue",))


def test_missing_inputs_give_no_points_and_are_shown():
    policy = CreditPolicy.shipped()
    found = score(policy, FIGURES, {"late_days": Decimal(30)})
    assert found.missing == ("late_share", "disputes")
    # 5 + 7.5 + 15 + 10 + 8.92 + 10 of the 80 points that could be judged.
    got = sum(one.points for one in found.parts if one.points is not None)
    assert got == Decimal("56.42")
    assert found.value == Decimal("70.53")
    assert (found.judged, found.grade.grade) == (Decimal("0.8"), "B")
    nothing = score(policy)
    assert (nothing.value, nothing.grade, nothing.judged) == (None, None, 0)
    little = score(policy, None, {"late_days": Decimal(0)})
    assert (little.value, little.grade) == (100, None)


def test_a_limit_comes_with_its_working():
    policy = CreditPolicy.shipped()
    graded = score(policy, FIGURES, {"late_days": Decimal(30)})
    found = suggest_limit(policy, graded, sales=Decimal(1_200_000), capital=Decimal(9_000_000))
    assert (found.limit, found.days, found.capped_by) == (70_000, 30, None)
    assert dict(found.steps)["monthly_sales"] == 100_000
    capped = suggest_limit(policy, graded, sales=Decimal(1_200_000), capital=Decimal(123_456))
    assert (capped.limit, capped.capped_by) == (12_000, "registered_capital")
    open_one = suggest_limit(policy, graded, sales=Decimal(1_200_000))
    assert (open_one.limit, open_one.missing) == (None, ("registered_capital",))
    assert suggest_limit(policy, score(policy), sales=None).missing == (
        "score", "sales", "registered_capital",
    )  # fmt: skip
    assert review_due(dt.date(2025, 1, 31), policy) == dt.date(2025, 7, 31)


def test_what_a_customer_is_expected_to_leave():
    given_one = Forecast(
        customer="a", sales=1_000_000, margin=Decimal("0.2"), stock=200_000,
        stock_rate=Decimal("0.05"), staff=60_000, travel=20_000, risk=Decimal("0.02"),
        management=30_000,
    )  # fmt: skip
    found = forecast(given_one)
    # 200,000 - 10,000 - 60,000 - 20,000 - 20,000 - 30,000.
    assert (found.result, found.worth_developing) == (60_000, True)
    assert found.break_even == Decimal("666666.67")
    changed = {(name, change): left for name, change, left in found.sensitivity}
    assert changed["sales", Decimal("-0.2")] == 24_000
    assert changed["margin", Decimal("-0.2")] == 20_000
    hopeless = forecast(attrs.evolve(given_one, margin=Decimal("0.02")))
    assert (hopeless.break_even, hopeless.worth_developing) == (None, False)
