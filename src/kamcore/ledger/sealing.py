"""Periods closed in a log: which they are, their seals, and whether the books still agree."""

import datetime as dt
import json
from collections.abc import Iterable

import attrs

from kamcore.books import Books
from kamcore.errors import Fault, Problem
from kamcore.ledger.closing import Seal, seal
from kamcore.ledger.log import LogEntry, append
from kamcore.place import Place

__all__ = ["CLOSE", "SealedPeriod", "closed_in", "compare_seals", "record_closing"]

CHANGED = Fault(
    code="L1511",
    zh="期间 {value} 结账后账簿被改动: {what}",
    en="the books of period {value} were changed after it was closed: {what}",
    hint_zh="更正应在以后期间用红字或补充凭证, 不改已结账期间",
    hint_en="correct it in a later period, in red or by a further voucher",
)

CLOSE = "close"
"""The action of an entry that closes a period; its subject is the period, ``2026-03``."""


@attrs.frozen(kw_only=True)
class SealedPeriod:
    """A closed period as the log holds it."""

    period: tuple[int, int]
    hash: str
    previous: str
    content: str

    @property
    def name(self) -> str:
        """The period as it is written: 2026-03."""
        return f"{self.period[0]}-{self.period[1]:02}"


def closed_in(log: Iterable[LogEntry]) -> tuple[SealedPeriod, ...]:
    """The periods a log closes, in the order they were closed; the last entry of each counts."""
    found: dict[str, SealedPeriod] = {}
    for entry in log:
        year, _, number = entry.subject.partition("-")
        if entry.action != CLOSE or not (year.isdigit() and number.isdigit()):
            continue
        found.pop(entry.subject, None)
        found[entry.subject] = SealedPeriod(
            period=(int(year), int(number)),
            hash=entry.detail.get("hash", ""),
            previous=entry.detail.get("previous", ""),
            content=entry.detail.get("content", ""),
        )
    return tuple(found.values())


def record_closing(
    log: tuple[LogEntry, ...], sealed: Seal, person: str, at: dt.datetime
) -> tuple[LogEntry, ...]:
    """The log with the closing of a period; one closed with the same seal adds nothing."""
    name = f"{sealed.period[0]}-{sealed.period[1]:02}"
    if any(one.name == name and one.hash == sealed.hash for one in closed_in(log)):
        return log
    detail = {"hash": sealed.hash, "previous": sealed.previous, "content": sealed.content}
    entry = LogEntry(number=0, at=at, person=person, action=CLOSE, subject=name, detail=detail)
    return append(log, entry)


def compare_seals(books: Books, sealed: Iterable[SealedPeriod]) -> list[Problem]:
    """Where books no longer agree with the seals of their periods, and in what."""
    problems = []
    for one in sealed:
        now = seal(books, one.period, one.previous)
        if now.hash != one.hash:
            what = _difference(one.content, now.content)
            problems.append(CHANGED.at(Place(), one.name, what=what))
    return problems


def _difference(before: str, after: str) -> str:
    """The first thing two sealed summaries differ in."""
    try:
        old, new = json.loads(before), json.loads(after)
        for name in ("vouchers", "lines"):
            if old[name] != new[name]:
                return f"{name} {old[name]} → {new[name]}"
        known = [row for row in old["balances"] if row not in new["balances"]]
        now = [row for row in new["balances"] if row not in old["balances"]]
    except (ValueError, KeyError, TypeError):
        return "hash"
    said = [" ".join(rows[0]) if rows else "-" for rows in (known, now)]
    return " → ".join(said)
