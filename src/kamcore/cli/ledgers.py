"""``kamcore ledger``: the lines of an account with the balance after each."""

from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books.schema import AUX
from kamcore.cli import grammar
from kamcore.cli.faults import BAD_VALUE
from kamcore.cli.figures import (
    Asked,
    Table,
    beside,
    by_option,
    decimals,
    emit,
    give,
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
from kamcore.errors import UsageError
from kamcore.format import Reading
from kamcore.ledger.account_ledger import account_ledger
from kamcore.ledger.balances import balances, span_of
from kamcore.ledger.selection import Scope, describe
from kamcore.place import Place

EVER = "1-1..9999-12"
"""A span every period falls into."""

_SHOWN = ("date", "voucher", "line_no", "summary", "debit", "credit", "direction", "balance")


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What a ledger is asked to hold."""

    account: str
    by: str = ""
    member: tuple[str, ...] = ()
    period: str | None = None

    def members(self) -> dict[str, str]:
        """The member of each dimension: the first belongs to the first of `by`, and so on.

        Raises:
            UsageError: there are more members than dimensions.
        """
        names = [name for name in split(self.by) if name not in ("account", "currency")]
        if len(self.member) > len(names):
            command = click.get_current_context().command_path
            surplus = self.member[len(names)]
            facts = {"parameter": "--member", "wants": " (--by)", "command": command}
            raise UsageError(BAD_VALUE.at(Place(), surplus, **facts))
        return dict(zip(names, self.member, strict=False))


@grammar.command(
    "ledger",
    zh="明细账: 一个科目 (及其下级) 的每一笔分录和余额, 可按核算项目。金额为本位币。",
    en="Ledger of an account of FILE and those below it: every line with the balance after it, "
    "in base currency, by members where asked.",
)
@click.argument("file", type=PATH)
@option(
    "--account",
    required=True,
    metavar="CODE",
    zh="科目代码, 包括其下级",
    en="The account, with those below it.",
)
@by_option
@option(
    "--member",
    multiple=True,
    metavar="CODE",
    zh="只要这个核算项目; --by 有几个维度可给几次, 依次对应",
    en="Only this member; given several times, one for each dimension of --by.",
)
@option(
    "--period",
    metavar="PERIOD",
    zh="会计期间, 如 2026-03 或 2026-01..2026-03",
    en="A period, such as 2026-03 or 2026-01..2026-03.",
)
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print a ledger."""
    request = Request(**asked)
    members = request.members()
    if request.period is not None:
        span_of(request.period)
    reading = opened(file, request)
    by = split(request.by)
    found = account_ledger(
        reading.books, request.account, by=by, members=members, period=request.period
    )
    lines = found.frame.with_columns(voucher=_voucher())
    keys = list(lines.columns[: lines.columns.index("year")])
    sums = _sums(reading, request, keys)
    lines = with_names(lines, keys, reading)
    table = _table(screen, lines, sums, keys, reading)
    if screen.is_json:
        emit(screen, reading, table, request, _as_json(lines, sums, keys, reading, request))
    else:
        period = f" {request.period}" if request.period else ""
        currency = reading.books.entity.base_currency
        screen.line(
            f"{file}: {request.account} 明细账{period}, {currency}",
            f"{file}: ledger of {request.account}{period}, {currency}",
            bold=True,
        )
        give(screen, table, request)
        show_problems(screen, reading, file)
    return int(needs_a_look(reading.problems))


def _voucher() -> pl.Expr:
    """Word and number of a voucher: 记-12."""
    word, number = pl.col("word").fill_null(""), pl.col("number").cast(pl.String)
    return word + "-" + number.fill_null("")


def _sums(reading: Reading, request: Request, keys: list[str]) -> pl.DataFrame:
    """Per member what stood before, the movement and what stands after, also without a line."""
    figures = ("opening", "debit", "credit", "closing")
    frame: pl.DataFrame = balances(
        reading.books,
        account=request.account,
        by=split(request.by),
        period=request.period or EVER,
    )
    for name, code in request.members().items():
        column = next(key for key in (AUX + name, name) if key in keys)
        frame = frame.filter(pl.col(column) == code)
    if not keys:
        return frame.select(pl.col(figures).sum())
    return frame.group_by(keys).agg(pl.col(figures).sum()).sort(keys)


def _table(
    screen: Screen,
    lines: pl.DataFrame,
    sums: pl.DataFrame,
    keys: list[str],
    reading: Reading,
) -> Table:
    """The lines between an opening and a closing row for each member."""
    sums = with_names(sums, keys, reading)
    opening, total = screen.say("期初余额", "opening"), screen.say("合计", "total")
    before = sums.select(
        *beside(keys), summary=pl.lit(opening), balance=pl.col("opening"), rank=pl.lit(0)
    )
    after = sums.select(
        *beside(keys),
        "debit",
        "credit",
        summary=pl.lit(total),
        balance=pl.col("closing"),
        rank=pl.lit(2),
    )
    ends = pl.concat([before, after], how="diagonal")
    signs = {1: "借", -1: "贷", 0: "平"}
    sign = pl.col("balance").sign().cast(pl.Int64)
    ends = ends.with_columns(direction=sign.replace_strict(signs, return_dtype=pl.String))
    body = lines.select(*beside(keys), *_SHOWN, rank=pl.lit(1))
    rows = pl.concat([body, ends], how="diagonal_relaxed")
    rows = rows.sort(*keys, "rank", maintain_order=True).drop("rank")
    return Table(title=("明细账", "ledger"), frame=rows, decimals=decimals(reading))


def _as_json(
    lines: pl.DataFrame,
    sums: pl.DataFrame,
    keys: list[str],
    reading: Reading,
    request: Request,
) -> dict[str, Any]:
    places = decimals(reading)
    names = ("year", "period", "account", "currency", *_SHOWN)
    rows = [
        {**({"member": members_of(row, keys)} if keys else {}), **{n: row[n] for n in names}}
        for row in spelled(lines, places).iter_rows(named=True)
    ]
    ends = sums.select(pl.col("opening", "closing").sum()).row(0)
    scope = Scope(accounts=request.account, by=split(request.by), members=request.members())
    each = [
        {"member": members_of(row, keys), **{n: row[n] for n in sums.columns if n not in keys}}
        for row in spelled(sums, places).iter_rows(named=True)
    ]
    return {
        "account": request.account,
        "period": request.period,
        "policy": {
            **describe(scope),
            "measure": "base",
            "base_currency": reading.books.entity.base_currency,
        },
        "rows": rows,
        "opening": spelled_one(ends[0], places),
        "closing": spelled_one(ends[1], places),
        "members": each if keys else [],
    }
