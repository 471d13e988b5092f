"""Set-offs booked into the books: what they settle, red against blue, and all of it taken back."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books
from kamcore.ledger import age
from kamcore.matching.offsets.set_off import set_off, transfer, undo
from kamcore.matching.offsets.set_off_booking import (
    red_applications,
    set_off_books,
    with_red_offsets,
)
from kamcore.matching.offsets.set_off_undoing import booked_drafts, live_reds, undone_books
from kamcore.matching.parties.open_positions import open_positions
from kamcore.pipeline.drafting import draft_books
from set_off_books import ACCOUNTS, C1, C2, MEMBERS, given
from small_books import books, cr, dr, voucher

DAY, LATER = dt.date(2025, 12, 31), dt.date(2026, 1, 5)
KINDS = {
    "advance-receivable": {"1122 C1": 700, "2203 C1": None, "2202 S9": 450, "1123 S9": 80},
    "prepaid-payable": {"1122 C1": 1000, "2203 C1": 300, "2202 S9": 370, "1123 S9": None},
    "receivable-payable": {"1122 C1": 550, "2203 C1": 300, "2202 S9": None, "1123 S9": 80},
    "advance-prepaid": {"1122 C1": 1000, "2203 C1": 220, "2202 S9": 450, "1123 S9": None},
}


def left(of, day=DAY):
    """What is open, a sum an account and party; None of what nothing is listed."""
    rows = open_positions(of, day).filter(pl.col("amount") != 0)
    found = dict.fromkeys(("1122 C1", "2203 C1", "2202 S9", "1123 S9"))
    for row in rows.iter_rows(named=True):
        name = f"{row['account']} {row['member']}"
        found[name] = (found.get(name) or 0) + row["amount"]
    return found


def booked(of, kind, day=DAY):
    found = set_off(of, kind, as_of=day)
    return set_off_books(of, found, draft_books([x.draft for x in found], of), person="王")


def back(of, kind, **more):
    drafts = [undo(one, LATER) for one in booked_drafts(of, kind, LATER, **more)]
    return undone_books(of, kind, LATER, draft_books(drafts, of), person="李", **more)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_set_off_is_no_longer_open_and_comes_back(kind):
    made = booked(given(), kind)
    assert left(made) == {**KINDS[kind], "1122 C2": 60}
    # Only whole documents and rests are left: nothing of the draft's own lines.
    drafted = made.vouchers["voucher_id"].max()
    assert not open_positions(made, DAY)["id"].str.starts_with(f"{drafted}/").any()
    assert set(made.applications["rule"]) == {f"set-off {kind} v1"}
    assert set(made.applications["person"]) == {"王"}
    again = back(made, kind)
    assert left(again, LATER) == left(given())
    assert left(again, DAY) == left(made)
    assert booked_drafts(again, kind, LATER) == ()
    reversing = again.applications.drop_nulls("reverses")
    assert set(reversing["person"]) == {"李"}
    assert set(reversing["date"]) == {LATER}
    assert left(booked(again, kind, LATER), LATER) == left(made)


def test_debits_and_credits_are_conserved_with_numbers_of_their_own():
    was, made = given(), booked(given(), "advance-receivable")
    assert made.totals().debit - was.totals().debit == 300
    assert made.totals().credit - was.totals().credit == 300
    assert made.vouchers.select("period", "number").row(-1) == (12, 1)


def test_the_oldest_is_settled_first():
    of = books(
        voucher(1, dr("1122", "100", aux=C1), cr("6001", "100"), date=dt.date(2025, 3, 1)),
        voucher(2, dr("1122", "50", aux=C1), cr("6001", "50"), date=dt.date(2025, 2, 1)),
        voucher(3, dr("1002", "60"), cr("2203", "60", aux=C1), date=dt.date(2025, 3, 2)),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )
    made = booked(of, "advance-receivable")
    rest = dict(open_positions(made, DAY).select("id", "amount").iter_rows())
    assert rest == {"1/1/1": Decimal(90)}
    aged = age(made, as_of=DAY, account="1122", by=["customer"])
    assert aged.totals()["total"] == 90
    assert aged.totals()["credits"] == 0


def test_a_transfer_leaves_a_new_document_open_for_the_taker():
    was = given()
    found = transfer(
        was, "receivable-transfer", as_of=DAY, party="C1", into="C2", amount=Decimal(100)
    )
    made = set_off_books(was, found, draft_books([x.draft for x in found], was))
    assert left(made)["1122 C1"] == 900
    assert left(made)["1122 C2"] == 160
    assert open_positions(made, DAY).filter(pl.col("member") == "C2").height == 2
    assert left(back(made, "receivable-transfer"), LATER) == left(was)


def test_parties_that_are_named_are_taken_back_alone():
    of = books(
        *given().iter_vouchers(),
        voucher(6, dr("1002", "20"), cr("2203", "20", aux=C2)),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )
    made = booked(of, "advance-receivable")
    assert left(made)["1122 C2"] == 40
    only = {("customer", "C2")}
    assert left(back(made, "advance-receivable", parties=only), LATER)["1122 C2"] == 60
    assert left(back(made, "advance-receivable", parties=only), LATER)["1122 C1"] == 700


def test_a_foreign_set_off_leaves_nothing_open_in_either_currency():
    def usd(amount, side):
        return {"currency": "USD", f"fx_{side}": Decimal(amount)}

    of = books(
        voucher(1, dr("1122", "426", aux=C1, **usd(60, "debit")), cr("6001", "426")),
        voucher(2, dr("1122", "284", aux=C1, **usd(40, "debit")), cr("6001", "284")),
        voucher(3, dr("1002", "720"), cr("2203", "720", aux=C1, **usd(100, "credit"))),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )
    assert open_positions(booked(of, "advance-receivable"), DAY).is_empty()


def reds():
    """Returns that name a number or an amount, a receipt taken back, and one in dollars."""
    dollars = {"aux": C2, "currency": "USD"}
    return books(
        voucher(1, dr("1122", "500", summary="销售 发票号12345601", aux=C1), cr("6001", "500")),
        voucher(2, dr("1122", "70", summary="销售", aux=C1), cr("6001", "70")),
        voucher(3, dr("1122", "-120", summary="退货 发票号12345601", aux=C1), cr("6001", "-120")),
        voucher(4, dr("1122", "-70", summary="红字", aux=C1), cr("6001", "-70")),
        voucher(5, dr("1002", "40"), cr("1122", "40", aux=C1)),
        voucher(6, dr("1002", "-40"), cr("1122", "-40", aux=C1)),
        voucher(7, dr("1122", "710", fx_debit=Decimal(100), **dollars), cr("6001", "710")),
        voucher(8, dr("1122", "-710", fx_debit=Decimal(-100), **dollars), cr("6001", "-710")),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )


def test_red_and_blue_are_settled_on_their_own_side_in_both_currencies():
    made = with_red_offsets(reds(), DAY, person="王")
    rows = made.applications.sort("id").select("item", "receipt", "amount", "fx_amount")
    assert rows.rows() == [
        ("1/1/1", "3/1/1", Decimal(120), Decimal(120)),
        ("2/1/1", "4/1/1", Decimal(70), Decimal(70)),
        ("6/2/1", "5/2/1", Decimal(40), Decimal(40)),
        ("7/1/1", "8/1/1", Decimal(710), Decimal(100)),
    ]
    rest = open_positions(made, DAY).select("id", "amount", "base")
    assert rest.rows() == [("1/1/1", Decimal(380), Decimal(380))]
    assert age(made, as_of=DAY, account="1122").totals()["total"] == 380
    assert red_applications(made, DAY).is_empty()


def test_red_offsets_are_taken_back_for_one_party_and_made_again():
    made = with_red_offsets(reds(), DAY)
    only = {("customer", "C2")}
    again = undone_books(made, "red", LATER, parties=only)
    assert set(live_reds(again, LATER)["item"]) == {"1/1/1", "2/1/1", "6/2/1"}
    assert open_positions(again, DAY).equals(open_positions(made, DAY))
    third = with_red_offsets(again, LATER)
    assert third.applications["id"].is_unique().all()
    assert open_positions(third, LATER).equals(open_positions(made, DAY))


def test_documents_that_are_red_cancel_and_set_offs_become_documents():
    rows = pl.DataFrame(
        {
            "id": ["A", "B", "C"],
            "party_role": ["customer"] * 3,
            "party": ["C1"] * 3,
            "account": ["1122"] * 3,
            "date": [dt.date(2025, 1, 5), dt.date(2025, 2, 5), dt.date(2025, 3, 5)],
            "invoice": ["10000001", "10000002", "10000001"],
            "currency": ["CNY"] * 3,
            "amount": [Decimal(120), Decimal(1000), Decimal(-120)],
        },
        schema_overrides={"amount": pl.Decimal(18, 4)},
    )
    paid = (
        rows.head(1)
        .select(pl.exclude("invoice"))
        .with_columns(
            id=pl.lit("R"),
            account=pl.lit("2203"),
            amount=pl.lit(Decimal(300)).cast(rows["amount"].dtype),
        )
    )
    of = given().replace(open_items=rows, receipts=paid)
    cleared = with_red_offsets(of, DAY)
    assert cleared.applications.select("item", "receipt", "amount").rows() == [
        ("A", "C", Decimal(120))
    ]
    made = booked(cleared, "advance-receivable")
    rest = open_positions(made, DAY).select("id", "amount")
    assert dict(rest.iter_rows()) == {"B": Decimal(700)}
    assert dict(
        open_positions(back(made, "advance-receivable"), LATER).select("id", "amount").iter_rows()
    ) == {"B": Decimal(1000), "R": Decimal(-300)}


def test_documents_alone_need_no_list_of_accounts():
    rows = pl.DataFrame(
        {
            "id": ["Z1", "Z2", "X1"],
            "party_role": ["supplier", "supplier", "customer"],
            "party": ["S9", "S9", "C1"],
            "account": ["220202", "220202", None],
            "date": [dt.date(2025, 1, 25), dt.date(2025, 2, 1), dt.date(2025, 1, 2)],
            "amount": [Decimal("6035.05"), Decimal("-6035.05"), Decimal(5)],
        },
        schema_overrides={"amount": pl.Decimal(18, 4)},
    )
    of = Books().replace(open_items=rows)
    made = with_red_offsets(of, DAY)
    assert made.applications.select("item", "receipt").rows() == [("Z1", "Z2")]
    rest = open_positions(made, DAY).select("id", "dimension", "member", "amount")
    assert rest.rows() == [("X1", "customer", "C1", Decimal(5))]
