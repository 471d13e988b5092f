"""``kamcore offset``: set-offs between accounts and parties, as drafts of vouchers."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books import Books
from kamcore.cli import drafts as drafting
from kamcore.cli import grammar
from kamcore.cli.asking import Asked, as_of_option, force_option, opened
from kamcore.cli.faults import BAD_VALUE, MISSING
from kamcore.cli.grammar import option
from kamcore.cli.options import PATH, read_options, source_format
from kamcore.cli.screen import Screen, money, width
from kamcore.errors import UsageError
from kamcore.ledger.draft import money_text
from kamcore.matching.red_offset import red_offsets
from kamcore.matching.set_off import KINDS, TRANSFERS, SetOff, set_off, transfer, undo
from kamcore.pipeline.mapping_file import read_mapping
from kamcore.place import Place

RED = "red"
EVERY = (*KINDS, *TRANSFERS, RED)


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What a set-off is asked."""

    as_of: dt.datetime
    kind: str
    party: str | None = None
    into: str | None = None
    amount: str | None = None
    mapping: Path | None = None
    undone: bool = False
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
    def limit(self) -> Decimal | None:
        """The amount asked for.

        Raises:
            UsageError: it is no amount.
        """
        if self.amount is None:
            return None
        try:
            found = Decimal(self.amount.replace(",", ""))
        except InvalidOperation:
            found = Decimal(0)
        if found <= 0:
            facts = {"parameter": "--amount", "wants": "", "command": "kamcore offset"}
            raise UsageError(BAD_VALUE.at(Place(), self.amount, **facts))
        return found


@grammar.command(
    "offset",
    zh="往来对冲: 预收冲应收、预付冲应付、应收冲应付、转账和红票对冲; 只出草稿, 不改账。",
    en="Set off what parties owe and are owed: drafts of vouchers, nothing is booked.",
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
    zh="出红字草稿, 撤回这样的对冲",
    en="Draft the red vouchers that take such a set-off back.",
)
@drafting.drafts_options("-o")
@force_option
@read_options
@source_format
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print set-offs."""
    request = Request(**asked)
    drafting.ready(request.drafting)
    if request.kind in TRANSFERS and not (request.party and request.into):
        missing = "--party" if request.into else "--into"
        raise UsageError(MISSING.at(Place(), missing, command="kamcore offset"))
    reading = opened(file, request)
    as_of = request.as_of.date()
    head = {"as_of": as_of.isoformat(), "kind": request.kind}
    if request.kind == RED:
        return _red(screen, head, red_offsets(reading.books, as_of, person=request.preparer))
    found = _found(reading.books, request)
    drafts = [one.draft for one in found]
    if request.undone:
        drafts = [undo(draft, as_of) for draft in drafts]
    if screen.is_json:
        said = {
            **head,
            "rows": [one.to_json() for one in found],
            "drafts": drafting.as_json(drafts),
        }
        screen.emit(said | drafting.save(screen, drafts, reading.books, request.drafting))
    else:
        _show(screen, request.kind, found)
        drafting.show(screen, drafts, reading.books)
        drafting.save(screen, drafts, reading.books, request.drafting)
    return 0


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


def _show(screen: Screen, kind: str, found: tuple[SetOff, ...]) -> None:
    words = {**KINDS, **TRANSFERS}[kind]
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


def _red(screen: Screen, head: dict[str, Any], found: pl.DataFrame) -> int:
    rows = [
        {
            "id": row["id"],
            "item": row["item"],
            "receipt": row["receipt"],
            "date": row["date"].isoformat(),
            "amount": money_text(row["amount"]),
            "rule": row["rule"],
        }
        for row in found.iter_rows(named=True)
    ]
    if screen.is_json:
        screen.emit({**head, "rows": rows, "applications": rows, "drafts": []})
        return 0
    screen.line(
        f"红票对冲: {len(rows)} 笔, 同一科目同一往来单位, 不需要凭证",
        f"red against blue: {len(rows)}, on one account and party; no voucher is needed",
        bold=True,
    )
    for row in rows:
        screen.line(
            f"  {row['receipt']} 冲 {row['item']}  {row['amount']}",
            f"  {row['receipt']} takes back {row['item']}  {row['amount']}",
        )
    return 0
