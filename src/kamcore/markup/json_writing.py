"""JSON made by column expressions: one text per row, objects and lists joined from columns.

A member whose value is null is left out.  Numbers keep every digit they have; nothing passes
through a float.
"""

from collections.abc import Iterable

import polars as pl

__all__ = ["flag", "listed", "members", "number", "record", "text"]

_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    **{chr(mark): f"\\u{mark:04x}" for mark in range(0x20)},
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\x7f": "\\u007f",
}


def text(value: pl.Expr) -> pl.Expr:
    """A JSON string of a text."""
    escaped = value.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    return pl.concat_str(pl.lit('"'), escaped, pl.lit('"'))


def number(value: pl.Expr) -> pl.Expr:
    """A JSON number of a decimal or an integer, without idle zeros."""
    digits = value.cast(pl.String)
    trimmed = digits.str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.when(digits.str.contains(".", literal=True)).then(trimmed).otherwise(digits)


def flag(value: pl.Expr) -> pl.Expr:
    """A JSON ``true`` or ``false`` of a Boolean."""
    return value.cast(pl.String)


def members(*pairs: tuple[str, pl.Expr]) -> pl.Expr:
    """The members of a JSON object that have a value, without its braces; blank when none has."""
    parts = [pl.concat_str(pl.lit(f'"{key}": '), value) for key, value in pairs]
    return pl.concat_str(parts, separator=", ", ignore_nulls=True)


def record(pairs: Iterable[tuple[str, pl.Expr]]) -> pl.Expr:
    """A JSON object of the members that have a value; null when none has."""
    joined = members(*pairs)
    return pl.when(joined != "").then(pl.concat_str(pl.lit("{"), joined, pl.lit("}")))


def listed(values: Iterable[pl.Expr]) -> pl.Expr:
    """A JSON list of the values that are not null; null when none is."""
    joined = pl.concat_str(list(values), separator=", ", ignore_nulls=True)
    return pl.when(joined != "").then(pl.concat_str(pl.lit("["), joined, pl.lit("]")))
