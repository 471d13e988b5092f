"""``kamcore formats``: what can be read and written, and how well each layout is known."""

from typing import Any

import click

from kamcore.cli import grammar
from kamcore.cli.card import evidence, title
from kamcore.cli.screen import Screen
from kamcore.format import Format
from kamcore.plugin import registry


@grammar.command(
    "formats",
    zh="列出能读写的格式和依据; 给出 NAME 则说明这一种的选项。"
    "依据: 证实 = 见过真实文件或厂商文档, 旁证 = 几个独立程序一致, 据称 = 只有一处说法, 推测。",
    en="List the formats with their evidence; with NAME tell the options of one. "
    "Evidence: confirmed, corroborated, reported, guessed.",
)
@click.argument("name", required=False)
def command(screen: Screen, name: str | None) -> int:
    """List the formats, or tell about one."""
    known = registry()
    cards = [known.format(name)] if name else list(known.formats.values())
    if screen.is_json:
        screen.emit({"formats": [as_json(card, screen.lang) for card in cards]})
    elif name:
        _show_one(screen, cards[0])
    else:
        head = screen.say("名称 格式 依据 读 写 后缀", "name title evidence read write suffixes")
        rows = [_row(screen, card) for card in cards]
        screen.table([head.split(), *rows])
    return 0


def as_json(card: Format, lang: str) -> dict[str, Any]:
    """The keys of one format in ``formats --json``."""
    return {
        "name": card.name,
        "title": title(card, lang),
        "vendor": card.vendor,
        "evidence": str(card.evidence),
        "evidence_note": card.evidence_note,
        "spec": card.spec,
        "reads": sorted(map(str, card.reads)),
        "writes": sorted(map(str, card.writes)) if card.is_writable else [],
        "suffixes": list(card.suffixes),
        "options": dict(card.options),
    }


def _row(screen: Screen, card: Format) -> list[str]:
    return [
        card.name,
        title(card, screen.lang),
        evidence(card, screen.lang),
        screen.say("是", "yes"),
        screen.say("是", "yes") if card.is_writable else screen.say("否", "no"),
        " ".join(card.suffixes),
    ]


def _show_one(screen: Screen, card: Format) -> None:
    screen.line(
        f"{card.name} — {card.title} ({card.vendor})",
        f"{card.name} — {title(card, 'en')} ({card.vendor})",
        bold=True,
    )
    note = f": {card.evidence_note}" if card.evidence_note else ""
    mark = evidence(card, screen.lang)
    screen.line(f"  依据 {mark}{note}", f"  evidence {mark}{note}")
    screen.line(
        f"  读 {len(card.reads)} 项, 写 {len(card.writes) if card.is_writable else 0} 项内容",
        f"  reads {len(card.reads)} facts, writes {len(card.writes) if card.is_writable else 0}",
    )
    if card.options:
        screen.line("  选项:", "  options:")
        screen.table([[name, said] for name, said in card.options.items()], "    ")
