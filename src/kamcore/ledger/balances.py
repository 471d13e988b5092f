"""Balances (余额): opening, debit, credit, year to date and closing, per period or for a span.

Rows are per account, asked dimensions and currency.  All figures are signed with debit positive;
red lines reduce their own side.  Balances are sums: those of a union of books are the sums of
theirs, and the order of lines never matters.
"""

from collections.abc import Iterable
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.ledger.engine import Frames, Source, conserved, open_frames, running, stack
from kamcore.ledger.every_period import KEY, every_period
from kamcore.ledger.movements import HUNDRED, MEASURES, Measure, keys_of, ordinal, together
from kamcore.ledger.selection import Scope, live_lines
from kamcore.ledger.tree import account_tree
from kamcore.model.period import Period
from kamcore.place import Place

__all__ = ["FIGURES", "Shape", "Span", "balances", "lazy_balances", "measure_of", "span_of"]

BAD_PERIOD = Fault(
    code="L1021",
    zh="「{value}」不是会计期间, 应写成 2025-03 或 2025-01..2025-03",
    en="{value!r} is no period; write 2025-03 or 2025-01..2025-03",
)
BAD_MEASURE = Fault(
    code="L1022",
    zh="「{value}」不能作为余额口径, 可用 {known}",
    en="{value!r} cannot be balanced; choose from {known}",
)

FIGURES = ("opening", "debit", "credit", "ytd_debit", "ytd_credit", "closing")
"""The six figures of a balance, in the order of the table ``balances`` of the books."""


@attrs.frozen
class Span:
    """Periods from `first` to `last`, each as one number (202503)."""

    first: int
    last: int


@attrs.frozen(kw_only=True)
class Shape:
    """How balances are laid out; see `balances`.  `periods` are added to those of the lines."""

    measures: tuple[str, ...] = ("base",)
    detail: int | str = "leaf"
    idle: bool = True
    periods: tuple[tuple[int, int], ...] = ()


def span_of(period: Period | tuple[int, int] | str) -> Span:
    """Read one period or a span of periods.

    >>> span_of("2025-03"), span_of("2025-01..2025-03").first, span_of((2025, 3)).last
    (Span(first=202503, last=202503), 202501, 202503)

    Raises:
        UsageError: it is neither.
    """
    if isinstance(period, Period):
        return Span(*[period.year * HUNDRED + period.number] * 2)
    if isinstance(period, tuple):
        return Span(*[period[0] * HUNDRED + period[1]] * 2)
    ends = []
    for part in period.split(".."):
        year, _, number = part.strip().partition("-")
        if not (year.isdigit() and number.isdigit()):
            raise UsageError(BAD_PERIOD.at(Place(), period))
        ends.append(int(year) * HUNDRED + int(number))
    return Span(ends[0], ends[-1])


def measure_of(name: str) -> Measure:
    """The measure of a name.

    Raises:
        UsageError: there is no such measure.
    """
    if name not in MEASURES:
        raise UsageError(BAD_MEASURE.at(Place(), name, known=", ".join(MEASURES)))
    return MEASURES[name]


def balances(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    *,
    account: str | Iterable[str] | None = None,
    by: str | Iterable[str] = (),
    period: Period | tuple[int, int] | str | None = None,
    measures: Iterable[str] = ("base",),
    detail: int | str = "leaf",
    booked_only: bool = False,
    idle: bool = True,
) -> Any:
    """Balances per account, dimensions and currency, in the kind of frame that came in.

    Without `period` there is one row per period of the lines, from the first in which a key has
    a balance or a movement; `idle` keeps periods without movement.  With a period or span
    (``"2025-01..2025-03"``) there is one row per key.

    `detail` is ``"leaf"`` (accounts as they are booked), ``"tree"`` (and every account above
    them), or a level to which codes are shortened.  `measures` are ``base``, ``fx`` and
    ``quantity``.

    Columns: ``account``, the dimension columns, ``currency``, ``year``, ``period``, and the six
    figures per measure (Decimal, 4 decimals; quantities 10), named as in the table ``balances``.

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
        UsageError: a dimension, period or measure is not known.
    """
    frames = open_frames(source)
    chosen = tuple(measures)
    for name in chosen:
        measure_of(name)
    scope = Scope(accounts=account, by=by, booked_only=booked_only)
    span = None if period is None else span_of(period)
    result = lazy_balances(frames, scope, span, Shape(measures=chosen, detail=detail, idle=idle))
    keys = keys_of(frames, scope)
    # Every period of every key is laid out in this order to begin with.
    if span is not None or not (idle and frames.is_eager):
        result = result.sort(*keys, "year", "period")
    if detail == "tree" or chosen[0] != "base":
        return frames.give(result)
    return frames.give(result, lambda given: _assert_conserved(frames, scope, given, span))


def lazy_balances(
    frames: Frames,
    scope: Scope,
    span: Span | None,
    shape: Shape | None = None,
) -> nw.LazyFrame[Any]:
    """The balances as a lazy frame, unsorted."""
    shape = shape or Shape()
    keys = keys_of(frames, scope)
    until = None if span is None else span.last
    flows = together(frames, scope, shape.measures, until=until)
    if shape.detail != "leaf":
        flows = _lifted(frames, flows, keys, shape.detail)
    prefixes = [MEASURES[name].prefix for name in shape.measures]
    if span is not None:
        return _of_span(flows, keys, prefixes, span)
    if shape.idle and frames.is_eager:
        return _in_every_period(flows, keys, prefixes, shape)
    return _per_period(flows, keys, prefixes, shape)


def _lifted(
    frames: Frames, flows: nw.LazyFrame[Any], keys: tuple[str, ...], detail: int | str
) -> nw.LazyFrame[Any]:
    """Book the flows on accounts above: on one level, or on every level of the tree."""
    tree = account_tree(frames)
    levels = [int(detail)] if detail != "tree" else list(range(1, tree.depth + 1))
    figures = [name for name in flows.collect_schema() if name not in (*keys, "year", "period")]
    flows = flows.group_by(*keys, "year", "period").agg(*(nw.col(f).sum() for f in figures))
    parts = []
    for level in levels:
        above = tree.at_level(level)
        part = flows
        if detail == "tree":
            part = part.filter(nw.col("account").is_in(_deep(tree.parents, above, level)))
        changed = {code: up for code, up in above.items() if code != up}
        if changed:
            account = nw.col("account")
            part = part.with_columns(
                account=account.replace_strict(
                    list(changed), list(changed.values()), default=account
                )
            )
        parts.append(part)
    return stack(*parts)


def _deep(parents: Any, above: dict[str, str], level: int) -> list[str]:
    """Codes that reach down to a level."""

    def depth(code: str | None) -> int:
        return 0 if code is None else 1 + depth(parents[code])

    return [code for code in above if depth(code) >= level]


def _of_span(
    flows: nw.LazyFrame[Any], keys: tuple[str, ...], prefixes: list[str], span: Span
) -> nw.LazyFrame[Any]:
    """One row per key: conditional sums over all flows up to the end of the span."""
    year, last = divmod(span.last, HUNDRED)
    ord_ = ordinal()
    before, within, this_year = ord_ < span.first, ord_ >= span.first, nw.col("year") == year
    sums = []
    for prefix in prefixes:
        flow = {name: nw.col(prefix + name) for name in _ALL}
        net = flow["debit"] - flow["credit"]
        sums.append((flow["stock"] + _where(before, net)).sum().alias(prefix + "opening"))
        for side in ("debit", "credit"):
            ytd = flow[side] + flow[f"ytd_{side}"]
            sums.append(_where(within, flow[side]).sum().alias(prefix + side))
            sums.append(_where(this_year, ytd).sum().alias(f"{prefix}ytd_{side}"))
    rows = flows.filter(ord_ <= span.last).group_by(*keys).agg(*sums)
    closings = [_closing(prefix) for prefix in prefixes]
    return rows.with_columns(
        *closings,
        year=nw.lit(year, dtype=nw.Int64),
        period=nw.lit(last, dtype=nw.Int64),
    ).select(*keys, "year", "period", *_figures(prefixes))


_ALL = ("stock", "debit", "credit", "ytd_debit", "ytd_credit")


def _per_period(
    flows: nw.LazyFrame[Any], keys: tuple[str, ...], prefixes: list[str], shape: Shape
) -> nw.LazyFrame[Any]:
    """One row per key and period: running sums over the periods of each key."""
    figures = [prefix + name for prefix in prefixes for name in _ALL]
    if shape.idle:
        flows = stack(flows, _idle(flows, keys, figures, shape.periods))
    rows = flows.group_by(*keys, "year", "period").agg(*(nw.col(f).sum() for f in figures))
    nets, sums = _running_figures(prefixes, keys)
    rows = running(rows.with_columns(*nets), (*keys, "year", "period"), sums)
    return _with_openings(rows, keys, prefixes)


def _in_every_period(
    flows: nw.LazyFrame[Any], keys: tuple[str, ...], prefixes: list[str], shape: Shape
) -> nw.LazyFrame[Any]:
    """The same with every period of every key, on one machine; rows are in order."""
    figures = [prefix + name for prefix in prefixes for name in _ALL]
    moved = flows.to_native().collect(engine="streaming")
    rows = nw.from_native(every_period(moved, keys, figures, shape.periods).lazy())
    nets, sums = _running_figures(prefixes, (KEY,))
    rows = running(rows.with_columns(*nets), (KEY, "year", "period"), sums, in_order=True)
    return _with_openings(rows, keys, prefixes)


def _running_figures(
    prefixes: list[str], keys: tuple[str, ...]
) -> tuple[list[nw.Expr], dict[str, tuple[str, tuple[str, ...]]]]:
    """What is summed up over the periods of a key, and over those of a year."""
    nets: list[nw.Expr] = []
    sums: dict[str, tuple[str, tuple[str, ...]]] = {}
    for prefix in prefixes:
        net = nw.col(prefix + "stock") + nw.col(prefix + "debit") - nw.col(prefix + "credit")
        nets.append(net.alias(f"nw_{prefix}net"))
        sums[prefix + "closing"] = (f"nw_{prefix}net", keys)
        for side in ("debit", "credit"):
            flow = nw.col(prefix + side) + nw.col(f"{prefix}ytd_{side}")
            nets.append(flow.alias(f"nw_{prefix}{side}"))
            sums[f"{prefix}ytd_{side}"] = (f"nw_{prefix}{side}", (*keys, "year"))
    return nets, sums


def _with_openings(
    rows: nw.LazyFrame[Any], keys: tuple[str, ...], prefixes: list[str]
) -> nw.LazyFrame[Any]:
    openings = [
        (nw.col(prefix + "closing") - nw.col(prefix + "debit") + nw.col(prefix + "credit")).alias(
            prefix + "opening"
        )
        for prefix in prefixes
    ]
    rows = rows.with_columns(*openings)
    return rows.select(*keys, "year", "period", *_figures(prefixes))


def _idle(
    flows: nw.LazyFrame[Any],
    keys: tuple[str, ...],
    figures: list[str],
    more: tuple[tuple[int, int], ...],
) -> nw.LazyFrame[Any]:
    """Zero flows of every key in every period from its first."""
    periods = flows.select("year", "period").unique()
    added = [
        periods.head(1).select(
            year=nw.lit(year, dtype=nw.Int64), period=nw.lit(period, dtype=nw.Int64)
        )
        for year, period in more
    ]
    if added:
        periods = stack(periods, *added).unique()
    first = flows.group_by(*keys).agg(nw_first=ordinal().min())
    every = first.join(periods, how="cross").filter(ordinal() > nw.col("nw_first"))
    types = flows.collect_schema()
    zeros = [nw.lit(0).cast(types[name]).alias(name) for name in figures]
    return every.select(*keys, "year", "period", *zeros)


def _closing(prefix: str) -> nw.Expr:
    opening = nw.col(prefix + "opening")
    return (opening + nw.col(prefix + "debit") - nw.col(prefix + "credit")).alias(
        prefix + "closing"
    )


def _where(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(value).otherwise(value - value)


def _figures(prefixes: list[str]) -> list[str]:
    return [prefix + name for prefix in prefixes for name in FIGURES]


def _assert_conserved(
    frames: Frames, scope: Scope, given: pl.DataFrame, span: Span | None
) -> None:
    """Debits and credits of the result are those of the lines."""
    lines = live_lines(frames, scope, ("year", "period", "debit", "credit"), ("account",))
    if span is not None:
        lines = lines.filter((ordinal() >= span.first) & (ordinal() <= span.last))
    lines = lines.filter(~nw.col("year").is_null() & ~nw.col("period").is_null())
    before = lines.select(nw.col("debit").sum(), nw.col("credit").sum()).collect().rows()
    after = given.select(pl.col("debit").sum(), pl.col("credit").sum()).row(0)
    conserved("balances", before[0], after)
