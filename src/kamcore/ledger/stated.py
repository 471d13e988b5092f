"""Stated balances of a source against the ones computed from its lines.

An export of balances (科目余额表, 辅助余额表) says six figures per row.  Each row is compared at
its own grain: the account with everything below it, the dimensions it names, its currency.
"""

from collections.abc import Iterable
from typing import Any

import narwhals as nw

from kamcore.books import schema
from kamcore.ledger.balances import FIGURES, Shape, lazy_balances
from kamcore.ledger.engine import SUM, Frames, Source, open_frames, stack
from kamcore.ledger.movements import base_of
from kamcore.ledger.selection import Scope

__all__ = ["stated_differences"]


def stated_differences(source: Source, *, booked_only: bool = False) -> Any:
    """Name every stated figure that the lines contradict.

    A row per figure: ``year``, ``period``, ``account``, the dimension columns, ``currency``
    (null where the row sums over currencies), ``figure``, ``stated``, ``computed`` and
    ``difference`` (stated less computed; Decimal, base currency).  A figure the source leaves
    blank is not compared; an empty result says that all stated figures hold.

    Raises:
        BooksError: lines or stated balances are missing, or a column is of another type.
    """
    frames = open_frames(source)
    dims = [name for name in frames.columns("balances") if name.startswith(schema.AUX)]
    rows = frames.table("balances", ("year", "period", "account"), ("currency", *dims, *FIGURES))
    parts = [
        _compared(frames, rows, (dims, set(named), with_currency), booked_only=booked_only)
        for named, with_currency in _grains(rows, dims)
    ]
    keys = ("year", "period", "account", *dims, "currency")
    if not parts:
        parts = [_compared(frames, rows, (dims, set(), False), booked_only=booked_only)]
    result = stack(*parts)
    return frames.give(result.sort(*keys, "figure"))


def _grains(rows: nw.LazyFrame[Any], dims: list[str]) -> list[tuple[tuple[str, ...], bool]]:
    """Which dimensions rows name together, and whether they name a currency."""
    flags = rows.select(*(nw.col(name).is_null().alias(name) for name in (*dims, "currency")))
    found = flags.unique().collect()
    columns = {name: found[name].to_list() for name in (*dims, "currency")}
    return sorted(
        (tuple(name for name in dims if not columns[name][row]), not columns["currency"][row])
        for row in range(len(found))
    )


def _compared(
    frames: Frames,
    rows: nw.LazyFrame[Any],
    grain: tuple[list[str], set[str], bool],
    *,
    booked_only: bool,
) -> nw.LazyFrame[Any]:
    """The differing figures of the rows of one grain."""
    dims, named, with_currency = grain
    for name in dims:
        rows = rows.filter(~nw.col(name).is_null() if name in named else nw.col(name).is_null())
    blank = nw.col("currency").is_null()
    rows = rows.filter(~blank if with_currency else blank)
    computed = _computed(frames, sorted(named), with_currency=with_currency, only=booked_only)
    keys = ["year", "period", "account", *sorted(named), *(["currency"] if with_currency else [])]
    joined = rows.join(computed, on=keys, how="left")
    order = ["year", "period", "account", *dims, "currency"]
    parts = [_differing(joined, figure).select(*order, *_SAID) for figure in FIGURES]
    return stack(*parts)


_SAID = ("figure", "stated", "computed", "difference")


def _computed(
    frames: Frames, named: Iterable[str], *, with_currency: bool, only: bool
) -> nw.LazyFrame[Any]:
    scope = Scope(by=tuple(named), booked_only=only)
    stated = frames.table("balances", ("year", "period")).unique().collect()
    periods = tuple(sorted(zip(*(stated[n].to_list() for n in ("year", "period")), strict=True)))
    rows = lazy_balances(frames, scope, None, Shape(detail="tree", periods=periods))
    keys = ["year", "period", "account", *named]
    if with_currency:
        keys.append("currency")
        rows = rows.with_columns(currency=base_of(frames))
    sums = [nw.col(figure).sum().alias(f"nw_{figure}") for figure in FIGURES]
    return rows.group_by(*keys).agg(*sums)


def _differing(joined: nw.LazyFrame[Any], figure: str) -> nw.LazyFrame[Any]:
    stated = nw.col(figure).cast(SUM)
    computed = nw.col(f"nw_{figure}").fill_null(0)
    told = joined.filter(~nw.col(figure).is_null()).with_columns(
        figure=nw.lit(figure), stated=stated, computed=computed, difference=stated - computed
    )
    return told.filter(nw.col("stated") != nw.col("computed"))
