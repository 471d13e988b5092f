"""Open lists, matching, statements and set-offs answer on every engine as they do for Books."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books, schema
from kamcore.errors import BooksError, UsageError
from kamcore.ledger import age
from kamcore.matching import (
    Matching,
    SettlementAccounts,
    StatementPolicy,
    Undo,
    applications,
    from_lines,
    match,
    open_lists,
    red_offsets,
    replay,
    set_off,
    settlement_drafts,
    statement_lines,
    statements,
    to_lines,
    transfer,
)
from kamcore.matching.offsets.red_offset import undone
from kamcore.matching.offsets.set_off import KINDS, linked_parties
from kamcore.matching.parties.control_balances import control_balances
from kamcore.matching.settlement.settled import settled_books
from kamcore.pipeline.drafting import draft_books
from matching.histories import AS_OF, drawn
from matching.lists import days, rows
from matching.two_books import two_books
from set_off_books import given as two_roles
from small_books import books as small
from small_books import cr, dr, voucher

TABLES = ("lines", "vouchers", "accounts", "members")
CUSTOMER = {"aux": {"customer": "01"}}
END = dt.date(2025, 3, 31)


@pytest.fixture(scope="module")
def ours() -> Books:
    return two_books(drawn(4, parties=3)).ours


def tables(engine, books: Books, *more: str) -> dict:
    found = {name: engine.to(books.tables[name]) for name in (*TABLES, *more)}
    return {**found, "entity": books.entity}


def lists_agree(engine, found: tuple, wanted: tuple) -> None:
    for one, other in zip(found, wanted, strict=True):
        engine.same(one, other)


def test_open_lists_are_queries_of_the_engine(engine, ours) -> None:
    wanted = open_lists(ours, AS_OF)
    lists_agree(engine, open_lists(tables(engine, ours), AS_OF), wanted)
    assert min(one.height for one in wanted) > 0


def test_blank_tables_of_an_engine_say_nothing(engine, ours) -> None:
    given = tables(engine, ours, "open_items", "receipts", "adjustments", "applications")
    lists_agree(engine, open_lists(given, AS_OF), open_lists(ours, AS_OF))
    asked = {"as_of": AS_OF, "account": "1122", "by": "customer"}
    wanted = age(ours, **asked)
    engine.same(age(given, **asked).frame, wanted.frame)
    assert wanted.totals()["total"]


def documented() -> Books:
    """Documents of a module in two currencies, red and applied in part."""
    told = {"party_role": "customer", "party": "01", "account": "1122", "date": END}
    members = {"dimension": ["customer"] * 2, "code": ["01"] * 2, "name": ["甲有限公司", None]}

    def table(name: str, *given: dict) -> pl.DataFrame:
        types = {column.name: column.dtype for column in schema.TABLES[name].columns}
        made = [{**told, **{k: Decimal(v) if k in AMOUNTS else v for k, v in one.items()}}
                for one in given]  # fmt: skip
        return pl.DataFrame(made, schema=types)

    return small(
        voucher(1, dr("1122", 4), cr("6001", 4)),
        members=pl.DataFrame(members),
        open_items=table(
            "open_items",
            {"id": "A", "amount": 715, "fx_amount": 100, "currency": "USD", "invoice": "A1"},
            {"id": "B", "amount": "-12.34", "document": " ", "contract": "HT-1"},
            {"id": "C", "amount": 50, "party_role": "supplier"},
        ),
        receipts=table(
            "receipts",
            {"id": "R", "amount": 711, "fx_amount": 100, "currency": "USD", "document": "R9"},
        ),
        applications=table(
            "applications",
            {"id": "1", "item": "A", "receipt": "R", "date": END, "amount": 71, "fx_amount": 10},
        ).drop("source_row"),
    )


AMOUNTS = ("amount", "fx_amount")


def test_documents_are_listed_with_what_applications_leave(engine) -> None:
    books = documented()
    given = tables(engine, books, "open_items", "receipts", "applications")
    wanted = open_lists(books, END)
    lists_agree(engine, open_lists(given, END), wanted)
    said = wanted[0].select("id", "party_name", "amount", "base", "reference").rows()
    red = Decimal("-12.34")
    assert said == [
        ("A", "甲有限公司", 90, 644, "A1"),
        ("B", "甲有限公司", red, red, "  HT-1"),
    ]
    assert wanted[1].select("id", "amount", "base", "reference").rows() == [("R", 90, 640, None)]


@pytest.fixture(scope="module")
def wanted(ours) -> Matching:
    return match(*open_lists(ours, AS_OF))


def test_a_matching_is_of_the_kind_of_its_items(engine, ours, wanted) -> None:
    """What is decided, kept, taken back and replayed is the same, whatever held the lists."""
    items, receipts = (engine.to(one) for one in open_lists(ours, AS_OF))
    found = match(items, receipts)
    assert found == wanted
    assert found.automatic
    engine.same(found.documents, wanted.documents)
    engine.same(found.unmatched_items, wanted.unmatched_items)
    engine.same(found.frame(), wanted.frame())
    assert found.totals() == wanted.totals()
    undone = [Undo(of=one.id, date=AS_OF, person="李") for one in wanted.automatic[::3]]
    made = applications(found.automatic, found.documents, undone=undone)
    engine.same(made, applications(wanted.automatic, wanted.documents, undone=undone))
    again = replay(from_lines(to_lines(found)), items, receipts)
    assert again == wanted
    engine.same(again.documents, wanted.documents)


def test_a_list_needs_only_its_musts_and_loses_no_digit(engine) -> None:
    items = rows(("A", "512.13"), ("B", 60)).select("id", "party", "date", "amount")
    receipts = rows(("R", "512.13", {"date": days(9)}))
    found = match(items.lazy(), engine.to(receipts))
    assert found.automatic[0].items[0].id == "A"
    assert isinstance(found.documents, pl.LazyFrame)
    finer = items.with_columns(pl.col("amount").cast(pl.Decimal(20, 6)) + Decimal("0.000001"))
    for amount in (finer["amount"], items["amount"].cast(pl.Float64)):
        with pytest.raises(BooksError, match="M6001"):
            match(engine.to(items.with_columns(amount)), engine.to(receipts))
    with pytest.raises(BooksError, match="M6002"):
        match(engine.to(items.drop("party")), engine.to(receipts))
    with pytest.raises(UsageError, match="L1003"):
        match([1, 2], receipts)


def test_settled_books_stay_in_the_engine(engine) -> None:
    told = {"currency": "USD", "summary": "发票号10000001", **CUSTOMER}
    books = small(
        voucher(1, dr("1122", 7150, fx_debit=Decimal(1000), **told), cr("6001", 7150)),
        voucher(2, dr("1002", 7189), cr("1122", 7189, fx_credit=Decimal(1000), **told), date=END),
    )
    given = tables(engine, books)
    found = match(*open_lists(given, END))
    drafts = settlement_drafts(found.automatic, found.documents, SettlementAccounts.of(given))
    applied = applications(found.automatic, found.documents)
    after = settled_books({**given, "applications": applied}, drafts, draft_books(drafts, books))
    left = open_lists(after, END)
    lists_agree(engine, left, tuple(one.clear() for one in open_lists(books, END)))
    wanted = settled_books(
        books.replace(applications=applications(match(*open_lists(books, END)).automatic,
                                                match(*open_lists(books, END)).documents)),
        drafts, draft_books(drafts, books),
    )  # fmt: skip
    assert wanted.vouchers.height == 3
    engine.same(after["vouchers"], wanted.vouchers)
    engine.same(after["lines"], wanted.lines)


def told(source: object, **asked: object) -> list[dict]:
    return [one.to_json() for one in statements(source, AS_OF, **asked)]


def test_statements_are_queries_of_the_engine(engine, books, ours) -> None:
    """With stated openings, void vouchers, two currencies and lines that name nobody."""
    given, day = engine.tables(books), dt.date(2025, 3, 1)
    for asked in ({"since": day}, {"policy": StatementPolicy(accounts=("1122.01",))}):
        engine.same(statement_lines(given, AS_OF, **asked), statement_lines(books, AS_OF, **asked))
    assert told(given, since=day) == told(books, since=day)
    named = tables(engine, ours)
    assert told(named, party="K002") == [one for one in told(ours) if one["party"] == "K002"]


def test_balances_of_parties_are_queries_of_the_engine(engine, books, ours) -> None:
    engine.same(control_balances(engine.tables(books), END), control_balances(books, END))
    engine.same(control_balances(tables(engine, ours), AS_OF), control_balances(ours, AS_OF))


def test_set_offs_are_drafted_from_sums_of_the_engine(engine) -> None:
    books = two_roles()
    given = tables(engine, books)
    assert linked_parties(given) == linked_parties(books) == {"C1": ("S9", "name")}
    for kind in KINDS:
        found = set_off(given, kind, as_of=AS_OF)
        assert found == set_off(books, kind, as_of=AS_OF)
        assert found
    asked = {"as_of": AS_OF, "party": "S9", "into": "S10", "amount": Decimal("12.5")}
    assert transfer(given, "payable-transfer", **asked) == transfer(
        books, "payable-transfer", **asked
    )


def test_red_lines_are_found_in_the_engine(engine) -> None:
    """In part, in a foreign currency at another rate, and nothing of what has no red line."""
    usd = {"currency": "USD", **CUSTOMER}
    books = small(
        voucher(1, dr("1122", 710, fx_debit=Decimal(100), summary="发票号10000001", **usd)),
        voucher(2, dr("1122", -219, fx_debit=Decimal(-30), summary="红字10000001", **usd)),
        voucher(3, dr("1122", 70, **CUSTOMER)),
        voucher(4, dr("1122", -70, summary="红字", **CUSTOMER)),
        voucher(5, cr("2202", 70, aux={"supplier": "9"})),
    )
    wanted, found = red_offsets(books, END), red_offsets(tables(engine, books), END)
    engine.same(found, wanted)
    assert wanted.select("item", "receipt", "amount", "fx_amount").rows() == [
        ("3/1/1", "4/1/1", 70, 70),
        ("1/1/1", "2/1/1", 213, 30),
    ]
    engine.same(undone(found, AS_OF), undone(wanted, AS_OF))


def test_a_float_is_never_money(ours) -> None:
    floats = ours.lines.with_columns(pl.col("debit").cast(pl.Float64))
    given = {**ours.tables, "lines": floats}
    with pytest.raises(BooksError, match="L1001"):
        open_lists(given, dt.date(2025, 12, 31))
