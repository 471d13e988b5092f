"""What a command prints: one JSON object, or lines for a person in Chinese or English.

Standard output carries the result and nothing else; progress and messages go to standard error.
A console that cannot show a character gets a replacement, never a crash.
"""

import contextlib
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
import click

from kamcore import __version__
from kamcore.errors import KamcoreError, Problem, Severity

SEVERITY_ZH = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.INFO: "提示"}
"""The Chinese word of each severity."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


@attrs.frozen
class Screen:
    """The two streams of a command, in one language."""

    lang: str = "en"
    is_json: bool = False

    def say(self, zh: str, en: str) -> str:
        """The phrase in the language of this screen."""
        return zh if self.lang == "zh" else en

    def line(self, zh: str = "", en: str = "", *, bold: bool = False) -> None:
        """Print a line of the result."""
        click.secho(self.say(zh, en), bold=bold, color=_colour())

    def note(self, zh: str, en: str) -> None:
        """Print a message beside the result, to standard error."""
        click.echo(self.say(zh, en), err=True)

    def emit(self, found: Mapping[str, Any]) -> None:
        """Print the one JSON object of this command, always as UTF-8."""
        said = json.dumps({"kamcore": __version__, **found}, ensure_ascii=False, indent=2)
        # A lone surrogate, from a file name that is no text, becomes a JSON escape.
        data = (said + "\n").encode("utf-8", "backslashreplace")
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def fail(self, error: KamcoreError, **more: object) -> None:
        """Print an error: as the JSON object, or to standard error."""
        if self.is_json:
            self.emit({"error": error.to_json(self.lang), **more})
            return
        click.secho(self.say("错误 ", "error "), fg="red", nl=False, err=True, color=_colour())
        click.echo(error.text(self.lang), err=True)

    def problems(self, problems: Sequence[Problem], most: int) -> bool:
        """Print problems, the worst kinds first, at most `most` of a kind; say if some are left.

        A hint is printed once for the problems of a kind that share it.
        """
        kinds: dict[tuple[int, str], list[Problem]] = {}
        for problem in problems:
            rank = list(Severity).index(problem.severity)
            kinds.setdefault((rank, problem.code), []).append(problem)
        for _, alike in sorted(kinds.items(), key=lambda kind: kind[0][0]):
            hints = [problem.hint(self.lang) for problem in alike[:most]]
            for index, problem in enumerate(alike[:most]):
                self._problem(problem)
                if hints[index] and hints[index] not in hints[index + 1 :]:
                    self.line(f"        提示: {hints[index]}", f"        hint: {hints[index]}")
            if len(alike) > most:
                rest = len(alike) - most
                self.line(f"        同类另有 {rest} 处", f"        {rest} more of this kind")
        return any(len(alike) > most for alike in kinds.values())

    def _problem(self, problem: Problem) -> None:
        word = self.say(SEVERITY_ZH[problem.severity], str(problem.severity))
        where = attrs.evolve(problem.place, file="").text(self.lang)
        click.secho(f"   {word} ", fg=_COLOURS[problem.severity], nl=False, color=_colour())
        said = problem.message(self.lang)
        click.echo(f"{problem.code}  {where}{': ' if where else ''}{said}")

    def table(self, rows: Iterable[Sequence[str]], indent: str = "  ") -> None:
        """Print rows with their columns aligned; a Chinese character is two columns wide."""
        shown = [list(row) for row in rows]
        widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
        for row in shown:
            cells = [
                text + " " * (wide - width(text)) for text, wide in zip(row, widths, strict=True)
            ]
            click.echo((indent + "  ".join(cells)).rstrip())


def needs_a_look(problems: Iterable[Problem]) -> bool:
    """True when a problem is more than an info."""
    return any(problem.severity is not Severity.INFO for problem in problems)


def money(amount: Decimal) -> str:
    """An amount with thousands separators; two decimals, more where it has more."""
    return f"{amount:,.2f}" if amount == round(amount, 2) else f"{amount.normalize():,f}"


def plain(amount: Decimal) -> str:
    """An amount as ``--json`` writes it: two decimals, more where it has more."""
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount.normalize():f}"


def width(text: str) -> int:
    """How many columns of a console a text takes.

    >>> width("凭证 3")
    6
    """
    return sum(
        0 if unicodedata.combining(mark) else 1 + (unicodedata.east_asian_width(mark) in "WF")
        for mark in text
    )


def prepare_streams() -> None:
    """Make both streams replace what their encoding cannot say."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _colour() -> bool | None:
    """No colour where the user asked for none; else click decides by the terminal."""
    return False if os.environ.get("NO_COLOR") else None
