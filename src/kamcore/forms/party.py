"""The party form (客户档案): a customer, a supplier or both, with people, accounts and history.

The columns of the archive come from `kamcore.model.party_profile`, so that a field of the archive
is a column of the form, of the template and of the export.  What changes later stands in the
sub-table 档案变更 with its day, source, person and reason.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import create_model

from kamcore.errors import Fault
from kamcore.forms.cell import (
    Day,
    Figure,
    Flag,
    Mistake,
    Remark,
    Text,
    Whole,
    as_day,
    as_figure,
    as_flag,
    as_text,
    as_whole,
)
from kamcore.forms.document import DocumentForm
from kamcore.forms.form import Card, Form, alternative, column, rows_of, with_options
from kamcore.forms.party_numbers import (
    AccountText,
    CreditCodeText,
    TaxNumberText,
    TermText,
    as_credit_code,
    as_credit_term,
    as_tax_number,
)
from kamcore.forms.party_rows import (
    AccountForm,
    AffiliationForm,
    ChangeForm,
    ContactForm,
    OutsideCodeForm,
    OwnForm,
)
from kamcore.model import bank_account
from kamcore.model.bank_account import BankAccount
from kamcore.model.contact import Contact
from kamcore.model.credit_code import CreditCode
from kamcore.model.doubt import Doubt
from kamcore.model.party import (
    NO_FIELD,
    Party,
    PartyRole,
    Statement,
    StatementSource,
    in_order,
)
from kamcore.model.party_class import PartyClass, PartyClasses
from kamcore.model.party_profile import ArchiveField, archive_fields, field_called
from kamcore.model.tax_number import TaxNumber
from kamcore.model.word import Word

NO_VALUE = Fault(
    code="D5001",
    zh="「{name_zh}」不能是「{value}」",
    en="{name_en} cannot be {value!r}",
    hint_zh="可选: {choices}",
    hint_en="choose one of: {choices}",
)

_READERS = {str: as_text, Decimal: as_figure, int: as_whole, bool: as_flag, dt.date: as_day}
_CELLS: dict[type, Any] = {str: Text, Decimal: Figure, int: Whole, bool: Flag, dt.date: Day}


class Dealing(Word):
    """The roles of a party in one word."""

    CUSTOMER = "customer", "客户"
    SUPPLIER = "supplier", "供应商"
    BOTH = "both", "客户和供应商"


_SPECIAL: dict[str, tuple[Any, str]] = {
    "name": (Text, "华联商厦有限公司"),
    "credit_code": (CreditCodeText, "91310000MA1TEAT03R"),
    "tax_number": (TaxNumberText, ""),
    "credit_term": (TermText, "月结 30 天"),
    "registered_capital": (Figure, "5000000"),
    "founded": (Day, "2003-05-18"),
}
"""Fields whose cells are read in a way of their own, and examples."""


class _Head(Form):
    code: Text = column(
        "编码|客户编码|供应商编码|往来单位编码|客户代码|供应商代码|代码|单位编码|客户编号",
        "code",
        example="0001",
    )
    roles: Dealing = column("身份|往来类型", "roles", default=Dealing.CUSTOMER)


def _columns() -> dict[str, Any]:
    """A column for every field of the archive."""
    found: dict[str, Any] = {}
    for name, one in archive_fields().items():
        cell, example = _SPECIAL.get(name, (_CELLS.get(one.type, one.type), ""))
        zh = "|".join((one.zh, *one.aliases))
        declared = column(zh, one.en, default=None, example=example)
        classes = PartyClasses.shipped().by_scheme.get(one.scheme, ())
        if classes:
            declared = with_options(declared, ((known.zh, known.en) for known in classes))
        found[name] = (cell | None, declared)
    return found


_Archived: Any = create_model("_Archived", __base__=_Head, **_columns())


class PartyForm(_Archived):  # type: ignore[misc]
    """A party as a person fills it in; the fields of the archive stand among its columns."""

    card: ClassVar[Card] = Card(
        kind="party",
        zh="客户档案",
        en="parties",
        aliases=(
            "往来单位",
            "往来单位档案",
            "客户",
            "供应商档案",
            "供应商",
            "customers",
            "suppliers",
        ),
        key=("code",),
        note_zh="每行一个往来单位; 以后的变更填在「档案变更」",
        note_en="one party a row; what changes later stands in the sheet of changes",
    )

    contact: Text | None = column("联系人", "contact", default=None)
    mobile: Text | None = column("手机|移动电话", "mobile", default=None)
    bank: Text | None = column("开户行|开户银行", "bank", default=None)
    bank_account: AccountText | None = column(
        "银行账号|银行帐号|账号", "bank account", default=None
    )
    bank_number: Text | None = column("联行号", "bank number", default=None)
    filled_on: Day | None = column("填表日期|建档日期", "filled on", default=None)
    source: StatementSource = column("资料来源", "source", default=StatementSource.VISIT)
    verified: Flag = column("已核实", "verified", default=False)
    person: Text = column("填表人", "person", default="")
    reason: Text = column("建档原因", "reason", default="")

    changes: list[ChangeForm] = rows_of("档案变更", "changes")
    contacts: list[ContactForm] = rows_of("联系人", "contacts")
    accounts: list[AccountForm] = rows_of("银行账户", "bank accounts")
    codes: list[OutsideCodeForm] = rows_of("外部代码", "outside codes")
    affiliations: list[AffiliationForm] = alternative(rows_of("关联企业", "affiliations"))
    documents: list[DocumentForm] = rows_of("资料清单", "party documents")
    own: list[OwnForm] = rows_of("自定义项目", "own fields")

    def build(self) -> Party:
        """Make the value of the model."""
        roles = [PartyRole(self.roles)] if self.roles is not Dealing.BOTH else list(PartyRole)
        statements = (self._first(), *map(_statement, self.changes))
        return Party(
            code=self.code,
            roles=frozenset(roles),
            statements=in_order(statements) if self.changes else statements,
            codes=tuple(one.build() for one in self.codes),
            contacts=self._contacts(),
            accounts=self._accounts(),
            affiliations=tuple(one.build() for one in self.affiliations),
            documents=tuple(one.build() for one in self.documents),
        )

    def _first(self) -> Statement:
        known, given = archive_fields(), self.model_fields_set
        values = {
            name: _coded(field, getattr(self, name))
            for name, field in known.items()
            if name in given
        }
        values |= {f"own.{one.name}": one.text for one in self.own}
        return Statement(
            values=values,
            on=self.filled_on,
            source=self.source,
            verified=self.verified,
            person=self.person,
            reason=self.reason,
        )

    def _contacts(self) -> tuple[Contact, ...]:
        more = tuple(one.build() for one in self.contacts)
        if not self.contact or self.contact in {one.name for one in more}:
            return more
        return (Contact(name=self.contact, mobile=self.mobile or "", main=True), *more)

    def _accounts(self) -> tuple[BankAccount, ...]:
        more = tuple(one.build() for one in self.accounts)
        if not self.bank_account or self.bank_account in {one.number for one in more}:
            return more
        first = BankAccount(
            number=self.bank_account, bank=self.bank or "", bank_number=self.bank_number or ""
        )
        return (first, *more)

    def mistakes(self) -> Iterator[Mistake]:
        """Changes of unknown fields, of values that cannot be, and without a needed reason."""
        if not self.changes:
            return
        wrong = False
        for index, change in enumerate(self.changes):
            try:
                _value(change)
            except Mistake as mistake:
                wrong = True
                field = "field" if mistake.fault is NO_FIELD else "value"
                mistake.field = f"changes.{index}.{field}"
                yield mistake
        if wrong:
            return
        for doubt in self.build().doubts():
            at = next(
                index
                for index, change in enumerate(self.changes)
                if not change.reason and doubt.value == str(_value(change)[1])
            )
            yield Mistake.of(doubt, f"changes.{at}.reason")

    def remarks(self) -> Iterator[Remark]:
        """Numbers that are odd, though they can be."""
        doubts: list[tuple[str, Iterable[Doubt]]] = []
        if self.credit_code:
            doubts.append(("credit_code", CreditCode.of(self.credit_code).doubts))
        if self.tax_number:
            doubts.append(("tax_number", TaxNumber.of(self.tax_number).doubts))
        if self.bank_account:
            doubts.append(("bank_account", bank_account.doubts_of(self.bank_account)))
        if self.bank_number:
            doubts.append(("bank_number", bank_account.bank_number_doubts(self.bank_number)))
        for field, found in doubts:
            for doubt in found:
                yield Remark(doubt.fault, doubt.value, field, dict(doubt.facts))
        for index, one in enumerate(self.accounts):
            for doubt in bank_account.doubts_of(one.number):
                yield Remark(doubt.fault, doubt.value, f"accounts.{index}.number")


def _statement(change: ChangeForm) -> Statement:
    name, value = _value(change)
    return Statement(
        values={name: value},
        on=change.on,
        source=change.source,
        verified=change.verified,
        person=change.person,
        reason=change.reason,
    )


def _value(change: ChangeForm) -> tuple[str, Any]:
    """The field a change names, and the value it gives.

    Raises:
        Mistake: there is no such field, or the value is not of its type.
    """
    if change.field.startswith("own."):
        return change.field, None if change.value is None else str(change.value)
    known = field_called(change.field)
    if known is None:
        raise Mistake(NO_FIELD, change.field)
    if change.value is None:
        return known.name, None
    return known.name, _coded(known, read_value(known, change.value))


def read_value(field: ArchiveField, value: Any) -> Any:
    """A value of a field of the archive as a person writes it.

    Raises:
        Mistake: it is not of the field's type.
    """
    if field.type in _READERS:
        special = {
            "credit_code": as_credit_code,
            "tax_number": as_tax_number,
            "credit_term": as_credit_term,
        }
        return special.get(field.name, _READERS[field.type])(value)
    try:
        return field.type(value)
    except ValueError as error:
        choices = ", ".join(word.zh for word in field.type)  # type: ignore[attr-defined]
        said = {"name_zh": field.zh, "name_en": field.en, "choices": choices}
        raise Mistake(NO_VALUE, value, **said) from error


def _coded(field: ArchiveField, value: Any) -> Any:
    """The code of a shipped class that a person names; any other value as it is."""
    if not field.scheme or not isinstance(value, str):
        return value
    return _class_code(field.scheme, value)


@lru_cache(1024)
def _class_code(scheme: str, text: str) -> str:
    known = PartyClasses.shipped().find(scheme, text)
    return text if known is None else known.code


class PartyClassForm(Form):
    """A class of parties of the company's own."""

    card: ClassVar[Card] = Card(
        kind="party_class", zh="客户分类", en="party classes", key=("scheme", "code")
    )

    scheme: Text = column("分类方案", "scheme", example="ownership")
    code: Text = column("分类代码", "class code", example="foreign")
    zh: Text = column("中文名称", "name in chinese", example="外资")
    en: Text = column("英文名称", "name in english", default="", example="foreign")

    def build(self) -> PartyClass:
        """Make the value of the model."""
        return PartyClass(self.scheme, self.code, self.zh, self.en or self.code)
