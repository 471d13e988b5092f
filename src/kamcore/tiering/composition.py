"""Composition (构成分析): what part of an amount each grade, region, salesperson or item has.

Nothing is left out: what belongs to no part stands under a null part, and the parts sum to what
came in, which is asserted.
"""

from typing import Any

import polars as pl

from kamcore.errors import BooksError, Fault
from kamcore.ledger.engine import conserved
from kamcore.place import Place
from kamcore.tiering.facts import AMOUNT, ratio

__all__ = ["composition"]

NO_COLUMN = Fault(
    code="R1301",
    zh="数据表缺少列「{value}」, 不能按它分析构成",
    en="the frame has no column {value!r} to take its composition by",
    hint_zh="现有列: {known}",
    hint_en="its columns are {known}",
)


def composition(
    amounts: pl.DataFrame,
    by: str,
    *,
    amount: str = "amount",
    parts: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Sum an amount by a column, the largest part first.

    `amounts` has the column itself (``item``), or ``customer``, and `parts` says to which part
    each customer belongs (``customer`` and the column `by`: its tier, region, credit grade).
    Columns: the part (null for what belongs to none), ``amount``, ``share`` of the sum (null
    where that is zero), ``customers``.

    Raises:
        BooksError: a column is missing.
    """
    rows = amounts
    if parts is not None:
        known = parts.select("customer", by).unique("customer", keep="first", maintain_order=True)
        rows = rows.drop(by, strict=False).join(known, on="customer", how="left")
    for name in (by, amount):
        if name not in rows.columns:
            raise BooksError(NO_COLUMN.at(Place(), name, known=", ".join(rows.columns)))
    part = pl.col(by).replace("", None) if rows.schema[by] == pl.String else pl.col(by)
    who = pl.col("customer").n_unique() if "customer" in rows.columns else pl.lit(None)
    found = (
        rows.with_columns(part.alias(by))
        .group_by(by)
        .agg(amount=pl.col(amount).cast(AMOUNT).sum(), customers=who.cast(pl.Int64))
    )
    conserved("composition", _sum(amounts, amount), _sum(found, "amount"))
    return (
        found.with_columns(share=ratio(pl.col("amount"), pl.col("amount").sum()))
        .sort("amount", by, descending=[True, False], nulls_last=True)
        .select(by, "amount", "share", "customers")
    )


def _sum(frame: pl.DataFrame, name: str) -> Any:
    return frame.select(pl.col(name).cast(AMOUNT).sum()).item()
