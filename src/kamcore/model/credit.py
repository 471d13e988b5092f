"""Credit of customers (信用): a company's policy, limits, releases, statements of accounts.

A limit may stand for the whole exposure or for one part of it.  Whoever lets an order pass that
the rules hold does so by name, up to an amount and until a day.
"""

import datetime as dt
from decimal import Decimal

import attrs

from kamcore.model.voucher import exact
from kamcore.model.word import Word

__all__ = [
    "CreditGrade",
    "CreditLimit",
    "CreditPolicy",
    "CreditRelease",
    "Decision",
    "ExposurePart",
    "Financials",
    "Forecast",
    "LimitFormula",
    "Outcome",
    "ScorePart",
]

ZERO = Decimal(0)


def _figure(value: Decimal | None) -> Decimal | None:
    return None if value is None else exact(value)


class ExposurePart(Word):
    """What a customer's debt to us is made of; advances count against it."""

    ORDERS = "orders", "未发货订单"
    DELIVERIES = "deliveries", "已发货未开票"
    INVOICES = "invoices", "应收账款"
    NOTES = "notes", "应收票据"
    ADVANCES = "advances", "预收款"


class Decision(Word):
    """What becomes of an order."""

    PASS = "pass", "放行"
    WARN = "warn", "警告"
    HOLD = "hold", "冻结"
    APPROVE = "approve", "特批放行"


@attrs.frozen(kw_only=True)
class CreditLimit:
    """A limit (信用额度) between two days, for the total or for one part, of a party or group."""

    customer: str
    amount: Decimal = attrs.field(converter=exact)
    part: ExposurePart | None = None
    """None for the whole exposure."""
    whole_group: bool = False
    """True when affiliates share the limit; it then is that of the group."""
    valid_from: dt.date
    valid_to: dt.date | None = None
    person: str = ""
    reason: str = ""

    def counts_on(self, day: dt.date) -> bool:
        """Say whether it holds on a day; both days count."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@attrs.frozen(kw_only=True)
class CreditRelease:
    """A person lets orders pass that the rules hold, until a day (特批)."""

    customer: str
    person: str
    since: dt.date
    until: dt.date
    amount: Decimal | None = attrs.field(default=None, converter=_figure)
    """The largest exposure that is let pass; None for any."""
    reason: str = ""

    def counts_on(self, day: dt.date) -> bool:
        """Say whether it holds on a day; both days count."""
        return self.since <= day <= self.until


@attrs.frozen(kw_only=True)
class Financials:
    """Figures of a customer's own statements at the end of a year (财务报表), in one currency.

    What is not known is None and never taken for zero.
    """

    customer: str
    year_end: dt.date
    current_assets: Decimal | None = None
    total_assets: Decimal | None = None
    opening_assets: Decimal | None = None
    revenue: Decimal | None = None
    net_profit: Decimal | None = None
    receivables: Decimal | None = None
    opening_receivables: Decimal | None = None
    cost_of_sales: Decimal | None = None
    inventory: Decimal | None = None
    opening_inventory: Decimal | None = None
    source: str = ""
    verified: bool = False


@attrs.frozen(kw_only=True)
class ScorePart:
    """A measure of the credit score: none of its points at `low`, all at `high`, between by line.

    With `high` below `low` less is better.
    """

    measure: str
    points: Decimal = attrs.field(converter=exact)
    low: Decimal = attrs.field(converter=exact)
    high: Decimal = attrs.field(converter=exact)


@attrs.frozen(kw_only=True)
class CreditGrade:
    """A grade (信用等级) from a score on: terms, share of the limit, how orders are handled."""

    grade: str
    score: Decimal = attrs.field(converter=exact)
    factor: Decimal = attrs.field(converter=exact)
    days: int
    handling: str = ""


@attrs.frozen(kw_only=True)
class LimitFormula:
    """How a limit is suggested: monthly purchases x months of credit x factor, capped.

    `capital_share` of the registered capital and `most` are caps where they are given; the result
    is rounded down to a multiple of `step`.
    """

    capital_share: Decimal | None = attrs.field(default=None, converter=_figure)
    most: Decimal | None = attrs.field(default=None, converter=_figure)
    step: Decimal = attrs.field(default=Decimal(1000), converter=exact)


@attrs.frozen(kw_only=True)
class CreditPolicy:
    """A company's rules for credit; a rule whose figure is None is not applied.

    `warn_share` is the share of a limit from which to warn.  Overdue amounts and days have a
    bound for the warning and one for the hold; what is beyond a bound counts, not what meets it.
    """

    name: str = ""
    warn_share: Decimal | None = attrs.field(default=Decimal("0.9"), converter=_figure)
    over_limit: Decision = Decision.HOLD
    no_limit: Decision = Decision.HOLD
    """What is done where no limit is in force."""
    warn_overdue: Decimal | None = attrs.field(default=ZERO, converter=_figure)
    hold_overdue: Decimal | None = attrs.field(default=None, converter=_figure)
    warn_days: int | None = 0
    hold_days: int | None = 60
    by_group: bool = True
    """Whether affiliates count together."""
    review_months: int = 6
    least_judged: Decimal = attrs.field(default=Decimal("0.5"), converter=exact)
    """Share of all points that must be judged before a score gives a grade."""
    parts: tuple[ScorePart, ...] = ()
    grades: tuple[CreditGrade, ...] = ()
    formula: LimitFormula = attrs.field(factory=LimitFormula)
    limits: tuple[CreditLimit, ...] = ()
    releases: tuple[CreditRelease, ...] = ()

    @classmethod
    def shipped(cls) -> "CreditPolicy":
        """Parts and grades as the handbooks name them, with figures for example."""
        return cls(
            name="示例",
            parts=tuple(
                ScorePart(
                    measure=name, points=Decimal(points), low=Decimal(low), high=Decimal(high)
                )
                for name, points, low, high in _PARTS
            ),
            grades=tuple(
                CreditGrade(
                    grade=grade,
                    score=Decimal(score),
                    factor=Decimal(factor),
                    days=days,
                    handling=handling,
                )
                for grade, score, factor, days, handling in _GRADES
            ),
            formula=LimitFormula(capital_share=Decimal("0.1")),
        )

    def grade_of(self, score: Decimal) -> CreditGrade | None:
        """The best grade whose score is reached."""
        reached = [one for one in self.grades if one.score <= score]
        return max(reached, key=lambda one: one.score, default=None)


_PARTS = (
    ("current_asset_share", "10", "0.2", "0.6"),
    ("net_margin", "15", "0", "0.1"),
    ("return_on_assets", "15", "0", "0.08"),
    ("collection_days", "10", "180", "60"),
    ("inventory_days", "10", "180", "60"),
    ("late_days", "20", "60", "0"),
    ("late_share", "15", "0.5", "0"),
    ("disputes", "5", "5", "0"),
)
_GRADES = (
    ("A", "80", "1", 60, "优先供货, 按期对账"),
    ("B", "60", "0.7", 30, "正常供货, 到期提醒"),
    ("C", "40", "0.4", 15, "控制发货, 逐单审核"),
    ("D", "0", "0", 0, "款到发货"),
)


@attrs.frozen(kw_only=True)
class Forecast:
    """What a customer is expected to bring and to cost in a year: is it worth developing?

    Amounts are yearly.  `margin`, `risk` (bad debts) and `stock_rate` are shares; `stock` is the
    average stock held for the customer.
    """

    customer: str
    sales: Decimal = attrs.field(converter=exact)
    margin: Decimal = attrs.field(converter=exact)
    stock: Decimal = attrs.field(default=ZERO, converter=exact)
    stock_rate: Decimal = attrs.field(default=ZERO, converter=exact)
    staff: Decimal = attrs.field(default=ZERO, converter=exact)
    travel: Decimal = attrs.field(default=ZERO, converter=exact)
    risk: Decimal = attrs.field(default=ZERO, converter=exact)
    management: Decimal = attrs.field(default=ZERO, converter=exact)


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of a customer within a year of a day: did it default (违约)?"""

    customer: str
    on: dt.date
    bad: bool
