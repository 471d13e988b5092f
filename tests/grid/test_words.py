"""Texts and codes."""

import polars as pl

from kamcore.books import Origin
from kamcore.grid.sheet import Grid
from kamcore.grid.words import blank_words, read_codes, read_texts


def grid(texts, *, numbers=False, faulty=None):
    return Grid(
        frame=pl.DataFrame({"科目代码": pl.Series(texts, dtype=pl.String)}),
        rows=pl.Series(range(2, 2 + len(texts)), dtype=pl.Int64),
        origin=Origin(file="a.xls"),
        numbers={"科目代码": numbers},
        faulty={"科目代码": faulty or {}},
    )


def test_outer_blanks_go_and_inner_ones_stay():
    texts = [" a\r\n b ", "\u3000全角 空格\u3000", "x_x000D_\ny_x000D_", "\xa0", "=SUM(A1)", None]
    parsed = read_texts(grid(texts), "科目代码")
    assert parsed.values.to_list() == ["a\r\n b", "全角 空格", "x\r\ny", None, "=SUM(A1)", None]
    assert parsed.problems == ()


def test_an_error_cell_in_a_text_column_is_said():
    parsed = read_texts(grid([None], faulty={0: "#N/A"}), "科目代码")
    assert [problem.code for problem in parsed.problems] == ["G2001"]


def test_codes_lose_what_the_spreadsheet_added():
    parsed = read_codes(grid([" 1001 ", "'1002.01", "'", "0012"]), "科目代码")
    assert parsed.values.to_list() == ["1001", "1002.01", None, "0012"]
    cells = read_codes(
        grid(["1001", "1002.0", "1e3"], numbers=pl.Series([True, True, False])), "科目代码"
    )
    assert cells.values.to_list() == ["1001", "1002", "1e3"]


def test_a_code_in_a_number_cell_names_what_it_may_have_been():
    parsed = read_codes(grid(["6601.3", "1002.0100000000001"], numbers=True), "科目代码")
    assert parsed.values.to_list() == ["6601.3", "1002.01"]
    assert parsed.problems[0].message("en") == (
        "the code '6601.3' is a number cell: it may have been 6601.3, 6601.30, 6601.300"
    )
    assert [str(problem.severity) for problem in parsed.problems] == ["warning"] * 2


def test_words_for_nothing_are_blank():
    texts = pl.Series(["NONE", "*", "记", None])
    assert blank_words(texts, {"NONE", "*"}).to_list() == [None, None, "记", None]
