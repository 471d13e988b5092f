"""The lines of statements of account (对账单) as one set query in the caller's engine.

Every record of the span is listed with its kind, as regular reconciliation asks for sales,
discounts, returns and payments (S163), and with the balance after it.  The kind is that of the
column the line stands on and of its red sign; the text tells a discount from a payment.
"""

import datetime as dt
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.ledger.engine import AMOUNT, SUM, Frames, Source, open_frames, running, stack
from kamcore.matching.parties.identifying import named_by
from kamcore.matching.parties.sides import (
    Side,
    control_accounts,
    first_day,
    members_in_use,
    signed_lines,
    stated_openings,
)

__all__ = ["OPENING", "StatementPolicy", "lazy_statement_lines", "statement_lines"]

OPENING = "opening"
"""The kind of the row that says what a party stood at before the span."""

_KEYS = ("party", "currency")
_PLACE = ("voucher_id", "line_no", "split_no")
_ORDER = (*_KEYS, "date", *_PLACE)
_LINE = (*_PLACE, "voucher", "account", "text")
_DISCOUNT = "折扣|返利|返点|折让|让利"
_TRADE = ("ar_trade", "ar_estimated", "ap_trade", "ap_estimated")


@attrs.frozen(kw_only=True)
class StatementPolicy:
    """Which accounts a statement is about: ``receivable`` or ``payable``, by role or by code."""

    direction: str = attrs.field(
        default="receivable", validator=attrs.validators.in_(("receivable", "payable"))
    )
    accounts: tuple[str, ...] | None = None
    notes: bool = False


def statement_lines(
    source: Source,
    as_of: dt.date,
    *,
    since: dt.date | None = None,
    party: str | None = None,
    policy: StatementPolicy | None = None,
) -> Any:
    """Every line of the statements of one party or of all, in the kind of frame that came in.

    Columns: ``party``, ``name`` (null where the source does not say it), ``currency``, ``date``,
    ``voucher_id``, ``line_no``, ``split_no``, ``voucher`` (word and number), ``account``,
    ``text``, ``kind``, ``debit`` and ``credit`` (Decimal, 4 places, in the currency of the line,
    red negative on their own side) and ``balance`` (signed, debit positive, after the line).

    A statement begins with a row of the kind ``opening``, dated on the first day and without a
    line, whose balance came before; the other kinds are those of
    `kamcore.matching.parties.party_statement.LINE_KINDS`.  `since` is the first day listed, by
    default the first month of the books.  A party without balance and without lines in the span
    has no rows.  Rows are sorted by party, currency, date, voucher and line.

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
        UsageError: no party or several are meant.
    """
    frames = open_frames(source)
    first = since or first_day(frames) or as_of
    rows = lazy_statement_lines(frames, (first, as_of), party, policy or StatementPolicy())
    return frames.give(rows.sort(*_ORDER))


def lazy_statement_lines(
    frames: Frames, span: tuple[dt.date, dt.date], party: str | None, policy: StatementPolicy
) -> nw.LazyFrame[Any]:
    """The same over the days from the first to the last of `span`, lazy and unsorted."""
    accounts = control_accounts(
        frames, policy.direction, accounts=policy.accounts, notes=policy.notes
    )
    side = Side(frames=frames, accounts=accounts)
    links = None if party is None else _links(side, party)
    first, last = span
    rows = signed_lines(side, links).filter(nw.col("date") <= nw.lit(last))
    rows = rows.with_columns(amount=nw.col("amount").cast(SUM))
    within = _with_vouchers(frames, rows.filter(nw.col("date") >= nw.lit(first)))
    within = _with_kinds(within, policy.direction).select(*_KEYS, "date", *_LINE, *_FIGURES)
    before = rows.filter(nw.col("date") < nw.lit(first)).select(*_KEYS, nw_net=nw.col("amount"))
    parts = [
        before.with_columns(nw_lines=nw.lit(0)),
        within.select(*_KEYS, nw_net=nw.col("nw_net") - nw.col("nw_net"), nw_lines=nw.lit(1)),
    ]
    stated = stated_openings(side, links)
    if stated is not None:
        parts.append(stated.select(*_KEYS, nw_net=nw.col("stated"), nw_lines=nw.lit(0)))
    opening = stack(*parts).group_by(*_KEYS).agg(nw.col("nw_net").sum(), nw.col("nw_lines").max())
    opening = opening.filter((nw.col("nw_net") != 0) | (nw.col("nw_lines") > 0))
    both = stack(within, _as_rows(opening, within, first))
    told = running(both, _ORDER, {"balance": ("nw_net", _KEYS)})
    told = _named(frames, told, accounts)
    figures = (nw.col("kind"), nw.col("debit"), nw.col("credit"), nw.col("balance").cast(SUM))
    return told.select("party", "name", "currency", "date", *_LINE, *figures)


_FIGURES = ("kind", "debit", "credit", "nw_net")


def _links(side: Side, party: str) -> pl.DataFrame:
    members = members_in_use(side).drop_nulls("member")
    return named_by(members, party).select("dimension", "member", party="member")


def _with_vouchers(frames: Frames, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Word and number of the voucher as one text, and the texts of the line."""
    if frames.has("vouchers"):
        heads = frames.table("vouchers", ("voucher_id",), ("word", "number"))
        rows = rows.join(heads, on="voucher_id", how="left")
        number = nw.col("number").cast(nw.String)
        worded = ~nw.col("word").is_null() & (nw.col("word") != "")
        both = nw.concat_str(nw.col("word"), number, separator="-")
        voucher = nw.when(worded).then(both).otherwise(number)
    else:
        voucher = nw.lit(None, dtype=nw.String)
    return rows.with_columns(
        voucher=voucher,
        split_no=nw.col("split_no").fill_null(1),
        text=nw.col("summary").fill_null(""),
    )


def _with_kinds(rows: nw.LazyFrame[Any], direction: str) -> nw.LazyFrame[Any]:
    """Add both sides, ``nw_net``, and ``kind``: by side and sign on the trade accounts."""
    on_debit, net = nw.col("on_debit"), nw.col("amount")
    raising = on_debit if direction == "receivable" else ~on_debit
    red = (net > 0) != on_debit
    said = nw.col("text").str.contains(_DISCOUNT)
    on_trade = nw.col("role").is_in(_TRADE) | (nw.col("role") == "")
    of_trade = nw.when(raising).then(nw.lit("sale")).otherwise(nw.lit("payment"))
    of_trade = nw.when(raising & red).then(nw.lit("return")).otherwise(of_trade)
    kind = nw.when(~on_trade).then(nw.lit("other")).otherwise(of_trade)
    zero = nw.lit(0).cast(SUM)
    return rows.with_columns(
        kind=nw.when(said & (red | ~raising)).then(nw.lit("discount")).otherwise(kind),
        debit=nw.when(on_debit).then(net).otherwise(zero).cast(AMOUNT),
        credit=nw.when(on_debit).then(zero).otherwise(zero - net).cast(AMOUNT),
        nw_net=net,
    )


def _as_rows(
    opening: nw.LazyFrame[Any], lines: nw.LazyFrame[Any], first: dt.date
) -> nw.LazyFrame[Any]:
    """Openings as rows ahead of the lines of their party."""
    types = lines.collect_schema()
    zero = nw.lit(0).cast(AMOUNT)
    said = {"date": nw.lit(first), "kind": nw.lit(OPENING), "debit": zero, "credit": zero}
    # A blank voucher sorts before every voucher of the first day.
    blank = {name: nw.lit(None, dtype=types[name]) for name in _LINE}
    return opening.with_columns(**said, **blank).select(*types)


def _named(frames: Frames, rows: nw.LazyFrame[Any], accounts: pl.DataFrame) -> nw.LazyFrame[Any]:
    """The name of each party, of whichever dimension the accounts are kept by."""
    if not frames.has("members"):
        return rows.with_columns(name=nw.lit(None, dtype=nw.String))
    members = frames.table("members", ("dimension", "code"), ("name",))
    kept = members.filter(nw.col("dimension").is_in(accounts["dimension"].unique().to_list()))
    names = kept.select("name", party=nw.col("code")).group_by("party").agg(nw.col("name").min())
    return rows.join(names, on="party", how="left")
