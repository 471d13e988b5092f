"""Conditions of a rebate over months, items and what people state of customers."""

import datetime as dt
from decimal import Decimal

import pytest

from kamcore.errors import UsageError
from kamcore.model.rebate import Condition, RebateClause, Sale
from kamcore.model.tier import StatedFact
from kamcore.pricing import rebate

YEAR = {"since": dt.date(2025, 1, 1), "until": dt.date(2025, 12, 31)}


def D(text):  # noqa: N802  figures read like figures
    return Decimal(str(text))


def sale(day, amount=0, quantity=0, **more):
    date = dt.date.fromisoformat(f"2025-{day}")
    return Sale(date=date, customer="0004", amount=D(amount), quantity=D(quantity), **more)


def held(condition, sales=(), stated=(), **asked):
    whole = RebateClause(
        id="R1",
        customer="0004",
        valid_from=YEAR["since"],
        method="whole",
        rate=D("0.1"),
        conditions=(condition,),
    )
    (found,) = [
        one
        for one in rebate(whole, sales, **{**YEAR, **asked}, stated=stated).conditions
        if one.condition is condition
    ]
    return found


MIXED = [
    sale("01-10", 300, 1, item="P1", group="泵"),
    sale("02-10", 100, 9, item="V1", group="阀"),
    sale("03-10", 50, 1, item="V2", group="阀"),
    sale("03-20", -50, -1, item="V2", group="阀"),
]


@pytest.mark.parametrize(
    ("share", "named", "met"),
    [
        ("0.75", {"groups": ("泵",)}, True),
        ("0.7501", {"groups": ("泵",)}, False),
        ("1", {"groups": ("阀",), "items": ("P1",)}, True),
        ("0.01", {"items": ("X",)}, False),
    ],
)
def test_a_mix_is_a_share_of_the_volume(share, named, met):
    found = held(Condition(kind="mix", at_least=D(share), **named), MIXED)
    assert found.met is met
    assert found.facts["volume"] == "400.00"
    assert not held(Condition(kind="mix", at_least=D(0), **named)).met


def test_variety_counts_items_that_were_not_taken_back():
    assert held(Condition(kind="variety", at_least=D(2)), MIXED).met
    found = held(Condition(kind="variety", at_least=D(3)), MIXED)
    assert (found.met, found.facts["items"]) == (False, ["P1", "V1"])


def test_every_month_that_is_over_must_reach_its_volume():
    condition = Condition(kind="regular", at_least=D(100))
    until = dt.date(2025, 4, 15)
    found = held(condition, MIXED, until=until)
    assert (found.met, found.facts["months"]) == (False, 3)
    assert found.facts["below"] == {"2025-03": "0.00"}
    assert held(condition, MIXED, until=dt.date(2025, 3, 30)).met
    assert held(condition, MIXED).facts["months"] == 12


def fact(measure, value, day, **more):
    more = {"customer": "0004", "evidence": "巡店", "person": "李明", **more}
    return StatedFact(measure=measure, value=D(value), on=dt.date.fromisoformat(day), **more)


@pytest.mark.parametrize(
    ("facts", "met"),
    [
        ([], True),
        ([fact("price_breach", 1, "2025-05-01")], False),
        ([fact("price_breach", 0, "2025-05-01")], True),
        ([fact("price_breach", 1, "2024-12-31")], True),
        ([fact("price_breach", 1, "2025-05-01", customer="0005")], True),
    ],
)
def test_a_breach_that_somebody_states_in_the_period_forfeits(facts, met):
    found = held(Condition(kind="no_breach"), MIXED, facts)
    assert found.met is met
    assert [one["person"] for one in found.facts["breaches"]] == ([] if met else ["李明"])
    assert found.zh == "期间无价格违约"


@pytest.mark.parametrize(
    ("facts", "met"),
    [
        ([], False),
        ([fact("display", 80, "2025-06-01")], True),
        ([fact("display", 80, "2025-06-01"), fact("display", 79, "2025-09-01")], False),
        ([fact("display", 80, "2025-06-01", until=dt.date(2025, 11, 30))], False),
        ([fact("display", 80, "2026-01-01")], False),
    ],
)
def test_what_must_be_stated_is_not_met_until_it_is(facts, met):
    found = held(Condition(kind="stated", measure="display", at_least=D(80)), MIXED, facts)
    assert found.met is met
    if not facts:
        assert found.facts["value"] is None


@pytest.mark.parametrize("kind", ["mix", "stated"])
def test_a_condition_says_what_it_is_about(kind):
    with pytest.raises(UsageError, match="Q1205"):
        Condition(kind=kind)
