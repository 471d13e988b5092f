"""Balances: figures, openings, roll-up, and that they are sums."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from histories import Move, amount_frame, books_of, looped_balances, moves, shuffled
from hypothesis import given, settings

from kamcore.books import Books
from kamcore.errors import BooksError, UsageError
from kamcore.ledger.balances import FIGURES, balances
from kamcore.model.entity import Entity
from kamcore.model.period import Period
from kamcore.model.scheme import CodeScheme
from kamcore.model.voucher import Line, Voucher

KEYS = ("account", "aux_customer", "currency", "year", "period")
D = Decimal


def answered(frame: pl.DataFrame) -> dict[tuple, list[Decimal]]:
    return {
        tuple(row[key] for key in KEYS): [row[figure] for figure in FIGURES]
        for row in frame.iter_rows(named=True)
    }


@settings(max_examples=60, deadline=None)
@given(moves())
def test_balances_are_those_of_a_plain_loop_in_any_row_order(history: list[Move]) -> None:
    books = books_of(history)
    result = balances(books, by="customer")
    assert answered(result) == looped_balances(books)
    assert result.equals(balances(shuffled(books), by="customer"))


@settings(max_examples=25, deadline=None)
@given(moves(12), moves(12))
def test_balances_of_a_union_are_the_sums_of_both(one: list[Move], two: list[Move]) -> None:
    figures = [pl.col(figure).sum() for figure in ("debit", "credit", "closing")]
    span = "2020-01..2025-12"

    def sums(*parts: pl.DataFrame) -> pl.DataFrame:
        return pl.concat(parts).group_by(KEYS).agg(figures).sort(KEYS)

    both = balances(books_of([*one, *two]), by="customer", period=span)
    parts = [balances(books_of(part), by="customer", period=span) for part in (one, two)]
    assert sums(both).equals(sums(*parts))


@settings(max_examples=15, deadline=None)
@given(moves())
def test_a_span_agrees_with_its_periods(history: list[Move]) -> None:
    books = books_of(history)
    every = balances(books, by="customer")
    for year, period in every.select("year", "period").unique().iter_rows():
        one = balances(books, by="customer", period=Period(year, period))
        assert one.filter(pl.any_horizontal(pl.col(FIGURES) != 0)).equals(
            every.filter(pl.col("year") == year, pl.col("period") == period).filter(
                pl.any_horizontal(pl.col(FIGURES) != 0)
            )
        )


@pytest.fixture
def books() -> Books:
    def sale(day: dt.date, amount: int, customer: str, **more) -> Voucher:
        lines = (
            Line(account="1122.01", debit=D(amount), aux={"customer": customer}, **more),
            Line(account="6001.02.03", credit=D(amount)),
        )
        return Voucher(date=day, word="记", number=1, lines=lines)

    return Books.from_vouchers(
        [sale(dt.date(2025, 3, 1), 100, "A"), sale(dt.date(2025, 5, 2), -30, "B")],
        entity=Entity(scheme=CodeScheme.parse("4-2-2", ".")),
    )


def test_idle_periods_stand_unless_left_out(books: Books) -> None:
    every = balances(books, account="1122", by="customer")
    assert every["period"].to_list() == [3, 5, 5]
    busy = balances(books, account="1122", by="customer", idle=False)
    assert busy.select("aux_customer", "period").rows() == [("A", 3), ("B", 5)]


def test_accounts_roll_up_the_tree(books: Books) -> None:
    tree = balances(books, detail="tree", period="2025-05")
    assert tree.select("account", "closing").rows() == [
        ("1122", D(70)),
        ("1122.01", D(70)),
        ("6001", D(-70)),
        ("6001.02", D(-70)),
        ("6001.02.03", D(-70)),
    ]
    first = balances(books, detail=1, period="2025-05")
    assert first.select("account", "closing").rows() == [("1122", D(70)), ("6001", D(-70))]


def test_an_account_is_found_in_either_spelling(books: Books) -> None:
    spelled = balances(books, account="112201")
    assert spelled["account"].unique().to_list() == ["1122.01"]


def stated(**columns: list) -> pl.DataFrame:
    money = [name for name in columns if name in FIGURES]
    return amount_frame(columns, money)


def test_the_stated_opening_of_the_first_period_is_the_stock(books: Books) -> None:
    books = books.replace(
        balances=stated(
            year=[2025] * 3,
            period=[3] * 3,
            account=["1122", "1122.01", "1122.01"],
            aux_customer=[None, None, "A"],
            opening=[D(500)] * 3,
            debit=[D(100)] * 3,
            ytd_debit=[D(900)] * 3,
        )
    )
    rows = balances(books, account="1122", by="customer", period="2025-03").rows(named=True)
    assert [(r["aux_customer"], r["opening"], r["ytd_debit"]) for r in rows] == [
        ("A", D(500), D(900))
    ]
    total = balances(books, account="1122", period="2025-05").row(0, named=True)
    assert (total["opening"], total["closing"], total["ytd_debit"]) == (D(600), D(570), D(870))


def test_a_closing_stated_before_the_first_line_is_the_stock(books: Books) -> None:
    books = books.replace(
        balances=stated(
            year=[2024, 2025],
            period=[12, 0],
            account=["1122.01"] * 2,
            aux_customer=["A"] * 2,
            closing=[D(1), D(40)],
            ytd_debit=[D(9), D(0)],
        )
    )
    row = balances(books, account="1122.01", by="customer", period="2025-03").row(0, named=True)
    assert (row["opening"], row["ytd_debit"]) == (D(40), D(100))


def test_balances_stated_after_the_first_line_are_not_the_stock(books: Books) -> None:
    later = stated(year=[2025], period=[4], account=["1122.01"], opening=[D(7)])
    books = books.replace(balances=later)
    assert balances(books, account="1122", period="2025-04")["opening"].to_list() == [D(100)]


def test_balances_alone_give_their_own_figures() -> None:
    books = Books(
        tables={
            "balances": stated(
                year=[2025],
                period=[1],
                account=["1122"],
                opening=[D(7)],
                debit=[D(3)],
                ytd_debit=[D(3)],
            )
        }
    )
    assert balances(books, period="2025-01")["opening"].to_list() == [D(7)]


def test_currencies_quantities_and_booked_vouchers() -> None:
    line = Line(
        account="1122",
        debit=D("717.5"),
        currency="USD",
        fx_debit=D(100),
        quantity=D("2.5"),
        rate=D("7.175"),
    )
    back = Line(account="1122", credit=D("71.75"), currency="USD", fx_credit=D(10), quantity=D(1))
    vouchers = [
        Voucher(date=dt.date(2025, 1, 3), status="posted", lines=(line,)),
        Voucher(date=dt.date(2025, 1, 4), status="reviewed", lines=(back,)),
        Voucher(date=dt.date(2025, 1, 5), lines=(line,)),
    ]
    books = Books.from_vouchers(vouchers)
    every = ("base", "fx", "quantity")
    row = balances(books, period=(2025, 1), measures=every).row(0, named=True)
    assert (row["currency"], row["fx_closing"], row["quantity_closing"]) == ("USD", D(190), D(4))
    booked = balances(books, period=(2025, 1), measures=every, booked_only=True).row(0, named=True)
    assert (booked["closing"], booked["fx_closing"]) == (D("645.75"), D(90))


def test_any_text_column_of_the_lines_is_a_dimension(books: Books) -> None:
    marked = books.replace(lines=books.lines.with_columns(salesperson=pl.lit("S1")))
    rows = balances(marked, account="1122", by=["customer", "salesperson"], period="2025-05")
    assert rows["salesperson"].to_list() == ["S1", "S1"]


def test_a_float_is_never_money(books: Books) -> None:
    lines = books.lines.with_columns(pl.col("debit").cast(pl.Float64))
    with pytest.raises(BooksError, match="L1001") as caught:
        balances(lines)
    assert caught.value.problem.value == "debit"


def test_surplus_decimals_are_not_rounded(books: Books) -> None:
    lines = books.lines.with_columns(pl.col("credit").cast(pl.Decimal(20, 6)))
    with pytest.raises(BooksError, match="L1004"):
        balances(lines)


def test_whole_numbers_and_fewer_decimals_are_money(books: Books) -> None:
    lines = books.lines.with_columns(
        pl.col("debit").cast(pl.Int64), pl.col("credit").cast(pl.Decimal(38, 2))
    )
    assert balances(lines).equals(balances(books.lines))


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"by": "车间"}, "L1011"),
        ({"period": "März"}, "L1021"),
        ({"measures": ("tons",)}, "L1022"),
    ],
)
def test_wrong_questions_are_named(books: Books, question: dict, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        balances(books, **question)


def test_missing_columns_and_strange_sources_are_named(books: Books) -> None:
    with pytest.raises(BooksError, match="L1002"):
        balances(books.lines.drop("credit"))
    with pytest.raises(UsageError, match="L1003"):
        balances("凭证.xls")
    with pytest.raises(UsageError, match="L1003"):
        balances({"lines": books.lines, "vouchers": books.vouchers.lazy()})
    with pytest.raises(BooksError, match="L1005"):
        balances({"vouchers": books.vouchers})


def test_no_lines_give_no_balances() -> None:
    assert balances(Books()).height == 0
    assert balances(Books(), period="2025-01").height == 0


@pytest.mark.parametrize("detail", ["leaf", "tree"])
def test_idle_periods_are_laid_out_alike_and_in_order_on_every_way(detail):
    """A frame is laid out by number, a query by joins; blanks, openings and gaps are the same."""
    lines = pl.DataFrame(
        [
            (1, 1, dt.date(2024, 11, 3), "1122", "B", "USD", 5, 0),
            (2, 1, dt.date(2025, 3, 1), "1122", None, None, 7, 0),
            (3, 1, dt.date(2025, 3, 2), "1122", "B", "USD", 0, 5),
            (4, 1, dt.date(2025, 1, 9), "112201", "A", "CNY", -2, 0),
            (5, 1, dt.date(2025, 1, 9), "1002", None, None, 2, 0),
        ],
        schema=["voucher_id", "line_no", "date", "account", "aux_customer", "currency",
                "debit", "credit"],
        orient="row",
    )  # fmt: skip
    stated = pl.DataFrame(
        {"year": [2024, 2024], "period": [11, 11], "account": ["1122", "2203"],
         "aux_customer": ["C", None], "opening": [30, -30]},
    )  # fmt: skip
    for some in (lines, lines.head(1), lines.clear()):
        given = {"lines": some, "balances": stated}
        found = balances(given, by="customer", detail=detail)
        query = {name: frame.lazy() for name, frame in given.items()}
        assert found.equals(balances(query, by="customer", detail=detail).collect())
        keys = ["account", "aux_customer", "currency", "year", "period"]
        assert found.select(keys).equals(found.select(keys).sort(keys))
    whole = balances({"lines": lines, "balances": stated}, by="customer", detail=detail)
    of_c = whole.filter(pl.col("aux_customer") == "C")
    assert of_c["closing"].to_list() == [30] * 3
