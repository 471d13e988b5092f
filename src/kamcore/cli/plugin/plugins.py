"""``kamcore plugins``: who offers what, and who was set aside and why."""

from typing import Any

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import BROKEN_PLUGIN, NO_PLUGIN, near
from kamcore.cli.shell.screen import Screen
from kamcore.errors import PluginError, UsageError
from kamcore.place import Place
from kamcore.plugin import Plugin, Registry, registry


@grammar.command(
    "plugins",
    zh="列出插件: 已载入的和停用的 (附原因)。给出 NAME 则只看这一个; 它若停用, 退出码为 5。",
    en="List the plug-ins, those set aside with the reason. With NAME only that one: exit "
    "code 5 when it is broken.",
)
@click.argument("name", required=False)
def command(screen: Screen, name: str | None) -> int:
    """List the plug-ins, or tell about one."""
    known = registry()
    if name:
        _must_be_whole(screen, known, name)
    rows = [
        _loaded(plugin, screen.lang) for plugin in known.plugins if name in (None, plugin.name)
    ]
    if not name:
        rows += [
            {"name": broken, "loaded": False, "problem": problem.to_json(screen.lang)}
            for broken, problem in known.broken.items()
        ]
    if screen.is_json:
        screen.emit({"plugins": rows})
    else:
        _show(screen, rows)
    return 0


command.lists_broken = True  # type: ignore[attr-defined]  # of our own class of commands


def _must_be_whole(screen: Screen, known: Registry, name: str) -> None:
    if name in known.broken:
        problem = known.broken[name]
        place = Place()
        reason = problem.message(screen.lang)
        raise PluginError(BROKEN_PLUGIN.at(place, name, reason=reason), [problem])
    names = [plugin.name for plugin in known.plugins]
    if name not in names:
        likely = near(screen.lang, name, [*names, *known.broken])
        raise UsageError(NO_PLUGIN.at(Place(), name, near=likely))


def _loaded(plugin: Plugin, lang: str) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "loaded": True,
        "origin": plugin.origin,
        "formats": [card.name for card in plugin.formats],
        "checks": [check.name for check in plugin.checks],
        "steps": [step.name for step in plugin.steps],
        "tier_rules": [rule.name for rule in plugin.tier_rules],
        "hooks": list(plugin.hooks),
        "problem": plugin.slow.to_json(lang) if plugin.slow else None,
    }


def _show(screen: Screen, rows: list[dict[str, Any]]) -> None:
    shown = []
    for row in rows:
        if row["loaded"]:
            state = screen.say("已载入", "loaded")
            offers = row["formats"] + row["checks"] + row["steps"] + row["tier_rules"]
            if "kamcore_commands" in row["hooks"]:
                offers = [*offers, screen.say("(命令)", "(commands)")]
            if row["problem"]:
                state = screen.say("已载入, 慢", "loaded, slow")
            shown.append([row["name"], state, row["origin"], " ".join(offers)])
        else:
            problem = row["problem"]
            said = f"{problem['code']} {problem['message']}"
            shown.append([row["name"], screen.say("已停用", "set aside"), "", said])
    screen.table(shown, "")
