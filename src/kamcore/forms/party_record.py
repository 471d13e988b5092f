"""A party back in the words of its form, with or without its history.

An export for readers of a class holds what they may see, as known on a day; an export of the whole
archive holds every statement and is read back as it was.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from kamcore.forms.party import Dealing
from kamcore.model.archive import visible
from kamcore.model.confidential import Secrecy, masked
from kamcore.model.party import Party, PartyRole, Statement
from kamcore.model.party_profile import archive_fields

ACCOUNTS, PEOPLE = Secrecy.CONFIDENTIAL, Secrecy.SECRET
"""How secret bank accounts are, and people with their numbers."""

_OWN = "own."


@attrs.frozen(kw_only=True)
class Reader:
    """Who reads an export: the class cleared for, and whether the rest is masked or left out."""

    cleared: Secrecy = Secrecy.TOP_SECRET
    mask: bool = False
    classes: Mapping[str, Secrecy] = attrs.field(factory=dict)
    """Fields with another class than the shipped one; ``contacts`` and ``accounts`` among them."""


def whole_record(party: Party) -> dict[str, Any]:
    """The record of a party with all its statements."""
    first, later = _split(party)
    record = _head(party) | _filled(first)
    own = [
        {"name": name.removeprefix(_OWN), "text": value}
        for name, value in first.values.items()
        if name.startswith(_OWN)
    ]
    changes = [_change(name, value, one) for one in later for name, value in one.values.items()]
    below = {
        "changes": changes,
        "own": own,
        "contacts": [_row(one) for one in party.contacts],
        "accounts": [_row(one) for one in party.accounts],
        "codes": [
            {"books": one.books, "role": one.role, "outside": one.code} for one in party.codes
        ],
        "affiliations": [_row(one) for one in party.affiliations],
        "documents": [_row(one) for one in party.documents],
    }
    return record | {name: rows for name, rows in below.items() if rows}


def record_for(party: Party, reader: Reader, on: dt.date) -> dict[str, Any]:
    """What a reader may see of a party as known on a day."""
    seen = visible(party.as_of(on), reader.cleared, mask=reader.mask, classes=reader.classes)
    record = _head(party)
    record |= {name: value for name, value in seen.items() if not name.startswith(_OWN)}
    own = [
        {"name": name.removeprefix(_OWN), "text": value}
        for name, value in seen.items()
        if name.startswith(_OWN)
    ]
    below = {
        "own": own,
        "contacts": _seen(
            [_row(one) for one in party.contacts if one.counts_on(on)],
            reader.classes.get("contacts", PEOPLE),
            reader,
        ),
        "accounts": _seen(
            [_row(one) for one in party.accounts if one.counts_on(on)],
            reader.classes.get("accounts", ACCOUNTS),
            reader,
        ),
        "codes": [
            {"books": one.books, "role": one.role, "outside": one.code} for one in party.codes
        ],
        "affiliations": [_row(one) for one in party.affiliations if one.counts_on(on)],
    }
    return record | {name: rows for name, rows in below.items() if rows}


def _seen(rows: list[dict[str, Any]], secrecy: Secrecy, reader: Reader) -> list[dict[str, Any]]:
    """Rows as a reader may see them: the keys stay, the values are masked or the rows left out."""
    if reader.cleared.may_read(secrecy):
        return rows
    if not reader.mask:
        return []
    return [{name: _hidden(value) for name, value in row.items()} for row in rows]


def _hidden(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else None


def _head(party: Party) -> dict[str, Any]:
    roles = party.roles
    both = roles >= set(PartyRole)
    dealing = Dealing.BOTH if both else Dealing(next(iter(roles), PartyRole.CUSTOMER).value)
    return {"code": party.code, "roles": dealing}


def _split(party: Party) -> tuple[Statement, tuple[Statement, ...]]:
    """The first statement, and those that come as changes: a change has a day."""
    undated = [one for one in party.statements if one.on is None]
    if not undated:
        return (*party.statements[:1], Statement(values={}))[0], party.statements[1:]
    values = {name: value for one in undated for name, value in one.values.items()}
    return attrs.evolve(undated[0], values=values), party.statements[len(undated) :]


def _filled(first: Statement) -> dict[str, Any]:
    values = {name: value for name, value in first.values.items() if not name.startswith(_OWN)}
    said = {
        "filled_on": first.on,
        "source": first.source,
        "verified": first.verified,
        "person": first.person,
        "reason": first.reason,
    }
    return values | {name: value for name, value in said.items() if value}


def _change(name: str, value: Any, one: Statement) -> dict[str, Any]:
    field = archive_fields().get(name)
    return {
        "on": one.on,
        "field": field.zh if field else name,
        "value": value,
        "reason": one.reason,
        "person": one.person,
        "source": one.source,
        "verified": one.verified,
    }


def _row(one: Any) -> dict[str, Any]:
    """A small value as the row of a sub-table, without what is blank."""
    keep: Callable[[Any, Any], bool] = lambda _, value: value not in (None, "")  # noqa: E731
    return attrs.asdict(one, recurse=False, filter=keep)
