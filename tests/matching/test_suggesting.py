"""A suggested mapping: what is certain, what is only proposed, and why."""

import datetime as dt

import pytest

from kamcore.matching.mapping.suggesting import suggest
from kamcore.model.company_name import Alias, Aliases
from matching_books import accounts, kingdee, members, yonyou
from small_books import books, cr, dr, voucher


def by_source(found, part="accounts"):
    return {one.source: one for one in found.proposals if one.part == part}


@pytest.fixture(scope="module")
def found():
    return suggest(kingdee(), yonyou())


def test_codes_with_their_names_and_names_in_their_place_are_certain(found):
    certain = {one.source: one.target for one in found.certain if one.part == "accounts"}
    assert certain == {
        "1002": "1002",
        "1122": "1122",
        "1122.02": "112202",
        "2221": "2221",
        "2221.01": "222101",
        "6001": "6001",
        "6602": "6602",
        "6602.03": "660201",
    }


def test_the_same_code_with_another_name_is_only_proposed(found):
    one = by_source(found)["1122.01"]
    assert one.target == ""
    assert (one.best.target, one.best.score) == ("112201", 75)
    assert "名称" in one.best.zh


def test_a_detail_the_target_lacks_goes_to_its_parent_as_a_proposal(found):
    one = by_source(found)["6602.04"]
    assert one.target == ""
    assert (one.best.target, one.best.score) == ("6602", 40)


@pytest.mark.parametrize(
    ("source", "target", "certain", "reason"),
    [
        ("0001", "C01", True, "信用代码"),
        ("0002", "0002", True, "代码和名称"),
        ("0003", "C03", False, "分公司"),
        ("0004", "C04", False, "名称相近"),
    ],
)
def test_members_by_credit_code_code_and_name(found, source, target, certain, reason):
    one = by_source(found, "members.customer")[source]
    assert (one.best.target, bool(one.target)) == (target, certain)
    assert reason in one.best.zh


def test_what_has_no_counterpart_is_listed_on_both_sides(found):
    assert [one.source for one in found.unmapped] == ["0005"]
    unused = {(one.part, one.code) for one in found.unused}
    assert unused == {("members.customer", "C09"), ("accounts", "660203")}
    assert found.without_members == ("车间",)


def test_a_target_without_accounts_is_said_to_have_none():
    found = suggest(kingdee(), books(members=members(("customer", "1", "远山"))))
    assert found.without_members == ("accounts", "车间")


def test_a_name_alone_is_never_certain():
    ours = books(members=members(("customer", "1", "华联商厦有限公司")))
    theirs = books(members=members(("customer", "9", "华联商厦有限公司")))
    [one] = suggest(ours, theirs).proposals
    assert (one.target, one.best.target, one.best.score) == ("", "9", 90)
    table = Aliases((Alias(name="华联商厦", party="9", until=dt.date(2024, 12, 31)),))
    other = books(members=members(("customer", "1", "华联商厦")))
    day = {"on": dt.date(2024, 6, 1)}
    assert suggest(other, theirs, aliases=table, **day).proposals[0].target == "9"
    day = {"on": dt.date(2025, 6, 1)}
    assert suggest(other, theirs, aliases=table, **day).proposals[0].target == ""


def test_credit_codes_that_differ_speak_against_code_and_name():
    ours = books(members=members(("customer", "1", "华联商厦", "91310000MA1K000001")))
    theirs = books(members=members(("customer", "1", "华联商厦", "91310000MA1K000002")))
    [one] = suggest(ours, theirs).proposals
    assert one.target == ""
    assert one.best.score == 40
    assert "信用代码不同" in one.best.zh


def test_merging_and_splitting_take_certainty_away():
    code = "91310000MA1K000001"
    two = [("customer", "1", "华联甲", code), ("customer", "2", "华联乙", code)]
    single = [("customer", "9", "华联", code)]
    merged = suggest(books(members=members(*two)), books(members=members(*single)))
    assert merged.certain == ()
    [(choice, group)] = merged.merged
    assert (choice.target, [one.source for one in group]) == ("9", ["1", "2"])
    split = suggest(books(members=members(*single)), books(members=members(*two)))
    assert split.certain == ()
    [one] = split.split
    assert [choice.target for choice in one.choices[:2]] == ["1", "2"]


def test_charts_of_two_standards_meet_by_what_the_accounts_are():
    old = accounts(
        ("1001", "现金"), ("1131", "应收账款"), ("2121", "应付账款"), ("5101", "主营业务收入")
    )
    new = accounts(
        ("1001", "库存现金"), ("1122", "应收账款"), ("2202", "应付账款"), ("5001", "生产成本"),
        ("6001", "主营业务收入"),
    )  # fmt: skip
    found = suggest(books(accounts=old), books(accounts=new))
    certain = {one.source: one.target for one in found.certain}
    assert certain == {"1001": "1001", "1131": "1122", "2121": "2202", "5101": "6001"}


def test_one_number_with_two_meanings_is_never_certain():
    old = accounts(("5001", "主营业务收入"), ("3103", "本年利润"), ("4001", "生产成本"))
    new = accounts(("5001", "生产成本"), ("4103", "本年利润"), ("6001", "主营业务收入"))
    certain = {
        one.source: one.target for one in suggest(books(accounts=old), books(accounts=new)).certain
    }
    assert certain == {"5001": "6001", "3103": "4103", "4001": "5001"}


def test_vouchers_never_lead_to_an_account_with_others_below_it():
    ours = books(voucher(1, dr("1122", "1"), cr("6001", "1")),
                 accounts=accounts(("1122", "应收账款"), ("6001", "主营业务收入")))  # fmt: skip
    one = by_source(suggest(ours, yonyou()))["1122"]
    assert one.target == ""
    assert "末级" in one.best.zh


def test_the_order_of_rows_does_not_matter():
    ours, theirs = kingdee(), yonyou()
    turned = [
        one.replace(accounts=one.accounts.reverse(), members=one.members.reverse())
        for one in (ours, theirs)
    ]
    assert suggest(*turned) == suggest(ours, theirs)
