"""Reading the 73-column workbook: the sample, and its oddities one by one."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.yonyou_u8_sheet import FORMAT
from kamcore.adapters.yonyou_u8_sheet.columns import HEADINGS
from kamcore.errors import KamcoreError, SourceError, UsageError
from kamcore.format import Certainty, Source
from kamcore.grid.head import head_of
from kamcore.vouchers.currencies import UNKNOWN_CURRENCY
from u8_sheets import workbook

SAMPLE = "yonyou/u8_73_columns.xlsx"
OWN = Path(__file__).parent / "samples" / "模式凭证.xlsx"
CREDIT = {"科目编码": "6001", "借方金额": "0", "贷方金额": "5.00"}
UNNUMBERED = {"会计期间": "", "凭证编号": "", "制单日期": ""}


def read(path, **options):
    return FORMAT.read(Source(Path(path)), options)


def codes(reading):
    return [problem.code for problem in reading.problems]


@needs_shared
@pytest.mark.shared
def test_the_sample_reads_as_expected():
    reading = read(SAMPLES / SAMPLE)
    assert compare(reading.books, expectation(SAMPLE)) == []
    assert reading.problems == ()
    # What the product derives or sets by itself is no information.
    assert set(reading.books.extras["field"]) == {"项目大类编码"}


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_its_own_sample_alone():
    files = [path for path in SAMPLES.rglob("*") if path.is_file()]
    files = [path for path in files if path.suffix not in (".json", ".md", ".toml")]
    guesses = {path.name: FORMAT.sniff(head_of(Source(path))) for path in files}
    sure = [name for name, guess in guesses.items() if guess.certainty is Certainty.SURE]
    assert sure == [Path(SAMPLE).name]
    assert all(guess.zh and guess.en for guess in guesses.values())


def test_there_are_73_columns():
    assert len(HEADINGS) == len(set(HEADINGS)) == 73
    assert (HEADINGS[0], HEADINGS[15], HEADINGS[59], HEADINGS[72]) == (
        "会计期间",
        "摘要",
        "分录往来项是否必输",
        "现金贷方",
    )


def test_a_line_number_that_starts_again_is_the_boundary_where_number_and_date_are_blank(tmp_path):
    """行号 restarts at 1 and is the only boundary: 会计期间, 凭证编号, 制单日期 are empty (1c)."""
    rows = [UNNUMBERED | {"行号": number} for number in "1231212"]
    reading = read(workbook(tmp_path / "a.xlsx", *rows))
    assert reading.books.lines["voucher_id"].to_list() == [1, 1, 1, 2, 2, 3, 3]
    assert reading.books.lines["line_no"].to_list() == [1, 2, 3, 1, 2, 1, 2]
    assert reading.books.vouchers["number"].null_count() == 3
    assert reading.detected.facts["boundary"] == "line number"
    assert codes(reading) == []
    dated = read(tmp_path / "a.xlsx", year="2025").books
    assert dated.vouchers["year"].to_list() == [2025] * 3


def test_numbered_and_unnumbered_vouchers_stand_in_one_file(tmp_path):
    rows = [{}, {}, UNNUMBERED | {"行号": "1"}, UNNUMBERED | {"行号": "2"}, {"凭证编号": "2"}]
    reading = read(workbook(tmp_path / "a.xlsx", *rows))
    assert reading.books.lines["voucher_id"].to_list() == [1, 1, 2, 2, 3]


def test_an_unnumbered_voucher_also_ends_where_its_word_changes(tmp_path):
    rows = [UNNUMBERED, UNNUMBERED | {"凭证类别字": "收"}, UNNUMBERED | {"凭证类别字": "收"}]
    reading = read(workbook(tmp_path / "a.xlsx", *rows))
    assert reading.books.lines["voucher_id"].to_list() == [1, 2, 2]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({}, "draft"),
        ({"审核人": "乙"}, "reviewed"),
        ({"审核人": "乙", "记账标志": "1"}, "posted"),
        ({"审核人": "乙", "记账标志": "1", "凭证标志": "1"}, "void"),
        ({"凭证标志": "2"}, "draft"),
    ],
)
def test_the_status_follows_from_flags_and_reviewer(tmp_path, row, status):
    """iflag: null, 1 作废, 2 有错; ibook 0/1 (7.1)."""
    reading = read(workbook(tmp_path / "a.xlsx", row))
    assert reading.books.vouchers["status"].to_list() == [status]
    kept = [("lines", 0, "凭证标志", "2")] if row.get("凭证标志") == "2" else []
    assert reading.books.extras.rows() == kept


def test_minus_one_attachments_say_nothing(tmp_path):
    """附单据数 is -1 (1c)."""
    rows = [{"附单据数": "-1"}, {"附单据数": "0", "凭证编号": "2"}]
    books = read(workbook(tmp_path / "a.xlsx", *rows)).books
    assert books.vouchers["attachments"].to_list() == [None, 0]


def test_constants_say_nothing_and_what_differs_is_kept(tmp_path):
    """是否核销 0; columns 51-60 = 1,0,0,1,1,1,1,1,1,0; 对方科目编码 holds the other side (1c)."""
    usual = dict(
        zip(HEADINGS[50:60], ["1", "0", "0", "1", "1", "1", "1", "1", "1", "0"], strict=True)
    )
    usual |= {"是否核销": "0", "标志": "0", "对方科目编码": "6001"}
    path = workbook(tmp_path / "a.xlsx", usual, CREDIT | {"对方科目编码": "1001"})
    assert read(path).books.extras.height == 0
    odd = usual | {"凭证是否可修改": "0", "对方科目编码": "6051", "凭证类别排序号": "4"}
    path = workbook(tmp_path / "a.xlsx", odd | {"自定义字段1": "甲"}, CREDIT)
    assert sorted(read(path).books.extras.select("field", "value").rows()) == [
        ("凭证是否可修改", "0"),
        ("凭证类别排序号", "4"),
        ("对方科目编码", "6051"),
        ("自定义字段1", "甲"),
    ]


def test_currencies_and_foreign_amounts(tmp_path):
    """币种 is a name; base lines leave it, the foreign amounts and the rate out (1c, 2.3)."""
    usd = {"币种": "美元", "汇率": "7.15"}
    rows = [
        usd | {"外币借方金额": "10", "借方金额": "71.5"},
        usd | {"外币贷方金额": "10", "借方金额": "0", "贷方金额": "71.5"},
        usd | {"外币借方金额": "0", "借方金额": "3"},
        {"币种": "人民币"},
        {},
        {"外币借方金额": "8", "借方金额": "60"},
    ]
    reading = read(workbook(tmp_path / "a.xlsx", *rows))
    found = reading.books.lines.select("currency", "fx_debit", "fx_credit", "rate").rows()
    rate = Decimal("7.15")
    assert found == [
        ("USD", Decimal(10), Decimal(0), rate),
        ("USD", Decimal(0), Decimal(10), rate),
        ("USD", Decimal(0), Decimal(0), rate),
        ("CNY", None, None, Decimal(1)),
        ("CNY", None, None, Decimal(1)),
        (None, Decimal(8), Decimal(0), None),
    ]
    assert codes(reading) == []


def test_odd_figures_are_said(tmp_path):
    rows = [
        {"币种": "人民币", "外币借方金额": "7"},
        {"数量借方": "1", "数量贷方": "2"},
        {"现金借方": "5"},
        {"现金项目编号": "01"},
        {"币种": "珠贝"},
        {"借方金额": "12O"},
    ]
    reading = read(workbook(tmp_path / "a.xlsx", *rows))
    places = [
        (problem.code, problem.place.row, problem.place.column) for problem in reading.problems
    ]
    assert places == [
        ("Y5003", 2, "外币借方金额"),
        ("Y5002", 3, "数量贷方"),
        ("Y5004", 4, "现金项目编号"),
        ("Y5005", 5, "现金借方"),
        (UNKNOWN_CURRENCY.code, 6, "币种"),
        ("G2003", 7, "借方金额"),
    ]
    lines = reading.books.lines
    assert lines["quantity"].to_list()[1] == Decimal(1)
    assert lines.select("debit", "credit").row(5) == (None, None)


def test_a_cash_flow_is_positive_inwards(tmp_path):
    """Columns 71-73: 现金项目编号, 现金借方, 现金贷方 (1c)."""
    rows = [
        {"现金项目编号": "01", "现金借方": "5"},
        CREDIT | {"现金项目编号": "07", "现金贷方": "5"},
        CREDIT | {"现金项目编号": "07", "现金贷方": "-2"},
    ]
    flows = read(workbook(tmp_path / "a.xlsx", *rows)).books.cash_flows
    assert flows.rows() == [
        (1, 1, "01", Decimal(5)),
        (1, 2, "07", Decimal(-5)),
        (1, 3, "07", Decimal(2)),
    ]


def test_strange_columns_and_other_spellings(tmp_path):
    """Artefacts of one file: an unnamed column and a 75th 数量货方 (1c)."""
    headings = [heading.replace("帐", "账") for heading in HEADINGS] + ["数量货方"]
    path = workbook(
        tmp_path / "a.xlsx", {"数量货方": "3", "银行账两清标志": "1"}, headings=headings
    )
    reading = read(path)
    assert codes(reading) == []
    assert set(reading.books.extras.select("field", "value").rows()) == {
        ("数量货方", "3"),
        ("银行帐两清标志", "1"),
    }


def test_columns_are_found_by_name(tmp_path):
    rows = ({"部门编码": "03", "项目编码": "P1"}, CREDIT)
    there = workbook(tmp_path / "a.xlsx", *rows)
    back = workbook(tmp_path / "b.xlsx", *rows, headings=HEADINGS[::-1])
    assert read(there).books == read(back).books
    with pytest.raises(SourceError) as caught:
        read(workbook(tmp_path / "c.xlsx", {}, headings=[h for h in HEADINGS if h != "科目编码"]))
    assert caught.value.code == "G1302"


def test_a_year_that_is_none_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        read(workbook(tmp_path / "a.xlsx", {}), year="25")
    assert caught.value.code == "Y5001"


@pytest.mark.parametrize("seed", range(30))
def test_a_changed_workbook_is_read_or_refused(tmp_path, seed):
    chance = random.Random(seed)
    rows = [{}, CREDIT, {"行号": "1"}, CREDIT | {"行号": "2"}]
    texts = ["", "x", "-1", "1e400", "2025-02-30", "=1", "９", "人民币", "0", "1.5", "\x01"]
    for _ in range(5):
        rows[chance.randrange(4)] |= {chance.choice(HEADINGS): chance.choice(texts)}
    try:
        reading = read(workbook(tmp_path / "a.xlsx", *rows))
    except KamcoreError:
        return
    assert reading.books.lines.height == 4
