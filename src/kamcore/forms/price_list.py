"""Price forms (价格): rules and floors, grades of customers, items with units, the policy."""

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import attrs

from kamcore.errors import Fault
from kamcore.forms.cell import Day, Figure, Flag, Mistake, Share, Text, Whole
from kamcore.forms.contract import Discount
from kamcore.forms.form import Card, Form, alternative, column, rows_of
from kamcore.forms.trading import BandForm, Names, built, rounding_of
from kamcore.model.band import Band
from kamcore.model.price import (
    FloorAction,
    Membership,
    PriceKind,
    PricePolicy,
    PriceRule,
    RoundingMode,
    Switch,
    Unit,
)

__all__ = ["GradeForm", "Item", "ItemForm", "PriceForm", "PricePolicyForm"]

NO_SOURCE = Fault(
    code="D6101",
    zh="「{value}」不是价格种类",
    en="{value!r} is no kind of price",
    hint_zh="种类有: {known}",
    hint_en="kinds are contract, key_account, grade, member, retail, market and last_sale",
)


class PriceForm(Form):
    """A price rule, or a version of one."""

    card: ClassVar[Card] = Card(
        kind="price",
        zh="价格",
        en="prices",
        aliases=("价格表", "价目表", "销售定价"),
        key=("id", "version"),
        note_zh="每行一条规则; 调价时另起一行, 同一编号, 版本加一, 写生效日期",
        note_en="one rule a row; a change is a further row: next version, own first day",
    )

    id: Text = column("规则编号|编号", "rule", example="LP-001")
    version: Whole = column("版本", "version", default=1)
    kind: PriceKind = column("价格种类|种类", "kind of price", example="零售价")
    item: Text = column("存货编码|商品编码|存货", "item", default="", example="A-100")
    item_group: Text = column("存货分类|品类", "item group", default="")
    customer: Text = alternative(column("客户编码|客户", "customer", default="", example="0004"))
    grade: Text = column("客户等级", "customer grade", default="")
    price: Figure | None = column("单价|价格", "price", default=None, example="95.00")
    discount: Discount | None = alternative(
        column("折扣", "discount", default=None, example="九五折")
    )
    basis: PriceKind = column("折扣基准", "discount on", default=PriceKind.RETAIL)
    margin: Share | None = alternative(column("加成", "margin", default=None, example="10%"))
    start: Figure | None = column(
        "数量从|起订量", "quantity from", default=None, note=("一档时直接填", "for a single band")
    )
    end: Figure | None = column("数量至", "quantity to", default=None)
    by_amount: Flag = column("按金额分档", "bands by amount", default=False)
    unit: Text = column("计量单位|单位", "unit", default="", example="件")
    currency: Text = column("币种", "currency", default="CNY")
    tax_included: Flag = column("含税", "tax included", default=True)
    tax_rate: Share | None = column("税率", "tax rate", default=None, example="13%")
    valid_from: Day | None = column("生效日期", "valid from", default=None)
    valid_to: Day | None = column("失效日期", "valid to", default=None)
    contract: Text = column("合同号", "contract number", default="")
    campaign: Text = column("活动", "campaign", default="")
    priority: Whole = column("优先级", "priority", default=0)
    promotion: Switch | None = column("促销", "promotions", default=None)
    rounding: Figure | None = column("取整到", "round to", default=None, example="0.01")
    rounding_mode: RoundingMode | None = column("舍入方式", "rounding", default=None)
    action: FloorAction = column("低于限价时", "below the floor", default=FloorAction.BLOCK)
    note: Text = column("备注", "note", default="")
    bands: list[BandForm] = rows_of("价格档", "price bands")

    def build(self) -> PriceRule:
        """Make the value of the model."""
        facts = {name: getattr(self, name) for name in _SAME}
        bands = [one.build() for one in self.bands]
        single = self.start is not None or self.end is not None
        if single and not bands:
            # A row with its quantity is a band of its own: it holds within and nowhere else.
            band = Band(
                start=self.start or Decimal(0),
                end=self.end,
                price=self.price,
                discount=self.discount if self.price is None else None,
            )
            bands = [band]
            facts |= {"price": None, "discount": None}
        return built(
            PriceRule,
            **facts,
            bands=tuple(bands),
            valid_from=self.valid_from or dt.date.min,
            valid_to=self.valid_to or dt.date.max,
            rounding=rounding_of(self.rounding, self.rounding_mode),
        )


_SAME = (
    "id",
    "version",
    "kind",
    "item",
    "item_group",
    "customer",
    "grade",
    "price",
    "discount",
    "basis",
    "margin",
    "by_amount",
    "unit",
    "currency",
    "tax_included",
    "tax_rate",
    "contract",
    "campaign",
    "priority",
    "promotion",
    "action",
    "note",
)
"""Fields the form and the model call the same."""


class GradeForm(Form):
    """The price grade a customer has from a day on."""

    card: ClassVar[Card] = Card(
        kind="price_grade", zh="客户价格等级", en="price grades", key=("customer", "since")
    )

    customer: Text = column("客户编码|客户", "customer", example="0004")
    grade: Text = column("客户等级|等级", "grade", example="金牌")
    since: Day | None = column("起始日期", "since", default=None)

    def build(self) -> Membership:
        """Make the value of the model."""
        return Membership(self.customer, self.grade, self.since or dt.date.min)


@attrs.frozen(kw_only=True)
class Item:
    """An item as the price forms know it: its group and its units."""

    code: str
    name: str = ""
    group: str = ""
    unit: str = ""
    units: tuple[Unit, ...] = ()
    cost: Decimal | None = None
    """Money without tax per stock unit."""


class UnitForm(Form):
    """A further unit of an item."""

    unit: Text = column("其他单位", "other unit", example="箱")
    factor: Figure = column("折合库存单位", "stock units in one", example="12")


class ItemForm(Form):
    """An item: its group, its stock unit and its further units."""

    card: ClassVar[Card] = Card(
        kind="item", zh="存货档案", en="items", aliases=("商品", "商品档案"), key=("code",)
    )

    code: Text = column("存货编码|商品编码", "item", example="A-100")
    name: Text = column("存货名称|商品名称", "name", default="")
    group: Text = column("存货分类|品类", "item group", default="")
    unit: Text = column("库存单位|计量单位", "stock unit", default="", example="件")
    cost: Figure | None = column(
        "单位成本|成本",
        "unit cost",
        default=None,
        note=("不含税, 每库存单位", "without tax, per stock unit"),
    )
    units: list[UnitForm] = rows_of("辅助计量单位", "other units")

    def build(self) -> Item:
        """Make the value of the model."""
        units = [Unit(self.code, one.unit, one.factor) for one in self.units]
        if self.unit and units:
            units.insert(0, Unit(self.code, self.unit, Decimal(1)))
        return Item(
            code=self.code,
            name=self.name,
            group=self.group,
            unit=self.unit,
            units=tuple(units),
            cost=self.cost,
        )


class PricePolicyForm(Form):
    """How the company finds prices."""

    card: ClassVar[Card] = Card(kind="price_policy", zh="定价政策", en="price policy", single=True)

    sources: Names = column(
        "价格来源",
        "sources",
        default=(),
        note=(
            "按先后用逗号分开; 空白为 合同价, 大客户价, 等级价, 会员价, 零售价, 市场价, 最近售价",
            "in their order, with commas; blank is the usual order",
        ),
        example="合同价, 大客户价, 零售价",
    )
    rounding: Figure | None = column("取整到", "round to", default=None, example="0.01")
    rounding_mode: RoundingMode | None = column("舍入方式", "rounding", default=None)
    tax_rate: Share | None = column("税率", "tax rate", default=None, example="13%")

    def build(self) -> PricePolicy:
        """Make the value of the model.

        Raises:
            Mistake: a source is no kind of price.
        """
        known = []
        for name in self.sources:
            try:
                known.append(PriceKind(name))
            except ValueError as error:
                words = ", ".join(kind.zh for kind in PriceKind)
                raise Mistake(NO_SOURCE, name, "sources", known=words) from error
        usual = PricePolicy()
        return PricePolicy(
            sources=tuple(known) or usual.sources,
            rounding=rounding_of(self.rounding, self.rounding_mode) or usual.rounding,
            tax_rate=self.tax_rate,
        )
