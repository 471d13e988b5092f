"""``kamcore balance``: opening, movement and closing of every account, by members and period."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.cli.ledger.measured import (
    Measured,
    measured_balances,
    measured_options,
    places,
    policy,
    words,
)
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import account_option, opened, split
from kamcore.cli.shell.figures import (
    Answer,
    Table,
    answer,
    decimals,
    members_of,
    spelled,
    spelled_one,
)
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.format import Reading
from kamcore.ledger.balances import FIGURES
from kamcore.ledger.selection import Scope
from kamcore.reports.balances import BalanceQuestion, balance_report
from kamcore.reports.naming import beside, keys_in_order, with_names

ORDER = ("opening", "debit", "credit", "closing", "ytd_debit", "ytd_credit")
"""The six figures in the order they are printed."""


@attrs.frozen(kw_only=True)
class Request(Measured):
    """What a table of balances is asked to hold."""

    account: str | None = None

    def question(self) -> BalanceQuestion:
        """The same as the report is asked it."""
        return BalanceQuestion(
            account=split(self.account),
            by=split(self.by),
            period=self.period,
            measure=self.measure,
        )


@grammar.command(
    "balance",
    zh="余额表: 期初, 借方, 贷方, 期末, 本年累计, 按科目和核算项目, 借方为正。"
    "不给 --period 时每个期间一行。",
    en="Balances of FILE per account and dimensions: opening, debit, credit, closing, year to "
    "date, debit positive. Without --period there is one row per period.",
)
@click.argument("file", type=PATH)
@account_option(
    "只要这些科目及其下级, 用逗号分开",
    "Only these accounts and those below them, separated by commas.",
)
@measured_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print balances."""
    request = Request(**asked)
    reading = opened(file, request)
    frame = measured_balances(reading, request, split(request.account) or None)
    keys = keys_in_order(frame.columns, split(request.by))
    frame = with_names(frame.sort(*keys, "year", "period"), keys, reading.books)
    totals = _totals(reading, frame, request)
    when = () if request.period else ("year", "period")
    table = Table(
        frame=frame.select(*beside(keys), *when, *ORDER),
        footer={keys[0]: screen.say("合计", "total"), **totals} if totals else {},
        decimals=decimals(reading),
        bar="closing" if request.period and not _mixed(frame, request) else None,
    )
    period = f" {request.period}" if request.period else ""
    zh, en = words(reading, request)
    found = Answer(
        title=(
            f"{file}: 余额表{period}, {zh}, 借方为正",
            f"{file}: balances{period}, {en}, debit positive",
        ),
        table=table,
        said=_as_json(frame, keys, reading, request, totals),
        sheets=lambda: balance_report(reading.books, request.question(), screen.lang),
    )
    return answer(screen, file, reading, request, found)


def _mixed(frame: pl.DataFrame, request: Request) -> bool:
    """True where rows cannot be added up: several currencies in their own amounts."""
    return request.measure == "fx" and frame["currency"].n_unique() > 1


def _totals(reading: Reading, frame: pl.DataFrame, request: Request) -> dict[str, Decimal]:
    """The six figures over all rows; without a period, over the span of all periods."""
    if _mixed(frame, request):
        return {}
    if request.period is None and frame.height:
        ends = frame.select(months=pl.col("year") * 100 + pl.col("period"))["months"]
        first, last = (divmod(int(str(end)), 100) for end in (ends.min(), ends.max()))
        span = f"{first[0]}-{first[1]}..{last[0]}-{last[1]}"
        accounts = split(request.account) or None
        frame = measured_balances(reading, request, accounts, by=(), period=span)
    return frame.select(pl.col(FIGURES).sum()).row(0, named=True)


def _as_json(
    frame: pl.DataFrame,
    keys: list[str],
    reading: Reading,
    request: Request,
    totals: dict[str, Decimal],
) -> dict[str, Any]:
    exact = places(reading, request)
    when = ("year", "period") if request.period is None else ()
    rows = [
        {
            "account": row["account"],
            "account_name": row["account_name"],
            "member": members_of(row, keys),
            "currency": row["currency"],
            **{name: row[name] for name in (*when, *ORDER)},
        }
        for row in spelled(frame, exact).iter_rows(named=True)
    ]
    scope = Scope(accounts=split(request.account), by=split(request.by))
    shown = decimals(reading) if exact is None else exact
    return {
        "period": request.period,
        "policy": policy(scope, reading, request),
        "rows": rows,
        # Amounts of several currencies have no total.
        "totals": {name: spelled_one(totals[name], shown) if totals else None for name in ORDER},
    }
