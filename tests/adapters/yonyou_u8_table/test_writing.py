"""Writing a dump of GL_accvouch: one test a rule of formats/yonyou.md sections 1b and 7.1."""

import csv
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.adapters.kingdee_k3 import FORMAT as K3
from kamcore.adapters.yonyou_u8_table import FORMAT
from kamcore.adapters.yonyou_u8_table.columns import COLUMNS
from kamcore.books import Books
from kamcore.errors import BooksError, LossRefused, UsageError
from kamcore.format import Source
from kamcore.format.comparing import compare
from kamcore.model.scheme import strip
from kamcore.model.voucher import Line, Voucher

DAY = dt.date(2025, 1, 2)


def books_of(*lines, **head):
    return Books.from_vouchers(
        [Voucher(**({"date": DAY, "word": "收", "number": 1, "lines": lines} | head))]
    )


def dr(amount="5", **more):
    return Line(**({"account": "1001", "summary": "收款", "debit": Decimal(amount)} | more))


def cr(amount="5", **more):
    return Line(**({"account": "112201", "summary": "收款", "credit": Decimal(amount)} | more))


def written(books, tmp_path, **options):
    """The losses and the rows of a dump written with options; it reads back as spelled."""
    target = tmp_path / "a.csv"
    losses = FORMAT.write(books, target, options=options)
    again = FORMAT.read(Source(target), {}).books
    facts = FORMAT.reads & FORMAT.writes
    assert compare(FORMAT.spelling(books, options), again, facts).differences == ()
    text = target.read_bytes().decode(options.get("encoding", "utf-8-sig"))
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    return [(str(loss.kind), str(loss.fact), loss.count) for loss in losses], rows


@needs_shared
@pytest.mark.shared
def test_the_vouchers_of_the_sample_come_back_line_by_line(tmp_path):
    sample = SAMPLES / "yonyou/gl_accvouch.csv"
    books = FORMAT.read(Source(sample), {}).books
    losses, rows = written(books, tmp_path)
    assert {fact.split(".")[0] for _, fact, _ in losses} == {"open_items", "extras", "lines"}
    assert [loss for loss in losses if loss[1].startswith("lines")] == [
        ("cut", "lines.summary", 3)
    ]
    source = list(csv.DictReader(sample.read_text("utf-8-sig").splitlines(keepends=True)))
    vouchers = [row for row in source if row["iperiod"] not in ("0", "20", "21")]
    pairs = [
        (row, other)
        for row, other in zip(vouchers, rows, strict=True)
        if {**row, "cdigest": ""} != {**other, "cdigest": ""}
    ]
    assert pairs == []


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("options", [{}, {"encoding": "gbk", "booleans": "-1"}])
def test_k3_there_and_back(tmp_path, options):
    table, back = tmp_path / "a.csv", tmp_path / "b.xls"
    sample = SAMPLES / "kingdee/k3_gen_b.xls"
    done = kamcore.convert(sample, table, to=FORMAT.name, bad="keep", write_options=options)
    assert done.proof.equal
    assert kamcore.convert(table, back, to="kingdee-k3", bad="keep").proof.equal
    lost = {loss.fact for loss in done.losses}
    facts = (FORMAT.reads & FORMAT.writes & K3.reads) - lost
    facts = {fact for fact in facts if fact.table in ("vouchers", "lines")}
    left, right = (kamcore.read(path).books for path in (sample, back))
    plain = [
        books.replace(
            lines=books.lines.with_columns(
                account=pl.Series([strip(code) for code in books.lines["account"]])
            )
        )
        for books in (left, right)
    ]
    assert compare(*plain, facts).differences == ()


def test_80_columns_in_order_under_a_header(tmp_path):
    """Table GL_accvouch, 80 columns in this order."""
    losses, rows = written(books_of(dr(), cr()), tmp_path)
    assert losses == []
    assert list(rows[0]) == list(COLUMNS)
    start = (tmp_path / "a.csv").read_bytes()
    assert start.startswith(b"\xef\xbb\xbfiperiod,csign,isignseq,ino_id,inid,dbill_date")
    assert start.endswith(b"\r\n")


@pytest.mark.parametrize(("option", "yes"), [("1", "1"), ("-1", "-1")])
def test_booleans(tmp_path, option, yes):
    """Access booleans are -1 and 0."""
    books = books_of(dr(), cr(), status="posted")
    row = written(books, tmp_path, booleans=option)[1][0]
    flags = "bvouchedit bvalueedit bcodeedit bPCSedit bDeptedit bItemedit ibook"
    assert {row[name] for name in flags.split()} == {yes}
    assert {row[name] for name in ("bvouchAddordele", "bCusSupInput", "bdelete")} == {"0"}


def test_figures_and_days_as_the_dump_has_them(tmp_path):
    """Money with four decimals, other figures bare, days with midnight; unused sides 0."""
    usd = {"currency": "USD", "rate": Decimal("7.1"), "fx_debit": Decimal(10), "fx_credit": 0}
    books = books_of(dr("71", **usd), cr("71", quantity=Decimal("2.5"), settlement_date=DAY))
    one, two = written(books, tmp_path)[1]
    names = ("md", "mc", "md_f", "mc_f", "nfrat", "nd_s", "nc_s", "cexch_name", "dt_date")
    assert [one[name] for name in names] == [
        *("71.0000", "0.0000", "10.0000", "0.0000", "7.1", "0", "0", "美元", "")
    ]
    assert [two[name] for name in names] == [
        *("0.0000", "71.0000", "0.0000", "0.0000", "0", "0", "2.5", "", "2025-01-02 00:00:00")
    ]
    assert one["dbill_date"] == "2025-01-02 00:00:00"


def test_line_numbers_count_from_1_and_opposite_accounts_are_joined(tmp_path):
    """inid 行号; ccode_equal comma-joined."""
    rows = written(books_of(dr("5"), cr("2"), cr("3", account="2202")), tmp_path)[1]
    assert [row["inid"] for row in rows] == ["1", "2", "3"]
    assert [row["ccode_equal"] for row in rows] == ["112201,2202", "1001", "1001"]


def test_void_vouchers_have_the_flag(tmp_path):
    """iflag 1 作废."""
    losses, rows = written(books_of(dr(), cr(), status="void"), tmp_path)
    assert losses == []
    assert [row["iflag"] for row in rows] == ["1", "1"]


def test_codes_have_no_dots_and_are_never_cut(tmp_path):
    """ccode 15, ccus_id 20 characters."""
    books = books_of(dr(account="1122.01", aux={"customer": "A.1"}), cr())
    row = written(books, tmp_path)[1][0]
    assert (row["ccode"], row["ccus_id"]) == ("112201", "A.1")
    for line in (dr(account="1" * 16), dr(aux={"customer": "c" * 21})):
        with pytest.raises(LossRefused, match="G1621"):
            FORMAT.write(books_of(line, cr()), tmp_path / "b.csv")


def test_texts_are_cut_in_bytes_of_gbk(tmp_path):
    """cdigest 60, cn_id 30, cbill 20; csettle 3 is a code and goes whole."""
    line = dr(summary="摘" * 31, settlement_number="9" * 31, settlement_method="转账支票")
    losses, rows = written(books_of(line, cr(), preparer="甲" * 11), tmp_path)
    assert losses == [
        ("cut", "lines.settlement_method", 1),
        ("cut", "lines.settlement_number", 1),
        ("cut", "lines.summary", 1),
        ("cut", "vouchers.preparer", 1),
    ]
    row = rows[0]
    assert [len(row[n]) for n in ("cdigest", "cn_id", "cbill", "csettle")] == [30, 30, 10, 0]


@pytest.mark.parametrize(("encoding", "text"), [("utf-8-sig", "好😀"), ("gbk", "好??")])
def test_both_encodings(tmp_path, encoding, text):
    losses, rows = written(books_of(dr(summary="好😀"), cr()), tmp_path, encoding=encoding)
    assert rows[0]["cdigest"] == text
    assert losses == ([] if encoding != "gbk" else [("replaced", "lines.summary", 1)])


def test_texts_that_look_like_formulas_are_written_as_they_are(tmp_path):
    assert written(books_of(dr(summary="=1+1"), cr()), tmp_path)[1][0]["cdigest"] == "=1+1"


def test_dimensions_without_a_column_are_dropped(tmp_path):
    """cdept_id, cperson_id, ccus_id, csup_id, citem_id are all there is."""
    losses, rows = written(books_of(dr(aux={"车间": "1", "department": "2"}), cr()), tmp_path)
    assert losses == [("dropped", "lines.aux_车间", 1)]
    assert rows[0]["cdept_id"] == "2"


def test_periods_that_mean_no_voucher_are_not_written(tmp_path):
    """iperiod 0, 20 and 21 are no vouchers."""
    losses, rows = written(books_of(dr(), cr(), period=0, year=2025), tmp_path)
    assert ("replaced", "vouchers.period", 1) in losses
    assert rows[0]["iperiod"] == "1"


def test_project_class_and_verbatim_columns_are_written_back(tmp_path):
    books = books_of(dr(aux={"project": "P1"}), cr())
    extras = [
        ("lines", 0, "cDefine3", "甲"),
        ("vouchers", 0, "isignseq", "7"),
        ("lines", 1, "x", "y"),
    ]
    books = books.replace(
        dimensions=books.dimensions.with_columns(source_code=pl.lit("00")),
        extras=pl.DataFrame(extras, schema=books.extras.schema, orient="row"),
    )
    losses, rows = written(books, tmp_path)
    assert losses == [("dropped", "extras.value", 1)]
    assert [rows[0][name] for name in ("citem_class", "citem_id", "cDefine3")] == [
        "00",
        "P1",
        "甲",
    ]
    assert [row["isignseq"] for row in rows] == ["7", "7"]


def test_options_have_values(tmp_path):
    for options in ({"encoding": "latin-1"}, {"booleans": "yes"}):
        with pytest.raises(UsageError, match="F1003"):
            FORMAT.write(books_of(dr()), tmp_path / "a.csv", options=options)


def test_vouchers_of_one_number_are_refused_unless_they_have_none(tmp_path):
    """ino_id 凭证号, inid 行号 from 1 in each voucher."""
    twice = [Voucher(date=DAY, word="收", number=n, lines=(dr(), cr())) for n in (1, 1)]
    with pytest.raises(BooksError, match="G3202"):
        FORMAT.write(Books.from_vouchers(twice), tmp_path / "b.csv")
    none = [Voucher(date=DAY, word="收", lines=(dr(), cr())) for _ in range(2)]
    losses, rows = written(Books.from_vouchers(none), tmp_path)
    assert losses == [("missing", "vouchers.number", 2)]
    assert [row["ino_id"] for row in rows] == [""] * 4
