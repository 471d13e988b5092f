"""What every party owes or is owed on every control account, as of any day."""

import datetime as dt
from typing import Any

import narwhals as nw

from kamcore.ledger.engine import SUM, Source, open_frames, stack
from kamcore.ledger.movements import base_of
from kamcore.ledger.tree import AccountTree
from kamcore.matching.parties.member_names import with_names
from kamcore.matching.parties.sides import Side, control_accounts, live_lines_of, stock_of

__all__ = ["control_balances", "lazy_control_balances"]

_KEYS = ("account", "role", "dimension", "member", "currency")


def control_balances(source: Source, as_of: dt.date) -> Any:
    """Balances of the receivable and payable accounts by party, stated openings included.

    Columns: ``account``, ``role``, ``dimension``, ``member``, ``name``, ``credit_code``,
    ``currency``, ``fx`` (in that currency) and ``base``, both signed with debit positive (Decimal,
    4 places).  Void vouchers do not count; rows that are zero both ways are left out.  The frame
    is of the caller's kind, sorted by dimension, member, currency and account.

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
    """
    frames = open_frames(source)
    order = ("dimension", "member", "currency", "account")
    return frames.give(lazy_control_balances(frames, as_of).sort(*order, nulls_last=True))


def lazy_control_balances(
    source: Source, as_of: dt.date, tree: AccountTree | None = None
) -> nw.LazyFrame[Any]:
    """The same as a lazy frame of the source's engine, unsorted.

    `tree` is that of the source's accounts, where the caller has built it.
    """
    frames = open_frames(source)
    accounts = control_accounts(tree or frames, "both", notes=True)
    side = Side(frames=frames, accounts=accounts)
    own = base_of(frames) == frames.entity.base_currency
    amount = {
        name: nw.col(name).fill_null(0) for name in ("debit", "credit", "fx_debit", "fx_credit")
    }
    moved = (amount["debit"] - amount["credit"]).cast(SUM)
    moved_fx = (amount["fx_debit"] - amount["fx_credit"]).cast(SUM)
    asked = ("date", "debit", "credit")
    lines = live_lines_of(side, asked, ("currency", "fx_debit", "fx_credit"))
    lines = lines.filter(nw.col("date").is_null() | (nw.col("date") <= nw.lit(as_of)))
    lines = lines.with_columns(
        currency=base_of(frames), base=moved, fx=nw.when(own).then(moved).otherwise(moved_fx)
    ).select(*_KEYS, "fx", "base")
    before = stock_of(side)
    if before is not None:
        stood, stood_fx = nw.col("stock").cast(SUM), nw.col("fx_stock").cast(SUM)
        before = before.with_columns(
            base=stood, fx=nw.when(own).then(stood).otherwise(stood_fx)
        ).select(*_KEYS, "fx", "base")
        lines = stack(lines, before)
    sums = lines.group_by(*_KEYS).agg(nw.col("fx").sum(), nw.col("base").sum())
    sums = sums.filter((nw.col("fx") != 0) | (nw.col("base") != 0))
    named = with_names(frames, sums, ("name", "credit_code"))
    member = nw.when(nw.col("member") != "").then(nw.col("member"))
    columns = (*_KEYS[:4], "name", "credit_code", "currency", "fx", "base")
    return named.with_columns(member=member).select(*columns)
