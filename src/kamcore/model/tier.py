"""Tiers of customers (客户等级): a company's scheme as a value, and the tier a customer holds.

A scheme puts conditions over measures: what the ledger, the archive, contracts and people know of
a customer on a day.  `TierPolicy.shipped` is the scheme of the handbooks: five levels (金牌, 钻石,
铂金, 白金, 银) by purchasing power, demand and influence, and a key-account test of five criteria
of which one is enough.  Its figures are an example; every company writes its own.
"""

import datetime as dt
import operator
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import attrs

from kamcore.model.voucher import exact
from kamcore.model.word import Word

__all__ = [
    "AbcReading",
    "Condition",
    "CriterionRule",
    "Grading",
    "Guard",
    "Level",
    "Override",
    "Relation",
    "StatedFact",
    "TierPlan",
    "TierPolicy",
    "TierRecord",
    "Weight",
]

ONE = Decimal(1)


class Relation(Word):
    """How a measure stands to a figure."""

    AT_LEAST = "ge", "不低于"
    MORE = "gt", "高于"
    AT_MOST = "le", "不高于"
    LESS = "lt", "低于"
    EQUAL = "eq", "等于"

    @classmethod
    def _missing_(cls, value: object) -> "Relation | None":
        signs = {">=": "ge", "≥": "ge", ">": "gt", "<=": "le", "≤": "le", "<": "lt", "=": "eq"}
        if isinstance(value, str) and value.strip() in signs:
            return cls(signs[value.strip()])
        return super()._missing_(value)

    @property
    def sign(self) -> str:
        """The sign people write."""
        return {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "="}[self.value]

    @property
    def compare(self) -> Callable[[Any, Any], Any]:
        """The comparison itself, over values or columns."""
        found: Callable[[Any, Any], Any] = getattr(operator, self.value)
        return found


class AbcReading(Word):
    """What a share is taken of when customers are classed A, B and C.

    The handbooks' 占总量的50%/20%/10%以上 can be read for each customer or for a class together.
    """

    CUSTOMER = "customer", "按单个客户占比"
    CLASS = "class", "按整类合计占比"
    CUMULATIVE = "cumulative", "按累计占比"


MEASURES = {
    "sales": ("近一年销售额", "sales of the last months"),
    "sales_before": ("上一年同期销售额", "sales of the months before"),
    "growth": ("增长率", "growth"),
    "share": ("占销售额比重", "share of all sales"),
    "orders": ("购买次数", "days with purchases"),
    "margin": ("毛利率", "margin"),
    "length_months": ("合作月数", "months of dealing"),
    "contract_months": ("合同月数", "months of continuous contract"),
    "contract_amount": ("合同金额", "amount of contracts"),
    "potential": ("销售潜力", "sales potential"),
    "purchasing_power": ("购买力", "purchasing power"),
    "demand": ("需求量", "demand"),
    "influence": ("影响力", "influence"),
    "industry_leader": ("行业领军企业", "industry leader"),
    "strategic_order": ("战略项目订单额", "order in a strategic project"),
    "innovation": ("技术吸收和创新能力", "ability to absorb technology"),
    "market_strength": ("市场发展实力", "market development strength"),
    "funds": ("资金", "funds"),
    "people": ("人力", "people"),
    "channels": ("渠道", "channels"),
    "service_demand": ("服务要求", "demand on service"),
    "registered_capital": ("注册资本", "registered capital"),
    "annual_sales": ("客户年销售额", "the customer's own sales"),
    "headcount": ("员工人数", "headcount"),
    "balance": ("应收余额", "balance"),
    "overdue": ("逾期金额", "overdue"),
    "oldest_days": ("最长逾期天数", "days the oldest item is overdue"),
    "late_days": ("平均超期天数", "days beyond terms"),
    "late_share": ("逾期付款占比", "share paid late"),
    "price_breach": ("价格违约", "breaches of the agreed price"),
}
"""Measures kamcore works out or knows by name; a company may name any other."""


def measure_name(measure: str, lang: str = "en") -> str:
    """What a measure is called in a language; its own name where it is a company's.

    >>> measure_name("influence", "zh"), measure_name("our_index")
    ('影响力', 'our_index')
    """
    zh, en = MEASURES.get(measure, (measure, measure))
    return zh if lang == "zh" else en


@attrs.frozen(kw_only=True)
class Condition:
    """A measure against a figure; yes and no count as 1 and 0."""

    measure: str
    relation: Relation = Relation.AT_LEAST
    value: Decimal = attrs.field(converter=exact)

    def relaxed(self, margin: Decimal) -> "Condition":
        """The condition made easier by a share of its figure; an equality stays."""
        if self.relation is Relation.EQUAL:
            return self
        down = self.relation in (Relation.AT_LEAST, Relation.MORE)
        step = abs(self.value) * margin
        return attrs.evolve(self, value=self.value - step if down else self.value + step)

    def text(self, lang: str = "en") -> str:
        """The condition in words.

        >>> Condition(measure="sales", value=Decimal(500000)).text("zh")
        '近一年销售额 ≥ 500000'
        """
        return f"{measure_name(self.measure, lang)} {self.relation.sign} {self.value:f}"


@attrs.frozen(kw_only=True)
class CriterionRule:
    """One way to meet a criterion of the key-account test: all its conditions hold.

    Several rules of one criterion are alternatives.
    """

    criterion: str
    zh: str
    en: str
    conditions: tuple[Condition, ...]


@attrs.frozen(kw_only=True)
class Level:
    """A level of a scheme: all its conditions hold and, where one is named, the score suffices."""

    code: str
    zh: str
    conditions: tuple[Condition, ...] = ()
    score: Decimal | None = None
    """Least score, of 100; None where the scheme does not weigh."""
    band: str = ""
    """What a rule of a plug-in must call the customer; blank where none is asked."""

    def text(self, lang: str = "en") -> str:
        """The name of the level in a language."""
        return self.zh if lang == "zh" else self.code


@attrs.frozen(kw_only=True)
class Weight:
    """How many points of the score a measure gives: none at `low`, all at `high`, between by line.

    With `high` below `low` less is better, as with days of delay.
    """

    measure: str
    points: Decimal = attrs.field(converter=exact)
    low: Decimal = attrs.field(default=Decimal(0), converter=exact)
    high: Decimal = attrs.field(converter=exact)


@attrs.frozen(kw_only=True)
class Grading:
    """A measure graded from another by rising bounds: below the first is grade 1.

    It counts where nobody stated the grade.
    """

    measure: str
    of: str
    bounds: tuple[Decimal, ...]


@attrs.frozen(kw_only=True)
class Guard:
    """What keeps a tier from flipping: a margin below a threshold, and months of grace.

    A customer keeps its level while the conditions hold with figures eased by `margin` (a share),
    and after that until it missed them for `grace_months`.
    """

    margin: Decimal = attrs.field(default=Decimal("0.1"), converter=exact)
    grace_months: int = 3


@attrs.frozen(kw_only=True)
class Override:
    """A level a person gave, between two days, whatever the measures say."""

    customer: str
    level: str
    person: str
    since: dt.date
    until: dt.date
    reason: str = ""

    def counts_on(self, day: dt.date) -> bool:
        """Say whether it holds on a day; both days count."""
        return self.since <= day <= self.until


@attrs.frozen(kw_only=True)
class StatedFact:
    """What somebody states of a customer: a measure, its value, from which day, on what ground."""

    customer: str
    measure: str
    value: Decimal = attrs.field(converter=exact)
    on: dt.date
    until: dt.date | None = None
    evidence: str = ""
    person: str = ""


@attrs.frozen(kw_only=True)
class TierRecord:
    """The tier a customer held from a day on; a level of None is no tier."""

    customer: str
    level: str | None
    since: dt.date
    until: dt.date | None = None
    watched_since: dt.date | None = None
    """The day from which its conditions were missed without the tier being lost yet."""
    reason: str = ""


@attrs.frozen(kw_only=True)
class TierPlan:
    """What a level brings: price, credit, reconciliation and service; None is not said."""

    level: str
    price_grade: str = ""
    credit_factor: Decimal | None = None
    """Share of the limit a customer would get by its score alone."""
    credit_days: int | None = None
    reconcile_days: int | None = None
    service: str = ""
    marketing: str = ""


@attrs.frozen(kw_only=True)
class TierPolicy:
    """A company's scheme: levels from the best down, and everything that decides on them.

    `months` is the span sales are taken from.  A customer that meets no level has no tier.
    """

    name: str = ""
    levels: tuple[Level, ...] = ()
    criteria: tuple[CriterionRule, ...] = ()
    gradings: tuple[Grading, ...] = ()
    weights: tuple[Weight, ...] = ()
    overrides: tuple[Override, ...] = ()
    plans: tuple[TierPlan, ...] = ()
    guard: Guard = attrs.field(factory=Guard)
    months: int = 12
    abc: AbcReading = AbcReading.CUMULATIVE
    abc_bounds: tuple[Decimal, ...] | None = None
    """Bounds of A and B (cumulative), or of A, B and C; those of the reading when None."""
    rule: str = ""
    """Name of a plug-in's rule that gives the band of every customer."""

    @classmethod
    def shipped(cls) -> "TierPolicy":
        """The scheme of the handbooks, with figures for example.

        >>> [level.zh for level in TierPolicy.shipped().levels]
        ['金牌', '钻石', '铂金', '白金', '银']
        """
        return _shipped()

    def level(self, code: str) -> Level | None:
        """The level of a code or of a Chinese name."""
        wanted = code.strip().casefold()
        for one in self.levels:
            if wanted in (one.code.casefold(), one.zh.casefold()):
                return one
        return None

    def plan(self, code: str | None) -> TierPlan | None:
        """What a level brings, or None where nothing is said."""
        return next((plan for plan in self.plans if plan.level == code), None)

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure the scheme asks for, once, in the order it is met."""
        asked: list[str] = []
        asked += [one.measure for level in self.levels for one in level.conditions]
        asked += [one.measure for rule in self.criteria for one in rule.conditions]
        asked += [one.measure for one in self.weights]
        asked += [one.of for one in self.gradings]
        return tuple(dict.fromkeys(asked))


def _conditions(text: str) -> tuple[Condition, ...]:
    """Read ``influence >= 4; demand > 2``."""
    words = {">=": Relation.AT_LEAST, ">": Relation.MORE, "<=": Relation.AT_MOST}
    found = []
    for part in text.split(";"):
        measure, sign, value = part.split()
        found.append(Condition(measure=measure, relation=words[sign], value=Decimal(value)))
    return tuple(found)


def conditions_text(conditions: Iterable[Condition], lang: str = "en") -> str:
    """Conditions in words, joined."""
    return "; ".join(one.text(lang) for one in conditions)


_LEVELS = (
    ("gold", "金牌", "purchasing_power >= 5; influence >= 5; industry_leader >= 1"),
    ("diamond", "钻石", "purchasing_power >= 4; demand >= 3; influence >= 4"),
    ("platinum", "铂金", "purchasing_power >= 4; demand >= 2"),
    ("white_gold", "白金", "purchasing_power >= 2; demand >= 2"),
    ("silver", "银", "purchasing_power >= 1"),
)
_CRITERIA = (
    ("S2", "大额订单且有1-2年以上连续合约", "large orders under a contract of a year or more",
     "sales >= 1000000; contract_months >= 12"),
    ("S2", "大额订单且有1-2年以上连续合约", "large orders under a contract of a year or more",
     "potential >= 1000000; contract_months >= 12"),
    ("S3", "有战略性意义的大额项目订单", "a large order in a strategic project",
     "strategic_order >= 500000"),
    ("S4", "对生意或公司形象有重要影响", "important influence on business or image",
     "influence >= 4"),
    ("S5", "较强的技术吸收和创新能力", "strong ability to absorb technology and innovate",
     "innovation >= 4"),
    ("S6", "较强的市场发展实力", "strong market development strength",
     "market_strength >= 4"),
)  # fmt: skip
_PLANS = (
    ("gold", "A", "1.2", 60, 7, "专属客户经理, 定期调研, 个性化方案", "价格优惠, 定制"),
    ("diamond", "A", "1.1", 45, 14, "专属客户经理, 定期调研, 个性化方案", "价格优惠, 定制"),
    ("platinum", "B", "1", 30, 30, "专属服务专员, 定期分析, 标准方案", "服务保障"),
    ("white_gold", "B", "0.8", 30, 30, "专属服务专员, 定期分析, 标准方案", "服务保障"),
    ("silver", "C", "0.5", 15, 30, "回访, 培训", "技术支持"),
)
_SALES_BOUNDS = ("100000", "500000", "2000000", "10000000")
_ORDER_BOUNDS = ("2", "6", "12", "24")


def _shipped() -> TierPolicy:
    return TierPolicy(
        name="五级",
        levels=tuple(
            Level(code=code, zh=zh, conditions=_conditions(text)) for code, zh, text in _LEVELS
        ),
        criteria=tuple(
            CriterionRule(criterion=code, zh=zh, en=en, conditions=_conditions(text))
            for code, zh, en, text in _CRITERIA
        ),
        gradings=(
            Grading(
                measure="purchasing_power", of="sales", bounds=tuple(map(Decimal, _SALES_BOUNDS))
            ),
            Grading(measure="demand", of="orders", bounds=tuple(map(Decimal, _ORDER_BOUNDS))),
        ),
        plans=tuple(
            TierPlan(
                level=level,
                price_grade=grade,
                credit_factor=Decimal(factor),
                credit_days=days,
                reconcile_days=cycle,
                service=service,
                marketing=marketing,
            )
            for level, grade, factor, days, cycle, service, marketing in _PLANS
        ),
    )
