"""The promotion form (促销): dated offers a price may join."""

from decimal import Decimal
from typing import ClassVar

from kamcore.forms.cell import Day, Figure, Text, Whole
from kamcore.forms.contract import Discount
from kamcore.forms.form import Card, Form, alternative, column
from kamcore.forms.trading import built
from kamcore.model.promotion import Promotion

__all__ = ["PromotionForm"]


class PromotionForm(Form):
    """An offer; one of discount, amount off and special price."""

    card: ClassVar[Card] = Card(
        kind="promotion", zh="促销", en="promotions", aliases=("促销活动", "活动"), key=("id",)
    )

    id: Text = column("促销编号|编号", "promotion", example="CX-2026-03")
    name: Text = column("促销名称|名称", "name", default="", example="春季促销")
    valid_from: Day = column("开始日期", "first day", example="2026-03-01")
    valid_to: Day = column("结束日期", "last day", example="2026-03-31")
    item: Text = column("存货编码|商品编码|存货", "item", default="")
    item_group: Text = column("存货分类|品类", "item group", default="")
    customer: Text = column("客户编码|客户", "customer", default="")
    grade: Text = column("客户等级", "customer grade", default="")
    campaign: Text = column("活动", "campaign", default="")
    discount: Discount | None = column("折扣", "discount", default=None, example="九折")
    off: Figure | None = alternative(
        column("每单位减", "off per unit", default=None, example="5.00")
    )
    price: Figure | None = column("特价", "special price", default=None)
    start_quantity: Figure = column("起订量|数量从", "quantity from", default=Decimal(0))
    currency: Text = column("币种", "currency", default="CNY")
    priority: Whole = column("优先级", "priority", default=0)

    def build(self) -> Promotion:
        """Make the value of the model."""
        return built(Promotion, **dict(self))
