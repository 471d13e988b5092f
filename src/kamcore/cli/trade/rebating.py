"""``kamcore rebate``: what a contract gives back on the sales of a period, with its vouchers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books import Books
from kamcore.cli.shell import grammar
from kamcore.cli.shell.drafts import Drafting, as_json, drafts_options, ready, show
from kamcore.cli.shell.drafts import save as save_drafts
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.cli.trade.trading import (
    SHOWN,
    Writing,
    day_option,
    explain_option,
    figure,
    forms_argument,
    opened_forms,
    problems_json,
    save,
    writing_options,
    wrong_value,
)
from kamcore.errors import Fault, UsageError
from kamcore.ledger.draft import Draft, money_text
from kamcore.model.chart import detect_family
from kamcore.model.rebate import Measure, RebateClause
from kamcore.model.tier import StatedFact
from kamcore.pipeline import read
from kamcore.pipeline.form_file import Forms
from kamcore.pipeline.price_file import contracts, groups_of, sales_of
from kamcore.place import Place
from kamcore.pricing import (
    Rebate,
    RebateAccounts,
    accrual_draft,
    booked_sales,
    rebate,
    sales_frame,
    settlement_draft,
    with_due_dates,
    with_groups,
)
from kamcore.reports.sheets import SUM, Column, Kind, Line, Listing, Sheet, Title

NO_CLAUSE = Fault(
    code="U1301",
    zh="表单里没有合同「{value}」的返利条款",
    en="the forms hold no rebate clause of contract {value!r}",
    hint_zh="有条款的合同: {known}",
    hint_en="contracts with clauses: {known}",
)
ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class Request:
    """What a rebate is asked for."""

    writing: Writing
    drafting: Drafting

    contract: str
    since: dt.datetime
    until: dt.datetime
    as_of: dt.datetime | None = None
    books: Path | None = None
    settled: tuple[str, ...] = ()
    accrued: tuple[str, ...] = ()
    book: str = "settlement"
    explain: bool = False

    @property
    def known_by(self) -> dt.date:
        """The day by which payments are known, and of the drafts."""
        return (self.as_of or self.until).date()


@grammar.command(
    "rebate",
    zh="按合同计算一段时间的返利: 方法, 各档, 条件, 应结金额和凭证草稿。销售来自表单「销售明细」, "
    "或用 --books 从账里取。",
    en="The rebate of a contract on the sales of a period: bands, conditions, what is due, and "
    "draft vouchers.  Sales come from the form sales, or from books with --books.",
)
@forms_argument
@option("--contract", required=True, metavar="NUMBER", zh="合同号", en="Number of the contract.")
@day_option("--from", "since", required=True, zh="期间第一天", en="First day of the period.")
@day_option("--to", "until", required=True, zh="期间最后一天", en="Last day.")
@day_option("--as-of", zh="付款看到哪一天; 缺省为最后一天", en="Payments known by this day.")
@option("--books", type=PATH, metavar="FILE", zh="从账里取销售和收款", en="Take sales from books.")
@option(
    "--settled",
    multiple=True,
    metavar="[CLAUSE=]AMOUNT",
    zh="此前已结算的返利 (含税口径同条款)",
    en="What was settled before, by clause where there are several.",
)
@option(
    "--accrued",
    multiple=True,
    metavar="[CLAUSE=]AMOUNT",
    zh="此前已计提未结算的余额 (不含税)",
    en="Balance accrued before, without tax.",
)
@option(
    "--book",
    type=click.Choice(["accrual", "settlement"]),
    default="settlement",
    show_default=True,
    zh="起草哪种凭证: 计提 (含冲回) 或结算",
    en="Which vouchers to draft: accrual (or its reversal) or settlement.",
)
@explain_option
@drafts_options(to="--drafts-format")
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print rebates."""
    request = _request(asked)
    ready(request.drafting)
    held = opened_forms(forms, request.writing)
    clauses = _clauses(held, request.contract)
    books = read(request.books).books if request.books else Books()
    found = _found(held, clauses, books, request)
    drafts = _drafts(found, books, request)
    written = save(screen, _sheets(screen, found), request.writing)
    if screen.is_json:
        written |= save_drafts(screen, drafts, books, request.drafting)
        said = _as_json(screen, found, drafts, request.known_by)
        screen.emit(said | problems_json(screen, held.problems) | written)
    else:
        for one in found:
            _show(screen, one, explain=request.explain)
        show(screen, drafts, books)
        save_drafts(screen, drafts, books, request.drafting)
        screen.problems(held.problems, SHOWN)
    unmet = any(not condition.met for one in found for condition in one.conditions)
    return int(unmet or needs_a_look(held.problems))


def _request(asked: dict[str, Any]) -> Request:
    taken = {}
    for kind in (Writing, Drafting):
        names = [field.name for field in attrs.fields(kind) if field.name in asked]
        taken[kind] = {name: asked[name] for name in names}
    own = {field.name for field in attrs.fields(Request)}
    return Request(
        writing=Writing(**taken[Writing]),
        drafting=Drafting(**taken[Drafting]),
        **{name: value for name, value in asked.items() if name in own},
    )


def _clauses(held: Forms, contract: str) -> tuple[RebateClause, ...]:
    known = held.of(RebateClause)
    clauses = tuple(one for one in known if one.contract == contract)
    if not clauses:
        listed = ", ".join(sorted({one.contract for one in known if one.contract})) or "-"
        raise UsageError(NO_CLAUSE.at(Place(), contract, known=listed))
    return clauses


def _found(
    held: Forms, clauses: Sequence[RebateClause], books: Books, request: Request
) -> list[Rebate]:
    agreed = contracts(held)
    settled = _amounts(request.settled, "--settled", clauses)
    found = []
    for clause in clauses:
        if request.books:
            sales = booked_sales(books, tax_included=clause.tax_included)
            sales = with_groups(sales, groups_of(held))
        else:
            sales = sales_frame(sales_of(held))
        found.append(
            rebate(
                clause,
                with_due_dates(sales, agreed),
                since=request.since.date(),
                until=request.until.date(),
                settled=settled.get(clause.id, ZERO),
                as_of=request.known_by,
                stated=held.of(StatedFact),
            )
        )
    return found


def _amounts(
    given: Sequence[str], parameter: str, clauses: Sequence[RebateClause]
) -> dict[str, Decimal]:
    """Amounts by clause; one without a name is that of the only clause."""
    known = {clause.id for clause in clauses}
    found = {}
    for text in given:
        name, equals, amount = text.rpartition("=")
        if not equals and len(known) == 1:
            name = next(iter(known))
        if name not in known:
            raise wrong_value(text, parameter, f" (CLAUSE=AMOUNT: {', '.join(sorted(known))})")
        found[name] = figure(amount, parameter)
    return found


def _drafts(found: Sequence[Rebate], books: Books, request: Request) -> list[Draft]:
    chart = dict(books.accounts.select("code", "name").iter_rows())
    family = detect_family(chart).family or "ASBE"
    accrued = _amounts(request.accrued, "--accrued", [one.clause for one in found])
    drafts = []
    for one in found:
        accounts = RebateAccounts.of(family, one.clause.form)
        if request.book == "accrual":
            before = accrued.get(one.clause.id, ZERO)
            drafts.append(accrual_draft(one, accounts, request.known_by, before))
        else:
            drafts.append(settlement_draft(one, accounts, request.known_by))
    return [draft for draft in drafts if draft is not None]


def _as_json(
    screen: Screen, found: Sequence[Rebate], drafts: Sequence[Draft], as_of: dt.date
) -> dict[str, Any]:
    """The keys of one clause; where a contract has several, their sums and each of them."""
    parts = [one.to_json(screen.lang) for one in found]
    said = dict(parts[0])
    if len(parts) > 1:
        said["method"] = "+".join(dict.fromkeys(part["method"] for part in parts))
        said["clause"] = "+".join(part["clause"] for part in parts)
        for key in ("entitlement", "settled_before", "due"):
            total = sum((Decimal(part[key]) for part in parts), ZERO)
            said[key] = money_text(total, found[0].clause.currency)
        said["volume"] = None
        if len({one.clause.measure for one in found}) == 1:
            said["volume"] = f"{sum((one.volume for one in found), ZERO):f}"
        for key in ("conditions", "bands"):
            said[key] = [{"clause": part["clause"], **row} for part in parts for row in part[key]]
        said["rebates"] = parts
    return {"as_of": as_of.isoformat(), **said, "drafts": as_json(drafts)}


def _show(screen: Screen, found: Rebate, *, explain: bool) -> None:
    clause = found.clause
    volume = _volume(found, found.volume)
    screen.line(
        f"返利 {clause.id}: 客户 {clause.customer}, 合同 {clause.contract}, "
        f"{found.since} 至 {found.until}",
        f"rebate {clause.id}: customer {clause.customer}, contract {clause.contract}, "
        f"{found.since} to {found.until}",
        bold=True,
    )
    screen.line(
        f"  {clause.method.zh} ({clause.measure.zh}), 计返销售 {volume}, {clause.form.zh}",
        f"  {clause.method.text()} by {clause.measure.text()}, volume {volume}, "
        f"{clause.form.text()}",
    )
    for condition in found.conditions:
        mark = "✓" if condition.met else "✗"
        screen.line(f"  {mark} {condition.zh}", f"  {mark} {condition.en}")
        if explain:
            facts = _facts(screen, condition.facts)
            screen.line(f"      {facts}", f"      {facts}")
    rows = _bands(screen, found)
    if rows:
        screen.table(rows, indent="    ")
    screen.line(
        f"  应得 {money(found.entitlement)}, 已结 {money(found.settled_before)}, "
        f"应结 {money(found.due)}",
        f"  earned {money(found.entitlement)}, settled {money(found.settled_before)}, "
        f"due {money(found.due)}",
    )
    if clause.form.needs_red_invoice and found.due > 0:
        screen.line(
            f"  须开红字发票: 不含税 {money(found.net)}, 税额 {money(found.tax)}",
            f"  a red invoice is needed: net {money(found.net)}, tax {money(found.tax)}",
        )


_FACTS = {
    "as_of": ("截至", "as of"),
    "invoices": ("发票张数", "invoices"),
    "late": ("逾期", "late"),
    "late_amount": ("逾期金额", "late amount"),
    "volume": ("本期", "volume"),
    "at_least": ("不少于", "at least"),
    "before": ("上年同期", "year before"),
    "before_from": ("上年自", "from"),
    "before_to": ("至", "to"),
    "growth": ("增长", "growth"),
    "outside": ("不计", "outside"),
    "returns": ("退货", "returns"),
    "returned": ("退货金额", "returned"),
}


def _facts(screen: Screen, facts: Mapping[str, Any]) -> str:
    said = []
    for name, value in facts.items():
        text = " ".join(value) if isinstance(value, list) else str(value)
        said.append(f"{screen.say(*_FACTS.get(name, (name, name)))} {text or '-'}")
    return ", ".join(said)


def _bands(screen: Screen, found: Rebate) -> list[tuple[str, str, str, str]]:
    say = screen.say
    heads = (say("档", "band"), say("比例", "rate"), say("计返", "volume"), say("返利", "rebate"))
    rows = [heads]
    for band in found.bands:
        end = "" if band.end is None else f"{band.end:f}"
        edges = f"{band.start:f} - {end}"
        rate = f"{band.rate.normalize():f}"
        if not found.clause.per_unit:
            rate = f"{(band.rate * 100).normalize():f}%"
        rows.append((edges, rate, _volume(found, band.volume), money(round(band.amount, 4))))
    return rows if len(rows) > 1 else []


def _volume(found: Rebate, volume: Decimal) -> str:
    if found.clause.measure is Measure.AMOUNT:
        return money(volume)
    return f"{volume.normalize():,f}"


def _sheets(screen: Screen, found: Sequence[Rebate]) -> list[Sheet]:
    return [_sheet(screen, number, one) for number, one in enumerate(found, 1)]


def _sheet(screen: Screen, number: int, found: Rebate) -> Sheet:
    say = screen.say
    kinds: Mapping[str, Any] = {
        "start": pl.Decimal(28, 4),
        "end": pl.Decimal(28, 4),
        "rate": pl.Decimal(28, 10),
        "volume": pl.Decimal(28, 4),
        "amount": pl.Decimal(28, 4),
    }
    rows = [
        (band.start, band.end, band.rate, round(band.volume, 4), round(band.amount, 4))
        for band in found.bands
    ]
    frame = pl.DataFrame(rows, schema=kinds, orient="row")
    share: Kind = "number" if found.clause.per_unit else "percent"
    listing = Listing(
        frame=frame,
        columns=(
            Column("start", say("从", "from")),
            Column("end", say("至", "to")),
            Column("rate", say("比例", "rate"), kind=share),
            Column("volume", say("计返", "volume")),
            Column("amount", say("返利", "rebate"), total=SUM),
        ),
        total=say("合计", "total"),
    )
    clause = found.clause
    lines = [
        Line(
            say("合同", "contract") + f" {clause.contract}  {clause.id}",
            f"{found.since} - {found.until}",
        )
    ]
    for condition in found.conditions:
        mark = say("满足", "met") if condition.met else say("不满足", "not met")
        lines.append(Line(f"{say(condition.zh, condition.en)}: {mark}"))
    due = [
        Line(f"{say('应得', 'earned')}: {money(found.entitlement)}"),
        Line(f"{say('已结', 'settled before')}: {money(found.settled_before)}"),
        Line(f"{say('应结', 'due')}: {money(found.due)}"),
    ]
    title = Title(say("返利计算表", "rebate"))
    return Sheet(name=f"{say('返利', 'rebate')} {number}", parts=(title, *lines, listing, *due))
