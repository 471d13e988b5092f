"""The assessment of tiers (等级评估): points, what the next level wants, what a tier brings.

`assess` answers for one customer as values, `assessments` for all of them as a frame.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.model.tier import Condition, Level, TierPlan, TierPolicy, TierRecord, measure_name
from kamcore.tiering.conditions import evidence, holds, points, shown, with_measures
from kamcore.tiering.facts import EVIDENCE, MEASURE
from kamcore.tiering.tiers import Tiering

__all__ = ["Assessment", "Points", "Wanted", "assess", "assessments", "point_table"]

_SCORE = ("得分", "score")


@attrs.frozen(kw_only=True)
class Points:
    """What a measure gives of the points it could; None where it is unknown."""

    measure: str
    value: Decimal | None
    points: Decimal | None
    most: Decimal


@attrs.frozen(kw_only=True)
class Wanted:
    """A condition of the next level and what is known: met, not met, or None for unknown."""

    condition: Condition
    value: Decimal | None
    met: bool | None
    evidence: str = ""


@attrs.frozen(kw_only=True)
class Assessment:
    """The card of one customer: its tier and since when, its points, the next level, the plan.

    `next_level` is None for the best; `tiers` are the tiers held before, oldest first.
    """

    customer: str
    level: Level | None
    since: dt.date | None
    change: str
    reason: str
    score: Decimal | None
    score_most: Decimal | None
    points: tuple[Points, ...]
    next_level: Level | None
    wanted: tuple[Wanted, ...]
    plan: TierPlan | None
    tiers: tuple[TierRecord, ...] = ()

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """The keys of a scorecard under ``--json``."""
        plan = self.plan
        return {
            "customer": self.customer,
            "tier": self.level and self.level.code,
            "score": _text(self.score, places=2),
            "score_most": _text(self.score_most, places=2),
            "points": [
                {
                    "measure": one.measure,
                    "name": measure_name(one.measure, lang),
                    "value": _text(one.value),
                    "points": _text(one.points, places=2),
                    "most": _text(one.most, places=2),
                }
                for one in self.points
            ],
            "next": self.next_level
            and {
                "level": self.next_level.code,
                "score": _text(self.next_level.score),
                "conditions": [
                    {
                        "measure": one.condition.measure,
                        "wants": one.condition.text(lang),
                        "value": _text(one.value),
                        "met": one.met,
                        "evidence": one.evidence,
                    }
                    for one in self.wanted
                ],
            },
            "plan": plan
            and {
                "price_grade": plan.price_grade or None,
                "credit_factor": _text(plan.credit_factor),
                "credit_days": plan.credit_days,
                "reconcile_days": plan.reconcile_days,
                "service": plan.service or None,
                "marketing": plan.marketing or None,
            },
            "history": [
                {"level": one.level, "since": one.since.isoformat(), "reason": one.reason}
                for one in self.tiers
            ],
        }


def assess(
    found: Tiering, customer: str, *, history: Iterable[TierRecord] = (), lang: str = "en"
) -> Assessment | None:
    """The card of one customer; None for one the tiering does not know."""
    facts = with_measures(found.facts.filter(customer=customer), found.policy.measures)
    rows = found.evidence(lang).filter(customer=customer)
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    policy = found.policy
    better = next_level(policy, row["tier"])
    conditions = () if better is None else better.conditions
    known = facts.select(
        *(pl.col(one.measure).alias(f"value{at}") for at, one in enumerate(conditions)),
        *(holds(one).alias(f"met{at}") for at, one in enumerate(conditions)),
        *(points(one).alias(f"points{at}") for at, one in enumerate(policy.weights)),
    )
    told = known.row(0, named=True) if known.width else {}
    stated = facts.row(0, named=True)
    return Assessment(
        customer=customer,
        level=None if row["tier"] is None else policy.level(row["tier"]),
        since=row["since"],
        change=row["change"],
        reason=row["reason"],
        score=row["score"],
        score_most=row["score_most"],
        points=tuple(
            Points(
                measure=one.measure,
                value=stated[one.measure],
                points=told[f"points{at}"],
                most=one.points,
            )
            for at, one in enumerate(policy.weights)
        ),
        next_level=better,
        wanted=tuple(
            Wanted(
                condition=one,
                value=told[f"value{at}"],
                met=told[f"met{at}"],
                evidence=stated.get(one.measure + EVIDENCE) or "",
            )
            for at, one in enumerate(conditions)
        ),
        plan=policy.plan(row["tier"]),
        tiers=tuple(
            sorted((one for one in history if one.customer == customer), key=lambda one: one.since)
        ),
    )


def assessments(found: Tiering, lang: str = "en") -> pl.DataFrame:
    """Every customer with its score and what the next level still wants of it.

    Columns: ``customer``, ``tier``, ``score``, ``score_most``, ``next`` (code of the level above,
    null for the best) and ``missing``, the conditions of it that are not met or not known, in
    words; an empty text where the level is reached but held back by the guard.
    """
    policy = found.policy
    facts = with_measures(found.facts, policy.measures)
    wide = facts.join(found.frame, on="customer", how="left", maintain_order="left")
    above = {
        level.code: better.code
        for level in policy.levels
        if (better := next_level(policy, level.code)) is not None
    }
    lowest = policy.levels[-1].code
    coming = (
        pl.when(pl.col("tier").is_null())
        .then(pl.lit(lowest))
        .otherwise(pl.col("tier").replace_strict(above, default=None, return_dtype=pl.String))
    )
    wide = wide.with_columns(coming.alias("next"))
    texts = [
        pl.when(pl.col("next") == level.code).then(_missing(level, facts.columns, lang))
        for level in policy.levels
    ]
    return wide.select(
        "customer", "tier", "score", "score_most", "next", pl.coalesce(texts).alias("missing")
    )


def point_table(found: Tiering) -> pl.DataFrame:
    """The points of every customer: ``customer``, ``<measure>`` each, ``score``; null if unknown.

    Without weights there is only the customer and an empty score.
    """
    facts = with_measures(found.facts, found.policy.measures)
    given = facts.select(
        "customer", *(points(one).alias(one.measure) for one in found.policy.weights)
    )
    scores = found.frame.select("customer", "score")
    return given.join(scores, on="customer", how="left", maintain_order="left")


def next_level(policy: TierPolicy, code: str | None) -> Level | None:
    """The level above one, the lowest above none; None above the best."""
    codes = [level.code for level in policy.levels]
    at = codes.index(code) if code in codes else len(codes)
    return policy.levels[at - 1] if at else None


def _missing(level: Level, columns: Iterable[str], lang: str) -> pl.Expr:
    """The conditions that do not hold or are unknown, with what is known of them."""
    parts = [
        pl.when(holds(one).fill_null(value=False).not_()).then(evidence([one], columns, lang))
        for one in level.conditions
    ]
    if level.score is not None:
        need = pl.lit(level.score, dtype=MEASURE)
        name = _SCORE[0 if lang == "zh" else 1]
        known = shown(pl.col("score").round(2)).fill_null("?")
        said = pl.concat_str(pl.lit(f"{name} "), known, pl.lit(f" (≥ {level.score:f})"))
        parts.append(pl.when((pl.col("score") >= need).fill_null(value=False).not_()).then(said))
    if not parts:
        return pl.lit("")
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)


def _text(value: Decimal | None, places: int | None = None) -> str | None:
    if value is None:
        return None
    if places is not None:
        return f"{value:.{places}f}"
    return f"{value.normalize():f}" if value else "0"
