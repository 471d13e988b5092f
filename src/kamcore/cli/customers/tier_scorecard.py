"""``kamcore tier --scorecard``: points, what the next level wants, and what each tier brings."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from kamcore.cli.customers.customers import SHOWN_ROWS, rows_of
from kamcore.cli.shell.figures import Table, show_table
from kamcore.cli.shell.screen import Screen
from kamcore.model.tier import TierRecord, measure_name
from kamcore.reports.tier_scorecard import plan_pairs, service_plans, wanted_text
from kamcore.tiering.assessing import Assessment, assess, assessments
from kamcore.tiering.tiers import Tiering

_MARKS = {True: "✓", False: "✗", None: "?"}


def cards_of(
    screen: Screen, found: Tiering, wanted: Sequence[str], history: Sequence[TierRecord]
) -> tuple[Assessment, ...]:
    """The cards of the customers that were named."""
    cards = [assess(found, one, history=history, lang=screen.lang) for one in wanted]
    return tuple(card for card in cards if card is not None)


def scorecard_json(screen: Screen, found: Tiering, cards: Sequence[Assessment]) -> dict[str, Any]:
    """The keys ``assessments``, ``scorecards`` and ``service_plans`` of ``--json``."""
    return {
        "assessments": rows_of(assessments(found, screen.lang)),
        "scorecards": [card.to_json(screen.lang) for card in cards],
        "service_plans": rows_of(service_plans(found, screen.lang)),
    }


def show_scorecard(
    screen: Screen, found: Tiering, cards: Sequence[Assessment], names: Mapping[str, str]
) -> None:
    """Print the cards that were asked for, else all customers; then what each level brings."""
    screen.line(
        f"等级评估, 截至 {found.as_of}, 办法: {found.policy.name}",
        f"assessment of tiers as of {found.as_of}, policy {found.policy.name}",
        bold=True,
    )
    for card in cards:
        _card(screen, card, names)
    if cards:
        return
    _overview(screen, found, names)
    screen.line()
    screen.line("  服务方案", "  service plans", bold=True)
    frame = service_plans(found, screen.lang).with_columns(
        pl.col("credit_factor").cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    )
    words = (
        ("tier", "等级", "tier"), ("customers", "客户数", "customers"),
        ("price_grade", "价格等级", "price grade"), ("credit_factor", "信用系数", "credit"),
        ("credit_days", "账期", "days"), ("reconcile_days", "对账周期", "reconcile"),
        ("service", "服务", "service"), ("marketing", "营销", "marketing"),
    )  # fmt: skip
    headings = {name: screen.say(zh, en) for name, zh, en in words}
    show_table(screen, Table(frame=frame, headings=headings))


def _overview(screen: Screen, found: Tiering, names: Mapping[str, str]) -> None:
    labels = {level.code: level.text(screen.lang) for level in found.policy.levels}
    frame = assessments(found, screen.lang)
    heads = [("客户", "customer"), ("名称", "name"), ("等级", "tier"), ("得分", "score"),
             ("上一级", "next level"), ("还差", "still missing")]  # fmt: skip
    rows = [tuple(screen.say(*words) for words in heads)]
    for row in frame.head(SHOWN_ROWS).iter_rows(named=True):
        score, most = row["score"], row["score_most"]
        said = f"{score:.1f}" if score is not None else "?" if most is not None else "-"
        rows.append(
            (
                row["customer"],
                names.get(row["customer"], ""),
                labels.get(row["tier"], "-"),
                said,
                labels.get(row["next"], "-"),
                row["missing"] or "-",
            )
        )
    screen.table(rows)
    more = frame.height - SHOWN_ROWS
    if more > 0:
        screen.line(f"  另有 {more} 个客户, 用 -o 写出全部", f"  {more} more; -o writes all")


def _card(screen: Screen, card: Assessment, names: Mapping[str, str]) -> None:
    level = card.level.text(screen.lang) if card.level else screen.say("未定级", "no tier")
    since = f", {screen.say('自', 'since')} {card.since}" if card.since else ""
    head = f"  {card.customer} {names.get(card.customer, '')}: {level}{since}"
    screen.line(head, head, bold=True)
    screen.line(f"    {card.reason}", f"    {card.reason}")
    if card.points:
        score = "?" if card.score is None else f"{card.score:.1f}"
        screen.line(
            f"    得分 {score}, 最多 {card.score_most:.1f}",
            f"    score {score}, at most {card.score_most:.1f}",
        )
        for one in card.points:
            given = "?" if one.points is None else f"{one.points:.1f}"
            value = "?" if one.value is None else f"{one.value.normalize():f}"
            said = (
                f"      {measure_name(one.measure, screen.lang)} {value}: {given} / {one.most:f}"
            )
            screen.line(said, said)
    if card.next_level is not None:
        above = f"    {wanted_text(card.next_level, screen.lang)}:"
        screen.line(above, above)
        for want in card.wanted:
            value = "?" if want.value is None else f"{want.value.normalize():f}"
            said = f"      {_MARKS[want.met]} {want.condition.text(screen.lang)}: {value}"
            said += f" [{want.evidence}]" if want.evidence else ""
            screen.line(said, said)
    for name, brought in plan_pairs(card.plan, screen.lang):
        screen.line(f"    {name}: {brought}", f"    {name}: {brought}")
    for held in card.tiers:
        said = f"    {held.since} {held.level or '-'} {held.reason}".rstrip()
        screen.line(said, said)
