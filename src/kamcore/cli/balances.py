"""``kamcore balance``: opening, movement and closing of every account, by members and period."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.cli import grammar
from kamcore.cli.asking import (
    Asked,
    account_option,
    by_option,
    measure_option,
    opened,
    period_option,
    shared_options,
    split,
)
from kamcore.cli.figures import (
    Answer,
    Table,
    answer,
    decimals,
    members_of,
    spelled,
    spelled_one,
)
from kamcore.cli.options import PATH
from kamcore.cli.screen import Screen
from kamcore.format import Reading
from kamcore.ledger.balances import FIGURES, balances, measure_of, span_of
from kamcore.ledger.selection import Scope, describe
from kamcore.reports.balances import MEASURE_WORDS, BalanceQuestion, balance_report
from kamcore.reports.naming import beside, keys_in_order, with_names

ORDER = ("opening", "debit", "credit", "closing", "ytd_debit", "ytd_credit")
"""The six figures in the order they are printed."""


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What a table of balances is asked to hold."""

    by: str = ""
    account: str | None = None
    period: str | None = None
    measure: str = "base"

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
@by_option
@period_option
@account_option(
    "只要这些科目及其下级, 用逗号分开",
    "Only these accounts and those below them, separated by commas.",
)
@measure_option("base", "fx", "quantity")
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print balances."""
    request = Request(**asked)
    if request.period is not None:
        span_of(request.period)
    reading = opened(file, request)
    frame = _balances(reading, request, by=split(request.by), period=request.period)
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
    measure = reading.books.entity.base_currency
    words = (measure, measure) if request.measure == "base" else MEASURE_WORDS[request.measure]
    found = Answer(
        title=(
            f"{file}: 余额表{period}, {words[0]}, 借方为正",
            f"{file}: balances{period}, {words[1]}, debit positive",
        ),
        table=table,
        said=_as_json(frame, keys, reading, request, totals),
        sheets=lambda: balance_report(reading.books, request.question(), screen.lang),
    )
    return answer(screen, file, reading, request, found)


def _balances(
    reading: Reading, request: Request, *, by: tuple[str, ...], period: str | None
) -> pl.DataFrame:
    """The balances of one measure, under the plain names of their figures."""
    prefix = measure_of(request.measure).prefix
    frame: pl.DataFrame = balances(
        reading.books,
        account=split(request.account) or None,
        by=by,
        period=period,
        measures=[request.measure],
    )
    if request.measure == "fx":
        frame = frame.filter(pl.col("currency") != reading.books.entity.base_currency)
    return frame.rename({prefix + name: name for name in FIGURES})


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
        frame = _balances(reading, request, by=(), period=span)
    return frame.select(pl.col(FIGURES).sum()).row(0, named=True)


def _as_json(
    frame: pl.DataFrame,
    keys: list[str],
    reading: Reading,
    request: Request,
    totals: dict[str, Decimal],
) -> dict[str, Any]:
    base = decimals(reading)
    places = {"base": base, "quantity": 0}.get(request.measure)
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
    shown = base if places is None else places
    return {
        "period": request.period,
        "policy": {
            **describe(scope),
            "measure": request.measure,
            "base_currency": reading.books.entity.base_currency,
        },
        "rows": rows,
        # Amounts of several currencies have no total.
        "totals": {name: spelled_one(totals[name], shown) if totals else None for name in ORDER},
    }
