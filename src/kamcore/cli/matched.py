"""What ``match`` and ``settle`` share: options, reading both lists, matching or replaying."""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books import Books
from kamcore.cli.alias_tables import alias_option, aliases_of
from kamcore.cli.faults import BAD_VALUE, MISSING
from kamcore.cli.figures import split
from kamcore.cli.grammar import option
from kamcore.cli.options import PATH, pairs, read_options, source_format
from kamcore.cli.progress import busy
from kamcore.cli.screen import Screen
from kamcore.errors import Fault, Problem, UsageError
from kamcore.matching.applying import Undo, applications
from kamcore.matching.columns import empty
from kamcore.matching.decisions import Saved, replay
from kamcore.matching.one_sided import match
from kamcore.matching.policy import REASONS, MatchPolicy, reason_of
from kamcore.matching.result import Matching
from kamcore.pipeline.decision_file import read_decisions
from kamcore.pipeline.match_lists import Lists, Wanted, read_lists
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

__all__ = ["Matched", "Request", "match_options", "matched", "policy_of", "with_applications"]

NOT_THESE_BOOKS = Fault(
    code="U1041",
    zh="核销记录只能写回同一个账套; {value} 用 .xlsx 写成清单",
    en="applications go back into one set of books only; write {value} as an .xlsx list",
    hint_zh="单据和收款都从同一账套读取时, 才能写出带核销记录的账套",
    hint_en="match a set of books with itself to write it with its applications",
)


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
    seconds: float | None = None
    person: str = ""
    replay: Path | None = None
    aliases: tuple[Path, ...] = ()
    layout: Path | None = None
    items_layout: Path | None = None


@attrs.frozen(kw_only=True)
class Matched:
    """Both lists and what was found between them."""

    items: Lists
    receipts: Lists
    matching: Matching
    saved: Saved
    lines: tuple[str, ...] = ()
    """Lines of the decision file that was replayed."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was odd about the files."""
        same = self.items is self.receipts
        return self.items.problems if same else (*self.items.problems, *self.receipts.problems)

    @property
    def base_currency(self) -> str:
        """The base currency of the books, else CNY."""
        books = self.items.books or self.receipts.books
        return books.entity.base_currency if books is not None else "CNY"


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


def matched(screen: Screen, request: Request) -> Matched:
    """Read both lists, then match them, or replay what was decided.

    Raises:
        UsageError: a file is missing, or an option cannot be read.
        SourceError: a file can be read neither as a format nor as a list.
        BooksError: saved decisions do not fit the lists.
    """
    policy = policy_of(request)
    for path in filter(None, (request.items, request.receipts, request.replay)):
        source_of(path)
    if request.layout is not None and _other(request) is None:
        command = click.get_current_context().command_path
        raise UsageError(MISSING.at(Place(), "RECEIPTS", command=command))
    wanted = Wanted(
        as_of=request.as_of.date() if request.as_of else None,
        role=request.role,
        accounts=split(request.account) or None,
    )
    options = pairs(request.read_options, "--option")
    other = _other(request)
    with busy(screen):
        how: dict[str, Any] = {"format": request.source_format, "options": options}
        items = read_lists(request.items, wanted, layout=request.items_layout, **how)
        receipts = items
        if other is not None:
            receipts = read_lists(other, wanted, layout=request.layout, **how)
        return _found(items, receipts, policy, request)


def _other(request: Request) -> Path | None:
    """The second file, where it is not the first one again."""
    other = request.receipts
    return None if other is None or other.samefile(request.items) else other


def _found(items: Lists, receipts: Lists, policy: MatchPolicy, request: Request) -> Matched:
    books = items.books or receipts.books
    base = books.entity.base_currency if books is not None else "CNY"
    ours, theirs = items.items, receipts.receipts
    if receipts is items and books is None:
        theirs = empty()
    aliases = aliases_of(request.aliases)
    if request.replay is None:
        matching = match(ours, theirs, policy, aliases=aliases, base_currency=base)
        return Matched(items=items, receipts=receipts, matching=matching, saved=Saved())
    saved, lines = read_decisions(request.replay)
    matching = replay(saved, ours, theirs, policy=policy, aliases=aliases, base_currency=base)
    return Matched(
        items=items, receipts=receipts, matching=matching, saved=saved, lines=tuple(lines)
    )


def with_applications(found: Matched, output: Path, undone: Iterable[Undo] = ()) -> Books:
    """The books that were matched within themselves, with what was decided.

    Raises:
        UsageError: items and receipts are not of one set of books, which `output` is to hold.
    """
    books = found.items.books
    if books is None or found.items is not found.receipts:
        raise UsageError(NOT_THESE_BOOKS.at(Place(file=str(output)), output.name))
    decided = [*found.matching.automatic, *(found.saved.settled if found.lines else ())]
    once = {one.id: one for one in decided}.values()
    back = {one.of: one for one in (*found.saved.undone, *undone)}.values()
    made = applications(once, found.matching.documents, undone=back, on=None)
    held = books.applications.drop("source_row")
    return books.replace(applications=pl.concat([held, made.select(held.columns)]))
