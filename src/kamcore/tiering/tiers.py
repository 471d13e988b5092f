"""Which tier every customer has on a day and why: criteria, levels, guard, overrides.

All customers are judged at once by column expressions; a fact that is unknown leaves a condition
unknown, and no customer loses a tier over what nobody knows.  Levels are tried from the best down.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.model.tier import Level, TierPolicy, TierRecord
from kamcore.place import Place
from kamcore.tiering.conditions import (
    all_hold,
    graded,
    made_easier,
    points,
    shown,
    with_eased_grades,
    with_measures,
)
from kamcore.tiering.facts import MEASURE, facts_of
from kamcore.tiering.telling import criteria_of, criterion_text, reason

__all__ = ["MET", "Tiering", "plans", "previous_of", "tiers"]

NO_LEVEL = Fault(
    code="R1101",
    zh="分级办法里没有等级「{value}」(客户 {customer})",
    en="the scheme has no level {value!r} (customer {customer})",
    hint_zh="等级有: {known}",
    hint_en="its levels are {known}",
)
NO_LEVELS = Fault(
    code="R1102",
    zh="分级办法里没有任何等级",
    en="the scheme has no levels",
)

MET = "met_"
"""Beginning of the columns that say whether a criterion is met."""

_STATE: dict[str, pl.DataType] = {
    "customer": pl.String(),
    "previous": pl.String(),
    "previous_since": pl.Date(),
    "watched_since": pl.Date(),
}
ZERO = Decimal(0)


@attrs.frozen(kw_only=True, eq=False)
class Tiering:
    """The tiers of all customers on a day, with the policy and the facts they follow.

    `frame` has ``customer``, ``tier``, ``previous``, ``since``, ``watched_since``, ``change`` (one
    of `kamcore.tiering.telling.CHANGES`), ``cause`` (``margin``, ``grace``, ``unknown`` or null),
    ``computed`` (the level the measures alone give), ``may_be`` (a better level that only unknown
    facts forbid), ``score`` with ``score_most`` (what it could be if all were known),
    ``key_account`` and a column ``met_<criterion>`` each; in the order of the customers' codes.
    """

    frame: pl.DataFrame = attrs.field(repr=False)
    facts: pl.DataFrame = attrs.field(repr=False)
    policy: TierPolicy
    as_of: dt.date

    def changed(self, *changes: str) -> pl.DataFrame:
        """The customers whose tier was promoted, demoted, watched and so on."""
        return self.frame.filter(pl.col("change").is_in(changes))

    def records(self) -> tuple[TierRecord, ...]:
        """The tiers as records, to be kept and given to the next run."""
        names = ("customer", "tier", "since", "watched_since", "change")
        return tuple(
            TierRecord(customer=who, level=tier, since=since, watched_since=watched, reason=why)
            for who, tier, since, watched, why in self.frame.select(names).iter_rows()
        )

    def evidence(self, lang: str = "en") -> pl.DataFrame:
        """The frame with a sentence for every tier (``reason``) and every criterion.

        The evidence of a criterion stands in ``evidence_<criterion>``: of several ways to meet it
        the first that is met, else all of them.
        """
        wide = self.facts.join(self.frame, on="customer", how="left", maintain_order="left")
        columns = self.facts.columns
        found = [
            criterion_text(self.policy, code, columns, lang).alias(f"evidence_{code}")
            for code in criteria_of(self.policy)
        ]
        said = reason(self.policy, self.as_of, columns, lang)
        return wide.select(*self.frame.columns, said.alias("reason"), *found)

    def to_json(self, lang: str = "en") -> list[dict[str, Any]]:
        """The rows of ``--json``, in the order of the customers' codes."""
        rows = []
        names = {rule.criterion: rule for rule in self.policy.criteria}
        asked = {
            code: [
                one.measure
                for rule in self.policy.criteria
                if rule.criterion == code
                for one in rule.conditions
            ]
            for code in names
        }
        needed = dict.fromkeys(one for measures in asked.values() for one in measures)
        figures = self.facts.select("customer", *(shown(pl.col(one)).alias(one) for one in needed))
        for row, known in zip(
            self.evidence(lang).iter_rows(named=True),
            figures.iter_rows(named=True),
            strict=True,
        ):
            values = {
                code: {one: known[one] for one in measures} for code, measures in asked.items()
            }
            criteria = [
                {
                    "id": code,
                    "name": rule.zh if lang == "zh" else rule.en,
                    "value": values[code],
                    "met": row[MET + code],
                    "evidence": row[f"evidence_{code}"],
                }
                for code, rule in names.items()
            ]
            plain = ("customer", "tier", "previous", "change", "computed", "may_be", "key_account")
            rows.append(
                {
                    **{name: row[name] for name in plain},
                    "since": _iso(row["since"]),
                    "watched_since": _iso(row["watched_since"]),
                    "score": None if row["score"] is None else f"{row['score']:.2f}",
                    "criteria": criteria,
                    "reason": row["reason"],
                }
            )
        return rows


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def tiers(
    facts: Any,
    policy: TierPolicy,
    *,
    as_of: dt.date,
    history: Iterable[TierRecord] = (),
    bands: pl.DataFrame | None = None,
) -> Tiering:
    """Judge every customer by a policy, on what was its tier before.

    `history` holds earlier tiers; of each customer the last that began before `as_of` counts.
    `bands` (``customer``, ``band``) is what the rule of a plug-in says.

    Raises:
        BooksError: the facts are no frame of facts.
        UsageError: the policy has no levels, or an override names a level it does not have.
    """
    if not policy.levels:
        raise UsageError(NO_LEVELS.at(Place()))
    given = facts_of(facts)
    known = with_measures(graded(given, policy.gradings), policy.measures)
    wide = with_eased_grades(known, given, policy).with_columns(**_scores(policy))
    if bands is None:
        wide = wide.with_columns(pl.lit(None, dtype=pl.String).alias("_band"))
    else:
        banded = bands.select("customer", _band="band")
        wide = wide.join(banded, on="customer", how="left", maintain_order="left")
    before = previous_of(history, as_of)
    wide = wide.join(before, on="customer", how="left", maintain_order="left")
    wide = wide.join(_overrides(policy, as_of), on="customer", how="left", maintain_order="left")
    wide = wide.with_columns(**_levels(policy)).with_columns(_moved(policy, as_of))
    wide = wide.with_columns(**_outcome(policy, as_of))
    met = {MET + code: _met(policy, code) for code in criteria_of(policy)}
    wide = wide.with_columns(**met).with_columns(
        key_account=pl.any_horizontal(*met) if met else pl.lit(None, dtype=pl.Boolean)
    )
    columns = (
        "customer", "tier", "previous", "since", "watched_since", "change", "cause", "computed",
        "may_be", "score", "score_most", "key_account", *met,
    )  # fmt: skip
    return Tiering(frame=wide.select(columns), facts=known, policy=policy, as_of=as_of)


def previous_of(history: Iterable[TierRecord], as_of: dt.date) -> pl.DataFrame:
    """The last tier of each customer that began before a day and had not ended by it."""
    rows = [
        (one.customer, one.level, one.since, one.watched_since)
        for one in history
        if one.since < as_of and (one.until is None or as_of <= one.until)
    ]
    made = pl.DataFrame(rows, schema=_STATE, orient="row")
    return made.sort("customer", "previous_since", maintain_order=True).unique(
        "customer", keep="last", maintain_order=True
    )


def _overrides(policy: TierPolicy, as_of: dt.date) -> pl.DataFrame:
    rows = []
    for one in policy.overrides:
        level = policy.level(one.level)
        if level is None:
            known = ", ".join(f"{x.code} ({x.zh})" for x in policy.levels)
            raise UsageError(NO_LEVEL.at(Place(), one.level, customer=one.customer, known=known))
        if one.counts_on(as_of):
            said = (one.person, one.until.isoformat(), one.reason)
            rows.append((one.customer, policy.levels.index(level), one.since, *said))
    names = {
        "customer": pl.String, "_given": pl.Int64, "_given_since": pl.Date, "_person": pl.String,
        "_given_until": pl.String, "_given_reason": pl.String,
    }  # fmt: skip
    made = pl.DataFrame(rows, schema=names, orient="row").sort("customer", "_given_since")
    return made.unique("customer", keep="last", maintain_order=True)


def _scores(policy: TierPolicy) -> dict[str, pl.Expr]:
    """The score that is certain, and the score if all unknown measures were the best."""
    if not policy.weights:
        return {name: pl.lit(None, dtype=MEASURE) for name in ("_least", "score_most", "score")}
    sure = [points(one).fill_null(pl.lit(ZERO, dtype=MEASURE)) for one in policy.weights]
    best = [points(one).fill_null(pl.lit(one.points, dtype=MEASURE)) for one in policy.weights]
    whole = pl.all_horizontal(pl.col(one.measure).is_not_null() for one in policy.weights)
    least = pl.sum_horizontal(sure)
    return {
        "_least": least,
        "score_most": pl.sum_horizontal(best),
        "score": pl.when(whole).then(least),
    }


def _reached(level: Level, policy: TierPolicy, *, eased: bool = False) -> pl.Expr:
    """Whether a level is reached, unknown where it may be; `eased` by the margin of the guard."""
    margin = policy.guard.margin if eased else ZERO
    conditions = [made_easier(one, policy) if eased else one for one in level.conditions]
    parts = [all_hold(conditions)]
    if level.score is not None:
        need = pl.lit(level.score * (1 - margin), dtype=MEASURE)
        sure, never = pl.col("_least") >= need, pl.col("score_most") < need
        parts.append(
            pl.when(sure).then(statement=True).when(never).then(statement=False).otherwise(None)
        )
    if level.band:
        parts.append(pl.col("_band") == level.band)
    return pl.all_horizontal(parts)


def _levels(policy: TierPolicy) -> dict[str, pl.Expr]:
    """Positions of levels: reached by the measures, reached with the margin, held before."""
    strict = [_reached(level, policy) for level in policy.levels]
    eased = [_reached(level, policy, eased=True) for level in policy.levels]
    none = len(policy.levels)
    places = {level.code: at for at, level in enumerate(policy.levels)}
    places |= {level.zh: at for at, level in enumerate(policy.levels)}
    before = pl.col("previous").replace_strict(places, default=None, return_dtype=pl.Int64)
    still = [pl.when(before == at).then(one) for at, one in enumerate(eased)]
    return {
        "_reached": _first(strict).fill_null(none),
        "_eased": _first(eased).fill_null(none),
        "_open": _first([one.is_null() for one in strict]),
        "_before": before,
        "_still": pl.coalesce(still),
    }


def _first(flags: Sequence[pl.Expr]) -> pl.Expr:
    """The position of the first that is true; null where none is."""
    return pl.coalesce(
        pl.when(flag).then(pl.lit(at, dtype=pl.Int64)) for at, flag in enumerate(flags)
    )


def _moved(policy: TierPolicy, as_of: dt.date) -> list[pl.Expr]:
    """What happens to the tier, and since when its conditions were missed."""
    before, reached = pl.col("_before"), pl.col("_reached")
    eased = pl.min_horizontal("_eased", "_reached")
    missed = pl.coalesce("watched_since", pl.lit(as_of))
    over = missed.dt.offset_by(f"{policy.guard.grace_months}mo") <= pl.lit(as_of)
    none = len(policy.levels)
    change = (
        pl.when(pl.col("_given").is_not_null()).then(pl.lit("overridden"))
        .when(before.is_null() & (reached == none)).then(pl.lit("none"))
        .when(before.is_null()).then(pl.lit("new"))
        .when(reached < before).then(pl.lit("promoted"))
        .when(reached == before).then(pl.lit("kept"))
        .when((eased <= before) | pl.col("_still").is_null()).then(pl.lit("watched"))
        .when(~over).then(pl.lit("watched"))
        .otherwise(pl.lit("demoted"))
    )  # fmt: skip
    beyond = before.is_not_null() & (eased > before) & pl.col("_still").eq(other=False)
    cause = (
        pl.when(pl.col("_given").is_not_null() | before.is_null() | (reached <= before)).then(None)
        .when(eased <= before).then(pl.lit("margin"))
        .when(pl.col("_still").is_null()).then(pl.lit("unknown"))
        .when(~over).then(pl.lit("grace"))
    )  # fmt: skip
    return [
        change.alias("change"),
        cause.alias("cause"),
        pl.when(beyond).then(missed).alias("_ws"),
    ]


def _outcome(policy: TierPolicy, as_of: dt.date) -> dict[str, pl.Expr]:
    """The tier itself, since when, and what else the measures say."""
    change = pl.col("change")
    place = (
        pl.when(change == "overridden").then("_given")
        .when(change.is_in(["kept", "watched"])).then("_before")
        .otherwise("_reached")
    )  # fmt: skip
    codes = {at: level.code for at, level in enumerate(policy.levels)}

    def code(at: pl.Expr) -> pl.Expr:
        return at.replace_strict(codes, default=None, return_dtype=pl.String)

    tier = code(place)
    began = pl.when(change == "overridden").then("_given_since").otherwise(pl.lit(as_of))
    same = pl.col("_before").eq_missing(place) & pl.col("previous_since").is_not_null()
    return {
        "tier": tier,
        "since": pl.when(same).then("previous_since").otherwise(began),
        "watched_since": pl.when(change == "watched").then("_ws"),
        "computed": code(pl.col("_reached")),
        "may_be": pl.when(pl.col("_open") < pl.col("_reached")).then(code(pl.col("_open"))),
    }


def _met(policy: TierPolicy, code: str) -> pl.Expr:
    ways = [all_hold(rule.conditions) for rule in policy.criteria if rule.criterion == code]
    return pl.any_horizontal(ways)


def plans(found: Tiering) -> pl.DataFrame:
    """What the tiers bring, a row per customer: the one policy table of all other rooms.

    Columns: ``customer``, ``tier``, ``price_grade``, ``credit_factor``, ``credit_days``,
    ``reconcile_days``, ``service``, ``marketing``; null where the policy says nothing.
    """
    rows = [
        (
            one.level, one.price_grade or None, one.credit_factor, one.credit_days,
            one.reconcile_days, one.service or None, one.marketing or None,
        )
        for one in found.policy.plans
    ]  # fmt: skip
    names: dict[str, Any] = {
        "tier": pl.String, "price_grade": pl.String, "credit_factor": MEASURE,
        "credit_days": pl.Int64, "reconcile_days": pl.Int64, "service": pl.String,
        "marketing": pl.String,
    }  # fmt: skip
    table = pl.DataFrame(rows, schema=names, orient="row").unique("tier", keep="first")
    return found.frame.select("customer", "tier").join(
        table, on="tier", how="left", maintain_order="left"
    )
