"""Conditions over facts as column expressions: true, false, or unknown where a fact is."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs
import polars as pl

from kamcore.model.tier import Condition, Grading, Relation, TierPolicy, Weight, measure_name
from kamcore.tiering.facts import EVIDENCE, MEASURE

__all__ = [
    "all_hold",
    "evidence",
    "graded",
    "holds",
    "made_easier",
    "points",
    "shown",
    "with_eased_grades",
    "with_measures",
]

_TRAILING = r"\.?0+$"


def graded(facts: pl.DataFrame, gradings: Iterable[Grading]) -> pl.DataFrame:
    """The facts with grades worked out where nobody stated them."""
    for grading in gradings:
        if grading.of not in facts.columns:
            continue
        of = pl.col(grading.of)
        grade = pl.lit(1)
        for bound in sorted(grading.bounds):
            grade = grade + (of >= pl.lit(bound, dtype=MEASURE)).cast(pl.Int64)
        found = pl.when(of.is_not_null()).then(grade).cast(MEASURE)
        if grading.measure in facts.columns:
            found = pl.coalesce(grading.measure, found)
        facts = facts.with_columns(found.alias(grading.measure))
    return facts


def with_measures(facts: pl.DataFrame, measures: Iterable[str]) -> pl.DataFrame:
    """The facts with a column for every measure, null where nothing is known of it."""
    lacking = [name for name in dict.fromkeys(measures) if name not in facts.columns]
    return facts.with_columns(pl.lit(None, dtype=MEASURE).alias(name) for name in lacking)


def holds(condition: Condition) -> pl.Expr:
    """Whether a condition holds, null where the measure is unknown."""
    figure = pl.lit(condition.value, dtype=MEASURE)
    found: pl.Expr = condition.relation.compare(pl.col(condition.measure), figure)
    return found


def all_hold(conditions: Sequence[Condition]) -> pl.Expr:
    """Whether all hold: false as soon as one does not, unknown as long as one may not."""
    if not conditions:
        return pl.lit(value=True)
    return pl.all_horizontal(holds(one) for one in conditions)


def shown(measure: pl.Expr) -> pl.Expr:
    """A measure as people write it, without idle zeros."""
    text = measure.cast(pl.String)
    return (
        pl.when(text.str.contains(".", literal=True))
        .then(text.str.replace(_TRAILING, ""))
        .otherwise(text)
    )


def evidence(conditions: Iterable[Condition], columns: Iterable[str], lang: str = "en") -> pl.Expr:
    """Each condition with the value that was found, and on what ground it is stated."""
    known = set(columns)
    parts: list[pl.Expr] = []
    for one in conditions:
        name = measure_name(one.measure, lang)
        value = shown(pl.col(one.measure)).fill_null("?")
        wants = f" ({one.relation.sign} {one.value:f})"
        text = pl.concat_str(pl.lit(f"{name} "), value, pl.lit(wants))
        ground = one.measure + EVIDENCE
        if ground in known:
            said = pl.concat_str(text, pl.lit(" ["), pl.col(ground), pl.lit("]"))
            text = pl.coalesce(said, text)
        parts.append(text)
    return pl.concat_str(parts, separator="; ") if parts else pl.lit("")


def points(weight: Weight) -> pl.Expr:
    """The points a measure gives, null where it is unknown."""
    span = weight.high - weight.low
    value = pl.col(weight.measure)
    if span == 0:
        return pl.when(value.is_not_null()).then(
            pl.when(value >= pl.lit(weight.high, dtype=MEASURE))
            .then(pl.lit(weight.points, dtype=MEASURE))
            .otherwise(pl.lit(Decimal(0), dtype=MEASURE))
        )
    low, high = sorted((weight.low, weight.high))
    inside = value.clip(pl.lit(low, dtype=MEASURE), pl.lit(high, dtype=MEASURE))
    part = (inside - pl.lit(weight.low, dtype=MEASURE)) / pl.lit(span, dtype=MEASURE)
    return (part * pl.lit(weight.points, dtype=pl.Decimal(38, 4))).cast(MEASURE)


_UP, _DOWN = "_graded_up", "_graded_down"


def with_eased_grades(
    known: pl.DataFrame, given: pl.DataFrame, policy: TierPolicy
) -> pl.DataFrame:
    """The facts with the grades that bounds moved by the margin would give.

    A grade is a whole number: easing the figure it is compared with would guard nothing.
    """
    margin = policy.guard.margin
    for ending, factor in ((_UP, 1 - margin), (_DOWN, 1 + margin)):
        moved = [
            attrs.evolve(one, bounds=tuple(bound * factor for bound in one.bounds))
            for one in policy.gradings
        ]
        names = [one.measure for one in moved]
        found = with_measures(graded(given, moved), names).select("customer", *names)
        found = found.rename({name: name + ending for name in names})
        known = known.join(found, on="customer", how="left", maintain_order="left")
    return known


def made_easier(condition: Condition, policy: TierPolicy) -> Condition:
    """A condition as it must fail for a tier to be lost."""
    if condition.measure not in {one.measure for one in policy.gradings}:
        return condition.relaxed(policy.guard.margin)
    if condition.relation is Relation.EQUAL:
        return condition
    up = condition.relation in (Relation.AT_LEAST, Relation.MORE)
    return attrs.evolve(condition, measure=condition.measure + (_UP if up else _DOWN))
