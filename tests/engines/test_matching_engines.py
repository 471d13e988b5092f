"""Open lists, matching, statements and set-offs answer on every engine as they do for Books."""

import datetime as dt

import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import BooksError
from kamcore.matching import open_lists, red_offsets, set_off, statements
from kamcore.matching.set_off import KINDS
from matching.histories import AS_OF, drawn
from matching.two_books import two_books

TABLES = ("lines", "vouchers", "accounts", "members")


@pytest.fixture(scope="module")
def ours() -> Books:
    return two_books(drawn(4, parties=3)).ours


def tables(engine, books: Books) -> dict:
    found = {name: engine.to(books.tables[name]) for name in TABLES}
    return {**found, "entity": books.entity}


def test_open_lists_are_queries_of_the_engine(engine, ours) -> None:
    given = tables(engine, ours)
    for found, wanted in zip(open_lists(given, AS_OF), open_lists(ours, AS_OF), strict=True):
        engine.same(found, wanted)
        assert wanted.height


def test_statements_and_set_offs(engine, ours) -> None:
    given = tables(engine, ours)
    assert len(list(statements(given, AS_OF))) == len(list(statements(ours, AS_OF))) > 0
    assert red_offsets(given, AS_OF).equals(red_offsets(ours, AS_OF))
    for kind in KINDS:
        assert set_off(given, kind, as_of=AS_OF) == set_off(ours, kind, as_of=AS_OF)


def test_a_float_is_never_money(ours) -> None:
    floats = ours.lines.with_columns(pl.col("debit").cast(pl.Float64))
    given = {**ours.tables, "lines": floats}
    with pytest.raises(BooksError, match="L1001"):
        open_lists(given, dt.date(2025, 12, 31))
