"""What a step of a month's end is, what it is given, and what it tells."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from kamcore.errors import Problem, Severity
from kamcore.model.period import Period
from kamcore.monthend.folder import Folder

__all__ = ["Ask", "Output", "Step", "Told", "Work"]


@attrs.frozen
class Ask:
    """Something a person has to look at or decide: what, where, and why."""

    what: str
    where: str
    why: str

    def to_json(self) -> dict[str, str]:
        """The keys of ``needs_a_person`` under ``--json``."""
        return {"what": self.what, "where": self.where, "why": self.why}


@attrs.frozen
class Output:
    """A file to be: its path below the folder of the outputs, and who writes it."""

    name: str
    write: Callable[[Path], object] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Told:
    """What a step found: figures for ``--json``, files to write, problems, what needs a person."""

    said: Mapping[str, Any] = attrs.field(factory=dict)
    outputs: tuple[Output, ...] = ()
    problems: tuple[Problem, ...] = ()
    asks: tuple[Ask, ...] = ()


@attrs.frozen(kw_only=True)
class Step:
    """A step as data.

    `make` gives its value from the values of others; it is called once a run, and only when this
    step or one that takes its value runs.  `tell` says what is to be written and shown.  `needs`
    are steps without whose value it cannot be, `wants` those whose value it takes where there is
    one.  `uses` names the groups of files it reads: ``exports``, ``forms``, ``theirs``.  `idle`
    says why there is nothing for it to do, or nothing.
    """

    name: str
    zh: str
    en: str
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    make: Callable[["Work"], Any] = attrs.field(repr=False)
    tell: Callable[["Work", Any], Told] = attrs.field(repr=False)
    idle: Callable[["Work"], tuple[str, str] | None] = attrs.field(
        default=lambda _work: None, repr=False
    )

    def title(self, lang: str) -> str:
        """What the step is called."""
        return self.zh if lang == "zh" else self.en


class Work:
    """What the steps of one run share: the folder, the period, and the values made so far.

    Raises:
        KamcoreError: `value` of a step raises whatever its `make` raises, each time it is asked.
    """

    def __init__(
        self, folder: Folder, period: Period, steps: Sequence[Step], lang: str = "zh"
    ) -> None:
        self.folder = folder
        self.period = period
        self.lang = lang
        self.steps = {step.name: step for step in steps}
        self.failed: set[str] = set()
        self._values: dict[str, Any] = {}

    @property
    def as_of(self) -> dt.date:
        """The last day of the period."""
        return self.period.last_day

    def say(self, zh: str, en: str) -> str:
        """The phrase in the language of this run."""
        return zh if self.lang == "zh" else en

    def value(self, name: str) -> Any:
        """The value of a step, made when it is first asked for."""
        if name not in self._values:
            self._values[name] = self.steps[name].make(self)
        return self._values[name]

    def known(self, name: str) -> Any:
        """The value of a step that may have failed or have nothing to do; then None."""
        step = self.steps.get(name)
        if step is None or name in self.failed:
            return None
        return self.value(name)

    def worst(self, problems: Sequence[Problem], where: str) -> tuple[Ask, ...]:
        """One line for a person per kind of error or warning, with how many there are."""
        kinds: dict[str, list[Problem]] = {}
        for problem in problems:
            if problem.severity is not Severity.INFO:
                kinds.setdefault(problem.code, []).append(problem)
        asks = []
        for code, alike in sorted(kinds.items()):
            first = alike[0]
            place = first.place.text(self.lang) or where
            many = self.say(f" (同类 {len(alike)} 处)", f" ({len(alike)} alike)")
            what = f"{code} {first.message(self.lang)}{many if len(alike) > 1 else ''}"
            asks.append(Ask(what, place, first.hint(self.lang)))
        return tuple(asks)
