"""Currency, original amounts and quantities of the rows: debit and credit have a column each."""

import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.vouchers.currencies import base_currency
from kamcore.vouchers.entries import INDEX
from kamcore.vouchers.making import ORIGINAL_DIFFERS

TWO_QUANTITIES = Fault(
    code="Y3002",
    severity=Severity.WARNING,
    zh="nd_s 和 nc_s 都有数量 ({count} 行), 取金额所在一方的数量",
    en="nd_s and nc_s both hold a quantity ({count} rows); that of the amount's side is taken",
    hint_zh="核对数量",
    hint_en="compare the quantities",
)

_AMOUNT = "_amount"
_FX = ("lines.fx_debit", "lines.fx_credit")
_OWN = ("lines.debit", "lines.credit")


def settled(frame: pl.DataFrame, grid: Grid, base: str) -> tuple[pl.DataFrame, str, list[Problem]]:
    """The rows with a settled currency, the base currency, and original amounts not used.

    A row without a currency is in base currency, unless its original amounts say otherwise.
    Rows in base currency have none, and rate 1; the others 0 where the dump has a blank.
    """
    fx = [pl.col(name).fill_null(0) for name in _FX]
    own = [pl.col(name).fill_null(0) for name in _OWN]
    none = (fx[0] == 0) & (fx[1] == 0)
    same = (fx[0] == own[0]) & (fx[1] == own[1])
    plain = (none | same) & (pl.col("lines.rate").fill_null(1) == 1)
    blank = pl.col("lines.currency").is_null() & plain
    if not base:
        amount = pl.when(~none).then(fx[0] + fx[1])
        told = frame.with_columns(
            pl.when(blank).then(pl.lit("CNY")).otherwise("lines.currency").alias("lines.currency"),
            amount.cast(schema.AMOUNT).alias(_AMOUNT),
        )
        base = base_currency(told, _AMOUNT)
    local = (pl.col("lines.currency") == base).fill_null(plain)
    marked = frame.with_columns(_local=local, _unlike=local & ~none & ~same)
    odd = marked.filter("_unlike")
    problems = []
    if odd.height:
        key = "md_f" if odd[_FX[0]].fill_null(0)[0] else "mc_f"
        said = (odd[_OWN[0]].fill_null(0) + odd[_OWN[1]].fill_null(0))[0]
        place = grid.place(odd[INDEX][0], key)
        value = grid.column(key)[odd[INDEX][0]]
        problems.append(ORIGINAL_DIFFERS.at(place, value, amount=said, count=odd.height))
    done = marked.with_columns(
        pl.when("_local").then(pl.lit(base)).otherwise("lines.currency").alias("lines.currency"),
        pl.when(pl.col("_local") & pl.col("lines.rate").is_null())
        .then(pl.lit(1))
        .otherwise("lines.rate")
        .cast(schema.RATE)
        .alias("lines.rate"),
        *(
            pl.when(~pl.col("_local")).then(value).cast(schema.AMOUNT).alias(name)
            for name, value in zip(_FX, fx, strict=True)
        ),
    )
    return done.drop("_local", "_unlike"), base, problems


def quantities(frame: pl.DataFrame, grid: Grid) -> tuple[pl.DataFrame, list[Problem]]:
    """Add the quantity of each row from the column of its side."""
    debit, credit = pl.col("quantity.debit"), pl.col("quantity.credit")
    on_credit = (pl.col("lines.debit").fill_null(0) == 0) & (
        pl.col("lines.credit").fill_null(0) != 0
    )
    own = pl.when(on_credit).then(credit).otherwise(debit)
    both = frame.filter(debit.is_not_null() & credit.is_not_null())
    problems = []
    if both.height:
        problems.append(TWO_QUANTITIES.at(grid.place(both[INDEX][0], "nd_s"), count=both.height))
    return frame.with_columns(pl.coalesce(own, debit, credit).alias("lines.quantity")), problems
