"""Month-end revaluation of foreign balances (期末调汇), as drafts.

Per account, members and currency: balance in transaction currency × closing rate less the ledger
balance in base currency.  The ledger balance counts, not last month's rate; where nothing is left
in transaction currency the whole remainder is cleared.  Only monetary items are revalued
(小企业会计准则 art. 77): advances, prepayments, stock and fixed assets are not.

Gains and losses go to 汇兑损益; under 小企业会计准则 a gain is 营业外收入, a loss 财务费用.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from typing import Any

import attrs
import narwhals as nw

from kamcore.books import schema
from kamcore.errors import Fault, UsageError
from kamcore.ledger.balances import Shape, Span, lazy_balances, span_of
from kamcore.ledger.draft import ZERO, Draft, DraftLine, rounded, sides
from kamcore.ledger.engine import Frames, Source, open_frames
from kamcore.ledger.selection import Scope
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.model.period import Period
from kamcore.model.role import standard_accounts
from kamcore.place import Place

__all__ = ["MONETARY_ROLES", "Revaluation", "RevaluationRow", "revalue"]

NO_CLOSING_RATE = Fault(
    code="L1321",
    zh="没有 {value} 的期末汇率",
    en="there is no closing rate for {value}",
)

MONETARY_ROLES = frozenset(
    {
        *("cash", "bank", "ar_trade", "ar_notes", "ar_other"),
        *("ap_trade", "ap_notes", "ap_other"),
    }
)
"""Roles of accounts that are revalued unless accounts are named."""

_LOANS = ("2001", "2501")
_PRECISION = 50


@attrs.frozen(kw_only=True)
class RevaluationRow:
    """One line of the history of a revaluation (调汇历史信息表); signed, debit positive."""

    account: str
    members: Mapping[str, str]
    currency: str
    rate: Decimal
    fx_balance: Decimal
    before: Decimal
    after: Decimal

    @property
    def adjustment(self) -> Decimal:
        """What is booked on the account."""
        return self.after - self.before


@attrs.frozen(kw_only=True)
class Revaluation:
    """The rows of a run, those without adjustment too, and a draft per currency."""

    period: tuple[int, int]
    rows: tuple[RevaluationRow, ...]
    drafts: tuple[Draft, ...]


def revalue(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    period: Period | tuple[int, int] | str,
    rates: Mapping[str, Decimal],
    *,
    accounts: Iterable[str] | None = None,
    indirect: Iterable[str] = (),
    date: dt.date | None = None,
) -> Revaluation:
    """Revalue foreign balances at the end of a period.

    `rates` are base per unit of currency, or units per base for the currencies in `indirect`.
    `accounts` are codes, each with everything below it; without them the monetary accounts by
    role.  `date` is the day of the drafts, by default the last of the period.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a currency that has balances has no rate.
    """
    frames = open_frames(source)
    tree = account_tree(frames)
    span = span_of(period)
    year, number = divmod(span.last, 100)
    day = date or Period(year, number).last_day
    chosen = None if accounts is None else tuple(accounts)
    divided = frozenset(indirect)
    rows = [
        _row(balance, rates, divided, frames.entity.base_currency)
        for balance in _foreign(frames, span)
        if _is_monetary(tree, balance["account"], chosen)
    ]
    return Revaluation(period=(year, number), rows=tuple(rows), drafts=_drafts(rows, tree, day))


def _foreign(frames: Frames, span: Span) -> list[dict[str, Any]]:
    """Foreign balances of the finest detail that are not zero both ways."""
    dims = tuple(c for c in frames.columns("lines") if c.startswith(schema.AUX))
    shape = Shape(measures=("base", "fx"))
    rows = lazy_balances(frames, Scope(by=dims), Span(span.last, span.last), shape)
    rows = rows.filter(nw.col("currency") != frames.entity.base_currency)
    rows = rows.filter((nw.col("closing") != 0) | (nw.col("fx_closing") != 0))
    keys = ("account", *dims, "currency")
    found = rows.select(*keys, "closing", "fx_closing").sort(*keys).collect()
    return list(found.iter_rows(named=True))


def _is_monetary(tree: AccountTree, account: str, chosen: tuple[str, ...] | None) -> bool:
    if chosen is not None:
        return account.startswith(chosen)
    return tree.role(account) in MONETARY_ROLES or account.startswith(_LOANS)


def _row(
    balance: Mapping[str, Any], rates: Mapping[str, Decimal], divided: frozenset[str], base: str
) -> RevaluationRow:
    currency = balance["currency"]
    if currency not in rates:
        raise UsageError(NO_CLOSING_RATE.at(Place(), currency))
    rate, fx = rates[currency], Decimal(balance["fx_closing"])
    with localcontext() as context:
        context.prec = _PRECISION
        after = rounded(fx / rate if currency in divided else fx * rate, base)
    members = {
        name.removeprefix(schema.AUX): code
        for name, code in balance.items()
        if name.startswith(schema.AUX) and code is not None
    }
    return RevaluationRow(
        account=balance["account"],
        members=members,
        currency=currency,
        rate=rate,
        fx_balance=fx,
        before=Decimal(balance["closing"]),
        after=after,
    )


def _drafts(rows: list[RevaluationRow], tree: AccountTree, day: dt.date) -> tuple[Draft, ...]:
    drafts = []
    for currency in sorted({row.currency for row in rows}):
        moved = [row for row in rows if row.currency == currency and row.adjustment]
        if not moved:
            continue
        summary = f"期末调汇 {currency}"
        lines = [_line(row, summary) for row in moved]
        total = sum((row.adjustment for row in moved), ZERO)
        if total:
            role = "fx_gain" if total > 0 else "fx_loss"
            target = _target(tree, role)
            debit, credit = sides(-total)
            lines.append(DraftLine(account=target, summary=summary, debit=debit, credit=credit))
        drafts.append(
            Draft(date=day, lines=tuple(lines), reason=summary, rule=f"revaluation {currency}")
        )
    return tuple(drafts)


def _target(tree: AccountTree, role: str) -> str:
    """The account of gains or losses: the one named 汇兑 below the standard's, where there is."""
    standard = standard_accounts(role, tree.family or "ASBE")[0]
    below = [code for code in tree.leaves() if tree.path(code)[0] == standard]
    named = sorted(code for code in below if "汇兑" in tree.names.get(code, ""))
    return named[0] if named else standard


def _line(row: RevaluationRow, summary: str) -> DraftLine:
    debit, credit = sides(row.adjustment)
    return DraftLine(
        account=row.account,
        summary=summary,
        currency=row.currency,
        fx_amount=ZERO,
        rate=row.rate,
        aux=row.members,
        debit=debit,
        credit=credit,
    )
