"""ABC, 80/20, RFM, repeat, rhythm, growth, cohorts, composition, classes."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts_in_words import DAY, facts, purchases
from kamcore.errors import UsageError
from kamcore.model.tier import AbcReading
from kamcore.tiering import (
    abc,
    classes,
    cohorts,
    composition,
    growing,
    pareto,
    repeat_and_retention,
    rfm,
    rhythm,
    sales_facts,
)

CASES = Path(__file__).parents[3] / "shared" / "cases.json"
LIFETIMES = json.loads((Path(__file__).parent / "data" / "rfm.json").read_text("utf-8"))


def amounts(*values):
    return facts(**{f"c{at}": {"sales": value} for at, value in enumerate(values)})


def classed(reading, *values, **more):
    found = abc(amounts(*values), reading=reading, **more).sort("customer")
    return "".join(one or "-" for one in found["class"])


def sums(*values):
    found = abc(amounts(*values))
    return dict(found.group_by("class").agg(pl.col("amount").sum()).iter_rows())


def test_abc_at_70_20_10():
    assert sums(27000, 24000, 18000, 16000, 6000, 5000, 4000) == {
        "A": 69000, "B": 16000, "C": 15000,
    }  # fmt: skip


@pytest.mark.shared
def test_the_shared_tiering_cases():
    if not CASES.exists():
        pytest.skip("the shared folder is not here")
    cases = [one for one in json.loads(CASES.read_text("utf-8")) if one["area"] == "tiering"]
    assert cases
    for one in cases:
        found = sums(*one["given"]["values"])
        assert found == {name: Decimal(value) for name, value in one["expect"].items()}, one["id"]


@pytest.mark.parametrize(
    ("reading", "values", "expected"),
    [
        ("cumulative", (5,), "A"),
        ("cumulative", (90, 10), "AC"),
        ("cumulative", (0, 0), "--"),
        ("cumulative", (-3, 5, 5), "CAA"),
        ("cumulative", (50, 20, 10, 10, 10), "AACCC"),
        ("cumulative", (1, 1, 1, 1), "AAAA"),
        ("cumulative", (70, 20, 10, 0), "ABCC"),
        ("customer", (51, 21, 11, 10, 7), "ABC--"),
        ("customer", (50, 20, 10, 10, 10), "BC---"),
        ("customer", (5,), "A"),
        ("class", (30, 25, 21, 11, 8, 5), "AABC--"),
        ("class", (5,), "A"),
        ("class", (-5, 0), "--"),
        ("class", (25, 25, 25, 25), "AAAA"),
    ],
)
def test_abc_in_its_readings(reading, values, expected):
    assert classed(AbcReading(reading), *values) == expected


def test_bounds_that_do_not_suit_are_refused():
    with pytest.raises(UsageError, match="R1201"):
        abc(amounts(1), bounds=[Decimal("0.9"), Decimal("0.7")])
    with pytest.raises(UsageError, match="R1201"):
        abc(amounts(1), reading=AbcReading.CLASS, bounds=[Decimal("0.5")])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-50, 200), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_classes_and_pareto_do_not_depend_on_order(values, chance):
    frame = amounts(*values)
    mixed = frame.sample(fraction=1, shuffle=True, seed=chance.randrange(99))
    for reading in AbcReading:
        assert abc(frame, reading=reading).equals(abc(mixed, reading=reading))
    found = pareto(frame)
    assert found == pareto(mixed)
    whole = sum(value for value in values if value > 0)
    fewest = len(found.smallest_set_80)
    rising = sorted((value for value in values if value > 0), reverse=True)
    if whole:
        assert sum(rising[:fewest]) >= whole * Decimal("0.8") > sum(rising[: fewest - 1])


def test_the_80_20_report():
    found = pareto(amounts(80, 5, 5, 5, 5))
    assert (found.top20, found.top20_share, found.smallest_set_80) == (1, Decimal("0.8"), ("c0",))
    assert found.concentration == Decimal("0.65")
    assert pareto(amounts(0, -1)).to_json()["top20_share"] is None


def test_rfm_is_that_of_lifetimes():
    """Figures of ``summary_data_from_transaction_data`` of lifetimes 0.11.3, generated once."""
    rows = purchases(*LIFETIMES["purchases"])
    observed = dt.date.fromisoformat(LIFETIMES["observed"])
    found = rfm(rows, as_of=observed)
    assert found.height == len(LIFETIMES["summary"])
    for row in found.iter_rows(named=True):
        frequency, recency, age, money = LIFETIMES["summary"][row["customer"]]
        assert (row["frequency"], row["recency"], row["T"]) == (frequency, recency, age)
        assert abs(row["monetary"] - Decimal(money)) <= Decimal("0.0001")


def test_fifths_share_what_is_alike():
    rows = purchases(*((f"c{at}", "2025-01-01", 10 * at + 10) for at in range(5)))
    found = rfm(rows, as_of=DAY)
    assert found["m"].to_list() == [1, 2, 3, 4, 5]
    assert set(found["r"]) == {5}


def test_repeat_retention_and_new_customers():
    rows = purchases(
        ("a", "2023-08-01", 1), ("a", "2025-01-01", 1), ("a", "2025-02-01", 1),
        ("b", "2024-01-01", 1), ("c", "2025-03-01", 1), ("c", "2025-03-01", 1),
        ("d", "2025-07-01", 1), ("e", "2025-01-01", -5),
    )  # fmt: skip
    found = repeat_and_retention(rows, as_of=DAY)
    assert (found.buyers, found.repeat_buyers, found.new) == (2, 1, 1)
    assert (found.buyers_before, found.retained) == (2, 1)
    assert (found.repeat_rate, found.retention) == (Decimal("0.5"), Decimal("0.5"))
    assert repeat_and_retention(rows.head(0), as_of=DAY).repeat_rate is None


@pytest.mark.parametrize(
    ("since", "state"), [(10, "regular"), (15, "late"), (20, "at_risk"), (40, "lost")]
)
def test_the_gap_is_held_against_the_customers_own_rhythm(since, state):
    days = [DAY - dt.timedelta(since + 10 * at) for at in range(5)]
    rows = purchases(*(("a", day.isoformat(), 1) for day in days), ("b", "2025-01-01", 1))
    found = rhythm(rows, as_of=DAY)
    assert found["state"].to_list() == [state, "unknown"]
    assert found["gap"].to_list()[0] == 10


def test_growth_against_the_span_before():
    rows = purchases(
        ("a", "2024-01-01", 100), ("a", "2025-01-01", 131), ("b", "2024-01-01", 100),
        ("b", "2025-01-01", 129), ("c", "2025-06-01", 9),
    )  # fmt: skip
    found = growing(rows, as_of=DAY)
    assert found.select("customer", "growth").rows() == [("a", Decimal("0.31")), ("c", None)]
    known = sales_facts(rows, DAY)
    assert known.filter(customer="a")["length_months"].item() == 17
    assert known["share"].sum() == pytest.approx(1)


def test_cohorts_are_followed_span_by_span():
    rows = purchases(
        ("a", "2025-01-15", 10), ("b", "2025-03-31", 20), ("a", "2025-04-01", 5),
        ("c", "2025-05-01", 7),
    )  # fmt: skip
    found = cohorts(rows, as_of=DAY).select("cohort", "age", "customers", "active", "amount")
    assert found.rows() == [
        (dt.date(2025, 1, 1), 0, 2, 2, 30), (dt.date(2025, 1, 1), 1, 2, 1, 5),
        (dt.date(2025, 4, 1), 0, 1, 1, 7),
    ]  # fmt: skip


def test_a_composition_leaves_nothing_out():
    rows = purchases(("a", "2025-01-01", 10), ("b", "2025-01-01", 20), ("c", "2025-01-01", -5))
    parts = pl.DataFrame({"customer": ["a", "b", "b"], "region": ["东", "", "西"]})
    found = composition(rows, "region", parts=parts)
    assert found.select("region", "amount", "customers").rows() == [(None, 15, 2), ("东", 10, 1)]
    assert found["share"].sum() == 1


def test_classes_by_time_stage_position_and_importance():
    rows = purchases(
        ("a", "2022-01-01", 10), ("a", "2025-05-01", 900), ("b", "2025-01-01", 50),
        ("c", "2023-01-01", 3),
    )  # fmt: skip
    of_sales = abc(facts(a={"sales": 910}, b={"sales": 50}, c={"sales": 3}, d={"sales": 0}))
    found = classes(rows, of_sales, as_of=DAY)
    assert found.rows() == [
        ("a", "important", "main", "old", "current"),
        ("b", "ordinary", "scattered", "new", "current"),
        ("c", "ordinary", "scattered", "old", "past"),
        ("d", "ordinary", "scattered", "future", "upcoming"),
    ]
