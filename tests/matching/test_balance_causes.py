"""RC01: the ways to explain a difference between two balances."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from kamcore.matching.two_sided.balance_causes import explain_difference, first_differing_month

CASES = Path(__file__).parents[2] / ".." / "shared" / "cases.json"


def side(*amounts, start="2025-01-10", days=20):
    first = dt.date.fromisoformat(start)
    rows = [
        (at, first + dt.timedelta(days=days * at), Decimal(amount), f"记-{at + 1}", "")
        for at, amount in enumerate(amounts)
    ]
    frame = pl.DataFrame(
        rows,
        schema={
            "id": pl.UInt32,
            "date": pl.Date,
            "amount": pl.Decimal(18, 4),
            "voucher": pl.String,
            "text": pl.String,
        },
        orient="row",
    )
    return frame.with_columns(units=(pl.col("amount") * 10_000).cast(pl.Int64))


def explained(ours, theirs, openings=(Decimal(0), Decimal(0))):
    ours, theirs = side(*ours), side(*theirs)
    gap = ours["amount"].sum() - theirs["amount"].sum() + openings[0] - openings[1]
    return explain_difference(Decimal(gap), ours, theirs, openings)


def test_there_is_nothing_to_explain_where_both_agree():
    assert explained(["100", "-30"], ["100", "-30"]) == ()


def test_an_item_equal_to_the_difference_comes_first():
    found = explained(["100", "77.50", "-30"], ["100", "-30"])
    assert found[0].cause == "item"
    assert found[0].lines == (("ours", 1),)
    assert "77.50" in found[0].text[0]


def test_half_of_the_difference_is_a_line_on_the_wrong_side():
    found = explained(["100", "77.50"], ["100", "-77.50"])
    assert found[0].cause == "half"
    assert ("theirs", 1) in found[0].lines


def test_a_difference_that_divides_by_nine_names_the_line_with_its_digits_exchanged():
    found = explained(["100", "5410"], ["100", "4510"])
    assert found[0].cause == "ninth"
    assert set(found[0].lines) == {("ours", 1), ("theirs", 1)}


def test_a_difference_that_divides_by_nine_without_such_a_line_is_only_a_hint():
    found = explained(["109"], ["100"])
    assert found[-1].cause == "ninth"
    assert found[-1].lines == ()


def test_the_two_lines_a_slip_lies_between_come_before_other_lines_with_such_digits():
    ours, theirs = side("-50646.78", "12.10", "1200"), side("-50647.68", "1200")
    found = explain_difference(Decimal("0.90"), ours, theirs)
    assert (found[0].cause, found[0].score) == ("ninth", 85)
    assert found[0].lines == (("ours", 0), ("theirs", 0))


def test_several_lines_together_make_the_difference():
    found = explained(["100", "412.37", "93.55"], ["100", "8.01"])
    cause = next(one for one in found if one.cause == "subset")
    assert set(cause.lines) == {("ours", 1), ("ours", 2), ("theirs", 1)}


def test_the_openings_that_differ_by_all_of_it_come_before_all():
    found = explained(["100"], ["100"], (Decimal(50), Decimal(20)))
    assert found[0].cause == "opening"
    assert found[0].score == 100


def test_the_first_month_whose_balances_part():
    ours, theirs = side("100", "50", "20", days=31), side("100", "40", "20", days=31)
    assert first_differing_month(ours, theirs) == (dt.date(2025, 2, 1), Decimal(10))
    assert first_differing_month(ours, ours) is None


def test_every_way_the_case_lists_is_tried():
    if not CASES.exists():
        pytest.skip("the shared cases are not here")
    case = next(one for one in json.loads(CASES.read_text("utf-8")) if one["id"] == "RC01")
    assert len(case["expect"]["try"]) == 5
    tried = set()
    for ours, theirs in (
        (["100", "77.50"], ["100"]),
        (["77.50"], ["-77.50"]),
        (["5410"], ["4510"]),
        (["100", "412.37", "93.55"], ["100"]),
    ):
        tried |= {one.cause for one in explained(ours, theirs)}
    assert {"item", "half", "ninth", "subset", "first_month"} <= tried
