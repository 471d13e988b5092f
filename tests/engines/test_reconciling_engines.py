"""Reconciliation takes the tables of any engine and answers as it does for Books."""

import functools

import attrs
import narwhals as nw
import polars as pl
import pytest

from benchmarks.large_sides import two_sides
from kamcore.books import Books, schema
from kamcore.errors import BooksError
from kamcore.ledger.engine import Frames
from kamcore.matching import Reconciliation, adjustments, proof_of_zero, reconcile, views
from kamcore.model.entity import Entity
from matching.histories import AS_OF, drawn
from matching.two_books import two_books

FRAMES = ("parties", "matches", "differences", "members", "ours", "theirs")
FETCH = Frames.fetch


@attrs.frozen
class Case:
    """Two sets of books and the party asked for."""

    ours: Books
    theirs: Books
    party: str | None

    @functools.cached_property
    def wanted(self) -> Reconciliation:
        return reconcile(self.ours, self.theirs, as_of=AS_OF, party=self.party)


def stated(books: Books, kept: str, account: str) -> Books:
    """Books with what the parties stood at before the lines."""
    codes = sorted(books.lines[kept].drop_nulls().unique())
    opening = [1000 * at for at, _ in enumerate(codes, start=1)]
    rows = {"year": 2025, "period": 1, "account": account, kept: codes, "opening": opening}
    types = {"year": pl.Int64, "period": pl.Int64, "opening": schema.AMOUNT}
    return books.replace(balances=pl.DataFrame(rows).cast(types))


def with_another(books: Books, other: Books) -> Books:
    """Books that name nobody, with the lines of another supplier among theirs."""
    kept = pl.col("aux_supplier")
    renamed = pl.when(kept.is_not_null()).then(pl.lit("G02")).alias("aux_supplier")
    later = pl.col("voucher_id") + 1000
    lines = pl.concat([books.lines, other.lines.with_columns(renamed, voucher_id=later)])
    vouchers = pl.concat([books.vouchers, other.vouchers.with_columns(voucher_id=later)])
    nobody = books.members.clear()
    return books.replace(entity=Entity(), lines=lines, vouchers=vouchers, members=nobody)


@functools.cache
def cases() -> dict[str, Case]:
    both = two_books(drawn(4, parties=3))
    ours, (name, theirs) = both.ours, next(iter(both.theirs.items()))
    code = ours.members.filter(pl.col("name") == name)["code"][0]
    void = pl.when(pl.col("voucher_id") % 7 == 0).then(pl.lit("void")).otherwise("status")
    nobody = with_another(theirs, list(both.theirs.values())[1])
    openings = stated(ours, "aux_customer", "1122"), stated(theirs, "aux_supplier", "2202")
    return {
        "plain": Case(ours, theirs, name),
        "who we are is said by amounts": Case(ours, nobody, name),
        "every party": Case(*two_sides(240, 4), None),
        "openings": Case(*openings, name),
        "void": Case(ours.replace(vouchers=ours.vouchers.with_columns(status=void)), theirs, name),
        "lines alone": Case(Books(tables={"lines": ours.lines}), theirs, code),
    }


def tables(engine, books: Books) -> dict:
    """The tables that say anything, in the engine."""
    names = [name for name, frame in books.tables.items() if frame.height]
    return {**{name: engine.to(books.tables[name]) for name in names}, "entity": books.entity}


@pytest.mark.parametrize(
    "engine", ["duckdb", pytest.param("spark", marks=pytest.mark.spark)], indirect=True
)
@pytest.mark.parametrize("name", list(cases()))
def test_the_answer_is_that_of_books(engine, name) -> None:
    case = cases()[name]
    given = tables(engine, case.ours), tables(engine, case.theirs)
    found = reconcile(*given, as_of=AS_OF, party=case.party)
    for frame in FRAMES:
        assert getattr(found.workings, frame).equals(getattr(case.wanted.workings, frame))
    assert found.since == case.wanted.since
    engine.same(found.differences, case.wanted.differences)


def test_the_cases_are_what_they_are_called() -> None:
    found = {name: case.wanted.workings for name, case in cases().items()}
    assert found["plain"].matches.height
    assert found["every party"].parties.height == 4
    assert found["openings"].parties["ours_opening"][0] >= 1000
    assert not (found["void"].ours["voucher_id"] % 7 == 0).any()
    assert found["void"].differences.height > found["plain"].differences.height
    assert found["who we are is said by amounts"].parties["how"].to_list() == ["amounts"]


def test_results_drafts_and_their_proof(engine) -> None:
    case = cases()["plain"]
    found = reconcile(tables(engine, case.ours), case.theirs, as_of=AS_OF, party=case.party)
    for frame in ("parties", "ours"):
        engine.same(getattr(found, frame), getattr(case.wanted, frame))
    made = adjustments(found)
    assert made == adjustments(case.wanted)
    assert proof_of_zero(found, made) == proof_of_zero(case.wanted, made)
    assert proof_of_zero(found, made).zero
    assert list(views(found)) == list(views(case.wanted))


def test_only_the_lines_of_the_party_come_to_this_machine(monkeypatch) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    case = cases()["plain"]
    given = {
        table: connection.from_arrow(case.ours.tables[table].to_arrow())
        for table in ("lines", "vouchers", "accounts", "members")
    }
    fetched = []

    def counting(frames: Frames, frame: nw.LazyFrame) -> pl.LazyFrame:
        found = FETCH(frames, frame).collect()
        fetched.append(found.height)
        return found.lazy()

    monkeypatch.setattr(Frames, "fetch", counting)
    given["entity"] = case.ours.entity
    found = reconcile(given, case.theirs, as_of=AS_OF, party=case.party)
    proof_of_zero(found, adjustments(found))
    code = case.ours.members.filter(pl.col("name") == case.party)["code"][0]
    booked = case.ours.lines.filter(pl.col("aux_customer") == code)
    assert found.workings.ours.height == booked.height < case.ours.lines.height / 3
    assert max(fetched) <= max(booked.height, case.theirs.lines.height)


def test_a_float_is_never_money() -> None:
    case = cases()["plain"]
    floats = case.ours.lines.with_columns(pl.col("debit").cast(pl.Float64))
    given = {**case.ours.tables, "lines": floats}
    with pytest.raises(BooksError, match="L1001"):
        reconcile(given, case.theirs, as_of=AS_OF)
