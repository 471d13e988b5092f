"""Reading the standard voucher workbook: the samples, and its oddities one by one."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from k3_workbooks import workbook
from kamcore.adapters.kingdee_k3 import FORMAT
from kamcore.errors import SourceError
from kamcore.format import Certainty, Head, Source

GOOD = ["k3_gen_a", "k3_gen_a_comma", "k3_gen_b", "k3_gen_b_captions", "k3_numbers_above_9999"]


def read(path, **options):
    return FORMAT.read(Source(Path(path)), options)


def codes(reading):
    return [problem.code for problem in reading.problems]


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", GOOD)
def test_a_sample_reads_as_expected(name):
    sample = f"kingdee/{name}.xls"
    reading = read(SAMPLES / sample)
    assert compare(reading.books, expectation(sample)) == []
    # 销售渠道 is the site's own category, which the file alone cannot vouch for.
    assert codes(reading) == ["K2012"]
    assert codes(read(SAMPLES / sample, categories="销售渠道")) == []
    assert reading.books.extras.height == 0


@needs_shared
@pytest.mark.shared
def test_what_was_detected_is_said():
    facts = {name: read(SAMPLES / f"kingdee/{name}.xls").detected.facts for name in GOOD[:4]}
    assert facts["k3_gen_a"] == {"generation": "A", "keys": "english", "joiner": "||"}
    assert facts["k3_gen_a_comma"] == {"generation": "A", "keys": "english", "joiner": ","}
    assert facts["k3_gen_b_captions"] == {"generation": "B", "keys": "chinese", "joiner": "||"}


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code", "severity"),
    [
        ("account_number_cell", "G2031", "warning"),
        ("unknown_category", "K2012", "warning"),
        ("item_without_category", "K2011", "error"),
        ("duplicate_column", "G1304", "warning"),
    ],
)
def test_a_bad_sample_is_answered_at_its_place(name, code, severity):
    expect = json.loads((SAMPLES / f"bad/{name}.xls.expect.json").read_text("utf-8"))
    place = expect["faults"][0]["place"]
    reading = read(SAMPLES / f"bad/{name}.xls", categories="销售渠道")
    (problem,) = [problem for problem in reading.problems if problem.code == code]
    assert (problem.place.sheet, problem.place.row) == (place["sheet"], place["row"])
    assert problem.place.column == place["column"]
    assert str(problem.severity) == severity
    assert reading.books.vouchers.height == 6


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", ["period_outside_date", "rate_mismatch"])
def test_a_fault_of_the_books_is_left_to_their_check(name):
    reading = read(SAMPLES / f"bad/{name}.xls", categories="销售渠道")
    assert not [p for p in reading.problems if str(p.severity) == "error"]
    place = reading.books.origin.place(9, "lines.period")
    assert (place.sheet, place.row, place.column) == ("Page1", 9, "FPeriod")


@needs_shared
@pytest.mark.shared
def test_a_missing_column_refuses_the_file():
    with pytest.raises(SourceError) as caught:
        read(SAMPLES / "bad/missing_column.xls")
    assert caught.value.problem.text("zh") == (
        "missing_column.xls: Page1 第 1 行: G1302 缺少列「科目代码」(FAccountNum)"
    )


def test_words_for_nothing_are_blank(tmp_path):
    book = workbook(
        tmp_path / "a.xls",
        {"FCheckerID": "none", "FSettleTypeID": "*", "FReference": "''"},
        {"FDebit": 0, "FCredit": 100, "FEntryID": 1},
    )
    books = read(book).books
    head = books.vouchers.row(0, named=True)
    assert (head["reviewer"], head["reference"], head["status"]) == (None, None, "draft")
    line = books.lines.row(0, named=True)
    assert (line["settlement_method"], line["unit"], line["quantity"]) == (None, None, None)
    assert (line["debit"], line["credit"], line["fx_debit"]) == (Decimal(100), Decimal(0), None)
    assert (line["currency"], line["rate"]) == ("CNY", Decimal(1))


def test_foreign_amounts_stand_on_the_side_of_the_amount(tmp_path):
    book = workbook(
        tmp_path / "a.xls",
        {"FCurrencyNum": "USD", "FCurrencyName": "美元", "FAmountFor": 14, "FExchangeRate": 7.15},
        {"FCurrencyNum": "USD", "FCurrencyName": "美元", "FAmountFor": 14, "FEntryID": 1}
        | {"FDebit": 0, "FCredit": 100},
    )
    lines = read(book).books.lines
    assert lines["fx_debit"].to_list() == [Decimal(14), Decimal(0)]
    assert lines["fx_credit"].to_list() == [Decimal(0), Decimal(14)]


def test_an_unreadable_amount_leaves_both_sides_blank(tmp_path):
    book = workbook(tmp_path / "a.xls", {"FDebit": "12O.00", "FAmountFor": ""}, {"FEntryID": 1})
    reading = read(book)
    assert codes(reading) == ["G2003"]
    assert reading.books.lines["debit"].to_list() == [None, Decimal(100)]
    assert reading.books.lines["credit"].to_list() == [None, Decimal(0)]


def test_lines_of_a_voucher_standing_apart_are_put_together_with_a_warning(tmp_path):
    book = workbook(
        tmp_path / "a.xls",
        {},
        {"FNumber": 2},
        {"FEntryID": 1, "FDebit": 0, "FCredit": 100},
    )
    reading = read(book)
    assert [(p.code, p.place.row, p.value) for p in reading.problems] == [
        ("K2021", 4, "2025-01 记-1")
    ]
    assert reading.books.lines["voucher_id"].to_list() == [1, 1, 2]
    assert reading.books.lines["source_row"].to_list() == [2, 4, 3]


def test_one_number_on_two_dates_is_an_error(tmp_path):
    book = workbook(
        tmp_path / "a.xls",
        {},
        {"FDate": "2025-01-03", "FEntryID": 1},
        {"FNumber": 2},
        {"FNumber": 2, "FDate": "2025-01-05"},
    )
    reading = read(book)
    assert [(p.code, p.place.row) for p in reading.problems] == [("K2022", 3), ("K2022", 5)]
    # Line numbers that start again show two vouchers; running on, they show one with a slip.
    assert reading.books.lines["voucher_id"].to_list() == [1, 1, 2, 3]


def test_lines_that_disagree_about_their_voucher_are_said_and_kept(tmp_path):
    book = workbook(tmp_path / "a.xls", {"FReference": "R1"}, {"FReference": "R2", "FEntryID": 1})
    reading = read(book)
    (problem,) = reading.problems
    assert problem.message("zh") == "同一凭证各分录的「参考信息」不一致 (1 行), 取第一行的值"
    assert reading.books.vouchers["reference"].to_list() == ["R1"]
    assert reading.books.extras.rows() == [("lines", 1, "FReference", "R2")]


@pytest.mark.parametrize(
    ("entries", "numbers", "said"),
    [
        ((0, 1), [1, 2], []),
        ((1, 2), [1, 2], []),
        ((1, 0), [1, 2], []),
        ((0, 0), [1, 2], ["K2023"]),
        ((5, 6), [1, 2], ["K2023"]),
        (("", ""), [1, 2], []),
    ],
)
def test_line_numbers_count_from_one(tmp_path, entries, numbers, said):
    rows = [{"FEntryID": entry, "FExplanation": f"第 {entry}"} for entry in entries]
    reading = read(workbook(tmp_path / "a.xls", *rows))
    assert reading.books.lines["line_no"].to_list() == numbers
    assert codes(reading) == said


def test_names_with_all_levels_and_the_item_are_reduced(tmp_path):
    book = workbook(
        tmp_path / "a.xls",
        {"FAccountNum": "1002.01", "FAccountName": "银行存款 - 基本户"},
        {"FAccountNum": "1122", "FAccountName": "应收账款/0004 - 某社", "FEntryID": 1}
        | {"FItem": "客户---0004---某社"},
    )
    books = read(book).books
    assert books.accounts.select("code", "name", "full_name", "parent", "level").rows() == [
        ("1002.01", "基本户", "银行存款/基本户", "1002", 2),
        ("1122", "应收账款", None, None, 1),
    ]
    assert books.extras["field"].to_list() == ["FAccountName"] * 2


def test_several_names_of_a_code_are_said_and_kept(tmp_path):
    book = workbook(
        tmp_path / "a.xls",
        {"FItem": "客户---1---甲"},
        {"FItem": "客户---1---乙", "FEntryID": 1, "FAccountName": "现金"},
    )
    reading = read(book)
    assert codes(reading) == ["K2015", "K2031"]
    assert reading.books.members["name"].to_list() == ["甲"]
    assert sorted(reading.books.extras.select("field", "value").rows()) == [
        ("FAccountName", "现金"),
        ("FItem", "客户---1---乙"),
    ]


def test_strange_and_absent_columns_are_said_and_kept(tmp_path):
    book = workbook(tmp_path / "a.xls", {"备注": "留"}, drop=("FReference",), extra=("备注",))
    reading = read(book)
    assert codes(reading)[:2] == ["K2002", "K2003"]
    assert reading.books.extras.rows() == [("lines", 0, "备注", "留")]


def test_an_unknown_currency_and_a_deviating_amount_are_said(tmp_path):
    book = workbook(
        tmp_path / "a.xls",
        {"FAmountFor": 99},
        {"FCurrencyNum": "QQQ", "FCurrencyName": "", "FEntryID": 1},
    )
    reading = read(book)
    assert codes(reading) == ["K2042", "K2041"]
    assert reading.books.lines["currency"].to_list() == ["CNY", "QQQ"]
    assert ("lines", 0, "FAmountFor", "99") in [
        (table, row, field, value.removesuffix(".0"))
        for table, row, field, value in reading.books.extras.rows()
    ]


def test_a_workbook_of_headings_only(tmp_path):
    reading = read(workbook(tmp_path / "a.xls"))
    assert "K2001" in codes(reading)
    assert reading.books.totals().lines == 0


def test_the_workbook_is_recognised_by_keys_or_captions():
    keys = ("FDate", "FYear", "FPeriod", "FGroupID", "FNumber", "FAccountNum", "FDebit")
    head = Head(
        name="a.xls", container="xls", sheets={"x": ((*keys, "FCredit", "FItem", "FPosted"),)}
    )
    assert FORMAT.sniff(head).certainty is Certainty.SURE
    journal = (
        "日期 会计期间 凭证字号 摘要 科目代码 科目名称 汇率 原币金额 借方 贷方 制单 核准 数量 单价"
    )
    head = Head(name="a.xls", container="xls", sheets={"x": (tuple(journal.split()),)})
    assert FORMAT.sniff(head).certainty is Certainty.NO
    assert FORMAT.sniff(Head(name="a.xls")).certainty is Certainty.NO
