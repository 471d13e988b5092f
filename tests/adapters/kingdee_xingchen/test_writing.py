"""Writing the 星辰 import template: its rules one by one, and back again.

The rules are those of formats/kingdee.md section 3b.
"""

import datetime as dt
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.adapters.kingdee_xingchen import FORMAT
from kamcore.adapters.kingdee_xingchen import columns as layout
from kamcore.errors import BooksError, KamcoreError, LossRefused, UsageError
from kamcore.format import Source
from kamcore.format.comparing import compare
from kamcore.model.entity import Entity
from small_books import books, cr, dr, voucher
from xingchen_workbooks import LABELS, head, line, workbook


def written(given, path, **options):
    """The losses as ``kind fact count``, and the rows of the sheet as dicts by caption."""
    losses = FORMAT.write(given, path, options=options)
    told = [f"{loss.kind} {loss.fact} {loss.count}" for loss in losses]
    return told, rows_of(path)


def rows_of(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    _, _, labels, *rows = sheet.iter_rows(values_only=True)
    captions = [layout.caption_of(label) for label in labels]
    return [dict(zip(captions, row, strict=True)) for row in rows]


def read(path):
    return FORMAT.read(Source(path), {})


def test_the_sheets_bear_the_names_the_product_looks_for(tmp_path):
    """Section 3b: the first sheet must stay named sheet1（名称勿改）; a second is 模板说明."""
    written(books(voucher()), tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == [
        "sheet1（名称勿改）",
        "模板说明",
    ]


def test_row_1_names_the_bill_row_3_holds_the_labels_data_begins_in_row_4(tmp_path):
    """Section 3b: rows 1 and 3, and labels ``caption # key`` with a star where required."""
    written(books(voucher()), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert sheet["A1"].value == "录凭证 # gl_voucher"
    labels = [cell.value for cell in sheet[3]]
    assert labels == list(LABELS.values())
    starred = {label for label in labels if label.startswith("*")}
    assert {layout.caption_of(label) for label in starred} == set(layout.REQUIRED)
    assert sheet["A4"].value == "2025-01-15"


def test_the_head_stands_on_the_first_line_only(tmp_path):
    """Section 3b: repeating header fields can raise 引入数据重复."""
    heads = ("记账日期", "凭证字号", "凭证号", "附件数", "参考信息")
    given = books(voucher(1, attachments=2, reference="R"), voucher(2))
    _, rows = written(given, tmp_path / "a.xlsx")
    assert [[row[name] for name in heads] for row in rows] == [
        ["2025-01-15", "记", 1, 2, "R"],
        [None] * 5,
        ["2025-01-15", "记", 2, None, None],
        [None] * 5,
    ]


def test_word_and_number_stand_in_columns_of_their_own(tmp_path):
    """Section 3b: the column labelled 凭证字号 takes the word only."""
    _, rows = written(books(voucher(12, word="收")), tmp_path / "a.xlsx")
    assert (rows[0]["凭证字号"], rows[0]["凭证号"]) == ("收", 12)


def test_accounts_stand_as_codes_without_dots_beside_their_names(tmp_path):
    """Section 3b: accounts by code only; cross-format facts: undotted in 星辰."""
    accounts = pl.DataFrame({"code": ["1002.01", "6001"], "name": ["基本户", "收入"]})
    given = books(voucher(1, dr("1002.01", 5), cr("6001", 5)), accounts=accounts)
    told, rows = written(given, tmp_path / "a.xlsx")
    assert [(row["科目.编码"], row["科目.名称"]) for row in rows] == [
        ("100201", "基本户"),
        ("6001", "收入"),
    ]
    assert told == []


def test_each_dimension_in_use_has_columns_for_code_and_name(tmp_path):
    """Section 3b: 辅助核算.X.编码 and 名称; the columns are set by the site."""
    members = pl.DataFrame({"dimension": ["customer"], "code": ["K1"], "name": ["甲"]})
    lines = (dr("1", 5, aux={"customer": "K1", "车间": "3"}), cr("2", 5))
    told, rows = written(books(voucher(1, *lines), members=members), tmp_path / "a.xlsx")
    own = {name: value for name, value in rows[0].items() if name.startswith("辅助")}
    assert own == {
        "辅助核算.客户.编码": "K1",
        "辅助核算.客户.名称": "甲",
        "辅助核算.车间.编码": "3",
        "辅助核算.车间.名称": None,
    }
    assert told == []


def test_the_rate_of_the_base_currency_is_1_and_red_amounts_are_negative_in_both(tmp_path):
    """Section 3b: rate 1 for RMB; negatives allowed, the original amount negative too."""
    usd = {"currency": "USD", "fx_debit": Decimal(-10), "fx_credit": Decimal(0)}
    given = books(voucher(1, dr("1002", -71, rate=Decimal("7.1"), **usd), cr("6001", -71)))
    told, rows = written(given, tmp_path / "a.xlsx")
    names = ("币别.编码", "币别.名称", "汇率", "原币金额", "借方", "贷方")
    assert [[row[name] for name in names] for row in rows] == [
        ["USD", "美元", 7.1, -10, -71, None],
        ["RMB", "人民币", 1, -71, None, -71],
    ]
    assert told == []


@pytest.mark.parametrize(
    ("currency", "shown"), [("USD", "10.01"), ("JPY", "10"), ("KWD", "10.006")]
)
def test_amounts_have_no_more_decimals_than_their_currency(tmp_path, currency, shown):
    """Section 3b: more decimals than the currency allows make the voucher unbalanced on import."""
    fx = {"currency": currency, "fx_debit": Decimal("10.0055"), "fx_credit": Decimal(0)}
    given = books(voucher(1, dr("1", "71.005", rate=Decimal(7), **fx), cr("2", "71.01")))
    told, rows = written(given, tmp_path / "a.xlsx")
    assert rows[0]["原币金额"] == float(shown)
    assert rows[0]["借方"] == 71.01
    assert told == ["rounded lines.debit 1", "rounded lines.fx_debit 1"]


def test_decimals_follow_the_base_currency(tmp_path):
    given = books(voucher(1, dr("1", "5.4"), cr("2", "5.4")), entity=Entity(base_currency="JPY"))
    told, rows = written(given, tmp_path / "a.xlsx")
    assert rows[0]["借方"] == 5
    assert told == ["rounded lines.credit 1", "rounded lines.debit 1"]


def test_a_voucher_beyond_3000_lines_is_refused(tmp_path):
    """Section 3b: 3,000 lines per voucher."""
    assert layout.LINES == FORMAT.limits.lines_per_voucher == 3000
    lines = [dr("1", 1), *[cr("2", 0) for _ in range(2998)], cr("2", 1)]
    FORMAT.write(books(voucher(1, *lines)), tmp_path / "a.xlsx")
    with pytest.raises(LossRefused, match=r"K4011 .*记-1.* 3001 lines"):
        FORMAT.write(books(voucher(1, dr("1", 0), *lines)), tmp_path / "b.xlsx")


def test_books_beyond_30000_rows_become_a_folder_of_workbooks(tmp_path, monkeypatch):
    """Section 3b: 30,000 rows per import; a voucher is never divided."""
    assert layout.ROWS == FORMAT.limits.rows_per_file == 30_000
    monkeypatch.setattr(layout, "ROWS", 5)
    given = books(*(voucher(number) for number in range(1, 6)))
    with pytest.raises(UsageError, match="K4021 10 rows need 3 workbooks"):
        FORMAT.write(given, tmp_path / "a.xlsx")
    kamcore.write(given, tmp_path / "out", format="kingdee-xingchen")
    files = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in files] == [f"星辰凭证-0{n}.xlsx" for n in (1, 2, 3)]
    assert [len(rows_of(path)) for path in files] == [4, 4, 2]
    assert all(rows_of(path)[0]["凭证号"] for path in files)
    again = read(tmp_path / "out").books
    assert compare(FORMAT.spelling(given, {}), again, FORMAT.writes).differences == ()


def test_a_conversion_into_a_folder_is_proved(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "ROWS", 2)
    pairs = ((head(number), line(借方="", 贷方=100)) for number in range(1, 4))
    source = workbook(tmp_path / "a.xlsx", *(row for pair in pairs for row in pair))
    done = kamcore.convert(source, tmp_path / "out", to="kingdee-xingchen")
    assert done.proof.equal
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_folder_is_never_mixed_with_files_of_before(tmp_path):
    target = tmp_path / "out"
    kamcore.write(books(voucher()), target, format="kingdee-xingchen")
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    with pytest.raises(UsageError, match="C1004"):
        kamcore.write(books(voucher(2)), target, format="kingdee-xingchen", force=True)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_refused_loss_leaves_no_folder(tmp_path):
    with pytest.raises(LossRefused):
        FORMAT.write(books(voucher(None)), tmp_path / "out", allow_loss=False)
    assert list(tmp_path.iterdir()) == []


def test_an_account_beyond_12_dimensions_is_refused(tmp_path):
    """Section 3b: at most 12 dimensions per account."""
    aux = {f"维度{number:02}": "1" for number in range(13)}
    twelve = dict(list(aux.items())[:12])
    spread = books(voucher(1, dr("1", 5, aux=twelve), cr("2", 5, aux={"维度12": "1"})))
    FORMAT.write(spread, tmp_path / "a.xlsx")
    with pytest.raises(LossRefused, match="K4012"):
        FORMAT.write(books(voucher(1, dr("1", 5, aux=aux), cr("2", 5))), tmp_path / "b.xlsx")


def test_void_vouchers_stay_out_and_are_noted(tmp_path):
    given = books(voucher(1), voucher(2, status="void"), voucher(3))
    told, rows = written(given, tmp_path / "a.xlsx")
    assert [row["凭证号"] for row in rows] == [1, None, 3, None]
    assert "omitted vouchers.status 1" in told


def test_vouchers_with_one_number_are_refused(tmp_path):
    with pytest.raises(BooksError, match="G3202"):
        FORMAT.write(books(voucher(1), voucher(1)), tmp_path / "a.xlsx")


def test_vouchers_without_a_head_get_numbers_that_tell_them_apart(tmp_path):
    """The head stands on the first line only: without any of it two vouchers would be one."""
    nobody = books(voucher(None, word=None), voucher(None, word=None))
    heads = nobody.vouchers.with_columns(date=pl.lit(None, dtype=pl.Date))
    lines = nobody.lines.with_columns(date=pl.lit(None, dtype=pl.Date))
    report = FORMAT.write(nobody.replace(vouchers=heads, lines=lines), tmp_path / "b.xlsx")
    assert ("guessed", "vouchers.number", 2) in {
        (str(loss.kind), str(loss.fact), loss.count) for loss in report
    }
    again = FORMAT.read(Source(tmp_path / "b.xlsx"), {}).books
    assert again.lines["voucher_id"].to_list() == [1, 1, 2, 2]


def test_what_the_template_requires_and_the_books_lack_is_noted(tmp_path):
    told, _ = written(books(voucher(None, word=None)), tmp_path / "a.xlsx")
    assert told == ["guessed vouchers.number 1", "missing vouchers.word 1"]


def test_there_is_no_column_for_cash_flows(tmp_path):
    """Section 3b: no cash-flow column in the template."""
    flows = pl.DataFrame(
        {"voucher_id": [1], "line_no": [1], "item": ["CI1"], "amount": [Decimal("100.0000")]},
        schema_overrides={"amount": pl.Decimal(18, 4)},
    )
    told, _ = written(books(voucher(), cash_flows=flows), tmp_path / "a.xlsx")
    assert told == ["dropped cash_flows.amount 1", "dropped cash_flows.item 1"]


def test_the_sites_own_columns_come_back(tmp_path):
    source = workbook(tmp_path / "a.xlsx", head(**{"合同 # c": "HT1"}), more=["合同 # c"])
    given = read(source).books
    told, rows = written(given, tmp_path / "b.xlsx")
    assert (told, rows[0]["合同"]) == ([], "HT1")
    assert read(tmp_path / "b.xlsx").books == given


@needs_shared
@pytest.mark.shared
def test_the_sample_comes_back_whole(tmp_path):
    given = read(SAMPLES / "kingdee/xingchen_import.xlsx").books
    told, _ = written(given, tmp_path / "a.xlsx")
    assert told == []
    assert read(tmp_path / "a.xlsx").books == given


@needs_shared
@pytest.mark.shared
def test_the_written_cells_are_those_of_the_sample(tmp_path):
    sample = SAMPLES / "kingdee/xingchen_import.xlsx"
    FORMAT.write(read(sample).books, tmp_path / "a.xlsx")
    left, right = (rows_of(path) for path in (sample, tmp_path / "a.xlsx"))
    for want, got in zip(left, right, strict=True):
        assert got == want


@settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(spot=st.integers(0, 2**32), change=st.integers(1, 255))
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, spot, change):
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    if not path.exists():
        FORMAT.write(books(voucher(date=dt.date(2025, 1, 2))), path)
    data = bytearray(path.read_bytes())
    data[spot % len(data)] ^= change
    try:
        FORMAT.read(Source(data=bytes(data), name="a.xlsx"), {})
    except KamcoreError as error:
        assert error.place.file == "a.xlsx"
