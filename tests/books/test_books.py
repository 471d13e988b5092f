"""Books: immutable tables of one shape, exact money, and the view as vouchers."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest

from kamcore.books import Books, schema
from kamcore.errors import BooksError
from kamcore.model.entity import Entity
from kamcore.model.voucher import Line, Voucher

DAY = dt.date(2025, 3, 8)


def _voucher(**more: object) -> Voucher:
    lines = (
        Line(account="1122", summary="货款", debit=Decimal("11.30"), aux={"customer": "0004"}),
        Line(account="6001", summary="货款", credit=Decimal("10.00"), aux={"销售渠道": "Q1"}),
        Line(account="2221", summary="税", credit=Decimal("1.30")),
    )
    return Voucher(**{"date": DAY, "word": "记", "number": 1, "lines": lines, **more})


def test_vouchers_become_tables_and_come_back() -> None:
    books = Books.from_vouchers([_voucher(), _voucher(number=2, preparer="样甲")])
    assert books.vouchers["voucher_id"].to_list() == [1, 2]
    assert books.lines["line_no"].to_list() == [1, 2, 3, 1, 2, 3]
    assert books.lines["period"].unique().to_list() == [3]
    assert books.dimension_ids == ("customer", "销售渠道")
    again = list(books.iter_vouchers())
    assert again[1].preparer == "样甲"
    assert again[0].lines[1].aux == {"销售渠道": "Q1"}
    assert again[0].off_by == 0
    assert Books.from_vouchers(again) == books


def test_every_table_is_an_attribute_of_the_schema_s_shape() -> None:
    books = Books()
    for name, table in schema.TABLES.items():
        frame = getattr(books, name)
        assert isinstance(frame, pl.DataFrame)
        assert tuple(frame.columns) == table.names
    with pytest.raises(AttributeError, match="ledgers"):
        _ = books.ledgers


def test_amounts_are_exact_and_a_float_is_refused() -> None:
    books = Books.from_vouchers([_voucher()])
    assert books.lines.schema["debit"] == pl.Decimal(18, 4)
    assert books.lines.schema["rate"] == pl.Decimal(28, 10)
    with pytest.raises(TypeError, match="never float"):
        Line(account="1", debit=0.1)  # type: ignore[arg-type]
    floats = books.lines.with_columns(pl.col("debit").cast(pl.Float64))
    with pytest.raises(BooksError) as caught:
        books.replace(lines=floats)
    assert caught.value.code == "B1001"
    assert "浮点" in caught.value.problem.hint("zh")


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BooksError) as caught:
        Books(tables={"ledger": pl.DataFrame()})
    assert caught.value.code == "B1003"
    nameless = pl.DataFrame({"code": [None], "name": ["x"]}, schema_overrides={"code": pl.String})
    with pytest.raises(BooksError) as caught:
        Books(tables={"accounts": nameless})
    assert caught.value.code == "B1002"
    with pytest.raises(BooksError):
        Books(tables={"accounts": pl.DataFrame({"code": ["1"], "colour": ["red"]})})


def test_books_never_change() -> None:
    books = Books.from_vouchers([_voucher()])
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        books.entity = Entity(name="x")
    other = books.replace(entity=Entity(name="x"))
    assert (books.entity.name, other.entity.name) == ("", "x")
    assert books != other


def test_where_rows_came_from_is_no_part_of_equality() -> None:
    books = Books.from_vouchers([_voucher()])
    moved = books.lines.with_columns(source_row=pl.lit(7, dtype=pl.Int64))
    assert books.replace(lines=moved) == books
    assert books.replace(lines=books.lines.head(2)) != books


def test_totals_leave_void_vouchers_out_and_count_them() -> None:
    red = Line(account="6001", credit=Decimal("-5.00")), Line(account="1122", debit=Decimal(-5))
    books = Books.from_vouchers(
        [_voucher(), _voucher(number=2, status="void"), Voucher(date=DAY, number=3, lines=red)]
    )
    totals = books.totals()
    assert (totals.vouchers, totals.void_vouchers, totals.lines) == (2, 1, 5)
    assert (totals.debit, totals.credit) == (Decimal("6.30"), Decimal("6.30"))
    assert (totals.red_lines, totals.first_date, totals.last_date) == (2, DAY, DAY)


def test_sums_do_not_depend_on_the_order_of_rows() -> None:
    books = Books.from_vouchers([_voucher(), _voucher(number=2)])
    assert books.replace(lines=books.lines.reverse()).totals() == books.totals()
