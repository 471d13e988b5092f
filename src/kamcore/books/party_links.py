"""Which customer of the books is which party of the archive, and books in the archive's codes.

In this order: what the mapping says, an outside code the archive keeps, the same code, the same
credit code, the same name where only one party has it.  A customer that is none of these keeps
its code and is named; nobody is left out.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books
from kamcore.books.mapping import map_books
from kamcore.errors import Fault, Problem, Severity
from kamcore.model.archive import Archive
from kamcore.model.company_name import folded
from kamcore.model.mapping import CodeMap
from kamcore.model.party import Party, PartyRole
from kamcore.place import Place

__all__ = ["APART", "PartyLink", "PartyLinks", "link_parties"]

UNMAPPED = Fault(
    code="B3101",
    severity=Severity.INFO,
    zh="账里有 {count} 个客户在档案中没有对应单位, 按账内代码单列: {value}",
    en="{count} customers of the books are no party of the archive and keep their own codes: "
    "{value}",
    hint_zh="在档案的「外部代码」或客户对照表里写明, 也可以填统一社会信用代码",
    hint_en="say so among the outside codes of the archive, in a mapping, or by credit codes",
)
SEVERAL = Fault(
    code="B3102",
    severity=Severity.WARNING,
    zh="账内客户「{value}」{name}对应档案中几个单位: {known}",
    en="customer {value!r} of the books {name} may be several parties of the archive: {known}",
    hint_zh="在客户对照表 (--mapping) 里写明是哪一个",
    hint_en="say which in a mapping (--mapping)",
)
ANOTHER = Fault(
    code="B3103",
    severity=Severity.WARNING,
    zh="账内客户「{value}」{name}与档案中同代码的单位不是同一家, 单列为「{apart}」",
    en="customer {value!r} of the books {name} is not the party of that code in the archive and "
    "stands apart as {apart!r}",
    hint_zh="在客户对照表 (--mapping) 里写明对应的单位",
    hint_en="say in a mapping (--mapping) which party it is",
)

APART = "@"
"""Ending of a code that another party of the archive has already."""

CUSTOMER = "customer"
_COLUMN = schema.AUX + CUSTOMER
_SHOWN = 10
_DOCUMENTS = ("open_items", "receipts", "adjustments")


@attrs.frozen
class PartyLink:
    """A customer of the books, the party it is, and what says so; no party where nothing does.

    `by` is ``mapping``, ``outside_code``, ``code``, ``credit_code``, ``name`` or empty.
    """

    code: str
    party: str
    by: str

    def to_json(self) -> dict[str, str]:
        """The keys of a link under ``--json``."""
        return {"code": self.code, "party": self.party, "by": self.by}


@attrs.frozen(kw_only=True)
class PartyLinks:
    """The links of all customers in use, in the order of their codes."""

    links: tuple[PartyLink, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def codes(self) -> dict[str, str]:
        """Codes of the books to codes of the archive, those that differ."""
        return {one.code: one.party for one in self.links if one.party != one.code}

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Codes of customers that are no party of the archive."""
        return tuple(one.code for one in self.links if not one.by)

    def of_party(self, party: str) -> tuple[str, ...]:
        """The codes a party has in the books; its own code where it has none there."""
        return tuple(one.code for one in self.links if one.party == party) or (party,)

    def applied(self, books: Books) -> Books:
        """The books in the codes of the archive; amounts are not touched."""
        codes = self.codes
        if not codes:
            return books
        mapped = map_books(books, CodeMap(members={CUSTOMER: codes}, keep_unlisted=True)).books
        own = pl.col("party_role") == CUSTOMER
        renamed = pl.when(own).then(pl.col("party").replace(codes)).otherwise(pl.col("party"))
        documents: Any = {
            name: mapped.tables[name].with_columns(party=renamed)
            for name in _DOCUMENTS
            if mapped.tables[name].height
        }
        return mapped.replace(**documents) if documents else mapped


def link_parties(
    books: Books, archive: Archive, on: dt.date, mapping: Mapping[str, str] | None = None
) -> PartyLinks:
    """Find the party of every customer in use, as the archive is known on a day.

    `mapping` says parties of customers by their codes.  Without archive and mapping there is
    nothing to link.
    """
    given = mapping or {}
    if not (given or archive.parties):
        return PartyLinks()
    seeking = _Seeking.of(archive, on)
    links, problems, nobody = [], [], []
    for code, name, credit_code in _in_use(books):
        place = Place(file=books.origin.file)
        party, by, several = seeking.find(code, name, credit_code, given)
        if several:
            known = ", ".join(several)
            problems.append(SEVERAL.at(place, code, name=name, known=known))
        if party is None:
            party = code
            if code in seeking.archive.by_code or code in given.values():
                party = code + APART
                problems.append(ANOTHER.at(place, code, name=name, apart=party))
            else:
                nobody.append(f"{code} {name}".strip())
        links.append(PartyLink(code, party, by))
    if nobody:
        shown = ", ".join(nobody[:_SHOWN]) + (" …" if len(nobody) > _SHOWN else "")
        place = Place(file=books.origin.file)
        problems.append(UNMAPPED.at(place, shown, count=len(nobody)))
    return PartyLinks(links=tuple(links), problems=tuple(problems))


def _in_use(books: Books) -> list[tuple[str, str, str]]:
    """Customers of lines, balances and documents, with what the members say of them."""
    codes: set[str] = set()
    for table in ("lines", "balances", *_DOCUMENTS):
        frame = books.tables[table]
        if _COLUMN in frame.columns:
            codes |= set(frame[_COLUMN].drop_nulls().unique())
        if "party_role" in frame.columns:
            codes |= set(frame.filter(party_role=CUSTOMER)["party"].unique())
    rows = books.members.filter(dimension=CUSTOMER).select("code", "name", "credit_code")
    known = {code: (name or "", credit or "") for code, name, credit in rows.iter_rows()}
    return [(code, *known.get(code, ("", ""))) for code in sorted(codes)]


@attrs.frozen(kw_only=True)
class _Seeking:
    """The archive by all that tells a party."""

    archive: Archive
    outside: Mapping[str, frozenset[str]]
    credit_codes: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    said: Mapping[str, str]
    """The credit code of each party that has one."""

    @classmethod
    def of(cls, archive: Archive, on: dt.date) -> "_Seeking":
        outside: dict[str, set[str]] = defaultdict(set)
        credit_codes: dict[str, set[str]] = defaultdict(set)
        names: dict[str, set[str]] = defaultdict(set)
        said: dict[str, str] = {}
        for party in archive.parties:
            for one in party.codes:
                if one.role is PartyRole.CUSTOMER:
                    outside[one.code].add(party.code)
            profile = party.as_of(on)
            if profile.credit_code:
                said[party.code] = profile.credit_code.strip().upper()
                credit_codes[said[party.code]].add(party.code)
            for name in _names(party, on):
                names[name].add(party.code)
        return cls(
            archive=archive,
            outside=_frozen(outside),
            credit_codes=_frozen(credit_codes),
            names=_frozen(names),
            said=said,
        )

    def find(
        self, code: str, name: str, credit_code: str, given: Mapping[str, str]
    ) -> tuple[str | None, str, tuple[str, ...]]:
        """The party, what says so, and the candidates where several would do."""
        credit = credit_code.strip().upper()
        if code in given:
            return given[code], "mapping", ()
        if len(found := self.outside.get(code, frozenset())) == 1:
            return next(iter(found)), "outside_code", ()
        if found:
            return None, "", tuple(sorted(found))
        other = credit and self.said.get(code) and self.said[code] != credit
        if code in self.archive.by_code and not other:
            return code, "code", ()
        by_credit = self.credit_codes.get(credit, frozenset())
        by_name = self.names.get(folded(name), frozenset()) if name else frozenset()
        if credit:
            # Two companies may share a name; two credit codes are two companies.
            by_name = frozenset(one for one in by_name if self.said.get(one, credit) == credit)
        for by, parties in (("credit_code", by_credit), ("name", by_name)):
            if len(parties) == 1:
                return next(iter(parties)), by, ()
            if parties:
                return None, "", tuple(sorted(parties))
        return None, "", ()


def _names(party: Party, on: dt.date) -> Iterable[str]:
    profile = party.as_of(on)
    return {folded(one) for one in (profile.name, profile.short_name) if one}


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in found.items()}
