"""Open items and receipts out of books: lines, documents, sub-accounts, currencies."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import schema
from kamcore.errors import UsageError
from kamcore.matching import applications, match, open_lists
from small_books import books, cr, dr, voucher

JAN, FEB, MAR = (dt.date(2025, month, 10) for month in (1, 2, 3))
CUSTOMER = {"aux": {"customer": "01"}}
MEMBERS = pl.DataFrame({"dimension": ["customer"], "code": ["01"], "name": ["甲有限公司"]})
DOCUMENT = {
    "party_role": "customer",
    "party": "01",
    "account": "1122",
    "date": JAN,
    "currency": "CNY",
}


def ids(frame):
    return dict(frame.select("id", "amount").iter_rows())


def table(name, *given):
    made = pl.DataFrame([{**DOCUMENT, **one} for one in given])
    return made.with_columns(pl.col("amount").cast(schema.AMOUNT))


@pytest.fixture
def booked():
    return books(
        voucher(1, dr("1122", 1000, invoice="10000001", **CUSTOMER), cr("6001", 1000), date=JAN),
        voucher(2, dr("1122", -80, summary="退 发票号10000001", **CUSTOMER), cr("6001", -80)),
        voucher(3, dr("1002", 920), cr("1122", 920, summary="No.10000001", **CUSTOMER), date=FEB),
        voucher(4, dr("1122", 55, **CUSTOMER), cr("6001", 55), date=MAR, status="void"),
        members=MEMBERS,
    )


def test_items_stand_on_the_own_side_and_receipts_on_the_other(booked):
    items, receipts = open_lists(booked, MAR)
    assert ids(items) == {"1/1/1": 1000, "2/1/1": -80}
    assert ids(receipts) == {"3/2/1": 920}
    assert items["party"].unique().to_list() == ["01"]
    assert items["party_name"].unique().to_list() == ["甲有限公司"]
    (one,) = match(items, receipts).automatic
    assert {part.id for part in one.items} == {"1/1/1", "2/1/1"}


def test_the_date_limits_what_is_open(booked):
    items, receipts = open_lists(booked, JAN)
    assert set(ids(items)) == {"1/1/1"}
    assert receipts.height == 0


def test_what_was_applied_before_is_taken_off(booked):
    made = schema.APPLICATIONS.empty().drop("source_row")
    row = {"id": "x", "item": "1/1/1", "receipt": "3/2/1", "date": FEB, "amount": Decimal(300)}
    one = pl.DataFrame([{name: row.get(name) for name in made.columns}], schema=made.schema)
    items, receipts = open_lists(booked.replace(applications=one), MAR)
    assert ids(items)["1/1/1"] == 700
    assert ids(receipts) == {"3/2/1": 620}


def test_documents_come_before_lines(booked):
    full = booked.replace(
        open_items=table("open_items", {"id": "A", "amount": 500, "invoice": "77000001"}),
        receipts=table("receipts", {"id": "B", "amount": 500, "summary": "发票号77000001"}),
    )
    items, receipts = open_lists(full, MAR)
    assert (ids(items), ids(receipts)) == ({"A": 500}, {"B": 500})
    (one,) = match(items, receipts).automatic
    assert (one.rule, one.items[0].id) == ("reference", "A")


def test_negative_documents_settle_where_receipts_have_no_table(booked):
    both = table(
        "open_items", {"id": "A", "amount": 500}, {"id": "B", "amount": -500, "date": FEB}
    )
    items, receipts = open_lists(booked.replace(open_items=both), MAR)
    assert (ids(items), ids(receipts)) == ({"A": 500}, {"B": 500})
    found = match(items, receipts)
    made = applications(found.automatic, found.documents)
    left = open_lists(booked.replace(open_items=both, applications=made), MAR)
    assert [frame.height for frame in left] == [0, 0]


def test_a_sub_account_stands_for_the_party_where_there_is_no_dimension():
    made = books(
        voucher(1, dr("112201", 100), cr("6001", 100), date=JAN),
        voucher(2, dr("112202", 100), cr("6001", 100), date=JAN),
        voucher(3, dr("1002", 100), cr("112201", 100), date=FEB),
    )
    items, receipts = open_lists(made, MAR)
    assert set(items["party"]) == {"112201", "112202"}
    (one,) = match(items, receipts).automatic
    assert one.items[0].id == "1/1/1"


def test_foreign_lines_are_matched_in_their_currency():
    made = books(
        voucher(
            1,
            dr("1122", 71500, currency="USD", fx_debit=Decimal(10000), **CUSTOMER),
            cr("6001", 71500),
            date=JAN,
        ),
        voucher(
            2,
            dr("1002", 71890),
            cr("1122", 71890, currency="USD", fx_credit=Decimal(10000), **CUSTOMER),
            date=FEB,
        ),
    )
    items, receipts = open_lists(made, MAR)
    assert items.select("amount", "base", "currency").row(0) == (10000, 71500, "USD")
    assert receipts.select("amount", "base").row(0) == (10000, 71890)


def test_books_without_receivables_are_refused():
    made = books(voucher(1, dr("1002", 5), cr("6001", 5)))
    with pytest.raises(UsageError, match="M6021"):
        open_lists(made, MAR)


def test_a_receipt_is_not_called_by_its_own_slip_or_document(booked):
    slip = books(
        voucher(1, dr("1122", "512.13", invoice="10000001", **CUSTOMER), cr("6001", "512.13")),
        voucher(
            2,
            dr("1002", "512.13"),
            cr("1122", "512.13", settlement_number="2501003", **CUSTOMER),
            date=FEB,
        ),
    )
    assert [one.rule for one in match(*open_lists(slip, MAR)).automatic] == ["amount"]
    full = booked.replace(
        open_items=table("open_items", {"id": "A", "amount": 500, "document": "XS2501-001"}),
        receipts=table("receipts", {"id": "B", "amount": 500, "document": "SK2501-001"}),
    )
    assert [one.rule for one in match(*open_lists(full, MAR)).automatic] == ["amount"]
