"""Amounts of a search in units, as money and as the texts of a proof print them."""

import polars as pl

__all__ = ["SUM", "money", "spelled"]

SUM = pl.Decimal(38, 4)


def money(units: pl.Expr) -> pl.Expr:
    """Whole units of 1/10000 as Decimal."""
    return (units.cast(SUM) / 10_000).cast(SUM)


def spelled(amount: pl.Expr) -> pl.Expr:
    """A Decimal with two decimals and thousands set apart, as letters print money: 1,234.50."""
    text = amount.cast(pl.Decimal(38, 2)).cast(pl.String)
    whole = text.str.reverse().str.slice(3).str.replace_all(r"(\d{3})", "$1,").str.reverse()
    whole = whole.str.replace(r"^(-?),", "$1")
    return pl.concat_str(whole, text.str.slice(-3))
