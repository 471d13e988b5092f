"""Amounts: what is read, what is read with a warning, what is refused and why."""

import time
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Origin, schema
from kamcore.grid.amount import read_amounts, read_rates
from kamcore.grid.sheet import Grid


def grid(texts, *, numbers=False, faulty=None):
    return Grid(
        frame=pl.DataFrame({"借方": pl.Series(texts, dtype=pl.String)}),
        rows=pl.Series(range(2, 2 + len(texts)), dtype=pl.Int64),
        origin=Origin(file="a.xls", sheet="Page1"),
        numbers={"借方": numbers},
        faulty={"借方": faulty or {}},
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1200", "1200"),
        ("-0.01", "-0.01"),
        ("0.00000", "0"),
        ("1,200.50", "1200.5"),
        ("-1,234,567.00", "-1234567"),
        ("(1,200.00)", "-1200"),
        ("1,200.00-", "-1200"),
        ("+5", "5"),
        (".5", "0.5"),
        ("¥100", "100"),
        ("￥ 1,200.00", "1200"),
        ("RMB 5", "5"),
        ("CNY5.00", "5"),
        ("-$5", "-5"),
        ("5 USD", "5"),
        ("100元", "100"),
        ("红字100.00", "-100"),
        ("（红字）100", "-100"),
        (" 12\xa0", "12"),
        ("12_x000D_", "12"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("1.50000000000000", "1.5"),
    ],
)
def test_a_clear_amount_is_read_without_a_word(text, value):
    parsed = read_amounts(grid([text, "1"]), "借方")
    assert parsed.values.to_list() == [Decimal(value), Decimal(1)]
    assert parsed.problems == ()


@pytest.mark.parametrize("text", [None, "", "  ", "-", "—", "——", "―", "－"])
def test_a_blank_and_a_lone_dash_are_blank_and_not_zero(text):
    parsed = read_amounts(grid([text]), "借方")
    assert parsed.values.to_list() == [None]
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("text", "value", "zh"),
    [
        ("１２３．４５", "123.45", "「１２３．４５」写法不规范 (全角字符), 按 123.45 读取"),
        ("（100.00）", "-100", "「（100.00）」写法不规范 (全角字符), 按 -100.00 读取"),
        ("－５", "-5", "「－５」写法不规范 (全角字符), 按 -5 读取"),
    ],
)
def test_a_full_width_amount_is_read_with_a_warning(text, value, zh):
    parsed = read_amounts(grid([text]), "借方")
    assert parsed.values.to_list() == [Decimal(value)]
    (problem,) = parsed.problems
    assert (problem.code, problem.message("zh")) == ("G2002", zh)


@pytest.mark.parametrize(
    ("text", "en"),
    [
        ("1.234,56", "point and comma are ambiguous"),
        ("1,23", "point and comma are ambiguous"),
        ("1.000.00", "two decimal points"),
        ("1,2,3", "commas do not group thousands"),
        ("12,3456.00", "commas do not group thousands"),
        ("12O.00", "a letter O stands among the digits"),
        ("1.13E+05", "scientific notation as text"),
        ("壹佰元整", "an amount in words"),
        ("5万", "an amount in words"),
        ("#REF!", "a spreadsheet error, not an amount"),
        ("N/A", "not an amount"),
        ("NaN", "not a finite number"),
        ("Infinity", "not a finite number"),
        ("红字-100", "its sign is given twice"),
        ("=1+1", "the text of a formula"),
        ("--5", "not an amount"),
    ],
)
def test_an_unclear_amount_is_null_with_its_reason(text, en):
    parsed = read_amounts(grid(["1", text]), "借方")
    assert parsed.values.to_list() == [Decimal(1), None]
    (problem,) = parsed.problems
    assert problem.text("en") == (
        f"a.xls: Page1, row 3, column 借方: G2003 {text!r} is not a readable amount: {en}"
    )


def test_decimals_are_never_rounded_and_size_is_bounded():
    parsed = read_amounts(grid(["100.00005", "100.005", "123456789012345"]), "借方")
    assert parsed.values.to_list() == [None, Decimal("100.005"), None]
    assert [problem.code for problem in parsed.problems] == ["G2004", "G2005"]
    rates = read_rates(grid(["7.17500000001", "7.1234567891"]), "借方")
    assert rates.values.to_list() == [None, Decimal("7.1234567891")]
    assert rates.values.dtype == schema.RATE


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("100.0", "100", None),
        ("1234567890123.45", "1234567890123.45", None),
        ("0.1", "0.1", None),
        ("17569.809999999998", "17569.81", "G2007"),
        ("0.30000000000000004", "0.3", "G2007"),
        ("123456789012345680.0", None, "G2006"),
        ("1.2345678901234568e+17", None, "G2006"),
        ("33.333333333333336", None, "G2006"),
        ("12345678901.123457", None, "G2006"),
        ("1234567890123.456", "1234567890123.46", "G2007"),
        ("1e-05", None, "G2004"),
        ("1e+17", None, "G2005"),
    ],
)
def test_a_number_cell_is_exact_to_fifteen_digits(text, value, code):
    parsed = read_amounts(grid([text], numbers=True), "借方")
    assert parsed.values.to_list() == [None if value is None else Decimal(value)]
    assert [problem.code for problem in parsed.problems] == ([code] if code else [])


def test_marks_of_number_cells_may_differ_within_a_column():
    marks = pl.Series([True, False])
    parsed = read_amounts(grid(["1e2", "1e2"], numbers=marks), "借方")
    assert parsed.values.to_list() == [Decimal(100), None]


def test_a_faulty_cell_is_named():
    parsed = read_amounts(grid([None, "1"], faulty={0: "#REF!"}), "借方")
    (problem,) = parsed.problems
    assert problem.text("zh") == (
        "a.xls: Page1 第 2 行 「借方」列: G2001 单元格没有值, 而是「#REF!」"
    )


def test_a_missing_column_and_an_empty_grid_are_null():
    assert read_amounts(grid(["1"]), "贷方").values.to_list() == [None]
    assert read_amounts(grid([]), "借方").values.dtype == schema.AMOUNT


def test_the_grid_is_left_as_it_was():
    source = grid(["1,200.00", "x"])
    read_amounts(source, "借方")
    assert source.frame["借方"].to_list() == ["1,200.00", "x"]


@pytest.mark.benchmark
def test_ten_columns_of_200_000_rows():
    texts = [f"{index * 7919 % 10**9 / 100}" if index % 3 else None for index in range(200_000)]
    wide = grid(texts, numbers=True)
    started = time.perf_counter()
    for _ in range(10):
        read_amounts(wide, "借方")
    seconds = time.perf_counter() - started
    print(f"10 columns of 200,000 amounts: {seconds:.2f} s")
    assert seconds < 2
