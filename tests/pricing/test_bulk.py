"""A million lines at once give the answers that each of them gets alone."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.errors import KamcoreError, UsageError
from kamcore.model.band import Band
from kamcore.model.price import Membership, PricePolicy, PriceRule, Rounding, Switch, Unit
from kamcore.model.promotion import Promotion
from kamcore.pricing import Prices, Question, answer, price_orders

FIRST = dt.date(2025, 1, 1)
DAYS = st.integers(0, 6).map(lambda n: FIRST + dt.timedelta(n))
CUSTOMERS, ITEMS = ("C1", "C2"), ("A", "B", "X")
SHARES = st.sampled_from(["0.95", "0.9", "0.875", "0.333"]).map(Decimal)
PRICES = st.integers(1, 4000).map(lambda cents: Decimal(cents) / 100)
EDGES = st.sampled_from([1, 5, 10, 60]).map(Decimal)


@st.composite
def bands(draw):
    edges = sorted({draw(EDGES) for _ in range(draw(st.integers(1, 3)))})
    end_in = draw(st.booleans())
    ends = [*edges[1:], None]
    return tuple(
        Band(
            start=start,
            end=end,
            start_in=not end_in or start == edges[0],
            end_in=end_in and end is not None,
            **{draw(st.sampled_from(["price", "discount"])): draw(SHARES)},
        )
        for start, end in zip(edges, ends, strict=True)
    )


@st.composite
def rules(draw, number):
    by_band = draw(st.booleans())
    value = draw(st.sampled_from(["price", "discount"]))
    facts = {value: draw(PRICES if value == "price" else SHARES)}
    if by_band:
        facts = {"bands": draw(bands()), **(facts if value == "price" else {})}
    since = draw(DAYS)
    item = draw(st.sampled_from([*ITEMS, ""]))
    return PriceRule(
        id=draw(st.sampled_from([f"R{number}", f"R{number}", "V"])),
        kind=draw(st.sampled_from(["contract", "key_account", "grade", "retail", "limit"])),
        **({"item": item} if item else draw(st.sampled_from([{}, {"item_group": "pumps"}]))),
        **draw(st.sampled_from([{"customer": "C1"}, {"grade": "gold"}, {}, {}])),
        **facts,
        basis=draw(st.sampled_from(["retail", "key_account"])),
        margin=draw(st.sampled_from([None, None, Decimal("0.1")])),
        by_amount=by_band and draw(st.booleans()),
        # B does not come in boxes, and a rule that says it does is refused.
        unit=draw(st.sampled_from(["", "", "" if item == "B" else "箱"])),
        valid_from=since,
        valid_to=draw(st.sampled_from([dt.date.max, since + dt.timedelta(3)])),
        priority=draw(st.sampled_from([0, 0, 1])),
        promotion=draw(st.sampled_from([None, *Switch])),
        tax_included=draw(st.booleans()),
        campaign=draw(st.sampled_from(["", "", "spring"])),
        rounding=draw(st.sampled_from([None, Rounding(Decimal("0.05"))])),
    )


@st.composite
def offers(draw, number):
    what = draw(st.sampled_from(["discount", "off", "price"]))
    return Promotion(
        id=f"P{number}",
        valid_from=draw(DAYS),
        valid_to=FIRST + dt.timedelta(9),
        item=draw(st.sampled_from([*ITEMS, ""])),
        **{what: draw(SHARES)},
        start_quantity=draw(st.sampled_from([Decimal(0), Decimal(5)])),
    )


@st.composite
def price_lists(draw):
    # A price for everything, lest most questions have none.
    whole = PriceRule(id="LP", kind="market", price=draw(PRICES))
    made = {"LP": whole} if draw(st.integers(0, 3)) else {}
    for number in range(draw(st.integers(1, 8))):
        rule = draw(rules(number))
        made[rule.id, rule.valid_from] = rule
    return Prices(
        rules=tuple(made.values()),
        promotions=tuple(draw(offers(n)) for n in range(draw(st.integers(0, 2)))),
        grades=tuple(draw(st.sampled_from([(), (Membership("C2", "gold", FIRST),)]))),
        groups=(Membership("B", "pumps", FIRST + dt.timedelta(2)),),
        units=(
            Unit("A", "箱", Decimal(12)),
            Unit("B", "件", Decimal(1)),
            Unit("X", "箱", Decimal(5)),
        ),
        policy=PricePolicy(tax_rate=draw(st.sampled_from([None, Decimal("0.13")]))),
    )


QUESTIONS = st.builds(
    Question,
    customer=st.sampled_from(CUSTOMERS),
    item=st.sampled_from(ITEMS),
    quantity=st.sampled_from(["1", "4.99", "5", "9.5", "10", "12", "60", "-5"]).map(Decimal),
    on=DAYS,
    unit=st.sampled_from(["", "", "箱", "托"]),
    campaign=st.sampled_from(["", "spring"]),
    currency=st.sampled_from(["CNY", "CNY", "USD"]),
)


def frame_of(questions):
    return pl.DataFrame(
        {
            "customer": [q.customer for q in questions],
            "item": [q.item for q in questions],
            "quantity": pl.Series([q.quantity for q in questions], dtype=pl.Decimal(18, 4)),
            "date": [q.on for q in questions],
            "unit": [q.unit for q in questions],
            "campaign": [q.campaign for q in questions],
            "currency": [q.currency for q in questions],
        }
    )


def alone(prices, question):
    try:
        quote = answer(prices, question)
    except KamcoreError as error:
        return error.code
    floor = quote.floor
    return (
        quote.amount,
        quote.total,
        quote.unit,
        quote.tax_included,
        quote.source,
        quote.rule.id,
        quote.promotion.id if quote.promotion else None,
        None if floor is None else round(floor.price, 10),
        floor.action if floor else None,
    )


def together(prices, questions):
    for row in price_orders(frame_of(questions), prices).frame.iter_rows(named=True):
        if row["problem"]:
            assert row["price"] is None
            yield row["problem"]
        else:
            names = ("price", "amount", "price_unit", "tax_included", "source", "rule")
            yield tuple(row[n] for n in (*names, "promotion", "floor", "floor_action"))


def same_for_each(prices, questions):
    assert list(together(prices, questions)) == [alone(prices, one) for one in questions]


@settings(max_examples=35, deadline=None)
@given(price_lists(), st.lists(QUESTIONS, min_size=1, max_size=12))
def test_lines_together_are_priced_as_each_alone(prices, questions):
    same_for_each(prices, questions)


@pytest.mark.soak
@settings(max_examples=3000, deadline=None)
@given(price_lists(), st.lists(QUESTIONS, min_size=1, max_size=30))
def test_lines_together_are_priced_as_each_alone_at_length(prices, questions):
    same_for_each(prices, questions)


def test_a_line_without_a_price_is_told_and_keeps_its_place():
    prices = Prices(rules=(PriceRule(id="LP", kind="retail", item="A", price=Decimal(2)),))
    lines = pl.DataFrame(
        {
            "customer": ["C1", "C1", None],
            "item": ["A", "Z", "A"],
            "quantity": [3, 1, 1],
            "date": [FIRST] * 3,
            "note": ["a", "b", "c"],
        }
    )
    found = price_orders(lines, prices)
    assert found.frame["note"].to_list() == ["a", "b", "c"]
    assert found.frame["amount"].to_list() == [6, None, None]
    assert found.frame["problem"].to_list() == [None, "Q1104", "Q1110"]
    assert "C1" in found.problems[0].message("en")


def test_a_conflict_names_both_rules_once():
    rules = [PriceRule(id=name, kind="retail", item="A", price=Decimal(2)) for name in "PQ"]
    lines = frame_of([Question(customer="C1", item="A", quantity=1, on=FIRST)] * 3)
    found = price_orders(lines, Prices(rules=tuple(rules)))
    assert [p.code for p in found.problems] == ["Q1103"]
    assert "P (item=A, priority=0)" in found.problems[0].message("zh")


def test_priority_goes_before_what_is_narrower_and_equal_rules_contradict_each_other():
    def rule(name, **more):
        return PriceRule(id=name, kind="key_account", item="A", price=Decimal(9), **more)

    narrow = rule("narrow", customer="C1")
    wide = rule("wide", campaign="spring", priority=8)
    asked = Question(customer="C1", item="A", quantity=1, on=FIRST, campaign="spring")
    other = Question(customer="C2", item="A", quantity=1, on=FIRST)
    plain = rule("plain")
    first = price_orders(frame_of([asked, other]), Prices(rules=(narrow, wide, plain))).frame
    assert first["rule"].to_list() == ["wide", "plain"]
    equal = Prices(rules=(narrow, rule("wide", campaign="spring"), plain))
    second = price_orders(frame_of([asked, other]), equal).frame
    assert second["problem"].to_list() == ["Q1103", None]
    same_for_each(equal, [asked, other])


def test_floats_and_missing_columns_are_refused():
    lines = frame_of([Question(customer="C1", item="A", quantity=1, on=FIRST)])
    with pytest.raises(UsageError, match="Q1109"):
        price_orders(lines.with_columns(pl.col("quantity").cast(pl.Float64)), Prices())
    with pytest.raises(UsageError, match="Q1108"):
        price_orders(lines.drop("date"), Prices())


def test_no_lines_have_no_prices():
    found = price_orders(frame_of([]), Prices())
    assert (found.frame.height, found.problems) == (0, ())
