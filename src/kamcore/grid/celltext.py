"""The text that names what a cell holds: numbers, dates, times and booleans.

A number is the shortest decimal text that names the stored binary number, without an exponent.
Serial numbers count days as spreadsheet programs do (ECMA-376 part 1, 18.17.4.1): from 1899-12-30,
with the day 1900-02-29 that never was, or from 1904-01-01.
"""

import datetime as dt
import math
from decimal import Decimal

import polars as pl

from kamcore.grid.parsed import BLANKS

__all__ = ["blank_to_null", "date_text", "date_texts", "number_text", "number_texts", "span_texts"]

_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 (cells know no time zone)
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001
_LEAP_BUG = 60
_LAST_SERIAL = 2_958_466
_DAY_MS = 86_400_000

OUT_OF_CALENDAR = "########"
"""What a spreadsheet shows for a number that no date can show."""


def number_text(number: float) -> str:
    """The shortest decimal text of a number.

    >>> number_text(100.0), number_text(0.1 + 0.2), number_text(1e-7), number_text(-0.0)
    ('100', '0.30000000000000004', '0.0000001', '0')
    """
    if not math.isfinite(number):
        return str(number)
    text = repr(number)
    if "e" in text:
        text = format(Decimal(text), "f")
    return "0" if text in ("-0.0", "-0") else text.removesuffix(".0")


def number_texts(numbers: pl.Series) -> pl.Series:
    """The texts of a column of 64-bit floats."""
    texts = numbers.cast(pl.String).str.strip_suffix(".0")
    size = numbers.abs()
    # Only here would the native text have an exponent; comparing numbers is faster than texts.
    odd = (size >= 1e15) | ((size < 1e-4) & ((size > 0) | (texts == "-0")))  # noqa: PLR2004
    spots = odd.fill_null(value=False).arg_true()
    if not spots.len():
        return texts
    mended = pl.Series([number_text(number) for number in numbers.gather(spots)], dtype=pl.String)
    return texts.scatter(spots, mended)


def date_text(serial: float, *, is_1904: bool = False) -> str | None:
    """The ISO text of a serial number; None when no date can show it.

    >>> date_text(45659.0), date_text(45659.5), date_text(0.25), date_text(-5.0)
    ('2025-01-02', '2025-01-02 12:00:00', '06:00:00', None)
    """
    if not 0 <= serial < _LAST_SERIAL:
        return None
    span = dt.timedelta(milliseconds=round(serial * _DAY_MS))
    if is_1904:
        moment = _EPOCH_1904 + span
    else:
        moment = _EPOCH + span + dt.timedelta(days=serial < _LEAP_BUG)
    text = moment.isoformat(" ", "milliseconds").removesuffix(".000")
    if 0 < serial < 1:
        return text.partition(" ")[2]
    return text.removesuffix(" 00:00:00")


def date_texts(moments: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The texts of a column of moments, and which of them no date can show."""
    texts = moments.dt.strftime("%Y-%m-%d %H:%M:%S%.3f").str.strip_suffix(".000")
    texts = texts.str.strip_suffix(" 00:00:00").str.strip_prefix("1899-12-31 ")
    year = moments.dt.year()
    is_time = (year == 1899) & (moments.dt.month() == 12) & (moments.dt.day() == 31)  # noqa: PLR2004
    bad = (~year.is_between(1900, 9999) & ~is_time).fill_null(value=False)
    return texts.set(bad, None) if bad.any() else texts, bad


def span_texts(spans: pl.Series) -> pl.Series:
    """The texts of a column of spans of time, in hours: ``36:00:00``."""
    seconds = spans.dt.total_milliseconds() // 1000
    parts = (seconds // 3600, seconds // 60 % 60, seconds % 60)
    hours, minutes, rest = (part.cast(pl.String).str.zfill(2) for part in parts)
    return hours + ":" + minutes + ":" + rest


def blank_to_null(texts: pl.Series) -> pl.Series:
    """The texts with those that hold nothing but blanks made null."""
    bare = texts.str.strip_chars(BLANKS) == ""
    return texts.set(bare, None) if bare.any() else texts
