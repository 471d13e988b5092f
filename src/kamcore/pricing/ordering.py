"""Orders against prices and contracts: what should stand in them, and what differs."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books.schema import RATE
from kamcore.model.contract import Contract, ContractVersion
from kamcore.model.order import Order, OrderLine
from kamcore.model.price import Rounding
from kamcore.pricing.bulk import PricedLines, price_orders
from kamcore.pricing.prices import Prices

__all__ = ["OrderCheck", "TermDifference", "check_orders", "order_lines", "synchronised"]

_LINES: dict[str, Any] = {
    "order": pl.String,
    "line_no": pl.Int64,
    "customer": pl.String,
    "item": pl.String,
    "quantity": RATE,
    "unit": pl.String,
    "campaign": pl.String,
    "currency": pl.String,
    "date": pl.Date,
    "stated": RATE,
    "promised": pl.Date,
    "recipient": pl.String,
}


@attrs.frozen
class TermDifference:
    """A term of an order that is not what the contract says; None where one says nothing."""

    order: str
    term: str
    stated: str | None
    agreed: str | None
    contract: str
    version: int


@attrs.frozen
class OrderCheck:
    """Order lines with the price they should have, and terms that differ.

    The frame has the columns of `order_lines`, those of `price_orders` and ``difference``: stated
    less agreed, money per unit; null where no price is stated.
    """

    frame: pl.DataFrame = attrs.field(repr=False)
    terms: tuple[TermDifference, ...]
    priced: PricedLines = attrs.field(repr=False)

    @property
    def differs(self) -> bool:
        """True when a price or a term is not what was agreed, or a line has no price."""
        wrong = (pl.col("difference") != 0) | pl.col("problem").is_not_null()
        return bool(self.terms) or bool(self.frame.select(wrong.any()).item())


def order_lines(orders: Iterable[Order]) -> pl.DataFrame:
    """The lines of orders as the frame that `price_orders` takes."""
    rows = [
        (
            order.number,
            number,
            order.customer,
            line.item,
            line.quantity,
            line.unit,
            order.campaign,
            order.currency,
            order.date,
            line.price,
            line.promised,
            line.recipient,
        )
        for order in orders
        for number, line in enumerate(order.lines, 1)
    ]
    return pl.DataFrame(rows, schema=_LINES, orient="row")


def check_orders(
    orders: Sequence[Order], prices: Prices, contracts: Iterable[Contract] = ()
) -> OrderCheck:
    """Compare the prices and terms of orders with what was agreed on the day of the order."""
    priced = price_orders(order_lines(orders), prices)
    frame = priced.frame.with_columns(difference=(pl.col("stated") - pl.col("price")).cast(RATE))
    known = {contract.number: contract for contract in contracts}
    terms = tuple(one for order in orders for one in _terms(order, known))
    return OrderCheck(frame, terms, priced)


def synchronised(order: Order, prices: Prices, contracts: Iterable[Contract] = ()) -> Order:
    """The order with prices, payment method and due date as agreed; what is stated stays.

    Lines that have no price keep none.
    """
    found = price_orders(order_lines([order]), prices).frame["price"]
    agreed = _agreed(order, {contract.number: contract for contract in contracts})
    lines = tuple(_with_price(line, price) for line, price in zip(order.lines, found, strict=True))
    if agreed is None:
        return attrs.evolve(order, lines=lines)
    method = agreed.payment_method.zh if agreed.payment_method else ""
    return attrs.evolve(
        order,
        lines=lines,
        payment_method=order.payment_method or method,
        due=order.due or _due(agreed, order.date),
    )


def _with_price(line: OrderLine, price: Decimal | None) -> OrderLine:
    if line.price is not None or price is None:
        return line
    plain = Rounding().of(price)
    return attrs.evolve(line, price=plain if plain == price else price)


def _agreed(order: Order, known: dict[str, Contract]) -> ContractVersion | None:
    contract = known.get(order.contract)
    return contract.version_on(order.date) if contract is not None else None


def _due(agreed: ContractVersion, day: dt.date) -> dt.date | None:
    due = agreed.due(day)
    return None if due is None else due.date


def _terms(order: Order, known: dict[str, Contract]) -> Iterator[TermDifference]:
    """Payment method and due date against the contract; blanks of the order are no difference."""
    agreed = _agreed(order, known)
    if agreed is None:
        return
    method = agreed.payment_method
    named = (agreed.number, agreed.version)
    # A method may be written as the word of the contract or its Chinese name.
    spellings = {"", str(method), method.zh} if method else {""}
    if order.payment_method not in spellings:
        said = method.zh if method else None
        yield TermDifference(order.number, "payment_method", order.payment_method, said, *named)
    due = _due(agreed, order.date)
    if order.due is not None and order.due != due:
        wanted = None if due is None else due.isoformat()
        yield TermDifference(order.number, "due", order.due.isoformat(), wanted, *named)
