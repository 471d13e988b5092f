"""Receipts of unknown payers and payments for another party: proposed and ranked, never taken."""

import pytest

from kamcore.matching.one_sided.matching import match
from kamcore.matching.policy import Answer
from matching.histories import Noise, drawn
from matching.lists import days, rows, said
from matching.scores import Score, score

OTHER = {"party": "苏州恒达电器有限公司"}
ITEMS = (
    ("A", "1234.56"),
    ("B", "876.54", {"date": days(30)}),
    ("C", "999.99", {"date": days(60)}),
    ("X", "4000.01", OTHER),
    ("Y", "5000.02", OTHER),
)
UNKNOWN = {"party": None, "date": days(70)}


def proposed(*receipts, items=ITEMS):
    found = match(rows(*items), rows(*receipts, **UNKNOWN))
    assert found.automatic == ()
    return found.proposed


def test_several_invoices_of_one_party_are_proposed():
    (one,) = proposed(("R", "3111.09", {"text": "货款"}))
    assert said([one]) == [("payer_unknown", {"R"}, {"A", "B", "C"})]
    assert (one.answer, one.party) == (Answer.UNIQUE, "甲有限公司")
    assert "3 笔" in one.reason("zh")


def test_what_was_held_back_is_counted():
    (one,) = proposed(("R", "2101.10", {"text": "货款 扣返利10.00"}))
    assert said([one]) == [("payer_unknown", {"R"}, {"A", "B"})]
    assert (one.difference, one.difference_reason) == (10, "rebate")


@pytest.mark.parametrize("text", ["收苏州恒达电器有限公司货款", "恒达电器 网银"])
def test_a_name_in_the_text_ranks_its_party_first(text):
    same = (*ITEMS, ("V", "4000.01"), ("W", "5000.02"))
    unnamed, named = (
        proposed(("R", "9000.03", {"text": words}), items=same)[0] for words in ("货款", text)
    )
    assert unnamed.answer is Answer.SEVERAL
    assert said([named]) == [("payer_named", {"R"}, {"X", "Y"})]
    assert named.score > unnamed.score


def test_never_on_a_name_alone_and_never_by_chance():
    assert proposed(("R", "17.17", {"text": "收苏州恒达电器有限公司货款"})) == ()
    many = [(f"I{at}", 1000 * at) for at in range(1, 20)]
    assert proposed(("R", 21000, {"text": "货款"}), items=many) == ()
    assert proposed(("R", "3111.09", {"text": "预付款"})) == ()
    assert proposed(("R", "3111.09", {"text": "货款", "date": days(0)})) == ()


def test_who_pays_for_another_party_is_proposed():
    items = rows(("A", 1000, {"reference": "10000001", **OTHER}))
    found = match(items, rows(("R", 1000, {"text": "代付 发票号10000001"})))
    assert found.automatic == ()
    assert said(found.proposed) == [("reference_elsewhere", {"R"}, {"A"})]
    less = match(items, rows(("R", 900, {"text": "代付 发票号10000001"})))
    assert less.proposed == ()


def test_what_is_paid_beyond_an_invoice_is_certain_only_where_the_payer_is_known():
    items = rows(("A", 1000, {"reference": "10000012"}), ("B", 1040, {"reference": "10000021"}))
    paid = {"text": "发票号10000012", "date": days(20)}
    for odd in ({"party": None}, {}):
        found = match(items, rows(("R", 1040, {**paid, **odd})))
        assert "reference_excess" not in [one.rule for one in found.automatic]
    known = match(items, rows(("R", 1030, paid)))
    assert [one.rule for one in known.automatic] == ["reference_excess"]


def test_truths_with_many_unknown_payers_are_found_again():
    found = Score()
    for seed in range(3300, 3306):
        found += score(drawn(seed, noise=Noise(unknown_payer=0.3)))
    print(found)
    assert found.wrong == 0
    assert found.f1 >= 0.97
    assert found.kept / found.loose >= 0.95
