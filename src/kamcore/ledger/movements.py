"""Sums of the lines per key and period, with what stood in the books before the first line.

The stock before the first line comes from stated balances (期初余额): the opening of the period in
which the lines start, or the closing of the last period stated before it.  A stated balance may
be there several times, as a total and by auxiliary items; the rows that name most of the asked
dimensions and nothing else count.  Books enabled in mid-year bring accumulations from the start
of the year (S143); they count in the year-to-date figures.

Rows of an account that name other dimensions are another view of the same money when they sum to
the same figure, else a part of their own; a row that names none is a total when the others sum
to it, else the part without member.
"""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import narwhals as nw

from kamcore.books import schema
from kamcore.ledger.engine import AMOUNT, RATE, SUM, Frames, stack
from kamcore.ledger.selection import Scope, key_columns, live_lines, within_accounts

__all__ = [
    "MEASURES",
    "Measure",
    "base_of",
    "keys_of",
    "movements",
    "ordinal",
    "sides_of",
    "stock",
    "together",
]

HUNDRED = 100


@attrs.frozen
class Measure:
    """An amount that is balanced: in base currency, in transaction currency, or a quantity.

    `prefix` stands before the six figures of the balance table; `debit` and `credit` are columns
    of the lines.
    """

    name: str
    prefix: str
    debit: str
    credit: str
    dtype: Any


MEASURES: Mapping[str, Measure] = {
    "base": Measure("base", "", "debit", "credit", AMOUNT),
    "fx": Measure("fx", "fx_", "fx_debit", "fx_credit", AMOUNT),
    "quantity": Measure("quantity", "quantity_", "quantity", "quantity", RATE),
}
"""What can be balanced, by name."""

_FLOWS = ("stock", "debit", "credit", "ytd_debit", "ytd_credit")


def ordinal() -> nw.Expr:
    """Year and period as one number, 202503 for March 2025."""
    return nw.col("year") * HUNDRED + nw.col("period")


def keys_of(frames: Frames, scope: Scope) -> tuple[str, ...]:
    """The columns a balance is kept by: account, the asked dimensions, currency."""
    return ("account", *key_columns(frames, scope.by), "currency")


def base_of(frames: Frames) -> nw.Expr:
    """The currency of a row; a blank means the base currency."""
    return nw.col("currency").fill_null(frames.entity.base_currency)


def movements(
    frames: Frames, scope: Scope, measures: Iterable[str] = ("base",)
) -> nw.LazyFrame[Any]:
    """Per key, year and period the debits and credits of the lines, one column per measure.

    Columns: the keys, ``year``, ``period``, and per measure ``<prefix>debit`` and
    ``<prefix>credit``.  A quantity counts on the side its amount stands on.  Lines without year
    and date belong to no period and are left out; `kamcore.books.check` names them.
    """
    keys = keys_of(frames, scope)
    chosen = [MEASURES[name] for name in measures]
    columns = {m.debit for m in chosen} | {m.credit for m in chosen} - {"debit", "credit"}
    lines = live_lines(
        frames,
        scope,
        ("account", "year", "period", "debit", "credit"),
        ("currency", *(k for k in keys if k not in ("account", "currency")), *sorted(columns)),
    )
    lines = lines.filter(~nw.col("year").is_null() & ~nw.col("period").is_null())
    sums = [
        side(measure).sum().alias(measure.prefix + name)
        for measure in chosen
        for name, side in (("debit", _debit), ("credit", _credit))
    ]
    grouped = lines.with_columns(currency=base_of(frames)).group_by(*keys, "year", "period")
    return grouped.agg(*sums)


def sides_of(measure: Measure) -> tuple[nw.Expr, nw.Expr]:
    """Debit and credit of a line in a measure, wide enough for sums."""
    dtype = _sum_type(measure.prefix)
    return _debit(measure).cast(dtype), _credit(measure).cast(dtype)


def _debit(measure: Measure) -> nw.Expr:
    if measure.name != "quantity":
        return nw.col(measure.debit).fill_null(0)
    return nw.when(nw.col("debit") != 0).then(nw.col("quantity")).otherwise(0).fill_null(0)


def _credit(measure: Measure) -> nw.Expr:
    if measure.name != "quantity":
        return nw.col(measure.credit).fill_null(0)
    other = nw.col("debit") == 0
    return nw.when(other).then(nw.col("quantity")).otherwise(0).fill_null(0)


def stock(
    frames: Frames,
    scope: Scope,
    measures: Iterable[str] = ("base",),
    *,
    until: int | None = None,
) -> nw.LazyFrame[Any] | None:
    """What each key stood at before the first line; None where the source states no balances.

    Columns: the keys, ``year`` and ``period`` of the first period to come, and per measure
    ``<prefix>stock`` (signed, debit positive), ``<prefix>ytd_debit`` and ``<prefix>ytd_credit``
    (accumulated in that year before that period).

    `until` is the last period (an `ordinal`) of a question: what is stated up to there stands
    then already, even where the first line comes later.
    """
    if not frames.has("balances"):
        return None
    chosen = [MEASURES[name] for name in measures]
    start = _start(frames, until)
    if start is None:
        return None
    keys = keys_of(frames, scope)
    known = frames.columns("balances")
    dims = [name for name in known if name.startswith(schema.AUX)]
    figures = [m.prefix + f for m in chosen for f in _STATED]
    extra = [k for k in keys if k not in ("account", "currency") and k not in dims]
    rows = frames.table("balances", ("year", "period", "account"), ("currency", *dims, *figures))
    if extra:
        rows = rows.with_columns(*(nw.lit(None, dtype=nw.String).alias(name) for name in extra))
    rows = rows.filter(ordinal() == start.stated)
    limit = within_accounts(frames, scope.accounts)
    if limit is not None:
        rows = rows.filter(limit)
    rows = _finest(_leaves(frames, rows), dims, [k for k in keys if k in dims])
    members = zip(key_columns(frames, scope.members), scope.members.values(), strict=True)
    for column, member in members:
        rows = rows.filter(nw.col(column) == member)
    rows = rows.with_columns(
        currency=base_of(frames),
        year=nw.lit(start.first // HUNDRED, dtype=nw.Int64),
        period=nw.lit(start.first % HUNDRED, dtype=nw.Int64),
    )
    sums = [
        expression.sum().alias(measure.prefix + name)
        for measure in chosen
        for name, expression in start.figures(measure.prefix).items()
    ]
    return rows.group_by(*keys, "year", "period").agg(*sums)


_STATED = ("opening", "debit", "credit", "ytd_debit", "ytd_credit", "closing")


@attrs.frozen
class _Start:
    """The first period of the lines and the stated period its stock is taken from."""

    first: int
    stated: int

    def figures(self, prefix: str) -> dict[str, nw.Expr]:
        """The stock and the accumulations before the first period, from the stated figures."""
        figure = {name: nw.col(prefix + name).fill_null(0) for name in _STATED}
        opening, closing = nw.col(prefix + "opening"), nw.col(prefix + "closing")
        moved = figure["debit"] - figure["credit"]
        zero = figure["debit"] - figure["debit"]
        if self.stated == self.first:
            return {
                "stock": nw.coalesce(opening, closing - moved).fill_null(0),
                "ytd_debit": self._before(prefix, "debit"),
                "ytd_credit": self._before(prefix, "credit"),
            }
        same_year = self.stated // HUNDRED == self.first // HUNDRED
        return {
            "stock": nw.coalesce(closing, opening + moved).fill_null(0),
            "ytd_debit": figure["ytd_debit"] if same_year else zero,
            "ytd_credit": figure["ytd_credit"] if same_year else zero,
        }

    @staticmethod
    def _before(prefix: str, side: str) -> nw.Expr:
        stated = nw.col(f"{prefix}ytd_{side}")
        return (stated - nw.col(prefix + side).fill_null(0)).fill_null(0)


def _start(frames: Frames, until: int | None) -> _Start | None:
    """Where the lines or the question start, and the latest stated period up to there."""
    stated = frames.table("balances", ("year", "period")).unique().collect()
    periods = sorted(
        year * HUNDRED + period
        for year, period in zip(stated["year"].to_list(), stated["period"].to_list(), strict=True)
    )
    if not periods:
        return None
    lines = live_lines(frames, Scope(), ("year", "period")).select(nw_first=ordinal().min())
    first = lines.collect()["nw_first"].to_list()[0] if frames.has("lines") else None
    if first is None:
        first = periods[0] if periods[0] % HUNDRED else periods[0] + 1
    if until is not None and periods[0] <= until:
        first = min(first, until)
    before = [period for period in periods if period <= first]
    return _Start(first, before[-1]) if before else None


def _leaves(frames: Frames, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Drop rows of accounts that have stated accounts below them: they are totals."""
    from_tree = frames.table("balances", ("account",)).drop_nulls().unique().collect()
    codes = sorted(from_tree["account"].to_list())
    above = [code for code, following in itertools.pairwise(codes) if following.startswith(code)]
    return rows.filter(~nw.col("account").is_in(above)) if above else rows


def _finest(
    rows: nw.LazyFrame[Any], dims: Iterable[str], asked: Iterable[str]
) -> nw.LazyFrame[Any]:
    """Keep, per account, the rows that name most of the asked dimensions and fewest others."""
    dims, asked = list(dims), list(asked)
    if not dims:
        return rows
    named = {name: nw.when(nw.col(name).is_null()).then(0).otherwise(1) for name in dims}
    weights = [named[n] * (2 * len(dims) if n in asked else -1) for n in dims]
    grain = nw.concat_str([named[name].cast(nw.String) for name in dims])
    ranked = rows.with_columns(nw_rank=nw.sum_horizontal(*weights), nw_grain=grain)
    ranked = ranked.with_columns(nw_best=nw.col("nw_rank").max().over("account"))
    figure = nw.coalesce(*(nw.col(name) for name in _TOLD if name in rows.collect_schema()))
    best = nw.col("nw_rank") == nw.col("nw_best")
    first = nw.when(best).then(nw.col("nw_grain")).min().over("account")
    ranked = ranked.with_columns(nw_first=first, nw_told=figure.fill_null(0))
    finest = nw.col("nw_grain") == nw.col("nw_first")
    zero = nw.col("nw_told") - nw.col("nw_told")
    none = nw.col("nw_grain") == "0" * len(dims)
    ranked = ranked.with_columns(
        nw_fine=nw.when(finest).then(nw.col("nw_told")).otherwise(zero).sum().over("account"),
        nw_sum=nw.col("nw_told").sum().over("account", "nw_grain"),
    )
    part = finest | (nw.col("nw_sum") != nw.col("nw_fine"))
    ranked = ranked.filter(part).with_columns(
        nw_named=nw.when(none).then(zero).otherwise(nw.col("nw_told")).sum().over("account")
    )
    return ranked.filter(~none | finest | (nw.col("nw_sum") != nw.col("nw_named")))


_TOLD = ("opening", "closing", "fx_opening", "fx_closing")


def together(
    frames: Frames,
    scope: Scope,
    measures: Iterable[str] = ("base",),
    *,
    until: int | None = None,
) -> nw.LazyFrame[Any]:
    """Movements and stock in one frame: the columns of both, zero where one has none.

    A row of the stock stands in the first period; ``stock`` is what came before it.
    """
    measures = tuple(measures)
    keys = (*keys_of(frames, scope), "year", "period")
    figures = [MEASURES[name].prefix + flow for name in measures for flow in _FLOWS]
    moved = movements(frames, scope, measures)
    stated = stock(frames, scope, measures, until=until)
    parts = [_filled(moved, keys, figures)]
    if stated is not None:
        parts.append(_filled(stated, keys, figures))
    return stack(*parts)


def _filled(
    frame: nw.LazyFrame[Any], keys: Iterable[str], figures: Iterable[str]
) -> nw.LazyFrame[Any]:
    known = frame.collect_schema()
    return frame.select(
        *keys,
        *(
            nw.col(name).cast(_sum_type(name))
            if name in known
            else nw.lit(0).cast(_sum_type(name)).alias(name)
            for name in figures
        ),
    )


def _sum_type(name: str) -> nw.Decimal:
    return nw.Decimal(38, 10) if name.startswith("quantity_") else SUM
