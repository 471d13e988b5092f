"""``kamcore credit``: whether an order may pass, what is owed, the score, a suggested limit."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.cli.customers.credit_scorecard import (
    learned,
    learned_json,
    learned_sheet,
    show_learned,
)
from kamcore.cli.customers.customers import (
    SHOWN_ROWS,
    Asked,
    Opened,
    books_option,
    links_json,
    mapping_option,
    names_of,
    opened,
    rows_of,
    sheet,
    text,
)
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import split
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.cli.trade.trading import (
    SHOWN,
    day_option,
    explain_option,
    figure,
    forms_argument,
    problems_json,
    save,
    writing_options,
)
from kamcore.ledger.draft import money_text
from kamcore.model.credit import CreditPolicy, Decision, ExposurePart
from kamcore.pipeline.customer_facts import Customers
from kamcore.reports.sheets import Chart, Kind, Sheet
from kamcore.tiering import (
    CreditDecision,
    CreditScore,
    LimitSuggestion,
    Prospect,
    decide,
    decide_all,
    forecast,
    review_due,
    suggest_limit,
)
from kamcore.tiering.deciding import RULES
from kamcore.tiering.scoring import FORMULAS
from kamcore.tiering.telling import figure_name

_BAD = ("warn", "hold")


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What credit is asked for."""

    customer: str | None = None
    order: str = "0"
    scorecard: str | None = None
    explain: bool = False


@attrs.frozen(kw_only=True, eq=False)
class _Found:
    decision: CreditDecision
    score: CreditScore
    suggestion: LimitSuggestion
    prospect: Prospect | None
    policy: CreditPolicy
    review: Any


@grammar.command(
    "credit",
    zh="信用: 订单能否放行, 占用的各部分, 逾期, 评分, 建议额度和账期。"
    "不给 --customer 则列出全部客户。",
    en="Credit: may an order pass, what is owed by parts, overdue amounts, the score, a suggested "
    "limit and terms.  Without --customer every customer is listed.",
)
@forms_argument
@day_option("--as-of", required=True, zh="哪一天", en="The day.")
@option("--customer", metavar="CODE", zh="客户编码", en="Code of the customer.")
@option("--order", default="0", metavar="AMOUNT", zh="订单金额", en="Amount of the order.")
@option(
    "--scorecard",
    metavar="MEASURES",
    zh="由表单「信用结果」学一张评分卡, 用这些指标 (逗号分开, 如 late_days,margin), "
    "列出各客户的分数",
    en="Learn a scorecard from the form of credit outcomes on these measures, separated by "
    "commas, such as late_days,margin, and give the points of every customer.",
)
@books_option
@mapping_option
@explain_option
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print a decision, or that of every customer."""
    request = Request(**asked)
    order = figure(request.order, "--order")
    held = opened(forms, request)
    if request.scorecard is not None:
        return _learned(screen, held, request)
    if request.customer is None:
        return _all(screen, held, request)
    customers = held.customers
    found = _found(customers, request.customer, order)
    written = save(screen, [_sheet(screen, found)], request)
    if screen.is_json:
        said = {"as_of": request.as_of.date().isoformat(), "policy": policy_json(found.policy)}
        screen.emit(
            {
                **said,
                **_as_json(screen, found),
                **links_json(customers),
                **problems_json(screen, held.problems),
                **written,
            }
        )
    else:
        _show(screen, found, names_of(customers), explain=request.explain)
        screen.problems(held.problems, SHOWN)
    stopped = found.decision.decision.value in _BAD
    return int(stopped or needs_a_look(held.problems))


def _learned(screen: Screen, held: Opened, request: Request) -> int:
    found = learned(held.customers, split(request.scorecard))
    names = names_of(held.customers)
    written = save(screen, [learned_sheet(screen, found, names)], request)
    if screen.is_json:
        said = learned_json(screen, found, request.customer)
        day = request.as_of.date().isoformat()
        screen.emit({"as_of": day, **said, **problems_json(screen, held.problems), **written})
    else:
        show_learned(screen, found, names, request.customer)
        screen.problems(held.problems, SHOWN)
    return int(needs_a_look(held.problems))


def _found(customers: Customers, customer: str, order: Any) -> _Found:
    policy = customers.credit_policy
    decision = decide(
        customers.exposure,
        policy,
        customer=customer,
        order=order,
        as_of=customers.as_of,
        late=customers.late,
        groups=customers.groups,
    )
    scored = customers.score(customer)
    known = customers.measures(customer)
    tier = customers.tiering().frame.filter(customer=customer)["tier"].to_list()
    plan = customers.tier_policy.plan(tier[0]) if tier else None
    expected = customers.forecast(customer)
    live = [
        one.valid_from
        for one in policy.limits
        if one.customer == customer and one.counts_on(customers.as_of)
    ]
    return _Found(
        decision=decision,
        score=scored,
        suggestion=suggest_limit(
            policy,
            scored,
            sales=known.get("sales"),
            months=customers.tier_policy.months,
            capital=known.get("registered_capital"),
            tier_factor=None if plan is None else plan.credit_factor,
        ),
        prospect=None if expected is None else forecast(expected),
        policy=policy,
        review=review_due(max(live, default=None), policy),
    )


def policy_json(policy: CreditPolicy) -> dict[str, Any]:
    """The rules, spelled out."""
    names = (
        "name", "warn_share", "over_limit", "no_limit", "warn_overdue", "hold_overdue",
        "warn_days", "hold_days", "by_group", "review_months", "least_judged",
    )  # fmt: skip
    return {name: text(getattr(policy, name)) for name in names}


def _as_json(screen: Screen, found: _Found) -> dict[str, Any]:
    said = {
        "customer": found.decision.customer,
        **found.decision.to_json(screen.lang),
        "score": found.score.to_json(screen.lang),
        "suggestion": found.suggestion.to_json(screen.lang),
        "review_due": text(found.review),
    }
    return said if found.prospect is None else {**said, "forecast": found.prospect.to_json()}


def _show(screen: Screen, found: _Found, names: dict[str, str], *, explain: bool) -> None:
    one = found.decision
    called = f"{one.customer} {names.get(one.customer, '')}".strip()
    screen.line(
        f"客户 {called}, 订单 {money(one.order)}, {one.as_of}: {one.text('zh')}",
        f"customer {called}, order {money(one.order)}, {one.as_of}: {one.text()}",
        bold=True,
    )
    if one.decision is Decision.APPROVE:
        held = RULES[one.held_rule or ""]
        screen.line(
            f"  {one.person} 批准, 至 {one.until}; 原应冻结: {held[0]}",
            f"  approved by {one.person} until {one.until}; held otherwise: {held[1]}",
        )
    limit = screen.say("无", "none") if one.limit is None else money(one.limit)
    parts = [(ExposurePart(name).text(screen.lang), money(amount))
             for name, amount in one.exposure.items() if name != "total"]  # fmt: skip
    screen.table(parts, indent="    ")
    screen.line(
        f"  占用 {money(one.exposure['total'])}, 集团 {money(one.group_total)}, 额度 {limit}, "
        f"逾期 {money(one.overdue)}, 最长 {one.oldest_days} 天",
        f"  exposure {money(one.exposure['total'])}, group {money(one.group_total)}, "
        f"limit {limit}, overdue {money(one.overdue)}, oldest {one.oldest_days} days",
    )
    _show_score(screen, found, explain=explain)
    if found.prospect is not None:
        worth = found.prospect.worth_developing
        left, even = money(found.prospect.result), found.prospect.break_even
        at = "-" if even is None else money(even)
        screen.line(
            f"  价值预测: 余 {left}, 保本销售额 {at}: {'值得' if worth else '不值得'}发展",
            f"  forecast: {left} left, break-even sales {at}: "
            f"{'worth' if worth else 'not worth'} developing",
        )


def _show_score(screen: Screen, found: _Found, *, explain: bool) -> None:
    scored, said = found.score, found.suggestion
    value = "?" if scored.value is None else f"{scored.value:f}"
    grade = "?" if scored.grade is None else scored.grade.grade
    judged = f"{100 * scored.judged:.0f}%"
    missing = ", ".join(figure_name(one, screen.lang) for one in scored.missing) or "-"
    screen.line(
        f"  评分 {value}, 等级 {grade} (可评 {judged}, 缺: {missing})",
        f"  score {value}, grade {grade} ({judged} judged, missing: {missing})",
    )
    if explain:
        at = 0 if screen.lang == "zh" else 1
        for part in scored.parts:
            got = "?" if part.points is None else f"{part.points:f}"
            known = "?" if part.value is None else f"{part.value.normalize():f}"
            formula = FORMULAS.get(part.measure, (part.measure, part.measure))[at]
            name = figure_name(part.measure, screen.lang)
            line = f"    {name}: {known} -> {got} / {part.of:f}   {formula}"
            screen.line(line, line)
    limit = "?" if said.limit is None else money(said.limit)
    days = "?" if said.days is None else said.days
    lacks = ", ".join(figure_name(one, screen.lang) for one in said.missing)
    screen.line(
        f"  建议额度 {limit}, 账期 {days} 天{', 缺: ' + lacks if lacks else ''}",
        f"  suggested limit {limit}, {days} days{', missing: ' + lacks if lacks else ''}",
    )
    if explain:
        steps = ", ".join(f"{name} {amount:f}" for name, amount in said.steps)
        screen.line(f"    {said.formula_zh}: {steps}", f"    {said.formula}: {steps}")


def _sheet(screen: Screen, found: _Found) -> Sheet:
    """The exposure by parts of one customer, with a chart."""
    say = screen.say
    one = found.decision
    rows = [
        (ExposurePart(name).text(screen.lang), amount)
        for name, amount in one.exposure.items()
        if name != "total"
    ]
    names: dict[str, Any] = {"part": pl.String, "amount": pl.Decimal(28, 4)}
    frame = pl.DataFrame(rows, schema=names, orient="row")
    limit = "-" if one.limit is None else money(one.limit)
    lines = [
        f"{say('客户', 'customer')} {one.customer}  {one.as_of}  {one.text(screen.lang)}",
        f"{say('占用', 'exposure')} {money(one.exposure['total'])}",
        f"{say('额度', 'limit')} {limit}",
    ]
    title = say("信用占用", "exposure")
    headings: dict[str, tuple[str, Kind]] = {
        "part": (say("部分", "part"), "text"),
        "amount": (say("金额", "amount"), "money"),
    }
    chart = Chart(title=title, kind="bar", category="part", values=("amount",))
    return sheet(title, frame, headings, lines=lines, chart=chart)


def _all(screen: Screen, held: Opened, request: Request) -> int:
    """The decision of every customer that owes something."""
    customers = held.customers
    policy = customers.credit_policy
    frame = decide_all(
        customers.exposure,
        policy,
        as_of=customers.as_of,
        late=customers.late,
        groups=customers.groups,
    )
    headings = _headings(screen)
    shown = _in_words(screen, frame, names_of(customers))
    title = screen.say("信用一览", "credit")
    chart = Chart(title=title, kind="bar", category="customer", values=("total",))
    written = save(screen, [sheet(title, shown, headings, chart=chart)], request)
    if screen.is_json:
        rows = rows_of(frame.drop(f"limit_{part.value}" for part in ExposurePart))
        totals = {
            name: money_text(Decimal(frame[name].sum() or 0))
            for name in (*(part.value for part in ExposurePart), "total")
        }
        said = {"as_of": customers.as_of.isoformat(), "policy": policy_json(policy)}
        screen.emit(
            {
                **said,
                "rows": rows,
                "totals": totals,
                **links_json(held.customers),
                **problems_json(screen, held.problems),
                **written,
            }
        )
    else:
        wanted = ("customer", "name", "total", "limit", "overdue", "decision", "rule")
        table = [[headings[name][0] for name in wanted]]
        few = shown.select(wanted).head(SHOWN_ROWS).iter_rows()
        table += [[_cell(value) for value in row] for row in few]
        screen.table(table)
        if shown.height > SHOWN_ROWS:
            more = shown.height - SHOWN_ROWS
            screen.line(f"  另有 {more} 个客户, 用 -o 写出全部", f"  {more} more; -o writes all")
        screen.problems(held.problems, SHOWN)
    stopped = frame["decision"].is_in(_BAD).any()
    return int(bool(stopped) or needs_a_look(held.problems))


def _headings(screen: Screen) -> dict[str, tuple[str, Kind]]:
    """What the columns of the list are called, and how they look."""
    say = screen.say
    return {
        "customer": (say("客户", "customer"), "text"),
        "name": (say("名称", "name"), "text"),
        **{part.value: (part.text(screen.lang), "money") for part in ExposurePart},
        "total": (say("占用合计", "total"), "money"),
        "limit": (say("额度", "limit"), "money"),
        "overdue": (say("逾期", "overdue"), "money"),
        "oldest_days": (say("最长逾期天数", "oldest days"), "auto"),
        "decision": (say("处理", "decision"), "text"),
        "rule": (say("规则", "rule"), "text"),
    }


def _in_words(screen: Screen, frame: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """The decisions with the names of customers, decisions and rules."""
    at = 0 if screen.lang == "zh" else 1
    decisions = {one.value: one.text(screen.lang) for one in Decision}
    return frame.with_columns(
        name=pl.col("customer").replace_strict(names, default="", return_dtype=pl.String),
        decision=pl.col("decision").replace(decisions),
        rule=pl.col("rule").replace({name: said[at] for name, said in RULES.items()}),
    )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else money(value)
