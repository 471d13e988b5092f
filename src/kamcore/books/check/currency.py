"""Amounts in transaction currency: they agree with the rate, and have the currency's decimals."""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from kamcore.books.check.finding import Finding
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Severity
from kamcore.model.currency import decimals_of

RATE_MISMATCH = Fault(
    code="B2701",
    severity=Severity.WARNING,
    zh="原币 {value} 按汇率 {rate} 折合 {product}, 与本位币 {base} 不符",
    en="{value} at {rate} is {product}, but the amount in base currency is {base}",
    hint_zh="核对原币、汇率和本位币金额",
    hint_en="compare the foreign amount, the rate and the base amount",
)
TOO_MANY_DECIMALS = Fault(
    code="B2702",
    zh="金额 {value} 的小数位多于 {currency} 的 {decimals} 位",
    en="amount {value} has more decimals than the {decimals} of {currency}",
    hint_zh="在原系统更正金额; 不会自动四舍五入",
    hint_en="mend the amount at the source; nothing is rounded silently",
)

_PLACES = 4
"""Decimals an amount column holds."""

_HUGE = Decimal(10) ** 12
"""Beyond it a product of amount and rate leaves the range of the column."""


def rates(subject: Subject) -> Iterator[Finding]:
    """Find lines whose base amount is not amount × rate.

    The rate may be rounded behind its stated decimals, and the base amount to the cent.  A
    revaluation line has no foreign amount and is left out.  Indirect quotation, foreign units
    per unit of base, is accepted too: some ledgers divide.
    """
    settings = subject.settings
    base_currency = subject.books.entity.base_currency
    cents = decimals_of(base_currency)
    half = Decimal(5).scaleb(-cents - 1) if settings.tolerance is None else settings.tolerance
    slack = Decimal(5).scaleb(-settings.rate_decimals - 1)
    lines = subject.lines.filter(
        pl.col("rate").is_not_null() & (pl.col("currency").fill_null("") != base_currency)
    )
    rate = pl.col("rate")
    for side in ("debit", "credit"):
        base, foreign = pl.col(side), pl.col(f"fx_{side}")
        asked = (foreign != 0) & (foreign.abs() < _HUGE) & (rate != 0) & (rate.abs() < _HUGE)
        asked &= base.abs() < _HUGE
        direct = (foreign * rate - base).abs() > half + foreign.abs() * slack
        indirect = (base * rate - foreign).abs() > half * rate.abs() + base.abs() * slack
        rows = lines.filter(asked).filter(direct & indirect)
        rows = rows.select(
            "voucher_id",
            "source_row",
            "rate",
            value=foreign,
            product=(foreign * rate).round(cents),
            base=base,
        )
        yield Finding(fault=RATE_MISMATCH, rows=rows, column=f"lines.fx_{side}")


def decimals(subject: Subject) -> Iterator[Finding]:
    """Find amounts with more decimals than their currency has (ISO 4217)."""
    base = subject.books.entity.base_currency
    for side in ("debit", "credit"):
        yield from _finer(subject.lines, side, base)
    used = subject.lines["currency"].unique().drop_nulls().sort().to_list()
    for currency in used:
        lines = subject.lines.filter(pl.col("currency") == currency)
        for side in ("fx_debit", "fx_credit"):
            yield from _finer(lines, side, currency)


def _finer(lines: pl.DataFrame, side: str, currency: str) -> Iterator[Finding]:
    places = decimals_of(currency)
    if places >= _PLACES or lines[side].null_count() == lines.height:
        return
    amount = pl.col(side)
    bad = lines.filter(amount.round(places) != amount)
    rows = bad.select(
        "voucher_id",
        "source_row",
        value=amount,
        currency=pl.lit(currency),
        decimals=pl.lit(places),
    )
    yield Finding(fault=TOO_MANY_DECIMALS, rows=rows, column=f"lines.{side}")
