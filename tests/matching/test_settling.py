"""Drafts of a settlement: differences by reason, and realised exchange differences."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest

from kamcore.books import schema
from kamcore.errors import UsageError
from kamcore.ledger import age
from kamcore.ledger.applied import item_positions
from kamcore.ledger.engine import open_frames
from kamcore.ledger.fifo import Question
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.selection import Scope
from kamcore.matching.one_sided.matching import match
from kamcore.matching.settlement.applying import applications
from kamcore.matching.settlement.positions import open_lists
from kamcore.matching.settlement.settled import settled_books
from kamcore.matching.settlement.settling import SettlementAccounts, settlement_drafts
from kamcore.pipeline.drafting import draft_books
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


CUSTOMER = {"aux": {"customer": "01"}}


def sold(amount, rate, number, *, paid=None):
    """An export invoice, or its payment, in dollars at a rate."""
    fx, base = Decimal(amount), Decimal(amount) * Decimal(rate)
    told = {"currency": "USD", "summary": f"发票号{number}", **CUSTOMER}
    if paid is None:
        return dr("1122", base, fx_debit=fx, invoice=number, **told), cr("6001", base)
    return dr("1002", base), cr("1122", base, fx_credit=fx, **told)


def settled(made):
    """Match, draft, and book the drafts with all applications."""
    found = match(*open_lists(made, END))
    drafts = settlement_drafts(found.automatic, found.documents, SettlementAccounts.of(made))
    applied = applications(found.automatic, found.documents)
    whole = made.replace(applications=applied)
    return found, drafts, settled_books(whole, drafts, draft_books(drafts, made))


END = dt.date(2025, 3, 31)


@pytest.mark.parametrize("rates", [("7.15", "7.189"), ("7.15", "7.11"), ("7.15", "7.15")])
@pytest.mark.parametrize("fee", [False, True])
def test_books_with_drafts_and_applications_have_nothing_open(rates, fee):
    at, then = rates
    pays = "9975.50" if fee else "10000.00"
    bank, control = sold(pays, then, "10000001", paid=True)
    told = f"{control.summary} 扣手续费24.50" if fee else control.summary
    made = books(
        voucher(1, *sold("10000.00", at, "10000001"), date=dt.date(2025, 1, 10)),
        voucher(2, bank, attrs.evolve(control, summary=told), date=dt.date(2025, 2, 10)),
        voucher(3, *sold("333.33", at, "10000002"), date=dt.date(2025, 2, 11)),
    )
    found, drafts, after = settled(made)
    assert [one.difference for one in found.automatic] == [Decimal("24.5") if fee else 0]
    assert len(drafts) == int(fee or at != then)
    items, receipts = open_lists(after, END)
    assert items["id"].to_list() == ["3/1/1"]
    assert receipts.height == 0
    for measure in ("base", "fx"):
        question = Question(
            scope=Scope(accounts=("1122",)),
            as_of=END,
            policy=AgeingPolicy(measure=measure, openings=False, basis="document"),
        )
        frames = open_frames(after)
        left = item_positions(frames, question).collect().to_native()
        still = left.filter(left["open"] != 0)["id"].to_list()
        assert still == ["3/1/1"]
    totals = age(after, as_of=END, account="1122", by=["customer"]).to_polars()
    assert totals["total"].sum() == Decimal("333.33") * Decimal(at) // Decimal("0.0001") / 10000


def test_several_rates_settle_each_other_first():
    made = books(
        voucher(1, *sold("1000.00", "7.00", "10000001"), date=dt.date(2025, 1, 10)),
        voucher(2, *sold("2000.00", "7.30", "10000002"), date=dt.date(2025, 1, 20)),
        voucher(3, *sold("3000.00", "7.15", "10000001、10000002", paid=True)),
    )
    found, (draft,), after = settled(made)
    assert [(line.account, line.debit, line.credit) for line in draft.lines] == [
        ("1122", 0, 150),
        ("6603", 150, 0),
    ]
    assert [frame.height for frame in open_lists(after, END)] == [0, 0]
    positions = after.applications.select("amount", "fx_amount").sum().row(0)
    assert positions == (21600, 3000)
    assert found.automatic[0].rule == "reference"


def test_documents_take_drafts_as_adjustments():
    document = {
        "party_role": "customer", "party": "01", "account": "1122", "date": END, "currency": "USD",
        "fx_amount": Decimal(100),
    }  # fmt: skip
    tables = {
        name: pl.DataFrame(
            [{**document, "id": name, "amount": Decimal(amount), "invoice": "A1"}]
        ).with_columns(pl.col("amount", "fx_amount").cast(schema.AMOUNT))
        for name, amount in (("open_items", 715), ("receipts", 711))
    }
    made = books(voucher(1, dr("1122", 4), cr("6001", 4)), **tables)
    found, (draft,), after = settled(made)
    assert found.automatic
    assert after.adjustments.select("amount", "fx_amount", "party").row(0) == (4, 0, "01")
    assert draft.to_json()["applications"] == [
        {"line_no": 1, "item": "open_items", "receipt": None, "amount": "4.00",
         "fx_amount": "0.00"}
    ]  # fmt: skip
    total = age(after, as_of=END, account="1122").to_polars()["total"].sum()
    assert total == 0


@pytest.mark.parametrize("blank", ["item", "receipt"])
def test_no_exchange_difference_is_made_up_where_a_list_says_no_base_amount(blank):
    said = {"base": "71500.00", **USD}
    items = rows(("A", 10000, USD if blank == "item" else said))
    receipts = rows(("R", 10000, USD if blank == "receipt" else said))
    assert drafts_of(items, receipts) == ()
    found = match(items, receipts)
    (one,) = applications(found.automatic, found.documents).iter_rows(named=True)
    assert (one["amount"], one["fx_amount"]) == (71500, 10000)
