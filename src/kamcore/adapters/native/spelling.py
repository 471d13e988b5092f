"""How a row is spelled as a line of JSON; the reader checks itself with the same words."""

import json
from collections.abc import Sequence

import polars as pl

from kamcore.books import schema

ROW = "row"
"""The key that names the table of a row; no table has a column of that name."""

_TRAILING = r"(\.\d\d\d*?)0+$"
"""Zeros beyond the second decimal place say nothing."""


def prefix(table: str) -> str:
    """How every line of a table starts."""
    return f'{{"{ROW}":{json.dumps(table)}'


def line_texts(table: schema.Table, frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """Spell rows as lines of JSON: the given columns in order, blanks left out."""
    fields = [
        _field(name, table.dtype_of(name))
        for name in columns
        if frame[name].null_count() < frame.height
    ]
    start = pl.lit(prefix(table.name))
    body = pl.concat_str(start, *fields, separator=",", ignore_nulls=True)
    return frame.select(line=body + "}").to_series()


def _field(name: str, dtype: pl.DataType) -> pl.Expr:
    """``"name":value`` for each row, null where the column is."""
    value = pl.col(name)
    if dtype.is_decimal():
        value = value.cast(pl.String).str.replace(_TRAILING, "$1")
    elif dtype == pl.Date:
        value = value.dt.to_string("%Y-%m-%d")
    spelled = pl.struct(value.alias(name)).struct.json_encode().str.slice(1).str.head(-1)
    return pl.when(pl.col(name).is_not_null()).then(spelled)
