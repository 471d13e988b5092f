"""What the commands about customers share: forms and books on a day, problems, sheets."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.trade.trading import Writing, opened_forms
from kamcore.errors import Problem, SourceError
from kamcore.format import Certainty
from kamcore.pipeline import read
from kamcore.pipeline.customer_facts import Customers
from kamcore.pipeline.mapping_file import read_mapping
from kamcore.pipeline.reading import recognise, source_of
from kamcore.reports.sheets import Chart, Column, Kind, Line, Listing, Part, Sheet, Title

SHOWN_ROWS = 30
"""How many customers the screen shows."""

books_option = option(
    "--books",
    type=PATH,
    metavar="FILE",
    zh="账套 (任何可读的格式): 销售, 余额和逾期取自账上",
    en="Books in any readable format: sales, balances, overdue amounts.",
)
mapping_option = option(
    "--mapping",
    type=PATH,
    metavar="FILE",
    zh="客户对照表 (.toml 或 .xlsx): 账内客户代码对应档案中的代码; "
    "其余按外部代码, 代码, 信用代码, 名称",
    en="Mapping of customer codes of the books to those of the archive; else by outside code, "
    "code, credit code and name.",
)


@attrs.frozen(kw_only=True)
class Asked(Writing):
    """What every one of these commands is asked."""

    as_of: dt.datetime
    books: Path | None = None
    mapping: Path | None = None


@attrs.frozen(kw_only=True)
class Opened:
    """The customers that were asked for, and every problem met on the way."""

    customers: Customers
    problems: tuple[Problem, ...]


def opened(paths: Sequence[Path], asked: Asked) -> Opened:
    """Refuse an output that cannot be, then read forms and books.

    An export among the forms is taken as the books where none are named.

    Raises:
        UsageError: a file is missing, or the output cannot be.
        SourceError: a file cannot be read; every mistake of a form is listed.
    """
    given = asked.books or _books_among(paths)
    held = opened_forms([path for path in paths if path != given], asked)
    problems = held.problems
    books = None
    if given is not None:
        reading = read(given)
        books, problems = reading.books, (*problems, *reading.problems)
    codes = read_mapping(asked.mapping).members.get("customer") if asked.mapping else None
    customers = Customers.linked(held, asked.as_of.date(), books, codes)
    return Opened(customers=customers, problems=(*problems, *customers.links.problems))


def links_json(customers: Customers) -> dict[str, Any]:
    """The key ``links`` of ``--json``: customers of the books under another code or none."""
    told = [one for one in customers.links.links if one.by != "code"]
    return {"links": [one.to_json() for one in told]} if told else {}


def _books_among(paths: Sequence[Path]) -> Path | None:
    """The one file among the forms that is an export of books, where there is one."""
    found = [path for path in paths if path.suffix.lower() != ".toml" and _is_export(path)]
    return found[0] if len(found) == 1 else None


def _is_export(path: Path) -> bool:
    try:
        return recognise(source_of(path))[1].certainty is Certainty.SURE
    except SourceError:
        return False


def names_of(customers: Customers) -> dict[str, str]:
    """What customers are called: by the archive, else by the books."""
    found: dict[str, str] = {}
    if customers.books is not None:
        members = customers.books.members.filter(dimension="customer")
        found = {code: name or "" for code, name in members.select("code", "name").iter_rows()}
    for party in customers.archive.parties:
        found[party.code] = party.as_of(customers.as_of).name or found.get(party.code, "")
    return found


def text(value: Any) -> Any:
    """A value as ``--json`` writes it: decimals and days as texts, no idle zeros."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def rows_of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as ``--json`` writes them; amounts have two decimals at least."""
    return [
        {
            name: money_text(value) if name in AMOUNTS else text(value)
            for name, value in row.items()
        }
        for row in frame.iter_rows(named=True)
    ]


AMOUNTS = frozenset(
    {
        "amount", "sales", "sales_before", "monetary", "total", "limit", "used", "overdue",
        "orders", "deliveries", "invoices", "notes", "advances", "order", "group_total",
    }
)  # fmt: skip
"""Columns that hold money."""


def money_text(value: Any) -> Any:
    """An amount with two decimals, more where it has more."""
    if not isinstance(value, Decimal):
        return text(value)
    return f"{value:.2f}" if value == round(value, 2) else f"{value.normalize():f}"


def sheet(
    name: str,
    frame: pl.DataFrame,
    headings: Mapping[str, tuple[str, Kind]],
    *,
    chart: Chart | None = None,
    lines: Iterable[str] = (),
) -> Sheet:
    """A sheet of one table with a chart below it."""
    wanted = [column for column in headings if column in frame.columns]
    exact = [
        pl.col(column).cast(pl.Decimal(28, 4 if headings[column][1] == "money" else 10))
        for column in wanted
        if isinstance(frame.schema[column], pl.Decimal)
    ]
    columns = tuple(
        Column(column, headings[column][0], kind=headings[column][1]) for column in wanted
    )
    listing = Listing(columns=columns, frame=frame.with_columns(exact).select(wanted), keep=1)
    small = tuple(Line(line) for line in lines)
    parts: tuple[Part, ...] = (Title(name), *small, listing)
    return Sheet(name=name, parts=parts if chart is None or frame.is_empty() else (*parts, chart))
