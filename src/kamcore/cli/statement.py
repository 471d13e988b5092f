"""``kamcore statement``: statements of account and confirmations for one party or for all."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli import grammar
from kamcore.cli.asking import Asked, as_of_option, opened, shared_options, split
from kamcore.cli.faults import MISSING
from kamcore.cli.grammar import option
from kamcore.cli.letter_log import (
    cycle_option,
    due_of,
    log_option,
    person_option,
    rules_of,
    sent,
    show_due,
    tiers_of,
    tiers_option,
)
from kamcore.cli.options import PATH
from kamcore.cli.progress import progress
from kamcore.cli.screen import Screen, money, width
from kamcore.errors import UsageError
from kamcore.matching.party_statement import LINE_KINDS, Statement, StatementPolicy, statements
from kamcore.pipeline.atomic import EXISTS
from kamcore.place import Place
from kamcore.reports.letters import (
    Letter,
    confirmation_letter,
    letter_sheet,
    statement_letter,
    write_letter,
)
from kamcore.reports.sheets import Sheet
from kamcore.reports.workbook import sheet_name, write_workbook

LETTERS = ("statement", "confirmation")


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What statements are asked."""

    as_of: dt.datetime
    since: dt.datetime | None = None
    party: str | None = None
    every: bool = False
    kind: str = "statement"
    direction: str = "receivable"
    account: str = ""
    notes: bool = False
    sender: str | None = None
    dated: dt.datetime | None = None
    log: Path | None = None
    person: str | None = None
    due: bool = False
    cycles: tuple[str, ...] = ()
    tiers: tuple[Path, ...] = ()

    @property
    def policy(self) -> StatementPolicy:
        """Which accounts the statements are about."""
        return StatementPolicy(
            direction=self.direction, accounts=split(self.account) or None, notes=self.notes
        )


@grammar.command(
    "statement",
    zh="对账单和往来询证函: 一个往来单位, 或全部; 可写成网页或工作簿, 留有签章处。",
    en="Statements of account and confirmations, for one party or all, ready to seal and sign.",
)
@click.argument("file", type=PATH)
@as_of_option
@option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="起始日; 缺省为账套的首月",
    en="First day listed; else the first month of the books.",
)
@option("--party", metavar="PARTY", zh="往来单位的代码或名称", en="Code or name of the party.")
@option("--all", "every", is_flag=True, zh="全部往来单位", en="Every party.")
@option(
    "--letter",
    "kind",
    type=click.Choice(LETTERS),
    default="statement",
    show_default=True,
    zh="对账单, 或往来询证函",
    en="A statement of account, or a confirmation of the balance.",
)
@option(
    "--direction",
    type=click.Choice(["receivable", "payable"]),
    default="receivable",
    show_default=True,
    zh="客户往来, 或供应商往来",
    en="Customers, or suppliers.",
)
@option("--account", default="", metavar="CODES", zh="只看这些科目", en="Only these accounts.")
@option("--notes", is_flag=True, zh="计入票据", en="Count notes in.")
@option(
    "--sender",
    metavar="NAME",
    zh="发函单位; 缺省为账套的单位名称",
    en="Who writes; else the owner of the books.",
)
@option(
    "--dated",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="发函日期; 缺省为截止日",
    en="Date of the letter; else the date of the balance.",
)
@log_option
@person_option
@cycle_option
@tiers_option
@option(
    "--due",
    is_flag=True,
    zh="列出各往来单位下次对账日和逾期天数, 按发生额; 依据 --log",
    en="List when each party is due again and how late it is, by volume; from --log.",
)
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print statements, or write them as letters."""
    request = Request(**asked)
    if bool(request.party) == request.every:
        raise UsageError(MISSING.at(Place(), "--party / --all", command="kamcore statement"))
    _refuse(request)
    reading = opened(file, attrs.evolve(request, output=None))
    found = list(
        statements(
            reading.books,
            request.as_of.date(),
            since=request.since.date() if request.since else None,
            party=request.party,
            policy=request.policy,
        )
    )
    if request.due:
        day = request.as_of.date()
        tiers, cycles = tiers_of(request.tiers, day)
        rules = (*rules_of(request.cycles), *cycles)
        rows = due_of(found, request.log, day, rules, tiers)
        return show_due(screen, rows, {one.party: one.name for one in found})
    sender = request.sender or reading.books.entity.name or screen.say("本公司", "our company")
    written = _written(screen, _letters(screen.lang, found, sender, request), request)
    if written and request.log is not None:
        day = (request.dated or request.as_of).date()
        sent(screen, found, request.log, (request.person, day))
    if screen.is_json:
        output = {"output": [str(path) for path in written]} if written else {}
        screen.emit(
            {
                "as_of": request.as_of.date().isoformat(),
                "since": found[0].since.isoformat() if found else None,
                "direction": request.direction,
                "statements": [one.to_json() for one in found],
                **output,
            }
        )
    else:
        _show(screen, found, written, listed=not request.every and not written)
    return 0


def _refuse(request: Request) -> None:
    """Refuse an output that stands there, before anything is read."""
    out = request.output
    if out is not None and out.is_file() and not request.force:
        raise UsageError(EXISTS.at(Place(file=str(out)), out.name))


def _letters(lang: str, found: Sequence[Statement], sender: str, request: Request) -> list[Letter]:
    if request.output is None:
        return []
    day = (request.dated or request.as_of).date()
    if request.kind == "statement":
        return [statement_letter(one, sender, date=day, lang=lang) for one in found]
    by_party: dict[str, list[Statement]] = {}
    for one in found:
        by_party.setdefault(one.party, []).append(one)
    return [
        confirmation_letter(several, sender, date=day, lang=lang) for several in by_party.values()
    ]


def _written(screen: Screen, letters: Sequence[Letter], request: Request) -> list[Path]:
    """One file for one letter or for a workbook of many; else a folder with a page each."""
    out = request.output
    if out is None:
        return []
    if not request.every and len(letters) == 1:
        write_letter(letters[0], out, force=request.force)
        return [out]
    if out.suffix.lower() == ".xlsx":
        sheets: list[Sheet] = []
        names: set[str] = set()
        for letter in letters:
            sheet = letter_sheet(letter)
            name = sheet.name
            if name in names:
                name = sheet_name(f"{len(names)} {name}")
            names.add(name)
            sheets.append(attrs.evolve(sheet, name=name))
        write_workbook(sheets, out, force=request.force)
        return [out]
    out.mkdir(parents=True, exist_ok=True)
    made = []
    with progress(screen) as report:
        for number, letter in enumerate(letters, start=1):
            name = f"{letter.number} {sheet_name(letter.to_name)}.html"
            path = out / name
            write_letter(letter, path, force=request.force)
            made.append(path)
            report("write", number, len(letters))
    return made


def _show(
    screen: Screen, found: Sequence[Statement], written: Sequence[Path], *, listed: bool
) -> None:
    if not found:
        screen.line("没有余额, 也没有发生额", "no balance and no movement")
        return
    heads = ("代码", "往来单位", "币别", "期初余额", "借方", "贷方", "期末余额")
    english = ("code", "party", "currency", "opening", "debit", "credit", "closing")
    rows = [list(heads if screen.lang == "zh" else english)]
    for one in found:
        figures = (one.opening, one.debit, one.credit, one.closing)
        rows.append([one.party, one.name, one.currency, *map(money, figures)])
    screen.line(
        f"对账单, {found[0].since} 至 {found[0].as_of}",
        f"statements from {found[0].since} to {found[0].as_of}",
        bold=True,
    )
    screen.table(_right(rows, 3))
    if listed:
        for one in found:
            _show_lines(screen, one)
    for path in written[:1]:
        more = len(written) - 1
        screen.line(
            f"  已写 {path}" + (f" 等 {len(written)} 份" if more else ""),
            f"  wrote {path}" + (f" and {more} more" if more else ""),
        )


def _show_lines(screen: Screen, one: Statement) -> None:
    at = 0 if screen.lang == "zh" else 1
    heads = ("日期", "凭证", "摘要", "类别", "借方", "贷方", "余额")
    english = ("date", "voucher", "text", "kind", "debit", "credit", "balance")
    rows = [list(heads if screen.lang == "zh" else english)]
    for line in one.lines:
        sides = (money(amount) if amount else "" for amount in (line.debit, line.credit))
        day = line.date.isoformat() if line.date else ""
        kind = LINE_KINDS[line.kind][at]
        rows.append([day, line.voucher, line.text, kind, *sides, money(line.balance)])
    screen.line()
    screen.table(_right(rows, 4))


def _right(rows: list[list[str]], first: int) -> list[list[str]]:
    for at in range(first, len(rows[0])):
        wide = max(width(row[at]) for row in rows)
        for row in rows:
            row[at] = " " * (wide - width(row[at])) + row[at]
    return rows
