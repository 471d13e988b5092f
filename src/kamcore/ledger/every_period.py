"""Every key in every period from its first on, on one machine: placed by number, not sorted.

Keys and periods are few beside their product.  They are sorted and numbered; a flow then has its
row by arithmetic, and neither texts nor amounts of the product are sorted or grouped.
"""

from collections.abc import Iterable

import polars as pl

from kamcore.ledger.engine import conserved

__all__ = ["KEY", "every_period"]

KEY = "nw_key"
"""The number of a key, from 0 in their order."""

_PERIOD = ("year", "period")


def every_period(
    flows: pl.DataFrame,
    keys: Iterable[str],
    figures: Iterable[str],
    more: Iterable[tuple[int, int]] = (),
) -> pl.DataFrame:
    """The flows of each key in each period from its first, zero where nothing moved.

    `more` are years and periods beside those of the flows.  Columns: the keys, `KEY`, ``year``,
    ``period`` and the figures; rows in the order of keys and periods, blanks first.
    """
    keys, figures = list(keys), list(figures)
    flows = flows.group_by(*keys, *_PERIOD).agg(pl.col(figures).sum())
    periods = _numbered_periods(flows, more)
    flows = flows.join(periods, on=_PERIOD)
    known = flows.group_by(keys).agg(nw_first=pl.col("nw_no").min()).sort(keys)
    many = periods.height - pl.col("nw_first")
    known = known.with_row_index(KEY).with_columns(nw_start=many.cum_sum() - many)
    place = (pl.col("nw_start") + pl.col("nw_no") - pl.col("nw_first")).alias("nw_row")
    placed = flows.join(known, on=keys, nulls_equal=True).select(place, *figures)
    numbers = pl.int_ranges("nw_first", periods.height, dtype=pl.Int64)
    rows = known.select(KEY, nw_no=numbers).explode("nw_no")
    rows = rows.with_columns(nw_row=pl.int_range(pl.len(), dtype=pl.Int64))
    rows = rows.join(placed, on="nw_row", how="left", maintain_order="left")
    conserved("rows of all periods", known.select(many.sum()).item(), rows.height)
    return pl.concat(
        [
            known.select(keys)[rows[KEY]],
            periods.select(_PERIOD)[rows["nw_no"]],
            rows.select(KEY, pl.col(figures).fill_null(0)),
        ],
        how="horizontal",
    )


def _numbered_periods(flows: pl.DataFrame, more: Iterable[tuple[int, int]]) -> pl.DataFrame:
    added = pl.DataFrame(list(more), schema=dict.fromkeys(_PERIOD, pl.Int64), orient="row")
    periods = pl.concat([flows.select(_PERIOD), added]).unique().sort(_PERIOD)
    return periods.with_columns(nw_no=pl.int_range(pl.len(), dtype=pl.Int64))
