"""Receipts whose payer is not known, or names another party's document: proposals only.

A bank leaves the payer out, a cashier types only 货款, a third party pays (代付).  What speaks for
a party is its name in the text, or that its documents, one, two or neighbours in the order of
their dates, add up to the receipt.  A name alone proposes nothing: an amount has to say so too.
"""

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import attrs
import polars as pl

from kamcore.matching.one_sided.group import Group
from kamcore.matching.one_sided.grouping import EARLY
from kamcore.matching.one_sided.naming import STRONG
from kamcore.matching.one_sided.pool import Pool
from kamcore.matching.one_sided.searching import LIKELY
from kamcore.matching.policy import Answer
from kamcore.model.company_name import CompanyName, folded

__all__ = ["PAYER_SCORES", "of_unknown_payers", "paid_by_others"]

PAYER_SCORES = {"named": 70, "called": 64, "adds_up": 54, "several": 51}
"""Worth of a number that is named, a party whose name the text has, and of mere sums."""

RUN = 12
"""Neighbours that are added up."""
PAIRED = 300
"""Documents of a party of which every two are added up."""
_SHORTEST = 4
"""Characters of a name that is looked for in texts."""


@attrs.frozen(kw_only=True)
class _Sum:
    """Documents of one party that add up to a receipt."""

    key: str
    docs: tuple[int, ...]


def paid_by_others(pool: Pool) -> list[Group]:
    """Receipts that name one document of another party, with exactly its amount."""
    receipts = pool.open(is_item=False).filter(pl.col("key").is_not_null(), pl.col("units") > 0)
    items = pool.open(is_item=True).filter(pl.col("units") > 0)
    numbers = pool.refs.filter(pl.col("digits") >= STRONG).select("doc", number="key")
    own = pool.refs.filter("is_own").select("doc", number="key")
    owners = items.join(own, on="doc").filter(pl.col("doc").n_unique().over("number") == 1)
    said = receipts.join(numbers, on="doc")
    pairs = said.join(owners, on=["currency", "units", "number"], suffix="_item")
    pairs = pairs.filter(pl.col("key") != pl.col("key_item")).sort("doc", "doc_item", "number")
    return [
        Group(
            rule="reference_elsewhere",
            receipts=((row["doc"], row["units"]),),
            items=((row["doc_item"], row["units"]),),
            key=row["number"],
            score=PAYER_SCORES["named"],
        )
        for row in pairs.unique(["doc", "doc_item"], keep="first", maintain_order=True).iter_rows(
            named=True
        )
    ]


def of_unknown_payers(pool: Pool) -> Iterator[Group]:
    """For each receipt without a party the likeliest documents of one party that add up to it."""
    receipts = pool.open(is_item=False).filter(
        pl.col("key").is_null(), ~pl.col("is_advance"), pl.col("units") > 0
    )
    if receipts.is_empty():
        return
    items = pool.open(is_item=True).filter(pl.col("key").is_not_null(), pl.col("units") > 0)
    order = pl.coalesce("due", "date")
    items = items.sort("key", "currency", order, "date", "doc", nulls_last=True)
    called = _called(pool, items)
    for currency in receipts["currency"].unique().sort():
        asked = list(receipts.filter(currency=currency).sort("doc").iter_rows(named=True))
        mine = items.filter(currency=currency)
        wanted = {target for row in asked for target in _targets(row)}
        sums, looked = _sums(pool, mine, wanted)
        rows = {row["doc"]: row for row in mine.iter_rows(named=True)}
        places = sum(mine["units"]) or 1
        for receipt in asked:
            group = _likeliest(receipt, sums, rows, called, (looked, places, pool.policy.after))
            if group is not None:
                yield group


def _targets(receipt: dict[str, Any]) -> tuple[int, ...]:
    held = receipt["stated"] or 0
    return tuple(dict.fromkeys((receipt["units"], receipt["units"] + held)))


def _called(pool: Pool, items: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """By party the words that call it in a text: its full name and the core of it."""
    named = pool.docs.filter(pl.col("key").is_in(items["key"].unique().implode()))
    names = named.select("key", name=pl.coalesce("party_name", "party")).unique().sort(pl.all())
    found: dict[str, set[str]] = {}
    for key, name in names.iter_rows():
        said = CompanyName.of(name)
        words = {said.full, f"{said.region}{said.core}", said.core}
        if said.is_company:
            found.setdefault(key, set()).update(w for w in words if len(w) >= _SHORTEST)
    # A word that several parties share tells none of them.
    counts: dict[str, int] = {}
    for words in found.values():
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return {
        key: tuple(sorted(word for word in words if counts[word] == 1))
        for key, words in found.items()
    }


def _sums(pool: Pool, items: pl.DataFrame, wanted: set[int]) -> tuple[dict[int, list[_Sum]], int]:
    """Single documents, neighbours and pairs with a wanted sum; and how many were looked at."""
    found: dict[int, list[_Sum]] = {}
    looked = 0
    for (key,), some in items.group_by("key", maintain_order=True):
        docs, units = some["doc"].to_list(), some["units"].to_list()
        picks: dict[tuple[int, ...], int] = {(at,): unit for at, unit in enumerate(units)}
        for first in range(len(units)):
            total = units[first]
            for last in range(first + 1, min(len(units), first + RUN)):
                total += units[last]
                picks[tuple(range(first, last + 1))] = total
        if len(units) <= PAIRED:
            for a, b in combinations(range(len(units)), 2):
                picks[a, b] = units[a] + units[b]
        looked += len(picks)
        for pick, total in picks.items():
            if total in wanted:
                one = _Sum(key=str(key), docs=tuple(docs[at] for at in pick))
                found.setdefault(total, []).append(one)
    pool.work += looked
    return found, looked


def _likeliest(
    receipt: dict[str, Any],
    sums: dict[int, list[_Sum]],
    rows: dict[int, dict[str, Any]],
    called: dict[str, tuple[str, ...]],
    bounds: tuple[int, int, int],
) -> Group | None:
    """The proposal for one receipt; several parties that fit make it a weaker one."""
    looked, places, after = bounds
    text = folded(receipt["text"] or "").replace(" ", "")
    for target in _targets(receipt):
        fit = [one for one in sums.get(target, ()) if _in_time(receipt, one, rows, after)]
        mine = [one for one in fit if any(word in text for word in called.get(one.key, ()))]
        step = math.gcd(target, *(rows[doc]["units"] for one in fit for doc in one.docs)) or 1
        if not mine and looked * step / places > LIKELY:
            continue
        choices = mine or fit
        if not choices:
            continue
        best = min(choices, key=lambda one: (len(one.docs), _late(receipt, one, rows), one.docs))
        held = target - receipt["units"]
        is_only = len(choices) == 1
        worth = "called" if mine else "adds_up" if is_only else "several"
        return Group(
            rule="payer_named" if mine else "payer_unknown",
            receipts=((receipt["doc"], receipt["units"]),),
            items=tuple((doc, rows[doc]["units"]) for doc in sorted(best.docs)),
            answer=Answer.UNIQUE if is_only else Answer.SEVERAL,
            difference=held,
            difference_reason=receipt["why"] if held else None,
            score=PAYER_SCORES[worth],
        )
    return None


def _in_time(
    receipt: dict[str, Any], one: _Sum, rows: dict[int, dict[str, Any]], after: int
) -> bool:
    days = [
        (receipt["date"] - rows[doc]["date"]).days
        for doc in one.docs
        if receipt["date"] and rows[doc]["date"]
    ]
    return all(-EARLY <= day <= after for day in days)


def _late(receipt: dict[str, Any], one: _Sum, rows: dict[int, dict[str, Any]]) -> int:
    """Days between the receipt and the last due date."""
    dues = [rows[doc]["due"] or rows[doc]["date"] for doc in one.docs]
    known = [day for day in dues if day]
    return abs((receipt["date"] - max(known)).days) if known and receipt["date"] else 0
