"""Reconciliation takes the tables of any engine and answers as it does for Books."""

import narwhals as nw
import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import BooksError
from kamcore.ledger.engine import Frames
from kamcore.matching import adjustments, proof_of_zero, reconcile, views
from matching.histories import AS_OF, drawn
from matching.two_books import two_books

TABLES = ("lines", "vouchers", "accounts", "members")
FETCH = Frames.fetch
FRAMES = ("parties", "matches", "differences", "members", "ours", "theirs")


@pytest.fixture(scope="module")
def both():
    return two_books(drawn(4, parties=3))


def tables(engine, books: Books, *more: str) -> dict:
    found = {name: engine.to(books.tables[name]) for name in (*TABLES, *more)}
    return {**found, "entity": books.entity}


def test_two_sets_of_books_are_reconciled(engine, both) -> None:
    name, theirs = next(iter(both.theirs.items()))
    wanted = reconcile(both.ours, theirs, as_of=AS_OF, party=name)
    assert wanted.matches.height
    found = reconcile(tables(engine, both.ours), theirs, as_of=AS_OF, party=name)
    for frame in FRAMES:
        assert getattr(found.workings, frame).equals(getattr(wanted, frame))
    for frame in ("parties", "differences", "ours"):
        engine.same(getattr(found, frame), getattr(wanted, frame))
    made = adjustments(found)
    assert made == adjustments(wanted)
    assert proof_of_zero(found, made) == proof_of_zero(wanted, made)
    assert proof_of_zero(found, made).zero
    mirrored = reconcile(both.ours, tables(engine, theirs), as_of=AS_OF, party=name)
    assert mirrored.matches.equals(wanted.matches)
    assert adjustments(mirrored) == made


def test_parties_found_by_name_alone_and_by_amounts(engine, both) -> None:
    """Every party at once, and a party whose books do not say who we are."""
    name, theirs = next(iter(both.theirs.items()))
    nameless = theirs.replace(members=theirs.members.clear(), entity=type(theirs.entity)())
    wanted = reconcile(both.ours, nameless, as_of=AS_OF, party=name)
    given = tables(engine, both.ours), tables(engine, nameless)
    found = reconcile(*given, as_of=AS_OF, party=name)
    assert found.workings.differences.equals(wanted.differences)
    assert list(views(found)) == list(views(wanted))


def stated(books: Books) -> Books:
    """Books with what the parties stood at before the lines, two levels and two customers."""
    kept = "aux_supplier" if "aux_supplier" in books.lines.columns else "aux_customer"
    account = "2202" if kept == "aux_supplier" else "1122"
    codes = sorted(books.lines[kept].drop_nulls().unique())
    rows = {
        "year": 2025, "period": 1, "account": account, kept: codes,
        "opening": [1000 * at for at, _ in enumerate(codes, start=1)],
    }  # fmt: skip
    types = {"year": pl.Int64, "period": pl.Int64, "opening": pl.Decimal(18, 4)}
    return books.replace(balances=pl.DataFrame(rows).cast(types))


def test_openings_are_those_of_the_books(engine, both) -> None:
    name, theirs = list(both.theirs.items())[1]
    ours, theirs = stated(both.ours), stated(theirs)
    wanted = reconcile(ours, theirs, as_of=AS_OF, party=name)
    given = [tables(engine, books, "balances") for books in (ours, theirs)]
    found = reconcile(*given, as_of=AS_OF, party=name)
    assert found.workings.parties.equals(wanted.parties)
    assert found.since == wanted.since
    assert abs(wanted.parties["ours_opening"][0]) >= 1000
    assert found.workings.differences.equals(wanted.differences)


def test_a_frame_of_lines_is_enough(engine, both) -> None:
    name, theirs = next(iter(both.theirs.items()))
    ours = both.ours.lines
    code = both.ours.members.filter(pl.col("name") == name)["code"][0]
    wanted = reconcile(Books(tables={"lines": ours}), theirs, as_of=AS_OF, party=code)
    found = reconcile(engine.to(ours), theirs, as_of=AS_OF, party=code)
    assert found.workings.parties.equals(wanted.parties)
    assert found.workings.differences.equals(wanted.differences)


def test_a_void_voucher_does_not_count(engine, both) -> None:
    name, theirs = next(iter(both.theirs.items()))
    void = pl.when(pl.col("voucher_id") % 7 == 0).then(pl.lit("void")).otherwise("status")
    ours = both.ours.replace(vouchers=both.ours.vouchers.with_columns(status=void))
    wanted = reconcile(ours, theirs, as_of=AS_OF, party=name)
    found = reconcile(tables(engine, ours), theirs, as_of=AS_OF, party=name)
    assert found.workings.ours.equals(wanted.ours)
    assert not (wanted.ours["voucher_id"] % 7 == 0).any()
    assert wanted.differences.height > 2


def test_only_the_lines_of_the_party_come_to_this_machine(both, monkeypatch) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    name, theirs = next(iter(both.theirs.items()))
    given = {table: connection.from_arrow(both.ours.tables[table].to_arrow()) for table in TABLES}
    fetched = []

    def counting(frames: Frames, frame: nw.LazyFrame) -> pl.LazyFrame:
        found = FETCH(frames, frame).collect()
        fetched.append(found.height)
        return found.lazy()

    monkeypatch.setattr(Frames, "fetch", counting)
    found = reconcile({**given, "entity": both.ours.entity}, theirs, as_of=AS_OF, party=name)
    proof_of_zero(found, adjustments(found))
    code = both.ours.members.filter(pl.col("name") == name)["code"][0]
    booked = both.ours.lines.filter(pl.col("aux_customer") == code)
    assert found.workings.ours.height == booked.height < both.ours.lines.height / 3
    assert max(fetched) <= max(booked.height, theirs.lines.height)


def test_a_float_is_never_money(both) -> None:
    floats = both.ours.lines.with_columns(pl.col("debit").cast(pl.Float64))
    given = {**both.ours.tables, "lines": floats}
    theirs = next(iter(both.theirs.values()))
    with pytest.raises(BooksError, match="L1001"):
        reconcile(given, theirs, as_of=AS_OF)
