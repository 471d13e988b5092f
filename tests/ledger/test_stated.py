"""Stated balances against computed ones."""

import datetime as dt
from decimal import Decimal

import polars as pl
from histories import Move, amount_frame, books_of

from kamcore.books import Books
from kamcore.ledger.balances import FIGURES, balances
from kamcore.ledger.stated import stated_differences

D = Decimal
HISTORY = [
    Move(dt.date(2025, 1, 5), "1122.01", "A", D(100), "debit", currency="USD"),
    Move(dt.date(2025, 1, 9), "1122.01", "B", D(40), "debit"),
    Move(dt.date(2025, 2, 1), "1122.02", "A", D(60), "credit"),
]


def with_stated(*rows: tuple) -> Books:
    names = ("year", "period", "account", "aux_customer", "currency", *FIGURES)
    frame = amount_frame(
        dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)), FIGURES
    )
    return books_of(HISTORY).replace(balances=frame)


def said(books: Books) -> list[tuple]:
    found = stated_differences(books)
    return found.drop("year").rows()


def test_right_figures_at_every_grain_give_nothing() -> None:
    books = with_stated(
        (2025, 1, "1122", None, None, D(0), D(140), D(0), D(140), D(0), D(140)),
        (2025, 2, "1122", None, None, D(140), D(0), D(60), D(140), D(60), D(80)),
        (2025, 2, "1122.01", "B", None, D(40), D(0), D(0), D(40), None, D(40)),
        (2025, 2, "1122.01", "A", "USD", D(100), None, None, None, None, D(100)),
        (2025, 3, "1122", None, None, D(80), D(0), D(0), D(140), D(60), D(80)),
    )
    assert said(books) == []


def test_wrong_figures_are_named_with_both_amounts() -> None:
    books = with_stated(
        (2025, 1, "1122", None, None, D(0), D(140), D(0), D(140), D(0), D(140)),
        (2025, 2, "1122.02", "A", None, D(0), D(0), D(60), D(0), D(60), D(-61)),
        (2025, 2, "1122", "B", None, D(41), D(0), D(0), D(40), D(0), D(40)),
        (2025, 2, "1221", None, None, None, None, None, None, None, D(5)),
    )
    assert said(books) == [
        (2, "1122", "B", None, "opening", D(41), D(40), D(1)),
        (2, "1122.02", "A", None, "closing", D(-61), D(-60), D(-1)),
        (2, "1221", None, None, "closing", D(5), D(0), D(5)),
    ]


def test_what_balances_computes_holds_when_it_is_stated() -> None:
    books = books_of(HISTORY)
    computed = balances(books, by="customer", detail="tree").with_columns(
        pl.col(FIGURES).cast(pl.Decimal(18, 4))
    )
    assert said(books.replace(balances=computed)) == []
