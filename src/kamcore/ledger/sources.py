"""Books of any engine: tables become Polars once, exactly.

What walks through vouchers one after the other (closing, writing off) works on the books of one
machine.  Tables of DuckDB, PySpark, pandas or Arrow are taken as everywhere in the ledger, in the
types of the books, and computed once.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import UsageError
from kamcore.ledger.engine import NO_FRAME, open_frames
from kamcore.place import Place

__all__ = ["Source", "books_of"]

Source = Books | Mapping[str, Any]
"""Books, or their tables by name as frames of one engine, with an optional ``entity``."""


def books_of(source: Source) -> Books:
    """The books themselves, or made of tables of any engine.

    Tables that books do not have are left out.

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
        UsageError: the source is neither, or its tables belong to different engines.
    """
    if isinstance(source, Books):
        return source
    if not isinstance(source, Mapping):
        raise UsageError(NO_FRAME.at(Place(), type(source).__name__))
    frames = open_frames(source)
    tables = {}
    for name in frames.tables:
        if name in schema.TABLES:
            found = frames.table(name, frames.columns(name)).collect("polars").to_native()
            tables[name] = _as_in_books(name, pl.DataFrame(found))
    return Books(entity=frames.entity, tables=tables)


def _as_in_books(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Amounts in the width of the books: engines that guess one take what the values need."""
    known = schema.TABLES[table]
    narrow = [
        name
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Decimal) and name in known.names and dtype != known.dtype_of(name)
    ]
    return frame.with_columns(pl.col(name).cast(known.dtype_of(name)) for name in narrow)
