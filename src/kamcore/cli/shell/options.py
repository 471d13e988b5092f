"""Options several commands take, and what is typed after them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from kamcore.cli.shell.faults import NOT_A_PAIR
from kamcore.cli.shell.grammar import option
from kamcore.errors import UsageError
from kamcore.place import Place

PATH = click.Path(path_type=Path)
"""A path as it is typed; whether something stands there is the pipeline's question."""

source_format = option(
    "--from",
    "source_format",
    metavar="FORMAT",
    zh="源文件的格式; 缺省按内容识别",
    en="Format of the source; recognised from its content when left out.",
)

read_options = option(
    "--option",
    "read_options",
    multiple=True,
    metavar="NAME=VALUE",
    zh="读取时的选项, 可多次给出; 见 kamcore formats NAME",
    en="Option of reading, may be repeated; see kamcore formats NAME.",
)


def pairs(given: Iterable[str], parameter: str) -> dict[str, Any]:
    """Read ``name=value`` pairs.

    Raises:
        UsageError: one has no equals sign or no name.
    """
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(NOT_A_PAIR.at(Place(), text, parameter=parameter))
        found[name.strip()] = value
    return found
