"""``kamcore tier``: the tier of every customer on a day, with criteria, evidence and changes."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.cli.customers.customers import (
    SHOWN_ROWS,
    Asked,
    books_option,
    links_json,
    mapping_option,
    names_of,
    opened,
    rows_of,
    sheet,
    text,
)
from kamcore.cli.customers.tier_comparing import compare_with, comparison_json, show_comparison
from kamcore.cli.customers.tier_scorecard import cards_of, scorecard_json, show_scorecard
from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.cli.trade.trading import (
    SHOWN,
    day_option,
    explain_option,
    forms_argument,
    problems_json,
    save,
    writing_options,
)
from kamcore.model.tier import AbcReading, TierPolicy, conditions_text
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.customer_facts import Customers
from kamcore.plugin import registry
from kamcore.reports.sheets import Chart, Sheet
from kamcore.reports.tier_scorecard import scorecard_sheets
from kamcore.tiering import Pareto, PolicyComparison, Tiering, abc, pareto, plans
from kamcore.tiering.assessing import Assessment
from kamcore.tiering.facts import MEASURE
from kamcore.tiering.telling import CHANGES


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What tiers are asked for."""

    customer: tuple[str, ...] = ()
    records: Path | None = None
    against: Path | None = None
    past: int = 12
    scorecard: bool = False
    explain: bool = False


@attrs.frozen(kw_only=True, eq=False)
class _Found:
    tiering: Tiering
    abc: pl.DataFrame
    pareto: Pareto
    names: dict[str, str]
    compared: PolicyComparison | None = None


@grammar.command(
    "tier",
    zh="客户等级: 大客户判定, 等级及依据, ABC, 二八分析, 升降和观察名单。FORM 是客户分级办法, "
    "客户指标, 档案, 合同, 销售等表单 (xlsx, TOML, JSON)。",
    en="Tiers of customers: the key-account test, levels with evidence, ABC, 80/20, who moved.  "
    "Each FORM holds a tier policy, facts, parties, contracts, sales (xlsx, TOML, JSON).",
)
@forms_argument
@day_option("--as-of", required=True, zh="评定日", en="The day.")
@books_option
@mapping_option
@option("--customer", multiple=True, metavar="CODE", zh="只看这些客户", en="Only these customers.")
@option(
    "--records",
    type=PATH,
    metavar="FILE.toml",
    zh="把评定结果存成等级记录, 下次作为表单给出",
    en="Keep the tiers as records, to be given as a form next time.",
)
@option(
    "--against",
    type=PATH,
    metavar="FORM",
    zh="另一份分级办法: 在过去各月上模拟, 比较结果",
    en="Another tier policy: run both over past months and compare.",
)
@option(
    "--past",
    type=click.IntRange(1, 60),
    default=12,
    show_default=True,
    metavar="MONTHS",
    zh="模拟过去几个月",
    en="Months of the past to compare on.",
)
@option(
    "--scorecard",
    is_flag=True,
    zh="等级评估: 得分, 离上一级还差什么, 各等级的服务方案; 与 --customer 同用时每客户一张评估卡",
    en="The assessment: points, what the next level still wants, service plans; a card for each "
    "--customer.",
)
@explain_option
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print tiers."""
    request = Request(**asked)
    held = opened(forms, request)
    customers = held.customers
    policy = customers.tier_policy
    facts = customers.facts
    bands = None
    if policy.rule:
        rule = registry().tier_rule(policy.rule)
        bands = facts.select("customer", band=rule.classify(facts))
    if "sales" not in facts.columns:
        facts = facts.with_columns(sales=pl.lit(None, dtype=MEASURE))
    found = _Found(
        tiering=customers.tiering(bands),
        abc=abc(facts, reading=policy.abc, bounds=policy.abc_bounds),
        pareto=pareto(facts),
        names=names_of(customers),
        compared=_compared(customers, request),
    )
    cards = cards_of(screen, found.tiering, request.customer, customers.history)
    written = save(screen, _asked_sheets(screen, found, cards, request), request)
    if request.records is not None:
        written |= _keep(screen, found.tiering, request.records, force=request.force)
    if screen.is_json:
        said = _as_json(screen, found, request)
        if request.scorecard:
            said |= scorecard_json(screen, found.tiering, cards)
        said |= links_json(customers)
        screen.emit(said | problems_json(screen, held.problems) | written)
    else:
        if request.scorecard:
            show_scorecard(screen, found.tiering, cards, found.names)
        else:
            _show(screen, found, request)
        screen.problems(held.problems, SHOWN)
    moved = found.tiering.changed("demoted", "watched").height
    return int(bool(moved) or needs_a_look(held.problems))


def _compared(customers: Customers, request: Request) -> PolicyComparison | None:
    if request.against is None:
        return None
    return compare_with(customers, request.against, request.past)


def _keep(screen: Screen, found: Tiering, path: Path, *, force: bool) -> dict[str, Any]:
    """Write the tiers as records of a form."""
    parts = []
    for one in found.records():
        facts = {"customer": one.customer, "level": one.level, "since": one.since,
                 "watched_since": one.watched_since, "reason": one.reason}  # fmt: skip
        lines = [
            f"{name} = {json.dumps(text(value), ensure_ascii=False)}"
            for name, value in facts.items()
            if value is not None
        ]
        parts.append("\n".join(["[[tier_record]]", *lines, ""]))
    with whole(path, force=force) as temporary:
        temporary.write_text("\n".join(parts), "utf-8")
    screen.note(f"  已写 {path}", f"  wrote {path}")
    return {"records": str(path)}


def policy_json(policy: TierPolicy, lang: str) -> dict[str, Any]:
    """The scheme, spelled out."""
    edges = policy.abc_bounds
    return {
        "name": policy.name,
        "months": policy.months,
        "levels": [
            {
                "code": level.code,
                "name": level.zh,
                "conditions": conditions_text(level.conditions, lang),
                "score": text(level.score),
            }
            for level in policy.levels
        ],
        "gradings": [
            {"measure": one.measure, "of": one.of, "bounds": [text(x) for x in one.bounds]}
            for one in policy.gradings
        ],
        "guard": {"margin": text(policy.guard.margin), "grace_months": policy.guard.grace_months},
        "abc": {
            "reading": policy.abc.value,
            "bounds": None if edges is None else [*map(text, edges)],
        },
    }


def _as_json(screen: Screen, found: _Found, request: Request) -> dict[str, Any]:
    tiering = found.tiering
    wanted = set(request.customer)

    def mine(row: dict[str, Any]) -> bool:
        return not wanted or row["customer"] in wanted

    moved = {
        name: tiering.changed(name)["customer"].to_list()
        for name in ("promoted", "demoted", "watched", "overridden")
    }
    classed = rows_of(found.abc.filter(pl.col("share").is_not_null()))
    return {
        "as_of": tiering.as_of.isoformat(),
        "policy": policy_json(tiering.policy, screen.lang),
        "rows": [
            {"name": found.names.get(row["customer"], ""), **row}
            for row in tiering.to_json(screen.lang)
            if mine(row)
        ],
        "changes": moved,
        "abc": [row for row in classed if mine(row)],
        "pareto": found.pareto.to_json(),
        "plans": [row for row in rows_of(plans(tiering)) if mine(row)],
        **comparison_json(found.compared),
    }


def _show(screen: Screen, found: _Found, request: Request) -> None:
    tiering = found.tiering
    zh = screen.lang == "zh"
    screen.line(
        f"客户等级, 截至 {tiering.as_of}, 办法: {tiering.policy.name}",
        f"tiers as of {tiering.as_of}, policy {tiering.policy.name}",
        bold=True,
    )
    names = {level.code: level.text(screen.lang) for level in tiering.policy.levels}
    rows = [tuple(screen.say(*words) for words in (
        ("客户", "customer"), ("名称", "name"), ("等级", "tier"), ("大客户", "key account"),
        ("ABC", "ABC"), ("变动", "change"),
    ))]  # fmt: skip
    classes = dict(found.abc.select("customer", "class").iter_rows())
    shown = tiering.evidence(screen.lang)
    if request.customer:
        shown = shown.filter(pl.col("customer").is_in(request.customer))
    marks = {True: screen.say("是", "yes"), False: screen.say("否", "no"), None: "?"}
    whole_reason = request.explain or bool(request.customer)
    rows += [
        (
            row["customer"],
            found.names.get(row["customer"], ""),
            names.get(row["tier"], "-"),
            marks[row["key_account"]],
            classes.get(row["customer"]) or "-",
            row["reason"] if whole_reason else CHANGES[row["change"]][0 if zh else 1],
        )
        for row in shown.head(SHOWN_ROWS).iter_rows(named=True)
    ]
    screen.table(rows)
    more = shown.height - SHOWN_ROWS
    if more > 0:
        screen.line(f"  另有 {more} 个客户, 用 -o 写出全部", f"  {more} more; -o writes all")
    if request.customer:
        _criteria(screen, tiering, shown)
    _pareto(screen, found.pareto)
    if found.compared is not None:
        show_comparison(screen, found.compared)


def _criteria(screen: Screen, tiering: Tiering, shown: pl.DataFrame) -> None:
    """The key-account test of the customers that were named."""
    marks = {True: "✓", False: "✗", None: "?"}
    for row in shown.iter_rows(named=True):
        for rule in {one.criterion: one for one in tiering.policy.criteria}.values():
            met, why = row[f"met_{rule.criterion}"], row[f"evidence_{rule.criterion}"]
            screen.line(
                f"  {row['customer']} {marks[met]} {rule.criterion} {rule.zh}: {why}",
                f"  {row['customer']} {marks[met]} {rule.criterion} {rule.en}: {why}",
            )


def _pareto(screen: Screen, found: Pareto) -> None:
    if found.top20_share is None:
        screen.line("  没有销售, 不作二八分析", "  no sales, so nothing to rank")
        return
    share = f"{100 * found.top20_share:.1f}%"
    many = len(found.smallest_set_80)
    index = f"{found.concentration or Decimal(0):.4f}"
    screen.line(
        f"  二八分析: 前 20% ({found.top20} 个) 占 {share}; 占到 80% 的最少客户数 {many}; "
        f"集中度 {index}",
        f"  80/20: the top 20 % ({found.top20}) have {share}; {many} customers make 80 %; "
        f"concentration {index}",
    )


def _asked_sheets(
    screen: Screen, found: _Found, cards: Sequence[Assessment], request: Request
) -> Sequence[Sheet]:
    if not request.scorecard:
        return _sheets(screen, found)
    return scorecard_sheets(found.tiering, cards, names=found.names, lang=screen.lang)


def _sheets(screen: Screen, found: _Found) -> list[Sheet]:
    say = screen.say
    tiering = found.tiering
    labels = {level.code: level.text(screen.lang) for level in tiering.policy.levels}
    named = pl.col("customer").replace_strict(found.names, default="", return_dtype=pl.String)
    rows = tiering.evidence(screen.lang).with_columns(
        name=named,
        tier=pl.col("tier").replace(labels),
        previous=pl.col("previous").replace(labels),
        key=pl.col("key_account").replace_strict(
            {True: say("是", "yes"), False: say("否", "no")}, default="?", return_dtype=pl.String
        ),
    )
    counts = rows.group_by("tier").agg(customers=pl.len().cast(pl.Int64)).sort("tier")
    title = say("各等级客户数", "customers by tier")
    return [
        sheet(
            say("客户等级", "tiers"),
            rows,
            {
                "customer": (say("客户", "customer"), "text"),
                "name": (say("名称", "name"), "text"),
                "tier": (say("等级", "tier"), "text"),
                "previous": (say("原等级", "previous"), "text"),
                "since": (say("生效日", "since"), "auto"),
                "key": (say("大客户", "key account"), "text"),
                "reason": (say("原因", "reason"), "text"),
            },
        ),
        sheet(
            title,
            counts,
            {
                "tier": (say("等级", "tier"), "text"),
                "customers": (say("客户数", "customers"), "auto"),
            },
            chart=Chart(title=title, kind="column", category="tier", values=("customers",)),
        ),
        sheet(
            say("ABC分析", "ABC"),
            found.abc.with_columns(name=named),
            {
                "customer": (say("客户", "customer"), "text"),
                "name": (say("名称", "name"), "text"),
                "amount": (say("销售额", "sales"), "money"),
                "share": (say("占比", "share"), "percent"),
                "cumulative": (say("累计占比", "cumulative"), "percent"),
                "class": (say("类别", "class"), "text"),
            },
            lines=[_reading(screen, tiering.policy.abc)],
            chart=Chart(
                title=say("累计占比", "cumulative share"),
                kind="line",
                category="customer",
                values=("cumulative",),
            ),
        ),
        _plan_sheet(screen, tiering, labels),
    ]


def _plan_sheet(screen: Screen, tiering: Tiering, labels: dict[str, str]) -> Sheet:
    """What the tiers bring, a row per customer."""
    say = screen.say
    return sheet(
        say("等级待遇", "plans"),
        plans(tiering).with_columns(tier=pl.col("tier").replace(labels)),
        {
            "customer": (say("客户", "customer"), "text"),
            "tier": (say("等级", "tier"), "text"),
            "price_grade": (say("价格等级", "price grade"), "text"),
            "credit_factor": (say("信用系数", "credit factor"), "number"),
            "credit_days": (say("账期天数", "credit days"), "auto"),
            "reconcile_days": (say("对账周期", "reconcile every"), "auto"),
            "service": (say("服务方案", "service"), "text"),
            "marketing": (say("营销政策", "marketing"), "text"),
        },
    )


def _reading(screen: Screen, reading: AbcReading) -> str:
    return screen.say(f"口径: {reading.zh}", f"reading: {reading.text()}")
