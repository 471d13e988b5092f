"""``kamcore contract execution``: plan against orders, invoices and receipts, with causes."""

import datetime as dt
from pathlib import Path
from typing import Any

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money
from kamcore.cli.trade.archives import as_json, as_of_option, files_argument
from kamcore.cli.trade.contract_choosing import contract_called, contract_option, not_in_force
from kamcore.model.execution import Execution, execution
from kamcore.pipeline import read
from kamcore.pipeline.archive_file import archive_of
from kamcore.pipeline.contract_file import contracts_of
from kamcore.pipeline.contract_movements import of_books, of_forms
from kamcore.pipeline.form_file import read_forms


@grammar.command(
    "execution",
    zh="合同执行情况: 年度计划与订单、开票对比, 收款计划与收款对比, 差异按原因拆开。",
    en="How far a contract is carried out: the plan against orders and invoices, the collection "
    "plan against receipts, every difference taken apart into causes.",
)
@files_argument
@contract_option
@as_of_option
@option(
    "--books",
    type=PATH,
    multiple=True,
    metavar="FILE",
    zh="账套文件 (任何可读格式): 开票和收款由此而来, 可多个",
    en="Books in any readable format, for invoices and receipts; may be repeated.",
)
@option(
    "--account",
    default="",
    metavar="CODE",
    zh="应收科目; 缺省为应收账款",
    en="The receivable account; the standard one when left out.",
)
def command(screen: Screen, files: tuple[Path, ...], **asked: Any) -> int:
    """Print how far a contract is carried out."""
    on: dt.date = asked["as_of"].date()
    forms = read_forms(files)
    contract = contract_called(contracts_of(forms), asked["number"])
    terms = contract.terms_on(on)
    if terms is None:
        raise not_in_force(contract, on)
    party = archive_of(forms).archive.by_code.get(contract.party)
    movements = list(of_forms(forms, contract, on))
    for path in asked["books"]:
        movements += of_books(read(path).books, contract, party, asked["account"])
    found = execution(terms, movements, on)
    if screen.is_json:
        _emit(screen, found, {"as_of": on.isoformat(), "contract": contract.number}, on)
    else:
        screen.line(
            f"合同 {contract.number} 第 {terms.version} 版 执行情况, 截至 {on}",
            f"contract {contract.number}, version {terms.version}, carried out as of {on}",
            bold=True,
        )
        _show(screen, found, on)
    return int(any(line.variance for line in found.lines) or found.overdue(on) > 0)


def _emit(screen: Screen, found: Execution, head: dict[str, Any], on: dt.date) -> None:
    screen.emit(
        {
            **head,
            "lines": [
                {
                    "period": str(line.plan.span),
                    "item": line.plan.item,
                    "planned": as_json(line.planned),
                    "ordered": as_json(line.ordered),
                    "delivered": as_json(line.delivered),
                    "invoiced": as_json(line.invoiced),
                    "returned": as_json(line.returned),
                    "variance": as_json(line.variance),
                    "rate": None if line.rate is None else f"{line.rate:.4f}",
                    "causes": [
                        {
                            "cause": part.cause.value,
                            "amount": as_json(part.amount),
                            "text": part.cause.text(screen.lang),
                        }
                        for part in line.parts
                    ],
                }
                for line in found.lines
            ],
            "collection": [
                {
                    "due": line.plan.due.isoformat(),
                    "planned": as_json(line.plan.amount),
                    "received": as_json(line.received),
                    "outstanding": as_json(line.outstanding),
                    "note": line.plan.note,
                }
                for line in found.collected
            ],
            "unplanned": as_json(found.unplanned),
            "received": as_json(found.received),
            "received_beyond": as_json(found.received_beyond),
            "overdue": as_json(found.overdue(on)),
        }
    )


def _show(screen: Screen, found: Execution, on: dt.date) -> None:
    heads = (
        ("期间", "period"),
        ("存货", "item"),
        ("计划", "planned"),
        ("订单", "ordered"),
        ("开票净额", "invoiced"),
        ("差异", "variance"),
        ("完成率", "rate"),
    )
    rows = [tuple(screen.say(zh, en) for zh, en in heads)]
    for line in found.lines:
        rate = "" if line.rate is None else f"{line.rate:.1%}"
        figures = (line.planned, line.ordered, line.invoiced, line.variance)
        rows.append((str(line.plan.span), line.plan.item, *map(money, figures), rate))
    if found.lines:
        screen.table(rows)
    for line in found.lines:
        for part in line.parts:
            cause, amount = part.cause.text(screen.lang), money(part.amount)
            screen.line(
                f"  {line.plan.span} {cause}: {amount}", f"  {line.plan.span} {cause}: {amount}"
            )
    for due in found.collected:
        late = due.plan.due < on and due.outstanding > 0
        said = f"{money(due.received)} / {money(due.plan.amount)} {due.plan.note}"
        zh, en = (" 逾期", " overdue") if late else ("", "")
        screen.line(
            f"  收款 {due.plan.due}: {said}{zh}", f"  collect by {due.plan.due}: {said}{en}"
        )
    screen.line(
        f"  计划外开票 {money(found.unplanned)}, 收款合计 {money(found.received)}",
        f"  invoiced beside the plan {money(found.unplanned)}, received {money(found.received)}",
    )
