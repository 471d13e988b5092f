"""One price at a time: sources, bands, promotions, floors, conflicts, and the agreed vectors."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.errors import BooksError, UsageError
from kamcore.model.band import Band
from kamcore.model.price import (
    FloorAction,
    Membership,
    PriceKind,
    PricePolicy,
    PriceRule,
    Rounding,
    Switch,
    Unit,
)
from kamcore.model.promotion import Promotion
from kamcore.pricing import Prices, quote

DAY = dt.date(2025, 3, 8)


def D(text):  # noqa: N802  figures read like figures
    return Decimal(str(text))


def rule(name, kind="retail", **more):
    return PriceRule(id=name, kind=kind, **{"item": "A-100", **more})


def ask(*rules, customer="0004", item="A-100", quantity=1, on=DAY, **more):
    """Price one question; `more` holds parts of the price list and of the question."""
    asked = {name: more.pop(name) for name in ("unit", "campaign", "currency") if name in more}
    prices = Prices(rules=rules, **more)
    return quote(prices, customer=customer, item=item, quantity=D(quantity), on=on, **asked)


LISTED = rule("LP", price=D("95.00"))
AGREED = rule(
    "HT-2025-008/1",
    "contract",
    contract="HT-2025-008",
    version=2,
    customer="0004",
    bands=(Band(start=D(500), discount=D("0.92")),),
)


def test_the_contract_answers_from_its_band_on_and_says_why():
    found = ask(LISTED, AGREED, quantity=500)
    assert (found.amount, found.total) == (D("87.40"), D("43700.00"))
    assert str(found.amount) == "87.40"
    assert found.because == "合同 HT-2025-008 第 2 版, 批量 500 起 9.2 折, 不参加促销"
    assert found.because_en == (
        "contract HT-2025-008 version 2, quantity from 500 8% off, joins no promotion"
    )
    assert [step["text"] for step in found.to_json("zh")["trace"]] == [
        "零售价 LP: 95.00",
        "批量 500 起 9.2 折: 95.00 → 87.40",
        "不参加促销",
    ]


def test_below_its_band_a_discount_does_not_hold_and_the_next_source_answers():
    found = ask(LISTED, AGREED, quantity="499.99")
    assert (found.amount, found.source) == (D("95.00"), PriceKind.RETAIL)


def test_the_shipped_order_of_sources():
    kinds = ("contract", "key_account", "grade", "member", "retail", "market", "last_sale")
    rules = [rule(kind, kind, price=D(100 - n)) for n, kind in enumerate(kinds)]
    for n, kind in enumerate(kinds):
        assert ask(*rules[n:]).source == kind


def test_a_company_orders_its_sources_itself():
    rules = (LISTED, rule("LAST", "last_sale", price=D(90)))
    policy = PricePolicy(sources=("last_sale", "retail"))
    assert ask(*rules, policy=policy).amount == 90


# The agreed vectors.


@pytest.mark.parametrize(("boxes", "net"), [(1, "82.50"), (2, "100.00")])
def test_the_quantity_in_stock_units_decides_the_band(boxes, net):
    listed = rule("LP", price=D(100))
    banded = rule(
        "Q", "key_account", bands=(Band(start=D(5), end=D(7), end_in=True, discount=D("0.825")),)
    )
    found = ask(listed, banded, quantity=boxes, unit="箱", units=(Unit("A-100", "箱", D(5)),))
    assert found.amount == D(net)


def test_the_margin_comes_before_the_discount():
    net = rule("M", "key_account", margin=D("0.10"), discount=D("0.90"))
    found = ask(rule("LP", price=D(1000)), net)
    assert [(s.name, s.before, s.after) for s in found.steps[:3]] == [
        ("basis", None, 1000),
        ("margin", 1000, 1100),
        ("discount", 1100, 990),
    ]
    assert found.amount == 990


SPECIFIC = (
    rule("item", "key_account", price=D(10)),
    rule("item+customer", "key_account", price=D(20), customer="named"),
    rule("group", "key_account", price=D(15), item=""),
)
CAMPAIGN = rule("item+campaign", "key_account", price=D(5), campaign="spring")


@pytest.mark.parametrize(
    ("asked", "price"),
    [
        ({"customer": "named"}, 20),
        ({"customer": "other"}, 10),
        ({"customer": "named", "item": "B"}, 15),
    ],
)
def test_the_narrower_rule_goes_first(asked, price):
    assert ask(*SPECIFIC, **asked).amount == price


def test_a_priority_goes_before_what_is_narrower():
    wide = rule("wide", "key_account", price=D(7), item="", priority=1)
    assert ask(*SPECIFIC, wide, customer="named").amount == 7
    equally_narrow = attrs.evolve(CAMPAIGN, priority=8)
    assert ask(*SPECIFIC, wide, equally_narrow, customer="named", campaign="spring").amount == 5


def test_equal_rules_contradict_each_other_and_both_are_shown():
    with pytest.raises(BooksError) as caught:
        ask(*SPECIFIC, CAMPAIGN, customer="named", campaign="spring")
    said = caught.value.problem.message("zh")
    assert caught.value.code == "Q1103"
    assert "item+campaign (item=A-100, campaign=spring, priority=0)" in said
    assert "item+customer (customer=named, item=A-100, priority=0)" in said


def test_a_conflict_is_the_same_in_any_order_of_the_rules():
    said = set()
    for rules in ((*SPECIFIC, CAMPAIGN), (CAMPAIGN, *SPECIFIC[::-1])):
        with pytest.raises(BooksError) as caught:
            ask(*rules, customer="named", campaign="spring")
        said.add(str(caught.value))
    assert len(said) == 1


@pytest.mark.parametrize(("place", "net"), [("0.01", "3771"), ("10", "3770")])
def test_the_place_of_rounding_is_part_of_the_rule(place, net):
    tenth = rule("R", "key_account", discount=D("0.9"), rounding=Rounding(D(place)))
    assert ask(rule("LP", price=D(4190)), tenth).amount == D(net)


FOLDS = rule(
    "LP",
    price=D(1),
    by_amount=True,
    bands=(
        Band(start=D(5000), end=D(10000), discount=D("0.9")),
        Band(start=D(10000), end=D(20000), discount=D("0.8")),
        Band(start=D(20000), discount=D("0.7")),
    ),
)


@pytest.mark.parametrize(
    ("amount", "net"),
    [
        ("4999", "4999"),
        ("6000", "5400"),
        ("20001", "14000.70"),
        # Every edge: a start belongs to its band, an end to the next.
        ("4999.99", "4999.99"),
        ("5000", "4500"),
        ("9999.99", "8999.99"),
        ("10000", "8000"),
        ("19999.99", "15999.99"),
        ("20000", "14000"),
    ],
)
def test_bands_of_the_amount_of_the_line(amount, net):
    assert ask(FOLDS, quantity=amount).total == D(net)


def banded(start_in, end_in):
    """Two bands with the same edge, at 10."""
    return rule(
        "B",
        bands=(
            Band(start=D(0), end=D(10), end_in=end_in, price=D(9)),
            Band(start=D(10), start_in=start_in, price=D(8)),
        ),
    )


@pytest.mark.parametrize(
    ("rule", "below", "at", "above"),
    [(banded(True, False), 9, 8, 8), (banded(False, True), 9, 9, 8)],
)
def test_the_edge_of_two_bands_belongs_where_it_is_said_to(rule, below, at, above):
    found = [ask(rule, quantity=q).amount for q in ("9.9999999999", "10", "10.0000000001")]
    assert found == [below, at, above]


def test_an_edge_left_out_by_both_bands_has_no_price():
    with pytest.raises(UsageError, match="Q1104"):
        ask(banded(False, False), quantity=10)


def test_a_list_price_holds_outside_its_bands():
    listed = rule("LP", price=D(100), bands=(Band(start=D(10), end=D(20), discount=D("0.9")),))
    assert [ask(listed, quantity=q).amount for q in (9, 10, 19, 20)] == [100, 90, 90, 100]


def test_bands_that_overlap_are_refused():
    with pytest.raises(UsageError, match="Q1002"):
        rule("B", bands=(Band(end=D(10), end_in=True, price=D(1)), Band(start=D(10), price=D(2))))


# Promotions: three switches, an offer better and worse than the price.

OFFER = Promotion(
    id="P1", name="春促", valid_from=DAY, valid_to=DAY, item="A-100", discount=D("0.90")
)


@pytest.mark.parametrize(
    ("switch", "share", "price", "offer"),
    [
        (Switch.JOIN, "0.92", "78.66", "P1"),
        (Switch.BEST, "0.92", "85.50", "P1"),
        (Switch.BEST, "0.88", "83.60", None),
        (Switch.STOP, "0.92", "87.40", None),
        (None, "0.92", "87.40", None),
    ],
)
def test_a_price_joins_a_promotion_as_its_switch_says(switch, share, price, offer):
    agreed = rule("C", "contract", discount=D(share), promotion=switch)
    found = ask(LISTED, agreed, promotions=(OFFER,))
    assert found.amount == D(price)
    assert (found.promotion.id if found.promotion else None) == offer


def test_a_promotion_ends_with_its_last_day():
    prices = [ask(LISTED, promotions=(OFFER,), on=DAY + dt.timedelta(n)) for n in (-1, 0, 1)]
    assert [found.amount for found in prices] == [95, D("85.50"), 95]


@pytest.mark.parametrize(
    ("offer", "price", "taken"),
    [
        ({"off": D(5)}, 90, True),
        ({"off": D(99)}, 0, True),
        ({"price": D(80)}, 80, True),
        ({"price": D(95)}, 95, False),
        ({"price": D(99)}, 95, False),
    ],
)
def test_money_off_and_a_special_price(offer, price, taken):
    promotion = attrs.evolve(OFFER, discount=None, **offer)
    found = ask(LISTED, promotions=(promotion,))
    assert (found.amount, found.promotion is not None) == (price, taken)


def test_two_equal_promotions_contradict_each_other():
    with pytest.raises(BooksError, match=r"P1.*P2"):
        ask(LISTED, promotions=(OFFER, attrs.evolve(OFFER, id="P2")))


# Floors.


@pytest.mark.parametrize(
    ("action", "sold"), [("block", False), ("approve", False), ("warn", True)]
)
def test_a_floor_says_what_happens_below_it(action, sold):
    floor = rule("LIM", "limit", price=D(90), action=action)
    found = ask(LISTED, AGREED, floor, quantity=500)
    assert found.amount == D("87.40")
    assert (found.floor.price, found.floor.action) == (90, FloorAction(action))
    assert found.may_be_sold is sold
    assert found.because.count("低于销售限价 LIM 90.00") == 1


def test_a_price_at_the_floor_may_be_sold():
    found = ask(rule("LP", price=D(90)), rule("LIM", "limit", price=D(90)))
    assert found.floor.action is None
    assert found.may_be_sold


# Tax, units, currency, grades.


def test_a_net_price_under_a_price_with_tax():
    net = rule("N", "contract", discount=D(1), tax_included=False)
    found = ask(rule("LP", price=D(113)), net, policy=PricePolicy(tax_rate=D("0.13")))
    assert (found.amount, found.tax_included) == (100, False)
    with pytest.raises(UsageError, match="Q1106"):
        ask(rule("LP", price=D(113)), net)


def test_a_price_per_box_from_a_price_per_piece():
    units = (Unit("A-100", "件", D(1)), Unit("A-100", "箱", D(12)))
    box = rule("BOX", "contract", discount=D("0.5"), unit="箱")
    found = ask(rule("LP", price=D(10), unit="件"), box, quantity=36, units=units)
    assert (found.amount, found.unit, found.total) == (60, "箱", 180)


def test_an_unknown_unit_is_named():
    with pytest.raises(UsageError, match="Q1102"):
        ask(LISTED, unit="托", units=(Unit("A-100", "箱", D(5)),))


def test_rules_of_another_currency_do_not_answer():
    with pytest.raises(UsageError, match="Q1104"):
        ask(LISTED, currency="USD")


def test_the_grade_of_the_day_decides():
    gold = rule("G", "grade", grade="gold", price=D(70))
    grades = (Membership("0004", "gold", DAY),)
    found = [ask(LISTED, gold, grades=grades, on=DAY - dt.timedelta(n)).amount for n in (0, 1)]
    assert found == [70, 95]


def test_a_float_is_no_price_and_no_quantity():
    with pytest.raises(TypeError):
        rule("F", price=9.5)
    with pytest.raises(TypeError):
        quote(Prices(rules=(LISTED,)), customer="", item="A-100", quantity=1.0, on=DAY)


def test_a_discount_without_a_basis_is_named():
    with pytest.raises(BooksError, match="Q1105"):
        ask(AGREED, quantity=500)


def test_a_return_is_priced_as_it_was_sold():
    found = ask(LISTED, AGREED, quantity=-500)
    assert (found.amount, found.total) == (D("87.40"), D("-43700.00"))


# Versions.

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31))


@given(starts=st.lists(DAYS, min_size=1, max_size=6, unique=True), data=st.data())
def test_an_answer_stays_the_same_when_later_versions_are_added(starts, data):
    versions = [
        rule("V", price=D(n + 1), valid_from=start) for n, start in enumerate(sorted(starts))
    ]
    known = data.draw(st.integers(1, len(versions)))
    last = versions[known].valid_from if known < len(versions) else dt.date(2027, 1, 1)
    on = data.draw(st.dates(versions[0].valid_from, last - dt.timedelta(1)))
    before = ask(*versions[:known], on=on)
    assert ask(*versions, on=on) == before


def test_a_later_version_ends_the_one_before_even_when_it_ends_itself():
    first = rule("V", price=D(1), valid_from=dt.date(2025, 1, 1))
    short = rule("V", price=D(2), valid_from=dt.date(2025, 2, 1), valid_to=dt.date(2025, 2, 28))
    assert ask(first, short, on=dt.date(2025, 1, 31)).amount == 1
    assert ask(first, short, on=dt.date(2025, 2, 28)).amount == 2
    with pytest.raises(UsageError, match="Q1104"):
        ask(first, short, on=dt.date(2025, 3, 1))


def test_two_versions_cannot_start_on_one_day():
    with pytest.raises(BooksError, match="Q1101") as caught:
        ask(LISTED, attrs.evolve(LISTED, price=D(1)))
    # Neither says when it starts.
    assert caught.value.problem.message("en").endswith("no date")
    assert caught.value.problem.message("zh").endswith("未写日期")
