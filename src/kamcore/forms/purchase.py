"""The purchase form (采购明细): invoiced purchases, for comparing suppliers."""

from typing import ClassVar

from kamcore.forms.cell import Day, Figure, Text
from kamcore.forms.form import Card, Form, column
from kamcore.model.purchase import Purchase

__all__ = ["PurchaseForm"]


class PurchaseForm(Form):
    """A line of a supplier's invoice; a return is negative."""

    card: ClassVar[Card] = Card(
        kind="purchase", zh="采购明细", en="purchases", aliases=("采购发票明细", "采购入库明细")
    )

    date: Day = column("开票日期|日期", "date", example="2026-03-12")
    supplier: Text = column("供应商编码|供应商", "supplier", example="S001")
    item: Text = column("存货编码|商品编码|存货", "item", example="A-100")
    quantity: Figure = column("数量", "quantity", example="500")
    amount: Figure = column("金额|价税合计", "amount", example="35000.00")
    invoice: Text = column("发票号", "invoice", default="")

    def build(self) -> Purchase:
        """Make the value of the model."""
        return Purchase(**dict(self))
