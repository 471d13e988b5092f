"""The record of reconciling with a party: letters sent, returned, agreed or differing (S161-S164).

An event says what happened to the letter of one party and day, when, and who says so.  Events are
only added; the state is that of the last one, and a later event may not go back before an
earlier.  A cycle table says how often a party is reconciled, by tier and by volume; with key
accounts it is at least monthly, so no cycle is longer than a month.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.voucher import exact
from kamcore.place import Place

__all__ = [
    "MONTH",
    "STATES",
    "Confirmation",
    "CycleRule",
    "Due",
    "cycle_of",
    "due_list",
    "moved",
    "state_of",
]

BAD_MOVE = Fault(
    code="E2101",
    zh="{party} 截至 {as_of} 的对账函{before_zh}, 不能再记为{after_zh}",
    en="the letter to {party} as of {as_of} is {before} and cannot become {value}",
)

STATES: Mapping[str, str] = {
    "sent": "已发出",
    "returned": "已收回",
    "agreed": "相符",
    "differing": "不符",
    "settled": "差异已处理",
}
"""States of a letter, with their Chinese names."""

_NEXT: Mapping[str | None, tuple[str, ...]] = {
    None: ("sent", "agreed", "differing"),
    "sent": ("sent", "returned", "agreed", "differing"),
    "returned": ("agreed", "differing"),
    "agreed": (),
    "differing": ("agreed", "settled"),
    "settled": ("agreed",),
}

MONTH = 31
"""The longest cycle, in days."""


@attrs.frozen(kw_only=True)
class Confirmation:
    """What happened on a day to the letter of a party as of another day.

    `amount` is the balance it states or the difference found, in its currency.
    """

    party: str
    as_of: dt.date
    state: str = attrs.field(validator=attrs.validators.in_(tuple(STATES)))
    on: dt.date
    person: str
    currency: str = "CNY"
    amount: Decimal | None = attrs.field(default=None, converter=exact)
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The event as a line of a log."""
        amount = None if self.amount is None else f"{self.amount:f}"
        days = {"as_of": self.as_of.isoformat(), "on": self.on.isoformat()}
        return {**attrs.asdict(self), **days, "amount": amount}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Confirmation":
        """The event a line of a log holds.

        Raises:
            ValueError: a date or the state is none.
            KeyError: a field is missing.
        """
        amount = said.get("amount")
        return cls(
            party=said["party"],
            as_of=dt.date.fromisoformat(said["as_of"]),
            state=said["state"],
            on=dt.date.fromisoformat(said["on"]),
            person=said["person"],
            currency=said.get("currency", "CNY"),
            amount=None if amount is None else Decimal(amount),
            note=said.get("note", ""),
        )


def state_of(
    events: Iterable[Confirmation], party: str, as_of: dt.date, currency: str = "CNY"
) -> str | None:
    """The state of a letter: that of its last event; None before the first."""
    state = None
    for event in events:
        if (event.party, event.as_of, event.currency) == (party, as_of, currency):
            state = event.state
    return state


def moved(events: Iterable[Confirmation], event: Confirmation) -> tuple[Confirmation, ...]:
    """The events with one more.

    Raises:
        UsageError: the letter is in a state that this cannot follow.
    """
    known = tuple(events)
    before = state_of(known, event.party, event.as_of, event.currency)
    if event.state not in _NEXT[before]:
        facts = {"party": event.party, "as_of": event.as_of}
        said = {"before": before or "not sent", "before_zh": STATES.get(before or "", "未发出")}
        said["after_zh"] = STATES[event.state]
        raise UsageError(BAD_MOVE.at(Place(), event.state, **said, **facts))
    return (*known, event)


@attrs.frozen(kw_only=True)
class CycleRule:
    """A row of the cycle table: parties of a tier, or of at least a volume, every so many days.

    A rule without tier and volume is for everybody.
    """

    days: int = attrs.field(validator=[attrs.validators.ge(1), attrs.validators.le(MONTH)])
    tier: str | None = None
    volume: Decimal | None = attrs.field(default=None, converter=exact)

    def holds(self, tier: str | None, volume: Decimal) -> bool:
        """Say whether the rule is about a party."""
        of_tier = self.tier is None or self.tier == tier
        return of_tier and (self.volume is None or volume >= self.volume)


def cycle_of(rules: Iterable[CycleRule], tier: str | None, volume: Decimal) -> int:
    """Days between two reconciliations of a party: the shortest cycle that holds, else a month.

    >>> rules = (CycleRule(tier="gold", days=7), CycleRule(volume=Decimal(100000), days=14))
    >>> [cycle_of(rules, *one) for one in (("gold", 0), ("silver", 250000), ("silver", 10))]
    [7, 14, 31]
    """
    return min((rule.days for rule in rules if rule.holds(tier, volume)), default=MONTH)


@attrs.frozen(kw_only=True)
class Due:
    """When a party is to be reconciled next; `late` counts the days it is over at `on`."""

    party: str
    tier: str | None
    volume: Decimal
    cycle: int
    last: dt.date | None
    due: dt.date
    late: int
    on: dt.date
    state: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The row as a result prints it."""
        return {
            **attrs.asdict(self),
            "volume": f"{self.volume:.2f}",
            "last": self.last.isoformat() if self.last else None,
            "due": self.due.isoformat(),
            "on": self.on.isoformat(),
        }


def due_list(
    parties: Mapping[str, tuple[str | None, Decimal]],
    events: Iterable[Confirmation],
    rules: Iterable[CycleRule],
    on: dt.date,
    since: dt.date | None = None,
) -> tuple[Due, ...]:
    """When each party (tier and volume by code) is due, the latest first.

    The cycle counts from the day of the last balance both sides agreed on or settled; from
    `since` where there is none, and from `on` where that is not given either.
    """
    known, table = tuple(events), tuple(rules)
    found = []
    for party, (tier, volume) in parties.items():
        own = [event for event in known if event.party == party and event.on <= on]
        done = [event.as_of for event in own if event.state in ("agreed", "settled")]
        last = max(done, default=None)
        cycle = cycle_of(table, tier, volume)
        start = last or since
        due = on if start is None else start + dt.timedelta(days=cycle)
        found.append(
            Due(
                party=party,
                tier=tier,
                volume=volume,
                cycle=cycle,
                last=last,
                due=due,
                late=max(0, (on - due).days),
                on=on,
                state=own[-1].state if own else None,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.due, -one.volume, one.party)))
