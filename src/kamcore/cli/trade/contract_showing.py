"""``kamcore contract show``: the terms in force on a day, the state, and the versions."""

import datetime as dt
from pathlib import Path

from kamcore.cli.shell import grammar
from kamcore.cli.shell.screen import Screen
from kamcore.cli.trade.archives import as_json, as_of_option, files_argument, shown
from kamcore.cli.trade.contract_choosing import (
    TITLES,
    contract_called,
    contract_option,
    terms_json,
)
from kamcore.forms.contract import TERMS
from kamcore.model.contract import Contract, ContractVersion
from kamcore.pipeline.contract_file import read_contracts


@grammar.command(
    "show",
    zh="查看合同在某日有效的条款, 状态, 各版本和缺少的资料。",
    en="Show the terms of a contract in force on a day, its state, its versions, and documents "
    "that are missing.",
)
@files_argument
@contract_option
@as_of_option
def command(screen: Screen, files: tuple[Path, ...], number: str, as_of: dt.datetime) -> int:
    """Print a contract."""
    on = as_of.date()
    contract = contract_called(read_contracts(files), number)
    terms = contract.version_on(on)
    if screen.is_json:
        _emit(screen, contract, terms, on)
    else:
        _show(screen, contract, terms, on)
    return 0


def _emit(screen: Screen, contract: Contract, terms: ContractVersion | None, on: dt.date) -> None:
    ended = contract.termination
    screen.emit(
        {
            "as_of": on.isoformat(),
            "contract": contract.number,
            "party": contract.party,
            "status": contract.status_on(on).value,
            "in_force": contract.is_in_force(on),
            "terms": None if terms is None else terms_json(terms),
            "versions": [terms_json(one) for one in contract.versions],
            "termination": None
            if ended is None
            else {
                "on": ended.on.isoformat(),
                "reason": ended.reason,
                "agreement": ended.agreement,
            },
            "statuses": [
                {
                    "on": one.on.isoformat(),
                    "status": one.status.value,
                    "person": one.person,
                    "reason": one.reason,
                }
                for one in contract.statuses
            ],
            "documents": [
                {
                    "kind": one.kind.value,
                    "state": one.state.value,
                    "title": one.title,
                    "file": one.file,
                    "sha256": one.sha256,
                    "valid_until": as_json(one.valid_until),
                }
                for one in contract.documents
            ],
            "lacking": [one.text(screen.lang) for one in contract.lacking(on)],
        }
    )


def _show(screen: Screen, contract: Contract, terms: ContractVersion | None, on: dt.date) -> None:
    status = contract.status_on(on).text(screen.lang)
    number, party = contract.number, contract.party
    screen.line(
        f"合同 {number}  单位 {party}  截至 {on}: {status}",
        f"contract {number}  party {party}  as of {on}: {status}",
        bold=True,
    )
    if terms is None:
        screen.line("  当日没有有效的条款", "  no terms are in force on that day")
    else:
        _terms(screen, terms)
    for one in contract.versions:
        mark = "→" if one is terms else " "
        screen.line(
            f"  {mark} 第 {one.version} 版 自 {one.valid_from} 生效",
            f"  {mark} version {one.version}, from {one.valid_from}",
        )
    if contract.termination:
        ended = contract.termination
        screen.line(
            f"    {ended.on} 解除: {ended.reason}", f"    terminated {ended.on}: {ended.reason}"
        )
    for lack in contract.lacking(on):
        said = lack.text(screen.lang)
        screen.line(f"  资料: {said}", f"  document: {said}")


def _terms(screen: Screen, terms: ContractVersion) -> None:
    rows = []
    for name in TERMS:
        value = getattr(terms, name)
        if value not in (None, ""):
            rows.append((screen.say(*TITLES[name]), shown(value, screen.lang)))
    if terms.credit_term:
        term = terms.credit_term
        said = f"{term.text(screen.lang)}, {term.begins.text(screen.lang)}"
        rows.append((screen.say(*TITLES["credit_term"]), said))
    for line in terms.annual_plan:
        amount = shown(line.amount, screen.lang)
        rows.append((screen.say("采购计划", "plan"), f"{line.span} {line.item} {amount}"))
    for due in terms.collection_plan:
        amount = shown(due.amount, screen.lang)
        rows.append((screen.say("收款计划", "to collect"), f"{due.due} {amount} {due.note}"))
    rows += [(screen.say("返点条款", "rebate"), clause.id) for clause in terms.rebates]
    screen.table(rows)
