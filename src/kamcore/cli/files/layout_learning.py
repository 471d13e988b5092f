"""``kamcore layout learn``: draft a layout from a sheet."""

from pathlib import Path
from typing import Any

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.format.layout import meaning
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.learning import Draft, learn

_WIDEST = 24
"""Characters of an example that the screen shows."""


@grammar.command(
    "learn",
    zh="看 FILE 的一张表, 起草版式: 表头在哪行, 各列是什么, 依据是什么, 前几行什么样。"
    "改好后用 kamcore layout test 试读。",
    en="Draft a layout for a sheet of FILE: its heading row, the field of each column with the "
    "reason, and a preview.  Edit it, then try it with kamcore layout test.",
)
@click.argument("file", type=PATH)
@grammar.option(
    "--sheet", metavar="NAME", zh="工作表名; 缺省取最像的一张", en="Sheet; else the likeliest."
)
@grammar.option(
    "--output",
    "-o",
    type=PATH,
    metavar="TOML",
    zh="把版式写到这个文件; 缺省打印出来",
    en="Write the layout to this file instead of printing it.",
)
@grammar.option("--force", is_flag=True, zh="覆盖已有文件", en="Replace an existing file.")
def command(
    screen: Screen, file: Path, sheet: str | None, output: Path | None, *, force: bool
) -> int:
    """Draft a layout."""
    draft = learn(file, sheet=sheet or "")
    text = draft.toml(screen.lang)
    if output is not None:
        with whole(output, force=force) as temporary:
            temporary.write_text(text, "utf-8", newline="\n")
    if screen.is_json:
        screen.emit({**as_json(draft, screen.lang), "output": str(output) if output else None})
    else:
        show(screen, draft)
        if output is None:
            screen.line()
            screen.line(text, text)
        else:
            screen.line(f"  已写出 {output}", f"  written to {output}")
    return int(bool(draft.problems))


def as_json(draft: Draft, lang: str) -> dict[str, Any]:
    """The object ``layout learn --json`` prints."""
    return {
        "sheet": draft.sheet,
        "header_row": draft.header_row,
        "kind": str(draft.layout.kind),
        "reason": draft.kind_zh if lang == "zh" else draft.kind_en,
        "columns": [
            {
                "letter": one.letter,
                "heading": one.heading,
                "field": one.field,
                "meaning": meaning(one.field, lang),
                "reason": one.reason(lang),
                "examples": list(one.examples),
            }
            for one in draft.columns
        ],
        "rows": [dict(row) for row in draft.rows],
        "layout": draft.toml(lang),
        "problems": [problem.to_json(lang) for problem in draft.problems],
    }


def show(screen: Screen, draft: Draft) -> None:
    """Print a draft for a person."""
    screen.line(
        f"工作表「{draft.sheet}」, 表头在第 {draft.header_row} 行; {draft.kind_zh}",
        f"sheet {draft.sheet}, headings in row {draft.header_row}; {draft.kind_en}",
        bold=True,
    )
    head = screen.say("列 列名 字段 依据 例", "column heading field because example").split()
    rows = [
        [
            one.letter,
            one.heading,
            one.field or "-",
            one.reason(screen.lang),
            _short(one.examples[0]) if one.examples else "",
        ]
        for one in draft.columns
    ]
    screen.table([head, *rows])
    screen.problems(draft.problems, len(draft.problems))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _WIDEST else flat[:_WIDEST] + "…"
