"""Reading the EAS voucher workbook: the sample, and its oddities one by one."""

import random
from decimal import Decimal

import polars as pl
import pytest

from eas_workbooks import CREDIT, LINE, workbook
from expectations import SAMPLES, Terms, compare, expectation, needs_shared
from kamcore.adapters.kingdee_eas import FORMAT
from kamcore.adapters.kingdee_eas.columns import HEADINGS
from kamcore.books.check import check
from kamcore.errors import KamcoreError, SourceError
from kamcore.format import Certainty, Source
from kamcore.grid.head import head_of

SAMPLE = "kingdee/eas_voucher.xlsx"
CUSTOMER = {"核算项目1": "客户", "编码1": "K1", "名称1": "甲"}


def read(path, **options):
    return FORMAT.read(Source(path), options)


def codes(reading):
    return [problem.code for problem in reading.problems]


@needs_shared
@pytest.mark.shared
def test_the_sample_reads_as_expected():
    expect = expectation(SAMPLE)
    reading = read(SAMPLES / SAMPLE)
    books = reading.books
    items = {code: item for item, code in expect["cash_item_codes"].items()}
    renamed = books.replace(
        cash_flows=books.cash_flows.with_columns(pl.col("item").replace(items))
    )
    # The expectation counts the lines before they were split into auxiliary records.
    lines = expect.pop("lines")
    assert compare(renamed, expect, Terms(line_numbers=True)) == []
    assert books.lines.height == expect["rows_in_file"] > lines
    entries = books.lines.select("voucher_id", "line_no").unique().height
    assert entries == expect["entries_in_file"]
    assert books.cash_flows.height == expect["cash_rows"]
    assert codes(reading) == []
    assert [p.text() for p in check(books) if str(p.severity) == "error"] == []


def test_rows_of_one_entry_are_splits_of_one_line(tmp_path):
    reading = read(
        workbook(
            tmp_path / "a.xlsx",
            {**CUSTOMER, "借方金额": 60, "原币金额": 60},
            {**CUSTOMER, "借方金额": 40, "原币金额": 40},
            CREDIT,
        )
    )
    assert codes(reading) == []
    lines = reading.books.lines.select("line_no", "split_no", "debit", "aux_customer").rows()
    assert lines == [
        (1, 1, Decimal(60), "K1"),
        (1, 2, Decimal(40), "K1"),
        (2, 1, Decimal(0), None),
    ]


def test_the_year_comes_from_the_date_and_numbers_may_bear_a_prefix(tmp_path):
    row = {"凭证号": "记--0012"}
    reading = read(workbook(tmp_path / "a.xlsx", row, {**row, **CREDIT}))
    assert codes(reading) == []
    assert reading.books.vouchers.select("year", "period", "number").rows() == [(2025, 1, 12)]
    assert ("vouchers", 0, "凭证号", "记--0012") in reading.books.extras.rows()


def test_an_unreadable_date_does_not_part_a_voucher(tmp_path):
    reading = read(workbook(tmp_path / "a.xlsx", {}, {**CREDIT, "记账日期": "没有"}))
    assert reading.books.vouchers["year"].to_list() == [2025]
    assert reading.books.lines.height == 2
    assert [p.place.column for p in reading.problems] == ["记账日期"]


def test_marks_and_people_tell_the_status(tmp_path):
    rows = [
        {"凭证号": f"0000{number}", "凭证序号": str(number), **marks}
        for number, marks in enumerate(
            (
                {"过账标记": True, "审核人": "乙"},
                {"删除标记": True, "过账标记": True},
                {"审核人": "乙"},
                {"过账标记": "FALSE"},
            ),
            start=1,
        )
    ]
    books = read(workbook(tmp_path / "a.xlsx", *rows)).books
    assert books.vouchers["status"].to_list() == ["posted", "void", "reviewed", "draft"]


def test_amounts_count_before_the_side(tmp_path):
    reading = read(workbook(tmp_path / "a.xlsx", {"方向": "0"}, {**CREDIT, "方向": "-1"}))
    assert [(p.code, p.place.row, p.place.column) for p in reading.problems] == [
        ("K7001", 2, "方向")
    ]
    assert reading.books.lines["debit"].to_list() == [Decimal(100), Decimal(0)]


def test_several_companies_are_said_and_one_can_be_chosen(tmp_path):
    other = {"公司": "1.02", "凭证序号": "17002--0"}
    path = workbook(tmp_path / "a.xlsx", {}, CREDIT, other, {**CREDIT, **other})
    both = read(path)
    assert [(p.code, p.place.row) for p in both.problems] == [("K7002", 4)]
    assert both.books.vouchers.height == 2
    one = read(path, company="1.02")
    assert codes(one) == []
    assert one.books.lines["source_row"].to_list() == [4, 5]


def test_two_vouchers_of_one_number_stay_two_by_their_serial(tmp_path):
    second = {"凭证序号": "17002--0"}
    books = read(workbook(tmp_path / "a.xlsx", {}, CREDIT, second, {**CREDIT, **second})).books
    assert books.vouchers["number"].to_list() == [1, 1]


def test_67_columns_and_a_heading_with_a_blank_are_read(tmp_path):
    eighth = {"核算项目8": "客户", "编码8": "K8", "名称8": "乙"}
    usual = read(workbook(tmp_path / "a.xlsx", eighth)).books
    headings = [name for name in HEADINGS if name != "科目名称"]
    bare = read(workbook(tmp_path / "b.xlsx", eighth, headings=headings)).books
    assert bare.lines.equals(usual.lines)
    assert bare.accounts["name"].to_list() == [None]
    import openpyxl

    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["凭证"].cell(1, HEADINGS.index("核算项目8") + 1).value = "核算 项目8"
    book.save(tmp_path / "c.xlsx")
    assert read(tmp_path / "c.xlsx").books.lines.equals(usual.lines)


def test_texts_of_the_auxiliary_ledger_are_kept_where_they_differ(tmp_path):
    import datetime as dt

    reading = read(
        workbook(
            tmp_path / "a.xlsx",
            {**CUSTOMER, "辅助账摘要": "摘要", "辅助账业务日期": LINE["业务日期"]},
            {**CUSTOMER, **CREDIT, "辅助账摘要": "别的", "辅助账业务日期": dt.date(2025, 1, 9)},
        )
    )
    of_lines = [row[1:] for row in reading.books.extras.rows() if row[0] == "lines"]
    assert of_lines == [(1, "辅助账业务日期", "2025-01-09"), (1, "辅助账摘要", "别的")]


def test_cash_flows_take_their_sign_and_keep_the_rest(tmp_path):
    out = {"分录号": "2", "主表信息": "CI1.02.04", "主表金额系数": "-1", "对方分录号": "1"}
    red = {"本位币": -5, "原币": -5, "附表信息": "CI5.01.14", "附表金额系数": "1"}
    books = read(workbook(tmp_path / "a.xlsx", {}, CREDIT, flows=[{}, out, red])).books
    assert books.cash_flows.rows() == [
        (1, 1, "CI1.01.01", Decimal(100)),
        (1, 2, "CI1.02.04", Decimal(-100)),
        (1, 1, "CI1.01.01", Decimal(-5)),
    ]
    assert [row[1:] for row in books.extras.rows() if row[0] == "cash_flows"] == [
        (1, "对方分录号", "1"),
        (2, "主表金额系数", "1"),
        (2, "附表信息", "CI5.01.14"),
        (2, "附表金额系数", "1"),
    ]


def test_a_cash_flow_without_entry_item_or_amount_is_an_error_at_its_cell(tmp_path):
    flows = [{"分录号": "9"}, {"主表信息": ""}, {"本位币": ""}]
    reading = read(workbook(tmp_path / "a.xlsx", {}, CREDIT, flows=flows))
    assert [(p.code, p.place.sheet, p.place.row, p.place.column) for p in reading.problems] == [
        ("K7011", "现金流量", 2, "分录号"),
        ("K7012", "现金流量", 3, "主表信息"),
        ("K7012", "现金流量", 4, "本位币"),
    ]
    assert reading.books.cash_flows.height == 0


def test_a_missing_column_refuses_the_file(tmp_path):
    headings = [name for name in HEADINGS if name != "科目"]
    with pytest.raises(SourceError, match="G1302"):
        read(workbook(tmp_path / "a.xlsx", {}, headings=headings))


def test_an_option_names_a_currency_of_the_site(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"币种": "BB03", "原币金额": 110, "汇率": Decimal("0.9")})
    assert codes(read(path)) == ["G1821"]
    assert read(path, currencies="HKD=BB03").books.lines["currency"].to_list() == ["HKD"]


@pytest.mark.parametrize("seed", range(4))
def test_changed_cells_never_crash_it(tmp_path, seed):
    chance = random.Random(seed)
    odd = ["", "x", "1e400", "=1+1", "2025-02-30", -1, 10**17, True, "２０", "\n", "00"]
    rows = [
        {chance.choice(HEADINGS): chance.choice(odd) for _ in range(6)} | extra
        for extra in ({}, CREDIT, {"凭证号": "00002"}, {**CREDIT, "凭证号": "00002"})
    ]
    flows = [{chance.choice(("分录号", "本位币", "主表信息")): chance.choice(odd)}]
    try:
        reading = read(workbook(tmp_path / "a.xlsx", *rows, flows=flows))
    except KamcoreError as error:
        assert error.place.file
    else:
        assert reading.books.lines.height == 4
        assert isinstance(check(reading.books), tuple | list)


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_its_own_sample_only():
    sure = [
        path.name
        for path in SAMPLES.glob("*/*")
        if not path.name.endswith((".expect.json", ".toml"))
        and FORMAT.sniff(head_of(Source(path))).certainty is Certainty.SURE
    ]
    assert sure == ["eas_voucher.xlsx"]
