"""Amounts of a line: the side that is used, the currency, and the original amount."""

import polars as pl

from kamcore.errors import Fault, Severity
from kamcore.model.currency import currencies, currency_code

UNKNOWN_CURRENCY = Fault(
    code="K2041",
    severity=Severity.WARNING,
    zh="币别「{value}」未知 ({count} 行), 原样保留",
    en="the currency {value!r} is not known ({count} lines); kept as it is",
)
ORIGINAL_DIFFERS = Fault(
    code="K2042",
    severity=Severity.WARNING,
    zh="本位币分录的原币金额 {value} 与金额 {amount} 不一致",
    en="the original amount {value} of a line in base currency is not its amount {amount}",
)

LOCAL = {"CNY": "RMB"}
"""Codes of the product that are not ISO codes."""

_ZERO = pl.lit(0)


def product_code(currency: str | None) -> str | None:
    """How the product spells a currency.

    >>> product_code("CNY"), product_code("USD")
    ('RMB', 'USD')
    """
    return LOCAL.get(currency or "", currency)


def product_name(currency: str | None) -> str | None:
    """The Chinese name of a currency; None where it is not known."""
    known = currencies().get(currency or "")
    return known.zh if known else None


def iso_code(number: str | None, name: str | None) -> str | None:
    """The ISO code of what stands in code and name of the currency; an unknown one unchanged."""
    return currency_code(number) or currency_code(name) or number or name


def sides(frame: pl.DataFrame, lost: dict[str, pl.Series]) -> pl.DataFrame:
    """Debit and credit with 0 on the unused side; both null where the line has no figure.

    `lost` marks, for each side, cells that hold something unreadable.
    """
    debit, credit = pl.col("FDebit"), pl.col("FCredit")
    nothing = (
        (debit.is_null() & credit.is_null())
        | (pl.lit(lost["FDebit"]) & (credit.fill_null(0) == 0))
        | (pl.lit(lost["FCredit"]) & (debit.fill_null(0) == 0))
    )
    return frame.with_columns(
        debit=pl.when(~nothing).then(debit.fill_null(0)),
        credit=pl.when(~nothing).then(credit.fill_null(0)),
    )


def base_of(frame: pl.DataFrame) -> str:
    """The base currency of a sheet: CNY, or where no line has it, the one kept at rate 1."""
    if not frame.height or (frame["currency"] == "CNY").any():
        return "CNY"
    amount = pl.col("debit").fill_null(0) + pl.col("credit").fill_null(0)
    kept = (pl.col("FExchangeRate").fill_null(1) == 1) & (
        pl.col("amount_for").fill_null(amount) == amount
    )
    local = (
        frame.drop_nulls("currency")
        .group_by("currency")
        .agg(pl.len(), kept.all().alias("kept"))
        .filter("kept")
        .sort("len", "currency", descending=[True, False])
    )
    return str(local["currency"][0]) if local.height else "CNY"


def original(frame: pl.DataFrame, base: str) -> pl.DataFrame:
    """The original amount on the side of the amount, null for lines in base currency.

    Reads ``debit``, ``credit``, ``currency`` and ``amount_for``.
    """
    amount = pl.col("debit").fill_null(0) + pl.col("credit").fill_null(0)
    given = pl.col("amount_for")
    local = (pl.col("currency") == base).fill_null(
        given.is_null() | (given == 0) | (given == amount)
    )
    on_credit = (pl.col("debit").fill_null(0) == 0) & (pl.col("credit").fill_null(0) != 0)
    foreign = ~local & given.is_not_null()
    return frame.with_columns(
        fx_debit=pl.when(foreign).then(pl.when(on_credit).then(_ZERO).otherwise(given)),
        fx_credit=pl.when(foreign).then(pl.when(on_credit).then(given).otherwise(_ZERO)),
        _local=local,
        _differs=local
        & given.is_not_null()
        & (given != 0)
        & (given != amount)
        & ((pl.col("debit") == 0) | (pl.col("credit") == 0)).fill_null(value=False),
    )
