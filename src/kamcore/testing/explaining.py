"""Books as few lines of text, for the person whose format broke a law."""

from decimal import Decimal
from typing import Any

import polars as pl

from kamcore.books import Books, schema

__all__ = ["shown"]

MOST = 12
"""How many lines of a table are shown."""

_WIDEST = 60
_DULL = {"voucher_id", "line_no", "split_no", "year", "period", "source_row"}


def shown(value: Any, most: int | None = MOST) -> str:
    r"""A drawn value for a person: each filled row of each table of books on a line.

    >>> shown(("a", 1))
    "    'a'\n    1"
    """
    if isinstance(value, Books):
        lines = [line for name in schema.TABLES for line in _rows(value, name)]
        rest = [] if most is None or len(lines) <= most else [f"    … {len(lines) - most} more"]
        return "\n".join(lines[:most] + rest)
    if isinstance(value, tuple):
        return "\n".join(shown(part, most) for part in value)
    return f"    {value!r}"


def _rows(books: Books, name: str) -> list[str]:
    frame = books.facts_of(name)
    return [
        f"    {name}: " + " ".join(_said(row, frame))
        for row in frame.iter_rows(named=True)
        if any(value is not None for value in row.values())
    ]


def _said(row: dict[str, Any], frame: pl.DataFrame) -> list[str]:
    """The filled fields of a row, keys and zeros left out where more is said."""
    kept = {
        column: value
        for column, value in row.items()
        if value is not None and column not in _DULL and frame.schema[column] is not None
    }
    return [f"{column}={_text(value)}" for column, value in (kept or row).items()]


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str):
        text = value if len(value) <= _WIDEST else f"{value[:_WIDEST]}… ({len(value)} characters)"
        return repr(text)
    return str(value)
