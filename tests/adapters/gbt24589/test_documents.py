"""应收应付 both ways: documents of any source, settlements, statements."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from kamcore.adapters.gbt24589 import FORMAT
from kamcore.books import Books, schema
from kamcore.format import Source
from kamcore.format.comparing import compare

FACTS = FORMAT.reads & FORMAT.writes
DAY = dt.date(2025, 3, 5)
ITEM = {
    "id": "A",
    "party_role": "customer",
    "party": "0001",
    "account": "1122",
    "date": DAY,
    "document": "A",
    "amount": Decimal(100),
}
RECEIPT = {**ITEM, "id": "R", "document": "R", "amount": Decimal(60), "date": dt.date(2025, 3, 9)}
APPLIED = {"id": "1", "item": "A", "receipt": "R", "date": RECEIPT["date"], "amount": Decimal(60)}


def table(name, *rows):
    known = {column.name: column.dtype for column in schema.TABLES[name].columns}
    filled = [{column: row.get(column) for column in known} for row in rows]
    return pl.DataFrame(filled, schema=known)


def books(items=(ITEM,), receipts=(RECEIPT,), applications=(APPLIED,), **more):
    frames = {
        "open_items": table("open_items", *items),
        "receipts": table("receipts", *receipts),
        "applications": table("applications", *applications),
    }
    return Books(tables=frames | more)


def round_trip(given, folder):
    report = FORMAT.write(given, folder)
    reading = FORMAT.read(Source(folder), {})
    again = reading.books
    assert compare(FORMAT.spelling(given, {}), again, FACTS).differences == ()
    return {(str(one.kind), str(one.fact)): one.count for one in report}, reading


def rows_of(folder, name):
    root = etree.fromstring((folder / "应收应付.xml").read_bytes())
    return [
        {etree.QName(field).localname: field.text for field in row}
        for row in root
        if etree.QName(row).localname == name
    ]


def test_an_item_partly_settled_is_one_row_that_bears_what_is_left(tmp_path):
    losses, reading = round_trip(books(), tmp_path / "out")
    item, receipt = rows_of(tmp_path / "out", "应收明细表")
    assert (item["本币发生金额"], item["本币余额"], item["核销标志"]) == ("100.00", "40.00", "0")
    assert (receipt["本币发生金额"], receipt["本币余额"]) == ("-60.00", "0.00")
    assert (receipt["核销标志"], receipt["单据类型编码"]) == ("1", "收款单")
    assert (item["核销凭证编号"], receipt["核销凭证编号"]) == ("R", "A")
    assert item["核销日期"] == "20250309"
    assert losses == {
        ("guessed", "open_items.voucher_id"): 1,
        ("guessed", "receipts.voucher_id"): 1,
    }
    made = reading.books.applications
    assert made.select("item", "receipt", "date", "amount").rows() == [
        ("A", "R", dt.date(2025, 3, 9), Decimal(60))
    ]
    assert reading.books.receipts["amount"].to_list() == [Decimal(60)]


def test_several_settlements_are_several_rows_and_one_document_again(tmp_path):
    """gbt24589.md 1.3: one row per settlement; round-trip must re-join on 单据编号."""
    second = {**RECEIPT, "id": "S", "document": "S", "amount": Decimal(40)}
    more = {**APPLIED, "id": "2", "receipt": "S", "amount": Decimal(40)}
    _, reading = round_trip(
        books(receipts=(RECEIPT, second), applications=(APPLIED, more)), tmp_path / "out"
    )
    rows = [row for row in rows_of(tmp_path / "out", "应收明细表") if row["单据编号"] == "A"]
    assert [(row["本币发生金额"], row["核销标志"]) for row in rows] == [
        ("60.00", "1"),
        ("40.00", "1"),
    ]
    assert reading.books.open_items["amount"].to_list() == [Decimal(100)]
    assert reading.books.applications["receipt"].to_list() == ["R", "S"]


def test_documents_without_a_number_get_the_id_of_their_place(tmp_path):
    bare = {**ITEM, "id": "0-1", "document": None}
    losses, reading = round_trip(books((bare, {**bare, "id": "0-2"}), (), ()), tmp_path / "out")
    assert losses == {("replaced", "open_items.id"): 2}
    assert reading.books.open_items["amount"].to_list() == [Decimal(100), Decimal(100)]


def test_an_undone_settlement_leaves_the_item_open(tmp_path):
    undone = {**APPLIED, "id": "2", "reverses": "1"}
    losses, reading = round_trip(books(applications=(APPLIED, undone)), tmp_path / "out")
    assert sum(reading.books.applications["amount"]) == 0
    assert losses["dropped", "applications.reverses"] == 1


def test_a_settlement_between_a_customer_and_a_supplier_names_vouchers(tmp_path):
    """The rows of one table name each other; across the two only the voucher is known."""
    other = {**ITEM, "id": "B", "document": "B", "party_role": "supplier", "account": "2202"}
    set_off = {**APPLIED, "receipt": "B"}
    losses, reading = round_trip(books((ITEM, other), (), (set_off,)), tmp_path / "out")
    assert losses["replaced", "applications.receipt"] == 1
    assert reading.books.applications.select("item", "receipt", "amount").rows() == [
        ("A", "凭证B", Decimal(60)),
        ("B", "凭证A", Decimal(-60)),
    ]
    assert [problem.code for problem in reading.problems if problem.code == "S1006"] == ["S1006"]


def test_a_document_named_twice_is_one_and_that_is_said(tmp_path):
    twice = books((ITEM, {**ITEM, "id": "A2"}), (), ())
    losses, reading = round_trip(twice, tmp_path / "out")
    assert losses["merged", "open_items.document"] == 1
    assert reading.books.open_items["amount"].to_list() == [Decimal(200)]


def test_foreign_documents_keep_both_amounts(tmp_path):
    usd = {"currency": "USD", "rate": Decimal(7), "fx_amount": Decimal(10)}
    item = {**ITEM, **usd, "amount": Decimal(70)}
    bare = {**item, "id": "B", "document": "B", "fx_amount": None}
    losses, reading = round_trip(books((item, bare), (), ()), tmp_path / "out")
    assert losses == {("missing", "open_items.fx_amount"): 1}
    assert reading.books.open_items["fx_amount"].to_list() == [Decimal(10), Decimal(0)]


def edited(tmp_path, old, new):
    FORMAT.write(books(), tmp_path / "out")
    path = tmp_path / "out/应收应付.xml"
    text = path.read_bytes().decode("gb18030")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode("gb18030"))
    return FORMAT.read(Source(tmp_path / "out"), {})


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<核销标志>0<", "<核销标志>1<", "S1007"),
        ("<客户编码>0001<", "<客户编码><", "S1008"),
        ("<核销凭证编号>R<", "<核销凭证编号>7<", "S1006"),
    ],
)
def test_what_contradicts_itself_is_said(tmp_path, old, new, code):
    reading = edited(tmp_path, old, new)
    (problem,) = [problem for problem in reading.problems if problem.code == code]
    assert problem.place.file.endswith("应收应付.xml")


def test_rows_of_one_document_in_two_vouchers_are_said(tmp_path):
    second = {**RECEIPT, "id": "S", "document": "S", "amount": Decimal(40)}
    more = {**APPLIED, "id": "2", "receipt": "S", "amount": Decimal(40)}
    FORMAT.write(books(receipts=(RECEIPT, second), applications=(APPLIED, more)), tmp_path / "out")
    path = tmp_path / "out/应收应付.xml"
    text = path.read_bytes().decode("gb18030")
    path.write_bytes(text.replace("<记账凭证编号>A<", "<记账凭证编号>B<", 1).encode("gb18030"))
    problems = FORMAT.read(Source(tmp_path / "out"), {}).problems
    assert [problem.value for problem in problems if problem.code == "S1009"] == ["A"]


def test_statements_are_kept_line_by_line(tmp_path):
    """gbt24589_1_2010_elements.csv: 报表集 and 报表项数据."""
    values = {
        "报表集": {"报表编号": "01", "报表名称": "资产负债表", "报表报告日": "20250331"},
        "报表项数据": {"报表编号": "01", "报表项编号": "1", "报表项名称": "货币资金"},
    }
    rows = [
        {"table": name, "row_id": 0, "field": field, "value": value}
        for name, fields in values.items()
        for field, value in fields.items()
    ]
    losses, reading = round_trip(books(extras=table("extras", *rows)), tmp_path / "out")
    assert ("dropped", "extras.value") not in losses
    kept = reading.books.extras.filter(pl.col("table").is_in(list(values)))
    # A number that the standard demands is 0 where nothing is said.
    assert ("报表项数据", "报表项数值", "0") in kept.select("table", "field", "value").rows()
    assert kept.filter(field="报表名称")["value"].to_list() == ["资产负债表"]


def test_the_files_of_documents_follow_the_schema(tmp_path):
    FORMAT.write(books(), tmp_path / "out")
    path = Path(__file__).parents[4] / "shared/formats/gbt24589-xsd/应收应付.xsd"
    if not path.is_file():
        pytest.skip("the schemas are not here")
    rules = etree.XMLSchema(etree.parse(path))
    rules.assertValid(etree.fromstring((tmp_path / "out/应收应付.xml").read_bytes()))
