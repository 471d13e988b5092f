"""Which fields of a voucher two exports tell differently."""

from collections.abc import Sequence

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books

_PLACES = ("voucher_id", "line_no", "source_row", "serial")
"""Columns that say where something stands, not what was booked."""


@attrs.frozen
class Change:
    """Two copies of one voucher: position of the export and its ``voucher_id``, twice."""

    left: int
    left_voucher: int
    right: int
    right_voucher: int


def changes(books: Sequence[Books], pairs: Sequence[Change]) -> list[tuple[str, ...]]:
    """For every pair the facts that differ, in the order of the schema.

    A blank on one side differs from nothing: not every layout says everything.  Lines are
    compared in order; where one copy has more lines than the other the answer has ``lines``.
    """
    found: list[dict[str, None]] = [{} for _ in pairs]
    if not pairs:
        return []
    numbers = pl.DataFrame(
        [attrs.astuple(pair) for pair in pairs],
        schema=["left", "left_voucher", "right", "right_voucher"],
        orient="row",
    ).with_row_index("pair")
    heads = [_side(books, numbers, side, "vouchers") for side in ("left", "right")]
    for pair, name in _differing(heads, ["pair"], schema.VOUCHERS):
        found[pair][f"vouchers.{name}"] = None
    lines = [_side(books, numbers, side, "lines") for side in ("left", "right")]
    counts = (
        lines[0]
        .group_by("pair")
        .len("left")
        .join(lines[1].group_by("pair").len("right"), on="pair", how="full", coalesce=True)
    )
    for pair in counts.filter(pl.col("left").ne_missing(pl.col("right")))["pair"]:
        found[pair]["lines"] = None
    for pair, name in _differing(lines, ["pair", "order"], schema.LINES):
        found[pair][f"lines.{name}"] = None
    return [tuple(one) for one in found]


def _side(books: Sequence[Books], numbers: pl.DataFrame, side: str, table: str) -> pl.DataFrame:
    """Rows of one side with the pair they belong to and their order in the voucher."""
    parts = []
    for index, one in enumerate(books):
        mine = numbers.filter(pl.col(side) == index)
        wanted = mine.select("pair", voucher_id=f"{side}_voucher")
        rows = one.tables[table].join(wanted, on="voucher_id", how="inner", maintain_order="left")
        if table == "lines":
            rows = rows.sort("pair", "line_no", "split_no", maintain_order=True)
            rows = rows.with_columns(order=pl.int_range(pl.len()).over("pair"))
        parts.append(rows)
    return pl.concat(parts, how="diagonal")


def _differing(
    sides: list[pl.DataFrame], keys: list[str], table: schema.Table
) -> list[tuple[int, str]]:
    left, right = sides
    fixed = [name for name in table.names if name not in _PLACES]
    dims = [name for name in schema.dimension_columns(left) if name in right.columns]
    joined = left.join(right, on=keys, suffix="_right")
    told = joined.select(
        "pair",
        *((pl.col(name) != pl.col(f"{name}_right")).alias(name) for name in (*fixed, *dims)),
    )
    any_of = told.group_by("pair").agg(pl.all().any())
    any_of = any_of.filter(pl.any_horizontal(pl.exclude("pair"))).sort("pair")
    return [
        (row["pair"], name)
        for row in any_of.iter_rows(named=True)
        for name in (*fixed, *dims)
        if row[name]
    ]
