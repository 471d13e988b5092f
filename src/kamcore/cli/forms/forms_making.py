"""``kamcore forms make``: an empty template of one or more forms."""

from pathlib import Path

import click

from kamcore.cli.forms.forms_choosing import form_called
from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import BAD_VALUE
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.errors import UsageError
from kamcore.forms.form import kinds
from kamcore.forms.template import as_json, as_toml
from kamcore.pipeline.atomic import whole
from kamcore.place import Place
from kamcore.reports.form_template import write_template


@grammar.command(
    "make",
    zh="生成表单模板: 带下拉选项、说明和例子的工作簿, 或 TOML、JSON。KIND 可多个; all 为全部。",
    en="Make a template of forms: a workbook with drop-downs, notes and examples, or TOML or "
    "JSON. Several KINDs go into one file; all stands for every one.",
)
@click.argument("names", nargs=-1, required=True, metavar="KIND...")
@option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="FILE",
    zh="写到哪里: .xlsx, .toml 或 .json",
    en="Where to write: .xlsx, .toml or .json.",
)
@option(
    "--example",
    is_flag=True,
    zh="工作簿第一行填好例子 (TOML 和 JSON 本来就有)",
    en="Fill in the first row of a workbook as an example (TOML and JSON have one anyway).",
)
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(
    screen: Screen, names: tuple[str, ...], output: Path, *, example: bool, force: bool
) -> int:
    """Write a template."""
    chosen = [*kinds().values()] if "all" in names else [form_called(name) for name in names]
    suffix = output.suffix.lower()
    if suffix == ".xlsx":
        write_template(chosen, output, lang=screen.lang, force=force, example=example)
    elif suffix in (".toml", ".json"):
        text = as_toml(chosen, screen.lang) if suffix == ".toml" else as_json(chosen)
        with whole(output, force=force) as temporary:
            temporary.write_text(text, "utf-8")
    else:
        facts = {"parameter": "--output", "wants": " (.xlsx, .toml, .json)"}
        command_path = click.get_current_context().command_path
        raise UsageError(
            BAD_VALUE.at(Place(file=str(output)), output.name, command=command_path, **facts)
        )
    made = [form.card.kind for form in chosen]
    if screen.is_json:
        screen.emit({"kinds": made, "output": str(output)})
    else:
        titles = ", ".join(screen.say(form.card.zh, form.card.en) for form in chosen)
        screen.line(f"  已写 {output}: {titles}", f"  wrote {output}: {titles}")
        screen.line(
            f"  填好后检查: kamcore forms check {output}",
            f"  when it is filled in: kamcore forms check {output}",
        )
    return 0
