"""Tiers: levels, criteria in three values, overrides, the guard, history, simulation."""

import datetime as dt
import random
from decimal import Decimal

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts_in_words import DAY, facts
from kamcore.errors import BooksError, UsageError
from kamcore.model.confirmation import MONTH, cycle_of
from kamcore.model.contract import Contract, ContractVersion
from kamcore.model.price import Membership
from kamcore.model.tier import (
    Condition,
    Guard,
    Level,
    Override,
    StatedFact,
    TierPlan,
    TierPolicy,
    TierRecord,
    Weight,
)
from kamcore.tiering import (
    compare_policies,
    contract_facts,
    join_facts,
    plans,
    price_grades,
    reconciliation_cycles,
    simulate,
    stated_facts,
    tiers,
)

SHIPPED = TierPolicy.shipped()


def least(measure, value):
    return Condition(measure=measure, value=Decimal(value))


TWO = TierPolicy(
    name="两级",
    levels=(
        Level(code="big", zh="大", conditions=(least("sales", 100),)),
        Level(code="small", zh="小", conditions=(least("sales", 10),)),
    ),
    guard=Guard(margin=Decimal("0.1"), grace_months=3),
)


def rows(found):
    return {row["customer"]: row for row in found.frame.iter_rows(named=True)}


def test_the_five_levels_of_the_handbooks():
    known = facts(
        a={"sales": 20_000_000, "orders": 30, "influence": 5, "industry_leader": 1},
        b={"sales": 5_000_000, "orders": 8, "influence": 4, "industry_leader": 0},
        c={"sales": 5_000_000, "orders": 4, "influence": 1, "industry_leader": 0},
        d={"sales": 200_000, "orders": 3, "influence": 1, "industry_leader": 0},
        e={"sales": 500, "orders": 1, "influence": 1, "industry_leader": 0},
    )
    found = rows(tiers(known, SHIPPED, as_of=DAY))
    assert [found[who]["tier"] for who in "abcde"] == [
        "gold", "diamond", "platinum", "white_gold", "silver",
    ]  # fmt: skip


def test_one_criterion_that_is_met_is_enough_and_unknown_is_not_false():
    known = facts(
        met={"influence": 4, "innovation": 1},
        none={
            "sales": 1, "contract_months": 1, "potential": 1, "strategic_order": 0,
            "influence": 1, "innovation": 1, "market_strength": 1,
        },
        open={"sales": 2_000_000, "contract_months": None, "influence": 1},
        nothing={},
    )  # fmt: skip
    found = rows(tiers(known, SHIPPED, as_of=DAY))
    assert found["met"]["key_account"] is True
    assert found["none"]["key_account"] is False
    assert found["open"]["key_account"] is None
    assert found["open"]["met_S2"] is None
    assert found["nothing"]["key_account"] is None
    # Small sales and no potential settle the criterion, whatever the contract.
    assert found["none"]["met_S2"] is False


def test_evidence_names_value_bound_ground_and_person():
    said = StatedFact(
        customer="a",
        measure="influence",
        value=4,
        on=dt.date(2025, 1, 2),
        evidence="行业协会",
        person="李明",
    )
    known = join_facts([stated_facts([said], DAY), facts(a={"sales": 300_000}, b={"sales": 1})])
    (row, other) = tiers(known, SHIPPED, as_of=DAY).to_json("zh")
    fourth = next(one for one in row["criteria"] if one["id"] == "S4")
    assert fourth["met"] is True
    assert fourth["evidence"] == "影响力 4 (≥ 4) [行业协会, 李明, 2025-01-02]"
    assert fourth["value"] == {"influence": "4"}
    assert other["criteria"][2]["evidence"] == "影响力 ? (≥ 4)"
    assert "可能达到" in row["reason"]


def test_what_people_state_ends_and_the_last_counts():
    def said(value, on, until=None):
        return StatedFact(customer="a", measure="influence", value=value, on=on, until=until)

    many = [said(5, dt.date(2025, 3, 1)), said(2, dt.date(2025, 1, 1))]
    assert stated_facts(many, DAY)["influence"].to_list() == [5]
    assert stated_facts(many, dt.date(2025, 2, 1))["influence"].to_list() == [2]
    assert stated_facts([said(5, DAY, DAY)], DAY + dt.timedelta(1)).is_empty()


def test_an_override_holds_between_its_days_and_names_the_person():
    given_level = Override(
        customer="a",
        level="大",
        person="李明",
        since=dt.date(2025, 6, 1),
        until=dt.date(2025, 6, 30),
        reason="新项目",
    )
    policy = attrs.evolve(TWO, overrides=(given_level,))
    (row,) = tiers(facts(a={"sales": 11}), policy, as_of=DAY).to_json("zh")
    assert (row["tier"], row["computed"], row["since"]) == ("big", "small", "2025-06-01")
    assert "李明, 2025-06-30, 新项目" in row["reason"]
    after = tiers(facts(a={"sales": 11}), policy, as_of=DAY + dt.timedelta(1))
    assert rows(after)["a"]["tier"] == "small"
    strange = attrs.evolve(TWO, overrides=(attrs.evolve(given_level, level="特大"),))
    with pytest.raises(UsageError, match="R1101"):
        tiers(facts(a={"sales": 11}), strange, as_of=DAY)


def held(level, watched=None):
    since = dt.date(2024, 1, 1)
    return [TierRecord(customer="a", level=level, since=since, watched_since=watched)]


@pytest.mark.parametrize(
    ("sales", "watched", "change", "tier"),
    [
        (100, None, "kept", "big"),
        (90, None, "watched", "big"),
        (89, None, "watched", "big"),
        (89, dt.date(2025, 4, 1), "watched", "big"),
        (89, dt.date(2025, 3, 30), "demoted", "small"),
        (1, dt.date(2025, 1, 1), "demoted", None),
        (None, dt.date(2025, 1, 1), "watched", "big"),
    ],
)
def test_a_tier_is_lost_beyond_the_margin_and_after_the_grace(sales, watched, change, tier):
    found = tiers(facts(a={"sales": sales}), TWO, as_of=DAY, history=held("big", watched))
    row = rows(found)["a"]
    assert (row["change"], row["tier"]) == (change, tier)
    assert (row["since"] == dt.date(2024, 1, 1)) == (change != "demoted")


def test_promotion_is_at_once_and_causes_are_said():
    row = tiers(facts(a={"sales": 100}), TWO, as_of=DAY, history=held("small")).to_json("zh")[0]
    assert (row["change"], row["since"]) == ("promoted", "2025-06-30")
    assert row["reason"] == "升级: 近一年销售额 100 (≥ 100)"
    watched = tiers(facts(a={"sales": 95}), TWO, as_of=DAY, history=held("big")).to_json("zh")[0]
    assert watched["reason"] == "观察 (在保护幅度之内): 近一年销售额 95 (≥ 100)"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(-99, 99), min_size=1, max_size=8), st.sampled_from(["sales", "graded"])
)
def test_noise_below_the_margin_never_costs_a_tier(noise, by):
    """Sales within 10 % of the bound of a level: once reached, it stays, graded or not."""
    policy, bound = TWO, 100_000
    if by == "sales":
        bounds = (Level(code="big", zh="大", conditions=(least("sales", bound),)),)
        policy = attrs.evolve(TWO, levels=(*bounds, TWO.levels[1]))
    else:
        policy = attrs.evolve(SHIPPED, guard=TWO.guard)
        bound = 2_000_000
    days = [dt.date(2024, 1, 1) + dt.timedelta(120 * at) for at in range(len(noise) + 1)]
    values = [bound, *(bound + bound * one // 1000 for one in noise)]
    past = [(day, facts(a={"sales": v, "orders": 9, "influence": 1, "industry_leader": 0}))
            for day, v in zip(days, values, strict=True)]  # fmt: skip
    found = [rows(one)["a"]["tier"] for one in simulate(past, policy)]
    assert set(found) == {"big" if by == "sales" else "platinum"}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_a_tier_never_depends_on_the_order_of_rows(values, chance):
    named = [(f"c{at:02d}", value) for at, value in enumerate(values)]
    one = facts(**{who: {"sales": value} for who, value in named})
    chance.shuffle(named)
    other = facts(**{who: {"sales": value} for who, value in named})
    assert tiers(one, TWO, as_of=DAY).frame.equals(tiers(other, TWO, as_of=DAY).frame)


def test_a_score_with_unknown_measures_decides_only_what_is_certain():
    policy = TierPolicy(
        levels=(Level(code="top", zh="甲", score=Decimal(60)),),
        weights=(
            Weight(measure="sales", points=Decimal(70), high=Decimal(100)),
            Weight(measure="late_days", points=Decimal(30), low=Decimal(60), high=Decimal(0)),
        ),
    )
    found = rows(
        tiers(
            facts(
                sure={"sales": 100},
                open={"sales": 50},
                never={"sales": 10},
                whole={"sales": 50, "late_days": 0},
            ),
            policy,
            as_of=DAY,
        )
    )
    assert {who: row["tier"] for who, row in found.items()} == {
        "sure": "top", "open": None, "never": None, "whole": "top",
    }  # fmt: skip
    assert (found["open"]["may_be"], found["never"]["may_be"]) == ("top", None)
    assert (found["open"]["score"], found["whole"]["score"]) == (None, Decimal(65))


def test_a_rule_of_a_plug_in_gives_the_band():
    policy = TierPolicy(levels=(Level(code="top", zh="甲", band="x"),))
    bands = pl.DataFrame({"customer": ["a", "b"], "band": ["x", "y"]})
    found = rows(tiers(facts(a={}, b={}, c={}), policy, as_of=DAY, bands=bands))
    assert [found[who]["tier"] for who in "abc"] == ["top", None, None]
    assert found["c"]["may_be"] == "top"


def test_the_policy_table_gives_price_credit_cycle_and_service():
    table = plans(tiers(facts(a={"sales": 500, "orders": 1}), SHIPPED, as_of=DAY))
    (row,) = table.iter_rows(named=True)
    assert (row["tier"], row["price_grade"], row["credit_days"]) == ("silver", "C", 15)
    assert (row["reconcile_days"], row["service"]) == (30, "回访, 培训")


def test_a_changed_policy_is_simulated_on_the_past():
    days = [dt.date(2025, month, 28) for month in (1, 2, 3)]
    past = [
        (day, facts(a={"sales": value}, b={"sales": 500}))
        for day, value in zip(days, (120, 120, 120), strict=True)
    ]
    stricter = attrs.evolve(
        TWO, levels=(Level(code="big", zh="大", conditions=(least("sales", 200),)), TWO.levels[1])
    )
    random.Random(1).shuffle(past)
    found = compare_policies(past, TWO, stricter)
    assert found.differing.rows() == [("a", "big", "small")]
    assert dict(found.matrix.select("ours", "customers").iter_rows()) == {"big": 1}
    assert found.matrix["customers"].sum() == 2
    assert found.moves.filter(change="new").rows() == [(days[0], "new", 2, 2)]


def test_wrong_facts_are_refused():
    with pytest.raises(BooksError, match="R1002"):
        tiers(pl.DataFrame({"customer": ["a"], "sales": [1.5]}), TWO, as_of=DAY)
    with pytest.raises(BooksError, match="R1003"):
        tiers(pl.DataFrame({"customer": ["a", "a"], "sales": [1, 2]}), TWO, as_of=DAY)
    with pytest.raises(BooksError, match="R1001"):
        tiers(pl.DataFrame({"sales": [1]}), TWO, as_of=DAY)
    with pytest.raises(UsageError, match="R1102"):
        tiers(facts(a={}), TierPolicy(), as_of=DAY)


def test_tiers_bring_price_grades_and_cycles():
    found = tiers(facts(a={"sales": 500, "orders": 1}, b={}), SHIPPED, as_of=DAY)
    assert price_grades(found) == (Membership("a", "C", DAY),)
    cycles = reconciliation_cycles(SHIPPED)
    assert cycle_of(cycles, "gold", Decimal(0)) == 7
    slow = attrs.evolve(SHIPPED, plans=(TierPlan(level="gold", reconcile_days=365),))
    assert cycle_of(reconciliation_cycles(slow), "gold", Decimal(0)) == MONTH


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [("2025-01-01", "2025-12-31", 12), ("2025-01-01", "2025-12-30", 11), ("2024-03-15", None, 15)],
)
def test_contracts_count_whole_months(start, end, months):
    day = dt.date.fromisoformat
    terms = ContractVersion(
        number="1",
        party="a",
        valid_from=day(start),
        start=day(start),
        end=day(end) if end else None,
        amount=Decimal(100),
    )
    found = contract_facts([Contract(number="1", party="a", versions=(terms,))], DAY)
    assert found.rows() == [("a", months, 100)]
