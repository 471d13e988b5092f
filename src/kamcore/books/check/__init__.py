"""Whether books hold together: balanced, numbered, dated, complete.

Every check is a pure function from the books to findings, and every finding a fault with its
rows; `check` turns them into problems.  Checks look at live vouchers: a void one only keeps its
number.  Nothing is mended here.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from kamcore.books.books import Books
from kamcore.books.check import (
    accounts,
    balance,
    currency,
    dimensions,
    lines,
    numbering,
    people,
    period,
)
from kamcore.books.check.finding import Finding, voucher_label
from kamcore.books.check.settings import CheckSettings
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Problem, Severity

__all__ = ["CHECKS", "CheckSettings", "Finding", "Subject", "check", "voucher_label"]

MORE = Fault(
    code="B2001",
    severity=Severity.INFO,
    zh="{value} 另有 {count} 处未列出",
    en="{count} more of {value} are not listed",
    hint_zh="先处理已列出的, 或调高上限",
    hint_en="deal with those listed first, or raise the limit",
)

CHECKS: tuple[Callable[[Subject], Iterable[Finding]], ...] = (
    balance.unbalanced,
    balance.incomplete,
    numbering.gaps,
    numbering.duplicates,
    numbering.unnumbered,
    period.undated,
    period.outside,
    period.inconsistent,
    lines.sides,
    lines.wrong_side,
    accounts.missing,
    accounts.unknown,
    accounts.damaged,
    people.own_review,
    currency.rates,
    currency.decimals,
    dimensions.missing,
    dimensions.unknown,
)
"""Every check, in the order in which problems are told."""


def check(books: Books, settings: CheckSettings | None = None) -> list[Problem]:
    """Say what is wrong with books: the problems of every check, in a stable order.

    Up to `CheckSettings.limit` problems of one fault are listed; one more counts the rest.
    """
    settings = settings or CheckSettings()
    subject = Subject.of(books, settings)
    told: Counter[str] = Counter()
    rest: Counter[str] = Counter()
    problems: list[Problem] = []
    for question in CHECKS:
        for finding in question(subject):
            code = finding.fault.code
            if code in settings.skip or not finding.rows.height:
                continue
            listed = list(finding.problems(subject, settings.limit - told[code]))
            told[code] += len(listed)
            rest[code] += finding.rows.height - len(listed)
            problems += listed
    place = books.origin.place(None)
    problems += [
        MORE.at(place, code, count=count) for code, count in sorted(rest.items()) if count
    ]
    return problems
