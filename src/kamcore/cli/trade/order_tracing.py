"""``kamcore order trace``: everything that belongs to an order, down to the vouchers."""

from pathlib import Path

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.cli.trade.trading import SHOWN, opened_forms, problems_json
from kamcore.model.delivery import Delivery
from kamcore.model.order import Order
from kamcore.pipeline import read
from kamcore.pipeline.price_file import sales_of
from kamcore.pricing import TradeRecords, TrailStep, trace


@grammar.command(
    "trace",
    zh="按订单号, 发货单号或发票号追踪: 订单 → 发货 → 发票 → 收款 → 凭证。",
    en="Trace the number of an order, a delivery or an invoice: order, delivery, invoice, "
    "receipt, voucher.",
)
@click.argument("number")
@click.argument("forms", nargs=-1, required=True, type=PATH, metavar="FORM...")
@option("--books", type=PATH, metavar="FILE", zh="账 (凭证文件)", en="Books with the vouchers.")
def command(screen: Screen, number: str, forms: tuple[Path, ...], books: Path | None) -> int:
    """Print a trail."""
    held = opened_forms(forms)
    records = TradeRecords(
        orders=held.of(Order),
        deliveries=held.of(Delivery),
        sales=sales_of(held),
        books=read(books).books if books else None,
    )
    steps = trace(number, records)
    if screen.is_json:
        said = {"number": number, "steps": [step.to_json() for step in steps]}
        screen.emit({**said, **problems_json(screen, held.problems)})
    else:
        screen.line(f"{number}: {len(steps)} 条记录", f"{number}: {len(steps)} records", bold=True)
        if steps:
            screen.table([_row(screen, step) for step in steps])
        screen.problems(held.problems, SHOWN)
    return int(not steps or needs_a_look(held.problems))


def _row(screen: Screen, step: TrailStep) -> list[str]:
    quantity = "" if step.quantity is None else f"{step.quantity.normalize():f}"
    amount = "" if step.amount is None else money(step.amount)
    kind = step.kind.text(screen.lang)
    date = step.date.isoformat() if step.date else ""
    return [kind, step.number, date, step.party, step.item, quantity, amount, f"← {step.by}"]
