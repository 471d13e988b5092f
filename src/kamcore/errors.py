"""Everything kamcore says on purpose when something is wrong, sorted by who must act.

::

    KamcoreError
    ├── SourceError    the sender of the file: it cannot be read as what it claims to be
    ├── BooksError     the bookkeeper: the books themselves do not hold together
    ├── LossRefused    who converts: the target cannot say what the source says
    ├── PluginError    the author of a plug-in
    └── UsageError     the caller

A `Fault` is one kind of wrong: a stable code, a severity, a sentence and a hint in Chinese and in
English.  Faults are defined beside the code that finds them, so that a new format brings its own.
A `Problem` is a fault met at a place.  Readers collect problems as values; an exception carries
the problem that made going on impossible, with the others it had collected.
"""

import enum
import locale
import os
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import attrs

from kamcore.place import Place

__all__ = [
    "BooksError",
    "Fault",
    "KamcoreError",
    "LossRefused",
    "PluginError",
    "Problem",
    "Severity",
    "SourceError",
    "UsageError",
    "default_lang",
]

LISTED = 100
"""How many problems an error or a screen lists before it counts the rest."""

SHOWN = 60
"""How many characters of an offending text are shown."""


class Severity(enum.StrEnum):
    """How bad: an error spoils figures, a warning may, an info only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@attrs.frozen(kw_only=True)
class Fault:
    """One kind of wrong, under a stable code.

    Sentences are templates over the facts of a problem and ``{value}``, the offending text.

    >>> bad = Fault(code="K9999", zh="「{value}」不是{wants}", en="{value!r} is not {wants}")
    >>> print(bad.at(Place(file="a.csv", line=3), "x", wants="an amount"))
    a.csv: line 3: K9999 'x' is not an amount
    """

    code: str = attrs.field(validator=attrs.validators.matches_re(r"[A-Z]{1,4}\d{4}"))
    severity: Severity = Severity.ERROR
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""

    def at(self, place: Place, value: object = "", **facts: object) -> "Problem":
        """Say that this fault stands at `place`, with the offending text and further facts."""
        return Problem(fault=self, place=place, value=str(value), facts=facts)


@attrs.frozen(kw_only=True)
class Problem:
    """A fault at a place, with the text that offends."""

    fault: Fault
    place: Place
    value: str = ""
    facts: Mapping[str, object] = attrs.field(factory=dict, eq=attrs.cmp_using(eq=dict.__eq__))

    @property
    def code(self) -> str:
        """The stable code of the fault."""
        return self.fault.code

    @property
    def severity(self) -> Severity:
        """How bad the fault is."""
        return self.fault.severity

    def message(self, lang: str = "en") -> str:
        """Say what is wrong, without place and code."""
        return self._fill(self.fault.zh if lang == "zh" else self.fault.en)

    def hint(self, lang: str = "en") -> str:
        """Say what to do about it, or nothing."""
        return self._fill(self.fault.hint_zh if lang == "zh" else self.fault.hint_en)

    def text(self, lang: str = "en") -> str:
        """Say place, code and sentence in one line."""
        where = self.place.text(lang)
        return f"{where}{': ' if where else ''}{self.code} {self.message(lang)}"

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """Give the keys every ``--json`` problem has."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "place": self.place.to_json(),
            "value": self.value,
            "message": self.message(lang),
            "hint": self.hint(lang),
        }

    def _fill(self, template: str) -> str:
        shown = self.value if len(self.value) <= SHOWN else self.value[:SHOWN] + "…"
        return template.format(**{**self.facts, "value": shown})

    def __str__(self) -> str:
        return self.text()


class KamcoreError(Exception):
    """Root of everything raised on purpose.

    `problem` is what made going on impossible; `problems` what had been collected before it, up
    to `LISTED`; `more` counts the rest.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 2

    def __init__(self, problem: Problem, problems: Iterable[Problem] = ()) -> None:
        collected = tuple(problems)
        self.problem = problem
        self.problems = collected[:LISTED]
        self.more = len(collected) - len(self.problems)
        super().__init__(self.text(default_lang()))

    @property
    def code(self) -> str:
        """The stable code of the problem that ended the work."""
        return self.problem.code

    @property
    def place(self) -> Place:
        """Where the problem that ended the work stands."""
        return self.problem.place

    def text(self, lang: str = "en") -> str:
        """Say the problem, its hint and the problems collected before it, a line each."""
        lines = [self.problem.text(lang)]
        if hint := self.problem.hint(lang):
            lines.append(f"  {'提示' if lang == 'zh' else 'hint'}: {hint}")
        lines += [f"  {problem.text(lang)}" for problem in self.problems]
        if self.more:
            lines.append(
                f"  …… 另有 {self.more} 处" if lang == "zh" else f"  … and {self.more} more"
            )
        return "\n".join(lines)

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """Give the object a failing command prints under ``error``."""
        said = self.problem.to_json(lang)
        del said["severity"]
        listed = [problem.to_json(lang) for problem in self.problems]
        return {"kind": self.kind, **said, "problems": listed, "more": self.more}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problem, self.problems)


class SourceError(KamcoreError):
    """A file cannot be read as what it claims to be; its sender must act."""

    kind = "source"
    exit_code = 3


class BooksError(KamcoreError):
    """The books do not hold together; the bookkeeper must act."""

    kind = "books"
    exit_code = 3


class LossRefused(KamcoreError):
    """The target cannot say what the source says, and the caller forbade to drop it."""

    kind = "loss"
    exit_code = 4


class PluginError(KamcoreError):
    """A plug-in broke its contract; its author must act."""

    kind = "plugin"
    exit_code = 5


class UsageError(KamcoreError):
    """The request itself is wrong; the caller must act."""

    kind = "usage"
    exit_code = 2


def default_lang() -> str:
    """Pick the language of messages: ``KAMCORE_LANG``, else the locale, else English."""
    chosen = os.environ.get("KAMCORE_LANG") or locale.getlocale()[0] or ""
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"
