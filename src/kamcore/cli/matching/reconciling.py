"""``kamcore reconcile``: our books against the other company's, as of a date."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli.matching.alias_tables import alias_option, aliases_of
from kamcore.cli.matching.letter_log import log_option, person_option, ready_log, record, required
from kamcore.cli.matching.posting import post, ready, reply_option, sender_of, sender_option
from kamcore.cli.matching.their_side import how_json, show_how, show_oddities, their_options
from kamcore.cli.shell import drafts as drafting
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import Asked, as_of_option, opened, shared_options, split
from kamcore.cli.shell.figures import put
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs
from kamcore.cli.shell.progress import busy
from kamcore.cli.shell.screen import Screen, money, width
from kamcore.matching.parties.identifying import HOW
from kamcore.matching.two_sided.adjusting import Proof, adjustments, proof_of_zero
from kamcore.matching.two_sided.party_view import Finding, PartyView, views
from kamcore.matching.two_sided.reconciliation_json import as_json
from kamcore.matching.two_sided.reconciliation_table import reconciliation_table
from kamcore.matching.two_sided.reconciling import DIRECTIONS, ReconcilePolicy, Reconciliation
from kamcore.pipeline.mapping_file import read_mapping
from kamcore.pipeline.their_file import read_theirs, reconcile_theirs
from kamcore.reports.letters import reconciliation_letter
from kamcore.reports.reconciliation import reconciliation_report

SHOWN = 20
"""Parties whose tables the screen shows before it counts the rest."""

DAY = click.DateTime(["%Y-%m-%d"])


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What a reconciliation is asked to hold."""

    as_of: dt.datetime
    party: str | None = None
    us: str | None = None
    since: dt.datetime | None = None
    direction: str = "auto"
    account: str = ""
    their_account: str = ""
    notes: bool = False
    mapping: Path | None = None
    aliases: tuple[Path, ...] = ()
    their_format: str | None = None
    their_options: tuple[str, ...] = ()
    their_columns: tuple[str, ...] = ()
    letter: Path | None = None
    sender: str | None = None
    reply: str | None = None
    log: Path | None = None
    person: str | None = None
    drafts: Path | None = None
    to: str | None = None
    preparer: str | None = None

    @property
    def drafting(self) -> drafting.Drafting:
        """What is asked about the drafts."""
        return drafting.Drafting(
            drafts=self.drafts, to=self.to, preparer=self.preparer, force=self.force
        )

    @property
    def policy(self) -> ReconcilePolicy:
        """The choices of the reconciliation."""
        return ReconcilePolicy(
            direction=self.direction,
            accounts=split(self.account) or None,
            their_accounts=split(self.their_account) or None,
            notes=self.notes,
            since=self.since.date() if self.since else None,
        )


@grammar.command(
    "reconcile",
    zh="往来对账: 我方账 OURS 与对方账 THEIRS 逐笔核对, 说明差异, 编余额调节表和凭证草稿。",
    en="Reconcile our books OURS with the other company's THEIRS: every difference with its "
    "cause, both balances brought to one figure, drafts of the vouchers that settle it.",
)
@click.argument("ours", type=PATH)
@click.argument("theirs", type=PATH)
@as_of_option
@option(
    "--party",
    metavar="PARTY",
    zh="往来单位: 我方账中的代码、名称或名称的一部分; 缺省按对方账主或逐家对应",
    en="The party: its code, name or a part of it in our books; else the owner of theirs.",
)
@option(
    "--us",
    metavar="US",
    zh="我方在对方账中的代码或名称",
    en="Our code or name in their books.",
)
@option(
    "--since",
    type=DAY,
    metavar="DATE",
    zh="起始日; 缺省取列有期初的账套的首月",
    en="First day of the span; else the first month of the books that state an opening.",
)
@option(
    "--direction",
    type=click.Choice(DIRECTIONS),
    default="auto",
    show_default=True,
    zh="我方应收对对方应付, 我方应付对对方应收, 或两者相抵",
    en="Our receivables, our payables, or both netted.",
)
@option(
    "--account",
    default="",
    metavar="CODES",
    zh="我方往来科目及其下级; 缺省按科目用途",
    en="Our control accounts with those below; else by role.",
)
@option(
    "--their-account",
    default="",
    metavar="CODES",
    zh="对方往来科目及其下级",
    en="Their control accounts with those below.",
)
@option("--notes", is_flag=True, zh="计入应收、应付票据", en="Count notes in.")
@option(
    "--mapping",
    type=PATH,
    metavar="FILE",
    zh="往来单位对照表",
    en="Mapping form of the parties.",
)
@alias_option
@their_options
@option(
    "--letter",
    type=PATH,
    metavar="FILE.html",
    zh="写对账函: 一个网页 (.html) 或工作簿 (.xlsx), 或在文件夹里每家一页",
    en="Write the letters: one page (.html) or workbook (.xlsx), or a folder with a page each.",
)
@sender_option
@reply_option
@log_option
@person_option
@drafting.drafts_options()
@shared_options
def command(screen: Screen, ours: Path, theirs: Path, **asked: Any) -> int:
    """Print a reconciliation."""
    request = Request(**asked)
    drafting.ready(request.drafting)
    ready(request.letter, "--letter", force=request.force)
    if request.log is not None:
        ready_log(request.log)
        required(request.person, "kamcore reconcile")
    with busy(screen):
        mine = opened(ours, request)
        other = read_theirs(
            theirs,
            request.their_format,
            options=pairs(request.their_options, "--their-option"),
            columns=pairs(request.their_columns, "--their-column"),
        )
    codes = read_mapping(request.mapping).members if request.mapping else {}
    mapping = {code: there for part in codes.values() for code, there in part.items()}
    with busy(screen):
        result, answer = reconcile_theirs(
            mine.books,
            other,
            as_of=request.as_of.date(),
            party=request.party,
            us=request.us,
            mapping=mapping or None,
            aliases=aliases_of(request.aliases),
            policy=request.policy,
        )
        every = list(views(result))
        made = adjustments(result, every)
        proof = proof_of_zero(result, made)
    problems = [one.to_json(screen.lang) for one in (*mine.problems, *other.problems)]
    said = {
        **as_json(result, every, made, proof, lang=screen.lang),
        **how_json(other, answer),
        "problems": problems,
    }
    differing = [view for view in every if view.differences]
    put(screen, request, said, lambda: reconciliation_report(result, screen.lang, differing))
    _write_letters(screen, result, every, request)
    if request.log is not None:
        record(screen, every, request.log, request.person)
    if screen.is_json:
        said |= drafting.save(screen, made.ours, mine.books, request.drafting)
        output = {"output": str(request.output)} if request.output else {}
        screen.emit({**said, **output})
    else:
        _show(screen, result, every, request)
        show_how(screen, other, answer)
        if made.ours:
            screen.line()
            screen.line("我方调整凭证草稿", "drafts for our books", bold=True)
            drafting.show(screen, made.ours, mine.books)
        _show_proof(screen, proof, len(made.theirs))
        drafting.save(screen, made.ours, mine.books, request.drafting)
        show_oddities(screen, ours, mine.problems)
        show_oddities(screen, theirs, other.problems)
    return int(result.workings.differences.height > 0)


def _write_letters(
    screen: Screen, result: Reconciliation, every: Sequence[PartyView], request: Request
) -> None:
    """One page or workbook of all letters, or a page each in a folder."""
    if request.letter is None:
        return
    sender = sender_of(screen, request.sender, result.entities[0].name)
    letters = [
        reconciliation_letter(
            view, sender, date=result.as_of, lang=screen.lang, reply=request.reply or ""
        )
        for view in every
    ]
    post(screen, letters, request.letter, force=request.force)
    out = request.letter
    screen.note(f"  已写对账函 {out}", f"  wrote the letter {out}")


def _show(
    screen: Screen, result: Reconciliation, every: Sequence[PartyView], request: Request
) -> None:
    screen.line(
        f"往来对账, {result.since} 至 {result.as_of}",
        f"reconciliation from {result.since} to {result.as_of}",
        bold=True,
    )
    _show_sources(screen, result)
    differing = [view for view in every if view.differences]
    count, differ = (len({view.party for view in part}) for part in (every, differing))
    if count > 1:
        screen.line(
            f"  往来单位 {count} 家: 一致 {count - differ} 家, 有差异 {differ} 家",
            f"  {count} parties: {count - differ} agree, {differ} differ",
        )
    for view in (every if count == 1 else differing)[:SHOWN]:
        _show_party(screen, view)
    if len(differing) > SHOWN:
        rest = len(differing) - SHOWN
        screen.line(
            f"  另有 {rest} 家有差异, 用 -o 写成工作簿查看",
            f"  {rest} more parties differ; write the workbook with -o",
        )
    loose = result.links.loose_ours.height
    if loose:
        screen.line(
            f"  我方 {loose} 家在对方账中没有对应",
            f"  {loose} parties of ours were not found in their books",
        )
    if request.output is not None:
        screen.line(f"  已写 {request.output}", f"  wrote {request.output}")


def _show_sources(screen: Screen, result: Reconciliation) -> None:
    """Say which side has documents instead of vouchers."""
    for side, zh, en in zip(result.sides, ("我方", "对方"), ("our", "their"), strict=True):
        if side.from_documents:
            screen.line(
                f"  {zh}往来科目没有凭证分录, 按应收应付和收付款单据核对",
                f"  {en} side is read from documents: no voucher has a line on its accounts",
            )


def _show_party(screen: Screen, view: PartyView) -> None:
    table = reconciliation_table(view)
    zh, en = HOW.get(view.how, (view.how, view.how))
    screen.line()
    # A party in several currencies has a table for each.
    who = f"{view.name} ({view.party})" + (f" {view.currency}" if view.currency != "CNY" else "")
    screen.line(f"{who}, {zh}", f"{who}, {en}", bold=True)
    tiers = [finding.tier for finding in view.matched]
    many = len(view.differences)
    sure, proposed = tiers.count("automatic"), tiers.count("proposed")
    screen.line(
        f"  已核对 {len(tiers)} 项 (自动 {sure}, 待确认 {proposed}), 差异 {many} 项",
        f"  {len(tiers)} agree ({sure} automatic, {proposed} to confirm), {many} differ",
    )
    at = 0 if screen.lang == "zh" else 1
    rows = [["", screen.say("我方", "ours"), screen.say("对方", "theirs")]]
    rows += [
        # A row between the balances says 加 or 减, and its amount no sign.
        [
            row.text[at],
            *("" if v is None else money(v if row.finding is None else abs(v)) for v in sides),
        ]
        for row in table.rows
        for sides in [(row.ours, row.theirs)]
    ]
    screen.table(_right(rows))
    screen.line(
        "  调节后双方一致" if table.equal else "  调节后仍不一致",
        "  both adjusted balances agree" if table.equal else "  they still differ",
    )
    for finding in view.differences:
        _show_proof_of(screen, finding)
    _show_questions(screen, [one for one in view.matched if one.tier == "proposed"])


def _show_questions(screen: Screen, proposed: Sequence[Finding]) -> None:
    """What was not certain, as a short list of questions."""
    if not proposed:
        return
    screen.line("  请确认是否同一笔:", "  are these the same?")
    for finding in proposed[:SHOWN]:
        ours, theirs = (
            ", ".join(f"{line.date} {line.voucher} {line.text}".strip() for line in lines)
            for lines in (finding.ours, finding.theirs)
        )
        amount = money(finding.amount)
        screen.line(
            f"    {amount}  我方 {ours}  对方 {theirs}",
            f"    {amount}  ours {ours}  theirs {theirs}",
        )
    if len(proposed) > SHOWN:
        rest = len(proposed) - SHOWN
        screen.line(f"    另有 {rest} 项, 用 -o 查看", f"    {rest} more; write them with -o")


def _show_proof_of(screen: Screen, finding: Finding) -> None:
    proof = finding.proof[0 if screen.lang == "zh" else 1]
    title = finding.title(screen.lang)
    screen.line(f"    {title}: {proof}", f"    {title}: {proof}")


def _right(rows: list[list[str]]) -> list[list[str]]:
    for at in (1, 2):
        wide = max(width(row[at]) for row in rows)
        for row in rows:
            row[at] = " " * (wide - width(row[at])) + row[at]
    return rows


def _show_proof(screen: Screen, proof: Proof, proposals: int) -> None:
    if not proof.before:
        return
    screen.line()
    if proposals:
        screen.line(
            f"  另有 {proposals} 笔应由对方调整, 见对账函",
            f"  {proposals} more are for the other company to book; see the letter",
        )
    after, waiting = money(proof.after), money(proof.waiting)
    screen.line(
        f"  调整后差额 {after}, 其中时间差异和期初差异 {waiting}",
        f"  difference after the adjustments {after}, of it timing and opening {waiting}",
    )
