"""The rebate form (返利): a clause with its bands, rates of groups and conditions."""

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from kamcore.forms.cell import Day, Figure, Flag, Share, Text, Whole
from kamcore.forms.form import Card, Form, alternative, column, rows_of
from kamcore.forms.trading import Level, Names, built, rounding_of
from kamcore.model.band import Band
from kamcore.model.price import Rounding, RoundingMode
from kamcore.model.rebate import (
    Condition,
    ConditionKind,
    Measure,
    RebateClause,
    RebateForm,
    RebateMethod,
)

__all__ = ["RebateClauseForm"]


class RebateBandForm(Form):
    """A band with its rate."""

    start: Figure = column("从", "from", default=Decimal(0), example="100000")
    end: Figure | None = column("至", "to", default=None)
    start_in: Flag = column("含起点", "from included", default=True)
    end_in: Flag = column("含终点", "to included", default=False)
    rate: Share | None = column("返利比例", "rate", default=None, example="2%")
    each: Figure | None = alternative(
        column("每单位返利", "money per unit", default=None, example="1.50")
    )

    def build(self) -> Band:
        """Make the value of the model."""
        rate = self.each if self.rate is None else self.rate
        return Band(
            start=self.start,
            end=self.end,
            start_in=self.start_in,
            end_in=self.end_in,
            rate=rate,
        )


class GroupRateForm(Form):
    """The rate of a group of items."""

    group: Text = column("存货分类|品类", "item group", example="泵")
    rate: Share = column("返利比例", "rate", example="2%")


class ConditionForm(Form):
    """A condition of a rebate."""

    kind: ConditionKind = column("条件", "condition", example="按期付款")
    at_least: Level = column(
        "不低于",
        "at least",
        default=Decimal(0),
        note=("增长率, 占比, 采购额或品种数", "growth, share, volume or number of items"),
    )
    grace_days: Whole = column("宽限天数", "days of grace", default=0)
    each: Flag = column("逐票判断", "invoice by invoice", default=False)
    groups: Names = column(
        "存货分类", "item groups", default=(), note=("产品结构用", "for the mix")
    )
    items: Names = column("存货", "items", default=(), note=("产品结构用", "for the mix"))
    measure: Text = column(
        "指标",
        "measure",
        default="",
        note=("「客户指标」中认定的, 如 price_breach", "stated among customer facts"),
    )

    def build(self) -> Condition:
        """Make the value of the model.

        Raises:
            Mistake: a mix names no groups or items, or a stated condition no measure.
        """
        return built(Condition, **dict(self))


class RebateClauseForm(Form):
    """A rebate clause as a person fills it in."""

    card: ClassVar[Card] = Card(
        kind="rebate", zh="返利", en="rebates", aliases=("返点", "返利条款"), key=("id",)
    )

    id: Text = column("条款编号|编号", "clause", example="FL-2026-1")
    customer: Text = column("客户编码|客户", "customer", example="0004")
    contract: Text = column("合同号", "contract number", default="")
    method: RebateMethod = column("计算方法", "method", example="分档全额")
    measure: Measure = column("口径", "measure", default=Measure.AMOUNT)
    rate: Share | None = alternative(column("返利比例", "rate", default=None, example="2%"))
    each: Figure | None = column("每单位返利", "money per unit", default=None)
    groups: Names = column("限存货分类", "only item groups", default=())
    items: Names = column("限存货", "only items", default=())
    returns_deducted: Flag = column("扣除退货", "less returns", default=True)
    form: RebateForm = column("返利形式", "form", default=RebateForm.OFFSET)
    valid_from: Day = column("生效日期", "valid from", example="2026-01-01")
    valid_to: Day | None = column("失效日期", "valid to", default=None)
    months: Whole = column("结算周期(月)", "settled every (months)", default=12)
    tax_included: Flag = column("含税", "tax included", default=True)
    tax_rate: Share = column("税率", "tax rate", default=Decimal("0.13"), example="13%")
    currency: Text = column("币种", "currency", default="CNY")
    rounding: Figure | None = column("取整到", "round to", default=None, example="0.01")
    rounding_mode: RoundingMode | None = column("舍入方式", "rounding", default=None)
    bands: list[RebateBandForm] = rows_of("返利档", "rebate bands")
    group_rates: list[GroupRateForm] = alternative(rows_of("分类返利", "rates by group"))
    conditions: list[ConditionForm] = rows_of("返利条件", "rebate conditions")

    def build(self) -> RebateClause:
        """Make the value of the model."""
        per_unit = self.each is not None or any(one.each is not None for one in self.bands)
        return built(
            RebateClause,
            id=self.id,
            customer=self.customer,
            contract=self.contract,
            method=self.method,
            measure=self.measure,
            rate=self.each if self.rate is None else self.rate,
            per_unit=per_unit,
            bands=tuple(one.build() for one in self.bands),
            group_rates={one.group: one.rate for one in self.group_rates},
            groups=self.groups,
            items=self.items,
            returns_deducted=self.returns_deducted,
            conditions=tuple(one.build() for one in self.conditions),
            form=self.form,
            valid_from=self.valid_from,
            valid_to=self.valid_to or dt.date.max,
            months=self.months,
            tax_included=self.tax_included,
            tax_rate=self.tax_rate,
            currency=self.currency,
            rounding=rounding_of(self.rounding, self.rounding_mode) or Rounding(),
        )
