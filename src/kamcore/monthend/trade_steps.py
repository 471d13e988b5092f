"""The steps over agreements: plans against sales, invoiced prices, rebates."""

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import Problem
from kamcore.ledger.draft import Draft, money_text
from kamcore.model.chart import detect_family
from kamcore.model.contract import Contract
from kamcore.model.price import PriceRule
from kamcore.model.rebate import RebateClause
from kamcore.model.tier import StatedFact
from kamcore.monthend.step import Ask, Output, Step, Told, Work
from kamcore.pipeline.customer_facts import Customers
from kamcore.pipeline.form_file import Forms
from kamcore.pipeline.mapping_file import read_mapping
from kamcore.pipeline.price_file import contracts, prices_of
from kamcore.pricing import Rebate, RebateAccounts, accrual_draft, invoice_check, rebate
from kamcore.reports.sheets import SUM, Column, Line, Listing, Sheet, Title
from kamcore.reports.writing import write_report

__all__ = ["STEPS"]

ZERO, CENT = Decimal(0), Decimal("0.01")
_MONEY = pl.Decimal(38, 4)


@attrs.frozen(kw_only=True, eq=False)
class Plans:
    """Planned sales of the month and of the year up to it, by customer."""

    monthly: pl.DataFrame = attrs.field(repr=False)


@attrs.frozen(kw_only=True, eq=False)
class Prices:
    """Invoice lines of the month that have an agreed price, and the variance by customer."""

    frame: pl.DataFrame = attrs.field(repr=False)
    problems: tuple[Problem, ...]
    monthly: pl.DataFrame = attrs.field(repr=False)


@attrs.frozen(kw_only=True, eq=False)
class Rebates:
    """What every clause gives up to the end of the month, and the drafts of the change."""

    found: tuple[Rebate, ...]
    drafts: tuple[Draft, ...]
    monthly: pl.DataFrame = attrs.field(repr=False)


def _customers(work: Work) -> Customers:
    path = work.folder.mapping
    codes = read_mapping(path).members.get("customer") if path is not None else None
    return Customers.linked(work.value("forms"), work.as_of, work.value("books"), codes)


def _tell_customers(work: Work, found: Customers) -> Told:
    links = found.links
    other = [one.to_json() for one in links.links if one.by != "code"]
    said = {"parties": len(found.archive.parties), "contracts": len(found.contracts)}
    return Told(
        said={**said, "links": other} if other else said,
        problems=links.problems,
        asks=work.worst(links.problems, work.say("客户代码", "customer codes")),
    )


def _agreed(work: Work) -> tuple[Contract, ...]:
    forms: Forms = work.value("forms")
    return contracts(forms)


def _no_plan(work: Work) -> tuple[str, str] | None:
    if _plan(work).monthly.is_empty():
        return "合同表单里没有采购计划", "no contract among the forms has a purchase plan"
    return None


def _plan(work: Work) -> Plans:
    """The part of every plan line that falls into the month, and into the year up to it."""
    month = work.period.first_day, work.as_of
    year = month[0].replace(month=work.period.start), work.as_of
    if year[0] > month[0]:
        year = year[0].replace(year=year[0].year - 1), work.as_of
    rows = []
    for contract in _agreed(work):
        terms = contract.version_on(work.as_of)
        if terms is None or not any(line.amount for line in terms.annual_plan):
            continue
        sums = [ZERO, ZERO]
        for line in terms.annual_plan:
            days = (line.span.last - line.span.first).days + 1
            for at, (first, last) in enumerate((month, year)):
                shared = (min(last, line.span.last) - max(first, line.span.first)).days + 1
                sums[at] += (line.amount or ZERO) * max(0, shared) / days
        rows.append(
            (contract.party, *(one.quantize(Decimal("0.01"), ROUND_HALF_UP) for one in sums))
        )
    names = {"customer": pl.String(), "plan": _MONEY, "plan_year": _MONEY}
    frame = pl.DataFrame(rows, schema=names, orient="row")
    sums_of = frame.group_by("customer").agg(pl.col("plan", "plan_year").sum())
    return Plans(monthly=sums_of.sort("customer"))


def _tell_plan(_work: Work, found: Plans) -> Told:
    totals = found.monthly.select(pl.col("plan", "plan_year").sum()).row(0, named=True)
    return Told(said={name: money_text(value) for name, value in totals.items()})


def _no_prices(work: Work) -> tuple[str, str] | None:
    forms: Forms = work.value("forms")
    if not forms.of(PriceRule):
        return "表单里没有价格", "there are no prices among the forms"
    return None


def _price(work: Work) -> Prices:
    """Invoices of the month against the agreed price of their day.

    Books that do not say item and quantity give way to the sales among the forms.
    """
    customers: Customers = work.value("customers")
    forms: Forms = work.value("forms")
    sales = customers.sales
    if not sales.filter(pl.col("item") != "").height:
        sales = attrs.evolve(customers, books=None).sales
    within = pl.col("date").is_between(work.period.first_day, work.as_of)
    priced = invoice_check(sales.filter(within, pl.col("item") != ""), prices_of(forms))
    monthly = (
        priced.frame.filter(pl.col("variance").is_not_null())
        .group_by("customer")
        .agg(pl.col("variance").sum())
        .sort("customer")
    )
    return Prices(frame=priced.frame, problems=priced.problems, monthly=monthly)


_PRICE_HEADS = {
    "date": ("日期", "date"),
    "customer": ("客户", "customer"),
    "invoice": ("发票", "invoice"),
    "item": ("存货", "item"),
    "quantity": ("数量", "quantity"),
    "amount": ("开票金额", "invoiced"),
    "agreed": ("约定金额", "agreed"),
    "variance": ("差异", "variance"),
    "rule": ("依据", "rule"),
}


def _tell_price(work: Work, found: Prices) -> Told:
    name = work.say("开票价格核对.xlsx", "invoiced prices.xlsx")
    title = work.say("开票价格核对", "invoiced prices")
    columns = tuple(
        Column(
            one,
            work.say(*words),
            kind="number" if one == "quantity" else "auto",
            total=SUM if one in ("amount", "agreed", "variance") else None,
        )
        for one, words in _PRICE_HEADS.items()
    )
    listing = Listing(columns=columns, frame=found.frame, total=work.say("合计", "total"), keep=2)
    sheet = Sheet(name=title, parts=(Title(title), Line(str(work.period)), listing))

    def write(path: Path) -> None:
        write_report([sheet], path, lang=work.lang, force=True)

    wrong = found.frame.filter(pl.col("variance") != 0)
    asks = list(work.worst(found.problems, name))
    if wrong.height:
        total = money_text(wrong.select(pl.col("variance").sum()).item())
        what = f"{wrong.height} 笔开票与约定价格不符, 合计 {total}"
        english = f"{wrong.height} invoice lines differ from agreed prices by {total}"
        asks.append(Ask(work.say(what, english), name, work.say("更正或补签", "correct or agree")))
    said = {"lines": found.frame.height, "differ": wrong.height}
    return Told(
        said=said, outputs=(Output(name, write),), problems=found.problems, asks=tuple(asks)
    )


def _no_clauses(work: Work) -> tuple[str, str] | None:
    if not _clauses(work):
        return "表单里没有本月有效的返利条款", "no rebate clause among the forms is in force"
    return None


def _clauses(work: Work) -> list[RebateClause]:
    forms: Forms = work.value("forms")
    first = work.period.first_day
    return [
        one
        for one in forms.of(RebateClause)
        if one.valid_from <= work.as_of and first <= one.valid_to
    ]


def _rebate(work: Work) -> Rebates:
    """What each clause gives since it began, and the draft that brings the liability there.

    What was accrued before is what the same clause gave up to the end of the month before.
    """
    customers: Customers = work.value("customers")
    books: Books = work.value("books")
    chart = dict(books.accounts.select("code", "name").iter_rows())
    family = detect_family(chart).family or "ASBE"
    before = work.period.first_day - dt.timedelta(days=1)
    found, drafts = [], []
    for clause in _clauses(work):
        now = _given(clause, customers, work.as_of)
        was = _given(clause, customers, before).net if clause.valid_from <= before else ZERO
        accounts = RebateAccounts.of(family, clause.form)
        draft = accrual_draft(now, accounts, work.as_of, was)
        found.append(now)
        if draft is not None:
            drafts.append(_in_books(draft, customers))
    rows = [(one.clause.customer, one.net) for one in found]
    frame = pl.DataFrame(rows, schema={"customer": pl.String, "rebate": _MONEY}, orient="row")
    monthly = frame.group_by("customer").agg(pl.col("rebate").sum()).sort("customer")
    return Rebates(found=tuple(found), drafts=tuple(drafts), monthly=monthly)


def _in_books(draft: Draft, customers: Customers) -> Draft:
    """A draft with the customer's code as the books have it, the first where there are several."""
    lines = [
        attrs.evolve(line, aux={**line.aux, "customer": customers.links.of_party(customer)[0]})
        if (customer := line.aux.get("customer"))
        else line
        for line in draft.lines
    ]
    return attrs.evolve(draft, lines=tuple(lines))


def _given(clause: RebateClause, customers: Customers, until: dt.date) -> Rebate:
    return rebate(
        clause,
        customers.sales,
        since=clause.valid_from,
        until=min(until, clause.valid_to),
        as_of=until,
        stated=customers.forms.of(StatedFact),
    )


def _tell_rebate(work: Work, found: Rebates) -> Told:
    unmet = [one for one in found.found if not one.is_earned]
    asks = tuple(
        Ask(
            work.say(
                f"返利条款 {one.clause.id} 的条件未满足", f"clause {one.clause.id} is not met"
            ),
            one.clause.customer,
            "; ".join(work.say(cond.zh, cond.en) for cond in one.conditions if not cond.met),
        )
        for one in unmet
    )
    said = {
        "rebates": [one.to_json(work.lang) for one in found.found],
        "net": money_text(_sum(one.net for one in found.found)),
        "drafts": len(found.drafts),
    }
    return Told(said=said, asks=asks)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


_BOTH = ("books", "forms")
STEPS = (
    Step(
        name="customers", zh="客户资料", en="customers", needs=_BOTH, make=_customers,
        tell=_tell_customers,
    ),
    Step(
        name="plan", zh="销售计划", en="sales plans", needs=("forms",), make=_plan,
        tell=_tell_plan, idle=_no_plan,
    ),
    Step(
        name="price", zh="价格核对", en="prices", needs=("customers", "forms"), make=_price,
        tell=_tell_price, idle=_no_prices,
    ),
    Step(
        name="rebate", zh="返利", en="rebates", needs=("customers", *_BOTH), make=_rebate,
        tell=_tell_rebate, idle=_no_clauses,
    ),
)  # fmt: skip
"""In the order they run."""
