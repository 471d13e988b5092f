"""Reading the 精斗云 import template: the samples, and its oddities one by one."""

from decimal import Decimal

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from jdy_workbooks import HEADINGS, workbook
from kamcore.adapters.kingdee_jdy import FORMAT
from kamcore.books.check import check
from kamcore.errors import SourceError
from kamcore.format import Certainty, Head, Source


def read(path, **options):
    return FORMAT.read(Source(path), options)


def codes(reading):
    return [problem.code for problem in reading.problems]


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("variant", ["25", "24"])
def test_a_sample_reads_as_expected(variant):
    sample = f"kingdee/jdy_{variant}_columns.xlsx"
    reading = read(SAMPLES / sample)
    assert compare(reading.books, expectation(sample)) == []
    assert codes(reading) == []
    assert [p.text() for p in check(reading.books) if str(p.severity) == "error"] == []
    assert reading.detected.facts == {"columns": variant}
    assert reading.books.extras.height == 0


def test_columns_are_read_by_name_not_by_position(tmp_path):
    usual = read(workbook(tmp_path / "a.xlsx", {}, {"分录序号": 2}))
    turned = read(workbook(tmp_path / "b.xlsx", {}, {"分录序号": 2}, headings=HEADINGS[::-1]))
    assert turned.books == usual.books


def test_custom_dimensions_come_from_pairs_of_columns(tmp_path):
    first = {"自定义辅助核算类别": "银行账户", "自定义辅助核算编码": "B01"}
    second = {"自定义辅助核算类别1": "车间", "自定义辅助核算编码1": "3"}
    other = {"自定义辅助核算类别": "车间", "自定义辅助核算编码": "4", "分录序号": 2}
    reading = read(workbook(tmp_path / "a.xlsx", {**first, **second, "客户": "K1"}, other))
    assert codes(reading) == []
    lines = reading.books.lines.select("aux_bank_account", "aux_customer", "aux_车间").rows()
    assert lines == [("B01", "K1", "3"), (None, None, "4")]
    assert dict(reading.books.dimensions.select("id", "label").rows()) == {
        "bank_account": "银行账户",
        "customer": "客户",
        "车间": "车间",
    }
    headings = reading.books.origin.headings
    assert headings["lines.aux_车间"] == "自定义辅助核算编码"
    assert headings["lines.aux_customer"] == "客户"


def test_half_a_pair_and_a_kind_named_twice_are_errors_at_their_cells(tmp_path):
    reading = read(
        workbook(
            tmp_path / "a.xlsx",
            {"自定义辅助核算编码": "Q1"},
            {"自定义辅助核算类别1": "车间", "分录序号": 2},
            {
                "客户": "K1",
                "自定义辅助核算类别": "客户",
                "自定义辅助核算编码": "K2",
                "分录序号": 3,
            },
        )
    )
    assert [(p.code, p.place.row, p.place.column) for p in reading.problems] == [
        ("G1811", 2, "自定义辅助核算类别"),
        ("G1812", 3, "自定义辅助核算编码1"),
        ("G1813", 4, None),
    ]
    assert reading.books.lines["aux_customer"].to_list() == [None, None, "K1"]


def test_names_are_paths(tmp_path):
    reading = read(
        workbook(
            tmp_path / "a.xlsx",
            {"科目代码": "100201", "科目名称": "银行存款_基本户"},
            {"科目代码": "1001", "科目名称": "库存现金", "分录序号": 2},
            {"科目代码": "112201", "科目名称": "货款", "分录序号": 3},
        )
    )
    table = reading.books.accounts.select("code", "name", "full_name", "parent", "level")
    assert table.rows() == [
        ("1001", "库存现金", "库存现金", None, 1),
        ("100201", "基本户", "银行存款/基本户", "1002", 2),
        ("112201", "货款", None, "1122", 2),
    ]


def test_numbers_begin_anew_each_month(tmp_path):
    reading = read(workbook(tmp_path / "a.xlsx", {}, {"日期": "2025-02-03"}))
    assert reading.books.vouchers.select("period", "number").rows() == [(1, 1), (2, 1)]
    assert codes(reading) == []


def test_original_amounts_and_currencies(tmp_path):
    reading = read(
        workbook(
            tmp_path / "a.xlsx",
            {"原币金额": 14, "币别": "USD", "汇率": 7.15, "借方金额": 100.1},
            {"原币金额": 0, "币别": "美元", "借方金额": "", "贷方金额": 3, "分录序号": 2},
            {"原币金额": 99, "分录序号": 3},
            {"币别": "QQQ", "分录序号": 4},
        )
    )
    lines = reading.books.lines
    assert lines["currency"].to_list() == ["USD", "USD", "CNY", "QQQ"]
    assert lines["fx_debit"].to_list() == [Decimal(14), Decimal(0), None, Decimal(100)]
    assert lines["fx_credit"].to_list() == [Decimal(0), Decimal(0), None, Decimal(0)]
    assert [(p.code, p.place.row, p.place.column) for p in reading.problems] == [
        ("G1513", 4, "原币金额"),
        ("G1821", 5, "币别"),
    ]


def test_another_base_currency_is_found_or_told(tmp_path):
    book = workbook(tmp_path / "a.xlsx", {"币别": "HKD"}, {"币别": "HKD", "分录序号": 2})
    assert read(book).books.entity.base_currency == "HKD"
    assert read(book, base_currency="CNY").books.lines["fx_debit"].to_list()[0] == Decimal(100)


def test_what_has_no_column_in_the_model_is_kept_verbatim(tmp_path):
    headings = [*HEADINGS, "备注"]
    reading = read(workbook(tmp_path / "a.xlsx", {"备注": "留 "}, headings=headings))
    assert reading.books.extras.rows() == [("lines", 0, "备注", "留 ")]


def test_a_missing_column_refuses_the_file(tmp_path):
    headings = [heading for heading in HEADINGS if heading != "科目代码"]
    book = workbook(tmp_path / "a.xlsx", {}, headings=headings)
    with pytest.raises(SourceError, match="G1302"):
        read(book)


@pytest.mark.parametrize(
    ("row", "certainty"),
    [
        (HEADINGS, Certainty.SURE),
        ([heading for heading in HEADINGS if heading != "贷方金额"], Certainty.SURE),
        (
            ["日期", "凭证字", "凭证号", "摘要", "科目代码", "借方金额", "贷方金额"],
            Certainty.MAYBE,
        ),
        (["日期", "凭证字号", "附单据", "摘要", "科目", "借方金额", "贷方金额"], Certainty.NO),
    ],
)
def test_the_template_is_recognised_by_its_headings(row, certainty):
    head = Head(name="a.xlsx", container="xlsx", sheets={"x": (("标题",), tuple(row))})
    assert FORMAT.sniff(head).certainty is certainty
