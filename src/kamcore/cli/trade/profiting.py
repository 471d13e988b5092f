"""``kamcore order profit``: what each customer leaves over a period."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.cli.trade.trading import (
    SHOWN,
    Writing,
    day_option,
    figure,
    forms_argument,
    opened_forms,
    problems_json,
    save,
    writing_options,
)
from kamcore.forms.price_list import Item
from kamcore.ledger.draft import money_text
from kamcore.model.price import PricePolicy
from kamcore.model.rebate import RebateClause
from kamcore.model.tier import StatedFact
from kamcore.pipeline import read
from kamcore.pipeline.customer_facts import USUAL_TAX
from kamcore.pipeline.form_file import Forms
from kamcore.pipeline.price_file import contracts, groups_of, prices_of, sales_of
from kamcore.pricing import (
    Contribution,
    Rebate,
    at_list_price,
    booked_sales,
    customer_contribution,
    net_of_tax,
    rebate,
    sales_frame,
    with_due_dates,
    with_groups,
)
from kamcore.reports.sheets import SUM, Column, Line, Listing, Sheet, Title

HUNDRED = Decimal(100)

_MONEY = ("gross", "discount", "revenue", "rebate", "cost", "finance", "contribution")


@attrs.frozen(kw_only=True)
class Request(Writing):
    """What a contribution is asked for."""

    since: dt.datetime
    until: dt.datetime
    rate: str
    as_of: dt.datetime | None = None
    books: Path | None = None

    @property
    def known_by(self) -> dt.date:
        """The day until which money is waited for."""
        return (self.as_of or self.until).date()


@grammar.command(
    "profit",
    zh="客户利润贡献: 标价收入 (不含税) 减折扣, 返利, 成本和资金占用。折扣是零售价 (没有则市场价) "
    "与开票价之差, 没有价格表则为零; 单位成本取自「存货档案」。",
    en="What each customer leaves: sales at list price without tax, less discounts, rebates, cost "
    "and the cost of waiting for the money.  A discount is the retail price (else the market "
    "price) less the invoiced one, nothing without a price list; unit costs come from the form "
    "of items.",
)
@forms_argument
@day_option("--from", "since", required=True, zh="期间第一天", en="First day of the period.")
@day_option("--to", "until", required=True, zh="期间最后一天", en="Last day.")
@option("--rate", required=True, metavar="SHARE", zh="资金年利率, 如 6%", en="Yearly rate: 6%.")
@day_option("--as-of", zh="收款看到哪一天; 缺省为最后一天", en="Payments known by this day.")
@option("--books", type=PATH, metavar="FILE", zh="从账里取销售和收款", en="Take sales from books.")
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print contributions."""
    request = Request(**asked)
    share = _share(request.rate)
    held = opened_forms(forms, request)
    found = _found(held, request, share)
    written = save(screen, [_sheet(screen, found, request)], request)
    problems = (*held.problems, *found.problems)
    rows = list(found.frame.iter_rows(named=True))
    if screen.is_json:
        policy = {"annual_rate": f"{share:f}", "year_days": 365}
        said: dict[str, Any] = {"as_of": request.known_by.isoformat(), "policy": policy}
        said |= {"rows": [_row(row) for row in rows]}
        screen.emit({**said, **problems_json(screen, problems), **written})
    else:
        heads = [column.heading for column in _columns(screen)]
        screen.table([heads, *(_cells(row) for row in rows)])
        screen.problems(problems, SHOWN)
    return int(needs_a_look(problems))


def _share(text: str) -> Decimal:
    percent = text.strip().endswith("%")
    value = figure(text.strip().rstrip("%"), "--rate")
    return value / HUNDRED if percent else value


def _found(held: Forms, request: Request, share: Decimal) -> Contribution:
    books = read(request.books).books if request.books else None
    days = pl.col("date").is_between(request.since.date(), request.until.date())
    invoices = _sales(held, books, tax_included=True)
    sales = _sales(held, books, tax_included=False).filter(days)
    costs = {one.code: one.cost for one in held.of(Item) if one.cost is not None}
    return customer_contribution(
        at_list_price(sales, prices_of(held), _tax_rate(held)),
        invoices.filter(days),
        costs=costs,
        rebates=[_rebate(held, books, clause, request) for clause in held.of(RebateClause)],
        annual_rate=share,
        as_of=request.known_by,
    )


def _sales(held: Forms, books: Books | None, *, tax_included: bool) -> pl.DataFrame:
    if books is not None:
        return with_groups(booked_sales(books, tax_included=tax_included), groups_of(held))
    sales = sales_frame(sales_of(held))
    return sales if tax_included else net_of_tax(sales, _tax_rate(held))


def _tax_rate(held: Forms) -> Decimal:
    policy = held.one(PricePolicy)
    return policy.tax_rate if policy is not None and policy.tax_rate is not None else USUAL_TAX


def _rebate(held: Forms, books: Books | None, clause: RebateClause, request: Request) -> Rebate:
    sales = _sales(held, books, tax_included=clause.tax_included)
    return rebate(
        clause,
        with_due_dates(sales, contracts(held)),
        since=request.since.date(),
        until=request.until.date(),
        as_of=request.known_by,
        stated=held.of(StatedFact),
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    said = {"customer": row["customer"]} | {name: money_text(row[name]) for name in _MONEY}
    return {**said, "margin": None if row["margin"] is None else f"{row['margin']:f}"}


def _cells(row: dict[str, Any]) -> list[str]:
    share = "" if row["margin"] is None else f"{row['margin'] * HUNDRED:.2f}%"
    return [row["customer"], *(money(row[name]) for name in _MONEY), share]


def _columns(screen: Screen) -> tuple[Column, ...]:
    say = screen.say
    headings = {
        "gross": say("标价收入", "at list price"),
        "discount": say("折扣", "discount"),
        "revenue": say("收入", "revenue"),
        "rebate": say("返利", "rebate"),
        "cost": say("成本", "cost"),
        "finance": say("资金成本", "finance"),
        "contribution": say("贡献", "contribution"),
    }
    sums = [Column(name, heading, total=SUM) for name, heading in headings.items()]
    margin = Column("margin", say("贡献率", "margin"), kind="percent")
    return (Column("customer", say("客户", "customer")), *sums, margin)


def _sheet(screen: Screen, found: Contribution, request: Request) -> Sheet:
    columns = _columns(screen)
    frame = found.frame.select(column.name for column in columns)
    listing = Listing(frame=frame, columns=columns, total=screen.say("合计", "total"), keep=1)
    since, until = request.since.date(), request.until.date()
    title = Title(screen.say("客户利润贡献表", "contribution of customers"))
    line = Line(f"{since} - {until}")
    return Sheet(name=screen.say("利润贡献", "profit"), parts=(title, line, listing))
