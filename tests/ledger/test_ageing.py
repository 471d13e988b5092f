"""Ageing first in first out: the definition, the invariants, the policies."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import polars as pl
import pytest
from histories import START, ZERO, Move, amount_frame, books_of, live, moves, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import Books
from kamcore.errors import BooksError, UsageError
from kamcore.ledger.ageing import age, open_items
from kamcore.ledger.balances import balances
from kamcore.ledger.policy import AgeingPolicy
from kamcore.model.voucher import Line, Voucher

D = Decimal
BOUNDS = [30, 60, 90]
days = st.integers(-10, 520).map(lambda number: START + dt.timedelta(days=number))


def looped_open_items(books: Books, as_of: dt.date, *, due: bool = False) -> dict[tuple, list]:
    """The definition as a loop: ``(open, basis)`` per item, and credits, per key."""
    by_key = defaultdict(list)
    for row in live(books):
        if row["date"] <= as_of:
            key = (row["account"], row["aux_customer"], row["currency"] or "CNY")
            by_key[key].append(row)
    answer = {}
    for key, rows in by_key.items():
        own, other = ("credit", "debit") if key[0] == "2203" else ("debit", "credit")
        settled = sum((r[other] - min(r[own], ZERO) for r in rows), ZERO)
        items = []
        for row in rows:
            basis = (row["due_date"] or row["date"]) if due else row["date"]
            if row[own] > 0:
                items.append((basis, row["voucher_id"], row["line_no"], row[own]))
        left = []
        for basis, *_, amount in sorted(items):
            used = min(amount, max(settled, ZERO))
            settled -= used
            left.append((basis, amount - used))
        answer[key] = [[pair for pair in left if pair[1]], -settled]
    return answer


def looped_ageing(books: Books, as_of: dt.date, *, due: bool = False) -> dict[tuple, list]:
    answer = {}
    for key, (items, credits_) in looped_open_items(books, as_of, due=due).items():
        amounts = [ZERO] * 4
        not_due = ZERO
        for basis, amount in items:
            if basis > as_of:
                not_due += amount
            else:
                old = (as_of - basis).days
                place = next((n for n, bound in enumerate(BOUNDS) if old <= bound), 3)
                amounts[place] += amount
        total = sum(amounts, not_due) + credits_
        if items or total:
            answer[key] = [*amounts, not_due, credits_, total, len(items)]
    return answer


def answered(frame: pl.DataFrame) -> dict[tuple, list]:
    return {tuple(row[:3]): list(row[3:]) for row in frame.rows()}


@settings(max_examples=60, deadline=None)
@given(moves(), days, st.sampled_from(["document", "due"]))
def test_ageing_is_the_definition_in_any_row_order(
    history: list[Move], as_of: dt.date, basis: str
) -> None:
    books = books_of(history)
    policy = AgeingPolicy(basis=basis)
    found = age(books, as_of=as_of, by="customer", buckets=BOUNDS, policy=policy)
    assert answered(found.frame) == looped_ageing(books, as_of, due=basis == "due")
    again = age(shuffled(books), as_of=as_of, by="customer", buckets=BOUNDS, policy=policy)
    assert again.frame.equals(found.frame)


@settings(max_examples=40, deadline=None)
@given(moves(), days, st.sampled_from(["apart", "net", "reclassify", "in_bucket"]))
def test_buckets_are_open_items_are_the_balance_of_the_ledger(
    history: list[Move], as_of: dt.date, credits_: str
) -> None:
    books = books_of(history)
    policy = AgeingPolicy(credits=credits_, side="debit")
    keys = ["account", "aux_customer", "currency"]
    aged = age(books, as_of=as_of, by="customer", buckets=BOUNDS, policy=policy)
    parts = pl.sum_horizontal(pl.col(*aged.labels, "not_due", "credits"))
    assert aged.frame.filter(parts != pl.col("total")).height == 0

    until = books.replace(lines=books.lines.filter(pl.col("date") <= as_of))
    ledger = balances(until, by="customer", period="2020-01..2026-12")
    ledger = ledger.select(*keys, total="closing").filter(pl.col("total") != 0)
    items = open_items(books, as_of=as_of, by="customer", policy=policy)
    summed = items.group_by(keys).agg(total=pl.col("open").sum()).sort(keys)
    assert summed.filter(pl.col("total") != 0).equals(ledger.sort(keys))
    if credits_ != "reclassify":
        shown = aged.frame.select(*keys, "total").filter(pl.col("total") != 0)
        assert shown.equals(ledger.sort(keys))
    assert aged.totals()["total"] == (ledger["total"].sum() or ZERO)


def sale(day: str, amount: str, **more) -> Move:
    side = more.pop("side", "debit")
    return Move(dt.date.fromisoformat(day), "1122.01", "A", D(amount), side, **more)


def ages(history: list[Move], as_of: str, bounds: list, **policy) -> dict[str, Decimal]:
    found = age(
        books_of(history),
        as_of=dt.date.fromisoformat(as_of),
        account="1122",
        by="customer",
        buckets=bounds,
        policy=AgeingPolicy(**policy),
    )
    row = found.frame.row(0, named=True)
    return {name: row[name] for name in found.columns if row[name]}


def test_the_auditors_vector() -> None:
    """Opening 100 from last year, debit 165, credit 120 or 80 (accounting practice)."""
    history = [sale("2024-06-01", "100"), sale("2025-03-01", "165")]
    paid = sale("2025-06-01", "120", side="credit")
    assert ages([*history, paid], "2025-12-31", ["1y"]) == {"0-1 year": D(145), "total": D(145)}
    paid = sale("2025-06-01", "80", side="credit")
    assert ages([*history, paid], "2025-12-31", ["1y"]) == {
        "0-1 year": D(165),
        ">1 year": D(20),
        "total": D(185),
    }


@pytest.mark.parametrize(
    ("day", "label"),
    [("2024-11-10", "1-2 years"), ("2025-06-01", "0-1 year"), ("2024-12-31", "0-1 year")],
)
def test_a_year_includes_exactly_one_year(day: str, label: str) -> None:
    assert label in ages([sale(day, "1")], "2025-12-31", ["1y", "2y"])


def test_red_lines_settle_and_red_settlements_are_taken_back() -> None:
    history = [
        sale("2025-01-10", "100"),
        sale("2025-02-10", "50"),
        sale("2025-02-20", "-30"),
        sale("2025-03-01", "60", side="credit"),
        sale("2025-03-05", "-60", side="credit"),
    ]
    assert ages(history, "2025-03-31", [30, 60]) == {
        "31-60": D(50),
        ">60": D(70),
        "total": D(120),
    }
    back_only = [sale("2025-03-05", "-60", side="credit")]
    assert ages(back_only, "2025-03-31", [30]) == {"credits": D(60), "total": D(60)}


def test_more_receipts_than_items_are_credits_or_advances() -> None:
    history = [sale("2025-01-10", "100"), sale("2025-03-01", "130", side="credit")]
    assert ages(history, "2025-03-31", [30]) == {"credits": D(-30), "total": D(-30)}
    found = age(
        books_of(history),
        as_of=dt.date(2025, 3, 31),
        account="1122",
        by="customer",
        policy=AgeingPolicy(credits="reclassify"),
    )
    assert found.frame.select("account", "credits", "total").rows() == [("2203", D(-30), D(-30))]


def test_payables_age_on_their_own_side() -> None:
    lines = (Line(account="1403", debit=D(80)), Line(account="2202", credit=D(80)))
    books = Books.from_vouchers([Voucher(date=dt.date(2025, 1, 5), lines=lines)])
    found = age(books, as_of=dt.date(2025, 1, 31), account="2202", buckets=[30])
    assert found.frame["0-30"].to_list() == [D(80)]


def test_the_stated_opening_is_the_oldest_item() -> None:
    opening = amount_frame(
        {
            "year": [2025],
            "period": [1],
            "account": ["1122.01"],
            "aux_customer": ["A"],
            "opening": [D(100)],
        },
        ["opening"],
    )
    history = [sale("2025-01-10", "50"), sale("2025-02-01", "70", side="credit")]
    books = books_of(history, tables={"balances": opening})
    found = age(books, as_of=dt.date(2025, 3, 31), account="1122", by="customer", buckets=[80, 89])
    # It stood there on the eve of the first period, 90 days before.
    assert found.frame.select("0-80", "81-89", ">89").rows() == [(D(50), D(0), D(30))]
    assert found.totals()["total"] == D(80)
    without = age(
        books,
        as_of=dt.date(2025, 3, 31),
        account="1122",
        by="customer",
        policy=AgeingPolicy(openings=False),
    )
    assert without.totals()["total"] == D(-20)


def test_foreign_items_age_in_their_own_currency() -> None:
    line = Line(
        account="1122", debit=D(717), currency="USD", fx_debit=D(100), aux={"customer": "A"}
    )
    home = Line(account="1122", debit=D(5), aux={"customer": "A"})
    books = Books.from_vouchers([Voucher(date=dt.date(2025, 1, 5), lines=(line, home))])
    found = age(
        books,
        as_of=dt.date(2025, 1, 31),
        by="customer",
        buckets=[30],
        policy=AgeingPolicy(measure="fx"),
    )
    assert found.frame.select("currency", "total").rows() == [("CNY", D(5)), ("USD", D(100))]


def test_the_document_date_is_the_business_date() -> None:
    line = Line(account="1122", debit=D(5))
    voucher = Voucher(date=dt.date(2025, 3, 31), business_date=dt.date(2025, 1, 5), lines=(line,))
    books = Books.from_vouchers([voucher])
    kept = {
        basis: age(
            books,
            as_of=dt.date(2025, 3, 31),
            buckets=[30],
            policy=AgeingPolicy(basis=basis),
        ).frame["0-30"][0]
        for basis in ("document", "voucher")
    }
    assert kept == {"document": D(0), "voucher": D(5)}


def test_the_result_prints_its_policy() -> None:
    found = age(books_of([sale("2025-01-10", "1")]), as_of=dt.date(2025, 3, 31), account="1122")
    assert found.policy["as_of"] == "2025-03-31"
    assert found.policy["buckets"] == ["30", "60", "90", "180", "365"]
    assert found.policy["basis"] == "document"
    assert found.policy["account"] == ["1122"]
    assert "单据日期" in AgeingPolicy().text("zh")
    assert "by document date" in AgeingPolicy().text()


def test_wrong_questions_are_named() -> None:
    books = books_of([sale("2025-01-10", "1")])
    with pytest.raises(UsageError, match="L1211"):
        age(books, as_of="2025-03-31")
    with pytest.raises(UsageError, match="L1011"):
        age(books, as_of=dt.date(2025, 3, 31), by="车间")
    with pytest.raises(BooksError, match="L1001"):
        age(books.lines.with_columns(debit=1.5), as_of=dt.date(2025, 3, 31))
    with pytest.raises(ValueError, match="credits"):
        AgeingPolicy(credits="hidden")


def test_nothing_open_gives_no_rows() -> None:
    found = age(Books(), as_of=dt.date(2025, 3, 31))
    assert found.frame.height == 0
    assert found.totals()["total"] == 0
