"""Columns that say several facts at once: 记-12, 2025年1期, an amount with its side, marks."""

import polars as pl

from kamcore.adapters.tabular.faults import (
    BAD_DAY,
    BAD_DIRECTION,
    BAD_PERIOD,
    BAD_VOUCHER,
    NO_DIRECTION,
)
from kamcore.adapters.tabular.marking import MARK
from kamcore.adapters.tabular.periods import span_of
from kamcore.books import schema
from kamcore.errors import Fault, Problem
from kamcore.vouchers.entries import INDEX, Entries

__all__ = ["dates", "direct", "periods", "reported", "signed", "statuses", "vouchers"]

_DEBIT = ("借", "借方", "dr", "d", "debit", "1")
_CREDIT = ("贷", "贷方", "cr", "c", "credit", "-1")
_EVEN = ("平", "-", "0")
_HYPHENS = r"[\s\-\x{2010}-\x{2015}_#]*"
_NUMBER = rf"{_HYPHENS}(\d{{1,15}})\s*号?$"

YEAR, PERIOD, DATE = "vouchers.year", "vouchers.period", "vouchers.date"

Made = tuple[pl.DataFrame, list[Problem]]


def reported(
    frame: pl.DataFrame, entries: Entries, field: str, bad: pl.Expr, fault: Fault
) -> list[Problem]:
    """A problem for every data row where `bad` is true, with the text of `field`."""
    rows = frame.filter(bad & pl.col(MARK).is_null()).select(INDEX, field)
    heading = entries.heading(field)
    return [fault.at(entries.grid.place(i, heading), text) for i, text in rows.iter_rows()]


def vouchers(frame: pl.DataFrame, entries: Entries) -> Made:
    """``voucher`` into word and number: 记-12, 记 - 12, 记0007, 银收-00035."""
    text = pl.col("voucher").str.normalize("NFKC").str.strip_chars()
    word = text.str.replace(_NUMBER, "").str.replace_all(r"\s", "").str.strip_chars_end("-第字")
    frame = frame.with_columns(
        pl.when(word != "").then(word).alias("vouchers.word"),
        text.str.extract(_NUMBER).cast(pl.Int64, strict=False).alias("vouchers.number"),
    )
    bad = pl.col("voucher").is_not_null() & pl.col("vouchers.number").is_null()
    return frame, reported(frame, entries, "voucher", bad, BAD_VOUCHER)


def periods(frame: pl.DataFrame, entries: Entries, field: str = "period") -> Made:
    """``period`` into year and period, and the first of a span into ``_first_…``."""
    texts = [text for text in frame[field].unique() if text is not None]
    known = {text: span for text in texts if (span := span_of(text)) is not None}
    rows = [(text, *span.last, *span.first) for text, span in known.items()]
    names = (field, "_year", "_period", "_first_year", "_first_period")
    found = pl.DataFrame(
        rows,
        schema={name: pl.Int64() if name != field else pl.String() for name in names},
        orient="row",
    )
    frame = frame.join(found, on=field, how="left", maintain_order="left")
    for name, column in (("_year", YEAR), ("_period", PERIOD)):
        said = [pl.col(name)] + ([pl.col(column)] if column in frame.columns else [])
        frame = frame.with_columns(pl.coalesce(said).alias(column))
    frame = frame.with_columns(
        pl.coalesce("_first_year", YEAR).alias("_first_year"),
        pl.coalesce("_first_period", PERIOD).alias("_first_period"),
    )
    bad = pl.col(field).is_not_null() & pl.col("_period").is_null()
    return frame.drop("_year", "_period"), reported(frame, entries, field, bad, BAD_PERIOD)


def dates(frame: pl.DataFrame, entries: Entries, year: int | None) -> Made:
    """``year``, ``month``, ``day`` into year, period and date; `year` where no column has it."""
    number = {
        name: pl.col(name).str.normalize("NFKC").str.extract(r"(\d+)").cast(pl.Int64)
        for name in ("year", "month", "day")
        if name in frame.columns
    }
    of_year = number.get("year", pl.lit(year, dtype=pl.Int64)).fill_null(pl.lit(year))
    if YEAR not in frame.columns:
        frame = frame.with_columns(of_year.alias(YEAR))
    if "month" in number and PERIOD not in frame.columns:
        frame = frame.with_columns(number["month"].alias(PERIOD))
    if "month" not in number or "day" not in number or DATE in frame.columns:
        return frame, []
    text = pl.format("{}-{}-{}", YEAR, PERIOD, number["day"])
    frame = frame.with_columns(
        text.str.to_date("%Y-%m-%d", strict=False).alias(DATE), text.alias("_day")
    )
    bad = pl.col("_day").is_not_null() & pl.col(DATE).is_null()
    rows = frame.filter(bad & pl.col(MARK).is_null()).select(INDEX, "_day")
    heading = entries.heading("day")
    problems = [BAD_DAY.at(entries.grid.place(i, heading), text) for i, text in rows.iter_rows()]
    return frame.drop("_day"), problems


def direct(frame: pl.DataFrame, entries: Entries) -> Made:
    """``amount`` on the side that ``direction`` names."""
    side, problems = _side(frame, entries, "direction")
    amount, zero = pl.col("amount"), pl.lit(0).cast(schema.AMOUNT)
    # An amount that could not be read leaves both sides blank.
    here = pl.when(amount.is_not_null()).then(side)
    frame = frame.with_columns(
        pl.when(here == 1).then(amount).when(here == -1).then(zero).alias("lines.debit"),
        pl.when(here == -1).then(amount).when(here == 1).then(zero).alias("lines.credit"),
    )
    lone = pl.col("direction").is_null() & amount.is_not_null() & (amount != 0)
    rows = frame.filter(lone & pl.col(MARK).is_null()).select(INDEX, "amount")
    heading = entries.heading("direction")
    problems += [
        NO_DIRECTION.at(entries.grid.place(index, heading), value)
        for index, value in rows.iter_rows()
    ]
    return frame, problems


def signed(frame: pl.DataFrame, entries: Entries, amount: str, direction: str) -> Made:
    """An amount with a side as one figure, debit positive; without a side it stays as it is."""
    side, problems = _side(frame, entries, direction)
    turned = pl.when(side == -1).then(-pl.col(amount)).otherwise(pl.col(amount))
    return frame.with_columns(turned.cast(schema.AMOUNT).alias(amount)), problems


def statuses(frame: pl.DataFrame) -> pl.DataFrame:
    """Marks into the status of the voucher: void, posted, reviewed."""
    marks = {name: f"mark.{name}" for name in ("void", "posted", "reviewed")}
    known = {name: column for name, column in marks.items() if column in frame.columns}
    if not known:
        return frame
    cases = [
        pl.when(_is_set(column)).then(pl.lit(name, dtype=schema.TEXT))
        for name, column in known.items()
    ]
    return frame.with_columns(pl.coalesce(cases).alias("vouchers.status"))


def _is_set(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars().str.to_lowercase()
    return ~text.is_in(["0", "否", "n", "no", "false", "×", "未审核", "未过账", "未记账"])


def _side(frame: pl.DataFrame, entries: Entries, direction: str) -> tuple[pl.Expr, list[Problem]]:
    """1 for debit, -1 for credit, 0 for neither; null where no side is given."""
    text = pl.col(direction).str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    side = (
        pl.when(text.is_in(_DEBIT))
        .then(1)
        .when(text.is_in(_CREDIT))
        .then(-1)
        .when(text.is_in(_EVEN))
        .then(0)
    )
    bad = pl.col(direction).is_not_null() & side.is_null()
    return side, reported(frame, entries, direction, bad, BAD_DIRECTION)
