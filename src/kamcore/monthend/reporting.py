"""The monthly report alone, without files of the other steps."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from kamcore.errors import KamcoreError, Problem
from kamcore.model.period import Period
from kamcore.monthend.folder import Settings, gathered, look_into
from kamcore.monthend.report_steps import words_of
from kamcore.monthend.step import Work
from kamcore.monthend.steps import STEPS
from kamcore.reports.monthly import MonthlyReport

__all__ = ["Reported", "report_of"]


@attrs.frozen(kw_only=True, eq=False)
class Reported:
    """A report, what the levels are called in it, and the problems met on the way."""

    report: MonthlyReport
    words: Mapping[str, str]
    problems: tuple[Problem, ...]
    left_out: tuple[str, ...]
    """Titles of the steps that had nothing to say, with the reason."""


def report_of(
    paths: Sequence[Path],
    period: Period,
    *,
    customers: Sequence[str] = (),
    lang: str = "zh",
) -> Reported:
    """The report of a month from a folder, or from files: exports, forms, books of customers.

    A step that fails or has nothing to do only leaves its columns out; why stands in `left_out`.

    Raises:
        UsageError: a file is missing, or the books have no customers.
        SourceError: no file is an export, or one cannot be read.
    """
    one = paths[0]
    folder = look_into(one) if len(paths) == 1 and one.is_dir() else gathered(paths, Settings())
    if customers:
        chosen = attrs.evolve(folder.settings, customers=tuple(customers))
        folder = attrs.evolve(folder, settings=chosen)
    work = Work(folder, period, STEPS, lang)
    left_out, problems = [], [p for made in work.value("read").readings for p in made.problems]
    last = work.steps["report"]
    for name in dict.fromkeys(("forms", "customers", *last.wants)):
        step = work.steps[name]
        try:
            why = step.idle(work)
            said = "" if why is None else work.say(*why)
            if why is None:
                work.value(name)
        except KamcoreError as error:
            said = error.problem.message(lang)
            problems.append(error.problem)
        if said:
            work.failed.add(name)
            left_out.append(f"{step.title(lang)}: {said}")
    report: MonthlyReport = work.value("report")
    forms = work.known("forms")
    problems += forms.problems if forms is not None else ()
    customers_known = work.known("customers")
    problems += customers_known.links.problems if customers_known is not None else ()
    return Reported(
        report=report,
        words=words_of(work),
        problems=tuple(problems),
        left_out=tuple(left_out),
    )
