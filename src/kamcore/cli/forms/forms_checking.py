"""``kamcore forms check``: every problem of filled-in forms."""

from collections import Counter
from pathlib import Path

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.errors import Severity
from kamcore.forms.form import kinds
from kamcore.pipeline.archive_file import archive_of
from kamcore.pipeline.contract_file import contracts_of
from kamcore.pipeline.form_file import Forms, read_forms

SHOWN = 20
"""How many problems of a kind the screen shows."""


@grammar.command(
    "check",
    zh="检查填好的表单: 任意多个 xlsx, TOML 或 JSON 文件一起检查。",
    en="Check filled-in forms: any number of xlsx, TOML or JSON files together.",
)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE...")
def command(screen: Screen, files: tuple[Path, ...]) -> int:
    """Print every problem of the forms."""
    forms = read_forms(files)
    problems = list(forms.problems)
    problems += (*archive_of(forms).between, *contracts_of(forms).between)
    counts = Counter(entry.kind for entry in forms.entries)
    if screen.is_json:
        screen.emit(
            {
                "files": list(forms.files),
                "records": dict(sorted(counts.items())),
                "problems": [one.to_json(screen.lang) for one in problems],
                "counts": dict(sorted(Counter(one.code for one in problems).items())),
            }
        )
    else:
        _show(screen, forms, counts)
        screen.problems(problems, SHOWN)
        errors = sum(one.severity is Severity.ERROR for one in problems)
        screen.line(
            f"  {errors} 处错误, {len(problems) - errors} 处提醒",
            f"  {errors} errors, {len(problems) - errors} warnings",
        )
    return int(needs_a_look(problems))


def _show(screen: Screen, forms: Forms, counts: Counter[str]) -> None:
    titles = {kind: form.card for kind, form in kinds().items()}
    listed = [
        f"{screen.say(titles[kind].zh, titles[kind].en)} {count:,}"
        for kind, count in sorted(counts.items())
    ]
    screen.line(", ".join(forms.files), ", ".join(forms.files), bold=True)
    said = ", ".join(listed) or screen.say("没有可用的记录", "no usable record")
    screen.line(f"  {said}", f"  {said}")
