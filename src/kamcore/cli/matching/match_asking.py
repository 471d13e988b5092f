"""What ``match`` and ``settle`` are asked alike: which lists, how, and by whom."""

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli.matching.alias_tables import alias_option
from kamcore.cli.shell.faults import BAD_VALUE
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs, read_options, source_format
from kamcore.errors import UsageError
from kamcore.matching.policy import REASONS, MatchPolicy, reason_of
from kamcore.model.currency import currency_code
from kamcore.place import Place

__all__ = ["Request", "match_options", "policy_of", "rates_of"]


@attrs.frozen(kw_only=True)
class Request:
    """What both commands are asked."""

    items: Path
    receipts: Path | None = None
    source_format: str | None = None
    read_options: tuple[str, ...] = ()
    as_of: dt.datetime | None = None
    role: str = "customer"
    account: str = ""
    tolerance: str = "0"
    tolerance_percent: str = "0"
    window: int | None = None
    reason_account: tuple[str, ...] = ()
    rate: tuple[str, ...] = ()
    seconds: float | None = None
    person: str = ""
    replay: Path | None = None
    aliases: tuple[Path, ...] = ()
    layout: Path | None = None
    items_layout: Path | None = None


def match_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the arguments and options of `Request`."""
    for add in reversed([*_which(), *_how()]):
        function = add(function)
    return function


def _which() -> list[Callable[..., Any]]:
    """What is matched: files, and what of books."""
    return [
        click.argument("items", type=PATH),
        click.argument("receipts", type=PATH, required=False),
        source_format,
        read_options,
        option(
            "--layout",
            type=PATH,
            metavar="TOML",
            zh='RECEIPTS 的版式: 银行对账单或收款清单的列名 (kind = "list"), 或账套的版式',
            en="Layout of RECEIPTS: headings of a bank statement or receipts sheet "
            '(kind = "list"), or one of books.',
        ),
        option(
            "--items-layout",
            type=PATH,
            metavar="TOML",
            zh="ITEMS 的版式",
            en="The same for ITEMS.",
        ),
        option(
            "--as-of",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="DATE",
            zh="账套取到哪一天的未结清款项; 缺省到最后一笔",
            en="Until when books count; else until their last line.",
        ),
        option(
            "--role",
            type=click.Choice(["customer", "supplier"]),
            default="customer",
            show_default=True,
            zh="账套中核销应收 (customer) 还是应付 (supplier)",
            en="Whether books are matched for customers or for suppliers.",
        ),
        option(
            "--account",
            default="",
            metavar="CODES",
            zh="账套中的往来科目, 用逗号分开; 缺省按科目用途",
            en="Control accounts of books, separated by commas; else by their role.",
        ),
    ]


def _how() -> list[Callable[..., Any]]:
    """What is certain enough, and who decides."""
    return [
        option(
            "--tolerance",
            default="0",
            metavar="AMOUNT",
            zh="可核销的差额 (金额)",
            en="Difference that may be written off, in money.",
        ),
        option(
            "--tolerance-percent",
            default="0",
            metavar="PERCENT",
            zh="可核销的差额 (百分比)",
            en="The same in per cent of what is settled.",
        ),
        option(
            "--window",
            type=click.IntRange(min=0),
            metavar="DAYS",
            zh="凭金额核销时, 收款最晚在单据之后多少天",
            en="Days a receipt may come after its document and still be matched by amount.",
        ),
        option(
            "--reason-account",
            multiple=True,
            metavar="REASON=ACCOUNT",
            zh="差额原因对应的科目, 可多次给出, 如 返利扣款=6001",
            en="Account of a reason, may be repeated, such as rebate=6001.",
        ),
        option(
            "--rate",
            multiple=True,
            metavar="CURRENCY=RATE",
            zh="清单没有本位币金额时的汇率, 可多次给出, 如 USD=7.15",
            en="Rate where a list says no base amount, may be repeated, such as USD=7.15.",
        ),
        option(
            "--seconds",
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            zh="成组搜索最多用多少秒; 到时未判定的照实说明。缺省只限工作量, 与机器快慢无关",
            en="Most seconds of group searches; what is left then is said to be not decided.  "
            "Else only their work is bounded, and every machine answers alike.",
        ),
        option(
            "--person", default="", metavar="NAME", zh="核销人", en="Who decides; kept with it."
        ),
        alias_option,
        option(
            "--replay",
            type=PATH,
            metavar="DECISIONS",
            zh="不再搜索, 按保存的决定重现同一结果",
            en="Search nothing: give the identical result of saved decisions.",
        ),
    ]


def policy_of(request: Request) -> MatchPolicy:
    """The policy the options ask for.

    Raises:
        UsageError: an amount cannot be read, or a reason is not known.
    """
    accounts = {}
    for name, code in pairs(request.reason_account, "--reason-account").items():
        reason = reason_of(name)
        if reason is None:
            known = ", ".join(f"{one.zh} ({one.id})" for one in REASONS)
            raise _bad(name, "--reason-account", f" ({known})")
        accounts[reason.id] = code
    usual = MatchPolicy()
    until = None if request.seconds is None else time.monotonic() + request.seconds
    return MatchPolicy(
        tolerance=_figure(request.tolerance, "--tolerance"),
        tolerance_share=_figure(request.tolerance_percent, "--tolerance-percent") / 100,
        accounts=accounts,
        person=request.person,
        stopwatch=None if until is None else lambda: time.monotonic() >= until,
        after=usual.after if request.window is None else request.window,
    )


def _figure(text: str, parameter: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        raise _bad(text, parameter, " (≥ 0)")
    return value


def _bad(value: str, parameter: str, wants: str) -> UsageError:
    command = click.get_current_context().command_path
    return UsageError(
        BAD_VALUE.at(Place(), value, command=command, parameter=parameter, wants=wants)
    )


def rates_of(request: Request) -> dict[str, Decimal]:
    """The rates asked for by currency, base per unit.

    Raises:
        UsageError: a currency or a rate cannot be read.
    """
    found = {}
    for name, text in pairs(request.rate, "--rate").items():
        code, rate = currency_code(name), _figure(text, "--rate")
        if code is None or not rate:
            raise _bad(f"{name}={text}", "--rate", " (USD=7.15)")
        found[code] = rate
    return found
