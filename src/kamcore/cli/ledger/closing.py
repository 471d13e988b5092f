"""``kamcore close``: what stands against closing a period, what is to be booked, and the seal."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books import Books
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import force_option, split
from kamcore.cli.shell.drafts import Drafting, as_json, drafts_options, ready, save, show
from kamcore.cli.shell.faults import BAD_VALUE, MISSING
from kamcore.cli.shell.figures import show_problems
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs, read_options, source_format
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.errors import Problem, UsageError
from kamcore.ledger.balances import span_of
from kamcore.ledger.closing import Closing, close_period
from kamcore.ledger.closing_drafts import ClosingDrafts, TransferChoice, closing_drafts
from kamcore.ledger.log import LogEntry, verify
from kamcore.ledger.sealing import closed_in, compare_seals, record_closing
from kamcore.model.closing_rate import ClosingRate
from kamcore.pipeline import read
from kamcore.pipeline.form_file import read_forms
from kamcore.pipeline.log_file import read_log, write_log
from kamcore.place import Place


@attrs.frozen(kw_only=True)
class Request:
    """What closing a period is asked."""

    period: str
    rate: tuple[str, ...] = ()
    rates: Path | None = None
    closed: str = ""
    posted: bool = False
    one_voucher: bool = False
    red: bool = False
    booked_only: bool = False
    year_end: bool | None = None
    log: Path | None = None
    seal: bool = False
    person: str | None = None
    at: dt.datetime | None = None
    drafts: Path | None = None
    to: str | None = None
    preparer: str | None = None
    force: bool = False
    source_format: str | None = None
    read_options: tuple[str, ...] = ()

    def choice(self) -> TransferChoice:
        """How profit and loss are transferred."""
        return TransferChoice(
            one_voucher=self.one_voucher,
            red=self.red,
            booked_only=self.booked_only,
            year_end=self.year_end,
        )


@attrs.frozen(kw_only=True)
class _Log:
    """A log as it was read, and what is wrong with it."""

    entries: tuple[LogEntry, ...] = ()
    problems: tuple[Problem, ...] = ()


def _transfer_options(function: Any) -> Any:
    year_end = option(
        "--year-end/--no-year-end",
        default=None,
        zh="是否结转本年利润; 缺省在第 12 期",
        en="Transfer the year's profit or not; by default in period 12.",
    )
    booked = option(
        "--booked-only",
        is_flag=True,
        zh="结转只计已审核和已记账的凭证",
        en="Transfer only what is reviewed or posted.",
    )
    red = option(
        "--red",
        is_flag=True,
        zh="反方向余额在原方向红字结转",
        en="Transfer contrary balances in red on the usual side.",
    )
    one = option(
        "--one-voucher",
        is_flag=True,
        zh="收入和费用结转在一张凭证",
        en="One voucher for income and expenses.",
    )
    for add in (year_end, booked, red, one):
        function = add(function)
    return function


def _seal_options(function: Any) -> Any:
    at = option(
        "--at",
        type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
        metavar="TIME",
        zh="结账时间, 如 2026-04-02T09:30, 记入日志",
        en="When it was closed, such as 2026-04-02T09:30, for the log.",
    )
    person = option(
        "--person", metavar="NAME", zh="结账人, 记入日志", en="Who closes, for the log."
    )
    seal = option(
        "--seal",
        is_flag=True,
        zh="无阻碍时把结账封存记入日志; 不给则只试算",
        en="Record the seal in the log when nothing blocks; else this is a dry run.",
    )
    log = option(
        "--log",
        type=PATH,
        metavar="FILE",
        zh="结账日志: 已结期间由此得知, 封存记于其中",
        en="The log: it says which periods are closed and takes the seal.",
    )
    closed = option(
        "--closed",
        default="",
        metavar="PERIODS",
        zh="没有日志时, 已结账的期间, 用逗号分开",
        en="Without a log: the periods that are closed, separated by commas.",
    )
    for add in (at, person, seal, log, closed):
        function = add(function)
    return function


@grammar.command(
    "close",
    zh="结账: 列出阻碍结账的事项, 起草期末调汇、结转损益和年终结转凭证, 计算封存校验值。"
    "缺省只试算; -o 写出凭证草稿, --seal 记入日志。",
    en="Close a period of FILE: what stands against it, drafts of revaluation and transfers, and "
    "the seal. A dry run by default; -o writes the drafts, --seal records the closing.",
)
@click.argument("file", type=PATH)
@option(
    "--period", required=True, metavar="PERIOD", zh="会计期间, 如 2026-03", en="Such as 2026-03."
)
@option(
    "--rate",
    multiple=True,
    metavar="CURRENCY=RATE",
    zh="期末汇率, 如 USD=7.1890, 可多次给出",
    en="A closing rate, such as USD=7.1890; may be repeated.",
)
@option("--rates", type=PATH, metavar="FORM", zh="期末汇率表单", en="A form of closing rates.")
@option(
    "--posted",
    is_flag=True,
    zh="文件不写状态的凭证视为已记账",
    en="Take vouchers whose state the file does not say as posted.",
)
@_transfer_options
@_seal_options
@drafts_options("-o")
@force_option
@read_options
@source_format
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Close a period, or say why not."""
    request = Request(**asked)
    drafting = Drafting.of(request)
    ready(drafting)
    _complete(request)
    rates, indirect = _rates(request)
    log = _opened(request)
    options = pairs(request.read_options, "--option")
    reading = read(file, request.source_format, options=options)
    books = _as_posted(reading.books) if request.posted else reading.books
    found = _closing(books, request, log)
    planned = closing_drafts(
        books, request.period, rates, indirect=indirect, choice=request.choice()
    )
    written = save(screen, planned.drafts, books, drafting)
    recorded = _record(request, found, log)
    if screen.is_json:
        problems = [problem.to_json(screen.lang) for problem in reading.problems]
        said = _as_json(screen, request, found, planned)
        screen.emit({**said, "recorded": recorded, "problems": problems, **written})
    else:
        _show(screen, file, (request, found, planned), books)
        if recorded:
            screen.line(f"  已记入 {request.log}", f"  recorded in {request.log}")
        show_problems(screen, reading, file)
    return int(bool(found.blocking) or needs_a_look(reading.problems))


def _complete(request: Request) -> None:
    """Refuse a seal without a log, a person or a time, and a span of periods.

    Raises:
        UsageError: one is missing, or the period is none.
    """
    span = span_of(request.period)
    command_path = click.get_current_context().command_path
    if span.first != span.last:
        facts = {"parameter": "--period", "wants": "", "command": command_path}
        raise UsageError(BAD_VALUE.at(Place(), request.period, **facts))
    if request.seal:
        needed = {"--log": request.log, "--person": request.person, "--at": request.at}
        for name, value in needed.items():
            if value is None:
                raise UsageError(MISSING.at(Place(), name, command=command_path))


def _rates(request: Request) -> tuple[dict[str, Decimal], list[str]]:
    """Closing rates by currency, and the currencies quoted indirectly.

    Raises:
        UsageError: a rate is no positive number.
        SourceError: the form is wrong.
    """
    found, indirect = {}, []
    if request.rates is not None:
        year, number = divmod(span_of(request.period).last, 100)
        for one in read_forms([request.rates]).require().of(ClosingRate):
            if one.period and divmod(span_of(one.period).last, 100) != (year, number):
                continue
            found[one.currency] = one.rate
            if one.indirect:
                indirect.append(one.currency)
    for currency, text in pairs(request.rate, "--rate").items():
        try:
            rate = Decimal(text)
        except InvalidOperation:
            rate = Decimal(0)
        if not (rate.is_finite() and rate > 0):
            command_path = click.get_current_context().command_path
            facts = {"parameter": "--rate", "wants": "", "command": command_path}
            raise UsageError(BAD_VALUE.at(Place(), f"{currency}={text}", **facts))
        found[currency] = rate
    return found, indirect


def _opened(request: Request) -> _Log:
    if request.log is None or not request.log.exists():
        return _Log()
    entries = read_log(request.log)
    return _Log(entries=entries, problems=tuple(verify(entries)))


def _as_posted(books: Books) -> Books:
    return books.replace(
        vouchers=books.vouchers.with_columns(pl.col("status").fill_null("posted"))
    )


def _closing(books: Books, request: Request, log: _Log) -> Closing:
    """What stands against closing; a broken log and a changed closed period block too."""
    sealed = closed_in(log.entries)
    year, number = divmod(span_of(request.period).last, 100)
    earlier = [one for one in sealed if one.period != (year, number)]
    closed = {divmod(span_of(text).last, 100) for text in split(request.closed)}
    closed |= {one.period for one in earlier}
    same = [one for one in sealed if one.period == (year, number)]
    previous = same[-1].previous if same else (earlier[-1].hash if earlier else "")
    found = close_period(books, request.period, closed=closed, previous=previous)
    against = (*log.problems, *compare_seals(books, sealed))
    if not against:
        return found
    return attrs.evolve(found, blocking=(*against, *found.blocking), seal=None)


def _record(request: Request, found: Closing, log: _Log) -> bool:
    """Add the closing to the log where that was asked for and nothing blocks."""
    wanted = request.seal and found.seal is not None
    if not wanted or request.log is None or found.seal is None or request.at is None:
        return False
    entries = record_closing(log.entries, found.seal, request.person or "", request.at)
    if len(entries) > len(log.entries):
        write_log(entries, request.log)
    return True


def _as_json(
    screen: Screen, request: Request, found: Closing, planned: ClosingDrafts
) -> Mapping[str, Any]:
    seal = found.seal
    return {
        "period": request.period,
        "blocking": [problem.to_json(screen.lang) for problem in found.blocking],
        "notes": [problem.to_json(screen.lang) for problem in planned.findings],
        "drafts": as_json(planned.drafts),
        "sealed": None if seal is None else {"hash": seal.hash, "previous": seal.previous},
    }


def _show(
    screen: Screen, file: Path, what: tuple[Request, Closing, ClosingDrafts], books: Books
) -> None:
    request, found, planned = what
    screen.line(f"{file}: 结账 {request.period}", f"{file}: close {request.period}", bold=True)
    if found.blocking:
        count = len(found.blocking)
        screen.line(
            f"  不能结账, {count} 项未通过:", f"  it cannot be closed, for {count} reasons:"
        )
        screen.problems(found.blocking, count)
    if planned.findings:
        screen.problems(planned.findings, len(planned.findings))
    if planned.drafts:
        show(screen, planned.drafts, books)
        screen.line()
    if found.seal is not None:
        screen.line(
            f"  可以结账, 封存校验值 {found.seal.hash}",
            f"  it can be closed; the seal is {found.seal.hash}",
        )
