"""Forms of trade (订单, 发货, 销售明细): orders with their history, deliveries, invoiced sales."""

from decimal import Decimal
from typing import ClassVar

from kamcore.forms.cell import Day, Figure, Text
from kamcore.forms.form import Card, Form, column, rows_of
from kamcore.forms.trading import built
from kamcore.model.delivery import Delivery
from kamcore.model.order import (
    Order,
    OrderLine,
    OrderMove,
    OrderSource,
    OrderStatus,
    Recipient,
)
from kamcore.model.rebate import Sale

__all__ = ["DeliveryForm", "OrderForm", "SaleForm"]


class OrderLineForm(Form):
    """A line of an order."""

    item: Text = column("存货编码|商品编码|存货", "item", example="A-100")
    quantity: Figure = column("数量", "quantity", example="500")
    unit: Text = column("计量单位|单位", "unit", default="", example="件")
    price: Figure | None = column("单价", "price", default=None, example="87.40")
    promised: Day | None = column("承诺交期", "promised for", default=None)
    recipient: Text = column("收货人", "recipient", default="")

    def build(self) -> OrderLine:
        """Make the value of the model."""
        return OrderLine(**dict(self))


class RecipientForm(Form):
    """Who receives goods."""

    name: Text = column("收货人", "recipient", example="收货样甲")
    phone: Text = column("电话", "phone", default="")
    address: Text = column("收货地址", "address", default="")

    def build(self) -> Recipient:
        """Make the value of the model."""
        return Recipient(**dict(self))


class OrderMoveForm(Form):
    """A change of state."""

    status: OrderStatus = column("状态", "status", example="已确认")
    on: Day = column("状态日期", "status date", example="2026-03-09")
    person: Text = column("经办人", "person", default="")
    converted_to: Text = column("销售订单号", "sales order", default="")

    def build(self) -> OrderMove:
        """Make the value of the model."""
        return OrderMove(**dict(self))


class OrderForm(Form):
    """An order with its lines, recipients and history."""

    card: ClassVar[Card] = Card(
        kind="order", zh="订单", en="orders", aliases=("大客户订单", "订单池"), key=("number",)
    )

    number: Text = column("订单号|订单编号", "order number", example="SO-2026-001")
    customer: Text = column("客户编码|客户", "customer", example="0004")
    date: Day = column("订单日期|日期", "date", example="2026-03-08")
    source: OrderSource = column("来源", "source", default=OrderSource.STAFF)
    person: Text = column("业务员", "salesperson", default="")
    contract: Text = column("合同号", "contract number", default="")
    payment_method: Text = column("支付方式", "payment method", default="")
    settlement: Text = column("结算方式", "settlement", default="")
    due: Day | None = column("应收日期|到期日", "due", default=None)
    logistics: Text = column("物流方式", "logistics", default="")
    dispatch: Day | None = column("发货时间", "dispatch", default=None)
    campaign: Text = column("活动", "campaign", default="")
    currency: Text = column("币种", "currency", default="CNY")
    lines: list[OrderLineForm] = rows_of("订单明细", "order lines")
    recipients: list[RecipientForm] = rows_of("收货人列表", "recipients")
    history: list[OrderMoveForm] = rows_of("订单状态", "order statuses")

    def build(self) -> Order:
        """Make the value of the model; every change of state must be allowed."""
        facts = dict(self)
        facts["lines"] = tuple(one.build() for one in self.lines)
        facts["recipients"] = tuple(one.build() for one in self.recipients)
        order = Order(**{**facts, "history": ()})
        for one in self.history:
            order = built(order.moved, move=one.build())
        return order


class DeliveryForm(Form):
    """A line of a delivery."""

    card: ClassVar[Card] = Card(
        kind="delivery", zh="发货", en="deliveries", aliases=("发货单", "出库单")
    )

    number: Text = column("发货单号|出库单号", "delivery number", example="FH-001")
    date: Day = column("发货日期|日期", "date", example="2026-03-10")
    order: Text = column("订单号", "order number", default="")
    customer: Text = column("客户编码|客户", "customer", default="")
    item: Text = column("存货编码|商品编码|存货", "item", default="")
    quantity: Figure = column("数量", "quantity", default=Decimal(0))
    unit: Text = column("计量单位|单位", "unit", default="")
    recipient: Text = column("收货人", "recipient", default="")
    invoice: Text = column("发票号", "invoice", default="")

    def build(self) -> Delivery:
        """Make the value of the model."""
        return Delivery(**dict(self))


class SaleForm(Form):
    """A line of an invoice; a return is negative."""

    card: ClassVar[Card] = Card(
        kind="sale", zh="销售明细", en="sales", aliases=("发票明细", "开票明细")
    )

    date: Day = column("开票日期|日期", "date", example="2026-03-12")
    customer: Text = column("客户编码|客户", "customer", example="0004")
    item: Text = column("存货编码|商品编码|存货", "item", default="")
    group: Text = column("存货分类|品类", "item group", default="")
    quantity: Figure = column("数量", "quantity", default=Decimal(0))
    amount: Figure = column("金额|价税合计", "amount", example="43700.00")
    invoice: Text = column("发票号", "invoice", default="")
    order: Text = column("订单号", "order number", default="")
    due: Day | None = column("到期日|应收日期", "due", default=None)
    paid: Day | None = column("收款日期|结清日期", "paid", default=None)

    def build(self) -> Sale:
        """Make the value of the model."""
        return Sale(**dict(self))
