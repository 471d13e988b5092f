"""Writing the 精斗云 import template: its rules one by one, and back again.

The rules are those of formats/kingdee.md section 3a.
"""

import datetime as dt
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations import SAMPLES, needs_shared
from jdy_workbooks import HEADINGS, workbook
from kamcore.adapters.kingdee_jdy import FORMAT
from kamcore.errors import BooksError, KamcoreError, UsageError
from kamcore.format import Source
from kamcore.format.comparing import compare
from kamcore.model.entity import Entity
from small_books import DAY, books, cr, dr, voucher


def written(given, path, **options):
    """The losses as ``kind fact count``, and the rows of the sheet as dicts by heading."""
    losses = FORMAT.write(given, path, options=options)
    book = openpyxl.load_workbook(path)
    (sheet,) = book.worksheets
    head, *rows = sheet.iter_rows(values_only=True)
    told = [f"{loss.kind} {loss.fact} {loss.count}" for loss in losses]
    return told, [dict(zip(head, row, strict=True)) for row in rows]


def read(path):
    return FORMAT.read(Source(path), {})


def test_the_sheet_has_the_columns_in_their_order_with_the_heading_in_row_1(tmp_path):
    """Section 3a: header row 1, data row 2, 25 columns."""
    _, rows = written(books(voucher()), tmp_path / "a.xlsx")
    assert list(rows[0]) == HEADINGS
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["凭证导入模板"]


def test_the_variant_of_24_columns_has_one_pair_and_a_restriction(tmp_path):
    """Section 3a: the 24-column variant inserts 是否限定 after 存货 and has one custom pair."""
    _, rows = written(books(voucher()), tmp_path / "a.xlsx", columns="24")
    names = list(rows[0])
    assert len(names) == 24
    assert names[names.index("存货") + 1] == "是否限定"
    assert "自定义辅助核算类别1" not in names
    with pytest.raises(UsageError, match="F1003"):
        FORMAT.write(books(voucher()), tmp_path / "b.xlsx", options={"columns": "26"})


def test_the_head_stands_on_every_row_and_lines_count_from_1(tmp_path):
    """Section 3a: header fields repeated on every row; 分录序号 is 1-based."""
    given = books(voucher(7, dr("1001", 5), dr("1002", 5), cr("6001", 10), attachments=3))
    _, rows = written(given, tmp_path / "a.xlsx")
    heads = [[row[name] for name in ("日期", "凭证字", "凭证号", "附件数")] for row in rows]
    assert heads == [["2025-01-15", "记", 7, 3]] * 3
    assert [row["分录序号"] for row in rows] == [1, 2, 3]


def test_the_date_is_a_text(tmp_path):
    """Section 3a: column A is text YYYY-MM-DD."""
    written(books(voucher()), tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"].data_type in ("s", "inlineStr")


def test_codes_have_no_dots_and_names_are_paths(tmp_path):
    """Section 3a: 科目代码 undotted; 科目名称 is the full path joined by an underscore."""
    accounts = pl.DataFrame(
        {
            "code": ["1002", "1002.01", "1122.01", "6001"],
            "name": ["银行_存款", "基本户", "货款", "收入"],
            "full_name": [None, None, "应收账款/货款", None],
        }
    )
    given = books(
        voucher(1, dr("1002.01", 5), dr("1122.01", 5), cr("6001", 10)), accounts=accounts
    )
    told, rows = written(given, tmp_path / "a.xlsx")
    assert [(row["科目代码"], row["科目名称"]) for row in rows] == [
        ("100201", "银行＿存款_基本户"),
        ("112201", "应收账款_货款"),
        ("6001", "收入"),
    ]
    assert told == []
    again = read(tmp_path / "a.xlsx").books
    assert compare(FORMAT.spelling(given, {}), again, FORMAT.writes).differences == ()


def test_an_underscore_in_a_name_below_the_first_level_is_replaced_and_noted(tmp_path):
    accounts = pl.DataFrame({"code": ["1002.01", "6001"], "name": ["基_本", "收_入"]})
    given = books(voucher(1, dr("1002.01", 5), cr("6001", 5)), accounts=accounts)
    told, rows = written(given, tmp_path / "a.xlsx")
    assert [row["科目名称"] for row in rows] == ["基＿本", "收_入"]
    assert told == ["replaced accounts.name 1"]


def test_the_unused_side_is_empty_and_red_lines_stay_on_theirs(tmp_path):
    """Section 3a: one of 借方金额 and 贷方金额, the other side empty; negatives allowed."""
    _, rows = written(books(voucher(1, dr("1001", -5), cr("6001", "-5.00"))), tmp_path / "a.xlsx")
    assert [(row["借方金额"], row["贷方金额"]) for row in rows] == [(-5, None), (None, -5)]


def test_amounts_of_the_base_currency_have_two_decimals(tmp_path):
    """Section 3a: 借方金额 and 贷方金额 are #,##0.00."""
    given = books(voucher(1, dr("1001", "1.0050"), cr("6001", "1.005")))
    told, rows = written(given, tmp_path / "a.xlsx")
    assert [rows[0]["借方金额"], rows[1]["贷方金额"]] == [1.01, 1.01]
    assert told == ["rounded lines.credit 1", "rounded lines.debit 1"]


def test_members_stand_as_codes_in_the_column_of_their_dimension(tmp_path):
    """Section 3a: columns K to P hold codes."""
    kinds = ("customer", "supplier", "employee", "project", "department", "inventory")
    aux = {name: f"00{order}" for order, name in enumerate(kinds)}
    told, rows = written(
        books(voucher(1, dr("1001", 5, aux=aux), cr("6001", 5))), tmp_path / "a.xlsx"
    )
    columns = ("客户", "供应商", "职员", "项目", "部门", "存货")
    assert [rows[0][name] for name in columns] == list(aux.values())
    assert [rows[1][name] for name in columns] == [None] * 6
    assert told == []


def test_other_dimensions_stand_in_the_custom_pairs_as_far_as_there_are_pairs(tmp_path):
    """Section 3a: Q to T, two pairs of custom category and code (one in the 24-column variant)."""
    aux = {"bank_account": "B1", "车间": "3", "渠道": "Q"}
    lines = (dr("1001", 5, aux=aux), dr("1002", 5, aux={"渠道": "R"}), cr("6001", 10))
    given = books(voucher(1, *lines))
    told, rows = written(given, tmp_path / "a.xlsx")
    pairs = (
        "自定义辅助核算类别",
        "自定义辅助核算编码",
        "自定义辅助核算类别1",
        "自定义辅助核算编码1",
    )
    assert [[row[name] for name in pairs] for row in rows] == [
        ["银行账户", "B1", "渠道", "Q"],
        ["渠道", "R", None, None],
        [None] * 4,
    ]
    assert told == ["cut lines.aux_车间 1"]
    again = read(tmp_path / "a.xlsx").books
    assert compare(FORMAT.spelling(given, {}), again, FORMAT.writes).differences == ()
    told, _ = written(given, tmp_path / "b.xlsx", columns="24")
    assert sorted(told) == ["cut lines.aux_渠道 1", "cut lines.aux_车间 1"]


def test_the_original_amount_the_currency_and_the_rate_stand_on_every_line(tmp_path):
    """Section 3a: 原币金额 required; 币别 RMB with the rate 1."""
    usd = {"currency": "USD", "fx_debit": Decimal(10), "fx_credit": Decimal(0)}
    told, rows = written(
        books(voucher(1, dr("1002", 71, rate=Decimal("7.1"), **usd), cr("6001", 71))),
        tmp_path / "a.xlsx",
    )
    assert [(row["原币金额"], row["币别"], row["汇率"]) for row in rows] == [
        (10, "USD", 7.1),
        (71, "RMB", 1),
    ]
    assert told == []


def test_an_original_amount_without_a_currency_is_noted_or_gets_the_one_told(tmp_path):
    given = books(
        voucher(1, dr("1002", 71, fx_debit=Decimal(10), fx_credit=Decimal(0)), cr("1", 71))
    )
    told, rows = written(given, tmp_path / "a.xlsx")
    assert (told, rows[0]["币别"]) == (["missing lines.currency 1"], None)
    told, rows = written(given, tmp_path / "b.xlsx", currency="USD")
    assert (told, rows[0]["币别"]) == ([], "USD")


def test_quantity_and_price_are_blank_where_there_are_none(tmp_path):
    """Section 3a: 数量 and 单价 are not required."""
    lines = (dr("1001", 6, quantity=Decimal(3), unit_price=Decimal(2)), cr("6001", 6))
    _, rows = written(books(voucher(1, *lines)), tmp_path / "a.xlsx")
    assert [(row["数量"], row["单价"]) for row in rows] == [(3, 2), (None, None)]


def test_void_vouchers_stay_out_and_are_noted(tmp_path):
    given = books(voucher(1), voucher(2, status="void"), voucher(3))
    told, rows = written(given, tmp_path / "a.xlsx")
    assert [row["凭证号"] for row in rows] == [1, 1, 3, 3]
    assert "omitted vouchers.status 1" in told


def test_a_period_that_is_not_the_month_of_the_date_is_noted(tmp_path):
    given = books(voucher(1, date=dt.date(2025, 12, 31)))
    heads = given.vouchers.with_columns(period=pl.lit(13, dtype=pl.Int64))
    told, _ = written(given.replace(vouchers=heads), tmp_path / "a.xlsx")
    assert told == ["replaced vouchers.period 1"]


def test_what_the_template_requires_and_the_books_lack_is_noted(tmp_path):
    """Section 3a: 日期, 凭证字 and 凭证号 are required."""
    told, _ = written(books(voucher(None, word=None)), tmp_path / "a.xlsx")
    assert told == ["guessed vouchers.number 1", "missing vouchers.word 1"]


def test_vouchers_with_one_number_are_refused(tmp_path):
    with pytest.raises(BooksError, match="G3202"):
        FORMAT.write(books(voucher(1), voucher(1)), tmp_path / "a.xlsx")


def test_verbatim_texts_come_back_where_they_have_a_column(tmp_path):
    headings = [*HEADINGS, "是否限定", "备注"]
    source = workbook(tmp_path / "a.xlsx", {"是否限定": "是", "备注": "x"}, headings=headings)
    given = read(source).books
    told, rows = written(given, tmp_path / "24.xlsx", columns="24")
    assert rows[0]["是否限定"] == "是"
    assert told == ["dropped extras.value 1"]
    told, _ = written(given, tmp_path / "25.xlsx")
    assert told == ["dropped extras.value 2"]


def test_a_base_currency_without_cents_is_rounded_to_whole_units(tmp_path):
    given = books(voucher(1, dr("1", "5.4"), cr("2", "5.4")), entity=Entity(base_currency="JPY"))
    told, rows = written(given, tmp_path / "a.xlsx")
    assert [rows[0]["借方金额"], rows[0]["币别"]] == [5, "JPY"]
    assert told == ["rounded lines.credit 1", "rounded lines.debit 1"]
    assert read(tmp_path / "a.xlsx").books.entity.base_currency == "JPY"


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("variant", ["25", "24"])
def test_a_sample_comes_back_whole(tmp_path, variant):
    given = read(SAMPLES / f"kingdee/jdy_{variant}_columns.xlsx").books
    told, _ = written(given, tmp_path / "a.xlsx", columns=variant)
    assert told == []
    assert read(tmp_path / "a.xlsx").books == given


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("variant", ["25", "24"])
def test_the_written_cells_are_those_of_the_sample(tmp_path, variant):
    sample = SAMPLES / f"kingdee/jdy_{variant}_columns.xlsx"
    FORMAT.write(read(sample).books, tmp_path / "a.xlsx", options={"columns": variant})
    both = [openpyxl.load_workbook(path).worksheets[0] for path in (sample, tmp_path / "a.xlsx")]
    pair = [list(sheet.iter_rows(values_only=True)) for sheet in both]
    for left, right in zip(*pair, strict=True):
        assert left == right


@needs_shared
@pytest.mark.shared
@settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(spot=st.integers(0, 2**32), change=st.integers(1, 255))
def test_a_damaged_file_is_read_or_refused(spot, change):
    data = bytearray((SAMPLES / "bad/unbalanced.xlsx").read_bytes())
    data[spot % len(data)] ^= change
    try:
        FORMAT.read(Source(data=bytes(data), name="a.xlsx"), {})
    except KamcoreError as error:
        assert error.place.file == "a.xlsx"


def test_the_day_of_a_line_is_that_of_its_voucher(tmp_path):
    given = books(voucher())
    lines = given.lines.with_columns(date=pl.Series([DAY, DAY + dt.timedelta(1)]))
    told, _ = written(given.replace(lines=lines), tmp_path / "a.xlsx")
    assert told == ["replaced lines.date 1"]
