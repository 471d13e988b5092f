"""``kamcore formats``: what can be read and written, and how well each layout is known."""

from typing import Any

import click

from kamcore.cli.files.card import evidence, title
from kamcore.cli.shell import grammar
from kamcore.cli.shell.screen import Screen
from kamcore.format import Fact, Format
from kamcore.format.fact import STRUCTURE
from kamcore.plugin import registry


@grammar.command(
    "formats",
    zh="列出能读写的格式和依据; 给出 NAME 则说明这一种的选项。"
    "依据: 证实 = 见过真实文件或厂商文档, 旁证 = 几个独立程序一致, 据称 = 只有一处说法, 推测。",
    en="List the formats with their evidence; with NAME tell the options of one. "
    "Evidence: confirmed, corroborated, reported, guessed.",
)
@click.argument("name", required=False)
@grammar.option(
    "--matrix",
    is_flag=True,
    zh="列出每种格式转成另一种时放弃多少项内容, 含插件的格式",
    en="Show how many facts each conversion drops, formats of plug-ins among them.",
)
def command(screen: Screen, name: str | None, **switches: bool) -> int:
    """List the formats, or tell about one."""
    known = registry()
    if switches["matrix"]:
        return _show_matrix(screen, list(known.formats.values()), name)
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


def droppable(source: Format, target: Format) -> list[Fact]:
    """Facts the target cannot say; keys that tie rows together are no facts of their own."""
    facts = (fact for fact in source.reads if fact.column not in STRUCTURE)
    return sorted(fact for fact in facts if not fact.within(target.writes))


def _show_matrix(screen: Screen, cards: list[Format], name: str | None) -> int:
    """What each conversion drops, by source and target; only from `name` where it is given."""
    sources = [registry().format(name)] if name else cards
    found = {
        card.name: {
            target.name: len(droppable(card, target)) for target in cards if target.is_writable
        }
        for card in sources
    }
    if screen.is_json:
        screen.emit({"matrix": found})
        return 0
    targets = [card.name for card in cards if card.is_writable]
    numbers = [str(number) for number in range(1, len(targets) + 1)]
    screen.table([[number, target] for number, target in zip(numbers, targets, strict=True)])
    rows = [[source, *(str(row[target]) for target in targets)] for source, row in found.items()]
    screen.table([["", *numbers], *rows])
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
    vendor = f" ({card.vendor})" if card.vendor else ""
    screen.line(
        f"{card.name} — {card.title}{vendor}",
        f"{card.name} — {title(card, 'en')}{vendor}",
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
