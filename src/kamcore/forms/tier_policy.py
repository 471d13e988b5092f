"""The scheme of tiers (客户分级办法), tiers held, and what people state of customers."""

from decimal import Decimal
from typing import ClassVar

from kamcore.errors import Fault
from kamcore.forms.cell import Day, Figure, Flag, Mistake, Share, Text, Whole
from kamcore.forms.form import Card, Form, column, rows_of
from kamcore.model.tier import (
    AbcReading,
    Condition,
    CriterionRule,
    Grading,
    Guard,
    Level,
    Override,
    Relation,
    StatedFact,
    TierPlan,
    TierPolicy,
    TierRecord,
    Weight,
)

STRANGE_LEVEL = Fault(
    code="D9101",
    zh="没有等级「{value}」",
    en="there is no level {value!r}",
    hint_zh="等级有: {known}",
    hint_en="the levels are {known}",
)
NO_VALUE = Fault(
    code="D9102",
    zh="数值和是否, 须填其一, 且只填其一",
    en="give either a value or yes or no, and not both",
)
BAD_BOUNDS = Fault(
    code="D9103",
    zh="界限「{value}」应为逐个增大的数值, 用逗号分开",
    en="the bounds {value!r} are to be rising figures, separated by commas",
)
NO_CONDITIONS = Fault(
    code="D9104",
    zh="大客户条件「{value}」没有写明满足什么",
    en="the criterion {value!r} has no conditions",
    hint_zh="在「等级条件」里为它填至少一行指标",
    hint_en="give it at least one row among the conditions",
)

_MEASURES_NOTE = (
    (
        "如 sales (近一年销售额), growth, share, orders, purchasing_power, influence, late_days, "
        "或公司自定"
    ),
    "such as sales, growth, share, orders, purchasing_power, influence, late_days, or your own",
)


class LevelForm(Form):
    """A level, the best first."""

    code: Text = column("等级编码|编码", "code", example="gold")
    zh: Text = column("等级名称|名称", "name", example="金牌")
    score: Figure | None = column("最低得分", "least score", default=None)
    band: Text = column("插件档位", "band", default="", note=("用插件规则时填", "of a plug-in"))

    def build(self) -> Level:
        """Make the value of the model, without its conditions."""
        return Level(**dict(self))


class ConditionForm(Form):
    """A condition of a level or of a criterion."""

    of: Text = column("等级或条件编号", "level or criterion", example="S2")
    way: Whole = column(
        "方式", "way", default=1, note=("同一条件的另一种达到方式另编号", "another way to meet it")
    )
    measure: Text = column("指标", "measure", example="sales", note=_MEASURES_NOTE)
    relation: Relation = column("关系", "relation", default=Relation.AT_LEAST, example=">=")
    value: Figure = column("数值", "value", example="1000000")

    def build(self) -> Condition:
        """Make the value of the model."""
        return Condition(measure=self.measure, relation=self.relation, value=self.value)


class CriterionForm(Form):
    """A criterion of the key-account test; one that is met is enough."""

    code: Text = column("条件编号", "criterion", example="S2")
    zh: Text = column("条件名称|名称", "name", example="大额订单且有连续合约")
    en: Text = column("英文名称", "english name", default="")


class WeightForm(Form):
    """The points of a measure."""

    measure: Text = column("指标", "measure", note=_MEASURES_NOTE)
    points: Figure = column("分值", "points", example="30")
    low: Figure = column("零分值", "no points at", default=Decimal(0))
    high: Figure = column("满分值", "all points at", example="10000000")

    def build(self) -> Weight:
        """Make the value of the model."""
        return Weight(**dict(self))


class GradingForm(Form):
    """A measure graded by bounds: below the first is grade 1."""

    measure: Text = column("评级指标", "grade", example="purchasing_power")
    of: Text = column("依据指标", "by measure", example="sales", note=_MEASURES_NOTE)
    bounds: Text = column("各级下限", "bounds", example="100000, 500000, 2000000, 10000000")

    def build(self) -> Grading:
        """Make the value of the model.

        Raises:
            Mistake: a bound is no figure, or they do not rise.
        """
        return Grading(measure=self.measure, of=self.of, bounds=_figures(self.bounds))


class OverrideForm(Form):
    """A level that a person gives, until a day."""

    customer: Text = column("客户编码|客户", "customer", example="0004")
    level: Text = column("等级", "level", example="金牌")
    person: Text = column("批准人", "person", example="李明")
    since: Day = column("起", "since", example="2026-01-01")
    until: Day = column("止", "until", example="2026-12-31")
    reason: Text = column("理由", "reason", default="")

    def build(self) -> Override:
        """Make the value of the model."""
        return Override(**dict(self))


class PlanForm(Form):
    """What a level brings."""

    level: Text = column("等级", "level", example="gold")
    price_grade: Text = column("价格等级", "price grade", default="", example="A")
    credit_factor: Figure | None = column("信用系数", "credit factor", default=None, example="1.2")
    credit_days: Whole | None = column("账期天数", "credit days", default=None, example="60")
    reconcile_days: Whole | None = column("对账周期(天)", "reconcile every", default=None)
    service: Text = column("服务方案", "service", default="")
    marketing: Text = column("营销政策", "marketing", default="")

    def build(self) -> TierPlan:
        """Make the value of the model."""
        return TierPlan(**dict(self))


class TierPolicyForm(Form):
    """A company's scheme of tiers; without levels that of the handbooks counts."""

    card: ClassVar[Card] = Card(
        kind="tier_policy",
        zh="客户分级办法",
        en="tier policy",
        aliases=("大客户分类标准", "客户等级标准"),
        single=True,
        note_zh="等级由高到低排列; 各等级的全部条件都满足才算达到。不填等级则用手册的五级。",
        note_en="Levels from the best down; all conditions of a level must hold.  Without levels "
        "those of the handbooks count.",
    )
    name: Text = column("名称", "name", default="", example="2026年分级办法")
    months: Whole = column("统计月数", "months", default=12)
    margin: Share = column("保护幅度", "margin", default=Decimal("0.1"), example="10%")
    grace_months: Whole = column("宽限月数", "months of grace", default=3)
    abc: AbcReading = column("ABC口径", "abc reading", default=AbcReading.CUMULATIVE)
    abc_bounds: Text = column("ABC界限", "abc bounds", default="", example="0.7, 0.9")
    rule: Text = column("插件规则", "rule of a plug-in", default="")
    levels: list[LevelForm] = rows_of("等级", "levels")
    criteria: list[CriterionForm] = rows_of("大客户条件", "criteria")
    conditions: list[ConditionForm] = rows_of("等级条件", "conditions")
    gradings: list[GradingForm] = rows_of("指标评级", "gradings")
    weights: list[WeightForm] = rows_of("评分权重", "weights")
    overrides: list[OverrideForm] = rows_of("人工定级", "overrides")
    plans: list[PlanForm] = rows_of("等级待遇", "plans")

    def build(self) -> TierPolicy:
        """Make the value of the model; parts that are left out are those of the handbooks.

        Raises:
            Mistake: a condition, an override or a plan names a level there is not, or a criterion
                has no conditions.
        """
        shipped = TierPolicy.shipped()
        levels = tuple(self._level(row) for row in self.levels) or shipped.levels
        criteria = self._criteria() or shipped.criteria
        made = TierPolicy(
            name=self.name or shipped.name,
            levels=levels,
            criteria=criteria,
            gradings=tuple(row.build() for row in self.gradings) or shipped.gradings,
            weights=tuple(row.build() for row in self.weights),
            overrides=tuple(row.build() for row in self.overrides),
            plans=tuple(row.build() for row in self.plans) or shipped.plans,
            guard=Guard(margin=self.margin, grace_months=self.grace_months),
            months=self.months,
            abc=self.abc,
            abc_bounds=_figures(self.abc_bounds, rising=False) if self.abc_bounds else None,
            rule=self.rule,
        )
        codes = {level.code for level in levels} | {level.zh for level in levels}
        known = codes | {rule.criterion for rule in criteria}
        for field, allowed, named in (
            ("conditions", known, [row.of for row in self.conditions]),
            ("overrides", codes, [row.level for row in self.overrides]),
            ("plans", codes, [row.level for row in self.plans]),
        ):
            for name in named:
                if name not in allowed:
                    raise Mistake(STRANGE_LEVEL, name, field, known=", ".join(sorted(allowed)))
        return made

    def _level(self, row: LevelForm) -> Level:
        named = (row.code, row.zh)
        found = tuple(one.build() for one in self.conditions if one.of in named)
        made = row.build()
        return Level(
            code=made.code, zh=made.zh, conditions=found, score=made.score, band=made.band
        )

    def _criteria(self) -> tuple[CriterionRule, ...]:
        rules = []
        for row in self.criteria:
            mine = [one for one in self.conditions if one.of in (row.code, row.zh)]
            if not mine:
                raise Mistake(NO_CONDITIONS, row.code, "criteria")
            rules += [
                CriterionRule(
                    criterion=row.code,
                    zh=row.zh,
                    en=row.en or row.zh,
                    conditions=tuple(one.build() for one in mine if one.way == way),
                )
                for way in sorted({one.way for one in mine})
            ]
        return tuple(rules)


def _figures(text: str, *, rising: bool = True) -> tuple[Decimal, ...]:
    words = text.replace("，", ",").replace("、", ",").split(",")
    try:
        found = tuple(Decimal(word.strip()) for word in words if word.strip())
    except ArithmeticError as error:
        raise Mistake(BAD_BOUNDS, text) from error
    if not found or (rising and list(found) != sorted(set(found))):
        raise Mistake(BAD_BOUNDS, text)
    return found


class StatedFactForm(Form):
    """What somebody states of a customer."""

    card: ClassVar[Card] = Card(
        kind="customer_fact",
        zh="客户指标",
        en="customer facts",
        aliases=("客户评估", "战略标记"),
        note_zh="账上看不出的指标: 影响力, 潜力, 战略项目等, 写明依据和填写人。",
        note_en="What the books do not show: influence, potential, strategic projects, with the "
        "ground and the person.",
    )
    customer: Text = column("客户编码|客户", "customer", example="0004")
    measure: Text = column("指标", "measure", example="influence", note=_MEASURES_NOTE)
    value: Figure | None = column("数值", "value", default=None, example="4")
    flag: Flag | None = column("是否", "yes or no", default=None)
    on: Day = column("日期", "date", example="2026-03-01")
    until: Day | None = column("有效期至", "until", default=None)
    evidence: Text = column("依据", "evidence", default="", example="行业协会会长单位")
    person: Text = column("填写人", "person", default="")

    def build(self) -> StatedFact:
        """Make the value of the model.

        Raises:
            Mistake: neither or both of value and yes or no are given.
        """
        if (self.value is None) == (self.flag is None):
            raise Mistake(NO_VALUE, "", "value")
        value = Decimal(int(bool(self.flag))) if self.value is None else self.value
        return StatedFact(
            customer=self.customer,
            measure=self.measure,
            value=value,
            on=self.on,
            until=self.until,
            evidence=self.evidence,
            person=self.person,
        )


class TierRecordForm(Form):
    """The tier a customer held from a day on."""

    card: ClassVar[Card] = Card(
        kind="tier_record",
        zh="客户等级记录",
        en="tier records",
        aliases=("客户等级", "等级历史"),
        key=("customer", "since"),
    )
    customer: Text = column("客户编码|客户", "customer", example="0004")
    level: Text = column(
        "等级", "level", default="", example="gold", note=("留空为未定级", "empty: none")
    )
    since: Day = column("生效日期", "since", example="2026-01-01")
    until: Day | None = column("失效日期", "until", default=None)
    watched_since: Day | None = column("观察起", "watched since", default=None)
    reason: Text = column("原因", "reason", default="")

    def build(self) -> TierRecord:
        """Make the value of the model."""
        return TierRecord(**{**dict(self), "level": self.level or None})
