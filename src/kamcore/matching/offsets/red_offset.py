"""Red items against blue ones of the same account and party (红票对冲): applications, no voucher.

A red line takes back the blue one that names its number, in part if it is less; without a number
the nearest earlier blue one of exactly its amount.  Both stand on the same account with the same
auxiliary items, so no balance moves and nothing is to be booked (accounting.md 3.3); what is
settled is said by dated applications, and an undo is one that reverses another.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import narwhals as nw
import polars as pl

from kamcore.books import schema
from kamcore.ledger.draft import rounded
from kamcore.ledger.engine import AMOUNT, SUM, Source, open_frames
from kamcore.matching.candidates import nearest
from kamcore.matching.parties.sides import (
    UNIT_SCALE,
    Side,
    control_accounts,
    named_numbers,
    signed_lines,
)

__all__ = ["red_offsets", "undone"]

_KEY = ["dimension", "party", "account", "currency", "on_debit"]


def red_offsets(source: Source, as_of: dt.date, *, person: str | None = None) -> Any:
    """Applications of red lines to blue ones up to a day, as the table ``applications``.

    ``item`` and ``receipt`` are the blue and the red line (``voucher_id/line_no/split_no``);
    ``amount`` is in base currency, ``fx_amount`` in that of the lines; the rule is ``red_offset``.
    A line is settled by one other at most.

    The frame is of the caller's kind.  Lines that stand with a red one on the same account, party,
    currency and side are found in the caller's engine; these alone come to one machine, where
    each red line gets its own.

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
    """
    frames = open_frames(source)
    side = Side(frames=frames, accounts=control_accounts(frames, "both", notes=True))
    lines = _beside_red_ones(side, as_of)
    blue, red = lines.filter(~pl.col("red")), lines.filter("red")
    pairs = pl.concat([_by_number(blue, red), _by_amount(blue, red)])
    # A number says more than an amount, so it comes first for both lines.
    found = nearest(pairs)
    return frames.hand_back(_applications(found, lines, as_of, person))


def _beside_red_ones(side: Side, as_of: dt.date) -> pl.DataFrame:
    """Red lines and the blue ones they may take back, with an ``id`` in the order of the lines."""
    rows = signed_lines(side, None).filter(nw.col("date") <= nw.lit(as_of))
    raises = nw.col("amount") > 0
    rows = rows.with_columns(red=raises != nw.col("on_debit"))
    reds = rows.filter(nw.col("red")).select(*_KEY).unique()
    found = side.frames.fetch(rows.join(reds, on=_KEY, how="semi"))
    order = (*_KEY[:2], "currency", "date", "voucher_id", "line_no", "split_no")
    lines = found.with_columns(
        pl.col("split_no").fill_null(1),
        amount=pl.col("amount").cast(schema.AMOUNT),
        units=(pl.col("amount") * UNIT_SCALE).cast(pl.Int64),
        text=pl.col("summary").fill_null(""),
    )
    return lines.sort(order).collect().with_row_index("id")


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
        pl.col("amount", "base").abs(),
        line=pl.concat_str("voucher_id", "line_no", "split_no", separator="/"),
    )
    rows = found.join(named, left_on="ours", right_on="id").join(
        named, left_on="theirs", right_on="id", suffix="_red"
    )
    shares = [_share(row) for row in rows.select("amount", "base", "amount_red").iter_rows()]
    blue = pl.Series("share", shares, dtype=schema.AMOUNT)
    made = (
        rows.with_columns(blue)
        .sort("ours")
        .select(
            id=pl.format("red {}", "line_red"),
            item="line",
            receipt="line_red",
            date=pl.lit(as_of),
            amount=pl.min_horizontal("share", "base_red"),
            fx_amount="amount_red",
            rule=pl.lit("red_offset"),
            person=pl.lit(person, dtype=pl.String),
        )
    )
    return pl.concat([schema.APPLICATIONS.empty(), made], how="diagonal")


def _share(row: tuple[Decimal, Decimal, Decimal]) -> Decimal:
    """What the amount of a red line is in base currency at the rate of the blue one."""
    whole, base, part = row
    if base == whole:
        return part
    return base if part == whole else rounded(base * part / whole)


def undone(applications: Any, date: dt.date) -> Any:
    """The applications that take others back on a day: each names the one it reverses.

    The table may be of any engine; what comes back is of its kind.
    """
    frames = open_frames({"applications": applications})
    rows = frames.tables["applications"]
    known = rows.collect_schema()
    zero = nw.lit(0).cast(SUM)
    amounts = ("amount", "fx_amount")
    back = rows.with_columns(
        reverses=nw.col("id"),
        id=nw.concat_str(nw.lit("undo "), nw.col("id")),
        date=nw.lit(date),
        **{name: (zero - nw.col(name)).cast(AMOUNT) for name in amounts if name in known},
    )
    return frames.give(back)
