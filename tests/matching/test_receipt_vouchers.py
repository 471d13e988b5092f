"""Receipts of a statement: those the books hold already, and vouchers for the others."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.errors import UsageError
from kamcore.matching.one_sided.matching import match
from kamcore.matching.parties.open_positions import open_positions
from kamcore.matching.policy import MatchPolicy
from kamcore.matching.settlement.applying import applications
from kamcore.matching.settlement.known_receipts import booked_receipts, known_receipts
from kamcore.matching.settlement.positions import open_lists
from kamcore.matching.settlement.receipt_vouchers import (
    Bank,
    bank_of,
    receipt_books,
    receipt_drafts,
)
from kamcore.matching.settlement.settling import SettlementAccounts, settlement_drafts
from kamcore.pipeline.drafting import draft_books
from matching.lists import days, rows
from set_off_books import ACCOUNTS, C1, MEMBERS, S9
from small_books import books, cr, dr, voucher

NAME = "海宁样例贸易有限公司"
BANK = Bank(account="1002")
DAY = dt.date(2025, 12, 31)


def receivable(*more):
    return books(
        voucher(1, dr("1122", "1017.30", aux=C1), cr("6001", "1017.30"), date=days(0)),
        *more,
        members=MEMBERS,
        accounts=ACCOUNTS,
    )


def listed(*many, party=NAME, **more):
    return rows(*many, party=party, **more)


def settled(of, receipts, *, bank=BANK, tolerance=0, role="customer"):
    """The whole way: match, draft, book."""
    items, _ = open_lists(of, DAY, role)
    found = match(items, receipts, MatchPolicy(tolerance=Decimal(tolerance)))
    decisions, documents = found.automatic, found.documents
    rest = settlement_drafts(decisions, documents, SettlementAccounts.of(of))
    drafts, problems = receipt_drafts(
        decisions, documents, set(receipts["id"]), bank, settlements=rest
    )
    held = of.replace(
        applications=pl.concat(
            [of.applications, applications(decisions, documents)], how="diagonal"
        )
    )
    made = receipt_books(held, drafts, draft_books(drafts, of), documents)
    return drafts, problems, made


def sides(draft):
    return [(line.account, line.debit, line.credit) for line in draft.lines]


def left(of):
    return dict(open_positions(of, DAY).select("id", "amount").iter_rows())


def test_a_receipt_is_booked_on_its_own_day_with_the_party():
    (draft,), _, made = settled(receivable(), listed(("R", "1017.30", {"date": days(9)})))
    assert draft.date == days(9)
    assert sides(draft) == [("1002", Decimal("1017.30"), 0), ("1122", 0, Decimal("1017.30"))]
    assert draft.lines[1].aux == C1
    assert draft.to_json()["receipts"] == [{"id": "R", "line_no": 2}]
    assert left(made) == {}
    assert made.applications.select("item", "receipt").rows() == [("1/1/1", "2/2/1")]


def test_a_short_payment_stands_in_the_voucher_of_its_receipt():
    paid = listed(("R", "1007.30", {"date": days(9), "text": "扣手续费10"}))
    (draft,), _, made = settled(receivable(), paid, tolerance=10)
    assert sides(draft) == [
        ("1002", Decimal("1007.30"), 0),
        ("1122", 0, Decimal("1007.30")),
        ("6603", 10, 0),
        ("1122", 0, 10),
    ]
    assert left(made) == {}
    assert draft.off_by == 0


def test_receipts_of_several_days_have_vouchers_of_their_own():
    many = listed(("R", "517.30", {"date": days(9)}), ("S", "500.00", {"date": days(7)}))
    drafts, _, made = settled(receivable(), many)
    assert [draft.date for draft in drafts] == [days(7), days(9)]
    assert left(made) == {}


def test_a_receipt_without_a_day_is_told_and_changes_nothing():
    drafts, (problem,), _ = settled(receivable(), listed(("R", "1017.30", {"date": None})))
    assert (drafts, problem.code, problem.value) == ((), "M6046", "R")


def test_a_foreign_receipt_realises_the_difference_in_one_voucher():
    dollars = {"currency": "USD", "fx_debit": Decimal(100), "aux": C1}
    of = books(
        voucher(1, dr("1122", "710", **dollars), cr("6001", "710"), date=days(0)),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )
    paid = {"date": days(9), "currency": "USD", "base": "715.00"}
    (draft,), _, made = settled(of, listed(("R", 100, paid)))
    assert sides(draft) == [
        ("1002", 715, 0),
        ("1122", 0, 715),
        ("1122", 5, 0),
        ("6603", 0, 5),
    ]
    assert [line.fx_amount for line in draft.lines[:3]] == [100, 100, 0]
    assert open_positions(made, DAY).is_empty()
    del paid["base"]
    (draft,), (problem,), made = settled(of, listed(("R", 100, paid)))
    assert problem.code == "M6047"
    assert sides(draft) == [("1002", 710, 0), ("1122", 0, 710)]
    assert draft.lines[0].rate == Decimal("7.1")
    assert open_positions(made, DAY).is_empty()


def test_a_payment_to_a_supplier_is_booked_the_other_way_round():
    of = books(
        voucher(1, dr("1405", "450.20"), cr("2202", "450.20", aux=S9), date=days(0)),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )
    paid = listed(("P", "450.20", {"date": days(9)}), party="S9", role="supplier")
    (draft,), _, made = settled(of, paid, role="supplier")
    assert sides(draft) == [("1002", 0, Decimal("450.20")), ("2202", Decimal("450.20"), 0)]
    assert draft.lines[0].summary.startswith("付款")
    assert left(made) == {}


def test_books_of_documents_take_the_receipt_as_a_document():
    item = pl.DataFrame(
        {
            "id": ["D1"],
            "party_role": ["customer"],
            "party": ["C1"],
            "account": ["1122"],
            "date": [days(0)],
            "currency": ["CNY"],
            "amount": [Decimal("1017.30")],
        },
        schema_overrides={"amount": pl.Decimal(18, 4)},
    )
    of = receivable().replace(open_items=item)
    _, _, made = settled(of, listed(("R", "1017.30", {"date": days(9)})))
    assert made.receipts.select("id", "party", "amount").rows() == [
        ("2/2/1", "C1", Decimal("1017.30"))
    ]
    assert left(made) == {}


def test_a_row_that_is_booked_already_is_known_by_party_amount_and_day():
    paid = voucher(2, dr("1002", "300"), cr("1122", "300", aux=C1), date=days(10))
    own = booked_receipts(receivable(paid))
    many = listed(
        ("NEAR", 300, {"date": days(12)}),
        ("AGAIN", 300, {"date": days(13)}),
        ("FAR", 300, {"date": days(40)}),
        ("OTHER", 300, {"date": days(10), "party": "某公司"}),
        ("LESS", 299, {"date": days(10)}),
    )
    assert known_receipts(own, many).rows() == [("NEAR", "2/2/1")]
    assert known_receipts(own, many.reverse()).rows() == [("NEAR", "2/2/1")]
    assert known_receipts(own, many, days=1).is_empty()


def test_the_bank_account_is_a_last_level_one_with_its_members():
    account = {"bank_account": "B1"}
    of = books(
        voucher(1, dr("100201", 5, aux=account), cr("6001", 5)),
        voucher(2, dr("100202", 5, aux=account), cr("100202", 5, aux={"bank_account": "B2"})),
    )
    assert bank_of(of, "100201") == Bank(account="100201", aux=account)
    assert bank_of(of, "100202", {"bank_account": "B2"}).aux == {"bank_account": "B2"}
    for code, wrong in (("1002", "M6044"), ("100202", "M6045")):
        with pytest.raises(UsageError) as raised:
            bank_of(of, code)
        assert raised.value.code == wrong
