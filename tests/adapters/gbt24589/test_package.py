"""Packages of the national standard: the shared files, and the rules of the standard."""

import datetime as dt
import shutil
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from expectations import SAMPLES, SHARED, compare, expectation, needs_shared
from kamcore.adapters.gbt24589 import FORMAT
from kamcore.adapters.kingdee_k3 import FORMAT as K3
from kamcore.books import Books
from kamcore.errors import LossRefused, SourceError, UsageError
from kamcore.format import Certainty, Source
from kamcore.format.comparing import compare as compare_books
from kamcore.grid.head import head_of
from kamcore.model.voucher import Line, Voucher

OWN = Path(__file__).parent / "samples"
FACTS = FORMAT.reads & FORMAT.writes
DAY = dt.date(2025, 1, 2)


def read(path):
    return FORMAT.read(Source(Path(path)), {})


def books_of(*lines, **head):
    return Books.from_vouchers(
        [Voucher(**({"date": DAY, "word": "记", "number": 1, "lines": lines} | head))]
    )


def line(account="1001", debit="1.50", **more):
    return Line(account=account, summary="甲", debit=Decimal(debit), credit=Decimal(0), **more)


def tables_of(path, name, table):
    root = etree.fromstring((path / f"{name}.xml").read_bytes())
    return [
        {etree.QName(field).localname: field.text for field in row}
        for row in root
        if etree.QName(row).localname == table
    ]


@needs_shared
@pytest.mark.shared
def test_the_ledger_reads_as_expected():
    expect = expectation("gbt24589/总账.xml")
    reading = read(SAMPLES / "gbt24589/总账.xml")
    books = reading.books
    assert compare(books, expect) == []
    assert books.accounts.height == expect["chart"]
    assert books.balances.height == expect["balance_rows"]
    assert {str(problem.severity) for problem in reading.problems} == {"warning"}


@needs_shared
@pytest.mark.shared
def test_stated_balances_add_up_to_those_of_the_year():
    wanted = expectation("gbt24589/总账.xml")["year_balances"]
    balances = read(SAMPLES / "gbt24589/总账.xml").books.balances
    plain = balances.filter(
        pl.all_horizontal(pl.col(n).is_null() for n in balances.columns if n.startswith("aux_"))
    ).sort("period")
    sums = plain.group_by("account").agg(
        pl.col("opening").first(),
        pl.col("debit").sum(),
        pl.col("credit").sum(),
        pl.col("closing").last(),
    )
    got = {row[0]: [f"{value:.2f}" for value in row[1:]] for row in sums.iter_rows()}
    assert {account: got[account] for account in wanted} == wanted


@needs_shared
@pytest.mark.shared
def test_the_archives_read_as_expected():
    expect = expectation("gbt24589/公共档案.xml")
    books = read(SAMPLES / "gbt24589/公共档案.xml").books
    ids = {"bank": "bank_account", "channel": "销售渠道"}
    for kind, pairs in expect["archives"].items():
        own = books.members.filter(dimension=ids.get(kind, kind))
        assert own.height == expect["records"][kind]
        assert [list(row) for row in own.select("code", "name").iter_rows()][: len(pairs)] == pairs
    assert (books.entity.name, books.entity.base_currency) == (expect["company"], "CNY")


@needs_shared
@pytest.mark.shared
def test_documents_are_joined_again():
    expect = expectation("gbt24589/应收应付.xml")
    books = read(SAMPLES / "gbt24589/应收应付.xml").books
    for key, role in (("receivable", "customer"), ("payable", "supplier")):
        own = movements(books).filter(party_role=role)
        assert own["document"].is_unique().all()
        sums = own.group_by("party", "account").agg(
            pl.col("amount").sum(), open=pl.col("amount").sum() - pl.col("applied").sum()
        )
        got = {
            (party, account): [f"{amount:.2f}", f"{still:.2f}"]
            for party, account, amount, still in sums.iter_rows()
        }
        wanted = {
            (party, account): pair
            for party, accounts in expect[key]["parties"].items()
            for account, pair in accounts.items()
        }
        assert got == wanted


@needs_shared
@pytest.mark.shared
def test_rows_that_name_each_other_are_one_application():
    """gbt24589.md 1.3: an invoice names the voucher of its receipt, and the other way."""
    books = read(SAMPLES / "gbt24589/应收应付.xml").books
    assert set(books.receipts["document"].str.slice(0, 2)) >= {"SK", "FK"}
    assert (books.receipts["amount"] > 0).all()
    ids = pl.concat([books.open_items["id"], books.receipts["id"]])
    assert ids.is_unique().all()
    for side in ("item", "receipt"):
        assert books.applications[side].is_in(ids.implode()).all()
    told = books.applications.filter(item="XS2412-009").select("receipt", "amount", "fx_amount")
    assert told.rows() == [
        ("SK2502-005", Decimal(107679), Decimal(15000)),
        ("TH2501-001", Decimal("-1234.5"), Decimal(0)),
        ("TH2502-001", Decimal("55.5"), Decimal(0)),
    ]


@needs_shared
@pytest.mark.shared
def test_documents_know_the_voucher_that_booked_them():
    books = read(SAMPLES / "gbt24589").books
    heads = books.vouchers.select("voucher_id", "date", "number")
    linked = books.receipts.join(heads, on="voucher_id", how="inner")
    assert linked.height == books.receipts.height
    assert (linked["voucher_date"] == linked["date_right"]).all()
    old = books.open_items.filter(pl.col("voucher_id").is_null())
    assert old["date"].dt.year().unique().to_list() == [2024]


def movements(books):
    """Every document with the sign of the file, and what is applied of it."""
    made = books.applications
    applied = pl.concat(
        [
            made.select(id="item", applied="amount"),
            made.select(id="receipt", applied=-pl.col("amount")),
        ]
    )
    sums = applied.group_by("id").agg(pl.col("applied").sum())
    documents = pl.concat(
        [books.open_items, books.receipts.with_columns(-pl.col("amount"))], how="diagonal"
    )
    return documents.join(sums, on="id", how="left").with_columns(pl.col("applied").fill_null(0))


@needs_shared
@pytest.mark.shared
def test_a_package_speaks_of_words_by_name_and_comes_back_whole(tmp_path):
    books = read(SAMPLES / "gbt24589").books
    assert books.vouchers["word"].unique().to_list() == ["记"]
    losses = FORMAT.write(books, tmp_path / "out.zip")
    assert [str(one.fact) for one in losses] == ["dimensions.source_code"]
    again = read(tmp_path / "out.zip")
    assert again.problems == ()
    assert compare_books(FORMAT.spelling(books, {}), again.books, FACTS).differences == ()
    assert compare_books(again.books, books, FACTS).differences == ()


@needs_shared
@pytest.mark.shared
def test_from_k3_nothing_else_changes(tmp_path):
    books = K3.read(Source(SAMPLES / "kingdee/k3_gen_b.xls"), {}).books
    FORMAT.write(books, tmp_path / "out.zip")
    again = read(tmp_path / "out.zip").books
    assert compare_books(FORMAT.spelling(books, {}), again, FACTS).differences == ()
    assert compare_books(books, again, FACTS & K3.writes).differences == ()


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("sample", ["gbt24589", "kingdee/k3_gen_b.xls", ""])
def test_what_is_written_follows_the_schemas(tmp_path, sample):
    """gbt24589.md 1.2: the schemas are strict, most tables need at least one row."""
    fmt = FORMAT if sample == "gbt24589" else K3
    given = fmt.read(Source(SAMPLES / sample), {}).books if sample else books_of(line())
    FORMAT.write(given, tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        schema = etree.XMLSchema(etree.parse(SHARED / f"formats/gbt24589-xsd/{path.stem}.xsd"))
        schema.assertValid(etree.fromstring(path.read_bytes()))


@needs_shared
@pytest.mark.shared
def test_a_slot_nobody_explains_is_kept_and_said():
    expect = expectation("bad/gbt_unknown_slot.xml")["faults"][0]["place"]
    reading = read(SAMPLES / "bad/gbt_unknown_slot.xml")
    (problem,) = [one for one in reading.problems if one.code == "S1011"]
    assert (problem.place.path, problem.value) == (expect["path"], expect["value"])
    assert reading.books.vouchers.height == 3
    assert ("lines", "辅助项9编号", "X1") in reading.books.extras.select(
        "table", "field", "value"
    ).rows()


@needs_shared
@pytest.mark.shared
def test_a_wrong_order_is_said_and_read_all_the_same():
    reading = read(SAMPLES / "bad/gbt_wrong_order.xml")
    (problem,) = [one for one in reading.problems if one.code == "S1004"]
    assert (problem.place.path, str(problem.severity)) == ("/总账", "warning")
    assert "缺少 科目余额及发生额" in problem.message("zh")
    assert reading.books.vouchers.height == 3


@needs_shared
@pytest.mark.shared
def test_a_file_cut_off_is_refused():
    with pytest.raises(SourceError) as caught:
        read(SAMPLES / "bad/gbt_truncated.xml")
    assert caught.value.code == "G1002"


def test_slots_are_resolved_per_account(tmp_path):
    """gbt24589.md 1.3, slot rule: 辅助项N is the item N of that account, never globally."""
    aux = ({"supplier": "S1"}, {"customer": "C1", "supplier": "S2"})
    books = books_of(line("2202", aux=aux[0]), line("1122", aux=aux[1]))
    FORMAT.write(books, tmp_path / "out")
    rows = tables_of(tmp_path / "out", "总账", "记账凭证")
    assert [(row["科目编号"], row["辅助项1编号"]) for row in rows] == [
        ("2202", "S1"),
        ("1122", "C1"),
    ]
    named = tables_of(tmp_path / "out", "总账", "科目辅助核算")
    assert {(row["科目编号"], row["辅助项编号"], row["对应档案"]) for row in named} == {
        ("1122", "1", "客户档案"),
        ("1122", "2", "供应商档案"),
        ("2202", "1", "供应商档案"),
    }
    again = read(tmp_path / "out").books.lines
    assert again.select("aux_supplier", "aux_customer").rows() == [("S1", None), ("S2", "C1")]


def test_files_say_gb18030_dates_have_eight_digits(tmp_path):
    """gbt24589.md 1.2: declaration GB18030; dates YYYYMMDD."""
    FORMAT.write(books_of(line()), tmp_path / "out")
    data = (tmp_path / "out/总账.xml").read_bytes()
    assert data.startswith(b'<?xml version="1.0" encoding="GB18030"?>')
    assert "20250102" in data.decode("gb18030")


def test_without_strict_empty_tables_stay_out(tmp_path):
    """gbt24589.md 1.2: a product with no AP still has to write one row or break the schema."""
    FORMAT.write(books_of(line()), tmp_path / "lax", options={"strict": "no"})
    FORMAT.write(books_of(line()), tmp_path / "strict")
    assert tables_of(tmp_path / "lax", "应收应付", "应付明细表") == []
    (row,) = tables_of(tmp_path / "strict", "应收应付", "应付明细表")
    assert (row["供应商编码"], row["到期日" if "到期日" in row else "记账日期"]) == (
        "0",
        "00000000",
    )
    assert read(tmp_path / "strict").books.open_items.height == 0
    with pytest.raises(UsageError):
        FORMAT.write(books_of(line()), tmp_path / "odd", options={"strict": "maybe"})


def test_a_long_text_is_cut_and_a_long_code_refused(tmp_path):
    """gbt24589_1_2010_elements.csv: 记账凭证摘要 C..300, codes C..60."""
    long = Line(account="1001", summary="长" * 301, debit=Decimal(1), credit=Decimal(0))
    losses = FORMAT.write(books_of(long), tmp_path / "out.zip")
    assert ("cut", "lines.summary") in {(str(one.kind), str(one.fact)) for one in losses}
    with pytest.raises(LossRefused) as caught:
        FORMAT.write(books_of(line("1" * 61)), tmp_path / "no.zip")
    assert caught.value.code == "S1031"


def test_void_and_posted_are_flags(tmp_path):
    """gbt24589.md 1.3: 记账标志 and 作废标志 are 0 or 1."""
    for status, flags in (("void", ("0", "1")), ("posted", ("1", "0")), (None, ("0", "0"))):
        FORMAT.write(books_of(line(), status=status), tmp_path / f"{status}")
        (row,) = tables_of(tmp_path / f"{status}", "总账", "记账凭证")
        assert (row["记账标志"], row["作废标志"]) == flags
        assert read(tmp_path / f"{status}").books.vouchers["status"][0] == (status or "draft")


def test_forms_of_a_package_are_recognised(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in (OWN / "package").iterdir():
            archive.write(path, path.name)
    shutil.copytree(OWN / "package", tmp_path / "folder")
    for path in (tmp_path / "a.zip", tmp_path / "folder", OWN / "总账.xml"):
        guess = FORMAT.sniff(head_of(Source(path)))
        assert guess.certainty is Certainty.SURE
        assert read(path).books.lines.height == 6


def test_two_files_of_a_class_are_refused(tmp_path):
    for name in ("a", "b"):
        shutil.copy(OWN / "总账.xml", tmp_path / f"{name}.xml")
    with pytest.raises(SourceError) as caught:
        read(tmp_path)
    assert caught.value.code == "S1003"
