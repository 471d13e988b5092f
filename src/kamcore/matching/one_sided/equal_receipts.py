"""Rents and instalments: receipts of an amount that several documents have.

Both name the month they are for, or there are as many receipts as documents of the amount: then
the first belongs to the first and the last to the last, however long this party usually takes.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import polars as pl

from kamcore.matching.one_sided.amounts import is_part
from kamcore.matching.one_sided.group import Group
from kamcore.matching.one_sided.naming import Naming
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.policy import Answer
from kamcore.matching.references import folded

__all__ = ["SCORE", "in_order"]

SCORE = 68
"""What one order on both sides, or one month named by both, is worth."""

Row = dict[str, Any]


def in_order(pool: Pool, naming: Naming) -> Iterator[Group]:
    """Pair documents and receipts of an amount that recurs, by the month they name or in order."""
    rows: dict[tuple[str, str, int], tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row in _recurring(pool).iter_rows(named=True):
        if not row["is_item"] and (row["is_advance"] or naming.items(row["doc"])):
            continue
        rows[row["key"], row["currency"], row["units"]][0 if row["is_item"] else 1].append(row)
    for items, receipts in rows.values():
        if not (items and receipts):
            continue
        for item, receipt in _pairs(items, receipts, pool):
            yield Group(
                rule="same_amount",
                receipts=((receipt["doc"], receipt["units"]),),
                items=((item["doc"], item["units"]),),
                key=str(len(items)),
                answer=Answer.SEVERAL,
                score=SCORE,
            )


def _recurring(pool: Pool) -> pl.DataFrame:
    """Open documents and receipts of amounts that stand more than once, by their dates."""
    text = folded(pl.col("text").fill_null(""))
    same = ["key", "currency", "units", "is_item"]
    rows = pool.open().filter(
        pl.col("key").is_not_null(), pl.col("date").is_not_null(), pl.col("units") > 0
    )
    rows = rows.with_columns(month=text.str.extract(r"(\d{1,2})月"), part=is_part())
    rows = rows.filter(pl.col("is_item") | ~pl.col("part"))
    often = (pl.len().over(same) > 1).any().over(same[:3])
    return rows.filter(often).sort("key", "currency", "units", "date", "id")


def _pairs(items: list[Row], receipts: list[Row], pool: Pool) -> Iterator[tuple[Row, Row]]:
    named = [
        (item, receipt)
        for item in items
        for receipt in receipts
        if item["month"] and item["month"] == receipt["month"] and _fits(item, receipt, pool)
    ]
    sure = [
        (item, receipt)
        for item, receipt in named
        if sum(other is item for other, _ in named) == 1
        and sum(other is receipt for _, other in named) == 1
    ]
    yield from sure
    gone = {row["doc"] for pair in sure for row in pair}
    left = [[row for row in rows if row["doc"] not in gone] for rows in (items, receipts)]
    if len(left[0]) == len(left[1]):
        ordered = list(zip(*left, strict=True))
        if all(_fits(item, receipt, pool) for item, receipt in ordered):
            yield from ordered


def _fits(item: Row, receipt: Row, pool: Pool) -> bool:
    days: int = (receipt["date"] - item["date"]).days
    return -pool.policy.before <= days <= pool.policy.after
