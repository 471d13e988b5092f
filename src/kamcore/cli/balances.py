"""``kamcore balance``: opening, movement and closing of every account, by members and period."""

from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.cli import grammar
from kamcore.cli.figures import (
    Asked,
    Table,
    beside,
    by_option,
    decimals,
    emit,
    give,
    keys_in_order,
    members_of,
    opened,
    shared_options,
    show_problems,
    spelled,
    spelled_one,
    split,
    with_names,
)
from kamcore.cli.grammar import option
from kamcore.cli.options import PATH
from kamcore.cli.screen import Screen, needs_a_look
from kamcore.format import Reading
from kamcore.ledger.balances import FIGURES, balances, span_of
from kamcore.ledger.selection import Scope, describe

ORDER = ("opening", "debit", "credit", "closing", "ytd_debit", "ytd_credit")
"""The six figures in the order they are printed."""


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What a table of balances is asked to hold."""

    by: str = ""
    account: str | None = None
    period: str | None = None


@grammar.command(
    "balance",
    zh="余额表: 期初, 借方, 贷方, 期末, 本年累计, 按科目和核算项目。金额为本位币, 借方为正。"
    "不给 --period 时每个期间一行。",
    en="Balances of FILE per account and dimensions: opening, debit, credit, closing, year to "
    "date, in base currency, debit positive. Without --period there is one row per period.",
)
@click.argument("file", type=PATH)
@by_option
@option(
    "--period",
    metavar="PERIOD",
    zh="会计期间, 如 2026-03 或 2026-01..2026-03",
    en="A period, such as 2026-03 or 2026-01..2026-03.",
)
@option(
    "--account",
    metavar="CODES",
    zh="只要这些科目及其下级, 用逗号分开",
    en="Only these accounts and those below them, separated by commas.",
)
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print balances."""
    request = Request(**asked)
    if request.period is not None:
        span_of(request.period)
    reading = opened(file, request)
    by, accounts = split(request.by), split(request.account) or None
    frame = balances(reading.books, account=accounts, by=by, period=request.period)
    keys = keys_in_order(frame.columns, by)
    frame = with_names(frame.sort(*keys, "year", "period"), keys, reading)
    totals = _totals(reading, frame, request)
    when = () if request.period else ("year", "period")
    table = Table(
        title=("余额表", "balances"),
        frame=frame.select(*beside(keys), *when, *ORDER),
        footer={keys[0]: screen.say("合计", "total"), **totals},
        decimals=decimals(reading),
    )
    if screen.is_json:
        emit(screen, reading, table, request, _as_json(frame, keys, reading, request, totals))
    else:
        period = f" {request.period}" if request.period else ""
        currency = reading.books.entity.base_currency
        screen.line(
            f"{file}: 余额表{period}, {currency}, 借方为正",
            f"{file}: balances{period}, {currency}, debit positive",
            bold=True,
        )
        give(screen, table, request)
        show_problems(screen, reading, file)
    return int(needs_a_look(reading.problems))


def _totals(reading: Reading, frame: pl.DataFrame, request: Request) -> dict[str, Any]:
    """The six figures over all rows; without a period, over the span of all periods."""
    if request.period is None and frame.height:
        ends = frame.select(months=pl.col("year") * 100 + pl.col("period"))["months"]
        first, last = (divmod(int(str(end)), 100) for end in (ends.min(), ends.max()))
        span = f"{first[0]}-{first[1]}..{last[0]}-{last[1]}"
        accounts = split(request.account) or None
        frame = balances(reading.books, account=accounts, period=span)
    return frame.select(pl.col(FIGURES).sum()).row(0, named=True)


def _as_json(
    frame: pl.DataFrame,
    keys: list[str],
    reading: Reading,
    request: Request,
    totals: dict[str, Any],
) -> dict[str, Any]:
    places = decimals(reading)
    when = ("year", "period") if request.period is None else ()
    rows = [
        {
            "account": row["account"],
            "account_name": row["account_name"],
            "member": members_of(row, keys),
            "currency": row["currency"],
            **{name: row[name] for name in (*when, *ORDER)},
        }
        for row in spelled(frame, places).iter_rows(named=True)
    ]
    scope = Scope(accounts=split(request.account), by=split(request.by))
    return {
        "period": request.period,
        "policy": {
            **describe(scope),
            "measure": "base",
            "base_currency": reading.books.entity.base_currency,
        },
        "rows": rows,
        "totals": {name: spelled_one(totals[name], places) for name in ORDER},
    }
