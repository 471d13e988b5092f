"""Whole numbers and flags."""

import polars as pl
import pytest

from kamcore.books import Origin
from kamcore.grid.number import read_flags, read_integers
from kamcore.grid.sheet import Grid


def grid(texts):
    return Grid(
        frame=pl.DataFrame({"凭证号": pl.Series(texts, dtype=pl.String)}),
        rows=pl.Series(range(2, 2 + len(texts)), dtype=pl.Int64),
        origin=Origin(file="a.xls"),
    )


def test_zeros_before_and_behind_do_not_count():
    parsed = read_integers(grid(["1", "1.0", "1.00000", "07", "-3", None, " 8 "]), "凭证号")
    assert parsed.values.to_list() == [1, 1, 1, 7, -3, None, 8]
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("text", "code", "zh"),
    [
        ("一", "G2011", "「一」不是编号或整数"),
        ("12a", "G2011", "「12a」不是编号或整数"),
        ("1e3", "G2011", "「1e3」不是编号或整数"),
        ("1.5", "G2012", "「1.5」带有小数, 此处应为整数"),
    ],
)
def test_what_is_no_whole_number_is_null_with_a_reason(text, code, zh):
    parsed = read_integers(grid([text]), "凭证号")
    assert parsed.values.to_list() == [None]
    assert [(p.code, p.message("zh")) for p in parsed.problems] == [(code, zh)]


def test_full_width_digits_are_read_with_a_warning():
    parsed = read_integers(grid(["１２"]), "凭证号")
    assert parsed.values.to_list() == [12]
    assert [problem.code for problem in parsed.problems] == ["G2002"]


def test_flags_in_every_usual_spelling():
    yes = ["1", "1.0", "是", "TRUE", "Y", "√"]
    no = ["0", "0.00000", "否", "False", "N"]
    parsed = read_flags(grid([*yes, *no, None, " ", "maybe"]), "凭证号")
    assert parsed.values.to_list() == [True] * 6 + [False] * 5 + [None] * 3
    assert [(p.code, p.place.row) for p in parsed.problems] == [("G2013", 15)]
