"""A party (往来单位): one company in any roles, with the dated history of what is known of it.

What is known comes as statements: a visit, a form the party filled in, the report of an agency.
Each says some values, from a day on, with its source, whether they were verified, who says so and
why.  Nothing is overwritten: `Party.as_of` gives the archive as known on any day.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.bank_account import BankAccount
from kamcore.model.contact import Contact
from kamcore.model.document import PARTY_DOCUMENTS, Document, DocumentKind, Lacking, lacking
from kamcore.model.doubt import Doubt
from kamcore.model.party_profile import Profile, Reason, archive_fields
from kamcore.model.word import Word
from kamcore.place import Place

NO_REASON = Fault(
    code="E1101",
    zh="往来单位 {party}: 「{field_zh}」由 {before} 改为「{value}」, 没有写明原因",
    en="party {party}: {field_en} changes from {before} to {value!r} without a reason",
    hint_zh="资本、管理者、付款条件的变更, 以及业绩的明显变化, 都要写原因",
    hint_en="changes of capital, managers, payment terms, and clear ones of results, say why",
)
NO_FIELD = Fault(
    code="E1102",
    zh="档案没有「{value}」这一项",
    en="the archive has no field {value!r}",
)

CLEARLY = Decimal("0.2")
"""Share by which results must change to count as clearly changed, unless a company says else."""

_OWN = "own."


class PartyRole(Word):
    """What a party is to us."""

    CUSTOMER = "customer", "客户"
    SUPPLIER = "supplier", "供应商"


class StatementSource(Word):
    """Where a value comes from."""

    VISIT = "visit", "业务员走访"
    SELF_REPORTED = "self_reported", "客户自填"
    AGENCY = "agency", "委托机构"
    REGISTER = "register", "公开登记"
    BOOKS = "books", "账套导入"


@attrs.frozen(kw_only=True)
class Statement:
    """Some values of the archive, said from a day on by one source.

    A value of None takes a value back.  `on` is None for what was known before records began.
    """

    values: Mapping[str, Any]
    on: dt.date | None = None
    source: StatementSource = StatementSource.VISIT
    verified: bool = False
    person: str = ""
    reason: str = ""


@attrs.frozen
class Stated:
    """A value of the archive with the statement it comes from."""

    value: Any
    by: Statement

    @property
    def needs_verifying(self) -> bool:
        """True for what the party says of itself and nobody has verified."""
        return self.by.source is StatementSource.SELF_REPORTED and not self.by.verified


@attrs.frozen
class Change:
    """A value of the archive that became another."""

    field: str
    before: Any
    after: Any
    by: Statement

    @property
    def needs_reason(self) -> bool:
        """True when a change like this must say why: see `archive_fields`."""
        known = archive_fields().get(self.field)
        if known is None or known.reason is Reason.NEVER:
            return False
        if known.reason is Reason.ALWAYS:
            return True
        return _is_clear(self.before, self.after)


@attrs.frozen(kw_only=True)
class OutsideCode:
    """The code a party has in one set of books, in one role."""

    books: str
    """Name of the set of books, or of the system."""
    role: PartyRole
    code: str


@attrs.frozen(kw_only=True)
class Affiliation:
    """A tie to another party (关联企业), between two days."""

    party: str
    """Code of the other party."""
    relation: str = ""
    share: Decimal | None = None
    """Share held, of one."""
    grouped: bool = True
    """True when credit counts the two as one group."""
    since: dt.date | None = None
    until: dt.date | None = None

    def counts_on(self, day: dt.date) -> bool:
        """Say whether the tie holds on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


@attrs.frozen(kw_only=True)
class Party:
    """A company in any roles, with everything said of it.

    >>> said = Statement(on=dt.date(2024, 3, 1), values={"name": "华联商厦", "headcount": 80})
    >>> later = Statement(on=dt.date(2025, 3, 1), values={"headcount": 95}, person="李明")
    >>> party = Party(code="0001", statements=(said, later))
    >>> party.as_of(dt.date(2024, 12, 31)).headcount, party.as_of(dt.date(2025, 3, 1)).headcount
    (80, 95)
    """

    code: str
    roles: frozenset[PartyRole] = frozenset({PartyRole.CUSTOMER})
    statements: tuple[Statement, ...] = ()
    """In the order of their days; of two of one day the later one counts."""
    codes: tuple[OutsideCode, ...] = ()
    contacts: tuple[Contact, ...] = ()
    accounts: tuple[BankAccount, ...] = ()
    affiliations: tuple[Affiliation, ...] = ()
    documents: tuple[Document, ...] = ()

    def as_of(self, on: dt.date) -> Profile:
        """The archive as known on a day."""
        values: dict[str, Any] = {}
        own: dict[str, str] = {}
        for statement in self._until(on):
            for name, value in statement.values.items():
                if not name.startswith(_OWN):
                    values[name] = value
                elif value is None:
                    own.pop(name.removeprefix(_OWN), None)
                else:
                    own[name.removeprefix(_OWN)] = value
        return Profile(**values, own=own)

    def stated(self, field: str, on: dt.date) -> Stated | None:
        """The value of a field as known on a day, with where it comes from."""
        found = None
        for statement in self._until(on):
            if field in statement.values:
                value = statement.values[field]
                found = None if value is None else Stated(value, statement)
        return found

    def value(self, field: str, on: dt.date) -> Any:
        """The value of one field as known on a day, or None; quicker than the whole archive."""
        stated = self.stated(field, on)
        return None if stated is None else stated.value

    def history(self, field: str) -> tuple[Stated, ...]:
        """Every value a field was ever said to have, in the order of the days."""
        return tuple(
            Stated(one.values[field], one) for one in self.statements if field in one.values
        )

    def changes(self) -> Iterator[Change]:
        """Every value that became another, in the order of the days."""
        known: dict[str, Any] = {}
        for statement in self.statements:
            for name, value in statement.values.items():
                before = known.get(name)
                if before is not None and before != value:
                    yield Change(name, before, value, statement)
                known[name] = value

    def doubts(self) -> Iterator[Doubt]:
        """Changes that must say their reason and do not."""
        if len(self.statements) < 2:  # noqa: PLR2004  one statement changes nothing
            return
        for change in self.changes():
            if change.needs_reason and not change.by.reason:
                yield Doubt(NO_REASON, str(change.after), self._said(change))

    def with_statement(self, statement: Statement) -> "Party":
        """The party with one more statement, in its place among the others.

        Raises:
            UsageError: it names a field the archive does not have, or a change that must say its
                reason does not.
        """
        for name in statement.values:
            if not name.startswith(_OWN) and name not in archive_fields():
                raise UsageError(NO_FIELD.at(Place(), name))
        grown = attrs.evolve(self, statements=in_order((*self.statements, statement)))
        for doubt in grown.doubts():
            raise UsageError(doubt.at(Place()))
        return grown

    def unverified(self, on: dt.date) -> dict[str, Stated]:
        """By field: what the party says of itself on a day and nobody has verified."""
        found = {name: self.stated(name, on) for name in archive_fields()}
        return {name: one for name, one in found.items() if one and one.needs_verifying}

    def code_in(self, books: str, role: PartyRole) -> str | None:
        """The code of the party in one set of books."""
        for one in self.codes:
            if one.books == books and one.role is role:
                return one.code
        return None

    def lacking(
        self, on: dt.date, asked: tuple[DocumentKind, ...] = PARTY_DOCUMENTS
    ) -> tuple[Lacking, ...]:
        """Documents that are asked for and not in hand on a day."""
        return tuple(lacking(self.documents, asked, on))

    def _until(self, on: dt.date) -> Iterator[Statement]:
        return (one for one in self.statements if one.on is None or one.on <= on)

    def _said(self, change: Change) -> dict[str, object]:
        known = archive_fields()[change.field]
        names = {"field_zh": known.zh, "field_en": known.en}
        return {"party": self.code, "before": str(change.before), **names}


def in_order(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Statements in the order of their days; undated ones first, the rest as they come."""
    return tuple(sorted(statements, key=lambda one: one.on or dt.date.min))


def _is_clear(before: Any, after: Any) -> bool:
    if not isinstance(before, Decimal) or not isinstance(after, Decimal):
        return True
    return abs(after - before) > CLEARLY * abs(before)
