"""Credit scores, suggested limits and terms, and whether a customer is worth developing.

The ratios (流动资产率, 净利润率, 资产回报率, 回款周期, 存货周期):

- current-asset share = current assets / total assets
- net margin = net profit / revenue
- return on assets = net profit / mean of opening and closing total assets
- collection days = 365 x mean receivables / revenue
- inventory days = 365 x mean inventory / cost of sales

A mean needs both ends; without the opening figure the closing one is taken and the formula says
so.  An input that is missing leaves its ratio unknown: it gives no points, is shown as missing,
and the score is taken of the points that could be judged, never of a default.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import attrs

from kamcore.model.archive import months_after
from kamcore.model.credit import (
    CreditGrade,
    CreditPolicy,
    Financials,
    Forecast,
    ScorePart,
)

__all__ = [
    "FORMULAS",
    "CreditScore",
    "LimitSuggestion",
    "PartScore",
    "Prospect",
    "forecast",
    "ratios",
    "review_due",
    "score",
    "suggest_limit",
]

ZERO, ONE, HUNDRED, YEAR, TWO = Decimal(0), Decimal(1), Decimal(100), Decimal(365), Decimal(2)
CENT = Decimal("0.01")
_PLACES = Decimal("0.000001")

FORMULAS = {
    "current_asset_share": ("流动资产率 = 流动资产 / 资产总额", "current assets / total assets"),
    "net_margin": ("净利润率 = 净利润 / 营业收入", "net profit / revenue"),
    "return_on_assets": (
        "资产回报率 = 净利润 / 平均资产总额", "net profit / average total assets",
    ),
    "collection_days": (
        "回款周期 = 365 × 平均应收账款 / 营业收入", "365 x average receivables / revenue",
    ),
    "inventory_days": (
        "存货周期 = 365 × 平均存货 / 营业成本", "365 x average inventory / cost of sales",
    ),
    "late_days": ("平均超期天数 (按金额加权)", "mean days beyond terms, by amount"),
    "late_share": ("逾期付款金额 / 到期金额", "amount paid late / amount due"),
    "disputes": ("争议笔数", "number of disputes"),
}  # fmt: skip
"""How each measure is worked out, in Chinese and in English."""


@attrs.frozen(kw_only=True)
class Ratio:
    """A ratio with its value, or what is missing for it."""

    name: str
    value: Decimal | None
    missing: tuple[str, ...] = ()
    closing_only: bool = False
    """True when an average was asked for and only the closing figure is known."""


def ratios(figures: Financials | None) -> dict[str, Ratio]:
    """The five ratios of a customer's statements; unknown ones say what is missing."""
    said = figures or Financials(customer="", year_end=dt.date.min)
    plans: dict[str, tuple[Decimal, str, str]] = {
        "current_asset_share": (ONE, "current_assets", "total_assets"),
        "net_margin": (ONE, "net_profit", "revenue"),
        "return_on_assets": (ONE, "net_profit", "average:assets"),
        "collection_days": (YEAR, "average:receivables", "revenue"),
        "inventory_days": (YEAR, "average:inventory", "cost_of_sales"),
    }
    found = {}
    for name, (factor, above, below) in plans.items():
        over, lacks_above, short_above = _figure(said, above)
        under, lacks_below, short_below = _figure(said, below)
        value = None
        missing = (*lacks_above, *lacks_below)
        if over is not None and under is not None:
            if under > 0:
                value = (factor * over / under).quantize(_PLACES, ROUND_HALF_UP)
            else:
                missing = (*missing, below.removeprefix("average:"))
        found[name] = Ratio(
            name=name, value=value, missing=missing, closing_only=short_above or short_below
        )
    return found


def _figure(said: Financials, name: str) -> tuple[Decimal | None, tuple[str, ...], bool]:
    """A figure, or the mean of its two ends; what is missing; whether only the end is known."""
    if not name.startswith("average:"):
        value: Decimal | None = getattr(said, name)
        return value, () if value is not None else (name,), False
    part = name.removeprefix("average:")
    end_name = "total_assets" if part == "assets" else part
    end: Decimal | None = getattr(said, end_name)
    start: Decimal | None = getattr(said, f"opening_{part}")
    if end is None:
        return None, (end_name,), False
    return (end, (), True) if start is None else ((start + end) / TWO, (), False)


@attrs.frozen(kw_only=True)
class PartScore:
    """What one measure gives: its value, its points of how many, and what is missing."""

    measure: str
    value: Decimal | None
    points: Decimal | None
    of: Decimal
    missing: tuple[str, ...] = ()
    closing_only: bool = False


@attrs.frozen(kw_only=True)
class CreditScore:
    """A score of 100 over what could be judged; None where nothing could.

    `judged` is the share of all points that the known measures stand for; where it is below what
    the policy asks there is no grade.
    """

    value: Decimal | None
    judged: Decimal
    parts: tuple[PartScore, ...]
    grade: CreditGrade | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The measures that could not be judged."""
        return tuple(one.measure for one in self.parts if one.points is None)

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """The key ``score`` of ``--json``."""
        at = 0 if lang == "zh" else 1
        return {
            "value": None if self.value is None else f"{self.value:f}",
            "grade": None if self.grade is None else self.grade.grade,
            "judged": f"{self.judged:.4f}",
            "parts": [
                {
                    "ratio": one.measure,
                    "value": None if one.value is None else f"{one.value.normalize():f}",
                    "points": None if one.points is None else f"{one.points:f}",
                    "of": f"{one.of:f}",
                    "missing": list(one.missing),
                    "closing_only": one.closing_only,
                    "formula": FORMULAS.get(one.measure, (one.measure, one.measure))[at],
                }
                for one in self.parts
            ],
        }


def score(
    policy: CreditPolicy,
    figures: Financials | None = None,
    record: Mapping[str, Decimal | None] | None = None,
) -> CreditScore:
    """Score a customer by its statements and its payment record.

    `record` holds any further measures of the policy: ``late_days``, ``late_share``,
    ``disputes``; what is not there is missing.
    """
    known = ratios(figures)
    given = record or {}
    parts = []
    for part in policy.parts:
        if part.measure in known:
            one = known[part.measure]
            value, missing, closing = one.value, one.missing, one.closing_only
        else:
            value, closing = given.get(part.measure), False
            missing = () if value is not None else (part.measure,)
        points = None if value is None else _points(part, value)
        parts.append(
            PartScore(
                measure=part.measure,
                value=value,
                points=points,
                of=part.points,
                missing=missing,
                closing_only=closing,
            )
        )
    whole = sum((one.of for one in parts), ZERO)
    of = sum((one.of for one in parts if one.points is not None), ZERO)
    got = sum((one.points for one in parts if one.points is not None), ZERO)
    value = (HUNDRED * got / of).quantize(CENT, ROUND_HALF_UP) if of else None
    judged = of / whole if whole else ZERO
    enough = value is not None and judged >= policy.least_judged
    return CreditScore(
        value=value,
        judged=judged,
        parts=tuple(parts),
        grade=policy.grade_of(value) if value is not None and enough else None,
    )


def _points(part: ScorePart, value: Decimal) -> Decimal:
    if part.high == part.low:
        return part.points if value >= part.high else ZERO
    share = (value - part.low) / (part.high - part.low)
    return (part.points * min(ONE, max(ZERO, share))).quantize(CENT, ROUND_HALF_UP)


@attrs.frozen(kw_only=True)
class LimitSuggestion:
    """A suggested limit and terms (授信建议) with every step of the working.

    `limit` is None where an input is missing; `missing` names it.
    """

    limit: Decimal | None
    days: int | None
    formula: str
    formula_zh: str
    steps: tuple[tuple[str, Decimal], ...] = ()
    capped_by: str | None = None
    missing: tuple[str, ...] = ()

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """The key ``suggestion`` of ``--json``."""
        return {
            "limit": None if self.limit is None else f"{self.limit:.2f}",
            "terms": None if self.days is None else {"days": self.days},
            "formula": self.formula_zh if lang == "zh" else self.formula,
            "steps": [{"name": name, "value": f"{value:f}"} for name, value in self.steps],
            "capped_by": self.capped_by,
            "missing": list(self.missing),
        }


def suggest_limit(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    policy: CreditPolicy,
    found: CreditScore,
    *,
    sales: Decimal | None,
    months: int = 12,
    capital: Decimal | None = None,
    tier_factor: Decimal | None = None,
) -> LimitSuggestion:
    """Suggest a limit: monthly purchases x months of credit x factor of the grade (and tier).

    `sales` are those of the last `months`; `capital` is the registered capital.  Credit of
    30 days is a month.  A cap whose input is missing is shown as missing and leaves the limit
    open, since it could be lower.
    """
    grade = found.grade
    lacks = ["score"] if grade is None else []
    lacks += ["sales"] if sales is None else []
    share = policy.formula.capital_share
    lacks += ["registered_capital"] if share is not None and capital is None else []
    en = "min(sales / months x days / 30 x factor, caps), rounded down"
    zh = "min(月均销售额 × 账期天数 / 30 × 系数, 各项上限), 向下取整"
    if grade is None or sales is None:
        days = None if grade is None else grade.days
        return LimitSuggestion(
            limit=None, days=days, formula=en, formula_zh=zh, missing=tuple(lacks)
        )
    factor = grade.factor * (ONE if tier_factor is None else tier_factor)
    monthly = max(ZERO, sales) / months
    raw = (monthly * grade.days / 30 * factor).quantize(CENT, ROUND_HALF_UP)
    steps = [
        ("monthly_sales", monthly.quantize(CENT, ROUND_HALF_UP)),
        ("days", Decimal(grade.days)),
        ("factor", factor),
        ("by_sales", raw),
    ]
    caps = {}
    if share is not None and capital is not None:
        caps["registered_capital"] = (capital * share).quantize(CENT, ROUND_HALF_UP)
    if policy.formula.most is not None:
        caps["most"] = policy.formula.most
    steps += [(f"cap_{name}", cap) for name, cap in caps.items()]
    least = min(caps, key=lambda name: caps[name], default=None)
    capped = least if least is not None and caps[least] < raw else None
    amount = caps[capped] if capped is not None else raw
    step = policy.formula.step
    limit = (amount / step).quantize(ONE, ROUND_DOWN) * step
    return LimitSuggestion(
        limit=None if "registered_capital" in lacks else limit,
        days=grade.days,
        formula=en,
        formula_zh=zh,
        steps=(*steps, ("rounded", limit)),
        capped_by=capped,
        missing=tuple(lacks),
    )


def review_due(last: dt.date | None, policy: CreditPolicy) -> dt.date | None:
    """The day a credit is to be reviewed again; None where it never was: it is due now."""
    return None if last is None else months_after(last, policy.review_months)


@attrs.frozen(kw_only=True)
class Prospect:
    """What a customer is expected to leave in a year: worth developing when above zero.

    `break_even` are the sales from which it is, None where no sales would do; `sensitivity` says
    what is left when one input is a share higher or lower, the others as they are.
    """

    parts: Mapping[str, Decimal]
    result: Decimal
    break_even: Decimal | None
    sensitivity: tuple[tuple[str, Decimal, Decimal], ...]

    @property
    def worth_developing(self) -> bool:
        """True when something is left."""
        return self.result > 0

    def to_json(self) -> dict[str, Any]:
        """The forecast as ``--json`` says it."""
        return {
            "parts": {name: f"{value:.2f}" for name, value in self.parts.items()},
            "result": f"{self.result:.2f}",
            "worth_developing": self.worth_developing,
            "break_even": None if self.break_even is None else f"{self.break_even:.2f}",
            "sensitivity": [
                {"input": name, "change": f"{change:f}", "result": f"{result:.2f}"}
                for name, change, result in self.sensitivity
            ],
        }


_INPUTS = ("sales", "margin", "stock", "stock_rate", "staff", "travel", "risk", "management")


def forecast(
    given: Forecast, changes: Sequence[Decimal] = (Decimal("-0.2"), Decimal("0.2"))
) -> Prospect:
    """Work out a forecast: profit less stock interest, staff, travel, risk and management.

    profit = sales x margin; stock interest = stock x rate; risk = sales x share.

    >>> given = Forecast(customer="0004", sales=1000, margin=Decimal("0.2"), staff=50)
    >>> forecast(given).result, forecast(given).break_even
    (Decimal('150.00'), Decimal('250.00'))
    """
    parts = _parts(given)
    fixed = -sum((parts[name] for name in ("stock", "staff", "travel", "management")), ZERO)
    each = given.margin - given.risk
    rest = tuple(
        (name, change, _result(attrs.evolve(given, **{name: getattr(given, name) * (1 + change)})))
        for name in _INPUTS
        for change in changes
        if getattr(given, name)
    )
    return Prospect(
        parts=parts,
        result=_result(given),
        break_even=(fixed / each).quantize(CENT, ROUND_HALF_UP) if each > 0 else None,
        sensitivity=rest,
    )


def _parts(given: Forecast) -> dict[str, Decimal]:
    found = {
        "profit": given.sales * given.margin,
        "stock": -given.stock * given.stock_rate,
        "staff": -given.staff,
        "travel": -given.travel,
        "risk": -given.sales * given.risk,
        "management": -given.management,
    }
    return {name: value.quantize(CENT, ROUND_HALF_UP) for name, value in found.items()}


def _result(given: Forecast) -> Decimal:
    return sum(_parts(given).values(), ZERO)
