"""Rebate clauses (返利条款): what a customer earns on what it bought, when, and in which form.

A clause counts sales from its own first day; a contract that changes its rebate closes one clause
and opens the next.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.band import Band, checked_bands
from kamcore.model.price import Rounding
from kamcore.model.voucher import exact
from kamcore.model.word import Word
from kamcore.place import Place

__all__ = [
    "Condition",
    "ConditionKind",
    "Measure",
    "RebateClause",
    "RebateForm",
    "RebateMethod",
    "Sale",
]

NO_RATE = Fault(
    code="Q1201",
    zh="返利条款 {value} 的方法「{method_zh}」缺少{zh}",
    en="rebate clause {value!r}: the method {method} needs {en}",
)
NO_RETURN_YEAR = Fault(
    code="Q1202",
    zh="返利条款 {value} 的失效日 {to} 早于生效日 {since}",
    en="rebate clause {value!r} ends on {to}, before it starts on {since}",
)
CONDITION_LACKS = Fault(
    code="Q1205",
    zh="返利条件「{value}」没有写明{zh}",
    en="the rebate condition {kind} names no {en}",
)


class RebateMethod(Word):
    """How the rate meets the volume.

    ``whole``: one rate on the total.  ``line``: each sale at the rate of its group.
    ``band_total``: the band the total has reached gives the rate of all of it (retroactive).
    ``band_excess``: each band's rate for the part of the total that lies in the band.
    """

    WHOLE = "whole", "总额"
    LINE = "line", "逐笔"
    BAND_TOTAL = "band_total", "分档全额"
    BAND_EXCESS = "band_excess", "分档超额"


class Measure(Word):
    """What decides the band: money or stock units."""

    AMOUNT = "amount", "金额"
    QUANTITY = "quantity", "数量"


class RebateForm(Word):
    """In what the rebate is given."""

    CASH = "cash", "现金"
    GOODS = "goods", "实物"
    OFFSET = "offset", "冲抵货款"
    NEXT_ORDER = "next_order", "下单折扣"

    @property
    def needs_red_invoice(self) -> bool:
        """Must a red invoice take back tax of invoices already issued.

        Money given back after the invoice does (国税函〔2006〕1279号); a discount shown on the
        invoice of the next delivery does not (国税函〔2010〕56号).
        """
        return self in (RebateForm.CASH, RebateForm.OFFSET)


class ConditionKind(Word):
    """What a condition looks at."""

    PAID_ON_TIME = "paid_on_time", "按期付款"
    GROWTH = "growth", "同比增长"
    MINIMUM = "minimum", "最低采购"
    REGULAR = "regular", "均衡采购"
    MIX = "mix", "产品结构"
    VARIETY = "variety", "采购品种"
    NO_BREACH = "no_breach", "无价格违约"
    STATED = "stated", "认定指标"


@attrs.frozen(kw_only=True)
class Condition:
    """A condition over dated facts.

    ``paid_on_time``: no invoice is paid later than its due date and `grace_days`; with `each`
    only the invoices that were are left out, else one of them forfeits all.  ``growth``: the
    volume is at least (1 + `at_least`) times that of the same days a year before.  ``minimum``:
    the volume is at least `at_least`; ``regular``: that of every month that is over.  ``mix``:
    the `groups` and `items` have a share of at least `at_least` of the volume.  ``variety``: at
    least so many different items were bought.  ``no_breach``: nobody stated a `measure` above
    zero in the period, a breach of the agreed resale price unless another is named.  ``stated``:
    somebody stated the `measure`, and it is at least `at_least` (1 where that is left out).

    Raises:
        UsageError: a mix names no groups or items, or a stated condition no measure.
        TypeError: a float is given as a figure.
    """

    kind: ConditionKind = attrs.field(converter=ConditionKind)
    at_least: Decimal = attrs.field(default=Decimal(0), converter=exact)
    grace_days: int = 0
    each: bool = False
    groups: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    measure: str = ""

    def __attrs_post_init__(self) -> None:
        if self.kind is ConditionKind.MIX and not (self.groups or self.items):
            raise self._lacks("存货分类或存货", "item groups or items")
        if self.kind is ConditionKind.STATED and not self.measure:
            raise self._lacks("指标", "a measure")

    def _lacks(self, zh: str, en: str) -> UsageError:
        facts = {"kind": self.kind.text(), "zh": zh, "en": en}
        return UsageError(CONDITION_LACKS.at(Place(), self.kind.zh, **facts))


@attrs.frozen(kw_only=True)
class RebateClause:
    """One clause.

    `rate` is a share of the amount or, with `per_unit`, money per stock unit; `group_rates` are
    the rates of item groups for the method ``line``.  `groups` and `items` narrow the sales that
    count (empty: all); `returns_deducted` says whether returns lessen the volume.  With
    `tax_included` amounts and the rebate hold the tax of `tax_rate`.  It is settled every
    `months` months, by the difference to what was settled before.

    Raises:
        UsageError: the method lacks its rate or bands, bands overlap, or the dates run backwards.
        TypeError: a float is given as money.
    """

    id: str
    customer: str
    contract: str = ""
    method: RebateMethod = attrs.field(converter=RebateMethod)
    measure: Measure = attrs.field(default=Measure.AMOUNT, converter=Measure)
    rate: Decimal | None = attrs.field(default=None, converter=exact)
    per_unit: bool = False
    bands: tuple[Band, ...] = ()
    group_rates: Mapping[str, Decimal] = attrs.field(factory=dict)
    groups: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    returns_deducted: bool = True
    conditions: tuple[Condition, ...] = ()
    form: RebateForm = attrs.field(default=RebateForm.OFFSET, converter=RebateForm)
    valid_from: dt.date
    valid_to: dt.date = dt.date.max
    months: int = 12
    tax_included: bool = True
    tax_rate: Decimal = attrs.field(default=Decimal("0.13"), converter=exact)
    currency: str = "CNY"
    rounding: Rounding = Rounding()

    def __attrs_post_init__(self) -> None:
        if self.valid_from > self.valid_to:
            facts = {"to": self.valid_to, "since": self.valid_from}
            raise UsageError(NO_RETURN_YEAR.at(Place(), self.id, **facts))
        checked = checked_bands(self.bands, self.id)
        if checked != self.bands:
            object.__setattr__(self, "bands", checked)
        if (
            self.per_unit
            and self.measure is Measure.AMOUNT
            and self.method is not RebateMethod.LINE
        ):
            raise self._lacks("数量口径 (按单位返利)", "the measure quantity, for money per unit")
        banded = self.method in (RebateMethod.BAND_TOTAL, RebateMethod.BAND_EXCESS)
        if banded and (not self.bands or any(band.rate is None for band in self.bands)):
            raise self._lacks("各档的返利比例", "bands, each with its rate")
        if not banded and self.rate is None and not self.group_rates:
            raise self._lacks("返利比例", "a rate")

    def _lacks(self, zh: str, en: str) -> UsageError:
        facts: dict[str, Any] = {"method": self.method.text(), "method_zh": self.method.zh}
        return UsageError(NO_RATE.at(Place(), self.id, **facts, zh=zh, en=en))


@attrs.frozen(kw_only=True)
class Sale:
    """A line of an invoice: what counts towards a rebate.

    A return is negative in `quantity` (stock units) and `amount`.  `paid` is the day the invoice
    was paid in full, None while it is open; `group` the item's group on the day of the sale.
    """

    date: dt.date
    customer: str
    item: str = ""
    group: str = ""
    quantity: Decimal = attrs.field(default=Decimal(0), converter=exact)
    amount: Decimal = attrs.field(default=Decimal(0), converter=exact)
    invoice: str = ""
    order: str = ""
    due: dt.date | None = None
    paid: dt.date | None = None
