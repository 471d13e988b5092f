"""The way back: a computed Polars frame in the kind of the caller's own tables.

What is searched or ranked is computed on one machine; its answer goes back into the engine the
question came from, so that the caller joins it with his own tables.
"""

from collections.abc import Callable
from typing import Any

import narwhals as nw
import polars as pl
import polars.selectors as cs

__all__ = ["WayBack", "unchanged", "way_back"]

WayBack = Callable[[pl.DataFrame], Any]
"""Takes a computed frame and gives it in the caller's kind."""


def unchanged(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame itself: the caller's kind is Polars."""
    return frame


def way_back(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> WayBack:
    """How a computed frame becomes what `frame` is.

    Polars eager or lazy, pandas and Arrow as such; DuckDB a relation in the caller's own
    connection; PySpark a frame of his session.  Any other engine gets Polars.
    """
    implementation = frame.implementation
    native = frame.to_native()
    if implementation.is_polars():
        return pl.DataFrame.lazy if isinstance(frame, nw.LazyFrame) else unchanged
    if implementation.is_pandas():
        return pl.DataFrame.to_pandas
    if implementation.is_pyarrow():
        return pl.DataFrame.to_arrow
    if implementation.is_duckdb():
        return lambda found: _to_duckdb(native, found)
    if implementation.is_pyspark():
        return lambda found: _to_spark(native.sparkSession, found)
    return unchanged


def _to_duckdb(relation: Any, kamcore_found: pl.DataFrame) -> Any:  # noqa: ARG001  see below
    # A relation does not show its connection, but runs a query in it; the query finds the frame
    # by its Python name unless the caller has a table of that name.
    return relation.query("kamcore_asked", "select * from kamcore_found")


def _to_spark(session: Any, frame: pl.DataFrame) -> Any:
    # Spark has no unsigned numbers and does not read the views that Polars keeps texts in.
    plain = frame.cast({cs.unsigned_integer(): pl.Int64})
    return session.createDataFrame(plain.to_arrow(compat_level=pl.CompatLevel.oldest()))
