"""Bank statements and receipts sheets of one's own headings: ``match`` and ``settle`` --layout."""

from pathlib import Path

import openpyxl
import pytest

from command_line import kamcore

ITEMS = """id,party,date,due,amount,currency,reference,text
I1,甲有限公司,2025-01-05,2025-02-05,1000.00,CNY,12345601,销售
I2,甲有限公司,2025-01-09,2025-02-09,500.00,CNY,12345602,销售
I3,乙有限公司,2025-01-09,2025-02-09,139.13,CNY,,
"""
LAYOUT = """name = "sample-bank"
title = "样例银行流水"
kind = "list"
columns = [
  { headings = ["流水"], field = "id" },
  { headings = ["记账日"], field = "date", need = true },
  { headings = ["对手户"], field = "party" },
  { headings = ["来"], field = "received", need = true },
  { headings = ["往"], field = "paid" },
  { headings = ["用途说明"], field = "text" },
  { headings = ["客户留言"], field = "text" },
]

[skip]
text = ["结息"]
"""
STATEMENT = (
    ("样例银行股份有限公司 账户交易明细",),
    ("户名: 样例电器有限公司", None, "账号: 0000 1111", None, "币种: 人民币"),
    ("查询区间: 2025-02-01 至 2025-02-28",),
    (),
    ("流水", "记账日", "对手户", "来", "往", "结余", "用途说明", "客户留言"),
    (None, None, None, None, None, 7500, "期初余额", None),
    ("F7", "20250203", "甲有限公司", "1,500.00", None, 9000, "货款", "票号12345601-02"),
    ("F8", "20250204", "某供应商", None, "300.00", 8700, "付款", None),
    ("F9", "20250205", None, "3.15", None, 8703.15, "结息", None),
    ("F10", "20250206", "乙有限公司", "139.13", "0.00", 8842.28, "货款", None),
    ("合计", None, None, "1,642.28", "300.00", None, None, None),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "items.csv").write_text(ITEMS, "utf-8")
    (tmp_path / "bank.toml").write_text(LAYOUT, "utf-8")
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本文件由样例银行网银生成"])
    sheet = book.create_sheet("明细")
    for row in STATEMENT:
        sheet.append(row)
    book.save(tmp_path / "bank.xlsx")
    return tmp_path


def matched(folder, *more, command="match"):
    words = (command, "items.csv", "bank.xlsx", "--layout", "bank.toml", "--json")
    return kamcore(*words, *more, cwd=folder)


def test_a_statement_with_title_rows_is_read_through_its_layout(folder):
    plain = kamcore("match", "items.csv", "bank.xlsx", "--json", cwd=folder)
    assert plain.json["error"]["code"] == "C5001"
    done = matched(folder)
    assert done.code == 0
    found = done.json
    assert found["formats"] == {"items": "list", "receipts": "sample-bank"}
    assert {one["receipts"][0]["id"]: one["rule"] for one in found["automatic"]} == {
        "F7": "reference",
        "F10": "amount",
    }
    assert found["totals"]["receipts"]["all"] == {"count": 2, "amounts": {"CNY": "1639.13"}}
    (other,) = found["problems"]
    assert (other["code"], other["value"], other["severity"]) == ("C5004", "1", "info")


def test_for_suppliers_the_other_side_counts(folder):
    found = matched(folder, "--role", "supplier").json
    assert found["unmatched"]["receipts"] == ["F8"]
    assert [problem["value"] for problem in found["problems"]] == ["2"]


def test_settle_takes_the_layout_too(folder):
    assert matched(folder, command="settle").json["drafts"] == []


def test_items_have_a_layout_of_their_own(folder):
    (folder / "items.csv").write_text("甲乙,欠\n乙有限公司,139.13\n", "utf-8")
    (folder / "items.toml").write_text(
        'name = "own"\ntitle = "清单"\nkind = "list"\ncolumns = [\n'
        '  { headings = ["甲乙"], field = "party" },\n'
        '  { headings = ["欠"], field = "amount" },\n]\n',
        "utf-8",
    )
    found = matched(folder, "--items-layout", "items.toml").json
    assert [one["items"][0]["id"] for one in found["automatic"]] == ["行2"]


@pytest.mark.parametrize(
    ("mark", "settles"), [("贷", True), ("来账", True), ("借", False), ("?", None)]
)
def test_one_amount_and_a_mark(folder, mark, settles):
    row = f"F1,乙有限公司,2025-02-06,139.13,{mark}"
    text = f"流水号,对方户名,交易日期,金额,借贷标志\n{row}\n"
    (folder / "r.csv").write_text(text, "utf-8")
    found = kamcore("match", "items.csv", "r.csv", "--json", cwd=folder).json
    assert len(found["automatic"]) == int(settles is True)
    codes = [problem["code"] for problem in found["problems"]]
    assert codes == {True: [], False: ["C5004"], None: ["C5005"]}[settles]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"party" }', '"partner" }', "D2003"),
        ('field = "date"', 'field = "id"', "D2004"),
        ('"received", need = true', '"base"', "D2005"),
        ('title = "样例银行流水"', "title = 1", "D2002"),
        ("columns = [", "columns = [[", "D2001"),
        ('kind = "list"', 'kind = "list"\nsheet = "("', "D2006"),
        ('kind = "list"', 'kind = "vouchers"', "D2003"),
        ('["记账日"]', '["起息日"]', "G1302"),
    ],
)
def test_mistakes_in_a_layout_are_told(folder, old, new, code):
    if code == "D2005":
        new = new + ", need = true"
        text = LAYOUT.replace(old, new).replace('field = "paid"', 'field = "due"')
    else:
        text = LAYOUT.replace(old, new)
    assert text != LAYOUT
    (folder / "bank.toml").write_text(text, "utf-8")
    done = matched(folder)
    assert (done.code, done.json["error"]["code"]) == (3, code)


def test_a_layout_needs_its_file(folder):
    assert matched(folder, "--layout", "none.toml").json["error"]["code"] == "C2011"
    words = ("match", "items.csv", "--layout", "bank.toml", "--json")
    assert kamcore(*words, cwd=folder).json["error"]["code"] == "U1003"
