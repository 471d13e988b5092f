"""Price rules (价格): kinds, scope, dates, bands, rounding, floors, and the order of sources.

A rule gives a price, or a discount on the price of another kind (its basis).  Versions of a rule
share its id: from the day a version is valid, the earlier one is not.
"""

import datetime as dt
import decimal
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.band import Band, checked_bands
from kamcore.model.voucher import exact
from kamcore.model.word import Word
from kamcore.place import Place

__all__ = [
    "FloorAction",
    "Membership",
    "PriceKind",
    "PricePolicy",
    "PriceRule",
    "Rounding",
    "RoundingMode",
    "Switch",
    "Unit",
]

TWO_SCOPES = Fault(
    code="Q1004",
    zh="价格规则 {value} 同时写了{zh}",
    en="price rule {value!r} names both {en}",
    hint_zh="分成两条规则",
    hint_en="make two rules of it",
)
NO_VALUE = Fault(
    code="Q1005",
    zh="价格规则 {value} 既没有价格, 也没有折扣",
    en="price rule {value!r} has neither a price nor a discount",
)
BACKWARDS = Fault(
    code="Q1006",
    zh="价格规则 {value} 的失效日 {to} 早于生效日 {since}",
    en="price rule {value!r} ends on {to}, before it starts on {since}",
)

NEGATIVE = Fault(
    code="Q1008",
    zh="价格规则的金额 {value} 是负数",
    en="the {what} of a price rule is negative: {value}",
)

ZERO = Decimal(0)
CENT = Decimal("0.01")


class PriceKind(Word):
    """Where a price comes from; `limit` is the floor under all others."""

    CONTRACT = "contract", "合同价"
    KEY_ACCOUNT = "key_account", "大客户价"
    GRADE = "grade", "等级价"
    MEMBER = "member", "会员价"
    RETAIL = "retail", "零售价"
    MARKET = "market", "市场价"
    LAST_SALE = "last_sale", "最近售价"
    LIMIT = "limit", "销售限价"


SHIPPED_ORDER = tuple(kind for kind in PriceKind if kind is not PriceKind.LIMIT)
"""Sources in the order that is used where a company states none."""


class Switch(Word):
    """Does a price join a promotion: on top of it, the better of both, or not at all."""

    JOIN = "join", "参加"
    BEST = "best", "取低"
    STOP = "stop", "不参加"


_SWITCHES = dict.fromkeys((PriceKind.CONTRACT, PriceKind.KEY_ACCOUNT), Switch.STOP)


class FloorAction(Word):
    """What a price under the floor means: no sale, a warning, or somebody must approve."""

    BLOCK = "block", "禁止"
    WARN = "warn", "提醒"
    APPROVE = "approve", "审批"


class RoundingMode(Word):
    """How a price is rounded to its place."""

    HALF_UP = "half_up", "四舍五入"
    HALF_EVEN = "half_even", "银行家舍入"
    UP = "up", "进位"
    DOWN = "down", "舍去"


_MODES = {
    RoundingMode.HALF_UP: decimal.ROUND_HALF_UP,
    RoundingMode.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    RoundingMode.UP: decimal.ROUND_CEILING,
    RoundingMode.DOWN: decimal.ROUND_FLOOR,
}


@attrs.frozen
class Rounding:
    """Rounding to a multiple of `place` (0.01, 0.05, 1, 10), in money per unit.

    >>> Rounding(Decimal(10)).of(Decimal(3771)), Rounding(Decimal("0.05")).of(Decimal("1.93"))
    (Decimal('3770'), Decimal('1.95'))
    """

    place: Decimal = attrs.field(default=CENT, converter=exact)
    mode: RoundingMode = attrs.field(default=RoundingMode.HALF_UP, converter=RoundingMode)

    def of(self, price: Decimal) -> Decimal:
        """The price, rounded."""
        steps = (price / self.place).quantize(Decimal(1), _MODES[self.mode])
        return steps * self.place


def _positive(_rule: object, field: "attrs.Attribute[Any]", value: Decimal | None) -> None:
    if value is not None and value < 0:
        raise UsageError(NEGATIVE.at(Place(), value, what=field.name))


def _money() -> Any:
    return attrs.field(default=None, converter=exact, validator=_positive)


@attrs.frozen(kw_only=True)
class PriceRule:
    """One rule, in one version.

    The scope: an empty `item`, `item_group`, `customer`, `grade` or `campaign` is any.  `price`
    is money per `unit` (blank: the stock unit), with tax where `tax_included`; `discount` the
    share that is paid (0.92), `margin` a share added before it (0.10), both on `price` or else on
    the price of kind `basis`.  `bands` look at the quantity in `unit`, or at the amount of the
    line.  `promotion` is None for the usual of the kind: contract and key-account prices join no
    promotion, the others do.  `action` matters for floors only.

    Raises:
        UsageError: the scope names two of a kind, nothing gives a price, bands overlap, or the
            dates run backwards.
        TypeError: a float is given as money.
    """

    id: str
    kind: PriceKind = attrs.field(converter=PriceKind)
    item: str = ""
    item_group: str = ""
    customer: str = ""
    grade: str = ""
    campaign: str = ""
    price: Decimal | None = _money()
    discount: Decimal | None = _money()
    margin: Decimal | None = _money()
    basis: PriceKind = attrs.field(default=PriceKind.RETAIL, converter=PriceKind)
    bands: tuple[Band, ...] = ()
    by_amount: bool = False
    unit: str = ""
    currency: str = "CNY"
    tax_included: bool = True
    tax_rate: Decimal | None = _money()
    valid_from: dt.date = dt.date.min
    valid_to: dt.date = dt.date.max
    version: int | None = None
    contract: str = ""
    priority: int = 0
    promotion: Switch | None = attrs.field(
        default=None, converter=attrs.converters.optional(Switch)
    )
    rounding: Rounding | None = None
    action: FloorAction = attrs.field(default=FloorAction.BLOCK, converter=FloorAction)
    note: str = ""

    def __attrs_post_init__(self) -> None:
        if self.item and self.item_group:
            raise self._wrong(TWO_SCOPES, zh="品目和品类", en="an item and an item group")
        if self.customer and self.grade:
            raise self._wrong(TWO_SCOPES, zh="客户和等级", en="a customer and a grade")
        if self.valid_from > self.valid_to:
            raise self._wrong(BACKWARDS, to=self.valid_to, since=self.valid_from)
        checked = checked_bands(self.bands, self.id)
        if checked != self.bands:
            object.__setattr__(self, "bands", checked)
        values = (self.price, self.discount, self.margin)
        if not self.bands and all(value is None for value in values):
            raise self._wrong(NO_VALUE)
        if any(band.price is None and band.discount is None for band in self.bands):
            raise self._wrong(NO_VALUE)

    def _wrong(self, fault: Fault, **facts: object) -> UsageError:
        return UsageError(fault.at(Place(), self.id, **facts))

    @property
    def switch(self) -> Switch:
        """Does this price join a promotion."""
        return self.promotion or _SWITCHES.get(self.kind, Switch.JOIN)

    @property
    def specificity(self) -> int:
        """How narrow the scope is: 2 each for an item, a customer, a campaign; 1 for a group."""
        return (
            (2 if self.item else int(bool(self.item_group)))
            + (2 if self.customer else int(bool(self.grade)))
            + (2 if self.campaign else 0)
        )

    def title(self, lang: str = "zh") -> str:
        """The rule as a sentence names it: the contract with its version, or kind and id."""
        version = self.version
        if self.contract:
            said, number = (
                ("合同 ", f" 第 {version} 版")
                if lang == "zh"
                else (
                    "contract ",
                    f" version {version}",
                )
            )
            return f"{said}{self.contract}{number if version is not None else ''}"
        kind = self.kind.zh if lang == "zh" else f"{self.kind.text()} price"
        return f"{kind} {self.id}"


@attrs.frozen
class Membership:
    """A customer's grade, or an item's group, from a day on."""

    member: str
    group: str
    since: dt.date = dt.date.min


@attrs.frozen
class Unit:
    """A unit of an item: how many stock units it holds (箱 = 5 件)."""

    item: str
    unit: str
    factor: Decimal = attrs.field(converter=exact)


def _kinds(names: Iterable[str]) -> tuple[PriceKind, ...]:
    return tuple(map(PriceKind, names))


@attrs.frozen(kw_only=True)
class PricePolicy:
    """How a company finds prices: the order of its sources, and the usual rounding and tax."""

    sources: tuple[PriceKind, ...] = attrs.field(default=SHIPPED_ORDER, converter=_kinds)
    rounding: Rounding = Rounding()
    tax_rate: Decimal | None = attrs.field(default=None, converter=exact)
