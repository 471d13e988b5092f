"""The grade assessment of customers (大客户等级评估表) as sheets: all of them, and a card each."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import polars as pl

from kamcore.model.tier import Level, TierPlan, TierPolicy, measure_name
from kamcore.reports.sheets import Column, Fields, Line, Listing, Part, Sheet, Title, Value
from kamcore.tiering.assessing import Assessment, assessments, point_table
from kamcore.tiering.tiers import Tiering

__all__ = ["plan_pairs", "scorecard_sheets", "service_plans", "wanted_text"]

_PLAN = (
    ("price_grade", "价格等级", "price grade"),
    ("credit_factor", "信用系数", "credit factor"),
    ("credit_days", "账期天数", "credit days"),
    ("reconcile_days", "对账周期 (天)", "reconcile every (days)"),
    ("service", "服务方案", "service"),
    ("marketing", "营销政策", "marketing"),
)
_EXACT = pl.Decimal(28, 4)
_NAME = 31
"""How long the name of a sheet may be."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


def plan_pairs(plan: TierPlan | None, lang: str) -> list[tuple[str, Value]]:
    """What a tier brings, each part with its name; nothing where nothing is said."""
    if plan is None:
        return []
    pairs = [(zh if lang == "zh" else en, getattr(plan, name)) for name, zh, en in _PLAN]
    return [(name, value) for name, value in pairs if value not in (None, "")]


def wanted_text(level: Level, lang: str) -> str:
    """What a list of wanted conditions is headed by, with the least score where there is one."""
    zh = lang == "zh"
    score = "" if level.score is None else f" ({'得分' if zh else 'score'} ≥ {level.score:f})"
    return f"达到{level.text(lang)}需要{score}" if zh else f"wanted for {level.text(lang)}{score}"


def service_plans(found: Tiering, lang: str = "zh") -> pl.DataFrame:
    """What each level brings and how many hold it, the best first, then who has no tier."""
    counts = dict(found.frame.group_by("tier").len().iter_rows())
    policy = found.policy
    rows = [
        {"tier": level.text(lang), "customers": counts.get(level.code, 0), **_plan(policy, level)}
        for level in policy.levels
    ]
    if None in counts:
        none = "未定级" if lang == "zh" else "none"
        rows.append({"tier": none, "customers": counts[None], **_plan(policy, None)})
    return pl.DataFrame(
        rows,
        schema={
            "tier": pl.String(),
            "customers": pl.Int64(),
            "price_grade": pl.String(),
            "credit_factor": _EXACT,
            "credit_days": pl.Int64(),
            "reconcile_days": pl.Int64(),
            "service": pl.String(),
            "marketing": pl.String(),
        },
    )


def _plan(policy: TierPolicy, level: Level | None) -> dict[str, object]:
    plan = None if level is None else policy.plan(level.code)
    return {name: getattr(plan, name, None) or None for name, _, _ in _PLAN}


def scorecard_sheets(
    found: Tiering,
    cards: Iterable[Assessment],
    *,
    names: Mapping[str, str],
    lang: str = "zh",
) -> tuple[Sheet, ...]:
    """All customers by level, their points where the policy weighs, the plans, and the cards."""
    zh = lang == "zh"
    small = Line(
        f"{'评定日' if zh else 'as of'} {found.as_of}  "
        f"{'办法' if zh else 'policy'}: {found.policy.name}"
    )
    made = [_overview(found, small, names, lang)]
    if found.policy.weights:
        made.append(_points(found, small, names, lang))
    made.append(_plans(found, small, lang))
    made += [_card(card, small, names, lang) for card in cards]
    return tuple(made)


def _overview(found: Tiering, small: Line, names: Mapping[str, str], lang: str) -> Sheet:
    zh = lang == "zh"
    title = "大客户等级评估表" if zh else "Assessment of tiers"
    labels = {level.code: level.text(lang) for level in found.policy.levels}
    order = {level.code: at for at, level in enumerate(found.policy.levels)}
    place = pl.col("tier").replace_strict(order, default=len(order), return_dtype=pl.Int64)
    frame = (
        assessments(found, lang)
        .sort(place, pl.col("score"), "customer", descending=[False, True, False], nulls_last=True)
        .with_columns(
            _named(names),
            pl.col("tier").replace(labels),
            pl.col("next").replace(labels),
            pl.col("score", "score_most").round(2).cast(_EXACT),
        )
    )
    columns = [
        Column("customer", "客户" if zh else "customer", kind="text"),
        Column("name", "名称" if zh else "name", kind="text"),
        Column("tier", "等级" if zh else "tier", kind="text"),
        Column("next", "上一级" if zh else "next level", kind="text"),
        Column("missing", "还差" if zh else "still missing", kind="text", width=70),
    ]
    if found.policy.weights:
        score = [
            Column("score", "得分" if zh else "score", kind="number"),
            Column("score_most", "最多可得" if zh else "at most", kind="number"),
        ]
        columns[3:3] = score
    listing = Listing(columns=tuple(columns), frame=frame, keep=2)
    return Sheet(name=title, parts=(Title(title), small, listing))


def _points(found: Tiering, small: Line, names: Mapping[str, str], lang: str) -> Sheet:
    zh = lang == "zh"
    title = "评分明细" if zh else "Points"
    frame = point_table(found).with_columns(_named(names))
    weights = {one.measure: one for one in found.policy.weights}
    frame = frame.with_columns(pl.col(*weights, "score").round(2).cast(_EXACT))
    columns = (
        Column("customer", "客户" if zh else "customer", kind="text"),
        Column("name", "名称" if zh else "name", kind="text"),
        *(
            Column(name, f"{measure_name(name, lang)} ({one.points:f})", kind="number")
            for name, one in weights.items()
        ),
        Column("score", "得分" if zh else "score", kind="number"),
    )
    return Sheet(name=title, parts=(Title(title), small, Listing(columns=columns, frame=frame)))


def _plans(found: Tiering, small: Line, lang: str) -> Sheet:
    zh = lang == "zh"
    title = "服务方案" if zh else "Service plans"
    columns = (
        Column("tier", "等级" if zh else "tier", kind="text"),
        Column("customers", "客户数" if zh else "customers"),
        *(
            Column(
                name,
                said if zh else english,
                kind="number" if name == "credit_factor" else "auto",
            )
            for name, said, english in _PLAN
        ),
    )
    listing = Listing(columns=columns, frame=service_plans(found, lang))
    return Sheet(name=title, parts=(Title(title), small, listing))


def _card(card: Assessment, small: Line, names: Mapping[str, str], lang: str) -> Sheet:
    """The assessment form of one customer."""
    zh = lang == "zh"
    level = card.level.text(lang) if card.level else ("未定级" if zh else "none")
    heads: list[tuple[str, Value]] = [
        ("客户" if zh else "customer", card.customer),
        ("名称" if zh else "name", names.get(card.customer, "")),
        ("等级" if zh else "tier", level),
        ("生效日" if zh else "since", card.since),
    ]
    if card.points:
        heads.append(("得分" if zh else "score", _short(card.score)))
        heads.append(("最多可得" if zh else "at most", _short(card.score_most)))
    parts: list[Part] = [
        Title("等级评估" if zh else "Assessment"),
        small,
        Fields(tuple(heads)),
        Line(f"{'原因' if zh else 'reason'}: {card.reason}"),
    ]
    if card.points:
        parts.append(_point_list(card, lang))
    if card.next_level is not None:
        parts += [Line(wanted_text(card.next_level, lang)), _wanted_list(card, lang)]
    if pairs := plan_pairs(card.plan, lang):
        parts += [Line("等级待遇" if zh else "what the tier brings"), Fields(tuple(pairs))]
    if card.tiers:
        parts += [Line("历次等级" if zh else "tiers before"), _history(card, lang)]
    return Sheet(
        name=card.customer.translate(_FORBIDDEN)[:31], parts=tuple(parts), landscape=False
    )


def _point_list(card: Assessment, lang: str) -> Listing:
    zh = lang == "zh"
    rows = card.points
    frame = pl.DataFrame(
        {
            "measure": [measure_name(one.measure, lang) for one in rows],
            "value": [one.value for one in rows],
            "points": [_short(one.points) for one in rows],
            "most": [one.most for one in rows],
        },
        schema={"measure": pl.String(), "value": _EXACT, "points": _EXACT, "most": _EXACT},
    )
    columns = (
        Column("measure", "指标" if zh else "measure", kind="text"),
        Column("value", "数值" if zh else "value", kind="number"),
        Column("points", "得分" if zh else "points", kind="number", total="SUM({*@all})"),
        Column("most", "满分" if zh else "of", kind="number", total="SUM({*@all})"),
    )
    totals = {"points": sum((_short(one.points) or Decimal(0) for one in rows), Decimal(0))}
    return Listing(columns=columns, frame=frame, total="合计" if zh else "total", totals=totals)


def _wanted_list(card: Assessment, lang: str) -> Listing:
    zh = lang == "zh"
    marks = {True: "✓", False: "✗", None: "?"}
    frame = pl.DataFrame(
        {
            "wants": [one.condition.text(lang) for one in card.wanted],
            "value": [one.value for one in card.wanted],
            "met": [marks[one.met] for one in card.wanted],
            "evidence": [one.evidence for one in card.wanted],
        },
        schema={
            "wants": pl.String(),
            "value": _EXACT,
            "met": pl.String(),
            "evidence": pl.String(),
        },
    )
    columns = (
        Column("wants", "条件" if zh else "condition", kind="text"),
        Column("value", "现值" if zh else "value", kind="number"),
        Column("met", "满足" if zh else "met", kind="text"),
        Column("evidence", "依据" if zh else "evidence", kind="text"),
    )
    return Listing(columns=columns, frame=frame)


def _history(card: Assessment, lang: str) -> Listing:
    zh = lang == "zh"
    frame = pl.DataFrame(
        {
            "since": [one.since for one in card.tiers],
            "level": [one.level or "-" for one in card.tiers],
            "reason": [one.reason for one in card.tiers],
        },
        schema={"since": pl.Date(), "level": pl.String(), "reason": pl.String()},
    )
    columns = (
        Column("since", "生效日" if zh else "since"),
        Column("level", "等级" if zh else "tier", kind="text"),
        Column("reason", "原因" if zh else "reason", kind="text"),
    )
    return Listing(columns=columns, frame=frame)


def _short(points: Decimal | None) -> Decimal | None:
    return None if points is None else round(points, 2)


def _named(names: Mapping[str, str]) -> pl.Expr:
    found = pl.col("customer").replace_strict(names, default="", return_dtype=pl.String)
    return found.alias("name")
