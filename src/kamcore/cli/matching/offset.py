"""``kamcore offset``: set-offs between accounts and parties: drafts, or books with them booked."""

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books import Books
from kamcore.cli.matching.offset_asking import (
    NOTHING_BOOKED,
    Request,
    as_rows,
    parties_of,
    write_books,
)
from kamcore.cli.matching.offset_red import offset_reds
from kamcore.cli.shell import drafts as drafting
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import as_of_option, force_option, opened
from kamcore.cli.shell.faults import MISSING
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, read_options, source_format
from kamcore.cli.shell.screen import Screen, money, width
from kamcore.errors import Fault, UsageError
from kamcore.ledger.draft import Draft, money_text
from kamcore.matching.offsets.set_off import KINDS, TRANSFERS, SetOff, set_off, transfer, undo
from kamcore.matching.offsets.set_off_booking import set_off_books
from kamcore.matching.offsets.set_off_undoing import RED, booked_drafts, undone_books
from kamcore.pipeline.atomic import EXISTS
from kamcore.pipeline.drafting import draft_books
from kamcore.pipeline.mapping_file import read_mapping
from kamcore.place import Place

NO_SENSE = Fault(
    code="U1044",
    zh="「{value}」不能用于 --kind {kind}",
    en="{value} says nothing about --kind {kind}",
    hint_zh="去掉这个选项; 红票对冲不需要凭证, 用 -o 或 --books 写出账套",
    hint_en="leave it out; red against blue has no voucher, -o or --books writes the books",
)

NO_LINES = Fault(
    code="U1049",
    zh="{value} 只有往来单据, 没有凭证和余额, 不能按余额对冲",
    en="{value} holds documents alone, neither vouchers nor balances to set off",
    hint_zh="用总账或凭证的导出文件; 红票对冲 (--kind red) 可以用单据",
    hint_en="take an export of the ledger; --kind red works on documents",
)

EVERY = (*KINDS, *TRANSFERS, RED)


@grammar.command(
    "offset",
    zh="往来对冲: 预收冲应收、预付冲应付、应收冲应付、转账和红票对冲。缺省只显示草稿; --books "
    "写出已记账并核销的账套, --undo 撤回。",
    en="Set off what parties owe and are owed: drafts of vouchers.  --books writes the books with "
    "the set-offs booked and applied, --undo takes them back.",
)
@click.argument("file", type=PATH)
@option(
    "--kind",
    required=True,
    type=click.Choice(EVERY),
    zh="种类: advance-receivable 预收冲应收, prepaid-payable 预付冲应付, "
    "receivable-payable 应收冲应付, receivable-transfer 应收转应收, "
    "payable-transfer 应付转应付, red 红票对冲 …",
    en="What is set off against what.",
)
@as_of_option
@option(
    "--party",
    metavar="PARTY",
    zh="只做这一往来单位; 转账时是转出方",
    en="Only this party; the giver of a transfer.",
)
@option("--into", metavar="PARTY", zh="转账的转入方", en="The taker of a transfer.")
@option(
    "--amount",
    metavar="AMOUNT",
    zh="最多冲这么多; 缺省冲到较小的一方",
    en="At most so much; else the smaller side.",
)
@option(
    "--mapping",
    type=PATH,
    metavar="FILE",
    zh="客户与供应商对照表(同一单位)",
    en="Mapping form of customers that are suppliers.",
)
@option(
    "--undo",
    "undone",
    is_flag=True,
    zh="撤回账套中这样的对冲: 红字草稿, 配合 --books 则记账并冲回核销",
    en="Take such set-offs of the books back: red drafts, booked with --books.",
)
@option(
    "--booked-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="只撤回这一天的对冲",
    en="With --undo: only set-offs of that day.",
)
@option(
    "--books",
    type=PATH,
    metavar="OUT",
    zh="写出记入对冲, 带核销记录的账套 (kamcore 原生格式); 红票对冲可直接用 -o",
    en="Write the books with the set-offs booked and applied (native format); for red, -o does.",
)
@drafting.drafts_options("-o")
@force_option
@read_options
@source_format
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print set-offs, and write what is asked for."""
    request = Request(**asked)
    _sensible(request)
    if request.kind == RED:
        request = attrs.evolve(request, books=request.books or request.drafts, drafts=None)
    drafting.ready(request.drafting)
    if request.books is not None and request.books.exists() and not request.force:
        raise UsageError(EXISTS.at(Place(file=str(request.books)), request.books))
    books = opened(file, request).books
    if request.kind == RED:
        return offset_reds(screen, request, books)
    if books.lines.is_empty() and books.balances.is_empty() and books.open_items.height:
        raise UsageError(NO_LINES.at(Place(file=file.name), file.name))
    return _drafted(screen, request, books)


def _sensible(request: Request) -> None:
    """Refuse what would be left out without a word."""
    is_transfer, is_red = request.kind in TRANSFERS, request.kind == RED
    if is_transfer and not request.undone and not (request.party and request.into):
        missing = "--party" if request.into else "--into"
        raise UsageError(MISSING.at(Place(), missing, command="kamcore offset"))
    senseless = {
        "--into": request.into if not is_transfer else None,
        "--amount": request.amount if is_red else None,
        "--mapping": request.mapping if is_transfer or is_red else None,
        "--to": request.to if is_red else None,
        "--booked-on": request.booked_on if not request.undone else None,
        "-o": request.drafts if is_red and request.books else None,
    }
    for name, value in senseless.items():
        if value is not None:
            raise UsageError(NO_SENSE.at(Place(), name, kind=request.kind))


def _drafted(screen: Screen, request: Request, books: Books) -> int:
    """Set-offs with vouchers, or their undoing."""
    as_of = request.as_of.date()
    undone: tuple[Draft, ...] = ()
    if request.undone:
        parties = parties_of(books, request)
        undone = booked_drafts(books, request.kind, as_of, parties=parties, **request.which)
        if not undone:
            _nothing_booked(screen, request)
    found = () if undone else _found(books, request)
    drafts = list(undone) or [one.draft for one in found]
    if request.undone:
        drafts = [undo(draft, as_of) for draft in drafts]
    said: dict[str, Any] = {"as_of": as_of.isoformat(), "kind": request.kind}
    said["rows"] = [one.to_json() for one in found] or [_undone_row(one, as_of) for one in undone]
    said["drafts"] = drafting.as_json(drafts)
    if not screen.is_json:
        _show(screen, request.kind, found, undone)
        drafting.show(screen, drafts, books)
    if request.books is not None:
        made = draft_books(drafts, books, preparer=request.preparer)
        after = _booked(request, books, found, made)
        held = set(books.applications["id"])
        new = after.applications.filter(~pl.col("id").is_in(held))
        said |= {"books": str(request.books), "applications": as_rows(new)}
        write_books(screen, after, request)
    said |= drafting.save(screen, drafts, books, request.drafting)
    if screen.is_json:
        screen.emit(said)
    return 0


def _nothing_booked(screen: Screen, request: Request) -> None:
    """Say that the red drafts are of what the books do not hold yet; never book these."""
    words = {**KINDS, **TRANSFERS}[request.kind]
    is_transfer = request.kind in TRANSFERS
    if request.books is not None or (is_transfer and not (request.party and request.into)):
        raise UsageError(NOTHING_BOOKED.at(Place(), words.zh, kind=words.en))
    screen.note(
        f"  账套中没有已记的{words.zh}; 以下是现在可做的{words.zh}的红字, 仅用于别处已记的账",
        f"  the books hold no {words.en}; these are in red what they could be set off by now, "
        "for books that hold it elsewhere",
    )


def _booked(request: Request, books: Books, found: tuple[SetOff, ...], made: Books) -> Books:
    as_of, person = request.as_of.date(), request.preparer
    if not request.undone:
        return set_off_books(books, found, made, person=person)
    parties = parties_of(books, request)
    more = {"parties": parties, "person": person, **request.which}
    return undone_books(books, request.kind, as_of, made, **more)


def _undone_row(draft: Draft, as_of: dt.date) -> dict[str, Any]:
    first = draft.lines[0]
    currency = first.currency
    amount = first.debit or first.credit
    return {
        "kind": draft.rule.removeprefix("set-off "),
        "party": next(iter(first.aux.values()), ""),
        "currency": currency,
        "amount": money_text(amount if first.fx_amount is None else first.fx_amount, currency),
        "date": draft.date.isoformat(),
        "undone": as_of.isoformat(),
        "summary": first.summary,
    }


def _found(books: Books, request: Request) -> tuple[SetOff, ...]:
    as_of, limit = request.as_of.date(), request.limit
    if request.kind in TRANSFERS:
        giver, taker = request.party or "", request.into or ""
        return transfer(books, request.kind, as_of=as_of, party=giver, into=taker, amount=limit)
    codes = read_mapping(request.mapping).members if request.mapping else {}
    mapping = {code: there for part in codes.values() for code, there in part.items()}
    return set_off(
        books,
        request.kind,
        as_of=as_of,
        party=request.party,
        amount=limit,
        mapping=mapping or None,
    )


def _show(screen: Screen, kind: str, found: tuple[SetOff, ...], undone: tuple[Draft, ...]) -> None:
    words = {**KINDS, **TRANSFERS}[kind]
    if undone:
        many = len(undone)
        screen.line(f"撤回{words.zh}: {many} 笔", f"taking back {words.en}: {many}", bold=True)
        return
    screen.line(f"{words.zh}: {len(found)} 笔", f"{words.en}: {len(found)}", bold=True)
    if not found:
        return
    heads = ("往来单位", "币别", "借方余额", "贷方余额", "对冲", "汇兑差额")
    english = ("party", "currency", "on debit", "on credit", "set off", "exchange")
    rows = [list(heads if screen.lang == "zh" else english)]
    for one in found:
        amounts = (one.debit_before, one.credit_before, one.amount, one.exchange)
        rows.append([one.name, one.currency, *map(money, amounts)])
    for at in range(2, len(heads)):
        wide = max(width(row[at]) for row in rows)
        for row in rows:
            row[at] = " " * (wide - width(row[at])) + row[at]
    screen.table(rows)
