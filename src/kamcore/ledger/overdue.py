"""Overdue amounts, and how long receivables take to come in (DSO).

DSO is the balance over what was billed in a span of days, times those days; billed amounts and
balances both contain VAT.  The best possible DSO counts only what is not overdue; the rest is
the average delay.  Ratios are days with one decimal; they are not money.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import attrs
import narwhals as nw

from kamcore.ledger.ageing import aged_positions
from kamcore.ledger.engine import Source, open_frames
from kamcore.ledger.fifo import Question, on_own_side
from kamcore.ledger.movements import base_of, keys_of
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.selection import Scope, live_lines

__all__ = ["SalesOutstanding", "overdue", "sales_outstanding"]

TENTH = Decimal("0.1")


@attrs.frozen(kw_only=True)
class SalesOutstanding:
    """Days sales outstanding of one key, or of all; None where nothing was billed."""

    balance: Decimal
    overdue: Decimal
    billed: Decimal
    days: int

    @property
    def dso(self) -> Decimal | None:
        """Days until a receivable comes in."""
        return self._days(self.balance)

    @property
    def best_possible(self) -> Decimal | None:
        """The same if nothing were overdue."""
        return self._days(self.balance - self.overdue)

    @property
    def delay(self) -> Decimal | None:
        """Average days of delay: the difference of both."""
        if self.dso is None or self.best_possible is None:
            return None
        return self.dso - self.best_possible

    def _days(self, amount: Decimal) -> Decimal | None:
        if not self.billed:
            return None
        return (amount * self.days / self.billed).quantize(TENTH, ROUND_HALF_UP)


def overdue(
    source: Source,
    *,
    as_of: dt.date,
    account: str | Iterable[str] | None = None,
    by: str | Iterable[str] = (),
    policy: AgeingPolicy | None = None,
) -> Any:
    """What is overdue at a date, per account, member and currency.

    Columns: the keys, ``balance``, ``overdue`` (due before `as_of`), ``items`` (how many) and
    ``oldest`` (the earliest due date among them).

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a dimension is not known.
    """
    policy = attrs.evolve(policy or AgeingPolicy(), basis="due")
    frames = open_frames(source)
    scope = Scope(accounts=account, by=by, booked_only=policy.booked_only)
    rows = aged_positions(frames, Question(scope=scope, as_of=as_of, policy=policy))
    keys = keys_of(frames, scope)
    late = (nw.col("basis") < nw.lit(as_of)) & (nw.col("open") > 0)
    zero = nw.col("open") - nw.col("open")
    result = rows.group_by(*keys).agg(
        nw.col("net").sum().alias("balance"),
        nw.when(late).then(nw.col("open")).otherwise(zero).sum().alias("overdue"),
        nw.when(late).then(1).otherwise(0).sum().cast(nw.Int64).alias("items"),
        nw.when(late).then(nw.col("basis")).min().alias("oldest"),
    )
    shown = result.filter((nw.col("balance") != 0) | (nw.col("items") > 0))
    return frames.give(shown.sort(*keys))


def sales_outstanding(
    source: Source,
    *,
    as_of: dt.date,
    days: int,
    account: str | Iterable[str] | None = None,
    policy: AgeingPolicy | None = None,
) -> SalesOutstanding:
    """DSO of an account over the `days` up to and with `as_of`, in base currency.

    Raises:
        BooksError: a column is missing or of another type.
    """
    policy = policy or AgeingPolicy()
    frames = open_frames(source)
    late = nw.from_native(overdue(source, as_of=as_of, account=account, policy=policy)).lazy()
    sums = late.select(nw.col("balance").sum(), nw.col("overdue").sum()).collect().rows()[0]
    scope = Scope(accounts=account, booked_only=policy.booked_only)
    lines = live_lines(frames, scope, ("account", "date", "debit", "credit"), ("currency",))
    since = as_of - dt.timedelta(days=days)
    day = nw.col("date")
    lines = lines.filter((day > nw.lit(since)) & (day <= nw.lit(as_of)))
    own, _ = on_own_side(frames, lines.with_columns(currency=base_of(frames)), policy.side)
    billed = lines.select(nw_billed=own).select(nw.col("nw_billed").sum()).collect().rows()[0][0]
    return SalesOutstanding(
        balance=Decimal(sums[0] or 0),
        overdue=Decimal(sums[1] or 0),
        billed=Decimal(billed or 0),
        days=days,
    )
