"""The policy for credit (信用政策), limits, releases, statements of accounts, forecasts."""

from decimal import Decimal
from typing import ClassVar

from kamcore.forms.cell import Day, Figure, Flag, Share, Text, Whole
from kamcore.forms.form import Card, Form, column, rows_of
from kamcore.model.credit import (
    CreditGrade,
    CreditLimit,
    CreditPolicy,
    CreditRelease,
    Decision,
    ExposurePart,
    Financials,
    Forecast,
    LimitFormula,
    Outcome,
    ScorePart,
)


class ScorePartForm(Form):
    """The points of a measure of the score."""

    measure: Text = column(
        "指标",
        "measure",
        example="net_margin",
        note=(
            (
                "current_asset_share, net_margin, return_on_assets, collection_days, "
                "inventory_days, late_days, late_share, disputes 或自定"
            ),
            "one of the five ratios, of the payment record, or your own",
        ),
    )
    points: Figure = column("分值", "points", example="15")
    low: Figure = column("零分值", "no points at", example="0")
    high: Figure = column("满分值", "all points at", example="0.1")

    def build(self) -> ScorePart:
        """Make the value of the model."""
        return ScorePart(**dict(self))


class CreditGradeForm(Form):
    """What a credit grade brings."""

    grade: Text = column("信用等级", "grade", example="A")
    score: Figure = column("最低得分", "least score", example="80")
    factor: Figure = column("额度系数", "factor", example="1")
    days: Whole = column("账期天数", "days", example="60")
    handling: Text = column("处理方法", "handling", default="", example="优先供货")

    def build(self) -> CreditGrade:
        """Make the value of the model."""
        return CreditGrade(**dict(self))


class CreditPolicyForm(Form):
    """A company's rules for credit."""

    card: ClassVar[Card] = Card(
        kind="credit_policy",
        zh="信用政策",
        en="credit policy",
        single=True,
        note_zh="留空的界限不启用。评分项目和信用等级不填则用示例。",
        note_en="A bound left empty is not applied.  Without parts and grades the example counts.",
    )
    name: Text = column("名称", "name", default="", example="2026年信用政策")
    warn_share: Share | None = column("预警比例", "warn from", default=None, example="90%")
    over_limit: Decision = column("超额度处理", "over limit", default=Decision.HOLD)
    no_limit: Decision = column("无额度处理", "no limit", default=Decision.HOLD)
    warn_overdue: Figure | None = column("逾期金额预警", "warn overdue", default=None, example="0")
    hold_overdue: Figure | None = column("逾期金额冻结", "hold overdue", default=None)
    warn_days: Whole | None = column("逾期天数预警", "warn days", default=None, example="0")
    hold_days: Whole | None = column("逾期天数冻结", "hold days", default=None, example="60")
    by_group: Flag = column("关联企业合并", "by group", default=True)
    review_months: Whole = column("复审周期(月)", "review every (months)", default=6)
    least_judged: Share = column("评级所需比例", "least judged", default=Decimal("0.5"))
    capital_share: Share | None = column(
        "注册资本比例上限", "capital share", default=None, example="10%"
    )
    most: Figure | None = column("额度上限", "most", default=None)
    step: Figure = column("额度取整", "step", default=Decimal(1000))
    parts: list[ScorePartForm] = rows_of("信用评分项目", "score parts")
    grades: list[CreditGradeForm] = rows_of("信用等级", "credit grades")

    def build(self) -> CreditPolicy:
        """Make the value of the model."""
        shipped = CreditPolicy.shipped()
        plain = (
            "warn_share", "over_limit", "no_limit", "warn_overdue", "hold_overdue", "warn_days",
            "hold_days", "by_group", "review_months", "least_judged",
        )  # fmt: skip
        return CreditPolicy(
            name=self.name,
            parts=tuple(row.build() for row in self.parts) or shipped.parts,
            grades=tuple(row.build() for row in self.grades) or shipped.grades,
            formula=LimitFormula(capital_share=self.capital_share, most=self.most, step=self.step),
            **{name: getattr(self, name) for name in plain},
        )


class CreditLimitForm(Form):
    """A credit limit between two days."""

    card: ClassVar[Card] = Card(
        kind="credit_limit",
        zh="信用额度",
        en="credit limits",
        aliases=("授信额度",),
        key=("customer", "valid_from", "part"),
    )
    customer: Text = column("客户编码|客户", "customer", example="0004")
    amount: Figure = column("额度|信用额度", "amount", example="500000.00")
    part: ExposurePart | None = column(
        "分项", "part", default=None, note=("留空为总额度", "empty: of the whole exposure")
    )
    whole_group: Flag = column("集团共用", "whole group", default=False)
    valid_from: Day = column("生效日期", "valid from", example="2026-01-01")
    valid_to: Day | None = column("失效日期", "valid to", default=None)
    person: Text = column("批准人", "person", default="")
    reason: Text = column("理由", "reason", default="")

    def build(self) -> CreditLimit:
        """Make the value of the model."""
        return CreditLimit(**dict(self))


class CreditReleaseForm(Form):
    """A person lets orders pass until a day."""

    card: ClassVar[Card] = Card(
        kind="credit_release", zh="信用特批", en="credit releases", aliases=("特批放行",)
    )
    customer: Text = column("客户编码|客户", "customer", example="0004")
    person: Text = column("批准人", "person", example="李明")
    since: Day = column("起", "since", example="2026-03-01")
    until: Day = column("止", "until", example="2026-03-31")
    amount: Figure | None = column("最高占用", "amount", default=None)
    reason: Text = column("理由", "reason", default="")

    def build(self) -> CreditRelease:
        """Make the value of the model."""
        return CreditRelease(**dict(self))


class FinancialsForm(Form):
    """Figures of a customer's own statements at the end of a year."""

    card: ClassVar[Card] = Card(
        kind="financials",
        zh="客户财务数据",
        en="customer financials",
        aliases=("客户财务报表", "信用分析表"),
        key=("customer", "year_end"),
    )
    customer: Text = column("客户编码|客户", "customer", example="0004")
    year_end: Day = column("报表日期", "year end", example="2025-12-31")
    current_assets: Figure | None = column("流动资产", "current assets", default=None)
    total_assets: Figure | None = column("资产总额", "total assets", default=None)
    opening_assets: Figure | None = column("年初资产总额", "opening assets", default=None)
    revenue: Figure | None = column("营业收入", "revenue", default=None)
    net_profit: Figure | None = column("净利润", "net profit", default=None)
    receivables: Figure | None = column("应收账款", "receivables", default=None)
    opening_receivables: Figure | None = column(
        "年初应收账款", "opening receivables", default=None
    )
    cost_of_sales: Figure | None = column("营业成本", "cost of sales", default=None)
    inventory: Figure | None = column("存货", "inventory", default=None)
    opening_inventory: Figure | None = column("年初存货", "opening inventory", default=None)
    source: Text = column("来源", "source", default="")
    verified: Flag = column("已核实", "verified", default=False)

    def build(self) -> Financials:
        """Make the value of the model."""
        return Financials(**dict(self))


class ForecastForm(Form):
    """What a customer is expected to bring and to cost in a year."""

    card: ClassVar[Card] = Card(
        kind="forecast", zh="客户价值预测", en="value forecasts", key=("customer",)
    )
    customer: Text = column("客户编码|客户", "customer", example="0004")
    sales: Figure = column("预计销售额", "sales", example="1000000")
    margin: Share = column("毛利率", "margin", example="20%")
    stock: Figure = column("平均库存", "stock", default=Decimal(0))
    stock_rate: Share = column("库存利率", "stock rate", default=Decimal(0), example="5%")
    staff: Figure = column("人员费用", "staff", default=Decimal(0))
    travel: Figure = column("差旅费", "travel", default=Decimal(0))
    risk: Share = column("风险系数", "risk", default=Decimal(0), example="1%")
    management: Figure = column("管理费用", "management", default=Decimal(0))

    def build(self) -> Forecast:
        """Make the value of the model."""
        return Forecast(**dict(self))


class OutcomeForm(Form):
    """What became of a customer within a year of a day."""

    card: ClassVar[Card] = Card(
        kind="credit_outcome", zh="信用结果", en="credit outcomes", key=("customer", "on")
    )
    customer: Text = column("客户编码|客户", "customer", example="0004")
    on: Day = column("日期", "date", example="2025-01-01")
    bad: Flag = column("是否违约", "bad", example="否")

    def build(self) -> Outcome:
        """Make the value of the model."""
        return Outcome(**dict(self))
