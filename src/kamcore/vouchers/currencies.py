"""Currencies of a voucher list: from the words of a product to ISO codes, and back.

Chinese products write RMB where ISO 4217 says CNY, most of them beside or instead of a name.
"""

import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.model.currency import currencies, currency_code
from kamcore.vouchers.entries import INDEX, Entries

UNKNOWN_CURRENCY = Fault(
    code="G1821",
    severity=Severity.WARNING,
    zh="币别「{value}」未知 ({count} 行), 原样保留",
    en="the currency {value!r} is not known ({count} lines); kept as it is",
    hint_zh="核对币别代码",
    hint_en="compare the code of the currency",
)

CODE = "currency.code"
"""Working column: the currency as the source's code column spells it."""
NAME = "currency.name"
"""Working column: the name of the currency, where the source has one."""

_BASE = "CNY"
_WORDS = {"CNY": "RMB"}


def iso_currencies(
    frame: pl.DataFrame, entries: Entries
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Add ``lines.currency`` from the columns `CODE` and, where there is one, `NAME`.

    A currency nobody knows is kept as it is spelled, with one warning each.
    """
    keys = [name for name in (CODE, NAME) if name in frame.columns]
    pairs = frame.select(keys).unique(maintain_order=True)
    found = pairs.with_columns(
        pl.Series("lines.currency", [_iso(*pair) for pair in pairs.iter_rows()], dtype=schema.TEXT)
    )
    joined = frame.join(found, on=keys, how="left", nulls_equal=True, maintain_order="left")
    problems = []
    for code in found["lines.currency"].drop_nulls().unique(maintain_order=True):
        if code not in currencies():
            rows = joined.filter(pl.col("lines.currency") == code)
            place = entries.grid.place(rows[INDEX][0], entries.heading(keys[0]))
            problems.append(UNKNOWN_CURRENCY.at(place, code, count=rows.height))
    return joined, tuple(problems)


def _iso(code: str | None, name: str | None = None) -> str | None:
    return currency_code(code) or currency_code(name) or code or name


def base_currency(frame: pl.DataFrame, amount: str) -> str:
    """The base currency of a list: CNY, or where no line has it, the one kept at rate 1.

    Reads ``lines.currency``, ``lines.debit``, ``lines.credit``, ``lines.rate`` and the column
    `amount` with original amounts.
    """
    if not frame.height or (frame["lines.currency"] == _BASE).any():
        return _BASE
    own = pl.col("lines.debit").fill_null(0) + pl.col("lines.credit").fill_null(0)
    kept = (pl.col("lines.rate").fill_null(1) == 1) & (pl.col(amount).fill_null(own) == own)
    local = (
        frame.drop_nulls("lines.currency")
        .group_by("lines.currency")
        .agg(pl.len(), kept.all().alias("kept"))
        .filter("kept")
        .sort("len", "lines.currency", descending=[True, False])
    )
    return str(local["lines.currency"][0]) if local.height else _BASE


def product_code(currency: pl.Expr) -> pl.Expr:
    """Currencies as Chinese products spell them: RMB for CNY, ISO codes for the others."""
    return currency.replace(_WORDS)


def product_name(currency: pl.Expr) -> pl.Expr:
    """The Chinese names of currencies; null where none is known."""
    names = {code: known.zh for code, known in currencies().items()}
    return currency.replace_strict(names, default=None, return_dtype=schema.TEXT)
