"""Customer and supplier lists of other systems as parties: sheets with headings, or any books.

A sheet of customers or suppliers is read by its headings, as Kingdee and Yonyou export them; any
other file through the formats, whose members of the dimensions customer and supplier are taken
with what stands beside them.  A value that cannot be what its heading says is kept under its
heading as a field of the company's own, with a problem: the party itself is not lost.
"""

import datetime as dt
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from kamcore.books import Books
from kamcore.errors import Fault, Problem, Severity
from kamcore.format import Source
from kamcore.forms.checking import UNKNOWN_HEADING, Loc, check_records
from kamcore.forms.party import Dealing, PartyForm
from kamcore.grid import container
from kamcore.grid.workbook import open_workbook
from kamcore.model.party import OutsideCode, Party, PartyRole, StatementSource
from kamcore.model.party_profile import field_called
from kamcore.pipeline.form_sheets import Row, SheetRecords
from kamcore.pipeline.reading import read, source_of
from kamcore.place import Place

__all__ = ["PartyList", "read_party_list"]

KEPT = Fault(
    code="C4051",
    severity=Severity.WARNING,
    zh="{party} 的「{field}」不能用, 原文「{value}」留在自定义项目中",
    en="{party}: {field} cannot be used; its text {value!r} is kept as an own field",
)
NOBODY = Fault(
    code="C4052",
    severity=Severity.WARNING,
    zh="文件里没有客户或供应商",
    en="there is no customer and no supplier in the file",
)

_SUPPLIER = ("供应商", "供货商", "supplier", "vendor")
_COLUMNS = {one.field: one for one in PartyForm.columns()}
_ELEMENTS = {
    "sort_code": "category",
    "domain_code": "region",
    "bank_open": "bank",
    "bank_acc_number": "bank_account",
    "tax_reg_code": "tax_number",
    "legal_man": "legal_person",
    "credit_amount": "credit_limit",
    "credit_deadline": "credit_term",
    "credit_rank": "credit_grade",
    "pay_condition": "payment_terms",
    "seed_date": "first_dealing",
    "end_date": "stopped_on",
    "head_corp_code": "group",
}
"""What the records of U8 EAI files call the fields of a customer or supplier."""

_SHEETS = ("xlsx", "xls", "zip", "ole", "html", "text")


@attrs.frozen(kw_only=True)
class PartyList:
    """Parties of a list, each with its outside code, and what was odd about the file."""

    parties: tuple[Party, ...]
    problems: tuple[Problem, ...]


def read_party_list(
    path: str | os.PathLike[str] | Source,
    *,
    books: str,
    on: dt.date,
    role: PartyRole | None = None,
) -> PartyList:
    """Read the customers and suppliers of a file.

    `books` is the name of the set of books whose codes these are, `on` the day of the list.
    `role` says what a list is of where its headings do not.

    Raises:
        UsageError: there is no such file.
        SourceError: the file cannot be read.
    """
    source = source_of(path)
    found: list[tuple[dict[str, Any], Place]] = []
    problems: list[Problem] = []
    if not source.is_folder and container.detect(source) in _SHEETS:
        sheets = SheetRecords()
        sheets.add(open_workbook(source))
        rows = sheets.rows.get("party", [])
        found = [(_of_row(row, role), row.place(())) for row in rows]
        # Columns no form has are kept as fields of the company's own.
        problems = [one for one in sheets.problems if one.fault is not UNKNOWN_HEADING]
        problems = problems if rows else []
    if not found:
        reading = read(source)
        problems = list(reading.problems)
        found = list(_of_books(reading.books, source.name))
    if not found:
        problems.append(NOBODY.at(Place(file=source.name)))
    parties = []
    for record, form in _sound(found, problems):
        made = form.build()
        code = OutsideCode(books=books, role=_role(record["roles"]), code=form.code)
        statement = attrs.evolve(
            made.statements[0], on=on, source=StatementSource.BOOKS, verified=False
        )
        parties.append(attrs.evolve(made, statements=(statement,), codes=(code,)))
    return PartyList(parties=tuple(parties), problems=tuple(problems))


def _role(dealing: Dealing) -> PartyRole:
    return PartyRole.SUPPLIER if dealing is Dealing.SUPPLIER else PartyRole.CUSTOMER


def _of_row(row: Row, role: PartyRole | None) -> dict[str, Any]:
    """The record of a row, with the role its headings or its sheet say."""
    captions = row.grid.origin.headings
    said = f"{captions.get('code', '')} {captions.get('name', '')} {row.grid.origin.sheet or ''}"
    supplier = any(word in said.lower() for word in _SUPPLIER)
    guessed = Dealing.SUPPLIER if supplier else Dealing.CUSTOMER
    dealing = Dealing(role.value) if role else guessed
    known = {name: value for name, value in row.data.items() if name != "roles"}
    own = [
        {"name": name, "text": str(value)}
        for name in row.grid.frame.columns
        if name not in _COLUMNS and (value := row.grid.column(name)[row.index]) is not None
    ]
    return {**known, "roles": dealing, **({"own": own} if own else {})}


def _of_books(books: Books, file: str) -> Iterator[tuple[dict[str, Any], Place]]:
    """The customers and suppliers among the members, with the fields kept beside them."""
    extras: dict[int, dict[str, str]] = {}
    kept = books.extras.filter(table="members")
    for row, field, value in kept.select("row_id", "field", "value").iter_rows():
        extras.setdefault(row, {})[field] = value
    for index, member in enumerate(books.members.iter_rows(named=True)):
        if member["dimension"] not in ("customer", "supplier"):
            continue
        record: dict[str, Any] = {
            "code": member["code"],
            "roles": Dealing(member["dimension"]),
        }
        for name in ("name", "short_name", "credit_code"):
            if member[name]:
                record[name] = member[name]
        own = []
        for field, value in extras.get(index, {}).items():
            known = field_called(field)
            name = known.name if known else _ELEMENTS.get(field, field)
            if name in _COLUMNS and _COLUMNS[name].rows is None and name not in record:
                record[name] = value
            else:
                own.append({"name": field, "text": value})
        if own:
            record["own"] = own
        row = member["source_row"]
        yield record, Place(file=file, row=row)


def _sound(
    found: Iterable[tuple[dict[str, Any], Place]], problems: list[Problem]
) -> Iterator[tuple[dict[str, Any], PartyForm]]:
    """The records as forms; a value that cannot stand becomes a field of the company's own."""
    listed = list(found)
    records = [record for record, _ in listed]
    checked = check_records(PartyForm, records, lambda loc: listed[int(loc[0])][1])
    for index, (record, place) in enumerate(listed):
        if index in checked.good:
            form, _ = checked.good[index]
            yield record, form  # type: ignore[misc]
            continue
        mended = _mended(record, place, problems)
        again = check_records(PartyForm, [mended], lambda _, at=place: at)  # type: ignore[misc]
        problems += [one for one in again.problems if one.severity is Severity.ERROR]
        for form, _ in again.good.values():
            yield mended, form  # type: ignore[misc]


def _mended(record: Mapping[str, Any], place: Place, problems: list[Problem]) -> dict[str, Any]:
    """A record whose wrong values are moved aside under their headings."""

    def spot(loc: Loc) -> Place:
        return attrs.evolve(place, path=str(loc[1]) if len(loc) > 1 else None)

    mended = dict(record)
    own = list(mended.get("own", ()))
    for problem in check_records(PartyForm, [record], spot).problems:
        field = problem.place.path or ""
        if problem.severity is not Severity.ERROR or field in ("", "code") or field not in mended:
            continue
        value = str(mended.pop(field))
        title = _COLUMNS[field].zh
        own.append({"name": title, "text": value})
        at = attrs.evolve(place, column=title)
        problems.append(attrs.evolve(problem, place=at))
        problems.append(KEPT.at(at, value, party=record.get("code", ""), field=title))
    if own:
        mended["own"] = own
    return mended
