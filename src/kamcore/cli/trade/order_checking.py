"""``kamcore order check``: prices and terms of orders against what was agreed."""

from pathlib import Path
from typing import Any

import polars as pl

from kamcore.cli.shell import grammar
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.cli.trade.trading import (
    SHOWN,
    Writing,
    forms_argument,
    opened_forms,
    problems_json,
    save,
    writing_options,
)
from kamcore.model.order import Order
from kamcore.pipeline.price_file import contracts, prices_of
from kamcore.pricing import OrderCheck, check_orders
from kamcore.pricing.telling import price_text
from kamcore.reports.sheets import Column, Listing, Sheet, Title

_TERMS = {"due": ("到期日", "due date"), "payment_method": ("支付方式", "payment method")}


@grammar.command(
    "check",
    zh="核对订单: 每行的价格与约定价格, 支付方式和到期日与合同。",
    en="Check orders: the price of every line, payment method and due date against the contract.",
)
@forms_argument
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print what differs."""
    writing = Writing(**asked)
    held = opened_forms(forms, writing)
    found = check_orders(held.of(Order), prices_of(held), contracts(held))
    written = save(screen, [_sheet(screen, found)], writing)
    problems = (*held.problems, *found.priced.problems)
    if screen.is_json:
        screen.emit({**_as_json(found), **problems_json(screen, problems), **written})
    else:
        _show(screen, found)
        screen.problems(problems, SHOWN)
    return int(found.differs or needs_a_look(problems))


def _as_json(found: OrderCheck) -> dict[str, Any]:
    names = ("order", "line_no", "customer", "item", "quantity", "stated", "price", "difference")
    rows = []
    for row in found.frame.iter_rows(named=True):
        said = {name: row[name] for name in names} | {"date": row["date"].isoformat()}
        said["quantity"] = f"{row['quantity'].normalize():f}"
        for name in ("stated", "price", "difference"):
            said[name] = None if row[name] is None else price_text(row[name])
        rows.append({**said, "rule": row["rule"], "problem": row["problem"]})
    terms = [
        {
            "order": one.order,
            "term": one.term,
            "stated": one.stated,
            "agreed": one.agreed,
            "contract": one.contract,
            "version": one.version,
        }
        for one in found.terms
    ]
    return {"rows": rows, "terms": terms}


def _show(screen: Screen, found: OrderCheck) -> None:
    wrong = found.frame.filter(pl.col("difference") != 0)
    lines = found.frame.height
    screen.line(
        f"订单行 {lines:,}, 价格不符 {wrong.height:,}, 条款不符 {len(found.terms):,}",
        f"{lines:,} order lines: {wrong.height:,} prices, {len(found.terms):,} terms differ",
        bold=True,
    )
    for row in wrong.iter_rows(named=True):
        stated, price = money(row["stated"]), money(row["price"])
        screen.line(
            f"  {row['order']} 第 {row['line_no']} 行 {row['item']}: 订单 {stated}, "
            f"约定 {price} ({row['rule']})",
            f"  {row['order']} line {row['line_no']} {row['item']}: stated {stated}, "
            f"agreed {price} ({row['rule']})",
        )
    for one in found.terms:
        zh, en = _TERMS[one.term]
        screen.line(
            f"  {one.order} {zh}: 订单 {one.stated}, 合同 {one.contract} 第 {one.version} 版 "
            f"{one.agreed or '未约定'}",
            f"  {one.order} {en}: stated {one.stated}, contract {one.contract} version "
            f"{one.version} {one.agreed or 'says nothing'}",
        )


def _sheet(screen: Screen, found: OrderCheck) -> Sheet:
    say = screen.say
    frame = found.frame.with_columns(pl.col("stated", "price", "difference").round(4))
    columns = (
        Column("order", say("订单", "order")),
        Column("line_no", say("行", "line")),
        Column("date", say("日期", "date")),
        Column("customer", say("客户", "customer")),
        Column("item", say("存货", "item")),
        Column("quantity", say("数量", "quantity"), kind="number", decimals=0),
        Column("stated", say("订单价", "stated")),
        Column("price", say("约定价", "agreed")),
        Column("difference", say("差异", "difference")),
        Column("rule", say("规则", "rule")),
        Column("problem", say("问题", "problem")),
    )
    title = Title(say("订单价格核对", "order prices"))
    listing = Listing(frame=frame, columns=columns, keep=1)
    return Sheet(name=say("订单核对", "orders"), parts=(title, listing))
