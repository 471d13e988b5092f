"""Headings by name, the grid below them, and rows that are not data."""

import polars as pl
import pytest

from kamcore.errors import SourceError
from kamcore.grid.header import find_header, grid_of
from kamcore.grid.rows import drop_blank_rows, fill_down, is_total, split_totals
from kamcore.grid.sheet import FaultyCell, Sheet
from kamcore.place import Place

WANTED = {"date": ["日期", "制单日期"], "account": "科目代码", "debit": ("借方", "借方金额")}


def sheet_of(*rows, first_row=1, **settings):
    width = max(map(len, rows))
    columns = {
        str(i): pl.Series([row[i] if i < len(row) else None for row in rows], dtype=pl.String)
        for i in range(width)
    }
    settings = {"file": "a.xlsx", "name": "S", **settings}
    return Sheet(frame=pl.DataFrame(columns), first_row=first_row, **settings)


@pytest.mark.parametrize(
    "spelled", ["日期", " 日 期 ", "*日期", "＊日期", "日\n期", "制单日期", "日期\u3000"]
)
def test_spelling_makes_no_difference(spelled):
    header = find_header([("账簿",), ("科目代码", spelled)], WANTED, {"date"})
    assert (header.row, header.columns) == (2, {"account": 0, "date": 1})
    assert header.captions["date"] == spelled.strip()


def test_the_order_of_columns_makes_no_difference():
    header = find_header([("借方", "x", "科目代码", "日期")], WANTED, set(WANTED))
    assert header.columns == {"debit": 0, "account": 2, "date": 3}
    assert header.unknown == {1: "x"}
    assert header.is_complete


def test_missing_columns_are_all_named_with_key_and_caption():
    header = find_header(sheet_of(["日期", "x"], ["1", "2"]), WANTED, ["account", "date", "debit"])
    with pytest.raises(SourceError) as caught:
        header.require()
    problems = [caught.value.problem, *caught.value.problems]
    assert [problem.value for problem in problems] == ["科目代码", "借方"]
    assert problems[0].text() == "a.xlsx: S, row 1: G1302 column '科目代码' (account) is missing"


def test_no_heading_row_says_what_was_wanted():
    header = find_header([("x", "y")] * 30, WANTED, {"date"}, place=Place(file="f"))
    assert header.row is None
    with pytest.raises(SourceError) as caught:
        header.require()
    assert caught.value.code == "G1301"
    assert "日期" in caught.value.problem.hint("zh")


def test_a_heading_below_the_window_is_not_found():
    rows = [("x",)] * 20 + [("日期",)]
    assert find_header(rows, WANTED).row is None
    assert find_header(rows, WANTED, within=21).row == 21


def test_two_rows_of_headings_are_joined():
    wanted = {"code": "编码", "opening": "期初余额_借方", "closing": "期末余额_贷方"}
    rows = [
        ("余额表",),
        ("编码", "期初余额", "", "期末余额", ""),
        ("", "借方", "贷方", "借方", "贷方"),
    ]
    header = find_header(rows, wanted, set(wanted))
    assert (header.first_row, header.row) == (2, 3)
    assert header.columns == {"code": 0, "opening": 1, "closing": 4}
    assert header.unknown == {2: "期初余额_贷方", 3: "期末余额_借方"}


def test_two_keys_of_one_caption_take_their_columns_in_order():
    header = find_header([("方向", "金额", "方向")], {"first": "方向", "second": "方向"})
    assert header.columns == {"first": 0, "second": 2}
    assert header.repeated == {}


def test_a_grid_names_row_column_and_caption():
    sheet = sheet_of(
        ["科目代码", "制单日期", "备注"],
        ["1002", "2025-01-02", None],
        ["1122", None, "x"],
        numbers={"0": pl.Series([False, True, False])},
        faulty=(FaultyCell(3, 1, "#REF!"), FaultyCell(1, 1, "#N/A")),
    )
    grid = grid_of(sheet, find_header(sheet, WANTED))
    assert grid.frame.columns == ["account", "date", "备注"]
    assert grid.rows.to_list() == [2, 3]
    assert grid.letters == {"account": "A", "date": "B", "备注": "C"}
    assert grid.number_cells("account").to_list() == [True, False]
    assert grid.faulty == {"date": {1: "#REF!"}}
    assert str(grid.place(1, "date")) == "a.xlsx: S, row 3, column 制单日期"


def test_a_grid_of_a_sheet_loaded_below_its_header():
    header = find_header([("标题",), ("科目代码", "日期")], WANTED)
    grid = grid_of(sheet_of(["1002", "d"], first_row=3), header)
    assert grid.rows.to_list() == [3]


def test_lines_of_a_text_stay_lines():
    sheet = sheet_of(["日期"], ["d"], lines=pl.Series([1, 7]))
    grid = grid_of(sheet, find_header(sheet, WANTED))
    assert str(grid.place(0, "date")) == "a.xlsx: line 7, column 日期"


def test_a_filled_column_without_a_heading_is_kept_under_its_letter():
    sheet = sheet_of(["日期", "", ""], ["d", "", "left"])
    assert grid_of(sheet, find_header(sheet, WANTED)).column("C").to_list() == ["left"]


def test_a_second_column_with_data_is_refused_and_an_empty_one_tolerated():
    both = sheet_of(["借方", "日期", "借方"], ["1", "d", "2"])
    with pytest.raises(SourceError) as caught:
        grid_of(both, find_header(both, WANTED))
    assert caught.value.problem.text() == (
        "a.xlsx: S, row 1, column 借方: "
        "G1303 column '借方' occurs 2 times, in A, C, each with data"
    )
    problems = []
    one = sheet_of(["借方", "日期", "借方"], [None, "d", "2"])
    grid = grid_of(one, find_header(one, WANTED), problems)
    assert grid.column("debit").to_list() == ["2"]
    assert [problem.code for problem in problems] == ["G1304"]


def grid(*rows, **settings):
    sheet = sheet_of(["日期", "科目代码", "借方"], *rows, **settings)
    return grid_of(sheet, find_header(sheet, WANTED))


def test_filling_down_stays_within_its_block():
    filled = fill_down(
        grid(["d1", "a", "1"], [None, None, "2"], ["d2", None, "3"], [None, "b", None]),
        ["account", "date", "absent"],
        "date",
    )
    assert filled.column("date").to_list() == ["d1", "d1", "d2", "d2"]
    assert filled.column("account").to_list() == ["a", "a", None, "b"]
    assert filled.column("debit").to_list() == ["1", "2", "3", None]


def test_a_faulty_cell_begins_a_block_and_marks_go_along():
    start = grid(
        ["1", "a"],
        [None, "b"],
        [None, "c"],
        faulty=(FaultyCell(3, 0, "#REF!"),),
        numbers={"0": pl.Series([False, True, False, False])},
    )
    filled = fill_down(start, ["date"], by=("date",))
    assert filled.column("date").to_list() == ["1", None, None]
    assert filled.number_cells("date").to_list() == [True, False, False]


def test_blank_rows_go_and_faulty_rows_stay():
    start = grid(["d"], [None], [None], faulty=(FaultyCell(4, 2, "#N/A"),))
    kept = drop_blank_rows(start)
    assert kept.rows.to_list() == [2, 4]
    assert kept.faulty["debit"] == {1: "#N/A"}


TOTALS = (
    "合计|合  计|总计：|小计|本期合计|本月合计|本年累计|期初余额|1月合计|2025年3月份小计|资产小计|"
    "所有者权益类合计|承前页|上年结转"
)


@pytest.mark.parametrize("text", TOTALS.split("|"))
def test_totals_are_known(text):
    assert is_total(text)


@pytest.mark.parametrize(
    "text", ["合计付款", "收期初余额调整款", "累计折旧", "小计算器", "银行存款"]
)
def test_texts_that_only_look_like_totals_are_data(text):
    assert not is_total(text)


def test_totals_and_repeated_headings_are_set_apart():
    data, apart = split_totals(
        grid(
            ["d", "a", "1"], ["日期", "科目代码", "借方"], ["小 计", None, "1"], ["e", "合计", "2"]
        ),
        ["date"],
    )
    assert data.rows.to_list() == [2, 5]
    assert apart.rows.to_list() == [3, 4]
