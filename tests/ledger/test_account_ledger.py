"""Ledgers with a running balance, by account and by member."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from histories import Move, amount_frame, books_of, moves, shuffled
from hypothesis import given, settings

from kamcore.books import Books
from kamcore.ledger.account_ledger import account_ledger
from kamcore.ledger.balances import balances

D = Decimal


@pytest.fixture
def books() -> Books:
    history = [
        Move(dt.date(2025, 1, 5), "1122.01", "A", D(100), "debit"),
        Move(dt.date(2025, 1, 9), "1122.01", "B", D(40), "debit"),
        Move(dt.date(2025, 2, 1), "1122.01", "A", D(100), "credit"),
        Move(dt.date(2025, 2, 3), "1122.02", "A", D(30), "credit"),
        Move(dt.date(2025, 2, 4), "1122.01", "A", D(9), "debit", "void"),
    ]
    return books_of(history)


def test_a_ledger_runs_and_says_flat_where_nothing_is_left(books: Books) -> None:
    found = account_ledger(books, "1122", members={"customer": "A"})
    assert found.frame.select("number", "debit", "credit", "direction", "balance").rows() == [
        (1, D(100), D(0), "借", D(100)),
        (3, D(0), D(100), "平", D(0)),
        (4, D(0), D(30), "贷", D(-30)),
    ]
    assert found.sums.select("period", "opening", "closing", "direction").rows() == [
        (1, D(0), D(100), "借"),
        (2, D(100), D(-30), "贷"),
    ]


def test_every_member_runs_on_its_own(books: Books) -> None:
    found = account_ledger(books, "1122", by="customer").frame
    assert found.select("aux_customer", "balance").rows() == [
        ("A", D(100)),
        ("A", D(0)),
        ("A", D(-30)),
        ("B", D(40)),
    ]


def test_a_period_starts_from_what_was_before_it(books: Books) -> None:
    found = account_ledger(books, "1122", period="2025-02")
    assert found.frame["balance"].to_list() == [D(40), D(10)]
    assert found.sums["opening"].to_list() == [D(140)]


def test_the_stock_stands_under_the_first_line(books: Books) -> None:
    opening = amount_frame(
        {
            "year": [2025, 2025],
            "period": [1, 1],
            "account": ["1122.01", "1122.01"],
            "aux_customer": ["A", "C"],
            "opening": [D(7), D(2)],
        },
        ["opening"],
    )
    with_stock = books.replace(balances=opening)
    assert account_ledger(with_stock, "1122").frame["balance"].to_list()[0] == D(109)
    by_member = account_ledger(with_stock, "1122", by="customer")
    assert by_member.frame["balance"].to_list()[0] == D(107)
    assert "C" in by_member.sums["aux_customer"].to_list()


@settings(max_examples=25, deadline=None)
@given(moves())
def test_the_last_running_balance_is_the_closing_balance(history: list[Move]) -> None:
    books = books_of(history)
    found = account_ledger(books, "1122", by="customer")
    closing = (
        balances(books, account="1122", by="customer", period="2023-01..2026-12")
        .group_by("aux_customer")
        .agg(pl.col("closing").sum())
        .sort("aux_customer")
    )
    last = found.frame.group_by("aux_customer", maintain_order=True).last()
    assert last.select("aux_customer", closing="balance").equals(closing)
    again = account_ledger(shuffled(books), "1122", by="customer")
    assert again.frame.equals(found.frame)
    assert again.sums.equals(found.sums)


def test_lines_without_vouchers_have_a_ledger_too(books: Books) -> None:
    found = account_ledger(books.lines, "1122").frame
    assert found["balance"].to_list()[-1] == D(19)
