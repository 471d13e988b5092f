"""What ``reconcile`` asks and says about the other company's file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.errors import Problem
from kamcore.matching.two_sided.listed import ListedAnswer
from kamcore.pipeline.their_file import TheirFile

__all__ = ["how_json", "show_how", "show_oddities", "their_options"]

Answer = ListedAnswer | None

_FORMAT = option(
    "--their-format",
    metavar="FORMAT",
    zh="对方文件的格式; 缺省按内容识别, 认不出时按对账清单读",
    en="Format of their file; recognised from its content when left out, else read as a list.",
)
_OPTION = option(
    "--their-option",
    "their_options",
    multiple=True,
    metavar="NAME=VALUE",
    zh="读对方文件的选项, 如 layout=版式.toml, 可多次给出",
    en="Option for reading their file, such as layout=LAYOUT.toml, may be repeated.",
)
_COLUMN = option(
    "--their-column",
    "their_columns",
    multiple=True,
    metavar="FIELD=HEADING",
    zh="对方清单的列名, 如 date=到货日, 可多次给出",
    en="A heading of their list, such as date=DAY, may be repeated.",
)


def their_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what is asked about their file."""
    for add in (_COLUMN, _OPTION, _FORMAT):
        function = add(function)
    return function


def show_how(screen: Screen, theirs: TheirFile, answer: Answer) -> None:
    """Say by which headings a list was understood, and from whose point of view."""
    if theirs.listing is None or answer is None:
        return
    captions = ", ".join(theirs.listing.headings.values())
    count = theirs.listing.listed.lines.height
    screen.line(
        f"  对方文件按对账清单读: {count} 笔, 列 {captions}",
        f"  their file was read as a list: {count} records, columns {captions}",
    )
    if answer.from_our_side is not None:
        zh, en = ("我方", "ours") if answer.from_our_side else ("对方", "theirs")
        screen.line(
            f"  借贷方向按{zh}账读, 这样相符的最多",
            f"  its sides were read as {en}: so most agrees",
        )


def how_json(theirs: TheirFile, answer: Answer) -> dict[str, Any]:
    """The same under ``--json``; nothing for books."""
    if theirs.listing is None or answer is None:
        return {}
    side = answer.from_our_side
    return {
        "their_list": {
            "sheets": list(theirs.listing.sheets),
            "headings": dict(theirs.listing.headings),
            "records": theirs.listing.listed.lines.height,
            "sides_of": None if side is None else "ours" if side else "theirs",
        }
    }


def show_oddities(screen: Screen, file: Path, problems: Sequence[Problem]) -> None:
    """Print what was odd about a file, the first of each kind, where a person should look."""
    if not needs_a_look(problems):
        return
    count = len(problems)
    screen.line(f"  {file} 有 {count} 处请看:", f"  {file} has {count} to look at:")
    screen.problems(problems, 1)
