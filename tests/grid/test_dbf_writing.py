"""Writing dBASE tables: widths in bytes, exact figures, refusals; read back with our reader."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.errors import LossRefused, UsageError
from kamcore.format import Source
from kamcore.grid.dbf_reading import read_dbf
from kamcore.grid.dbf_writing import LONGEST, DbfColumn, figures, write_dbf
from kamcore.vouchers.fitting import fit, size_of

DAY = dt.date(2025, 3, 31)
COLUMNS = (
    DbfColumn("FEXP", "C", 10),
    DbfColumn("FDEBIT", "N", 14, 2),
    DbfColumn("FDATE", "D", 8),
    DbfColumn("FPOSTED", "L", 1),
)


def frame(text="甲", figure="1.50"):
    amount = pl.Series([figure, None], dtype=pl.String).cast(pl.Decimal(18, 4))
    return pl.DataFrame(
        {"FEXP": [text, None], "FDEBIT": amount, "FDATE": [DAY, None], "FPOSTED": [True, None]}
    )


def test_the_bytes_of_a_table(tmp_path):
    target = tmp_path / "a.dbf"
    write_dbf(frame(), COLUMNS, target, day=DAY)
    data = target.read_bytes()
    assert data[:12] == b"\x03\x7d\x03\x1f\x02\0\0\0\xa1\0\x22\0"
    records = data[161:]
    first = " 甲" + " " * 18 + "1.5020250331T"
    assert records[:34] == first.encode("gbk")
    assert records[34:] == b" " * 34 + b"\x1a"
    again = read_dbf(Source(target)).grid.frame
    assert again.rows() == [("甲", "1.50", "2025-03-31", "TRUE"), (None,) * 4]


@pytest.mark.parametrize(
    ("value", "length", "decimals", "text"),
    [
        ("1.5", 20, 5, "1.50000"),
        ("100", 20, 5, "100.00000"),
        ("-0.05", 10, 7, "-0.0500000"),
        ("9999.99", 10, 7, "9999.99000"),
        ("12345678", 8, 2, "12345678"),
        ("1234567", 8, 2, "1234567"),
        ("123456789.25", 8, 2, "123456789.25"),
        ("7", 4, 0, "7"),
    ],
)
def test_figures_have_the_decimals_that_fit(value, length, decimals, text):
    series = pl.Series([Decimal(value), None], dtype=pl.Decimal(28, 10))
    assert figures(series, length, decimals).to_list() == [text, None]


@pytest.mark.parametrize(
    ("given", "code", "column"),
    [
        ({"text": "甲乙丙丁戊a"}, "G1611", "FEXP"),
        ({"text": "😀"}, "G1612", "FEXP"),
        ({"figure": "123456789012.25"}, "G1611", "FDEBIT"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(tmp_path, given, code, column):
    with pytest.raises(LossRefused) as caught:
        write_dbf(frame(**given), COLUMNS, tmp_path / "a.dbf", day=DAY)
    place = caught.value.place
    assert (caught.value.code, place.row, place.column) == (code, 1, column)


def test_a_float_is_never_a_figure(tmp_path):
    with pytest.raises(UsageError):
        write_dbf(pl.DataFrame({"F": [1.5]}), [DbfColumn("F", "N", 9, 2)], tmp_path / "a", day=DAY)


def test_no_field_is_longer_than_254():
    assert LONGEST == 254
    with pytest.raises(ValueError, match="254"):
        DbfColumn("FEXP", "C", 255)


def test_texts_are_cut_at_a_character_and_counted_in_bytes():
    texts = pl.Series(["甲乙丙", "a甲乙", " ab ", "表😀", "a\0b", None])
    fitted = fit(texts, 5)
    assert fitted.values.to_list() == ["甲乙", "a甲乙", "ab", "表??", "a b", None]
    assert fitted.cut.to_list() == [True, False, False, False, False, False]
    assert fitted.replaced.to_list() == [False, False, True, True, True, False]
    assert size_of(texts.head(2)).to_list() == [6, 5]
