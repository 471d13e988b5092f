"""Reading the 凭证明细 list: the samples, and its oddities one by one."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.yonyou_nc_detail import FORMAT
from kamcore.books.check import check
from kamcore.errors import KamcoreError, SourceError, UsageError
from kamcore.format import Certainty, Source
from kamcore.grid.head import head_of
from kamcore.vouchers.listing import NO_DATA

GOOD = (
    "凭证明细-岚桥样例-2025年.csv",
    "凭证明细-岚桥样例-2025年（1-2月）.xlsx",
    "凭证明细-岚桥样例大号-2025年.csv",
)
OWN = Path(__file__).parent / "samples" / "凭证明细-海棠样例-2025年.csv"
HEAD = "月,日,核算账簿名称,凭证号,分录号,摘要,科目编码,科目名称,辅助项,币种,借方-本币,贷方-本币"
NAME = "凭证明细-2025年.csv"


def row(**changes):
    cells = {
        "月": 1,
        "日": 2,
        "核算账簿名称": "甲账簿",
        "凭证号": "记-0001",
        "分录号": 1,
        "摘要": "收款",
        "科目编码": "1001",
        "科目名称": "1001\\库存现金",
        "辅助项": "",
        "币种": "人民币",
        "借方-本币": "5.00",
        "贷方-本币": "",
    } | changes
    return ",".join(map(str, cells.values()))


def other(**changes):
    return row(**{"分录号": 2, "借方-本币": "", "贷方-本币": "5.00", **changes})


def read(*rows, name=NAME, head=HEAD, **options):
    text = "\n".join([head, *rows]) + "\n"
    return FORMAT.read(Source(data=text.encode("utf-8-sig"), name=name), options)


def codes(reading):
    return [problem.code for problem in reading.problems]


def bad(name, **options):
    return FORMAT.read(Source(SAMPLES / "bad" / name), options)


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", GOOD)
def test_a_sample_reads_as_expected(name):
    reading = FORMAT.read(Source(SAMPLES / "yonyou" / name), {})
    assert compare(reading.books, expectation(f"yonyou/{name}")) == []
    assert reading.problems == ()
    assert reading.books.extras.height == 0


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_its_own_samples_alone():
    own = {*GOOD, "nc_unclosed_bracket.csv", "nc_extra_cell.csv", "nc_unclosed_quote.csv"}
    own |= {"formula_texts.csv"}
    files = [path for path in SAMPLES.rglob("*") if path.is_file()]
    files = [path for path in files if path.suffix not in (".md", ".toml")]
    sure = set()
    for path in files:
        guess = FORMAT.sniff(head_of(Source(path)))
        assert guess.zh
        assert guess.en
        if guess.certainty is Certainty.SURE:
            sure.add(path.name)
    assert sure == own


@needs_shared
@pytest.mark.shared
def test_a_bracket_left_open_is_named_and_its_text_kept():
    reading = bad("nc_unclosed_bracket.csv", year=2025)
    (problem,) = reading.problems
    place = problem.place
    assert (problem.code, str(problem.severity)) == ("G1721", "error")
    assert (place.line, place.column, place.voucher) == (5, "辅助项", "2025-01 记-2")
    text = "【部门：销售一部】【项目：一号产线【2025】改造【0001】号】【渠道：直营"
    assert problem.value == text
    assert reading.books.extras.rows() == [("lines", 3, "辅助项", text)]
    line = reading.books.lines.row(3, named=True)
    assert (line["aux_department"], line["aux_渠道"]) == ("销售一部", None)
    assert reading.books.vouchers.height == 6


@needs_shared
@pytest.mark.shared
def test_a_line_with_a_cell_too_many_is_named_and_not_read():
    reading = bad("nc_extra_cell.csv", year=2025)
    problem = reading.problems[0]
    assert (problem.code, problem.place.line, str(problem.severity)) == ("G1202", 16, "error")
    assert problem.facts == {"found": 15, "wanted": 14}
    # Its shifted cells must not become amounts; the voucher is then out of balance, and said so.
    assert 16 not in reading.books.lines["source_row"].to_list()
    assert [one.place.voucher for one in check(reading.books)] == ["2025-01 记-6"]


@needs_shared
@pytest.mark.shared
def test_a_quote_left_open_refuses_the_file():
    with pytest.raises(SourceError) as caught:
        bad("nc_unclosed_quote.csv", year=2025)
    assert (caught.value.code, caught.value.place.line) == ("G1201", 12)


@needs_shared
@pytest.mark.shared
def test_texts_like_formulas_are_read_as_they_are():
    reading = bad("formula_texts.csv", year=2025)
    expect = expectation("bad/formula_texts.csv")
    assert reading.books.lines["summary"].to_list() == expect["summaries"]
    assert reading.problems == ()
    assert [str(one.severity) for one in check(reading.books)] == []


def test_the_year_is_that_of_the_name_the_column_or_the_option():
    """There is no year column: the year is only in the file name (3b)."""
    for name in (NAME, "2025年（1-3月）.csv", "detail_2025.csv", "2025.01-2025.03.csv"):
        assert read(row(), other(), name=name).books.vouchers["year"].to_list() == [2025], name
    reading = read(row(), other(), name="a.csv", year="2024")
    assert reading.books.lines["date"].to_list()[0].isoformat() == "2024-01-02"
    reading = read(f"2023年,{row()}", f",{other()}", head=f"年度,{HEAD}", name="a.csv")
    assert reading.books.vouchers["year"].to_list() == [2023]


@pytest.mark.parametrize("name", ["a.csv", "120250.csv", "记录.csv"])
def test_without_a_year_the_file_is_refused_and_the_option_named(name):
    with pytest.raises(SourceError) as caught:
        read(row(), name=name)
    problem = caught.value.problem
    assert problem.code == "Y6001"
    assert "year=2025" in problem.hint("zh")
    assert "year=2025" in problem.hint("en")


def test_two_years_in_the_name_and_a_year_that_is_none_are_refused():
    with pytest.raises(SourceError) as caught:
        read(row(), name="2024年-2025年.csv")
    assert caught.value.code == "Y6002"
    with pytest.raises(UsageError) as wrong:
        read(row(), year="25")
    assert wrong.value.code == "Y6003"


def test_several_accounting_books_need_a_choice():
    """One book per file; each book numbers its own vouchers (3b: key is book, month, 凭证号)."""
    rows = (row(), other(), row(核算账簿名称="乙账簿"), other(核算账簿名称="乙账簿"))
    with pytest.raises(SourceError) as caught:
        read(*rows)
    assert caught.value.code == "Y6004"
    assert "甲账簿, 乙账簿" in caught.value.problem.message("zh")
    reading = read(*rows, book="乙账簿")
    assert reading.books.entity.name == "乙账簿"
    assert reading.books.lines["source_row"].to_list() == [4, 5]
    with pytest.raises(SourceError) as absent:
        read(*rows, book="丙账簿")
    assert absent.value.code == "Y6005"
    assert read(row(核算账簿名称=""), other()).books.vouchers.height == 1


@pytest.mark.parametrize(
    ("text", "word", "number"),
    [
        ("银收-0001", "银收", 1),
        ("记-10012", "记", 10012),
        ("转—0003", "转", 3),
        ("0007", None, 7),
        ("记 12", "记", 12),
        ("工资-A-0002", "工资-A", 2),
    ],
)
def test_the_voucher_number_is_the_digits_behind_the_last_hyphen(text, word, number):
    """银收-0001, four digits padded, more above 9999: parse digits, not four of them (3b)."""
    reading = read(row(凭证号=text), other(凭证号=text))
    assert reading.books.vouchers.select("word", "number").rows() == [(word, number)]
    assert reading.problems == ()


def test_a_voucher_number_without_digits_is_said_and_kept():
    reading = read(row(凭证号="记字"), other(凭证号="记字"))
    assert codes(reading) == ["Y6007", "Y6007"]
    place = reading.problems[0].place
    assert (place.line, place.column) == (2, "凭证号")
    assert reading.books.vouchers.height == 1
    assert reading.books.extras["value"].to_list() == ["记字", "记字"]


def test_a_day_that_is_none_is_said():
    reading = read(row(月=2, 日=30), other(月=2, 日=30))
    assert codes(reading) == ["Y6006", "Y6006"]
    assert reading.problems[0].value == "2025-02-30"
    assert reading.problems[0].place.column == "日"
    head = reading.books.vouchers.row(0, named=True)
    assert (head["date"], head["year"], head["period"]) == (None, 2025, 2)
    assert codes(read(row(日="三"), other())) == ["G2011"]


def test_one_number_restarts_every_month():
    """The number restarts every month per type (3b)."""
    reading = read(row(), other(), row(月=2), other(月=2))
    assert reading.books.vouchers.select("period", "number").rows() == [(1, 1), (2, 1)]
    assert [one.code for one in check(reading.books)] == []


def test_the_account_path_gives_names_of_all_levels():
    """科目名称 is a path by backslashes that starts with the code (3b)."""
    reading = read(
        row(科目编码="100201", 科目名称="100201\\银行存款\\基本存款户"),
        other(科目编码="1122", 科目名称="应收账款"),
    )
    assert reading.books.accounts.select("code", "name", "full_name", "parent").rows() == [
        ("100201", "基本存款户", "银行存款/基本存款户", "1002"),
        ("1122", "应收账款", "应收账款", None),
    ]


def test_values_are_names_that_stand_for_codes():
    """Values are names, not codes (3b)."""
    reading = read(row(辅助项="【人员档案：狄样苇】【客商：甲社】"), other())
    books = reading.books
    assert books.dimensions.rows() == [("employee", "人员档案", None), ("客商", "客商", None)]
    assert books.members.select("dimension", "code", "name").rows() == [
        ("employee", "狄样苇", "狄样苇"),
        ("客商", "甲社", "甲社"),
    ]


def test_values_with_codes_are_split_where_every_value_of_the_type_has_one():
    r"""A value may be code\name (3b, reported)."""
    reading = read(
        row(辅助项="【客商：001\\甲社】【部门：甲\\乙】"),
        other(辅助项="【客商：002\\乙社】【部门：丙】"),
    )
    assert reading.books.members.select("dimension", "code", "name").rows() == [
        ("客商", "001", "甲社"),
        ("客商", "002", "乙社"),
        ("department", "丙", "丙"),
        ("department", "甲\\乙", "甲\\乙"),
    ]


def test_amounts_stand_on_one_side_and_may_be_red():
    """Empty on the other side; negatives are red entries (3b)."""
    reading = read(row(**{"借方-本币": '"-1,234.56"'}), other(**{"贷方-本币": '"-1,234.56"'}))
    assert reading.books.lines.select("debit", "credit").rows() == [
        (Decimal("-1234.56"), Decimal(0)),
        (Decimal(0), Decimal("-1234.56")),
    ]
    reading = read(row(**{"借方-本币": "5.OO"}), other())
    assert codes(reading) == ["G2003"]
    assert reading.books.lines["debit"].to_list() == [None, Decimal(0)]


def test_columns_beyond_the_usual_are_kept():
    reading = read(f"{row()},部分", f"{other()},", head=f"{HEAD},核销信息")
    assert reading.books.extras.rows() == [("lines", 0, "核销信息", "部分")]


def test_other_captions_of_sites_are_known():
    """Header names vary by site: map by name (3b)."""
    head = HEAD.replace("核算账簿名称", "账簿").replace("-本币", "")
    reading = read(row(), other(), head=head)
    assert reading.books.totals().debit == Decimal("5.00")
    assert reading.books.entity.name == "甲账簿"
    assert reading.books.origin.place(2, "lines.debit").column == "借方"


def test_a_list_without_rows_and_one_without_a_column():
    assert codes(read()) == [NO_DATA.code]
    with pytest.raises(SourceError) as caught:
        read(row(), head=HEAD.replace("辅助项", "辅助"))
    assert caught.value.code == "G1302"


@pytest.mark.parametrize("seed", range(60))
def test_a_changed_file_is_read_or_refused(seed):
    chance = random.Random(seed)
    data = bytearray(OWN.read_bytes())
    for _ in range(chance.randint(1, 6)):
        data[chance.randrange(len(data))] = chance.choice([*b'",\n\\1-', chance.randrange(256)])
    try:
        reading = FORMAT.read(Source(data=bytes(data), name=OWN.name), {})
    except KamcoreError:
        return
    assert reading.books.lines["source_row"].null_count() == 0
