"""Totals that a report states, compared with what its rows add up to.

A total may sum the rows since the total before it (小计) or all above it (合计), and in a table
of balances the leaves, the first level, or every row.  It disagrees when it is none of these.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs
import polars as pl

from kamcore.adapters.tabular.faults import TOTAL_DISAGREES
from kamcore.adapters.tabular.marking import MARK, WORD, is_subtotal
from kamcore.adapters.tabular.rows import Rows
from kamcore.books import schema
from kamcore.errors import Problem
from kamcore.vouchers.entries import INDEX

__all__ = ["Figure", "total_problems"]


@attrs.frozen
class Figure:
    """A column to add up, where its totals stand, and the column of the stated totals."""

    column: str
    heading: str | None
    stated: str = ""


def total_problems(
    rows: Rows, figures: Sequence[Figure], parts: Mapping[str, pl.Expr] | None = None
) -> list[Problem]:
    """A warning for each stated total that the rows contradict.

    `parts` names the rows that may count, each as an expression over the frame.
    """
    parts = parts or {"all": pl.lit(value=True)}
    frame = rows.frame
    totals = pl.col(MARK).is_in(["period", "year", "other"])
    if not frame.select(totals.fill_null(value=False).any()).item():
        return []
    frame = frame.with_columns(
        _segment=totals.fill_null(value=False).cum_sum().shift(fill_value=0)
    )
    problems = []
    for figure in figures:
        if figure.heading is None or figure.column not in frame.columns:
            continue
        problems += _of_figure(rows, frame, figure, parts)
    return sorted(problems, key=lambda problem: problem.place.row or problem.place.line or 0)


def _of_figure(
    rows: Rows, frame: pl.DataFrame, figure: Figure, parts: Mapping[str, pl.Expr]
) -> list[Problem]:
    stated = figure.stated or figure.column
    sums = []
    for name, part in parts.items():
        counted = pl.when(part & pl.col(MARK).is_null()).then(pl.col(figure.column)).otherwise(0)
        counted = counted.fill_null(0).cast(schema.AMOUNT)
        sums.append(counted.cum_sum().alias(f"all {name}"))
        sums.append(counted.sum().over("_segment").alias(f"own {name}"))
    marked = (
        frame.with_columns(sums)
        .filter(pl.col(MARK).is_in(["period", "year"]) & pl.col(stated).is_not_null())
        .select(
            INDEX, WORD, stated, *(f"{kind} {name}" for name in parts for kind in ("all", "own"))
        )
    )
    found = []
    for row in marked.iter_rows(named=True):
        first = "own" if is_subtotal(row[WORD]) else "all"
        values = [row[f"{kind} {name}"] for kind in _order(first) for name in parts]
        if row[stated] in values:
            continue
        place = rows.entries.grid.place(row[INDEX], figure.heading)
        facts = {"stated": _plain(row[stated]), "computed": _plain(values[0])}
        caption = rows.entries.caption(figure.heading or stated)
        found.append(TOTAL_DISAGREES.at(place, row[WORD], caption=caption, **facts))
    return found


def _order(first: str) -> tuple[str, str]:
    return ("own", "all") if first == "own" else ("all", "own")


def _plain(value: Decimal) -> str:
    """An amount with two decimals, more where it has more."""
    return f"{value:.2f}" if value == round(value, 2) else f"{value.normalize():f}"
