"""The steps that leave the house: reconciliations with customers, letters, voucher drafts."""

from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import Problem
from kamcore.ledger.draft import Draft, money_text
from kamcore.matching.parties.party_statement import Statement, StatementPolicy, statements
from kamcore.matching.two_sided.adjusting import adjustments
from kamcore.matching.two_sided.party_view import PartyView, views
from kamcore.matching.two_sided.reconciling import ReconcilePolicy, Reconciliation
from kamcore.monthend.choosing import chosen_in_books
from kamcore.monthend.ledger_steps import Provided
from kamcore.monthend.step import Ask, Output, Step, Told, Work
from kamcore.monthend.trade_steps import Rebates
from kamcore.pipeline.drafting import write_drafts
from kamcore.pipeline.their_file import read_theirs, reconcile_theirs
from kamcore.plugin import registry
from kamcore.reports.letter import Letter
from kamcore.reports.letter_writing import letter_name, write_letter
from kamcore.reports.letters import (
    confirmation_letter,
    reconciliation_letter,
    statement_letter,
)
from kamcore.reports.reconciliation import reconciliation_report
from kamcore.reports.workbook import sheet_name
from kamcore.reports.writing import write_report

__all__ = ["STEPS"]

_MONEY = pl.Decimal(38, 4)


@attrs.frozen(kw_only=True, eq=False)
class Reconciled:
    """Every customer whose own books lie in the folder, reconciled with ours."""

    by_customer: dict[str, Reconciliation]
    views: dict[str, tuple[PartyView, ...]]
    drafts: tuple[Draft, ...]
    monthly: pl.DataFrame = attrs.field(repr=False)
    problems: tuple[Problem, ...] = ()
    """What was odd about their files."""


def _nobody(work: Work) -> tuple[str, str] | None:
    if not work.folder.theirs:
        return (
            "文件夹里没有对方账 (对方-代码.*)",
            "there are no books of customers (theirs-CODE.*)",
        )
    return None


def _reconcile(work: Work) -> Reconciled:
    ours: Books = work.value("books")
    found: dict[str, Reconciliation] = {}
    seen: dict[str, tuple[PartyView, ...]] = {}
    drafts: list[Draft] = []
    problems: list[Problem] = []
    rows = []
    policy = ReconcilePolicy(accounts=work.folder.settings.account or None)
    for party, path in work.folder.theirs.items():
        theirs = read_theirs(path)
        problems += theirs.problems
        asked = {"as_of": work.as_of, "party": party or None, "policy": policy}
        result, _ = reconcile_theirs(ours, theirs, **asked)
        found[party] = result
        seen[party] = tuple(views(result))
        drafts += adjustments(result, seen[party]).ours
        rows += [
            (view.party, "differs" if view.differences else "agreed", view.difference)
            for view in seen[party]
        ]
    names: dict[str, Any] = {
        "customer": pl.String, "reconciled": pl.String, "difference": _MONEY,
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=names, orient="row")
    monthly = frame.group_by("customer").agg(
        pl.col("reconciled").max(), pl.col("difference").sum()
    )
    return Reconciled(
        by_customer=found,
        views=seen,
        drafts=tuple(drafts),
        monthly=monthly.sort("customer"),
        problems=tuple(problems),
    )


def _tell_reconcile(work: Work, found: Reconciled) -> Told:
    outputs, asks, said = [], [], []
    folder = work.say("对账", "reconciliations")
    for party, result in found.by_customer.items():
        name = f"{folder}/{sheet_name(party or folder)}.xlsx"

        def write(path: Path, one: Reconciliation = result) -> None:
            write_report(reconciliation_report(one, work.lang), path, lang=work.lang, force=True)

        outputs.append(Output(name, write))
        for view in found.views[party]:
            asks += _asks(work, view, name)
            letter = reconciliation_letter(view, _sender(work), date=work.as_of, lang=work.lang)
            outputs.append(_letter(work, letter))
            said.append(
                {
                    "customer": view.party,
                    "ours": money_text(view.ours.closing, view.currency),
                    "theirs": money_text(view.theirs.closing, view.currency),
                    "differences": len(view.differences),
                }
            )
    return Told(
        said={"parties": said},
        outputs=tuple(outputs),
        problems=found.problems,
        asks=tuple(asks),
    )


def _asks(work: Work, view: PartyView, name: str) -> list[Ask]:
    at = 0 if work.lang == "zh" else 1
    asks = [
        Ask(
            f"{view.name}: {one.title(work.lang)} {money_text(one.amount, view.currency)}",
            name,
            one.proof[at],
        )
        for one in view.differences
    ]
    proposed = sum(one.tier == "proposed" for one in view.matched)
    if proposed:
        what = work.say(f"{proposed} 项待确认是否同一笔", f"{proposed} matches to confirm")
        asks.append(Ask(f"{view.name}: {what}", name, ""))
    return asks


def _sender(work: Work) -> str:
    books: Books = work.value("books")
    named = work.folder.settings.sender or books.entity.name
    return named or work.say("本公司", "our company")


def _letter(work: Work, letter: Letter) -> Output:
    def write(path: Path) -> None:
        write_letter(letter, path, force=True)

    folder = work.say("信函", "letters")
    return Output(f"{folder}/{letter_name(letter)}.html", write)


def _letters(work: Work) -> tuple[Statement, ...]:
    """The statements of the chosen customers over the month."""
    wanted = set(chosen_in_books(work))
    books: Books = work.value("books")
    lines = books.lines.filter(pl.col("aux_customer").is_in(wanted))
    policy = StatementPolicy(accounts=work.folder.settings.account or None)
    found = statements(
        books.replace(lines=lines), work.as_of, since=work.period.first_day, policy=policy
    )
    return tuple(one for one in found if one.party in wanted)


def _tell_letters(work: Work, found: tuple[Statement, ...]) -> Told:
    sender, day = _sender(work), work.as_of
    letters = [statement_letter(one, sender, date=day, lang=work.lang) for one in found]
    by_party: dict[str, list[Statement]] = {}
    for one in found:
        by_party.setdefault(one.party, []).append(one)
    letters += [
        confirmation_letter(several, sender, date=day, lang=work.lang)
        for several in by_party.values()
    ]
    said = {"statements": len(found), "confirmations": len(by_party)}
    return Told(said=said, outputs=tuple(_letter(work, letter) for letter in letters))


def _drafts(work: Work) -> tuple[Draft, ...]:
    """The drafts of all steps, one after another."""
    provided: Provided | None = work.known("provision")
    rebates: Rebates | None = work.known("rebate")
    reconciled: Reconciled | None = work.known("reconcile")
    return (
        *(provided.found.drafts if provided else ()),
        *(rebates.drafts if rebates else ()),
        *(reconciled.drafts if reconciled else ()),
    )


def _tell_drafts(work: Work, found: tuple[Draft, ...]) -> Told:
    said: dict[str, Any] = {"drafts": [draft.to_json() for draft in found]}
    if not found:
        return Told(said=said)
    settings = work.folder.settings
    suffix = registry().format(settings.drafts).suffixes[0]
    name = work.say(f"凭证草稿{suffix}", f"voucher drafts{suffix}")

    def write(path: Path) -> None:
        write_drafts(
            found,
            work.value("books"),
            path,
            settings.drafts,
            preparer=settings.preparer or None,
            force=True,
        )

    what = work.say(f"{len(found)} 张凭证草稿", f"{len(found)} voucher drafts")
    why = work.say("复核后引入并记账", "look at them, import and post them")
    if any(draft.rule.startswith("rebate") for draft in found):
        why += work.say(
            "; 返利草稿以上月末已按同一条款计提, 尚未结算为前提",
            "; rebates were taken as accrued by the same clause at the end of the month before, "
            "and not settled yet",
        )
    return Told(said=said, outputs=(Output(name, write),), asks=(Ask(what, name, why),))


STEPS = (
    Step(
        name="reconcile", zh="往来对账", en="reconciliation", needs=("books",), uses=("theirs",),
        make=_reconcile, tell=_tell_reconcile, idle=_nobody,
    ),
    Step(
        name="letters", zh="对账单和询证函", en="statements and confirmations",
        needs=("books", "age"), wants=("forms", "customers", "tier"), make=_letters,
        tell=_tell_letters,
    ),
    Step(
        name="drafts", zh="凭证草稿", en="voucher drafts", needs=("books",),
        wants=("provision", "rebate", "reconcile"), make=_drafts, tell=_tell_drafts,
    ),
)  # fmt: skip
"""In the order they run."""
