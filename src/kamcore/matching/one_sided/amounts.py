"""Exact amounts that stand only once: one receipt, one document, dates that fit.

Within a party and currency an amount is certain when exactly one open document and one receipt
have it.  A receipt that says what was held back is looked for with that added.  An advance, and a
receipt that names numbers of other documents, is not matched by its amount.
"""

import polars as pl

from kamcore.matching.one_sided.group import Group
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.references import folded

__all__ = ["fitting", "is_part", "single_amounts", "single_elsewhere", "speaking_of_others"]

_PART = r"部分|首付|首期|首款|余款|尾款|分期|第[一二三四五六\d][笔期次]"
_EXCESS = "[多超][收付](?:的)?部分"

_ROUND, _SOON = 10_000_000, 5
"""Thousands of yuan; days such an amount may come before the document it equals."""

_LONG = 6
"""Characters of a number that speaks against a document it is not the number of."""


def fitting(pool: Pool) -> pl.Expr:
    """The condition that the date of a receipt fits the date of a document (``date_item``)."""
    days = (pl.col("date") - pl.col("date_item")).dt.total_days()
    fits = days.is_between(-pool.policy.before, pool.policy.after)
    return fits.fill_null(value=True)


def single_amounts(pool: Pool) -> None:
    """Take the certain ones out of the pool, first as paid, then with what was held back."""
    for grossed in (False, True):
        pool.take(_certain(pool, grossed=grossed))


def _certain(pool: Pool, *, grossed: bool) -> list[Group]:
    same = ["key", "currency", "units"]
    receipts = pool.open(is_item=False).filter(pl.col("key").is_not_null())
    receipts = receipts.with_columns(paid=pl.col("units"))
    if grossed:
        receipts = receipts.filter(pl.col("stated") > 0)
        receipts = receipts.with_columns(units=pl.col("units") + pl.col("stated"))
    items = pool.open(is_item=True).filter(pl.col("key").is_not_null())
    receipts = receipts.filter(pl.len().over(same) == 1, ~pl.col("is_advance"))
    items = items.filter(pl.len().over(same) == 1)
    pairs = receipts.join(items, on=same, suffix="_item").filter(fitting(pool), _stands())
    pairs = _not_contradicted(pool, pairs)
    return [_group(row, "amount") for row in pairs.sort("doc").iter_rows(named=True)]


def is_part() -> pl.Expr:
    """Whether a receipt says it is a part of what is owed; what goes beyond (多收部分) is none."""
    text = folded(pl.col("text").fill_null("")).str.replace_all(_EXCESS, "")
    return text.str.contains(_PART)


def _stands() -> pl.Expr:
    """A part is no whole document, and a round amount none that is made out much later."""
    days = (pl.col("date") - pl.col("date_item")).dt.total_days().fill_null(0)
    is_round = pl.col("units") % _ROUND == 0
    return ~is_part() & ~(is_round & (days < -_SOON))


def _group(row: dict[str, int], rule: str, score: int | None = None) -> Group:
    difference = row["units"] - row["paid"]
    return Group(
        rule=rule,
        receipts=((row["doc"], row["paid"]),),
        items=((row["doc_item"], row["units"]),),
        difference=difference,
        difference_reason=str(row["why"]) if difference else None,
        score=score,
    )


def _not_contradicted(pool: Pool, pairs: pl.DataFrame) -> pl.DataFrame:
    """Leave out receipts that name numbers, none of which is nearly one of the document."""
    numbers = _spelled(pool)
    said = numbers.filter(pl.col("digits") >= _LONG).select("doc", "letters")
    named = pairs.join(said.select("doc").unique(), on="doc", how="semi")
    own = numbers.filter("is_own").select("letters", doc_item="doc")
    near = named.join(said, on="doc").join(own, on=["doc_item", "letters"]).select("doc")
    wrong = named.join(near, on="doc", how="anti").select("doc")
    return pairs.join(wrong, on="doc", how="anti")


def speaking_of_others(pool: Pool) -> frozenset[int]:
    """Open receipts that name numbers, none of which is nearly one of their party's documents."""
    numbers = _spelled(pool)
    docs = pool.open().select("doc", "is_item", "currency", party="key")
    told = numbers.join(docs, on="doc")
    said = told.filter(~pl.col("is_item"), pl.col("digits") >= _LONG)
    own = told.filter("is_item", "is_own").select("party", "currency", "letters").unique()
    known = said.join(own, on=["party", "currency", "letters"], how="semi").select("doc")
    return frozenset(said.join(known, on="doc", how="anti")["doc"].to_list())


def _spelled(pool: Pool) -> pl.DataFrame:
    """Numbers with their characters sorted: two digits exchanged in typing leave them alike."""
    sorted_ones = pl.col("key").str.split("").list.eval(pl.element().sort()).list.join("")
    return pool.refs.with_columns(letters=sorted_ones)


def single_elsewhere(pool: Pool, score: int) -> list[Group]:
    """Proposals for receipts without a known party: one document of any party has the amount."""
    same = ["currency", "units"]
    receipts = pool.open(is_item=False).with_columns(paid=pl.col("units"))
    receipts = receipts.filter(pl.len().over(same) == 1, pl.col("key").is_null())
    items = pool.open(is_item=True).filter(pl.len().over(same) == 1)
    pairs = receipts.filter(~pl.col("is_advance")).join(items, on=same, suffix="_item")
    pairs = _not_contradicted(pool, pairs.filter(fitting(pool)))
    return [_group(row, "amount_elsewhere", score) for row in pairs.iter_rows(named=True)]
