"""Openings: derived year start, checks, carry-forward."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from histories import Move, amount_frame, books_of, moves
from hypothesis import example, given, settings

from kamcore.books import Books, schema
from kamcore.errors import BooksError
from kamcore.ledger.balances import balances
from kamcore.ledger.openings import carry_forward, check_openings, year_openings

D = Decimal
LATE = Move(dt.date(2025, 1, 1), "1122.01", "0001", D(1), "debit")
"""A move that leaves a whole year without any."""
MONEY = ("opening", "debit", "credit", "ytd_debit", "ytd_credit", "closing", "fx_opening")


def stated(*rows: dict) -> Books:
    names = sorted({name for row in rows for name in row})
    columns = {name: [row.get(name) for row in rows] for name in names}
    frame = amount_frame(columns, [name for name in names if name in MONEY])
    every = frame.with_columns(year=pl.lit(2025, pl.Int64), period=pl.lit(5, pl.Int64))
    return Books(tables={"balances": every})


def row(account: str, opening: int, debit: int = 0, credit: int = 0, **more) -> dict:
    figures = {"opening": D(opening), "ytd_debit": D(debit), "ytd_credit": D(credit)}
    return {"account": account, **figures, **more}


def test_the_year_opening_follows_from_the_accumulations() -> None:
    books = stated(row("1122", 130, 100, 70), row("2202", -130, 70, 100))
    found = year_openings(books)
    assert found.select("account", "opening", "year_opening").rows() == [
        ("1122", D(130), D(100)),
        ("2202", D(-130), D(-100)),
    ]


def test_openings_by_auxiliary_item() -> None:
    books = stated(
        row("1122", 130, 100, 70),
        row("1122", 100, 100, 0, aux_customer="A"),
        row("1122", 30, 0, 70, aux_customer="B"),
    )
    found = year_openings(books, by=("customer",))
    assert found.select("aux_customer", "year_opening").rows() == [("A", D(0)), ("B", D(100))]


def test_no_stated_balances_are_said() -> None:
    with pytest.raises(BooksError, match="L1005"):
        year_openings(Books())
    assert check_openings(Books()) == []


def test_right_openings_have_no_problems() -> None:
    books = stated(
        row("1122", 130, 100, 70),
        row("1122.01", 130, 100, 70),
        row("1122.01", 130, 100, 70, aux_customer="A"),
        row("2202", -130, 70, 100),
        row("6001", 0, 50, 50),
        row("1002", 0, currency="USD", fx_opening=D(0)),
    )
    assert check_openings(books) == []


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([row("1122", 10)], ["L1101"]),
        ([row("1122", 0, 10)], ["L1102"]),
        (
            [row("1001", 5), row("2202", -5), row("2202.01", -4), row("2202.02", 0)],
            ["L1101", "L1103"],
        ),
        ([row("1122", 5), row("1122", 4, aux_customer="A"), row("2202", -5)], ["L1104"]),
        ([row("6001", 0, 0, 8), row("1002", 0, 8, 0)], ["L1105"]),
        ([row("1002", 0, currency="USD")], ["L1106"]),
    ],
)
def test_each_wrong_opening_is_named(rows: list[dict], codes: list[str]) -> None:
    problems = check_openings(stated(*rows))
    assert [problem.code for problem in problems] == codes
    assert all(problem.message("zh") != problem.message("en") for problem in problems)


def test_closing_balances_are_carried_into_the_next_year() -> None:
    history = [
        Move(dt.date(2025, 1, 5), "1122.01", "A", D(100), "debit"),
        Move(dt.date(2025, 12, 9), "1122.01", "B", D(40), "debit"),
        Move(dt.date(2025, 12, 9), "1122.01", "B", D(40), "credit"),
        Move(dt.date(2026, 1, 9), "1122.01", "A", D(999), "debit"),
    ]
    found = carry_forward(books_of(history), 2025)
    assert found.select("year", "period", "account", "aux_customer", "opening").rows() == [
        (2026, 1, "1002", None, D(-100)),
        (2026, 1, "1122.01", "A", D(100)),
    ]


@settings(max_examples=15, deadline=None)
@given(moves())
@example([Move(dt.date(2023, 11, 5), "1122.01", "0001", D(1), "debit"), LATE])
def test_next_year_alone_with_its_openings_is_next_year_in_the_whole(history: list[Move]) -> None:
    books = books_of(history)
    types = {name: schema.BALANCES.dtype_of(name) for name in schema.BALANCES.names}
    opening = carry_forward(books, 2023)
    opening = opening.with_columns(
        pl.col(name).cast(types.get(name, schema.TEXT)) for name in opening.columns
    )
    later = books.replace(lines=books.lines.filter(pl.col("year") > 2023), balances=opening)
    figures = pl.col("opening", "debit", "credit", "closing").cast(pl.Decimal(38, 4))

    def year(books: Books) -> pl.DataFrame:
        found = balances(books, by="customer", period="2024-01..2024-12")
        return found.select("account", "aux_customer", "currency", figures).filter(
            pl.any_horizontal(pl.col("opening", "debit", "credit") != 0)
        )

    assert year(later).equals(year(books))


def test_parts_with_and_without_members_are_all_carried() -> None:
    """Rows of one account that name different dimensions may be parts or views of one sum."""
    parts = stated(
        row("1122", 30, aux_customer="A"),
        row("1122", 70, aux_customer="B", aux_department="D"),
        row("1122", 5),
    )
    assert year_openings(parts, by=("customer",))["opening"].sum() == D(105)
    views = stated(
        row("1122", 30, aux_customer="A"),
        row("1122", 70, aux_customer="B"),
        row("1122", 100, aux_department="D"),
        row("1122", 100),
    )
    assert year_openings(views, by=("customer",))["opening"].to_list() == [D(30), D(70)]
    assert year_openings(views, by=("department",))["opening"].to_list() == [D(100)]
    assert year_openings(views)["opening"].to_list() == [D(100)]
