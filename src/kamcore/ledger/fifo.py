"""First in first out as a set computation: running sums, no loop.

Per account, members and currency, up to a date: items are lines with a positive amount on the
account's own side, ordered by basis date, then voucher, line and split.  Settlements are all of
the other side, plus red lines of the own side; a red line of the other side takes a settlement
back.  The sum of settlements S consumes the items oldest first: with the running sum C of the
items, an item of amount A keeps ``min(A, max(0, C - S))``.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.ledger.engine import AMOUNT, SUM, Frames, running, stack
from kamcore.ledger.movements import MEASURES, base_of, keys_of, stock
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.selection import Scope, live_lines
from kamcore.ledger.tree import account_tree
from kamcore.model.period import Period

__all__ = ["Question", "consumed", "line_positions", "on_own_side"]

ORDER = ("voucher_id", "line_no", "split_no")


@attrs.frozen(kw_only=True)
class Question:
    """What is aged: a scope, a date, a policy."""

    scope: Scope
    as_of: dt.date
    policy: AgeingPolicy


def consumed(
    rows: nw.LazyFrame[Any], keys: Iterable[str], order: Iterable[str]
) -> nw.LazyFrame[Any]:
    """Let the settlements of each key consume its items in the given order.

    `rows` have ``item`` (zero or positive) and ``settled`` (signed).  The items of which something
    is left come back, with ``open``.
    """
    keys, order = tuple(keys), tuple(order)
    if rows.implementation.is_polars():
        return nw.from_native(_consumed_sorted(rows.to_native(), keys, order))
    # Settlements stand before all items of their key, so that one running sum is C - S.
    rows = rows.with_columns(
        nw_item=nw.when(nw.col("item") > 0).then(1).otherwise(0),
        nw_net=nw.col("item") - nw.col("settled"),
    )
    rows = running(rows, (*keys, "nw_item", *order), {"nw_left": ("nw_net", keys)})
    item, left = nw.col("item"), nw.col("nw_left")
    rows = rows.filter((item > 0) & (left > 0))
    return rows.with_columns(open=nw.when(left < item).then(left).otherwise(item)).drop(
        "nw_item", "nw_net", "nw_left"
    )


def _consumed_sorted(
    rows: pl.LazyFrame, keys: tuple[str, ...], order: tuple[str, ...]
) -> pl.LazyFrame:
    """The same with one sort of only those items whose key owes anything, by a number per key.

    The running sum goes over all keys at once; what a key starts from is known from the totals.
    """
    totals = rows.group_by(keys).agg(pl.col("item", "settled").sum().name.prefix("_all_"))
    owing = totals.filter(pl.col("_all_item") > pl.col("_all_settled")).select(
        *keys,
        _key=pl.int_range(pl.len(), dtype=pl.UInt32),
        _start=pl.col("_all_item").cum_sum() - pl.col("_all_item") + pl.col("_all_settled"),
    )
    items = rows.filter(pl.col("item") > 0).join(owing, on=keys, nulls_equal=True)
    left = pl.col("item").cum_sum() - pl.col("_start")
    items = items.sort("_key", *order).with_columns(_left=left).filter(pl.col("_left") > 0)
    return items.with_columns(open=pl.min_horizontal("item", "_left")).drop(
        "_key", "_start", "_left"
    )


def line_positions(frames: Frames, question: Question) -> nw.LazyFrame[Any]:
    """Items and settlements of the lines up to the date of the question.

    Columns: the keys, ``basis``, ``date``, ``due_date``, ``voucher_id``, ``line_no``,
    ``split_no``, ``item``, ``settled``.
    """
    policy, scope = question.policy, question.scope
    keys = keys_of(frames, scope)
    measure = MEASURES[policy.measure]
    rows = live_lines(
        frames,
        scope,
        ("account", "date", "voucher_id", "line_no", "debit", "credit"),
        ("split_no", "currency", "due_date", measure.debit, measure.credit, *keys),
    )
    rows = rows.filter(nw.col("date") <= nw.lit(question.as_of))
    rows = _dated(frames, rows, policy.basis)
    if policy.measure == "fx":
        rows = _in_own_currency(frames, rows)
    own, other = on_own_side(frames, rows, policy.side)
    rows = rows.with_columns(
        currency=base_of(frames), split_no=nw.col("split_no").fill_null(1), nw_own=own
    )
    rows = rows.with_columns(**_sides(nw.col("nw_own"), other))
    rows = rows.select(*keys, "basis", "date", "due_date", *ORDER, "item", "settled")
    before = _opening_positions(frames, question) if policy.openings else None
    return rows if before is None else stack(rows, before)


def on_own_side(
    frames: Frames, rows: nw.LazyFrame[Any], side: str | None
) -> tuple[nw.Expr, nw.Expr]:
    """The amounts on the account's own side and on the other."""
    debit, credit = nw.col("debit").fill_null(0), nw.col("credit").fill_null(0)
    if side is not None:
        return (debit, credit) if side == "debit" else (credit, debit)
    tree = account_tree(frames)
    on_credit = [code for code in tree.parents if tree.side(code) == "credit"]
    if not on_credit or "account" not in rows.collect_schema():
        return debit, credit
    turned = nw.col("account").is_in(on_credit)
    return (
        nw.when(turned).then(credit).otherwise(debit),
        nw.when(turned).then(debit).otherwise(credit),
    )


def _sides(own: nw.Expr, other: nw.Expr) -> dict[str, nw.Expr]:
    # A constant, for own - own would widen the type and slow the sums of SQL engines.
    zero = nw.lit(0).cast(AMOUNT)
    red = nw.when(own < 0).then(own).otherwise(zero)
    return {"item": nw.when(own > 0).then(own).otherwise(zero), "settled": other - red}


def _dated(frames: Frames, rows: nw.LazyFrame[Any], basis: str) -> nw.LazyFrame[Any]:
    """The date an item ages by: due date, document date, voucher date, the first there is."""
    if basis == "voucher":
        return rows.with_columns(basis=nw.col("date"))
    dated = _business_dates(frames)
    if dated is not None:
        rows = rows.join(dated, on="voucher_id", how="left")
        document = nw.coalesce(nw.col("business_date"), nw.col("date"))
    else:
        document = nw.col("date")
    chosen = nw.coalesce(nw.col("due_date"), document) if basis == "due" else document
    return rows.with_columns(basis=chosen)


def _business_dates(frames: Frames) -> nw.LazyFrame[Any] | None:
    """Business dates by voucher; None where no voucher has one, to spare a join."""
    if "business_date" not in frames.columns("vouchers"):
        return None
    heads = frames.table("vouchers", ("voucher_id", "business_date"))
    dated = heads.filter(~nw.col("business_date").is_null())
    return dated if len(dated.head(1).collect()) else None


def _in_own_currency(frames: Frames, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Debit and credit in transaction currency; the base amount where that is the base."""
    base = base_of(frames) == frames.entity.base_currency
    return rows.with_columns(
        debit=nw.when(base).then(nw.col("debit")).otherwise(nw.col("fx_debit")),
        credit=nw.when(base).then(nw.col("credit")).otherwise(nw.col("fx_credit")),
    )


def _opening_positions(frames: Frames, question: Question) -> nw.LazyFrame[Any] | None:
    """What stood there before the first line, as items and settlements of the day before."""
    before = stock(frames, question.scope, (question.policy.measure,))
    if before is None:
        return None
    keys = keys_of(frames, question.scope)
    first = before.select("year", "period").head(1).collect().rows()
    if not first:
        return None
    start = question.policy.fiscal_year_start
    day = Period(int(first[0][0]), int(first[0][1]), start).first_day - dt.timedelta(days=1)
    if day > question.as_of:
        return None
    signed = nw.col(MEASURES[question.policy.measure].prefix + "stock")
    zero = nw.lit(0).cast(SUM)
    rows = before.with_columns(
        debit=nw.when(signed > 0).then(signed).otherwise(zero),
        credit=nw.when(signed < 0).then(zero - signed).otherwise(zero),
    )
    own, other = on_own_side(frames, rows, question.policy.side)
    rows = rows.with_columns(
        basis=nw.lit(day),
        date=nw.lit(day),
        due_date=nw.lit(None, dtype=nw.Date),
        voucher_id=nw.lit(0, dtype=nw.Int64),
        line_no=nw.lit(0, dtype=nw.Int64),
        split_no=nw.lit(0, dtype=nw.Int64),
        **_sides(own, other),
    )
    return rows.select(*keys, "basis", "date", "due_date", *ORDER, "item", "settled")
