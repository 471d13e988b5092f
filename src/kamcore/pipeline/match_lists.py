"""Lists to match, from files: books of any format, or a plain sheet of documents.

A sheet is plain when no format recognises it, or when a list layout says how to read it; see
`kamcore.pipeline.plain_list`.
"""

import datetime as dt
import os
from pathlib import Path

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import Problem, SourceError, UsageError
from kamcore.format import Options, Source
from kamcore.matching.settlement.positions import open_lists
from kamcore.pipeline.layouts import LAYOUT, NO_LAYOUT_FILE
from kamcore.pipeline.plain_list import plain_list, read_list_layout
from kamcore.pipeline.reading import read, recognise, source_of
from kamcore.place import Place

__all__ = ["Lists", "Wanted", "read_lists"]

PLAIN = "list"
"""What a plain list is called where a format is named."""


@attrs.frozen(kw_only=True)
class Lists:
    """Items and receipts of one file, what was odd about it, and the books it was, if any."""

    items: pl.DataFrame
    receipts: pl.DataFrame
    problems: tuple[Problem, ...] = ()
    format: str = PLAIN
    books: Books | None = None
    as_of: dt.date | None = None


@attrs.frozen(kw_only=True)
class Wanted:
    """What of books takes part: until when, for which role, on which accounts."""

    as_of: dt.date | None = None
    role: str = "customer"
    accounts: tuple[str, ...] | None = None


def read_lists(
    path: str | os.PathLike[str] | Source,
    wanted: Wanted | None = None,
    *,
    format: str | None = None,  # noqa: A002  the word every user will look for
    options: Options | None = None,
    layout: str | os.PathLike[str] | None = None,
) -> Lists:
    """Read a file as books or as a plain list.

    A plain list is items and receipts alike: the caller knows which it is.  Without a date in
    `wanted`, books count up to their last line.  `layout` is a TOML file: one of kind ``list``
    names the headings of a plain list, one of another kind reads the sheet as books.

    Raises:
        UsageError: there is no such file or format, or the books have no control account.
        SourceError: it can be read neither way, or the layout is none.
    """
    asked = wanted or Wanted()
    source = source_of(path)
    chosen = {**(options or {})}
    if layout is not None:
        if not Path(layout).is_file():
            raise UsageError(NO_LAYOUT_FILE.at(Place(file=str(layout)), layout))
        own = read_list_layout(source_of(layout))
        if own is not None:
            frame, problems = plain_list(source, asked.role, own)
            return Lists(items=frame, receipts=frame, problems=problems, format=own.name)
        chosen[LAYOUT] = layout
    named = format is not None or LAYOUT in chosen
    if not named and _recognised(source) is None:
        frame, problems = plain_list(source, asked.role)
        return Lists(items=frame, receipts=frame, problems=problems)
    reading = read(source, format, options=chosen)
    books = reading.books
    as_of = asked.as_of or _last_day(books)
    items, receipts = open_lists(books, as_of, asked.role, accounts=asked.accounts)
    return Lists(
        items=items,
        receipts=receipts,
        problems=reading.problems,
        format=reading.format,
        books=books,
        as_of=as_of,
    )


def _recognised(source: Source) -> str | None:
    try:
        return recognise(source)[0].name
    except SourceError:
        return None


def _last_day(books: Books) -> dt.date:
    days = [
        day
        for table in ("lines", "open_items", "receipts")
        if isinstance(day := books.tables[table]["date"].max(), dt.date)
    ]
    return max(days, default=dt.date.max)
