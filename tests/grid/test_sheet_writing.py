"""What workbook writers refuse before they write, and how values are spelt."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.errors import LossRefused, UsageError
from kamcore.grid.cells import (
    Extent,
    SheetOut,
    as_text,
    check_sheets,
    column_letters,
    corners,
    number_text,
    serial_text,
)

EXTENT = Extent(rows=100, columns=10)


def refused(error, *sheets):
    with pytest.raises(error) as caught:
        check_sheets(sheets, EXTENT)
    return caught.value


def one(values, dtype=None):
    return pl.DataFrame({"v": pl.Series(values, dtype=dtype)})


@pytest.mark.parametrize(
    "name", ["", "x" * 32, "a:b", "[a]", "a/b", "a\\b", "a*", "a?", "'a", "a'", "History", "a\x07"]
)
def test_bad_sheet_names(name):
    assert refused(UsageError, SheetOut(name, one([1]))).code == "G3001"


@pytest.mark.parametrize("name", ["x" * 31, "应收账款", "a'b", "Page1 & <2>"])
def test_good_sheet_names(name):
    check_sheets([SheetOut(name, one([1]))], EXTENT)


def test_repeated_names_and_hidden_workbooks():
    assert refused(UsageError, SheetOut("Page1", one([1])), SheetOut("PAGE1", one([1]))).code == (
        "G3002"
    )
    assert refused(UsageError, SheetOut("Page1", one([1]), hidden=True)).code == "G3002"
    assert refused(UsageError).code == "G3002"


def test_rows_and_columns_have_limits():
    check_sheets([SheetOut("a", one(range(99)))], EXTENT)
    error = refused(LossRefused, SheetOut("a", one(range(100))))
    assert (error.code, error.problem.value) == ("G3003", "101")
    wide = pl.DataFrame({str(index): [1] for index in range(11)})
    assert refused(LossRefused, SheetOut("a", wide)).code == "G3004"
    header = (tuple("abcdefghijk"),)
    assert refused(LossRefused, SheetOut("a", one([1]), header=header)).code == "G3004"


@pytest.mark.parametrize("text", ["x" * 32_768, "好" * 32_768, "😀" * 16_384])
def test_long_texts(text):
    error = refused(
        LossRefused, SheetOut("a", pl.DataFrame({"摘要": ["ok", "好" * 32_767, text]}))
    )
    assert error.code == "G3005"
    assert error.problem.facts == {"length": 32_768}
    assert error.place.to_json() | {"sheet": "a", "row": 4, "column": "摘要"} == (
        error.place.to_json()
    )
    assert refused(LossRefused, SheetOut("a", one([1]), header=((text,),))).code == "G3005"


def test_a_long_text_is_found_behind_many_that_fit():
    texts = ["好" * 20_000] * 50 + ["x" * 40_000]
    assert refused(LossRefused, SheetOut("a", one(texts))).place.row == 52


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Float32, pl.Time, pl.Duration, pl.Binary])
def test_column_types_without_a_cell(dtype):
    assert refused(UsageError, SheetOut("a", one([None], dtype))).code == "G3008"
    asked = SheetOut("a", one([None], dtype), text_columns=["v"])
    assert refused(UsageError, asked).code == "G3008"


def test_moments_with_a_zone_and_nested_columns():
    zoned = one([dt.datetime(2025, 1, 1, tzinfo=dt.UTC)])
    assert refused(UsageError, SheetOut("a", zoned)).code == "G3008"
    assert refused(UsageError, SheetOut("a", one([[1]]))).code == "G3008"


@pytest.mark.parametrize("day", [dt.date(1900, 2, 28), dt.date(1899, 12, 31), dt.date(1, 1, 1)])
def test_days_before_the_calendar_of_spreadsheets(day):
    error = refused(LossRefused, SheetOut("a", one([None, day])))
    assert (error.code, error.place.row, error.problem.value) == ("G3007", 3, str(day))
    moment = dt.datetime.combine(day, dt.time(1))
    assert refused(LossRefused, SheetOut("a", one([moment]))).code == "G3007"
    check_sheets([SheetOut("a", one([day]), text_columns=["v"])], EXTENT)


@pytest.mark.parametrize(
    ("merge", "code"),
    [("A1", "G3010"), ("A1:K1", "G3010"), ("A1:A101", "G3010"), ("B2:A3", "G3010")],
)
def test_bad_ranges(merge, code):
    assert refused(UsageError, SheetOut("a", one([1]), merges=(merge,))).code == code


@pytest.mark.parametrize("part", [{"widths": {"x": 3}}, {"text_columns": ("x",)}])
def test_unknown_columns(part):
    assert refused(UsageError, SheetOut("a", one([1]), **part)).code == "G3010"


def test_all_misfits_are_listed():
    frame = pl.DataFrame({"n": [10**15 + 1, 1, 10**16 + 1], "d": [dt.date(1, 1, 1)] * 3})
    error = refused(LossRefused, SheetOut("a", frame, header=(("甲", "乙"), ("", "丙"))))
    found = [(p.code, p.place.row, p.place.column) for p in (error.problem, *error.problems)]
    assert found == [
        ("G3006", 3, "甲"),
        ("G3006", 5, "甲"),
        *(("G3007", row, "丙") for row in (3, 4, 5)),
    ]


def significant(value):
    return len("".join(map(str, value.as_tuple().digits)).strip("0"))


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=10, min_value=-(10**17), max_value=10**17
    )
)
def test_fifteen_digits_pass_and_sixteen_are_refused(value):
    frame = one([value], pl.Decimal(38, 10))
    if significant(value) <= 15:
        check_sheets([SheetOut("a", frame)], EXTENT)
        assert Decimal(repr(float(value))) == value
    else:
        assert refused(LossRefused, SheetOut("a", frame)).code == "G3006"
        check_sheets([SheetOut("a", frame, text_columns=["v"])], EXTENT)


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_of_sixteen_digits_are_refused(value):
    if significant(Decimal(value)) <= 15:
        check_sheets([SheetOut("a", one([value], pl.Int64))], EXTENT)
    else:
        assert refused(LossRefused, SheetOut("a", one([value], pl.Int64))).code == "G3006"


@pytest.mark.parametrize(
    "dtype", [pl.Int8, pl.UInt8, pl.UInt64, pl.Decimal(3, 1), pl.Decimal(38, 0)]
)
def test_every_width_of_number_is_checked(dtype):
    check_sheets([SheetOut("a", one([None, 7], dtype))], EXTENT)
    if dtype in (pl.UInt64, pl.Decimal(38, 0)):
        assert refused(LossRefused, SheetOut("a", one([2**64 - 1], dtype))).code == "G3006"


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=10, max_value=10**20, min_value=-(10**20)
    )
)
def test_number_text_has_every_digit_and_no_exponent(value):
    dtype = pl.Decimal(38, 10)
    text = one([value], dtype).select(number_text(pl.col("v"), dtype)).item()
    assert Decimal(text) == value
    assert set(text) <= set("-.0123456789")
    assert text == (format(value, "f").rstrip("0").rstrip(".") if value else "0")


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)))  # noqa: DTZ001
def test_serials_are_the_days_since_day_zero(moment):
    text = one([moment]).select(serial_text(pl.col("v"))).item()
    elapsed = moment - dt.datetime(1899, 12, 30)  # noqa: DTZ001
    exact = Decimal(elapsed // dt.timedelta(microseconds=1)) / Decimal(86_400_000_000)
    assert abs(Decimal(text) - exact) <= Decimal("0.5e-10")


def test_the_last_moment_of_a_day_is_carried():
    moment = dt.datetime(2025, 1, 31, 23, 59, 59, 999_999)  # noqa: DTZ001
    assert one([moment]).select(serial_text(pl.col("v"))).item() == "45689"


def test_values_as_text():
    moment = dt.datetime(2025, 1, 2, 3, 4, 5)  # noqa: DTZ001
    assert as_text(pl.Series([Decimal("1.50"), None, Decimal("-0.00")])).to_list() == [
        "1.5",
        None,
        "0",
    ]
    assert as_text(pl.Series([moment, moment.replace(microsecond=120_000)])).to_list() == [
        "2025-01-02 03:04:05",
        "2025-01-02 03:04:05.120",
    ]
    assert as_text(pl.Series([moment.date()])).to_list() == ["2025-01-02"]
    assert as_text(pl.Series([True, False, None])).to_list() == ["TRUE", "FALSE", None]
    assert as_text(pl.Series(["a"], dtype=pl.Enum(["a"]))).to_list() == ["a"]


def test_column_letters_and_corners_agree():
    for index in (0, 25, 26, 701, 702, 16_383):
        letters = column_letters(index)
        assert corners(f"A1:{letters}9") == (0, 8, 0, index)
