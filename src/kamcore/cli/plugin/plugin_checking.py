"""``kamcore plugin check``: the laws of a format, each failure with the smallest example."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kamcore.cli.files.card import title
from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import BROKEN_PLUGIN
from kamcore.cli.shell.options import pairs, read_options
from kamcore.cli.shell.screen import Screen
from kamcore.errors import Fault, PluginError, UsageError
from kamcore.format import Format
from kamcore.place import Place
from kamcore.plugin import Registry, registry

if TYPE_CHECKING:
    from kamcore.testing.checking import Verdict
    from kamcore.testing.sabotage import Attempt

NEEDS_KIT = Fault(
    code="U1031",
    zh="检查插件需要 {value}",
    en="checking a plug-in needs {value}",
    hint_zh="安装: pip install 'kamcore[testing]'",
    hint_en="install it: pip install 'kamcore[testing]'",
)
OFFERS_NO_FORMAT = Fault(
    code="U1032",
    zh="插件「{value}」没有提供格式, 无可检查",
    en="plug-in {value!r} offers no format to check",
)

_MARKS = {"held": "green", "failed": "red", "skipped": "yellow"}


@grammar.command(
    "check",
    zh="检查 NAME (格式或插件) 是否守约: 逐条规则, 失败的附最小例子。FILE 是真实样本, 可多个; "
    "样本旁的 .golden.jsonl 是约定读出的内容。有失败时退出码为 1。",
    en="Check the format or plug-in NAME against every law; FILE are real samples. A failure "
    "comes with the smallest example found, and exit code 1.",
)
@click.argument("name")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILE]…")
@read_options
@grammar.option(
    "--kin",
    multiple=True,
    metavar="NAME",
    zh="规则所用的外来文件中本就属于这种格式的, 可多次给出",
    en="File of the kit's zoo that is of this format, may be repeated.",
)
@grammar.option(
    "--update",
    is_flag=True,
    zh="重写样本的约定内容 (.golden.jsonl), 请逐行复核",
    en="Write the goldens of the samples anew; review them.",
)
@grammar.option(
    "--sabotage",
    is_flag=True,
    zh="再用八种方式故意弄坏读写, 看规则是否都能发现",
    en="Then break reader and writer in eight ways and see that each is caught.",
)
def command(
    screen: Screen,
    name: str,
    files: tuple[Path, ...],
    read_options: tuple[str, ...],
    **switches: Any,
) -> int:
    """Check the formats of a name."""
    cards = _cards(registry(), screen, name)
    checking, sabotage = _kit()
    kin = frozenset(switches["kin"])
    settings = {"read_options": pairs(read_options, "--option"), "kin": kin}
    found, worst = [], 0
    for card in cards:
        _headline(screen, card)
        verdicts, attempts = [], []
        for verdict in checking.check_format(
            card, files, update=switches["update"], settings=settings
        ):
            verdicts.append(verdict)
            _show(screen, verdict)
        if switches["sabotage"]:
            for attempt in sabotage.try_sabotages(card, files, settings=settings):
                attempts.append(attempt)
                _show_attempt(screen, attempt)
        found.append(_as_json(screen.lang, card, verdicts, attempts))
        worst |= _summed(screen, verdicts, attempts)
    if screen.is_json:
        screen.emit({"formats": found})
    return worst


def _cards(known: Registry, screen: Screen, name: str) -> list[Format]:
    """The format of a name, or the formats of the plug-in of that name."""
    if name in known.formats:
        return [known.formats[name]]
    if name in known.broken:
        problem = known.broken[name]
        reason = problem.message(screen.lang)
        raise PluginError(BROKEN_PLUGIN.at(Place(), name, reason=reason), [problem])
    for plugin in known.plugins:
        if plugin.name == name:
            if not plugin.formats:
                raise UsageError(OFFERS_NO_FORMAT.at(Place(), name))
            return list(plugin.formats)
    return [known.format(name)]


def _kit() -> tuple[Any, Any]:
    """The kit; it draws its examples with Hypothesis, which an extra installs."""
    try:
        from kamcore.testing import checking, sabotage
    except ImportError as error:
        raise UsageError(NEEDS_KIT.at(Place(), error.name or "hypothesis")) from error
    return checking, sabotage


def _headline(screen: Screen, card: Format) -> None:
    if not screen.is_json:
        screen.line(f"{card.name} — {card.title}", f"{card.name} — {title(card, 'en')}", bold=True)


def _show(screen: Screen, verdict: "Verdict") -> None:
    if screen.is_json:
        return
    words = {
        "held": ("成立", "held"),
        "failed": ("违反", "failed"),
        "skipped": ("跳过", "skipped"),
    }
    mark = screen.say(*words[verdict.outcome])
    click.secho(f"  {mark}", fg=_MARKS[verdict.outcome], nl=False)
    why = f": {verdict.said}" if verdict.outcome == "skipped" else ""
    click.echo(f"  {verdict.law}  {verdict.says(screen.lang)}{why}")
    if verdict.outcome != "failed":
        return
    for line in verdict.said.splitlines():
        click.echo(f"        {line}")
    if verdict.example:
        screen.line("        找到的最小例子:", "        smallest example found:")
        for line in verdict.example.splitlines():
            click.echo(f"      {line}")


def _show_attempt(screen: Screen, attempt: "Attempt") -> None:
    if screen.is_json:
        return
    what = screen.say(attempt.sabotage.zh, attempt.sabotage.en)
    if attempt.caught_by:
        screen.line(
            f"  发现  {what}  ({attempt.caught_by})", f"  caught  {what}  ({attempt.caught_by})"
        )
    else:
        screen.line(
            f"  漏过  {what}: 样本里没有能看出这一点的内容, 请补充样本",
            f"  missed  {what}: no sample shows it; add one that does",
        )


def _summed(screen: Screen, verdicts: Iterable["Verdict"], attempts: Iterable["Attempt"]) -> int:
    """Print the count of each outcome; 1 when something failed or was missed."""
    outcomes = [str(verdict.outcome) for verdict in verdicts]
    held, failed, skipped = (outcomes.count(mark) for mark in ("held", "failed", "skipped"))
    missed = sum(1 for attempt in attempts if not attempt.caught_by)
    if not screen.is_json:
        screen.line(
            f"  成立 {held} 条, 违反 {failed} 条, 跳过 {skipped} 条",
            f"  {held} held, {failed} failed, {skipped} skipped",
        )
    return int(bool(failed or missed))


def _as_json(
    lang: str, card: Format, verdicts: Iterable["Verdict"], attempts: Iterable["Attempt"]
) -> dict[str, Any]:
    return {
        "format": card.name,
        "laws": [
            {
                "law": verdict.law,
                "says": verdict.says(lang),
                "outcome": str(verdict.outcome),
                "said": verdict.said,
                "example": verdict.example,
            }
            for verdict in verdicts
        ],
        "sabotages": [
            {
                "name": attempt.sabotage.name,
                "says": attempt.sabotage.zh if lang == "zh" else attempt.sabotage.en,
                "in": "writer" if attempt.in_writer else "reader",
                "caught_by": attempt.caught_by or None,
            }
            for attempt in attempts
        ],
    }
