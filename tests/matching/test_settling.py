"""Drafts of a settlement: differences by reason, and realised exchange differences."""

from decimal import Decimal

import pytest

from kamcore.errors import UsageError
from kamcore.matching.applying import applications
from kamcore.matching.one_sided import match
from kamcore.matching.settling import SettlementAccounts, settlement_drafts
from matching.lists import days, rows
from small_books import books, cr, dr, voucher

STANDARD = SettlementAccounts.of()
CONTROL = {"account": "1122", "role": "customer"}


def drafts_of(items, receipts, accounts=STANDARD):
    found = match(items, receipts)
    assert found.automatic
    return settlement_drafts(found.automatic, found.documents, accounts)


def sides(draft):
    return [(line.account, line.debit, line.credit) for line in draft.lines]


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("扣返利10", "6001"),
        ("扣质量款10", "6001"),
        ("手续费10", "6603"),
        ("现金折扣10", "6603"),
        ("抹零10", "6603"),
    ],
)
def test_a_short_payment_goes_to_the_account_of_its_reason(text, account):
    (draft,) = drafts_of(rows(("A", 1000), **CONTROL), rows(("R", 990, {"text": text})))
    assert sides(draft) == [(account, 10, 0), ("1122", 0, 10)]
    assert draft.off_by == 0
    assert draft.lines[1].aux == {"customer": "甲有限公司"}
    assert draft.date == days(0)


def test_a_payable_is_written_off_on_the_other_side():
    items = rows(("A", 1000), account="2202", role="supplier")
    (draft,) = drafts_of(items, rows(("R", 990, {"text": "现金折扣10"})))
    assert sides(draft) == [("6603", 0, 10), ("2202", 10, 0)]


def test_accounts_come_from_the_books_by_name_and_from_the_caller():
    import polars as pl

    codes = {"1122": "应收账款", "6603": "财务费用", "660301": "手续费", "600109": "返利"}
    chart = pl.DataFrame({"code": list(codes), "name": list(codes.values())})
    made = books(voucher(1, dr("1122", 1), cr("6001", 1)), accounts=chart)
    accounts = SettlementAccounts.of(made, {"rounding": "6711"})
    assert accounts.by_reason["fee"] == "660301"
    assert accounts.by_reason["rebate"] == "600109"
    assert accounts.by_reason["rounding"] == "6711"


USD = {"currency": "USD", **CONTROL}


@pytest.mark.parametrize(
    ("paid", "lines"),
    [
        ("71890.00", [("1122", 390, 0), ("6603", 0, 390)]),
        ("71100.00", [("1122", 0, 400), ("6603", 400, 0)]),
    ],
)
def test_the_realised_exchange_difference_is_amount_times_the_change_of_rate(paid, lines):
    items = rows(("A", 10000, {"base": "71500.00", **USD}))
    receipts = rows(("R", 10000, {"base": paid, **USD}))
    (draft,) = drafts_of(items, receipts)
    assert sides(draft) == lines
    assert [line.fx_amount for line in draft.lines if line.account == "1122"] == [0]
    found = match(items, receipts)
    (one,) = applications(found.automatic, found.documents).iter_rows(named=True)
    assert one["fx_amount"] == 10000
    assert one["amount"] == min(71500, Decimal(paid))


def test_a_receipt_for_several_foreign_items_shares_its_base_to_the_cent():
    items = rows(
        ("A", "3333.33", {"base": "23999.98", **USD}),
        ("B", "6666.67", {"base": "48000.02", **USD}),
    )
    receipts = rows(("R", 10000, {"base": "71890.00", **USD}))
    found = match(items, receipts)
    made = applications(found.automatic, found.documents)
    (draft,) = settlement_drafts(found.automatic, found.documents, STANDARD)
    assert sides(draft) == [("1122", 0, 110), ("6603", 110, 0)]
    assert made["fx_amount"].sum() == 10000


def test_what_adds_up_in_base_currency_needs_no_voucher():
    assert drafts_of(rows(("A", 1000), **CONTROL), rows(("R", 1000))) == ()


def test_without_a_control_account_nothing_is_drafted():
    with pytest.raises(UsageError, match="M6041"):
        drafts_of(rows(("A", 1000)), rows(("R", 990, {"text": "手续费10"})))
