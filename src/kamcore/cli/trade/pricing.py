"""``kamcore price``: the price of an item for a customer on a day, and why."""

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
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
)
from kamcore.pipeline.price_file import prices_of
from kamcore.pricing import Prices, Quote, quote
from kamcore.pricing.telling import price_text, step_text
from kamcore.reports.sheets import Column, Fields, Listing, Sheet, Title


@attrs.frozen(kw_only=True)
class Request(Writing):
    """What a price is asked for."""

    customer: str
    item: str
    quantity: str
    date: dt.datetime
    unit: str = ""
    campaign: str = ""
    currency: str = "CNY"
    explain: bool = False


@grammar.command(
    "price",
    zh="某客户某品目某日的价格, 以及依据。FORM 是价格, 促销, 合同等表单 (xlsx, TOML, JSON)。",
    en="The price of an item for a customer on a day, and why.  Each FORM holds prices, "
    "promotions, contracts (xlsx, TOML, JSON).",
)
@forms_argument
@option("--customer", required=True, metavar="CODE", zh="客户编码", en="Code of the customer.")
@option("--item", required=True, metavar="CODE", zh="存货编码", en="Code of the item.")
@option("--quantity", required=True, metavar="Q", zh="数量", en="The quantity.")
@day_option("--date", "--as-of", "date", required=True, zh="哪一天的价格", en="The day.")
@option("--unit", default="", metavar="UNIT", zh="数量的单位", en="Unit of the quantity.")
@option("--campaign", default="", metavar="NAME", zh="活动", en="The campaign, if any.")
@option("--currency", default="CNY", show_default=True, zh="币种", en="Currency.")
@explain_option
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print a price."""
    request = Request(**asked)
    quantity = figure(request.quantity, "--quantity")
    read = opened_forms(forms, request)
    prices = prices_of(read)
    found = quote(
        prices,
        customer=request.customer,
        item=request.item,
        quantity=quantity,
        on=request.date.date(),
        unit=request.unit,
        campaign=request.campaign,
        currency=request.currency,
    )
    written = save(screen, [_sheet(screen, found)], request)
    if screen.is_json:
        said = {"as_of": found.question.on.isoformat(), "policy": _policy(prices)}
        said |= found.to_json(screen.lang)
        screen.emit({**said, **problems_json(screen, read.problems), **written})
    else:
        _show(screen, found, explain=request.explain)
        screen.problems(read.problems, SHOWN)
    undercut = found.floor is not None and found.floor.action is not None
    return int(undercut or needs_a_look(read.problems))


def _policy(prices: Prices) -> dict[str, Any]:
    policy = prices.policy
    return {
        "sources": [str(kind) for kind in policy.sources],
        "rounding": {"place": f"{policy.rounding.place:f}", "mode": str(policy.rounding.mode)},
        "tax_rate": None if policy.tax_rate is None else f"{policy.tax_rate:f}",
    }


def _show(screen: Screen, found: Quote, *, explain: bool) -> None:
    asked = found.question
    many = f"{asked.quantity:f} {asked.unit}".strip()
    screen.line(
        f"{asked.item} × {many}, 客户 {asked.customer}, {asked.on}",
        f"{asked.item} × {many} for {asked.customer}, {asked.on}",
        bold=True,
    )
    tax = ("不含税", "without tax"), ("含税", "tax included")
    said = screen.say(*tax[found.tax_included])
    price, total = price_text(found.amount), money(found.total)
    per = f" / {found.unit}" if found.unit else ""
    screen.line(
        f"  {price} {found.rule.currency}{per} ({said})   金额 {total}",
        f"  {price} {found.rule.currency}{per} ({said})   amount {total}",
    )
    screen.line(f"  {found.because}", f"  {found.because_en}")
    if found.floor is not None:
        limit = price_text(found.floor.price)
        screen.line(
            f"  限价 {limit} ({found.floor.rule.id})", f"  floor {limit} ({found.floor.rule.id})"
        )
    if explain:
        for number, step in enumerate(found.steps, 1):
            text = step_text(step, screen.lang)
            rule = f"  [{step.rule.id}]" if step.rule else ""
            screen.line(f"    {number}. {text}{rule}", f"    {number}. {text}{rule}")


def _sheet(screen: Screen, found: Quote) -> Sheet:
    asked = found.question
    say = screen.say
    fields = Fields(
        (
            (say("客户", "customer"), asked.customer),
            (say("存货", "item"), asked.item),
            (say("数量", "quantity"), asked.quantity),
            (say("日期", "date"), asked.on),
            (say("单价", "price"), found.amount),
            (say("金额", "amount"), found.total),
            (say("依据", "because"), say(found.because, found.because_en)),
        )
    )
    rows = [
        (step_text(step, screen.lang), step.rule.id if step.rule else "", step.before, step.after)
        for step in found.steps
    ]
    kinds: dict[str, Any] = {
        "step": pl.String,
        "rule": pl.String,
        "before": pl.Decimal(28, 4),
        "after": pl.Decimal(28, 4),
    }
    exact = [(text, rule, _four(before), _four(after)) for text, rule, before, after in rows]
    frame = pl.DataFrame(exact, schema=kinds, orient="row")
    columns = (
        Column("step", say("步骤", "step")),
        Column("rule", say("规则", "rule")),
        Column("before", say("前", "before"), decimals=2),
        Column("after", say("后", "after"), decimals=2),
    )
    title = Title(say("报价说明", "quotation"))
    listing = Listing(frame=frame, columns=columns)
    return Sheet(name=say("报价", "price"), parts=(title, fields, listing))


def _four(value: Any) -> Any:
    return None if value is None else round(value, 4)
