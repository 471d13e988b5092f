"""Write books as JSON Lines."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from kamcore.adapters.native.header import dimensions_of, header_json
from kamcore.adapters.native.spelling import line_texts
from kamcore.books import Books, schema

_AT_ONCE = 100_000


def write_books(books: Books, target: Path) -> None:
    """Write the header and one line a row, table by table."""
    tables: dict[str, dict[str, Any]] = {}
    for name in schema.TABLES:
        told: dict[str, Any] = {"rows": books.tables[name].height}
        if dims := dimensions_of(books, name):
            told["dimensions"] = dims
        if any(told.values()):
            tables[name] = told
    with target.open("wb") as stream:
        header = json.dumps(header_json(books, tables), ensure_ascii=False, separators=(",", ":"))
        stream.write(header.encode() + b"\n")
        for name, table in schema.TABLES.items():
            facts = books.facts_of(name)
            for part in facts.iter_slices(_AT_ONCE):
                lines = pl.DataFrame(line_texts(table, part, part.columns))
                lines.write_csv(stream, include_header=False, quote_style="never")
