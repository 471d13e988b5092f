"""Red items against blue ones of the same account and party (红票对冲): applications, no voucher.

A red line takes back the blue one that names its number, in part if it is less; without a number
the nearest earlier blue one of exactly its amount.  Both stand on the same account with the same
auxiliary items, so no balance moves and nothing is to be booked (accounting.md 3.3); what is
settled is said by dated applications, and an undo is one that reverses another.
"""

import datetime as dt

import polars as pl

from kamcore.books import schema
from kamcore.ledger.sources import Source, books_of
from kamcore.matching.candidates import nearest
from kamcore.matching.sides import Side, control_accounts, lay_out, members_in_use, named_numbers

__all__ = ["red_offsets", "undone"]

_KEY = ["party", "account", "currency", "on_debit"]


def red_offsets(books: Source, as_of: dt.date, *, person: str | None = None) -> pl.DataFrame:
    """Applications of red lines to blue ones up to a day, as the table ``applications``.

    ``item`` and ``receipt`` are the blue and the red line (``voucher_id/line_no/split_no``), the
    amount is in base currency, the rule ``red_offset``.  A line is settled by one other at most.
    """
    books = books_of(books)
    side = Side(frames=books, accounts=control_accounts(books, "both", notes=True))
    members = members_in_use(side).drop_nulls("member")
    links = members.select("dimension", "member", party=pl.format("{}/{}", "dimension", "member"))
    lines = lay_out(side, links).filter(pl.col("date") <= as_of)
    lines = lines.with_columns(red=(pl.col("units") < 0) == pl.col("on_debit"))
    blue, red = lines.filter(~pl.col("red")), lines.filter("red")
    pairs = pl.concat([_by_number(blue, red), _by_amount(blue, red)])
    # A number says more than an amount, so it comes first for both lines.
    found = nearest(pairs)
    return _applications(found, lines, as_of, person)


def _by_number(blue: pl.DataFrame, red: pl.DataFrame) -> pl.DataFrame:
    a, b = (
        frame.select("id", "date", "units", *_KEY).join(
            named_numbers(frame).filter("strong").select("id", "ref"), on="id"
        )
        for frame in (blue, red)
    )
    both = a.join(b, on=[*_KEY, "ref"], suffix="_red")
    fits = both.filter(
        (pl.col("units").abs() >= pl.col("units_red").abs())
        & (pl.col("date") <= pl.col("date_red"))
    )
    return _pairs(fits, 0)


def _by_amount(blue: pl.DataFrame, red: pl.DataFrame) -> pl.DataFrame:
    columns = ["id", "date", "units", *_KEY]
    turned = red.select(columns).with_columns(units=-pl.col("units"))
    both = blue.select(columns).join(turned, on=[*_KEY, "units"], suffix="_red")
    return _pairs(both.filter(pl.col("date") <= pl.col("date_red")), 100_000)


def _pairs(both: pl.DataFrame, base: int) -> pl.DataFrame:
    days = (pl.col("date_red") - pl.col("date")).dt.total_days()
    return both.select(pl.col("id").alias("ours"), theirs="id_red", cost=days + base).unique()


def _applications(
    found: pl.DataFrame, lines: pl.DataFrame, as_of: dt.date, person: str | None
) -> pl.DataFrame:
    named = lines.select(
        "id",
        "amount",
        line=pl.concat_str("voucher_id", "line_no", "split_no", separator="/"),
    )
    rows = found.join(named, left_on="ours", right_on="id").join(
        named, left_on="theirs", right_on="id", suffix="_red"
    )
    amount = pl.min_horizontal(pl.col("amount").abs(), pl.col("amount_red").abs())
    made = rows.sort("ours").select(
        id=pl.format("red {}", "line_red"),
        item="line",
        receipt="line_red",
        date=pl.lit(as_of),
        amount=amount.cast(schema.AMOUNT),
        rule=pl.lit("red_offset"),
        person=pl.lit(person, dtype=pl.String),
    )
    return pl.concat([schema.APPLICATIONS.empty(), made], how="diagonal")


def undone(applications: pl.DataFrame, date: dt.date) -> pl.DataFrame:
    """The applications that take others back on a day: each names the one it reverses."""
    return applications.with_columns(
        reverses="id",
        id=pl.format("undo {}", "id"),
        date=pl.lit(date),
        amount=(-pl.col("amount")).cast(schema.AMOUNT),
    )
