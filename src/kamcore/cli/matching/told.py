"""What a person calls a document of books: date, word, number and line of its voucher."""

import polars as pl

from kamcore.books import Books

__all__ = ["line_names"]


def line_names(books: Books) -> dict[str, str]:
    """Names of voucher lines by their id ``voucher_id/line_no/split_no``, and of documents."""
    told: dict[str, str] = {}
    for table in ("open_items", "receipts", "adjustments"):
        rows = books.tables[table].filter(pl.col("document").fill_null("") != "")
        said = pl.concat_str(
            pl.col("date").cast(pl.String), "document", separator=" ", ignore_nulls=True
        )
        told.update(rows.select("id", said.alias("said")).iter_rows())
    if books.lines.height:
        heads = books.vouchers.select("voucher_id", "word", "number")
        lines = books.lines.join(heads, on="voucher_id")
        line = pl.concat_str("voucher_id", "line_no", "split_no", separator="/")
        said = pl.format("{} {}-{}/{}", "date", "word", "number", "line_no")
        told.update(lines.select(line, said.alias("said")).drop_nulls().iter_rows())
    return told
