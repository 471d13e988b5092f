"""The dispute log: differences that people talk about, until they are settled (S164).

Every difference of a reconciliation opens a dispute with a key of its own, made of the party, the
cause and the lines: the same difference found again next month is the same dispute.  What is said
of it is added, never changed; it is settled by a reason and, where books are mended, the draft.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.matching.two_sided.party_view import Finding, PartyView
from kamcore.model.voucher import exact
from kamcore.place import Place

__all__ = [
    "STATES",
    "Dispute",
    "DisputeEvent",
    "DisputeState",
    "dispute_states",
    "disputes",
    "logged",
    "open_disputes",
    "said_of",
]

NO_DISPUTE = Fault(
    code="M2341",
    zh="对账记录中没有争议「{value}」",
    en="the log has no dispute {value!r}",
    hint_zh="争议的代号见 kamcore statement 账套 --disputes --log 记录",
    hint_en="kamcore statement BOOKS --disputes --log LOG lists their keys",
)
SEVERAL_DISPUTES = Fault(
    code="M2342",
    zh="「{value}」是几项争议代号的开头",
    en="{value!r} begins the keys of several disputes",
    hint_zh="请多写几位: {known}",
    hint_en="write more of it: {known}",
)

_KEY = 16


STATES: Mapping[str, str] = {
    "open": "未处理",
    "discussed": "商议中",
    "accepted": "已认可",
    "rejected": "不认可",
    "settled": "已处理",
}
"""States of a dispute, with their Chinese names."""

_ENDED = ("rejected", "settled")


@attrs.frozen(kw_only=True)
class DisputeEvent:
    """What was said of a dispute, by whom, on which day; `draft` names the rule of the voucher.

    The event that opens a dispute says what it is about: party, currency, cause, the amount it
    adds to our balance less theirs, and the day of the reconciliation.
    """

    key: str
    state: str = attrs.field(validator=attrs.validators.in_(tuple(STATES)))
    on: dt.date
    person: str
    note: str = ""
    draft: str = ""
    party: str = ""
    currency: str = ""
    cause: str = ""
    amount: Decimal | None = attrs.field(default=None, converter=exact)
    as_of: dt.date | None = None

    def to_json(self) -> dict[str, Any]:
        """The event as a line of a log; what it is about only where it says so."""
        about = {
            "party": self.party,
            "currency": self.currency,
            "cause": self.cause,
            "amount": None if self.amount is None else f"{self.amount:f}",
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }
        return {
            "key": self.key,
            "state": self.state,
            "on": self.on.isoformat(),
            "person": self.person,
            "note": self.note,
            "draft": self.draft,
            **{name: value for name, value in about.items() if value},
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "DisputeEvent":
        """The event a line of a log holds.

        Raises:
            ValueError: a date or the state is none.
            KeyError: a field is missing.
        """
        amount, as_of = said.get("amount"), said.get("as_of")
        return cls(
            key=said["key"],
            state=said["state"],
            on=dt.date.fromisoformat(said["on"]),
            person=said["person"],
            note=said.get("note", ""),
            draft=said.get("draft", ""),
            party=said.get("party", ""),
            currency=said.get("currency", ""),
            cause=said.get("cause", ""),
            amount=None if amount is None else Decimal(amount),
            as_of=dt.date.fromisoformat(as_of) if as_of else None,
        )


@attrs.frozen(kw_only=True)
class Dispute:
    """A difference with its key, as it was found."""

    key: str
    party: str
    currency: str
    cause: str
    amount: Decimal = attrs.field(converter=exact)
    as_of: dt.date
    proof: tuple[str, str] = ("", "")
    fault: str = ""

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """The dispute as a result prints it."""
        return {
            **attrs.asdict(self),
            "amount": f"{self.amount:.2f}",
            "as_of": self.as_of.isoformat(),
            "proof": self.proof[0 if lang == "zh" else 1],
        }


def disputes(view: PartyView) -> tuple[Dispute, ...]:
    """A dispute for each difference of a party, but those that only time settles."""
    return tuple(
        Dispute(
            key=_key(view, finding),
            party=view.party,
            currency=view.currency,
            cause=finding.cause,
            amount=finding.amount,
            as_of=view.as_of,
            proof=finding.proof,
            fault=finding.fault,
        )
        for finding in view.differences
        if finding.cause != "timing"
    )


def _key(view: PartyView, finding: Finding) -> str:
    lines = sorted(
        f"{line.side}|{line.date}|{line.voucher}|{line.line_no}|{line.amount:f}"
        for line in (*finding.ours, *finding.theirs)
    )
    said = "\n".join((view.party, view.currency, finding.cause, *lines))
    return hashlib.sha256(said.encode()).hexdigest()[:_KEY]


def logged(
    events: Iterable[DisputeEvent], found: Iterable[Dispute], on: dt.date, person: str
) -> tuple[DisputeEvent, ...]:
    """The events with an opening one for every dispute that has none yet."""
    known = tuple(events)
    seen = {event.key for event in known}
    fresh = [one for one in found if one.key not in seen]
    return (*known, *(_opening(one, on, person) for one in fresh))


def _opening(one: Dispute, on: dt.date, person: str) -> DisputeEvent:
    return DisputeEvent(
        key=one.key,
        state="open",
        on=on,
        person=person,
        note=one.proof[0],
        party=one.party,
        currency=one.currency,
        cause=one.cause,
        amount=one.amount,
        as_of=one.as_of,
    )


def open_disputes(
    events: Iterable[DisputeEvent], found: Iterable[Dispute]
) -> Mapping[str, tuple[Dispute, str]]:
    """The disputes that are not settled or rejected, by key, with their state."""
    states = {event.key: event.state for event in events}
    return {
        one.key: (one, states.get(one.key, "open"))
        for one in found
        if states.get(one.key, "open") not in _ENDED
    }


@attrs.frozen(kw_only=True)
class DisputeState:
    """Where a dispute of a log stands: how it was opened, and what was said of it last."""

    opened: DisputeEvent
    last: DisputeEvent

    @property
    def is_open(self) -> bool:
        """True until it is settled or rejected."""
        return self.last.state not in _ENDED

    def days(self, on: dt.date) -> int:
        """For how many days it has stood, up to a day or to its end."""
        return ((on if self.is_open else self.last.on) - self.opened.on).days

    def to_json(self) -> dict[str, Any]:
        """The dispute as a result prints it."""
        said = self.opened.to_json()
        last = {name: self.last.to_json()[name] for name in ("state", "on", "person", "draft")}
        note = "" if self.last is self.opened else self.last.note
        return {**said, "opened": said["on"], **last, "proof": said["note"], "note": note}


def dispute_states(events: Iterable[DisputeEvent]) -> tuple[DisputeState, ...]:
    """Where each dispute of a log stands, in the order in which they were opened."""
    first: dict[str, DisputeEvent] = {}
    last: dict[str, DisputeEvent] = {}
    for event in events:
        first.setdefault(event.key, event)
        last[event.key] = event
    return tuple(DisputeState(opened=one, last=last[key]) for key, one in first.items())


def said_of(events: Iterable[DisputeEvent], event: DisputeEvent) -> DisputeEvent:
    """An event about the dispute whose key begins as its own does, with the whole key.

    Raises:
        UsageError: the log has no such dispute, or several.
    """
    keys = sorted({known.key for known in events if known.key.startswith(event.key)})
    if len(keys) != 1:
        fault = SEVERAL_DISPUTES if keys else NO_DISPUTE
        raise UsageError(fault.at(Place(), event.key, known=", ".join(keys)))
    return attrs.evolve(event, key=keys[0])
