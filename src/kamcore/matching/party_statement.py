"""Statements of account (对账单): what a party owed, what came and went, and what it owes.

Every record of the span is listed with its kind, as regular reconciliation asks for sales,
discounts, returns and payments (S163).  The kind is that of the column the line stands on and of
its red sign; the text tells a discount from a payment.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.ledger.draft import money_text
from kamcore.ledger.sources import Source, books_of
from kamcore.matching.identifying import named_by
from kamcore.matching.sides import (
    Side,
    control_accounts,
    first_day,
    lay_out,
    members_in_use,
    openings,
)

__all__ = ["LINE_KINDS", "Statement", "StatementLine", "StatementPolicy", "statements"]

LINE_KINDS = {
    "sale": ("销售", "sale"),
    "return": ("退货", "return"),
    "discount": ("折扣", "discount"),
    "payment": ("收付款", "payment"),
    "other": ("其他", "other"),
}
"""Kinds of lines, in Chinese and in English."""

ZERO = Decimal(0)
_SUM = pl.Decimal(38, 4)
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


@attrs.frozen(kw_only=True)
class StatementLine:
    """A line: both sides positive as booked, and the balance after it, debit positive."""

    date: dt.date | None
    voucher: str
    text: str
    kind: str
    debit: Decimal
    credit: Decimal
    balance: Decimal

    def to_json(self, currency: str = "CNY") -> dict[str, Any]:
        """A row under ``--json``."""
        amounts = {
            name: money_text(getattr(self, name), currency)
            for name in ("debit", "credit", "balance")
        }
        day = self.date.isoformat() if self.date else None
        return {
            "date": day,
            "voucher": self.voucher,
            "summary": self.text,
            "kind": self.kind,
            **amounts,
        }


@attrs.frozen(kw_only=True)
class Statement:
    """The statement of one party in one currency; balances are signed, debit positive."""

    party: str
    name: str
    currency: str
    since: dt.date
    as_of: dt.date
    direction: str
    opening: Decimal
    lines: tuple[StatementLine, ...] = attrs.field(repr=False)

    @property
    def debit(self) -> Decimal:
        """Sum of the debits of the span."""
        return sum((line.debit for line in self.lines), ZERO)

    @property
    def credit(self) -> Decimal:
        """Sum of the credits of the span."""
        return sum((line.credit for line in self.lines), ZERO)

    @property
    def closing(self) -> Decimal:
        """The balance at the end."""
        return self.opening + self.debit - self.credit

    def by_kind(self) -> dict[str, Decimal]:
        """What each kind of line did to the balance, kinds without lines left out."""
        found: dict[str, Decimal] = {}
        for kind in LINE_KINDS:
            lines = [line for line in self.lines if line.kind == kind]
            if lines:
                found[kind] = sum((line.debit - line.credit for line in lines), ZERO)
        return found

    def to_json(self) -> dict[str, Any]:
        """A statement under ``--json``."""
        figures = ("opening", "debit", "credit", "closing")
        return {
            "party": self.party,
            "name": self.name,
            "currency": self.currency,
            **{name: money_text(getattr(self, name), self.currency) for name in figures},
            "kinds": {k: money_text(v, self.currency) for k, v in self.by_kind().items()},
            "rows": [line.to_json(self.currency) for line in self.lines],
        }


def statements(
    books: Source,
    as_of: dt.date,
    *,
    since: dt.date | None = None,
    party: str | None = None,
    policy: StatementPolicy | None = None,
) -> Iterator[Statement]:
    """Statements of one party or of all, in the order of their codes, one per currency.

    `since` is the first day listed, by default the first month of the books; what came before it
    is the opening.  A party without balance and without lines in the span has no statement.

    Raises:
        UsageError: no party or several are meant.
    """
    policy = policy or StatementPolicy()
    books = books_of(books)
    accounts = control_accounts(
        books, policy.direction, accounts=policy.accounts, notes=policy.notes
    )
    side = Side(frames=books, accounts=accounts)
    members = members_in_use(side).drop_nulls("member")
    if party is not None:
        members = named_by(members, party)
    links = members.select("dimension", "member", party="member")
    first = since or first_day(books) or as_of
    lines = lay_out(side, links).filter(pl.col("date") <= as_of)
    names = dict(members.select("member", "name").iter_rows())
    rows = _with_kinds(lines.filter(pl.col("date") >= first), policy.direction)
    parts = rows.partition_by(["party", "currency"], as_dict=True)
    for (code, currency), opening in sorted(_openings(side, links, lines, first).items()):
        part = parts.get((code, currency))
        if part is None and not opening:
            continue
        yield Statement(
            party=code,
            name=names.get(code) or code,
            currency=currency,
            since=first,
            as_of=as_of,
            direction=policy.direction,
            opening=opening,
            lines=() if part is None else _lines(part, opening),
        )


def _openings(
    side: Side, links: pl.DataFrame, lines: pl.DataFrame, first: dt.date
) -> dict[tuple[str, str], Decimal]:
    keys = ["party", "currency"]
    before = pl.col("amount").cast(_SUM).filter(pl.col("date") < first).sum()
    moved = lines.group_by(keys).agg(before=before)
    both = moved.join(openings(side, links), on=keys, how="full", coalesce=True)
    total = pl.col("before").fill_null(0) + pl.col("stated").fill_null(0)
    rows = both.select(*keys, total=total.cast(_SUM)).iter_rows()
    return {(code, currency): amount for code, currency, amount in rows}


def _with_kinds(lines: pl.DataFrame, direction: str) -> pl.DataFrame:
    """Add ``kind``: by side and sign on the trade accounts, ``other`` elsewhere."""
    raising = pl.col("on_debit") if direction == "receivable" else ~pl.col("on_debit")
    red = (pl.col("units") > 0) != pl.col("on_debit")
    said = pl.col("text").str.contains(_DISCOUNT)
    on_trade = pl.col("role").is_in(_TRADE) | (pl.col("role") == "")
    kind = (
        pl.when(said & (red | ~raising))
        .then(pl.lit("discount"))
        .when(~on_trade)
        .then(pl.lit("other"))
        .when(raising & red)
        .then(pl.lit("return"))
        .when(raising)
        .then(pl.lit("sale"))
        .otherwise(pl.lit("payment"))
    )
    return lines.with_columns(kind=kind)


def _lines(rows: pl.DataFrame, opening: Decimal) -> tuple[StatementLine, ...]:
    found, balance = [], opening
    ordered = rows.sort("date", "voucher_id", "line_no", "split_no")
    columns = ("date", "voucher", "text", "kind", "amount", "on_debit")
    for row in ordered.select(columns).iter_rows(named=True):
        amount = row["amount"]
        balance += amount
        found.append(
            StatementLine(
                date=row["date"],
                voucher=row["voucher"] or "",
                text=row["text"],
                kind=row["kind"],
                debit=amount if row["on_debit"] else ZERO,
                credit=ZERO if row["on_debit"] else -amount,
                balance=balance,
            )
        )
    return tuple(found)
