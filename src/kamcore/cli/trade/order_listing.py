"""``kamcore order list``: orders with their state on a day."""

import datetime as dt
from pathlib import Path
from typing import Any

from kamcore.cli.shell import grammar
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.cli.trade.trading import (
    SHOWN,
    day_option,
    forms_argument,
    opened_forms,
    problems_json,
)
from kamcore.model.order import Order
from kamcore.pipeline.price_file import contracts, prices_of
from kamcore.pricing import synchronised


@grammar.command(
    "list",
    zh="列出订单: 客户, 来源, 状态, 收货人, 按合同补齐的价格和到期日。",
    en="List orders: customer, source, state, recipients, prices and due dates filled in from "
    "the contract.",
)
@forms_argument
@day_option("--as-of", required=True, zh="截至哪一天的状态", en="The day of the states.")
def command(screen: Screen, forms: tuple[Path, ...], as_of: dt.datetime) -> int:
    """Print orders."""
    held = opened_forms(forms)
    prices, agreed = prices_of(held), contracts(held)
    orders = sorted(held.of(Order), key=lambda order: (order.date, order.number))
    orders = [synchronised(order, prices, agreed) for order in orders]
    rows = [_row(order, as_of.date()) for order in orders]
    if screen.is_json:
        said = {"as_of": as_of.date().isoformat(), "rows": rows}
        screen.emit({**said, **problems_json(screen, held.problems)})
        return int(needs_a_look(held.problems))
    heads = (
        ("订单", "order"),
        ("日期", "date"),
        ("客户", "customer"),
        ("来源", "source"),
        ("状态", "status"),
        ("金额", "amount"),
        ("到期", "due"),
        ("收货人", "recipients"),
    )
    shown = [[screen.say(*head) for head in heads]]
    for order, row in zip(orders, rows, strict=True):
        words = (order.source, order.status_on(as_of.date()))
        amount = "" if row["amount"] is None else money(_amount(order))
        cells = [order.number, row["date"], order.customer]
        cells += [word.text(screen.lang) for word in words]
        cells += [amount, row["due"] or "", ", ".join(one.name for one in order.recipients)]
        shown.append(cells)
    screen.table(shown)
    screen.problems(held.problems, SHOWN)
    return int(needs_a_look(held.problems))


def _amount(order: Order) -> Any:
    return sum((line.price or 0) * line.quantity for line in order.lines)


def _row(order: Order, day: dt.date) -> dict[str, Any]:
    priced = all(line.price is not None for line in order.lines)
    return {
        "order": order.number,
        "date": order.date.isoformat(),
        "customer": order.customer,
        "contract": order.contract,
        "source": str(order.source),
        "status": str(order.status_on(day)),
        "amount": f"{_amount(order):.2f}" if priced else None,
        "payment_method": order.payment_method,
        "due": order.due.isoformat() if order.due else None,
        "recipients": [one.name for one in order.recipients],
        "lines": [
            {
                "item": line.item,
                "quantity": f"{line.quantity:f}",
                "unit": line.unit,
                "price": None if line.price is None else f"{line.price:f}",
                "promised": line.promised.isoformat() if line.promised else None,
                "late": bool(line.promised and line.promised < day),
            }
            for line in order.lines
        ],
    }
