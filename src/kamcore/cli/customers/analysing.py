"""``kamcore analyse``: composition, 80/20, RFM, repeat and retention, rhythm, growth, cohorts."""

from collections.abc import Mapping
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
    mapping_option,
    money_text,
    names_of,
    opened,
    rows_of,
    sheet,
    text,
)
from kamcore.cli.shell import grammar
from kamcore.cli.shell.figures import bars
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.cli.trade.trading import (
    SHOWN,
    day_option,
    forms_argument,
    problems_json,
    save,
    writing_options,
)
from kamcore.model.archive import months_after
from kamcore.pipeline.customer_facts import Customers
from kamcore.reports.sheets import Chart, Kind, Sheet
from kamcore.tiering import (
    Repeat,
    Rhythm,
    abc,
    classes,
    cohorts,
    composition,
    growing,
    pareto,
    repeat_and_retention,
    rfm,
    rhythm,
    sales_facts,
)

_BY = {
    "tier": ("客户等级构成", "by tier"),
    "item": ("商品构成", "by item"),
    "region": ("地区构成", "by region"),
    "salesperson": ("业务员构成", "by salesperson"),
    "credit": ("信用等级构成", "by credit grade"),
}
"""The compositions, in Chinese and in English."""


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What an analysis is asked for."""

    months: int = 12


@attrs.frozen(kw_only=True, eq=False)
class _Found:
    parts: Mapping[str, pl.DataFrame]
    frames: Mapping[str, pl.DataFrame]
    repeat: Repeat
    pareto: Mapping[str, Any]
    total: Decimal
    names: Mapping[str, str]
    levels: Mapping[str, str]
    """What levels are called in Chinese."""


@grammar.command(
    "analyse",
    zh="客户分析: 等级, 商品, 地区, 业务员, 信用构成; 二八分析, RFM, 复购和留存, "
    "购买节奏和流失预警, 增长, 分期客户群。",
    en="Analyse customers: composition by tier, item, region, salesperson, credit; 80/20, RFM, "
    "repeat and retention, rhythm and loss warning, growth, cohorts.",
)
@forms_argument
@day_option("--as-of", required=True, zh="截止日", en="The day.")
@books_option
@mapping_option
@option(
    "--months",
    type=click.IntRange(1, 120),
    default=12,
    show_default=True,
    zh="统计月数",
    en="Months looked at.",
)
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print an analysis."""
    request = Request(**asked)
    held = opened(forms, request)
    found = _found(held.customers, request.months)
    written = save(screen, _sheets(screen, found), request)
    if screen.is_json:
        said = {
            "as_of": request.as_of.date().isoformat(),
            "policy": {"months": request.months, "tiers": held.customers.tier_policy.name},
            "sales": money_text(found.total),
            "composition": {name: rows_of(frame) for name, frame in found.parts.items()},
            "pareto": found.pareto,
            "repeat": {
                **attrs.asdict(found.repeat),
                "repeat_rate": _rate(found.repeat.repeat_rate),
                "retention": _rate(found.repeat.retention),
            },
            **{name: rows_of(frame) for name, frame in found.frames.items()},
        }
        screen.emit({**said, **problems_json(screen, held.problems), **written})
    else:
        _show(screen, found, request)
        screen.problems(held.problems, SHOWN)
    warned = found.frames["rhythm"]["state"].is_in([Rhythm.AT_RISK.value, Rhythm.LOST.value]).any()
    return int(bool(warned) or needs_a_look(held.problems))


def _rate(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.6f}"


def _found(customers: Customers, months: int) -> _Found:
    as_of = customers.as_of
    sales = customers.sales
    since = months_after(as_of, -months)
    span = sales.filter((pl.col("date") > since) & (pl.col("date") <= as_of))
    of_span = sales_facts(sales, as_of, months)
    profile = _profiles(customers)
    tier = customers.tiering().frame.select("customer", "tier")
    parts = {
        "tier": composition(span, "tier", parts=tier),
        "item": composition(span, "item"),
        **{
            name: composition(span, name, parts=profile)
            for name in ("region", "salesperson", "credit")
        },
    }
    classed = abc(of_span)
    frames = {
        "rfm": rfm(sales, as_of=as_of),
        "rhythm": rhythm(sales, as_of=as_of),
        "growing": growing(sales, as_of=as_of, months=months),
        "cohorts": cohorts(sales, as_of=as_of),
        "classes": classes(sales, classed, as_of=as_of, archive=customers.archive),
    }
    return _Found(
        parts=parts,
        frames=frames,
        repeat=repeat_and_retention(sales, as_of=as_of, months=months),
        pareto=pareto(of_span).to_json(),
        total=Decimal(span["amount"].sum() or 0),
        names=names_of(customers),
        levels={one.code: one.zh for one in customers.tier_policy.levels},
    )


def _profiles(customers: Customers) -> pl.DataFrame:
    """What the archive says of customers that a composition is taken by."""
    rows = []
    for party in customers.archive.parties:
        now = party.as_of(customers.as_of)
        rows.append((party.code, now.region, now.salesperson, now.credit_grade))
    names = ("customer", "region", "salesperson", "credit")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _show(screen: Screen, found: _Found, request: Request) -> None:
    screen.line(
        f"客户分析, 截至 {request.as_of.date()}, 近 {request.months} 个月销售 "
        f"{money(found.total)}",
        f"customers as of {request.as_of.date()}, sales of {request.months} months "
        f"{money(found.total)}",
        bold=True,
    )
    none = screen.say("(未归类)", "(none)")
    for name, frame in found.parts.items():
        if frame.height < 2 and frame[name].null_count():  # noqa: PLR2004  all in one, unnamed
            continue
        screen.line()
        screen.line(f"  {_BY[name][0]}", f"  {_BY[name][1]}")
        rows = frame.head(SHOWN_ROWS).iter_rows()
        said = [(_called(screen, found, part) or none, amount) for part, amount, *_ in rows]
        bars(screen, said, found.total)
    screen.line()
    again, kept = found.repeat.repeat_rate, found.repeat.retention
    rates = ["?" if one is None else f"{100 * one:.1f}%" for one in (again, kept)]
    screen.line(
        f"  复购率 {rates[0]}, 留存率 {rates[1]}, 新客户 {found.repeat.new}",
        f"  repeat rate {rates[0]}, retention {rates[1]}, new customers {found.repeat.new}",
    )
    states = [Rhythm.LATE.value, Rhythm.AT_RISK.value, Rhythm.LOST.value]
    late = found.frames["rhythm"].filter(pl.col("state").is_in(states))
    for row in late.sort("times", descending=True).head(SHOWN_ROWS).iter_rows(named=True):
        state, gap = Rhythm(row["state"]), text(row["gap"])
        who = f"{row['customer']} {found.names.get(row['customer'], '')}".strip()
        screen.line(
            f"  {state.zh}: {who}, 通常每 {gap} 天一次, 已 {row['since']} 天没有购买",
            f"  {state.text()}: {who}, usually every {gap} days, none for {row['since']} days",
        )


def _called(screen: Screen, found: _Found, part: str | None) -> str | None:
    """A part as the screen shows it: a level by its name."""
    return found.levels.get(part, part) if part and screen.lang == "zh" else part


def _sheets(screen: Screen, found: _Found) -> list[Sheet]:
    say = screen.say
    made = []
    for name, frame in found.parts.items():
        title = say(*_BY[name])
        labels = found.levels if name == "tier" and screen.lang == "zh" else {}
        part = pl.col(name).replace(labels) if labels else pl.col(name)
        named = frame.with_columns(part.fill_null(say("(未归类)", "(none)")))
        headings: dict[str, tuple[str, Kind]] = {
            name: (title, "text"),
            "amount": (say("销售额", "sales"), "money"),
            "share": (say("占比", "share"), "percent"),
            "customers": (say("客户数", "customers"), "auto"),
        }
        chart = Chart(title=title, kind="bar", category=name, values=("amount",))
        made.append(sheet(title, named, headings, chart=chart))
    heads: dict[str, tuple[str, Kind]] = {
        "customer": (say("客户", "customer"), "text"),
        "frequency": (say("复购次数", "frequency"), "auto"),
        "recency": (say("首末间隔(天)", "recency"), "auto"),
        "T": (say("观察天数", "T"), "auto"),
        "monetary": (say("平均金额", "monetary"), "money"),
        "r": ("R", "auto"),
        "f": ("F", "auto"),
        "m": ("M", "auto"),
    }
    made.append(sheet("RFM", found.frames["rfm"], heads))
    heads = {
        "customer": (say("客户", "customer"), "text"),
        "gap": (say("通常间隔(天)", "usual gap"), "number"),
        "last": (say("最近购买", "last"), "auto"),
        "since": (say("距今(天)", "days since"), "auto"),
        "times": (say("倍数", "times"), "number"),
        "state": (say("状态", "state"), "text"),
    }
    words = {one.value: one.text(screen.lang) for one in Rhythm}
    states = found.frames["rhythm"].with_columns(pl.col("state").replace(words))
    made.append(sheet(say("购买节奏", "rhythm"), states, heads))
    heads = {
        "cohort": (say("首购期", "cohort"), "auto"),
        "age": (say("第几期", "age"), "auto"),
        "customers": (say("客户数", "customers"), "auto"),
        "active": (say("活跃", "active"), "auto"),
        "amount": (say("销售额", "sales"), "money"),
        "retention": (say("留存率", "retention"), "percent"),
    }
    made.append(sheet(say("客户群", "cohorts"), found.frames["cohorts"], heads))
    return made
