"""Fields without a place in the model: found by row, and moved from lines to their voucher.

A reader keeps such texts among the extras of the lines they stood on; a field that says something
of the whole voucher belongs to the voucher.  A writer asks for the texts of a field by row.
"""

from collections.abc import Collection

import polars as pl

from kamcore.books import Books, schema

__all__ = ["kept", "lifted"]

_ORDER = ("table", "row_id", "field")


def kept(books: Books, table: str, field: str) -> pl.Series:
    """The texts of one field of the extras, by row of the table; null where there is none."""
    own = books.extras.filter(table=table, field=field)
    blank = pl.Series(field, [None] * books.tables[table].height, dtype=schema.TEXT)
    return blank.scatter(own["row_id"], own["value"]) if own.height else blank


def lifted(books: Books, fields: Collection[str]) -> Books:
    """The books with extras of lines in these fields at the voucher, the first line's each.

    Extras are put in the order of their rows.
    """
    extras = books.extras
    heads = books.vouchers.select("voucher_id", _head=pl.int_range(pl.len(), dtype=schema.INTEGER))
    rows = books.lines.select(
        "voucher_id", row_id=pl.int_range(pl.len(), dtype=schema.INTEGER)
    ).join(heads, on="voucher_id", how="left", maintain_order="left")
    of_heads = (pl.col("table") == "lines") & pl.col("field").is_in(list(fields))
    moved = (
        extras.filter(of_heads)
        .join(rows, on="row_id", how="inner", maintain_order="left")
        .select(table=pl.lit("vouchers"), row_id="_head", field="field", value="value")
        .unique(["row_id", "field"], keep="first", maintain_order=True)
    )
    both = pl.concat([moved, extras.filter(~of_heads)])
    return books.replace(extras=both.sort(_ORDER, maintain_order=True))
