"""Orders (订单): from a wish in the pool to a sales order, with terms taken from the contract.

What a customer or a colleague saves is not yet a sales order (还不是真正的销售订单): it waits in
the pool, is confirmed, and is then converted.
"""

import datetime as dt
from decimal import Decimal

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.voucher import exact
from kamcore.model.word import Word
from kamcore.place import Place

__all__ = [
    "ORDER_MOVES",
    "Order",
    "OrderLine",
    "OrderMove",
    "OrderSource",
    "OrderStatus",
    "Recipient",
]

NO_MOVE = Fault(
    code="Q1301",
    zh="订单 {value} 不能由「{old_zh}」转为「{new_zh}」",
    en="order {value} cannot go from {old} to {new}",
    hint_zh="可转为: {allowed_zh}",
    hint_en="it may go to: {allowed}",
)
TOO_EARLY = Fault(
    code="Q1302",
    zh="订单 {value} 的状态 {new_zh} 日期 {on} 早于上一次变动 {last}",
    en="order {value} becomes {new} on {on}, before its last change on {last}",
)


class OrderSource(Word):
    """Who entered an order."""

    STAFF = "staff", "业务员"
    CUSTOMER = "customer", "客户"


class OrderStatus(Word):
    """How far an order has come."""

    POOL = "pool", "待处理"
    CONFIRMED = "confirmed", "已确认"
    CONVERTED = "converted", "已转销售订单"
    CANCELLED = "cancelled", "已取消"


ORDER_MOVES = {
    OrderStatus.POOL: (OrderStatus.CONFIRMED, OrderStatus.CANCELLED),
    OrderStatus.CONFIRMED: (OrderStatus.CONVERTED, OrderStatus.POOL, OrderStatus.CANCELLED),
    OrderStatus.CONVERTED: (),
    OrderStatus.CANCELLED: (),
}
"""From which state an order may go to which."""


@attrs.frozen(kw_only=True)
class Recipient:
    """Who receives goods, and where."""

    name: str
    phone: str = ""
    address: str = ""


@attrs.frozen(kw_only=True)
class OrderLine:
    """A line: `quantity` in `unit`, `price` per unit as agreed (None: not priced yet)."""

    item: str
    quantity: Decimal = attrs.field(converter=exact)
    unit: str = ""
    price: Decimal | None = attrs.field(default=None, converter=exact)
    promised: dt.date | None = None
    recipient: str = ""
    """Name of the recipient; blank is every one of the order."""


@attrs.frozen
class OrderMove:
    """A change of state: to what, on which day, by whom."""

    status: OrderStatus
    on: dt.date
    person: str = ""
    converted_to: str = ""
    """Number of the sales order it became."""


@attrs.frozen(kw_only=True)
class Order:
    """An order with its lines, recipients, terms of payment and history.

    `due` follows from the credit term of the contract and is checked, not trusted.
    """

    number: str
    customer: str
    date: dt.date
    source: OrderSource = OrderSource.STAFF
    person: str = ""
    contract: str = ""
    lines: tuple[OrderLine, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    payment_method: str = ""
    settlement: str = ""
    due: dt.date | None = None
    logistics: str = ""
    dispatch: dt.date | None = None
    campaign: str = ""
    currency: str = "CNY"
    history: tuple[OrderMove, ...] = ()

    def status_on(self, day: dt.date) -> OrderStatus:
        """The state on a day; in the pool until something else is said."""
        known = [move.status for move in self.history if move.on <= day]
        return known[-1] if known else OrderStatus.POOL

    def moved(self, move: OrderMove) -> "Order":
        """The order after a change of state.

        Raises:
            UsageError: the order cannot go there from where it is, or the day is before its last
                change.
        """
        last = self.history[-1] if self.history else None
        old = last.status if last else OrderStatus.POOL
        new = move.status
        allowed = ORDER_MOVES[old]
        if new not in allowed:
            raise UsageError(
                NO_MOVE.at(
                    Place(),
                    self.number,
                    old=old.text(),
                    old_zh=old.zh,
                    new=new.text(),
                    new_zh=new.zh,
                    allowed=", ".join(one.text() for one in allowed) or "-",
                    allowed_zh=", ".join(one.zh for one in allowed) or "-",
                )
            )
        since = last.on if last else self.date
        if move.on < since:
            facts = {"new": new.text(), "new_zh": new.zh, "on": move.on, "last": since}
            raise UsageError(TOO_EARLY.at(Place(), self.number, **facts))
        return attrs.evolve(self, history=(*self.history, move))
