"""Which receipts settle which items: each rule, and what none of them may do."""

import datetime as dt
import json
import random
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from kamcore.errors import BooksError
from kamcore.matching.one_sided.matching import match
from kamcore.matching.policy import Answer, MatchPolicy
from kamcore.model.company_name import Alias, Aliases
from matching.histories import drawn, listed
from matching.lists import days, rows, said

CASES = Path(__file__).parents[3] / "shared" / "cases.json"


def vector(name):
    if not CASES.exists():
        pytest.skip("the folder of shared cases is not here")
    return next(one for one in json.loads(CASES.read_text("utf-8")) if one["id"] == name)


@pytest.mark.shared
def test_tolerance_vector():
    case = vector("MT01")
    invoice = rows(("I", case["given"]["invoice"]))
    for payment in case["given"]["payments"]:
        for share in case["given"]["tolerance_pct"]:
            policy = MatchPolicy(tolerance_share=Decimal(str(share)) / 100)
            found = match(invoice, rows(("R", payment)), policy)
            if payment > 1000:
                assert [part.amount for part in found.automatic[0].receipts] == [1000]
                assert found.automatic[0].difference == 0
            elif share < 1:
                assert found.automatic == ()
            else:
                assert found.automatic[0].difference == 10


@pytest.mark.shared
def test_subset_vector():
    case = vector("MT02")
    invoices = case["given"]["invoices"]
    found = match(
        rows(*((str(amount), amount) for amount in invoices)),
        rows(("R", case["given"]["payment"])),
    )
    (one,) = found.automatic
    assert {int(part.id) for part in one.items} == set(case["expect"]["subset"])
    assert one.answer is Answer.UNIQUE


@pytest.mark.shared
def test_many_to_many_vector():
    case = vector("MT03")
    left, right = case["given"]["left"], case["given"]["right"]
    found = match(
        rows(*((f"L{at}", amount) for at, amount in enumerate(left))),
        rows(*((f"R{at}", amount) for at, amount in enumerate(right))),
    )
    settled = [part.amount for one in found.automatic for part in one.items]
    received = [part.amount for one in found.automatic for part in one.receipts]
    assert sum(settled) == case["expect"]["total_left"]
    assert sum(received) == case["expect"]["total_right"]
    groups = {
        frozenset(left[int(part.id[1:])] for part in one.items): {
            right[int(part.id[1:])] for part in one.receipts
        }
        for one in found.automatic
    }
    assert groups[frozenset({1980})] == {1950, 30}
    assert groups[frozenset({1050})] == {1050}


def test_a_credit_note_beyond_the_unpaid_part_is_not_taken_off_by_itself():
    # MT07: invoice 100, paid 40, credit note 100: both stay as they are.
    items = rows(("I", 60, {"date": days(0)}), ("C", -100, {"date": days(9)}))
    found = match(items, rows())
    assert found.automatic == ()
    assert found.unmatched_items["amount"].to_list() == [-100, 60]


def test_red_and_blue_that_name_one_number_cancel_first():
    items = rows(
        ("I", 500, {"reference": "10002000"}),
        ("J", 500, {"reference": "10002001"}),
        ("C", -500, {"date": days(3), "text": "冲销 发票号10002000"}),
    )
    found = match(items, rows(("R", 500, {"date": days(20), "text": "No.10002001"})))
    assert said(found.automatic) == [
        ("red_reference", set(), {"I", "C"}),
        ("reference", {"R"}, {"J"}),
    ] or said(found.automatic) == [
        ("reference", {"R"}, {"J"}),
        ("red_reference", set(), {"I", "C"}),
    ]


def test_a_red_that_could_cancel_two_blues_cancels_none():
    items = rows(("I", 500), ("J", 500), ("C", -500, {"date": days(3)}))
    assert match(items, rows()).automatic == ()


def test_a_refund_and_its_receipt_cancel_on_their_own_side():
    found = match(rows(), rows(("R", 300), ("B", -300, {"date": days(2), "text": "退款"})))
    assert said(found.automatic) == [("red_pair", {"R", "B"}, set())]


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("货款 发票号10000001、10000002", {"A", "B"}),
        ("发票号１００００００１－０２", {"A", "B"}),
        ("No.10000001 10000002 10000003", {"A", "B"}),
        ("合同HT-2025-007", {"A", "B"}),
    ],
)
def test_what_is_named_and_adds_up_is_settled(text, settled):
    more = {"text": "合同HT-2025-007"}
    items = rows(
        ("A", "1000.10", {"reference": "10000001", **more}),
        ("B", "250.05", {"reference": "10000002", **more}),
        ("D", "77.77", {"reference": "10000003"}),
    )
    found = match(items, rows(("R", "1250.15", {"text": text, "date": days(30)})))
    assert [(one.rule, {part.id for part in one.items}) for one in found.automatic] == [
        ("reference", settled)
    ]


def test_the_id_of_an_item_is_a_number_to_name_it_by():
    items = rows(("INV-001", 1000), ("INV-002", 1000), ("7/1/1", 1000))
    found = match(items, rows(("R", 1000, {"text": "pays INV-002"})))
    assert said(found.automatic) == [("reference", {"R"}, {"INV-002"})]
    found = match(items, rows(("R", 1000, {"reference": "INV-001", "text": "7/1/1"})))
    assert said(found.automatic) == [("reference", {"R"}, {"INV-001"})]


def test_a_number_of_another_party_decides_nothing():
    items = rows(("A", 1000, {"reference": "10000001", "party": "乙有限公司"}))
    found = match(items, rows(("R", 1000, {"text": "发票号10000001"})))
    assert found.automatic == ()
    assert [one.rule for one in found.proposed] == ["reference_elsewhere"]


def test_a_long_number_identifies_where_the_payer_is_not_known():
    items = rows(("A", 1000, {"reference": "10000001"}), ("B", 1000, {"reference": "17"}))
    known = match(items, rows(("R", 1000, {"party": None, "text": "发票号10000001"})))
    assert said(known.automatic) == [("reference", {"R"}, {"A"})]
    short = match(items, rows(("R", 1000, {"party": None, "text": "发票号17"})))
    assert short.automatic == ()


def test_nobody_names_an_invoice_before_it_is_made_out():
    items = rows(("A", 1000, {"reference": "10000001", "date": days(90)}), ("B", 1000))
    found = match(items, rows(("R", 1000, {"text": "发票号10000001", "date": days(0)})))
    assert {"A"} not in [{part.id for part in one.items} for one in found.automatic]


def test_credit_notes_and_deductions_complete_what_is_named():
    items = rows(
        ("A", 1000, {"reference": "10000001"}),
        ("C", -80, {"text": "销售退回 原发票号10000001", "reference": "10000009"}),
    )
    receipt = rows(("R", "909.50", {"text": "发票号10000001 扣返利10.50", "date": days(9)}))
    (one,) = match(items, receipt).automatic
    assert ({part.id for part in one.items}, one.difference) == ({"A", "C"}, Decimal("10.5"))
    assert one.difference_reason == "rebate"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("货款 扣返利12.30", "rebate"),
        ("货款 扣质量款12.30", "quality"),
        ("货款 手续费12.30", "fee"),
        ("货款 抹零12.30", "rounding"),
        ("货款 现金折扣12.30", "discount"),
    ],
)
def test_a_short_payment_that_says_why_and_how_much_is_certain(text, reason):
    found = match(rows(("A", 1000)), rows(("R", "987.70", {"text": text})))
    (one,) = found.automatic
    assert (one.difference, one.difference_reason) == (Decimal("12.3"), reason)


def test_a_short_payment_that_only_says_why_is_proposed():
    found = match(rows(("A", 1000)), rows(("R", "987.70", {"text": "已扣返利"})))
    assert found.automatic == ()
    assert [(one.rule, one.difference_reason) for one in found.proposed] == [
        ("near_amount", "rebate")
    ]


def test_a_part_payment_is_proposed_until_the_rest_comes():
    items = rows(("A", 1000, {"reference": "10000001"}))
    first = ("R", 300, {"text": "发票号10000001 首笔", "date": days(5)})
    rest = ("S", 700, {"text": "余款", "date": days(30)})
    alone = match(items, rows(first))
    assert [(one.rule, one.items[0].amount) for one in alone.proposed] == [("reference_part", 300)]
    both = match(items, rows(first, rest))
    assert said(both.automatic) == [("reference_completed", {"R", "S"}, {"A"})]


def test_equal_amounts_are_never_automatic():
    items = rows(("A", 500, {"date": days(0)}), ("B", 500, {"date": days(31)}))
    found = match(items, rows(("R", 500, {"date": days(40)})))
    assert found.automatic == ()
    assert [one.answer for one in found.proposed] == [Answer.SEVERAL]


def test_an_advance_is_not_matched_by_its_amount():
    found = match(rows(("A", 500)), rows(("R", 500, {"text": "预付货款"})))
    assert (found.automatic, found.proposed) == ((), ())


@pytest.mark.parametrize("text", ["预收冲应收", "收货款，多收部分转预收", "预付款转货款"])
def test_what_an_advance_settles_is_no_advance(text):
    found = match(rows(("A", "512.13")), rows(("R", "512.13", {"text": text})))
    assert said(found.automatic) == [("amount", {"R"}, {"A"})]


def test_a_receipt_that_names_another_invoice_is_not_matched_by_its_amount():
    items = rows(("A", "512.13", {"reference": "10000001"}))
    other = match(items, rows(("R", "512.13", {"text": "发票号99887766"})))
    assert other.automatic == ()
    typed = match(items, rows(("R", "512.13", {"text": "发票号10000010"})))
    assert said(typed.automatic) == [("amount", {"R"}, {"A"})]


def test_dates_must_fit_the_window():
    items = rows(("A", "512.13"))
    policy = MatchPolicy(after=30)
    assert match(items, rows(("R", "512.13", {"date": days(31)})), policy).automatic == ()
    assert len(match(items, rows(("R", "512.13", {"date": days(30)})), policy).automatic) == 1


def test_never_on_a_name_alone():
    items = rows(("A", 700), ("B", 900))
    found = match(items, rows(("R", 123)))
    assert (found.automatic, found.proposed) == ((), ())


@pytest.mark.parametrize("payer", ["甲（苏州）有限责任公司", "甲(苏州) 有限公司"])
def test_one_name_in_two_spellings_is_one_party(payer):
    items = rows(("A", "512.13"), party="甲(苏州)有限公司")
    assert len(match(items, rows(("R", "512.13"), party=payer)).automatic) == 1
    branch = rows(("R", "512.13"), party="甲(苏州)有限公司常熟分公司")
    assert match(items, branch).automatic == ()


def test_an_alias_leads_to_its_party():
    aliases = Aliases.of([Alias(name="老甲厂", party="甲有限公司")])
    items, receipts = rows(("A", "512.13")), rows(("R", "512.13"), party="老甲厂")
    assert match(items, receipts).automatic == ()
    assert len(match(items, receipts, aliases=aliases).automatic) == 1


def test_an_alias_counts_on_the_day_of_the_document():
    aliases = Aliases.of(
        [
            Alias(name="老甲厂", party="甲有限公司", until=days(10)),
            Alias(name="老甲厂", party="乙有限公司", since=days(11)),
        ]
    )
    items = rows(("A", "512.13"), ("B", "512.13", {"party": "乙有限公司"}))
    for day, item in ((9, "A"), (12, "B")):
        receipts = rows(("R", "512.13", {"date": days(day)}), party="老甲厂")
        (found,) = match(items, receipts, aliases=aliases).automatic
        assert [part.id for part in found.items] == [item]


def test_currencies_are_kept_apart():
    items = rows(("A", "512.13"), currency="USD")
    assert match(items, rows(("R", "512.13"), currency="CNY")).automatic == ()


def test_several_receipts_for_one_item_come_after_it():
    items = rows(("A", "3746.28", {"date": days(30)}))
    paid = [("R", "1821.28"), ("S", "1925")]
    later = rows(*((name, x, {"date": days(40)}) for name, x in paid))
    assert said(match(items, later).automatic) == [("receipts", {"R", "S"}, {"A"})]
    before = rows(*((name, x, {"date": days(5)}) for name, x in paid))
    assert "receipts" not in [one.rule for one in match(items, before).automatic]


def test_a_search_beyond_its_bound_is_not_decided():
    items = rows(*((f"I{at}", 1000 + 7 * at) for at in range(30)))
    policy = MatchPolicy(work=10, total_work=1000)
    found = match(items, rows(("R", 9000)), policy)
    assert found.automatic == ()
    assert found.undecided == ("R",)
    assert found.unmatched_receipts["id"].to_list() == ["R"]


def test_a_float_is_no_money():
    frame = rows(("A", 5)).with_columns(pl.col("amount").cast(pl.Float64))
    with pytest.raises(BooksError, match="M6001"):
        match(frame, rows())


def test_an_id_stands_once():
    with pytest.raises(BooksError, match="M6003"):
        match(rows(("A", 5), ("A", 6)), rows())
    with pytest.raises(BooksError, match="M6002"):
        match(rows(("A", 5)).drop("party"), rows())


def test_both_lists_may_use_the_same_ids():
    found = match(rows(("1", 100), ("2", 55)), rows(("1", 55), ("2", 100)))
    assert [(a.receipts[0].id, a.items[0].id) for a in found.automatic] == [("1", "2"), ("2", "1")]


@pytest.mark.parametrize("seed", [3, 4])
def test_the_answer_does_not_depend_on_the_order_of_rows(seed):
    items, receipts = listed(drawn(seed, parties=6))
    found = match(items, receipts)
    for other in (1, 2):
        again = match(
            items.sample(fraction=1, shuffle=True, seed=other),
            receipts.sample(fraction=1, shuffle=True, seed=other),
        )
        assert again == found


def test_every_document_stands_in_one_place_and_totals_add_up():
    items, receipts = listed(drawn(5, parties=6))
    found = match(items, receipts)
    for side, given, left in (
        ("items", items, found.unmatched_items),
        ("receipts", receipts, found.unmatched_receipts),
    ):
        ids = [
            part.id for one in (*found.automatic, *found.proposed) for part in getattr(one, side)
        ]
        assert sorted([*ids, *left["id"]]) == sorted(given["id"])
        totals = found.totals()[side]
        parts = [totals[tier] for tier in ("automatic", "proposed", "unmatched")]
        assert sum(part["count"] for part in parts) == totals["all"]["count"]
        sums = [part["amounts"].get("CNY", 0) for part in parts]
        assert sum(sums) == totals["all"]["amounts"]["CNY"] == given["amount"].sum()


def test_empty_lists_have_an_empty_answer():
    found = match(rows(), rows())
    assert (found.automatic, found.proposed, found.undecided) == ((), (), ())
    assert dt.date.min < days(0)


def test_what_adds_up_in_its_season_is_proposed_among_very_many():
    draw = random.Random(5)
    cents = [Decimal(draw.randrange(10**5, 10**7)) / 100 for _ in range(60)]
    items = rows(
        *(
            (f"I{at}", cent, {"date": days(4 * at), "due": days(4 * at + 30)})
            for at, cent in enumerate(cents)
        )
    )
    picked = (30, 31, 33, 34, 36)
    receipt = ("R", sum(cents[at] for at in picked), {"date": days(180)})
    found = match(items, rows(receipt))
    assert found.automatic == ()
    (one,) = found.proposed
    assert {part.id for part in one.items} == {f"I{at}" for at in picked}
    assert one.rule == "group_chance"


def test_a_refund_that_names_an_invoice_settles_none_of_it():
    """It is left to its receipt: what was paid too much, or what was sent back."""
    items = rows(("A", 450, {"reference": "90000003"}))
    refund = ("R", -450, {"text": "退款 发票号90000003", "date": days(30)})
    found = match(items, rows(refund))
    assert (found.automatic, found.proposed) == ((), ())
    assert found.unmatched_receipts["id"].to_list() == ["R"]
    paid = ("S", 450, {"text": "付发票号90000003", "date": days(20)})
    (one,) = match(items, rows(refund, paid)).automatic
    assert {part.id for part in one.receipts} == {"R", "S"}
