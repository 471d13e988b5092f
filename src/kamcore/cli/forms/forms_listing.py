"""``kamcore forms list``: the kinds of form, and the columns of one."""

from typing import Any

import click

from kamcore.cli.forms.forms_choosing import form_called
from kamcore.cli.shell import grammar
from kamcore.cli.shell.screen import Screen
from kamcore.forms.form import Column, kinds


@grammar.command(
    "list",
    zh="列出所有表单; 给出 KIND 时列出它的各列。",
    en="List the forms; with KIND, its columns.",
)
@click.argument("kind", required=False)
def command(screen: Screen, kind: str | None) -> int:
    """Print the kinds of form, or the columns of one."""
    if kind is None:
        _kinds(screen)
    else:
        form = form_called(kind)
        columns = [_column(one) for one in form.columns()]
        if screen.is_json:
            screen.emit({"kind": form.card.kind, "columns": columns})
        else:
            _columns(screen, form.columns())
    return 0


def _kinds(screen: Screen) -> None:
    cards = [form.card for form in kinds().values()]
    if screen.is_json:
        listed = [
            {"kind": card.kind, "title": screen.say(card.zh, card.en), "key": list(card.key)}
            for card in cards
        ]
        screen.emit({"forms": listed})
        return
    heads = [
        (screen.say("种类", "kind"), screen.say("工作表", "sheet"), screen.say("说明", "note"))
    ]
    rows = [
        (card.kind, screen.say(card.zh, card.en), screen.say(card.note_zh, card.note_en))
        for card in cards
    ]
    screen.table([*heads, *rows])
    screen.line(
        "  各列: kamcore forms list KIND; 模板: kamcore forms make KIND -o 文件.xlsx",
        "  columns: kamcore forms list KIND; template: kamcore forms make KIND -o FILE.xlsx",
    )


def _columns(screen: Screen, columns: tuple[Column, ...], indent: str = "  ") -> None:
    rows = []
    for one in columns:
        if one.rows is not None:
            continue
        words = [word.text(screen.lang) for word in one.choices]
        words += [screen.say(zh, en) for zh, en in one.options]
        needed = screen.say("必填", "needed") if one.required else ""
        shown = " / ".join(words) or one.example
        rows.append((one.field, screen.say(one.zh, one.en), needed, shown))
    screen.table(rows, indent)
    for one in columns:
        if one.rows is not None:
            title = screen.say(one.zh, one.en)
            screen.line(f"{indent}{one.field}: {title}", f"{indent}{one.field}: {title}")
            _columns(screen, one.rows.columns(), indent + "    ")


def _column(one: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "field": one.field,
        "zh": one.zh,
        "en": one.en,
        "aliases": list(one.aliases),
        "required": one.required,
        "type": one.type.__name__,
        "choices": [word.value for word in one.choices],
        "example": one.example,
    }
    if one.rows is not None:
        said["columns"] = [_column(inner) for inner in one.rows.columns()]
    return said
