"""The account ledger (三栏明细账) and the auxiliary ledger (辅助明细账), with a running balance.

A line stands with its voucher and the balance after it.  The word beside a balance is 借 or 贷,
and 平 where it is zero (会计基础工作规范 art. 60); the balance itself is signed, debit positive.
Lines are in the order of year, period, date, voucher number, voucher and line.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import narwhals as nw

from kamcore.ledger.balances import FIGURES, Shape, Span, lazy_balances, measure_of, span_of
from kamcore.ledger.engine import Frames, Source, open_frames, running, stack
from kamcore.ledger.movements import Measure, base_of, ordinal, sides_of, stock
from kamcore.ledger.selection import Scope, key_columns, live_lines
from kamcore.model.period import Period

__all__ = ["AccountLedger", "account_ledger", "direction_word"]

_ORDER = ("year", "period", "date", "number", "word", "voucher_id", "line_no", "split_no")
_MUST = ("account", "year", "period", "date", "voucher_id", "line_no", "debit", "credit")


@attrs.frozen
class AccountLedger:
    """The ledger of an account, or of an account by members.

    `frame` has a row per line: the dimension columns asked for, ``year``, ``period``, ``date``,
    ``word``, ``number``, ``voucher_id``, ``line_no``, ``split_no``, ``account``, ``currency``,
    ``summary``, ``debit``, ``credit``, ``direction`` (借, 贷, 平) and ``balance``.
    `sums` has a row per member and period: ``opening``, ``debit`` and ``credit`` (本月合计),
    ``ytd_debit`` and ``ytd_credit`` (本年累计), ``closing``, ``direction``.
    """

    frame: Any = attrs.field(repr=False)
    sums: Any = attrs.field(repr=False)


def account_ledger(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    account: str,
    *,
    by: str | Iterable[str] = (),
    members: Mapping[str, str] | None = None,
    period: Period | tuple[int, int] | str | None = None,
    measure: str = "base",
    booked_only: bool = False,
) -> AccountLedger:
    """The ledger of an account and everything below it, in base currency.

    `measure` ``fx`` takes the lines in foreign currencies, in their own amounts, with a running
    balance per currency (a key then); ``quantity`` the quantities.  With `by` there is one
    running balance per member of the dimensions; `members` keeps one member of a dimension each.
    `period` is a period or span; the openings are those of its start.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a dimension, period or measure is not known.
    """
    chosen = measure_of(measure)
    frames = open_frames(source)
    scope = Scope(accounts=account, by=by, members=members or {}, booked_only=booked_only)
    span = None if period is None else span_of(period)
    keys = key_columns(frames, scope.by)
    if chosen.name == "fx":
        keys = (*keys, "currency")
    rows = _running(frames, scope, keys, chosen)
    sums = _sums(frames, scope, keys, chosen)
    if span is not None:
        rows, sums = _within(rows, span), _within(sums, span)
    return AccountLedger(
        frames.give(rows.sort(*keys, *_ORDER)), frames.give(sums.sort(*keys, "year", "period"))
    )


def direction_word(column: str) -> nw.Expr:
    """借, 贷 or 平 for a signed balance."""
    balance = nw.col(column)
    other = nw.when(balance < 0).then(nw.lit("贷")).otherwise(nw.lit("平"))
    return nw.when(balance > 0).then(nw.lit("借")).otherwise(other)


def _within(rows: nw.LazyFrame[Any], span: Span) -> nw.LazyFrame[Any]:
    return rows.filter((ordinal() >= span.first) & (ordinal() <= span.last))


def _running(
    frames: Frames, scope: Scope, keys: tuple[str, ...], measure: Measure
) -> nw.LazyFrame[Any]:
    names = {measure.debit, measure.credit} - {"debit", "credit"}
    may = ("split_no", "currency", "summary", *sorted(names), *keys)
    lines = live_lines(frames, scope, _MUST, tuple(dict.fromkeys(may)))
    lines = lines.filter(~nw.col("year").is_null() & ~nw.col("period").is_null())
    debit, credit = sides_of(measure)
    lines = _with_names(frames, lines).with_columns(
        currency=base_of(frames),
        split_no=nw.col("split_no").fill_null(1),
        nw_net=debit - credit,
    )
    if measure.name != "base":
        lines = lines.with_columns(debit=debit, credit=credit)
    if measure.name == "fx":
        lines = lines.filter(nw.col("currency") != frames.entity.base_currency)
    lines = _with_stock(frames, scope, lines, (keys, measure))
    lines = running(lines, (*keys, *_ORDER), {"balance": ("nw_net", keys)})
    lines = lines.filter(~nw.col("account").is_null())
    rest = ("account", "currency", "summary", "debit", "credit", "direction", "balance")
    columns = dict.fromkeys((*keys, *_ORDER, *rest))
    return lines.with_columns(direction=direction_word("balance")).select(*columns)


def _with_names(frames: Frames, lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Word and number of the vouchers beside their lines."""
    if not frames.has("vouchers"):
        return lines.with_columns(
            word=nw.lit(None, dtype=nw.String), number=nw.lit(None, dtype=nw.Int64)
        )
    heads = frames.table("vouchers", ("voucher_id",), ("word", "number"))
    return lines.join(heads, on="voucher_id", how="left")


def _with_stock(
    frames: Frames,
    scope: Scope,
    lines: nw.LazyFrame[Any],
    how: tuple[tuple[str, ...], Measure],
) -> nw.LazyFrame[Any]:
    """What stood there before the first line, as a row without account ahead of all lines."""
    keys, measure = how
    before = stock(frames, scope, (measure.name,))
    if before is None:
        return lines
    if measure.name == "fx":
        before = before.filter(nw.col("currency") != frames.entity.base_currency)
    stood = nw.col(measure.prefix + "stock")
    if keys:
        before = before.group_by(*keys).agg(nw_net=stood.sum())
    else:
        before = before.select(nw_net=stood.sum().fill_null(0))
    types = lines.collect_schema()
    ahead = {"year": 0, "period": 0}
    columns = [
        nw.col(name).cast(types[name])
        if name in (*keys, "nw_net")
        else nw.lit(ahead.get(name), dtype=types[name]).alias(name)
        for name in types
    ]
    return stack(lines, before.select(*columns))


def _sums(
    frames: Frames, scope: Scope, keys: tuple[str, ...], measure: Measure
) -> nw.LazyFrame[Any]:
    rows = lazy_balances(frames, scope, None, Shape(measures=(measure.name,)))
    if measure.name == "fx":
        rows = rows.filter(nw.col("currency") != frames.entity.base_currency)
    sums = {figure: nw.col(measure.prefix + figure).sum() for figure in FIGURES}
    grouped = rows.group_by(*keys, "year", "period").agg(**sums)
    return grouped.with_columns(direction=direction_word("closing"))
