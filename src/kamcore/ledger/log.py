"""An append-only log with a hash chain: who did what, when, and proof that nothing was touched.

Every entry carries the hash of the one before it (财会〔2024〕12号 arts. 31, 32 and 34), so an
entry that is changed, taken out or put in breaks the chain at its place.  Time and person come
from the caller; nothing here reads a clock.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from kamcore.errors import Fault, Problem
from kamcore.place import Place

__all__ = ["GENESIS", "LogEntry", "append", "search", "verify"]

BROKEN = Fault(
    code="L1431",
    zh="日志第 {value} 条与其校验值不符: 内容被改动",
    en="entry {value} of the log does not match its hash: it was changed",
)
UNCHAINED = Fault(
    code="L1432",
    zh="日志第 {value} 条没有接在前一条之后: 其间有增删",
    en="entry {value} of the log does not follow the one before it: entries were added or removed",
)

GENESIS = "0" * 64
"""What the first entry follows."""


@attrs.frozen(kw_only=True)
class LogEntry:
    """One entry; `detail` holds texts only, so that its hash is the same everywhere."""

    number: int
    at: dt.datetime
    person: str
    action: str
    subject: str
    detail: Mapping[str, str] = attrs.field(factory=dict)
    previous: str = GENESIS
    hash: str = ""

    def computed(self) -> str:
        """The hash of the entry's content and of the one before it."""
        said = [
            self.number,
            self.at.isoformat(),
            self.person,
            self.action,
            self.subject,
            sorted(self.detail.items()),
            self.previous,
        ]
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The entry as one JSON object."""
        return {**attrs.asdict(self), "at": self.at.isoformat(), "detail": dict(self.detail)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "LogEntry":
        """Read back what `to_json` gave."""
        return cls(**{**said, "at": dt.datetime.fromisoformat(said["at"])})


def append(log: tuple[LogEntry, ...], entry: LogEntry) -> tuple[LogEntry, ...]:
    """The log with one entry more; its number, predecessor and hash are set here."""
    previous = log[-1].hash if log else GENESIS
    numbered = attrs.evolve(entry, number=len(log) + 1, previous=previous, hash="")
    return (*log, attrs.evolve(numbered, hash=numbered.computed()))


def verify(log: Iterable[LogEntry], head: str | None = None) -> list[Problem]:
    """Where the chain is broken; an empty list when it is whole.

    `head` is the hash of the last entry as it was kept elsewhere: with it a log that was cut off
    at its end is found too.
    """
    problems, previous, number = [], GENESIS, 0
    for number, entry in enumerate(log, start=1):
        if entry.previous != previous or entry.number != number:
            problems.append(UNCHAINED.at(Place(row=number), number))
        elif entry.hash != entry.computed():
            problems.append(BROKEN.at(Place(row=number), number))
        previous = entry.hash
    if head is not None and head != previous:
        problems.append(UNCHAINED.at(Place(row=number), number))
    return problems


def search(
    log: Iterable[LogEntry],
    *,
    person: str | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    text: str | None = None,
) -> tuple[LogEntry, ...]:
    """Entries by person, time and content; `since` and `until` are within."""
    return tuple(
        entry
        for entry in log
        if (person is None or entry.person == person)
        and (since is None or entry.at >= since)
        and (until is None or entry.at <= until)
        and (text is None or text in json.dumps(entry.to_json(), ensure_ascii=False))
    )
