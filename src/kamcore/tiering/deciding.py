"""Whether an order may pass (信用控制): limits, overdue amounts, oldest items, releases by people.

Every rule says pass, warn or hold; the strictest decides, the first of equals is named.  A release
lets pass what the rules hold, by name, up to its amount and until its day.  All customers are
judged at once.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.model.credit import CreditPolicy, Decision, ExposurePart
from kamcore.tiering.exposure import in_groups
from kamcore.tiering.facts import AMOUNT, facts_of

__all__ = ["RULES", "CreditDecision", "decide", "decide_all"]

ZERO = Decimal(0)
RULES = {
    "over_limit": ("占用超过信用额度", "exposure beyond the limit"),
    "over_part": ("分项占用超过分项额度", "a part beyond its limit"),
    "no_limit": ("没有有效的信用额度", "no limit in force"),
    "overdue_amount": ("逾期金额超过界限", "overdue amount beyond the bound"),
    "oldest_item": ("最长逾期天数超过界限", "the oldest item is overdue too long"),
    "near_limit": ("占用接近信用额度", "exposure near the limit"),
    "release": ("特批放行", "released by a person"),
    "within": ("在额度和账期之内", "within limit and terms"),
}
"""What may decide, in Chinese and in English."""

_RANK = {Decision.PASS: 0, Decision.WARN: 1, Decision.HOLD: 2}
_PARTS = tuple(part.value for part in ExposurePart)


@attrs.frozen(kw_only=True)
class CreditDecision:
    """What becomes of an order of a customer on a day, and why."""

    customer: str
    as_of: dt.date
    order: Decimal
    decision: Decision
    rule: str
    held_rule: str | None
    """The rule that would hold, where a person lets pass."""
    exposure: Mapping[str, Decimal]
    group: str
    group_total: Decimal
    limit: Decimal | None
    overdue: Decimal
    oldest_days: int
    person: str | None = None
    until: dt.date | None = None

    def text(self, lang: str = "en") -> str:
        """The decision and its rule in words."""
        said = RULES[self.rule][0 if lang == "zh" else 1]
        return f"{self.decision.text(lang)}: {said}"

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """The keys of ``--json`` about the decision."""
        return {
            "decision": self.decision.value,
            "rule": self.rule,
            "reason": self.text(lang),
            "held_rule": self.held_rule,
            "order": f"{self.order:.2f}",
            "exposure": {name: f"{amount:.2f}" for name, amount in self.exposure.items()},
            "group": {"name": self.group, "total": f"{self.group_total:.2f}"},
            "limit": None if self.limit is None else f"{self.limit:.2f}",
            "overdue": {"amount": f"{self.overdue:.2f}", "oldest_days": self.oldest_days},
            "person": self.person,
            "until": None if self.until is None else self.until.isoformat(),
        }


def decide_all(
    found: pl.DataFrame,
    policy: CreditPolicy,
    *,
    as_of: dt.date,
    late: Any = None,
    groups: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Judge the exposure of all customers, and of an order of each where ``order`` stands there.

    `found` is what `exposure` gives, with an ``order`` column (amount asked for) or without;
    `late` has ``customer``, ``overdue`` and ``oldest_days`` (`ledger_facts`); a customer that is
    not there owes nothing late.  Adds ``order``, ``group``, ``group_total``, ``limit`` (of the
    customer, or of the group when affiliates share one), ``used`` (what is held against it, the
    order included), ``overdue``, ``oldest_days``, ``rule``, ``decision``, ``held_rule``,
    ``person`` and ``until``.

    Raises:
        BooksError: `late` is no frame of facts.
    """
    rows = in_groups(found, groups or {})
    if "order" not in rows.columns:
        rows = rows.with_columns(order=pl.lit(ZERO, dtype=AMOUNT))
    rows = _with_late(rows, late)
    rows = _with_limits(rows, policy, as_of)
    grouped = pl.col("shared") | pl.lit(policy.by_group)
    asked = pl.col("order").sum().over("group")
    rows = rows.with_columns(
        used=pl.when(grouped)
        .then(pl.col("group_total") + asked)
        .otherwise(pl.col("total") + pl.col("order"))
    )
    ranked = {name: (when, _RANK[action]) for name, (when, action) in _rules(policy).items()}
    worst = pl.max_horizontal(
        pl.lit(0), *(pl.when(when).then(rank).otherwise(0) for when, rank in ranked.values())
    )
    rows = rows.with_columns(_worst=worst)
    first = [
        pl.when(when & (pl.col("_worst") == rank)).then(pl.lit(name))
        for name, (when, rank) in ranked.items()
        if rank
    ]
    rule = pl.coalesce(*first, pl.lit("within"))
    rows = rows.with_columns(rule=rule)
    return _released(rows, policy, as_of).drop("_worst", "shared")


def _with_late(rows: pl.DataFrame, late: Any) -> pl.DataFrame:
    if late is None:
        return rows.with_columns(
            overdue=pl.lit(ZERO, dtype=AMOUNT), oldest_days=pl.lit(0, dtype=pl.Int64)
        )
    known = facts_of(late).select(
        "customer", pl.col("overdue").cast(AMOUNT), pl.col("oldest_days").cast(pl.Int64)
    )
    joined = rows.join(known, on="customer", how="left", maintain_order="left")
    return joined.with_columns(pl.col("overdue", "oldest_days").fill_null(0))


def _with_limits(rows: pl.DataFrame, policy: CreditPolicy, as_of: dt.date) -> pl.DataFrame:
    """The limits in force: the last given of each customer and part; those of groups shared."""
    live = sorted(
        (one for one in policy.limits if one.counts_on(as_of)), key=lambda one: one.valid_from
    )
    own = {(one.customer, one.part): one for one in live}
    total = {who: one.amount for (who, part), one in own.items() if part is None}
    sharing = {who: total[who] for who in total if own[who, None].whole_group}
    groups = dict(rows.select("customer", "group").iter_rows())
    by_group = {groups.get(who, who): amount for who, amount in sharing.items()}
    parts = [
        _column(
            {who: one.amount for (who, part), one in own.items() if part == name}, "customer"
        ).alias(f"limit_{name}")
        for name in _PARTS
    ]
    rows = rows.with_columns(
        *parts, _own=_column(total, "customer"), _shared=_column(by_group, "group")
    )
    alone = pl.col("_own")
    if policy.by_group:
        # Affiliates that count together may use the sum of their own limits.
        some = alone.is_not_null().any().over("group")
        alone = pl.when(some).then(alone.sum().over("group"))
    limit = pl.coalesce("_shared", alone)
    return rows.with_columns(limit=limit, shared=pl.col("_shared").is_not_null()).drop(
        "_own", "_shared"
    )


def _column(amounts: Mapping[str, Decimal], key: str) -> pl.Expr:
    if not amounts:
        return pl.lit(None, dtype=AMOUNT)
    keys = pl.Series(list(amounts), dtype=pl.String)
    values = pl.Series(list(amounts.values()), dtype=AMOUNT)
    return pl.col(key).replace_strict(keys, values, default=None, return_dtype=AMOUNT)


def _rules(policy: CreditPolicy) -> dict[str, tuple[pl.Expr, Decision]]:
    """Every rule as a condition and what it does, the weightiest first."""
    used, limit = pl.col("used"), pl.col("limit")
    over = pl.any_horizontal(
        pl.col(name) + (pl.col("order") if name == "orders" else pl.lit(ZERO, dtype=AMOUNT))
        > pl.col(f"limit_{name}")
        for name in _PARTS
        if name != "advances"
    ).fill_null(value=False)
    rules: dict[str, tuple[pl.Expr, Decision]] = {
        "over_limit": ((used > limit).fill_null(value=False), policy.over_limit),
        "over_part": (over, policy.over_limit),
        "no_limit": (limit.is_null() & (used > 0), policy.no_limit),
    }
    late, days = pl.col("overdue"), pl.col("oldest_days")
    bounds = (
        ("overdue_amount", late, policy.hold_overdue, Decision.HOLD),
        ("oldest_item", days, policy.hold_days, Decision.HOLD),
        ("overdue_amount ", late, policy.warn_overdue, Decision.WARN),
        ("oldest_item ", days, policy.warn_days, Decision.WARN),
    )
    for name, column, bound, action in bounds:
        if bound is not None:
            dtype = AMOUNT if column is late else pl.Int64()
            rules[name] = (column > pl.lit(bound, dtype=dtype), action)
    if policy.warn_share is not None:
        near = limit * pl.lit(policy.warn_share, dtype=AMOUNT)
        rules["near_limit"] = (((used > near) & (used > 0)).fill_null(value=False), Decision.WARN)
    return rules


def _released(rows: pl.DataFrame, policy: CreditPolicy, as_of: dt.date) -> pl.DataFrame:
    """The decisions, those that a person lets pass among them."""
    live = [one for one in policy.releases if one.counts_on(as_of)]
    live.sort(key=lambda one: (one.amount is None, one.amount or ZERO, one.until, one.person))
    last = {one.customer: one for one in live}
    names: dict[str, Any] = {
        "customer": pl.String, "_most": AMOUNT, "_any": pl.Boolean, "person": pl.String,
        "until": pl.Date,
    }  # fmt: skip
    known = pl.DataFrame(
        [
            (who, one.amount, one.amount is None, one.person, one.until)
            for who, one in last.items()
        ],
        schema=names,
        orient="row",
    )
    rows = rows.join(known, on="customer", how="left", maintain_order="left")
    enough = pl.col("_any") | (pl.col("used") <= pl.col("_most"))
    held = pl.col("_worst") == _RANK[Decision.HOLD]
    let = (held & enough).fill_null(value=False)
    words = {rank: decision.value for decision, rank in _RANK.items()}
    plain = pl.col("_worst").replace_strict(words, return_dtype=pl.String)
    rule = pl.col("rule").str.strip_chars()
    return rows.with_columns(
        decision=pl.when(let).then(pl.lit(Decision.APPROVE.value)).otherwise(plain),
        rule=pl.when(let).then(pl.lit("release")).otherwise(rule),
        held_rule=pl.when(let).then(rule),
        person=pl.when(let).then("person"),
        until=pl.when(let).then("until"),
    ).drop("_most", "_any")


def decide(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    found: pl.DataFrame,
    policy: CreditPolicy,
    *,
    customer: str,
    order: Decimal = ZERO,
    as_of: dt.date,
    late: Any = None,
    groups: Mapping[str, str] | None = None,
) -> CreditDecision:
    """Judge an order of one customer, with what its affiliates owe.

    A customer without any exposure is judged on the order alone.

    Raises:
        BooksError: `late` is no frame of facts.
    """
    there = found if customer in found["customer"] else _with_stranger(found, customer)
    amount = pl.when(pl.col("customer") == customer).then(pl.lit(order, dtype=AMOUNT))
    asked = there.with_columns(order=amount.otherwise(pl.lit(ZERO, dtype=AMOUNT)))
    rows = decide_all(asked, policy, as_of=as_of, late=late, groups=groups)
    row = rows.filter(customer=customer).row(0, named=True)
    return CreditDecision(
        customer=customer,
        as_of=as_of,
        order=order,
        decision=Decision(row["decision"]),
        exposure={name: row[name] for name in (*_PARTS, "total")},
        **{
            name: row[name]
            for name in (
                "rule", "held_rule", "group", "group_total", "limit", "overdue", "oldest_days",
                "person", "until",
            )
        },
    )  # fmt: skip


def _with_stranger(found: pl.DataFrame, customer: str) -> pl.DataFrame:
    zeros = {name: [ZERO] for name in (*_PARTS, "total")}
    row = pl.DataFrame(
        {"customer": [customer], **zeros}, schema_overrides=dict.fromkeys(zeros, AMOUNT)
    )
    return pl.concat([found.select(row.columns).cast(row.schema), row])
