"""``kamcore ledger``: the lines of an account with the balance after each."""

from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books.schema import AUX
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
from kamcore.cli.shell.faults import BAD_VALUE
from kamcore.cli.shell.figures import (
    Answer,
    Table,
    answer,
    decimals,
    members_of,
    spelled,
    spelled_one,
)
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.errors import UsageError
from kamcore.format import Reading
from kamcore.ledger.account_ledger import account_ledger
from kamcore.ledger.selection import Scope
from kamcore.place import Place
from kamcore.reports.account_ledgers import LedgerQuestion, ledger_report, voucher_text
from kamcore.reports.naming import beside, with_names

EVER = "1-1..9999-12"
"""A span every period falls into."""

_SHOWN = ("date", "voucher", "line_no", "summary", "debit", "credit", "direction", "balance")


@attrs.frozen(kw_only=True)
class Request(Measured):
    """What a ledger is asked to hold."""

    account: str
    member: tuple[str, ...] = ()

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

    def question(self) -> LedgerQuestion:
        """The same as the report is asked it."""
        return LedgerQuestion(
            account=self.account,
            by=split(self.by),
            members=self.members(),
            period=self.period,
            measure=self.measure,
        )


@grammar.command(
    "ledger",
    zh="明细账: 一个科目 (及其下级) 的每一笔分录和余额, 可按核算项目。",
    en="Ledger of an account of FILE and those below it: every line with the balance after it, "
    "by members where asked.",
)
@click.argument("file", type=PATH)
@account_option("科目代码, 包括其下级", "The account, with those below it.", required=True)
@option(
    "--member",
    multiple=True,
    metavar="CODE",
    zh="只要这个核算项目; --by 有几个维度可给几次, 依次对应",
    en="Only this member; given several times, one for each dimension of --by.",
)
@measured_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print a ledger."""
    request = Request(**asked)
    question = request.question()
    reading = opened(file, request)
    found = account_ledger(
        reading.books,
        question.account,
        by=question.by,
        members=question.members,
        period=question.period,
        measure=question.measure,
    )
    lines = found.frame.with_columns(voucher=voucher_text())
    keys = list(lines.columns[: lines.columns.index("year")])
    sums = _sums(reading, request, keys)
    lines = with_names(lines, keys, reading.books)
    period = f" {request.period}" if request.period else ""
    zh, en = words(reading, request)
    answered = Answer(
        title=(
            f"{file}: {request.account} 明细账{period}, {zh}",
            f"{file}: ledger of {request.account}{period}, {en}",
        ),
        table=_table(screen, lines, sums, keys, reading),
        said=_as_json(lines, sums, keys, reading, request),
        sheets=lambda: ledger_report(reading.books, question, screen.lang),
    )
    return answer(screen, file, reading, request, answered)


def _sums(reading: Reading, request: Request, keys: list[str]) -> pl.DataFrame:
    """Per member what stood before, the movement and what stands after, also without a line."""
    figures = ("opening", "debit", "credit", "closing")
    span = request.period or EVER
    frame = measured_balances(reading, request, request.account, period=span)
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
    sums = with_names(sums, keys, reading.books)
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
    return Table(frame=rows, decimals=decimals(reading))


def _as_json(
    lines: pl.DataFrame,
    sums: pl.DataFrame,
    keys: list[str],
    reading: Reading,
    request: Request,
) -> dict[str, Any]:
    exact = places(reading, request)
    names = ("year", "period", "account", "currency", *_SHOWN)
    rows = [
        {**({"member": members_of(row, keys)} if keys else {}), **{n: row[n] for n in names}}
        for row in spelled(lines, exact).iter_rows(named=True)
    ]
    scope = Scope(accounts=request.account, by=split(request.by), members=request.members())
    each = [
        {"member": members_of(row, keys), **{n: row[n] for n in sums.columns if n not in keys}}
        for row in spelled(sums, exact).iter_rows(named=True)
    ]
    return {
        "account": request.account,
        "period": request.period,
        "policy": policy(scope, reading, request),
        "rows": rows,
        **_ends(sums, keys, decimals(reading) if exact is None else exact),
        "members": each if keys else [],
    }


def _ends(sums: pl.DataFrame, keys: list[str], places: int) -> dict[str, str | None]:
    """Opening and closing over all members; none where they are in several currencies."""
    if "currency" in keys and sums["currency"].n_unique() > 1:
        return {"opening": None, "closing": None}
    opening, closing = sums.select(pl.col("opening", "closing").sum()).row(0)
    return {"opening": spelled_one(opening, places), "closing": spelled_one(closing, places)}
