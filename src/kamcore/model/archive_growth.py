"""Bringing parties from lists of other systems into an archive: who is new, who is known.

A party is known by its code in the same books, or by the same credit code.  A name alone links
nobody: that is for `Archive.duplicates` and a person.  What is known already and said otherwise
becomes a statement of the day of the import; nothing is overwritten.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs

from kamcore.model.credit_code import CreditCode
from kamcore.model.party import Change, Party, Statement, StatementSource, in_order

REASON = "账套导入"


@attrs.frozen(kw_only=True)
class Growth:
    """An archive after an import, and what the import did to it."""

    parties: tuple[Party, ...]
    added: tuple[str, ...]
    """Codes of new parties."""
    linked: tuple[tuple[str, str], ...]
    """Codes of parties that were known, each with the outside code now tied to it."""
    changes: tuple[tuple[str, Change], ...]
    """By code of the party: values that became others."""


def grown(known: Iterable[Party], incoming: Iterable[Party], on: dt.date) -> Growth:
    """The parties of an archive with those of a list, as of the day of the list.

    Each incoming party carries its outside codes; a code that is taken by another company gets
    the books and the role before it.
    """
    parties = {party.code: party for party in known}
    outside = {one: party.code for party in parties.values() for one in party.codes}
    by_credit: dict[str, str] = {}
    for party in parties.values():
        if code := _credit_code(party, on):
            by_credit.setdefault(code, party.code)
    added, linked, changes = [], [], []
    for one in incoming:
        credit = _credit_code(one, on)
        home = next((outside[code] for code in one.codes if code in outside), None)
        home = home or by_credit.get(credit)
        if home is None:
            code = _free(one, parties)
            parties[code] = attrs.evolve(one, code=code)
            added.append(code)
            home = code
        else:
            merged, said = _merged(parties[home], one, on)
            parties[home] = merged
            linked += [(home, code.code) for code in one.codes if code not in outside]
            changes += [(home, change) for change in said]
        outside.update(dict.fromkeys(one.codes, home))
        if credit:
            by_credit.setdefault(credit, home)
    return Growth(
        parties=tuple(parties.values()),
        added=tuple(added),
        linked=tuple(linked),
        changes=tuple(changes),
    )


def _credit_code(party: Party, on: dt.date) -> str:
    """A sound credit code of a party, or nothing; a tax number of today is one."""
    for text in (party.value("credit_code", on), party.value("tax_number", on)):
        if text and (code := CreditCode.of(text)).is_sound:
            return code.text
    return ""


def _free(party: Party, taken: dict[str, Party]) -> str:
    code = party.code
    if code in taken and party.codes:
        first = party.codes[0]
        code = f"{first.books}-{first.role.zh}-{first.code}"
    number = 1
    while code in taken:
        number += 1
        code = f"{party.code}-{number}"
    return code


def _merged(party: Party, other: Party, on: dt.date) -> tuple[Party, list[Change]]:
    """A known party with what a list says of it beyond what was known."""
    values: dict[str, Any] = {}
    changes = []
    for statement in other.statements:
        for name, value in statement.values.items():
            stated = party.stated(name, on)
            if value is None or (stated is not None and stated.value == value):
                continue
            values[name] = value
    said = Statement(values=values, on=on, source=StatementSource.BOOKS, reason=REASON)
    for name, value in values.items():
        stated = party.stated(name, on)
        if stated is not None:
            changes.append(Change(name, stated.value, value, said))
    statements = (*party.statements, said) if values else party.statements
    numbers = {one.number for one in party.accounts}
    people = {one.name for one in party.contacts}
    merged = attrs.evolve(
        party,
        roles=party.roles | other.roles,
        statements=in_order(statements),
        codes=tuple(dict.fromkeys((*party.codes, *other.codes))),
        accounts=(*party.accounts, *(one for one in other.accounts if one.number not in numbers)),
        contacts=(*party.contacts, *(one for one in other.contacts if one.name not in people)),
    )
    return merged, changes
