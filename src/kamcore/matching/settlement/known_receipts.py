"""Which rows of a bank statement the books hold already.

A statement tells again what was booked by hand; without this the same money would settle twice.
A row and a booked receipt are one when party, currency and amount are the same and their days
are near; each stands for one other, the nearest first.
"""

import datetime as dt
from collections.abc import Iterable

import polars as pl

from kamcore.books import Books, schema
from kamcore.matching.candidates import keyed_candidates, nearest
from kamcore.matching.one_sided.columns import documents
from kamcore.matching.settlement.positions import open_lists
from kamcore.model.company_name import Aliases

__all__ = ["DAYS", "booked_receipts", "known_receipts"]

DAYS = 5
"""How far the day of a voucher may be from the day on the statement."""

_KEY = ["key", "currency", "units"]


def booked_receipts(
    books: Books, role: str = "customer", *, accounts: Iterable[str] | None = None
) -> pl.DataFrame:
    """Every receipt the books hold, settled or not, in the columns of the lists."""
    plain = books.replace(applications=schema.APPLICATIONS.empty())
    found: pl.DataFrame = open_lists(plain, dt.date.max, role, accounts=accounts)[1]
    return found


def known_receipts(
    booked: pl.DataFrame,
    listed: pl.DataFrame,
    *,
    aliases: Aliases | None = None,
    base_currency: str = "CNY",
    days: int = DAYS,
) -> pl.DataFrame:
    """Rows of a list that are receipts of the books: ``receipt`` (of the list) and ``line``."""
    both = documents(booked, listed, aliases or Aliases(), base_currency)
    both = both.drop_nulls(["key", "date"]).select("id", "date", "is_item", *_KEY)
    ours, theirs = both.filter("is_item"), both.filter(~pl.col("is_item"))
    pairs = keyed_candidates(ours.drop("is_item"), theirs.drop("is_item"), _KEY)
    found = nearest(pairs.filter(pl.col("cost") <= days).select("ours", "theirs", "cost"))
    return found.select(receipt="theirs", line="ours").sort("receipt")
