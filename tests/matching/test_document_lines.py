"""A side that keeps documents and no vouchers is reconciled as if they were its lines."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import kamcore
from kamcore.books import Books, schema
from kamcore.matching import ReconcilePolicy, adjustments, proof_of_zero, reconcile
from kamcore.matching.parties.document_lines import with_documents
from kamcore.matching.parties.sides import Side, control_accounts, lay_out
from matching.document_books import documents_of
from matching.histories import AS_OF, drawn
from matching.two_books import two_books

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "gbt24589"
PAPERS = ("parties", "matches", "members")
DAY = dt.date(2025, 3, 1)


@pytest.fixture(scope="module")
def case():
    both = two_books(drawn(4, parties=3))
    name, theirs = next(iter(both.theirs.items()))
    found = reconcile(both.ours, theirs, as_of=AS_OF, party=name)
    assert found.workings.matches.height
    assert found.workings.differences.height
    return both.ours, theirs, name, found.workings


def same(found, papers) -> None:
    """State that a result has the pairs and the figures of another, and that drafts settle it."""
    for frame in PAPERS:
        assert getattr(found.workings, frame).equals(getattr(papers, frame))
    said = ["finding", "cause", "amount", "fault", "reason"]
    assert found.workings.differences.select(said).equals(papers.differences.select(said))
    made = adjustments(found)
    assert made.ours or made.theirs
    assert proof_of_zero(found, made).zero


@pytest.mark.parametrize("told", [(True, False), (False, True), (True, True)])
def test_documents_agree_as_the_vouchers_do(case, told):
    ours, theirs, name, papers = case
    mine = documents_of(ours, "customer") if told[0] else ours
    other = documents_of(theirs, "supplier") if told[1] else theirs
    found = reconcile(mine, other, as_of=AS_OF, party=name)
    assert tuple(side.from_documents for side in found.sides) == told
    same(found, papers)


def test_documents_of_another_engine_without_a_table_of_lines(case):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    ours, theirs, name, papers = case
    books = documents_of(ours, "customer")
    given = {n: connection.from_arrow(t.to_arrow()) for n, t in books.tables.items() if t.height}
    assert "lines" not in given
    found = reconcile({**given, "entity": books.entity}, theirs, as_of=AS_OF, party=name)
    same(found, papers)
    assert isinstance(found.parties, duckdb.DuckDBPyRelation)


def document(name, amount, **more):
    facts = {"party_role": "customer", "party": "K1", "date": DAY}
    return {"id": name, "amount": Decimal(amount), **facts, **more}


def kept(items=(), receipts=(), adjusted=(), **tables):
    def frame(table, rows):
        types = {name: table.dtype_of(name) for row in rows for name in row}
        return pl.DataFrame(list(rows), schema=types) if rows else table.empty()

    return Books(
        tables={
            "open_items": frame(schema.OPEN_ITEMS, items),
            "receipts": frame(schema.RECEIPTS, receipts),
            "adjustments": frame(schema.ADJUSTMENTS, adjusted),
            **tables,
        }
    )


def laid(books, direction="receivable", accounts=None, *, notes=False):
    """The lines of a side: account, word of the voucher, amount and column, in their order."""
    control = control_accounts(books, direction, accounts=accounts, notes=notes)
    side = with_documents(Side(frames=books, accounts=control), direction, accounts, notes=notes)
    links = side.members.select("dimension", "member", party="member")
    lines = lay_out(side, links)
    return side, sorted(lines.select("voucher", "account", "amount", "on_debit").rows())


def test_what_raises_and_what_lowers():
    books = kept(
        [document("A1", 100), document("A2", -30, document="红字")],
        [document("R1", 60), document("R2", -5)],
        [document("Z1", 2, reason="折扣")],
    )
    side, lines = laid(books)
    assert lines == [
        ("A1", "1122", 100, True),
        ("R1", "1122", -60, False),
        ("R2", "1122", 5, False),
        ("Z1", "1122", -2, False),
        ("红字", "1122", -30, True),
    ]
    assert side.from_documents


def test_a_supplier_is_owed_what_an_item_says():
    books = kept(
        [document("A1", 100, party_role="supplier")], [document("R1", 60, party_role="supplier")]
    )
    assert laid(books, "payable")[1] == [("A1", "2202", -100, False), ("R1", "2202", 60, True)]
    assert laid(books)[0].accounts.is_empty()


def test_the_accounts_documents_stand_on():
    accounts = pl.DataFrame({"code": ["1122", "112202"], "name": ["应收账款", "应收账款-外地"]})
    books = kept(
        [document("A1", 1), document("A2", 2, account="1221"), document("A3", 4, account="1121")],
        accounts=accounts.with_columns(role=pl.lit("ar_trade")),
    )
    # Notes are left out unless asked for; a document without an account is on a leaf of the chart.
    wanted = [("A1", "112202", 1, True), ("A2", "1221", 2, True)]
    assert laid(books)[1] == wanted
    assert laid(books, notes=True)[1] == [*wanted, ("A3", "1121", 4, True)]
    assert laid(books, accounts=("1221",))[1] == [("A1", "1221", 1, True), ("A2", "1221", 2, True)]


def test_an_account_of_both_roles_counts_no_document_twice():
    books = kept(
        [
            document("A1", 1, account="1122"),
            document("A2", 2, account="1122", party_role="supplier"),
        ]
    )
    assert laid(books, "both")[1] == [("A1", "1122", 1, True), ("A2", "2202", -2, False)]


def test_rows_of_one_document_are_one_voucher_on_the_day_it_was_booked():
    later = DAY + dt.timedelta(days=9)
    rows = [
        document("A1", 1, document="X", voucher_date=later),
        document("A2", 2, document="X", voucher_date=later),
        document("A3", 4, document="X"),
    ]
    side, _ = laid(kept(rows))
    lines = lay_out(side, side.members.select("dimension", "member", party="member"))
    assert lines["date"].to_list() == [DAY, later, later]
    assert lines["voucher_id"].to_list() == [1, 2, 2]
    assert lines["line_no"].n_unique() == 3
    assert lines["business_number"].to_list() == ["X"] * 3


def test_books_with_lines_are_read_from_them(case):
    ours, theirs, name, papers = case
    doubled = documents_of(ours, "customer").open_items
    found = reconcile(ours.replace(open_items=doubled), theirs, as_of=AS_OF, party=name)
    assert not found.sides[0].from_documents
    assert found.workings.parties.equals(papers.parties)


@pytest.mark.shared
def test_standard_documents_agree_with_the_ledger_of_their_books():
    """The receivables of the sample against the mirrored general ledger of the same company."""
    if not SAMPLES.is_dir():
        pytest.skip("the folder of shared samples is not here")
    documents = kamcore.read(SAMPLES / "应收应付.xml").books
    ledger = kamcore.read(SAMPLES / "总账.xml").books
    found = reconcile(
        documents, mirrored(ledger), as_of=dt.date(2025, 3, 31), policy=ReconcilePolicy()
    )
    assert [side.from_documents for side in found.sides] == [True, False]
    parties = found.workings.parties
    assert parties.height == 16
    assert set(parties["currency"]) == {"CNY", "USD"}
    assert parties.filter(pl.col("ours_closing") != 0).height
    assert parties.filter(pl.col("difference") != 0).is_empty()


def mirrored(ledger: Books) -> Books:
    """The receivables of a ledger as the payables of its customers' books."""
    of_trade = pl.col("account").str.starts_with("1122") & pl.col("aux_customer").is_not_null()
    swap = {"account": pl.lit("2202"), "aux_supplier": pl.col("aux_customer")}
    for name in ("", "fx_"):
        swap |= {f"{name}debit": pl.col(f"{name}credit"), f"{name}credit": pl.col(f"{name}debit")}
    turned = {n: -pl.col(n) for n in ("opening", "closing", "fx_opening", "fx_closing")}
    tables = {
        "lines": ledger.lines.filter(of_trade).with_columns(**swap),
        "balances": ledger.balances.filter(of_trade).with_columns(**swap, **turned),
    }
    return Books(tables={name: frame.drop("aux_customer") for name, frame in tables.items()})
