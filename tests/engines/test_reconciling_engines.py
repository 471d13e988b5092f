"""Reconciliation takes the tables of any engine and answers as it does for Books."""

import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import BooksError
from kamcore.matching import reconcile
from matching.histories import AS_OF, drawn
from matching.two_books import two_books

TABLES = ("lines", "vouchers", "accounts", "members")


@pytest.fixture(scope="module")
def both():
    return two_books(drawn(4, parties=3))


def tables(engine, books: Books) -> dict:
    found = {name: engine.to(books.tables[name]) for name in TABLES}
    return {**found, "entity": books.entity}


def test_two_sets_of_books_are_reconciled(engine, both) -> None:
    name, theirs = next(iter(both.theirs.items()))
    found = reconcile(tables(engine, both.ours), theirs, as_of=AS_OF, party=name)
    wanted = reconcile(both.ours, theirs, as_of=AS_OF, party=name)
    assert found.matches.equals(wanted.matches)
    assert found.differences.equals(wanted.differences)
    assert wanted.matches.height
    mirrored = reconcile(both.ours, tables(engine, theirs), as_of=AS_OF, party=name)
    assert mirrored.matches.equals(wanted.matches)


def test_a_float_is_never_money(both) -> None:
    floats = both.ours.lines.with_columns(pl.col("debit").cast(pl.Float64))
    given = {**both.ours.tables, "lines": floats}
    with pytest.raises(BooksError, match="L1001"):
        reconcile(given, next(iter(both.theirs.values())), as_of=AS_OF)
