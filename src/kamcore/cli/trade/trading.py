"""What the commands about prices, orders and rebates share: forms, figures, days, workbooks."""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli.shell.asking import force_option, output_option
from kamcore.cli.shell.faults import BAD_VALUE
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.errors import Problem, UsageError
from kamcore.pipeline.atomic import EXISTS
from kamcore.pipeline.form_file import Forms, read_forms
from kamcore.place import Place
from kamcore.reports.sheets import Sheet
from kamcore.reports.writing import SUFFIXES, write_report

SHOWN = 5
"""How many problems of a kind the screen shows."""

forms_argument = click.argument("forms", nargs=-1, required=True, type=PATH, metavar="FORM...")


def day_option(*names: str, zh: str, en: str, **more: Any) -> Callable[[Any], Any]:
    """Add an option that takes a day."""
    kind = click.DateTime(["%Y-%m-%d"])
    return option(*names, type=kind, metavar="DATE", zh=zh, en=en, **more)


explain_option = option(
    "--explain", is_flag=True, zh="列出每一步怎样算出", en="Show every step of the answer."
)


@attrs.frozen(kw_only=True)
class Writing:
    """Where a table goes besides the screen."""

    output: Path | None = None
    force: bool = False


def writing_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `Writing`."""
    for add in (force_option, output_option):
        function = add(function)
    return function


def figure(text: str, parameter: str) -> Decimal:
    """A figure as it was typed.

    Raises:
        UsageError: it is none.
    """
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise wrong_value(text, parameter)
    return value


def wrong_value(value: str, parameter: str, wants: str = "") -> UsageError:
    """What is said of a value that cannot be meant."""
    command = click.get_current_context().command_path
    facts = {"command": command, "parameter": parameter, "wants": wants}
    return UsageError(BAD_VALUE.at(Place(), value, **facts))


def opened_forms(paths: Sequence[Path], writing: Writing | None = None) -> Forms:
    """Refuse an output that cannot be, then read the forms; a record with a mistake ends it.

    Raises:
        UsageError: a file is missing, or the output exists and is not to be replaced, or cannot
            become a report.
        SourceError: a form is wrong; every mistake is listed with its place.
    """
    out = writing.output if writing else None
    if out is not None and writing is not None:
        if out.suffix.lower() not in SUFFIXES:
            raise wrong_value(out.name, "--output", f" ({', '.join(SUFFIXES)})")
        if out.exists() and not writing.force:
            raise UsageError(EXISTS.at(Place(file=str(out)), out))
    return read_forms(paths).require()


def save(screen: Screen, sheets: Sequence[Sheet], writing: Writing) -> dict[str, Any]:
    """Write the report where one is asked for, and give the key that ``--json`` adds."""
    if writing.output is None:
        return {}
    write_report(sheets, writing.output, lang=screen.lang, force=writing.force)
    screen.note(f"  已写 {writing.output}", f"  wrote {writing.output}")
    return {"output": str(writing.output)}


def problems_json(screen: Screen, problems: Sequence[Problem]) -> dict[str, Any]:
    """The problems as ``--json`` prints them."""
    return {"problems": [problem.to_json(screen.lang) for problem in problems]}
