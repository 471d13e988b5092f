"""The assessment of tiers: points, what the next level wants, what a tier brings."""

import datetime as dt
from decimal import Decimal

import pytest

from facts_in_words import DAY, facts
from kamcore.model.tier import (
    Condition,
    Level,
    StatedFact,
    TierPlan,
    TierPolicy,
    TierRecord,
    Weight,
)
from kamcore.reports.tier_scorecard import scorecard_sheets, service_plans
from kamcore.tiering import assess, assessments, join_facts, stated_facts, tiers


def least(measure, value):
    return Condition(measure=measure, value=Decimal(value))


POLICY = TierPolicy(
    name="加权",
    levels=(
        Level(code="a", zh="甲", conditions=(least("orders", 3),), score=Decimal(60)),
        Level(code="b", zh="乙", score=Decimal(30)),
        Level(code="c", zh="丙", conditions=(least("sales", 1),)),
    ),
    weights=(
        Weight(measure="sales", points=Decimal(60), high=Decimal(100)),
        Weight(measure="influence", points=Decimal(40), high=Decimal(4)),
    ),
    plans=(TierPlan(level="b", service="专员", credit_days=30),),
)


def found(**more):
    return tiers(
        facts(
            best={"sales": 100, "influence": 4, "orders": 3},
            middle={"sales": 60, "influence": 0, "orders": 9},
            open={"sales": 40, "orders": 1},
            nobody={"sales": 0, "influence": 0, "orders": 0},
        ),
        POLICY,
        as_of=DAY,
        **more,
    )


def test_every_customer_is_told_what_the_next_level_wants():
    rows = {row["customer"]: row for row in assessments(found(), "zh").iter_rows(named=True)}
    assert (rows["best"]["next"], rows["best"]["missing"]) == (None, None)
    assert (rows["middle"]["next"], rows["middle"]["missing"]) == ("a", "得分 36 (≥ 60)")
    # 24 of its points are sure, 64 possible: level c, and what b wants is not known.
    assert (rows["open"]["tier"], rows["open"]["missing"]) == ("c", "得分 ? (≥ 30)")
    assert (rows["nobody"]["next"], rows["nobody"]["missing"]) == ("c", "近一年销售额 0 (≥ 1)")


def test_points_add_up_to_the_score_and_the_unknown_stays_unknown():
    card = assess(found(), "middle", lang="zh")
    assert [(one.points, one.most) for one in card.points] == [(36, 60), (0, 40)]
    assert sum(one.points for one in card.points) == card.score
    assert card.plan.service == "专员"
    assert [(one.met, one.value) for one in card.wanted] == [(True, 9)]
    open_card = assess(found(), "open")
    assert [one.points for one in open_card.points] == [24, None]
    assert (open_card.score, open_card.score_most) == (None, 64)
    assert open_card.to_json()["next"]["score"] == "30"
    assert assess(found(), "stranger") is None


def test_a_card_shows_the_ground_of_a_figure_and_earlier_tiers():
    said = StatedFact(
        customer="middle", measure="orders", value=Decimal(2), on=DAY, evidence="走访"
    )
    known = join_facts([stated_facts([said], DAY), found().facts.drop("orders")])
    records = [
        TierRecord(customer="middle", level="c", since=dt.date(2020, 1, 1), reason="new"),
        TierRecord(customer="best", level="c", since=dt.date(2020, 1, 1)),
    ]
    judged = tiers(known, POLICY, as_of=DAY, history=records)
    card = assess(judged, "middle", history=records)
    assert [(one.met, one.evidence) for one in card.wanted] == [(False, f"走访, {DAY}")]
    assert [one.level for one in card.tiers] == ["c"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sheets_hold_every_customer_every_plan_and_the_cards(lang):
    judged = found()
    card = assess(judged, "middle", lang=lang)
    sheets = scorecard_sheets(judged, [card], names={"best": "甲公司"}, lang=lang)
    overview, points, plans, form = sheets
    frame = overview.listings[0].frame
    assert frame["customer"].to_list() == ["best", "middle", "open", "nobody"]
    assert points.listings[0].frame["score"].to_list() == [100, 36, 0, None]
    assert [row[:2] for row in plans.listings[0].frame.iter_rows()] == [
        row[:2] for row in service_plans(judged, lang).iter_rows()
    ]
    assert sum(service_plans(judged, lang)["customers"]) == 4
    assert form.name == "middle"


def test_a_policy_without_weights_has_no_points():
    judged = tiers(facts(one={"sales": 5}), TierPolicy.shipped(), as_of=DAY)
    card = assess(judged, "one", lang="zh")
    assert (card.points, card.score) == ((), None)
    assert card.next_level is not None
    assert len(scorecard_sheets(judged, [card], names={})) == 3
