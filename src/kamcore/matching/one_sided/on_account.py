"""Receipts that no amount and no number explains: what they were likeliest paid for.

A part payment without a number, or one a little beyond a document, is put to the document whose
due date lies where this party's payments usually lie.  That is the least a proposal may rest on:
it comes after all others, and nothing is proposed where the text speaks of an advance or names
other documents.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from kamcore.matching.one_sided.amounts import fitting, is_part
from kamcore.matching.one_sided.group import Group
from kamcore.matching.one_sided.naming import Naming
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.one_sided.sequences import Habits
from kamcore.matching.policy import Answer

__all__ = ["SCORE", "on_account"]

SCORE = 50
"""What the order of due dates alone is worth."""

DAYS = 30
"""How far a payment may lie off the habit of its party."""

LEAST_PART = 0.1
"""The share of a document that a part payment comes to at least."""


def on_account(
    pool: Pool, naming: Naming, habits: Habits, taken: Iterable[int]
) -> Iterator[Group]:
    """Proposals for what is left when `taken` is proposed, each document in one of them."""
    gone = set(taken)
    pairs = _pairs(pool, naming, gone)
    ranked = [
        (off, row["doc"], row["doc_item"], row)
        for row in pairs.iter_rows(named=True)
        if (off := habits.off(row["key"], row["date"], row["due_item"] or row["date_item"]))
        <= DAYS
    ]
    for _, receipt, item, row in sorted(ranked, key=lambda one: one[:3]):
        if gone & {receipt, item}:
            continue
        gone |= {receipt, item}
        yield _group(row)


def _pairs(pool: Pool, naming: Naming, gone: set[int]) -> pl.DataFrame:
    """Silent receipts with the documents they may be a part of, or go a little beyond."""
    naming_others = [doc for doc in naming.named if naming.items(doc)]
    out = pl.Series([*gone, *naming_others], dtype=pl.UInt32).implode()
    receipts = pool.open(is_item=False).filter(
        pl.col("key").is_not_null(),
        pl.col("units") > 0,
        ~pl.col("is_advance"),
        ~pl.col("doc").is_in(out),
    )
    items = pool.open(is_item=True).filter(
        pl.col("units") > 0, ~pl.col("doc").is_in(pl.Series([*gone], dtype=pl.UInt32).implode())
    )
    pairs = receipts.join(items, on=["key", "currency"], suffix="_item").filter(fitting(pool))
    share = pl.col("units").cast(pl.Float64) / pl.col("units_item")
    less = is_part() & share.is_between(LEAST_PART, 1, closed="left")
    excess = (pl.col("units") - pl.col("units_item")).cast(pl.Float64)
    within = excess <= float(pool.policy.excess_share) * pl.col("units_item")
    return pairs.filter(less | (~is_part() & (excess > 0) & within)).sort("doc", "doc_item")


def _group(row: dict[str, Any]) -> Group:
    paid = min(row["units"], row["units_item"])
    return Group(
        rule="on_account",
        receipts=((row["doc"], paid),),
        items=((row["doc_item"], paid),),
        answer=Answer.SEVERAL,
        score=SCORE,
    )
