"""Codes with their names in one cell, names as paths, auxiliaries packed into one cell."""

from collections.abc import Mapping

import polars as pl

from kamcore.adapters.tabular.deriving import reported
from kamcore.adapters.tabular.faults import BAD_PACKING
from kamcore.adapters.tabular.opening import Opened
from kamcore.books import schema
from kamcore.errors import Problem
from kamcore.format.layout import NAMES
from kamcore.model.layout import LayoutColumn
from kamcore.vouchers.entries import Entries
from kamcore.vouchers.labels import dimension_ids
from kamcore.vouchers.packed import TWICE, unpack

__all__ = ["name_columns", "unpacked"]

_FULL = "names.account_full"


def name_columns(frame: pl.DataFrame, opened: Opened) -> pl.DataFrame:
    """Split cells that hold a code and a name, and cut paths of names."""
    for column in opened.columns:
        if column.with_name:
            frame = _split(frame, column)
    for column in opened.columns:
        if column.path:
            frame = _cut(frame, column)
    return _nameless(frame)


def _name_of(field: str) -> str:
    return NAMES + field.partition(".")[2]


def _split(frame: pl.DataFrame, column: LayoutColumn) -> pl.DataFrame:
    text = pl.col(column.field)
    code = text.str.extract(r"^(\S+)")
    name = text.str.replace(r"^\S+\s*", "").str.strip_chars()
    return frame.with_columns(
        code.alias(column.field), pl.when(name != "").then(name).alias(_name_of(column.field))
    )


def _cut(frame: pl.DataFrame, column: LayoutColumn) -> pl.DataFrame:
    """The last level as the name and all of them as the full name, without a leading code."""
    name = _name_of(column.field) if column.with_name else column.field
    table = next((t for t in ("lines", "balances") if f"{t}.account" in frame.columns), "")
    mark = column.path
    levels = pl.col(name).str.split(mark).list.eval(pl.element().str.strip_chars())
    if table:
        leading = (levels.list.first() == pl.col(f"{table}.account")) & (levels.list.len() > 1)
        levels = (
            pl.when(leading.fill_null(value=False)).then(levels.list.slice(1)).otherwise(levels)
        )
    columns = [levels.list.last().alias(name)]
    if name == f"{NAMES}account":
        columns.append(levels.list.join("/").alias(_FULL))
    return frame.with_columns(columns)


def _nameless(frame: pl.DataFrame) -> pl.DataFrame:
    """Members that have a name and no code are called by their name."""
    for table in ("lines", "balances"):
        missing = [
            name
            for name in frame.columns
            if name.startswith(NAMES + schema.AUX)
            and f"{table}.{name.removeprefix(NAMES)}" not in frame.columns
        ]
        if missing and f"{table}.account" in frame.columns:
            frame = frame.with_columns(
                pl.col(name).alias(f"{table}.{name.removeprefix(NAMES)}") for name in missing
            )
    return frame


def unpacked(
    frame: pl.DataFrame, entries: Entries, opened: Opened
) -> tuple[pl.DataFrame, Mapping[str, str], list[Problem]]:
    """A column per dimension out of the packed cells, and the label of each."""
    packing = opened.layout.packing
    if "packed" not in frame.columns or packing is None:
        return frame, {}, []
    found = unpack(frame["packed"], packing)
    faulty = pl.col("packed").is_in(list(found.faults))
    problems = reported(frame, entries, "packed", faulty, BAD_PACKING)
    broken = [text for text, fault in found.faults.items() if fault is not TWICE]
    items = found.items.filter(~pl.col("text").is_in(broken))
    ids = dimension_ids(items["label"].unique(maintain_order=True))
    table = "balances" if "balances.account" in frame.columns else "lines"
    for label, dim in ids.items():
        own = items.filter(pl.col("label") == label)
        column = f"{table}.{schema.AUX}{dim}"
        more = own.select(packed="text", **{column: "code", f"{NAMES}{schema.AUX}{dim}": "name"})
        frame = frame.join(more, on="packed", how="left", maintain_order="left")
    return frame, {dim: label for label, dim in ids.items()}, problems
