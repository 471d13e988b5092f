"""The archive of parties (客户档案): lookups, groups, duplicates, and what is due for review."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs

from kamcore.errors import Fault, Severity
from kamcore.model.company_name import normalised
from kamcore.model.confidential import Secrecy, masked
from kamcore.model.doubt import Doubt
from kamcore.model.party import Party, PartyRole
from kamcore.model.party_class import PartyClasses
from kamcore.model.party_profile import Profile, archive_fields
from kamcore.model.tax_number import organisation_of
from kamcore.model.word import Word

SAME_CODE = Fault(
    code="E1111",
    zh="账套「{books}」的{role_zh}代码「{value}」同时属于 {first} 和 {second}",
    en="the {role_en} code {value!r} in the books {books!r} belongs to {first} and to {second}",
    hint_zh="一个外部代码只能对应一个往来单位; 若是同一家公司, 请合并",
    hint_en="an outside code names one party only; if the two are one company, merge them",
)
TWO_CODES = Fault(
    code="E1112",
    zh="往来单位 {party} 在账套「{books}」有两个{role_zh}代码: {value}",
    en="party {party} has two {role_en} codes in the books {books!r}: {value}",
    hint_zh="每个账套、每种身份只写一个代码",
    hint_en="give one code per set of books and role",
)
NO_SUCH_PARTY = Fault(
    code="E1113",
    severity=Severity.WARNING,
    zh="往来单位 {party} 的关联企业「{value}」不在档案中",
    en="party {party} is tied to {value!r}, which is not in the archive",
)

_MONTHS = 12
REVIEW_MONTHS = 2
"""Months between two reviews of a record, unless the record or the company says otherwise."""


class Likeness(Word):
    """Why two parties may be one."""

    CREDIT_CODE = "credit_code", "统一社会信用代码相同"
    ORGANISATION = "organisation", "组织机构代码相同 (新旧税号)"
    BANK_ACCOUNT = "bank_account", "银行账号相同"
    NAME = "name", "名称相同"


@attrs.frozen
class Duplicate:
    """Parties that may be one company; only a credit code makes it certain."""

    codes: tuple[str, ...]
    why: Likeness
    value: str

    @property
    def is_certain(self) -> bool:
        """True when the ground is a code that only one organisation has."""
        return self.why in (Likeness.CREDIT_CODE, Likeness.ORGANISATION)


@attrs.frozen
class Review:
    """A record that is due for review."""

    party: str
    due: dt.date | None
    """None when it was never reviewed."""
    last: dt.date | None
    keeper: str


@attrs.frozen(kw_only=True, eq=False)
class Archive:
    """Every party, by code, with the classes a company uses."""

    parties: tuple[Party, ...] = ()
    classes: PartyClasses = attrs.field(factory=PartyClasses.shipped)

    @cached_property
    def by_code(self) -> Mapping[str, Party]:
        """The parties by their own code."""
        return {party.code: party for party in self.parties}

    @cached_property
    def _outside(self) -> Mapping[tuple[str, PartyRole, str], Party]:
        return {
            (one.books, one.role, one.code): party for party in self.parties for one in party.codes
        }

    def party_of(self, books: str, role: PartyRole, code: str) -> Party | None:
        """The party that has a code in one set of books."""
        return self._outside.get((books, role, code))

    def doubts(self) -> Iterator[Doubt]:
        """What does not hold between parties: outside codes used twice, ties to nobody."""
        taken: dict[tuple[str, PartyRole, str], str] = {}
        for party in self.parties:
            own: dict[tuple[str, PartyRole], str] = {}
            for one in party.codes:
                said = {"books": one.books, "role_zh": one.role.zh, "role_en": one.role.text()}
                first = taken.setdefault((one.books, one.role, one.code), party.code)
                if first != party.code:
                    facts = {**said, "first": first, "second": party.code}
                    yield Doubt(SAME_CODE, one.code, facts)
                before = own.setdefault((one.books, one.role), one.code)
                if before != one.code:
                    yield Doubt(TWO_CODES, f"{before}, {one.code}", {**said, "party": party.code})
            for tie in party.affiliations:
                if tie.party not in self.by_code:
                    yield Doubt(NO_SUCH_PARTY, tie.party, {"party": party.code})

    def groups(self, on: dt.date) -> dict[str, str]:
        """By party: the group it counts to on a day, named by the least code in it.

        Parties tied to one another, directly or through others, and parties of one named group
        are one group.
        """
        leader = {party.code: party.code for party in self.parties}

        def root(code: str) -> str:
            while leader[code] != code:
                leader[code] = leader[leader[code]]
                code = leader[code]
            return code

        def join(one: str, other: str) -> None:
            first, second = sorted((root(one), root(other)))
            leader[second] = first

        named: dict[str, str] = {}
        for party in self.parties:
            for tie in party.affiliations:
                if tie.grouped and tie.counts_on(on) and tie.party in leader:
                    join(party.code, tie.party)
            stated = party.stated("group", on)
            if stated is not None:
                join(party.code, named.setdefault(str(stated.value), party.code))
        return {code: root(code) for code in leader}

    def duplicates(self, on: dt.date) -> tuple[Duplicate, ...]:
        """Parties that may be one company, the surest ground first; nothing is merged by itself.

        A pair is proposed once, on its surest ground.  Branches are never the same as their head
        office.
        """
        grounds: dict[tuple[Likeness, str], list[str]] = {}
        for party in self.parties:
            for why, value in _grounds(party, on):
                codes = grounds.setdefault((why, value), [])
                if party.code not in codes:
                    codes.append(party.code)
        found = []
        said: set[frozenset[str]] = set()
        order = list(Likeness)
        for (why, value), codes in sorted(
            grounds.items(), key=lambda one: (order.index(one[0][0]), sorted(one[1]), one[0][1])
        ):
            members = frozenset(codes)
            if len(members) > 1 and members not in said:
                said.add(members)
                found.append(Duplicate(tuple(sorted(members)), why, value))
        return tuple(found)

    def reviews_due(self, on: dt.date, months: int = REVIEW_MONTHS) -> tuple[Review, ...]:
        """Records due for review on a day, the longest overdue first, then by code."""
        found = []
        for party in self.parties:
            last = party.value("reviewed_on", on)
            every = party.value("review_months", on) or months
            due = None if last is None else months_after(last, every)
            if party.value("stopped_on", on) is None and (due is None or due <= on):
                found.append(Review(party.code, due, last, party.value("keeper", on) or ""))
        return tuple(sorted(found, key=lambda one: (one.due or dt.date.min, one.party)))


def _grounds(party: Party, on: dt.date) -> Iterator[tuple[Likeness, str]]:
    """What a party may share with another that is the same company."""
    credit_code, tax_number = party.value("credit_code", on), party.value("tax_number", on)
    if credit_code:
        yield Likeness.CREDIT_CODE, credit_code
    for number in (credit_code, tax_number):
        if number and (organisation := organisation_of(number)):
            yield Likeness.ORGANISATION, organisation
    for account in party.accounts:
        if account.counts_on(on):
            yield Likeness.BANK_ACCOUNT, account.number
    if name := party.value("name", on):
        yield Likeness.NAME, normalised(name)


def visible(
    profile: Profile,
    cleared: Secrecy,
    *,
    mask: bool = False,
    classes: Mapping[str, Secrecy] | None = None,
) -> dict[str, Any]:
    """What a reader cleared for a class may see of an archive, by field.

    Fields above the reader's class are left out, or masked with `mask`.  `classes` gives fields
    another class than the shipped one; fields of the company's own are secret.
    """
    given = classes or {}
    found: dict[str, Any] = {}
    for name, field in archive_fields().items():
        value = getattr(profile, name)
        if value is None:
            continue
        if cleared.may_read(given.get(name, field.secrecy)):
            found[name] = value
        elif mask:
            found[name] = masked(value)
    for name, value in profile.own.items():
        if cleared.may_read(given.get(f"own.{name}", Secrecy.SECRET)):
            found[f"own.{name}"] = value
        elif mask:
            found[f"own.{name}"] = masked(value)
    return found


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last day of a shorter month.

    >>> months_after(dt.date(2025, 12, 31), 2)
    datetime.date(2026, 2, 28)
    """
    count = day.year * _MONTHS + day.month - 1 + months
    year, month = divmod(count, _MONTHS)
    following = dt.date(year + (month == _MONTHS - 1), (month + 1) % _MONTHS + 1, 1)
    last = (following - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def of_role(parties: Iterable[Party], role: PartyRole) -> Iterator[Party]:
    """The parties that have a role."""
    return (party for party in parties if role in party.roles)
