"""Red and self-cancelling pairs (红蓝对冲): found before everything else, on both sides.

A red document cancels a blue one of its own side, party, currency and amount.  It is certain when
both name one number, or when there is no other document of this amount that could be meant on
either side.  A red document of another amount (a partial return) cancels nothing by itself.
"""

import polars as pl

from kamcore.matching.one_sided.group import Group, disjoint
from kamcore.matching.one_sided.pool import Pool

__all__ = ["cancel"]

_SAME = ("is_item", "key", "currency", "size")


def cancel(pool: Pool) -> None:
    """Take the pairs that are certain out of the pool."""
    pool.take(disjoint(_by_number(pool))[0])
    pool.take(_by_amount(pool))


def _sized(pool: Pool) -> pl.DataFrame:
    docs = pool.open().filter(pl.col("key").is_not_null() & (pl.col("units") != 0))
    return docs.with_columns(size=pl.col("units").abs(), is_red=pl.col("units") < 0)


def _by_number(pool: Pool) -> list[Group]:
    """Red and blue that name one number; a number that fits several blues decides nothing."""
    docs = _sized(pool).select("doc", "is_red", *_SAME).join(pool.refs, on="doc")
    docs = docs.rename({"key_right": "number"})
    red = docs.filter("is_red").select("doc", "number", *_SAME)
    blue = docs.filter(~pl.col("is_red")).select("doc", "number", *_SAME)
    pairs = red.join(blue, on=[*_SAME, "number"], suffix="_blue")
    pairs = pairs.sort("number").unique(["doc", "doc_blue"], keep="first")
    return [
        _pair(row, "red_reference") for row in pairs.sort("doc", "doc_blue").iter_rows(named=True)
    ]


def _by_amount(pool: Pool) -> list[Group]:
    """The only red and the only blue of an amount; no document of the other side has it."""
    docs = _sized(pool)
    amounts = docs.group_by(_SAME).agg(
        reds=pl.col("is_red").sum(),
        blues=(~pl.col("is_red")).sum(),
        doc=pl.col("doc").filter("is_red").first(),
        doc_blue=pl.col("doc").filter(~pl.col("is_red")).first(),
        after=pl.col("date").filter("is_red").first()
        >= pl.col("date").filter(~pl.col("is_red")).first(),
    )
    single = amounts.filter((pl.col("reds") == 1) & (pl.col("blues") == 1))
    single = single.filter(pl.col("after").fill_null(value=False))
    other = amounts.with_columns(is_item=~pl.col("is_item"))
    single = single.join(other, on=_SAME, how="anti")
    return [_pair(row, "red_pair") for row in single.sort("doc").iter_rows(named=True)]


def _pair(row: dict[str, object], rule: str) -> Group:
    size = int(row["size"])  # type: ignore[call-overload]
    parts = ((int(row["doc_blue"]), size), (int(row["doc"]), -size))  # type: ignore[call-overload]
    ordered = tuple(sorted(parts))
    key = str(row.get("number") or "")
    if row["is_item"]:
        return Group(rule=rule, receipts=(), items=ordered, key=key)
    return Group(rule=rule, receipts=ordered, items=(), key=key)
