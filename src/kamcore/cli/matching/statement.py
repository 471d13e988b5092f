"""``kamcore statement``: statements of account and confirmations for one party or for all."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli.matching.letter_log import (
    Said,
    cycle_option,
    dispute,
    due_of,
    log_option,
    mark,
    person_option,
    ready_log,
    required,
    rules_of,
    sent,
    show_disputes,
    show_due,
    tiers_of,
    tiers_option,
)
from kamcore.cli.matching.posting import LISTS, post, ready, reply_option, sender_of, sender_option
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import Asked, as_of_option, opened, shared_options, split
from kamcore.cli.shell.faults import MISSING, WRONG_USE
from kamcore.cli.shell.figures import put
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.progress import busy
from kamcore.cli.shell.screen import Screen, money, width
from kamcore.errors import UsageError
from kamcore.matching.parties.party_statement import (
    Statement,
    StatementPolicy,
    kind_name,
    statements,
)
from kamcore.matching.two_sided.dispute import DisputeEvent
from kamcore.matching.two_sided.reconciling import BAD_SPAN
from kamcore.model.confirmation import STATES, Confirmation
from kamcore.pipeline.atomic import EXISTS
from kamcore.place import Place
from kamcore.reports.letter import Letter
from kamcore.reports.letter_lists import statement_sheet
from kamcore.reports.letters import confirmation_letter, statement_letter

COMMAND = "kamcore statement"
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
    reply: str | None = None
    due: bool = False
    cycles: tuple[str, ...] = ()
    tiers: tuple[Path, ...] = ()
    mark: str | None = None
    disputes: bool = False
    dispute: str | None = None
    note: str = ""

    @property
    def day(self) -> dt.date:
        """The day of the letter, or of what is noted."""
        return (self.dated or self.as_of).date()

    @property
    def logging(self) -> bool:
        """True when the log is read or added to, and no letter is made."""
        return bool(self.due or self.mark or self.disputes or self.dispute)

    @property
    def is_listed(self) -> bool:
        """True when the output is a list, not letters."""
        return self.logging or (self.output is not None and self.output.suffix.lower() in LISTS)

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
@sender_option
@option(
    "--dated",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="发函日期; 缺省为截止日",
    en="Date of the letter; else the date of the balance.",
)
@reply_option
@log_option
@person_option
@cycle_option
@tiers_option
@option(
    "--due",
    is_flag=True,
    zh="列出各往来单位下次对账日和逾期天数, 按发生额和等级; 依据 --log",
    en="List when each party is due again and how late it is, by volume and tier; from --log.",
)
@option(
    "--mark",
    type=click.Choice([state for state in STATES if state != "sent"]),
    zh="在 --log 中登记回函: 已收回, 相符, 不符, 差异已处理; 日期用 --dated",
    en="Note in --log what became of the letter, on the day of --dated.",
)
@option(
    "--disputes",
    is_flag=True,
    zh="列出 --log 中的争议及其状态",
    en="List the disputes of --log and where they stand.",
)
@option(
    "--dispute",
    metavar="KEY=STATE",
    zh="在 --log 中登记一项争议的进展: discussed, accepted, rejected, settled",
    en="Note in --log what was said of a dispute: discussed, accepted, rejected, settled.",
)
@option("--note", default="", metavar="TEXT", zh="登记时的说明", en="A note beside it.")
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print statements, or write them as letters."""
    request = Request(**asked)
    _refuse(request)
    with busy(screen):
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
    if request.logging:
        return _log(screen, found, request)
    written = _written(screen, found, reading.books.entity.name, request)
    if written and request.log is not None:
        sent(screen, found, request.log, (request.person, request.day))
    if screen.is_json:
        output = {"output": [str(path) for path in written]} if written else {}
        screen.emit({**_said(request, found), **output})
    else:
        _show(screen, found, written, listed=not request.every and not written)
    return 0


def _said(request: Request, found: Sequence[Statement]) -> dict[str, Any]:
    return {
        "as_of": request.as_of.date().isoformat(),
        "since": found[0].since.isoformat() if found else None,
        "direction": request.direction,
        "statements": [one.to_json() for one in found],
    }


def _refuse(request: Request) -> None:
    """Refuse what cannot be, before anything is read.

    Raises:
        UsageError: no party or several ways of naming them, nobody who did it, no log where one
            is to be read, or an output that stands there or is none.
    """
    if request.party and request.every:
        raise UsageError(WRONG_USE.at(Place(), "--party --all", command=COMMAND))
    if not (request.party or request.every or request.due or request.disputes or request.dispute):
        raise UsageError(MISSING.at(Place(), "--party / --all", command=COMMAND))
    if request.log is None and (request.mark or request.disputes or request.dispute):
        raise UsageError(MISSING.at(Place(), "--log", command=COMMAND))
    sends = request.log is not None and request.output is not None and not request.is_listed
    if request.mark or request.dispute or sends:
        required(request.person, COMMAND)
    ready_log(request.log)
    if request.since is not None and request.since > request.as_of:
        raise UsageError(BAD_SPAN.at(Place(), request.since.date(), as_of=request.as_of.date()))
    out = request.output
    if out is None:
        return
    if request.is_listed:
        if out.exists() and not request.force:
            raise UsageError(EXISTS.at(Place(file=str(out)), out))
    else:
        ready(out, "--output", force=request.force)


def _log(screen: Screen, found: Sequence[Statement], request: Request) -> int:
    """Answer from the log, or add to it."""
    names = {one.party: one.name for one in found}
    day = request.as_of.date()
    if request.due:
        tiers, cycles = tiers_of(request.tiers, day)
        rules = (*rules_of(request.cycles), *cycles)
        rows = due_of(found, request.log, day, rules, tiers)
        return show_due(screen, rows, names, request)
    assert request.log is not None  # noqa: S101  refused before
    if request.disputes:
        return show_disputes(screen, request.log, names, day, request)
    said = Said(required(request.person, COMMAND), request.day, request.note)
    made: Sequence[Confirmation | DisputeEvent]
    if request.dispute:
        made = [dispute(screen, request.log, request.dispute, said)]
    else:
        assert request.mark is not None  # noqa: S101  one of them is asked
        made = mark(screen, found, request.log, request.mark, said)
    if screen.is_json:
        screen.emit({"added": [event.to_json() for event in made]})
    return 0


def _letters(lang: str, found: Sequence[Statement], sender: str, request: Request) -> list[Letter]:
    told: Any = {"date": request.day, "lang": lang, "reply": request.reply or ""}
    if request.kind == "statement":
        return [statement_letter(one, sender, **told) for one in found]
    by_party: dict[str, list[Statement]] = {}
    for one in found:
        by_party.setdefault(one.party, []).append(one)
    return [confirmation_letter(several, sender, **told) for several in by_party.values()]


def _written(
    screen: Screen, found: Sequence[Statement], owner: str, request: Request
) -> list[Path]:
    """Letters as a page, a workbook or a folder of pages; else the records as text or JSON."""
    if request.output is None or not found:
        return []
    if not request.is_listed:
        sender = sender_of(screen, request.sender, owner)
        letters = _letters(screen.lang, found, sender, request)
        return post(screen, letters, request.output, force=request.force)
    day = request.as_of.date()
    said = _said(request, found)
    put(screen, request, said, lambda: [statement_sheet(found, screen.lang, day)])
    return [request.output]


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
    heads = ("日期", "凭证", "摘要", "类别", "借方", "贷方", "余额")
    english = ("date", "voucher", "text", "kind", "debit", "credit", "balance")
    rows = [list(heads if screen.lang == "zh" else english)]
    for line in one.lines:
        sides = (money(amount) if amount else "" for amount in (line.debit, line.credit))
        day = line.date.isoformat() if line.date else ""
        kind = kind_name(line.kind, one.direction, screen.lang)
        rows.append([day, line.voucher, line.text, kind, *sides, money(line.balance)])
    screen.line()
    screen.table(_right(rows, 4))


def _right(rows: list[list[str]], first: int) -> list[list[str]]:
    for at in range(first, len(rows[0])):
        wide = max(width(row[at]) for row in rows)
        for row in rows:
            row[at] = " " * (wide - width(row[at])) + row[at]
    return rows
