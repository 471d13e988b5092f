"""Lists to match, from files: books of any format, or a plain sheet of documents.

A sheet is plain when no format recognises it; its headings are those of
`kamcore.matching.columns`, in English or as accountants and banks write them.
"""

import datetime as dt
import os
from collections.abc import Iterable

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Options, Source
from kamcore.grid.amount import read_amounts
from kamcore.grid.date import read_dates
from kamcore.grid.header import find_header, fold, grid_of
from kamcore.grid.rows import drop_blank_rows
from kamcore.grid.sheet import Grid
from kamcore.grid.words import read_codes, tidy
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.matching.columns import COLUMNS
from kamcore.matching.positions import open_lists
from kamcore.model.currency import currency_code
from kamcore.pipeline.layouts import LAYOUT
from kamcore.pipeline.reading import read, recognise, source_of
from kamcore.place import Place

__all__ = ["Lists", "read_lists"]

NOTHING_TO_MATCH = Fault(
    code="C5001",
    zh="{value} 既不是已知格式, 也没有清单所需的列",
    en="{value} is of no known format and lacks the columns of a list",
    hint_zh="清单的列: id, party, date, due, amount, currency, reference, text, 或中文列名 "
    "编号, 客户, 日期, 到期日, 金额, 币种, 参考号, 摘要; 至少要有客户与金额",
    hint_en="a list has the columns id, party, date, due, amount, currency, reference, text; "
    "party and amount at least",
)
NO_AMOUNT = Fault(
    code="C5002",
    severity=Severity.WARNING,
    zh="这一行没有可读的金额, 未参加核销",
    en="this row has no readable amount and takes no part",
)
SAME_ID = Fault(
    code="C5003",
    severity=Severity.WARNING,
    zh="编号「{value}」重复, 这一行改称「{name}」",
    en="id {value!r} is repeated; this row is called {name!r}",
)

PLAIN = "list"
"""What a plain list is called where a format is named."""
_NEED = ("party", "amount")
_PEEKED = 20
_NUMBERS = "reference"


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
) -> Lists:
    """Read a file as books or as a plain list.

    A plain list is items and receipts alike: the caller knows which it is.  Without a date in
    `wanted`, books count up to their last line.

    Raises:
        UsageError: there is no such file or format, or the books have no control account.
        SourceError: it can be read neither way.
    """
    asked = wanted or Wanted()
    source = source_of(path)
    named = format is not None or LAYOUT in (options or {})
    if not named and _recognised(source) is None:
        return _plain(source)
    reading = read(source, format, options=options)
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


def _plain(source: Source) -> Lists:
    book = open_workbook(source)
    name, wanted = _sheet(book, source.name)
    sheet = book.load(name)
    header = find_header(sheet, wanted, _NEED)
    problems: list[Problem] = [*book.problems]
    grid = drop_blank_rows(grid_of(sheet, header, problems))
    frame = _read(grid, problems)
    return Lists(items=frame, receipts=frame, problems=tuple(problems))


def _headings(rows: Iterable[Iterable[str]]) -> dict[str, str]:
    """The heading each column goes by in these rows: the first of its names that is there.

    A bank's sheet has 收入金额 and 余额 side by side; only the first is what was received.
    Numbers may stand in several columns; each of them is read.
    """
    there = {fold(cell) for row in rows for cell in row if cell}
    found: dict[str, str] = {}
    for column in COLUMNS:
        known = [name for name in (column.name, *column.zh) if fold(name) in there]
        if column.name == _NUMBERS:
            found |= {f"{_NUMBERS}{at or ''}": name for at, name in enumerate(known)}
        elif known:
            found[column.name] = known[0]
    return {**{name: name for name in _NEED}, **found}


def _sheet(book: Workbook, file: str) -> tuple[str, dict[str, str]]:
    """The sheet whose heading row names most of a list."""
    fit: list[tuple[int, str, dict[str, str]]] = []
    for name in book.names:
        rows = book.peek(name, _PEEKED)
        wanted = _headings(rows)
        header = find_header(rows, wanted, _NEED)
        if header.is_complete:
            fit.append((len(header.columns), name, wanted))
    if not fit:
        raise SourceError(NOTHING_TO_MATCH.at(Place(file=file), file))
    _, name, wanted = max(fit, key=lambda one: one[0])
    return name, wanted


def _read(grid: Grid, problems: list[Problem]) -> pl.DataFrame:
    columns = {}
    for column in COLUMNS:
        if column.dtype == pl.Date:
            parsed = read_dates(grid, column.name)
        elif isinstance(column.dtype, pl.Decimal):
            parsed = read_amounts(grid, column.name)
        elif column.name in ("id", "party", "account"):
            parsed = read_codes(grid, column.name)
        elif column.name == _NUMBERS:
            columns[column.name] = _numbers(grid)
            continue
        else:
            columns[column.name] = tidy(grid.column(column.name))
            continue
        columns[column.name] = parsed.values
        problems += parsed.problems
    frame = pl.DataFrame(columns).with_columns(_row=grid.rows.cast(pl.Int64))
    frame = frame.with_columns(
        currency=_currencies(frame["currency"]),
        id=pl.coalesce("id", pl.format("行{}", "_row")),
    )
    blank = frame["amount"].is_null()
    problems += [NO_AMOUNT.at(grid.place(at, "amount")) for at in blank.arg_true()]
    frame = _unlike(frame, grid, problems)
    return frame.filter(~blank).select(column.name for column in COLUMNS)


def _numbers(grid: Grid) -> pl.Series:
    """All columns of numbers as one."""
    names = [name for name in grid.frame.columns if name.startswith(_NUMBERS)]
    if not names:
        return tidy(grid.column(_NUMBERS))
    columns = pl.DataFrame([tidy(grid.column(name)).alias(name) for name in names])
    joined = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    return columns.select(pl.when(joined != "").then(joined)).to_series()


def _currencies(names: pl.Series) -> pl.Series:
    spelled = names.drop_nulls().unique().to_list()
    codes = {name: currency_code(name) or name for name in spelled}
    return names.replace(codes) if codes else names


def _unlike(frame: pl.DataFrame, grid: Grid, problems: list[Problem]) -> pl.DataFrame:
    """Ids that differ: a repeated one gets the row behind it."""
    again = frame["id"].is_duplicated() & ~frame["id"].is_first_distinct()
    for at in again.arg_true():
        name = f"{frame['id'][at]}#{frame['_row'][at]}"
        problems.append(SAME_ID.at(grid.place(at, "id"), frame["id"][at], name=name))
    told = pl.format("{}#{}", "id", "_row")
    return frame.with_columns(id=pl.when(again).then(told).otherwise("id"))
