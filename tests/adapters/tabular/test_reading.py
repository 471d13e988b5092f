"""Odd sheets: each fault at its place, and what is read all the same."""

import random
from pathlib import Path

import attrs
import openpyxl
import pytest

import kamcore
from kamcore.adapters.tabular import FORMATS, shipped
from kamcore.adapters.tabular.periods import span_of
from kamcore.errors import KamcoreError, SourceError, UsageError
from kamcore.format import Source
from kamcore.model.layout import Layout

SAMPLES = Path(__file__).parent / "samples"
CARDS = {card.name: card for card in FORMATS}


def read(name, change=None, **options):
    """A sample, with texts replaced, through its own layout."""
    text = (SAMPLES / f"{name}.csv").read_text("utf-8")
    for old, new in (change or {}).items():
        assert old in text
        text = text.replace(old, new, 1)
    return CARDS[name].read(Source(data=text.encode(), name=f"{name}.csv"), options)


def told(reading, code):
    return [problem for problem in reading.problems if problem.code == code]


def only(reading, code):
    (problem,) = told(reading, code)
    return problem


def test_a_voucher_cell_without_a_number_is_an_error():
    reading = read("kingdee-kis-journal", {"记-2": "记字"})
    problem = only(reading, "T1101")
    assert (problem.place.line, problem.place.column, problem.value) == (4, "凭证字号", "记字")
    assert reading.books.lines.height == 4


@pytest.mark.parametrize(
    ("text", "word", "number"),
    [
        ("记 - 12", "记", 12),
        ("记0007", "记", 7),
        ("记--0001", "记", 1),
        ("银收-00035", "银收", 35),
        ("转-10001", "转", 10001),
        ("记字第12号", "记", 12),
        ("12", None, 12),
    ],
)
def test_voucher_words_and_numbers(text, word, number):
    """formats/kingdee.md section 6, last paragraph: voucher number display."""
    heads = read("kingdee-kis-journal", {"记-2": text}).books.vouchers
    assert heads.filter(number=number)["word"].to_list()[-1] == word


def test_a_summary_may_be_called_like_a_total():
    """The line 合计付款 is data: it has an account."""
    reading = read("kingdee-kis-journal", {"合计付款": "合计"})
    assert reading.books.lines["summary"].to_list().count("合计") == 1
    assert reading.books.lines.height == 4
    assert reading.problems == ()


def test_an_unknown_side_is_an_error_and_the_amount_stays_unread():
    reading = read("yonyou-u8-journal", {"收到投资款,借": "收到投资款,左"})
    problem = only(reading, "T1104")
    assert (problem.place.line, problem.place.column, problem.value) == (2, "方向", "左")
    assert reading.books.lines.row(0, named=True)["debit"] is None


def test_an_amount_without_a_side_is_an_error():
    reading = read("yonyou-u8-journal", {"收到投资款,贷": "收到投资款,"})
    assert only(reading, "T1105").place.line == 3


def test_an_unreadable_amount_is_not_taken_for_zero():
    reading = read("yonyou-u8-journal", {",借,,,5000.00": ",借,,,5O00.00"})
    assert told(reading, "G2003")[0].place.column == "金额"
    line = reading.books.lines.row(0, named=True)
    assert (line["debit"], line["credit"]) == (None, None)


def test_a_period_nobody_can_read():
    reading = read("kingdee-k3-journal", {"2025.1,记 - 2": "一月,记 - 2"})
    problem = only(reading, "T1102")
    assert (problem.place.column, problem.value) == ("会计期间", "一月")


def test_a_day_that_does_not_exist():
    reading = read("yonyou-u8-party-ledger", {"2025,3,9": "2025,2,30"})
    assert only(reading, "T1103").value == "2025-2-30"
    assert reading.books.lines["date"].null_count() == 1


def test_packed_auxiliaries_that_do_not_close():
    reading = read("yonyou-nc-journal", {"【部门：华东部】": "【部门：华东部"})
    problem = only(reading, "T1106")
    assert (problem.place.line, problem.place.column) == (3, "辅助项")
    assert "客商" not in reading.books.dimension_ids


@pytest.mark.parametrize(
    ("name", "old", "new", "column"),
    [
        ("kingdee-kis-journal", "5030.00,5030.00", "5030.00,5031.00", "贷方金额"),
        ("yonyou-u8-journal", "5707.00", "5708.00", "金额"),
        ("kingdee-kis-ledger", "本期合计,20.00", "本期合计,21.00", "借方"),
        ("kingdee-kis-ledger", "本年累计,0.00,70.00", "本年累计,0.00,71.00", "贷方"),
        ("kingdee-xingchen-item-balance", "50.00,40.00,250.00", "50.00,40.00,251.00", None),
        ("yonyou-u8-trial-balance", "资产小计,,,900.00", "资产小计,,,901.00", "期初借方"),
        ("yonyou-u8-party-balance", "合计,,,,贷,260.00", "合计,,,,贷,261.00", "期初余额"),
    ],
)
def test_a_wrong_total_is_told_where_it_stands(name, old, new, column):
    reading = read(name, {old: new})
    problem = only(reading, "T1201")
    text = (SAMPLES / f"{name}.csv").read_text("utf-8")
    assert problem.place.line == text[: text.index(old)].count("\n") + 1
    assert column in (None, problem.place.column)
    # What a total says is never data.
    assert reading.books.lines.equals(read(name).books.lines)


def test_a_running_balance_that_does_not_follow():
    reading = read("kingdee-kis-ledger", {"提现,50.00,,150.00": "提现,50.00,,151.00"})
    problem = only(reading, "T1202")
    assert (problem.place.line, problem.place.column) == (3, "余额")
    assert problem.facts == {"stated": "151.00", "computed": "150.00"}


def test_a_closing_that_does_not_follow():
    reading = read("yonyou-u8-party-balance", {"平,0.00": "借,1.00"})
    assert [problem.place.line for problem in told(reading, "T1202")] == [4]


def test_balances_of_a_span_that_begins_in_the_middle_have_no_movements():
    reading = read("yonyou-u8-party-balance", {"2025.01-2025.03": "2025.02-2025.03"})
    assert only(reading, "T1204").value == "2025.02-2025.03"
    assert reading.books.balances["ytd_debit"].null_count() == 4


def test_a_balance_without_an_account():
    reading = read("yonyou-u8-party-balance", {"002,苍汀样例厂,1123": "002,苍汀样例厂,"})
    assert only(reading, "T1205").place.line == 4
    assert reading.books.balances.height == 2


def test_the_period_option_decides():
    reading = read("yonyou-u8-party-balance", period="2026.03")
    assert reading.books.balances["year"].unique().to_list() == [2026]
    with pytest.raises(UsageError, match="T1004"):
        read("yonyou-u8-party-balance", period="soon")


def test_the_year_option_serves_a_sheet_without_years():
    layout = next(layout for layout in shipped() if layout.name == "yonyou-u8-party-ledger")
    columns = tuple(column for column in layout.columns if column.field != "year")
    head = "月,日,凭证号,科目,供应商,摘要,借方,贷方,方向,余额"
    text = f"{head}\n3,9,转-1,2202 货款,001 甲,购料,,5,贷,5\n"
    own = attrs.evolve(layout, columns=columns)
    source = Source(data=text.encode(), name="明细.csv")
    card = CARDS["tabular"]
    found = card.read(source, {"layout": own, "year": "2025"})
    assert str(found.books.lines["date"][0]) == "2025-03-09"
    with pytest.raises(UsageError, match="T1004"):
        card.read(source, {"layout": own, "year": "25"})


def test_lines_of_a_parent_account_are_not_counted_twice():
    more = "1002,银行存款,2025-02-08,记 - 1,付货款,,20.00,\n"
    name = "kingdee-kis-ledger"
    text = (SAMPLES / f"{name}.csv").read_text("utf-8").replace("1002,银", "1002.01,基")
    text = text.rstrip("\n") + "\n" + more
    reading = CARDS[name].read(Source(data=text.encode(), name="总账.csv"), {})
    assert only(reading, "T1207").value == "1002"
    assert reading.books.totals().credit == 70


def test_another_sheet_than_the_layout_says_is_refused():
    with pytest.raises(SourceError) as caught:
        read("kingdee-kis-journal", {"科目代码": "项目"})
    assert caught.value.code == "T1002"
    assert any("科目代码" in problem.text("zh") for problem in caught.value.problems)


def test_tabular_needs_a_layout():
    source = Source(data=b"a,b\n1,2\n", name="a.csv")
    with pytest.raises(UsageError, match="T1001"):
        CARDS["tabular"].read(source, {})


def test_sheets_that_go_on_keep_their_places(tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    head = [
        ["明细账"],
        ["公司名称：岚桥样例商行"],
        ["科目", "日期", "凭证字号", "摘要", "借方", "贷方", "方向", "余额"],
    ]
    for name, rows in {
        "1001_现金": [["1001 现金", "2025-01-06", "记-1", "提现", 50, None, "借", 50]],
        "1002_银行": [["1002 银行", "2025-01-06", "记-1", "提现", None, "5O", "贷", -50]],
        "说明": [],
    }.items():
        sheet = book.create_sheet(name)
        for row in [*head, *rows] if rows else [["打印日期", "2025-02-01"]]:
            sheet.append(row)
    book.save(tmp_path / "明细账.xlsx")
    reading = kamcore.read(tmp_path / "明细账.xlsx")
    assert reading.format == "kingdee-jdy-ledger"
    bad = told(reading, "G2003")[0]
    assert (bad.place.sheet, bad.place.row, bad.place.column) == ("1002_银行", 4, "贷方")
    assert only(reading, "T1003").value == "说明"
    assert reading.books.vouchers.height == 1


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("月份：2026.01-2026.02", (2026, 1), (2026, 2)),
        ("2025年第1期至2025年第3期", (2025, 1), (2025, 3)),
        ("202601-202612", (2026, 1), (2026, 12)),
        ("2025年1-3月", (2025, 1), (2025, 3)),
        ("2023.1", (2023, 1), (2023, 1)),
        ("2026年5期", (2026, 5), (2026, 5)),
        ("２０２５年第７期", (2025, 7), (2025, 7)),
    ],
)
def test_periods_as_reports_spell_them(text, first, last):
    span = span_of(text)
    assert (span.first, span.last) == (first, last)


@pytest.mark.parametrize("text", ["", "合计", "2025.14", "2025.3-2025.1", "20250115", "第40期"])
def test_texts_that_are_no_period(text):
    assert span_of(text) is None


@pytest.mark.parametrize("name", sorted(set(CARDS) - {"tabular"}))
@pytest.mark.parametrize("seed", range(3))
def test_mutated_sheets_never_crash(name, seed):
    dice = random.Random(f"{name}{seed}")
    rows = [line.split(",") for line in (SAMPLES / f"{name}.csv").read_text("utf-8").splitlines()]
    odd = ["", "#REF!", "合计", "2025-13-40", "1.234,56", "【", "９９", "x" * 300, "-", "借", "0"]
    for _ in range(12):
        row = dice.randrange(len(rows))
        rows[row][dice.randrange(len(rows[row]))] = dice.choice(odd)
    if seed == 2:
        dice.shuffle(rows)
    text = "\n".join(",".join(row) for row in rows)
    try:
        reading = CARDS[name].read(Source(data=text.encode(), name="变.csv"), {})
    except KamcoreError as error:
        assert error.place.file
    else:
        kamcore.check(reading.books)


def test_layouts_are_equal_when_their_data_are():
    data = {
        "name": "own", "title": "自用", "kind": "vouchers",
        "columns": [{"headings": ["科目"], "field": "lines.account"}],
    }  # fmt: skip
    assert Layout.of(data) == Layout.of(data)
    assert "lines.account" in Layout.of(data)
