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

from kamcore.matching.party_view import Finding, PartyView
from kamcore.model.voucher import exact

__all__ = ["Dispute", "DisputeEvent", "disputes", "logged", "open_disputes"]

STATES = ("open", "discussed", "accepted", "rejected", "settled")
_KEY = 16


@attrs.frozen(kw_only=True)
class DisputeEvent:
    """What was said of a dispute, by whom, on which day; `draft` names the rule of the voucher."""

    key: str
    state: str = attrs.field(validator=attrs.validators.in_(STATES))
    on: dt.date
    person: str
    note: str = ""
    draft: str = ""

    def to_json(self) -> dict[str, Any]:
        """The event as a line of a log."""
        return {**attrs.asdict(self), "on": self.on.isoformat()}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "DisputeEvent":
        """The event a line of a log holds.

        Raises:
            ValueError: the date or the state is none.
            KeyError: a field is missing.
        """
        return cls(
            key=said["key"],
            state=said["state"],
            on=dt.date.fromisoformat(said["on"]),
            person=said["person"],
            note=said.get("note", ""),
            draft=said.get("draft", ""),
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
    return DisputeEvent(key=one.key, state="open", on=on, person=person, note=one.proof[0])


def open_disputes(
    events: Iterable[DisputeEvent], found: Iterable[Dispute]
) -> Mapping[str, tuple[Dispute, str]]:
    """The disputes that are not settled or rejected, by key, with their state."""
    states = {event.key: event.state for event in events}
    return {
        one.key: (one, states.get(one.key, "open"))
        for one in found
        if states.get(one.key, "open") not in ("settled", "rejected")
    }
