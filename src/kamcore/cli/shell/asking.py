"""What the commands over a ledger are asked alike: a file, a period, dimensions, an output."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli.shell.faults import BAD_VALUE, ONTO_ITSELF
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs, read_options, source_format
from kamcore.errors import UsageError
from kamcore.format import Reading
from kamcore.pipeline import read
from kamcore.pipeline.atomic import EXISTS
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

__all__ = [
    "OUTPUTS",
    "Asked",
    "account_option",
    "as_of_option",
    "by_option",
    "force_option",
    "measure_option",
    "opened",
    "output_option",
    "period_option",
    "refuse_output",
    "shared_options",
    "split",
]

OUTPUTS = (".xlsx", ".html", ".csv", ".json")
"""What ``-o`` can write."""


@attrs.frozen(kw_only=True)
class Asked:
    """What every one of these commands is asked besides its own question."""

    source_format: str | None = None
    read_options: tuple[str, ...] = ()
    output: Path | None = None
    force: bool = False


force_option = option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
output_option = option(
    "-o",
    "--output",
    type=PATH,
    metavar="FILE.xlsx",
    zh="写成工作簿 (.xlsx), 网页 (.html), 文本 (.csv) 或 JSON (.json)",
    en="Write a workbook (.xlsx), a page (.html), text (.csv) or JSON (.json).",
)


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `Asked`."""
    for add in (force_option, output_option, read_options, source_format):
        function = add(function)
    return function


by_option = option(
    "--by",
    default="",
    metavar="DIMENSIONS",
    zh="按哪些核算项目, 用逗号分开, 如 customer,department",
    en="Dimensions, separated by commas, such as customer,department.",
)
period_option = option(
    "--period",
    metavar="PERIOD",
    zh="会计期间, 如 2026-03 或 2026-01..2026-03",
    en="A period, such as 2026-03 or 2026-01..2026-03.",
)
as_of_option = option(
    "--as-of",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="截止日, 如 2026-03-31",
    en="The date, such as 2026-03-31.",
)


def account_option(zh: str, en: str, **more: Any) -> Callable[[Any], Any]:
    """Add ``--account``."""
    return option("--account", metavar="CODES", zh=zh, en=en, **more)


def measure_option(*measures: str) -> Callable[[Any], Any]:
    """Add ``--measure``, one of `measures`, the first of them by default."""
    quantity = "quantity" in measures
    return option(
        "--measure",
        type=click.Choice(measures),
        default=measures[0],
        show_default=True,
        zh=f"口径: 本位币, 原币 (只列外币){', 数量' if quantity else ''}",
        en=f"Base currency, own amounts of foreign currencies{', quantities' * quantity}.",
    )


def split(text: str | None) -> tuple[str, ...]:
    """The words between commas.

    >>> split("customer, account"), split(None)
    (('customer', 'account'), ())
    """
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def opened(file: Path, asked: Asked) -> Reading:
    """Refuse an output that cannot be, then read the file.

    Raises:
        UsageError: the output exists and is not to be replaced, is the source itself, or is none
            of `OUTPUTS`; or nothing stands at `file`.
        SourceError: the file cannot be read.
    """
    source = source_of(file)
    refuse_output(file, asked)
    options = pairs(asked.read_options, "--option")
    return read(source, asked.source_format, options=options)


def refuse_output(file: Path, asked: Asked) -> None:
    """Refuse an output that cannot be, before any work is done.

    Raises:
        UsageError: it exists and is not to be replaced, is the source itself, or is none of
            `OUTPUTS`.
    """
    out = asked.output
    if out is None:
        return
    place = Place(file=str(out))
    if out.suffix.lower() not in OUTPUTS:
        facts = {"parameter": "--output", "wants": f" ({', '.join(OUTPUTS)})"}
        command = click.get_current_context().command_path
        raise UsageError(BAD_VALUE.at(place, out.name, command=command, **facts))
    if out.exists() and out.samefile(file):
        raise UsageError(ONTO_ITSELF.at(place, out.name))
    if out.exists() and not asked.force:
        raise UsageError(EXISTS.at(place, out))
