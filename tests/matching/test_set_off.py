"""Set-offs: the smaller side, auxiliary items, exchange differences, and back again."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books.check import check
from kamcore.errors import UsageError
from kamcore.ledger import age
from kamcore.matching.offsets.red_offset import red_offsets, undone
from kamcore.matching.offsets.set_off import KINDS, linked_parties, set_off, transfer, undo
from kamcore.matching.parties.control_balances import control_balances
from kamcore.matching.two_sided.adjusting import posted
from set_off_books import ACCOUNTS, C1, MEMBERS, S9, given
from small_books import books, cr, dr, voucher

AS_OF = dt.date(2025, 12, 31)


@pytest.fixture(name="given")
def given_books():
    return given()


def by_account(given):
    rows = control_balances(given, AS_OF)
    return {(r["account"], r["member"]): r["base"] for r in rows.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("kind", "amount", "debit", "credit"),
    [
        ("advance-receivable", 300, ("2203", C1), ("1122", C1)),
        ("prepaid-payable", 80, ("2202", S9), ("1123", S9)),
        ("receivable-payable", 450, ("2202", S9), ("1122", C1)),
        ("payable-receivable", 450, ("2202", S9), ("1122", C1)),
        ("advance-prepaid", 80, ("2203", C1), ("1123", S9)),
    ],
)
def test_each_kind_takes_the_smaller_side_with_both_auxiliary_items(
    given, kind, amount, debit, credit
):
    (found,) = set_off(given, kind, as_of=AS_OF)
    first, second = found.draft.lines
    assert found.amount == amount
    assert (first.account, dict(first.aux), first.debit) == (*debit, Decimal(amount))
    assert (second.account, dict(second.aux), second.credit) == (*credit, Decimal(amount))
    assert KINDS[kind].zh in first.summary


def test_what_was_set_off_is_gone_and_undoing_brings_it_back(given):
    (found,) = set_off(given, "advance-receivable", as_of=AS_OF)
    after = posted(given, [found.draft])
    assert by_account(after)["1122", "C1"] == 700
    assert ("2203", "C1") not in by_account(after)
    # The drafts have no number before they are saved; all else holds together.
    assert {problem.code for problem in check(after) if problem.severity == "error"} == {"B2203"}
    back = posted(after, [undo(found.draft, AS_OF)])
    assert by_account(back) == by_account(given)
    assert set_off(after, "advance-receivable", as_of=AS_OF) == ()


def test_a_customer_is_linked_with_the_supplier_it_is(given):
    assert linked_parties(given) == {"C1": ("S9", "name")}
    assert linked_parties(given, {"C2": "S9"}) == {"C2": ("S9", "mapping")}
    (found,) = set_off(given, "receivable-payable", as_of=AS_OF, mapping={"C2": "S9"})
    assert (found.party, found.amount) == ("C2", 60)


def test_a_set_off_can_be_limited_and_asked_for_one_party(given):
    (found,) = set_off(given, "advance-receivable", as_of=AS_OF, party="海宁", amount=120)
    assert found.amount == 120
    assert set_off(given, "advance-receivable", as_of=AS_OF, party="C2") == ()


def test_a_receivable_moves_to_another_customer(given):
    """MT10: what the one no longer owes the other does."""
    (found,) = transfer(
        given, "receivable-transfer", as_of=AS_OF, party="C1", into="C2", amount=Decimal(100)
    )
    after = by_account(posted(given, [found.draft]))
    assert (after["1122", "C1"], after["1122", "C2"]) == (900, 160)


def test_a_payable_moves_whole_where_no_amount_is_given(given):
    (found,) = transfer(given, "payable-transfer", as_of=AS_OF, party="S9", into="S10")
    after = by_account(posted(given, [found.draft]))
    assert after["2202", "S10"] == -450
    assert ("2202", "S9") not in after


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"into": "C1"}, "M2334"),
        ({"into": "C2", "amount": Decimal(5000)}, "M2332"),
        ({"into": "C2", "currency": "USD"}, "M2333"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(given, more, code):
    with pytest.raises(UsageError) as raised:
        transfer(given, "receivable-transfer", as_of=AS_OF, party="C1", **more)
    assert raised.value.code == code


def test_an_unknown_kind_is_refused_with_those_there_are(given):
    with pytest.raises(UsageError) as raised:
        set_off(given, "all", as_of=AS_OF)
    assert raised.value.code == "M2331"
    assert "advance-receivable" in str(raised.value)


def test_a_foreign_set_off_realises_the_exchange_difference():
    def usd(rate, amount, side):
        return {"currency": "USD", "rate": Decimal(rate), f"fx_{side}": Decimal(amount)}

    given = books(
        voucher(1, dr("1122", "710", aux=C1, **usd("7.1", 100, "debit")), cr("6001", "710")),
        voucher(2, dr("1002", "432"), cr("2203", "432", aux=C1, **usd("7.2", 60, "credit"))),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )
    (found,) = set_off(given, "advance-receivable", as_of=AS_OF)
    assert (found.currency, found.amount) == ("USD", 60)
    assert found.exchange == Decimal("6.00")
    assert [(x.account, x.debit, x.credit) for x in found.draft.lines] == [
        ("2203", Decimal(432), 0),
        ("1122", 0, Decimal(426)),
        ("6603", 0, Decimal(6)),
    ]
    assert found.draft.off_by == 0
    # Where the chart keeps exchange differences apart, the draft goes to the last level.
    own = pl.DataFrame({"code": ["6603", "660302"], "name": ["财务费用", "汇兑损益"]})
    kept = given.replace(accounts=pl.concat([given.accounts, own], how="diagonal"))
    (found,) = set_off(kept, "advance-receivable", as_of=AS_OF)
    assert found.draft.lines[2].account == "660302"


def test_a_red_line_settles_the_blue_one_it_names_and_no_balance_moves():
    given = books(
        voucher(1, dr("1122", "500", summary="销售 发票号12345601", aux=C1), cr("6001", "500")),
        voucher(2, dr("1122", "70", summary="销售", aux=C1), cr("6001", "70")),
        voucher(3, dr("1122", "-120", summary="退货 发票号12345601", aux=C1), cr("6001", "-120")),
        voucher(4, dr("1122", "-70", summary="红字", aux=C1), cr("6001", "-70")),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )
    found = red_offsets(given, AS_OF)
    pairs = sorted(found.select("item", "receipt", "amount").iter_rows())
    assert pairs == [("1/1/1", "3/1/1", Decimal(120)), ("2/1/1", "4/1/1", Decimal(70))]
    settled = given.replace(applications=found)
    aged = [
        age(one, as_of=AS_OF, account="1122", by=["customer"]).totals()["total"]
        for one in (
            given,
            settled,
            settled.replace(applications=pl.concat([found, undone(found, AS_OF)])),
        )
    ]
    assert aged == [Decimal(380)] * 3
