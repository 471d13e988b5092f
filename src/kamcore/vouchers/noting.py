"""Losses noted at the first row that bears them, with its voucher: once, for every writer."""

from typing import Any

import polars as pl

from kamcore.books import Books
from kamcore.format import Losses, LossKind
from kamcore.format.comparing import voucher_of

__all__ = ["note_rows"]


def note_rows(
    books: Books,
    losses: Losses,
    loss: tuple[LossKind, str],
    marks: pl.Series,
    values: pl.Series | None = None,
) -> None:
    """Note the marked rows of the table of a fact; nothing when none is marked.

    `values` gives the example where the table no longer has it; a blank mark is no mark.
    """
    kind, fact = loss
    if not marks.any():
        return
    marks = marks.fill_null(value=False)
    count = int(marks.sum())
    table, _, column = fact.partition(".")
    frame = books.tables[table]
    index = int(marks.arg_true()[0])
    row: dict[str, Any] = frame.row(index, named=True)
    value = row.get(column) if values is None else values[index]
    place = books.origin.place(row.get("source_row"), fact, voucher_of(books, row))
    losses.note(kind, fact, count, place, "" if value is None else value)
