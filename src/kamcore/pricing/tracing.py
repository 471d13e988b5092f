"""From order to voucher and back (订单 → 发货 → 发票 → 收款 → 凭证), by reference numbers.

Records belong together when they share a number: an order's number on a delivery, an invoice's on
a voucher.  What follows from which number is told with every step.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.model.chart import detect_family, first_level
from kamcore.model.delivery import Delivery
from kamcore.model.order import Order
from kamcore.model.rebate import Sale
from kamcore.model.role import standard_accounts
from kamcore.model.word import Word

__all__ = ["StepKind", "TradeRecords", "TrailStep", "trace"]


class StepKind(Word):
    """What a step of a trail is."""

    ORDER = "order", "订单"
    DELIVERY = "delivery", "发货"
    INVOICE = "invoice", "发票"
    RECEIPT = "receipt", "收款"
    VOUCHER = "voucher", "凭证"


@attrs.frozen
class TrailStep:
    """A record on the trail; `by` is the number that ties it to the others."""

    kind: StepKind
    number: str
    date: dt.date | None
    party: str = ""
    item: str = ""
    quantity: Decimal | None = None
    amount: Decimal | None = None
    by: str = ""

    def to_json(self) -> dict[str, Any]:
        """The step as ``--json`` prints it."""
        return {
            "kind": str(self.kind),
            "number": self.number,
            "date": self.date.isoformat() if self.date else None,
            "party": self.party,
            "item": self.item,
            "quantity": None if self.quantity is None else f"{self.quantity.normalize():f}",
            "amount": None if self.amount is None else f"{self.amount:.2f}",
            "by": self.by,
        }


@attrs.frozen(kw_only=True)
class TradeRecords:
    """Everything a trail may run through."""

    orders: tuple[Order, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    sales: tuple[Sale, ...] = ()
    books: Books | None = None


@attrs.frozen
class _Tied:
    """A step with every number it bears."""

    step: TrailStep
    numbers: frozenset[str]


def trace(number: str, records: TradeRecords) -> tuple[TrailStep, ...]:
    """Every record that belongs to a number, in the order of trade, then of days.

    `number` is that of an order, a delivery or an invoice, or another reference on a voucher.
    """
    tied = list(_tied(records))
    known, found = {number}, dict[int, str]()
    grows = True
    while grows:
        grows = False
        for index, one in enumerate(tied):
            shared = one.numbers & known
            if index in found or not shared:
                continue
            found[index] = min(shared)
            # Money that pays several invoices does not make them one trade.
            if one.step.kind is not StepKind.RECEIPT:
                grows |= not one.numbers <= known
                known |= one.numbers
    steps = [attrs.evolve(tied[index].step, by=by) for index, by in found.items()]
    order = list(StepKind)
    return tuple(
        sorted(
            steps,
            key=lambda step: (
                order.index(step.kind),
                step.date or dt.date.min,
                step.number,
                step.item,
                step.amount or Decimal(0),
            ),
        )
    )


def _tied(records: TradeRecords) -> Iterator[_Tied]:
    for order in records.orders:
        quantity = sum((line.quantity for line in order.lines), Decimal(0))
        prices = [(line.price, line.quantity) for line in order.lines]
        amount = None
        if all(price is not None for price, _ in prices):
            amount = sum(((price or Decimal(0)) * many for price, many in prices), Decimal(0))
        step = TrailStep(
            StepKind.ORDER, order.number, order.date, order.customer, "", quantity, amount
        )
        became = {move.converted_to for move in order.history}
        yield _Tied(step, _numbers([order.number, *became]))
    for one in records.deliveries:
        step = TrailStep(
            StepKind.DELIVERY, one.number, one.date, one.customer, one.item, one.quantity
        )
        yield _Tied(step, _numbers([one.number, one.order, one.invoice]))
    for sale in records.sales:
        facts = (sale.date, sale.customer, sale.item, sale.quantity, sale.amount)
        step = TrailStep(StepKind.INVOICE, sale.invoice, *facts)
        yield _Tied(step, _numbers([sale.invoice, sale.order]))
    if records.books is not None:
        yield from _booked(records.books)


def _booked(books: Books) -> Iterator[_Tied]:
    """Lines of receivables that bear a number, as vouchers and as receipts."""
    chart = dict(books.accounts.select("code", "name").iter_rows())
    wanted = standard_accounts("ar_trade", detect_family(chart).family or "ASBE")
    sold = standard_accounts("revenue", detect_family(chart).family or "ASBE")
    used = books.lines["account"].drop_nulls().unique()
    mine = [code for code in used if first_level(code) in wanted]
    revenue = [code for code in used if first_level(code) in sold]
    sales = books.lines.filter(pl.col("account").is_in(revenue)).select("voucher_id")
    heads = books.vouchers.filter(pl.col("status").fill_null("") != "void")
    names = ["invoice", "business_number", "order_number"]
    lines = books.lines.filter(
        pl.col("account").is_in(mine), pl.any_horizontal(pl.col(*names).is_not_null())
    ).join(heads.select("voucher_id", "word", "number"), on="voucher_id")
    lines = lines.with_columns(is_sale=pl.col("voucher_id").is_in(sales["voucher_id"].implode()))
    for row in lines.iter_rows(named=True):
        signed = row["debit"] - row["credit"]
        numbers = _numbers(row[name] or "" for name in names)
        called = f"{row['word'] or ''}-{row['number'] or '?'}"
        facts = (row["date"], row.get("aux_customer") or "", "", None)
        if not row["is_sale"]:
            receipt = row["settlement_number"] or called
            yield _Tied(TrailStep(StepKind.RECEIPT, receipt, *facts, -signed), numbers)
        yield _Tied(TrailStep(StepKind.VOUCHER, called, *facts, signed), numbers)


def _numbers(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text for text in texts if text)
