"""Contracts from form files: rows of one number become one contract with its versions."""

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from kamcore.errors import Fault, Problem, Severity
from kamcore.forms.contract import ContractRecord
from kamcore.model.contract import Contract, ContractVersion
from kamcore.model.document import Document
from kamcore.model.party import Party
from kamcore.model.rebate import RebateClause
from kamcore.pipeline.form_file import Entry, Forms, read_forms
from kamcore.place import Place

__all__ = ["ContractsRead", "check_files", "contracts_of", "read_contracts"]

NO_PARTY = Fault(
    code="C4031",
    severity=Severity.WARNING,
    zh="合同 {contract} 的单位「{value}」不在客户档案中",
    en="contract {contract} names the party {value!r}, which is not in the archive",
)
NO_FILE = Fault(
    code="C4032",
    zh="{owner} 的资料文件「{value}」找不到",
    en="{owner}: the file {value!r} of a document is not there",
)
CHANGED_FILE = Fault(
    code="C4033",
    zh="{owner} 的资料文件「{value}」与归档时不同 (摘要 {now})",
    en="{owner}: the file {value!r} is not what was filed (hash {now})",
    hint_zh="查明谁改了文件; 若是新版, 更新清单中的摘要",
    hint_en="find out who changed it; for a new edition, put its hash into the list",
)
NO_HASH = Fault(
    code="C4034",
    severity=Severity.INFO,
    zh="{owner} 的资料文件「{value}」尚未登记摘要: {now}",
    en="{owner}: no hash is on record for the file {value!r}: {now}",
    hint_zh="把摘要填入清单, 以后可查出改动",
    hint_en="put it into the list, so that a change can be found",
)

_CHUNK = 1 << 20


@attrs.frozen(kw_only=True)
class ContractsRead:
    """Contracts by number with the problems of their files and of the contracts as wholes."""

    contracts: tuple[Contract, ...]
    problems: tuple[Problem, ...]
    between: tuple[Problem, ...] = ()
    """Those of the problems that only show between records."""
    places: Mapping[tuple[str, int], Place]
    """Where each version stands, by number and version."""

    def contract(self, number: str) -> Contract | None:
        """The contract of a number."""
        return next((one for one in self.contracts if one.number == number), None)


def read_contracts(paths: Iterable[str | os.PathLike[str]]) -> ContractsRead:
    """Read the contracts of form files.

    Raises:
        UsageError: there is no such file.
        SourceError: a file cannot be opened as what it is.
    """
    return contracts_of(read_forms(paths))


def contracts_of(forms: Forms) -> ContractsRead:
    """The contracts that forms hold, each with its versions and rebate clauses, and checked."""
    grouped: dict[str, list[Entry]] = {}
    for entry in forms.entries:
        if isinstance(entry.value, ContractRecord):
            grouped.setdefault(entry.value.terms.number, []).append(entry)
    clauses: dict[str, list[RebateClause]] = {}
    for clause in forms.of(RebateClause):
        clauses.setdefault(clause.contract, []).append(clause)
    places = {
        (entry.value.terms.number, entry.value.terms.version): entry.place
        for entries in grouped.values()
        for entry in entries
    }
    contracts = tuple(
        _contract([entry.value for entry in entries], clauses.get(number, []))
        for number, entries in sorted(grouped.items())
    )
    between = tuple(_of_contracts(contracts, places, forms))
    problems = (*forms.problems, *between)
    return ContractsRead(contracts=contracts, problems=problems, between=between, places=places)


def _contract(records: list[ContractRecord], clauses: list[RebateClause]) -> Contract:
    records = sorted(records, key=lambda one: one.terms.version)
    last = records[-1]
    versions = [one.terms for one in records]
    statuses = [change for one in records for change in one.statuses]
    return Contract(
        number=last.terms.number,
        party=versions[0].party,
        versions=tuple(_with_rebates(versions, clauses)),
        statuses=tuple(sorted(statuses, key=lambda one: one.on)),
        termination=next((one.termination for one in reversed(records) if one.termination), None),
        documents=tuple(document for one in records for document in one.documents),
        keeper=next((one.keeper for one in reversed(records) if one.keeper), ""),
        reviewed_on=max((one.reviewed_on for one in records if one.reviewed_on), default=None),
        review_months=next(
            (one.review_months for one in reversed(records) if one.review_months), None
        ),
    )


def _with_rebates(
    versions: list[ContractVersion], clauses: list[RebateClause]
) -> Iterator[ContractVersion]:
    """Each version with the clauses that count while it does."""
    ends = [one.valid_from for one in versions[1:]] + [dt.date.max]
    for version, end in zip(versions, ends, strict=True):
        own = tuple(
            clause
            for clause in clauses
            if clause.valid_from < end and version.valid_from <= clause.valid_to
        )
        yield attrs.evolve(version, rebates=own) if own else version


def _of_contracts(
    contracts: tuple[Contract, ...], places: Mapping[tuple[str, int], Place], forms: Forms
) -> Iterator[Problem]:
    """What only shows between the rows of a contract, and between contracts and parties."""
    parties = {party.code for party in forms.of(Party)}
    for contract in contracts:
        of_rows = {doubt for version in contract.versions for doubt in _codes(version)}
        first = contract.versions[0]
        for doubt in contract.doubts():
            if (doubt.fault.code, doubt.value) not in of_rows:
                key = (contract.number, int(str(doubt.facts.get("version", first.version))))
                yield doubt.at(places[key])
        if parties and contract.party not in parties:
            place = places[contract.number, first.version]
            yield NO_PARTY.at(place, contract.party, contract=contract.number)


def _codes(version: ContractVersion) -> Iterator[tuple[str, str]]:
    for doubt in version.doubts():
        yield doubt.fault.code, doubt.value


def check_files(owner: str, documents: Iterable[Document], folder: Path) -> Iterator[Problem]:
    """Compare the files of a document list with what was filed.

    A file that is missing or of another hash is an error; one without a hash on record is told
    with its hash.  `folder` is where relative names start.
    """
    for document in documents:
        if not document.file:
            continue
        path = folder / document.file
        place = Place(file=str(path))
        if not path.is_file():
            yield NO_FILE.at(place, document.file, owner=owner)
            continue
        now = sha256_of(path)
        if not document.sha256:
            yield NO_HASH.at(place, document.file, owner=owner, now=now)
        elif document.sha256 != now:
            yield CHANGED_FILE.at(place, document.file, owner=owner, now=now)


def sha256_of(path: Path) -> str:
    """The SHA-256 hash of a file, in hexadecimal digits."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
