"""The rows of the sub-tables of a party: changes, people, accounts, outside codes, affiliates."""

from typing import Any

from kamcore.forms.cell import Day, Flag, Share, Text
from kamcore.forms.form import Form, column
from kamcore.forms.party_numbers import AccountText
from kamcore.model.bank_account import BankAccount
from kamcore.model.contact import Contact, ContactRole
from kamcore.model.party import Affiliation, OutsideCode, PartyRole, StatementSource


class ChangeForm(Form):
    """A value of the archive that became another on a day."""

    on: Day = column("日期", "date", example="2026-03-01")
    field: Text = column("项目", "field", example="注册资本")
    value: Any = column(
        "新值",
        "new value",
        default=None,
        note=("空白表示作废", "blank takes it back"),
        example="8000000",
    )
    reason: Text = column("原因", "reason", default="", example="增资")
    person: Text = column("人员", "person", default="")
    source: StatementSource = column("资料来源", "source", default=StatementSource.VISIT)
    verified: Flag = column("已核实", "verified", default=False)


class ContactForm(Form):
    """A person at the party."""

    name: Text = column("联系人姓名|姓名", "contact name", example="张样")
    role: ContactRole = column("联系人职责|职责", "contact role", default=ContactRole.BUSINESS)
    position: Text = column("职务", "position", default="")
    department: Text = column("部门", "department", default="")
    phone: Text = column("固定电话|电话", "phone", default="")
    mobile: Text = column("手机", "mobile", default="")
    email: Text = column("邮箱", "e-mail", default="")
    messenger: Text = column("微信", "messenger", default="")
    place: Text = column("联系地点", "place", default="")
    main: Flag = column("主要联系人", "main", default=False)
    since: Day | None = column("起始日期", "since", default=None)
    until: Day | None = column("截止日期", "until", default=None)

    def build(self) -> Contact:
        """Make the value of the model."""
        return Contact(**dict(self))


class AccountForm(Form):
    """A bank account of the party."""

    number: AccountText = column("银行账号", "account number", example="0200001009020123456")
    bank: Text = column("开户行", "bank", default="")
    holder: Text = column("户名", "holder", default="")
    bank_number: Text = column("联行号", "bank number", default="")
    currency: Text = column("币种", "currency", default="")
    purpose: Text = column("用途", "purpose", default="")
    since: Day | None = column("起始日期", "since", default=None)
    until: Day | None = column("截止日期", "until", default=None)

    def build(self) -> BankAccount:
        """Make the value of the model."""
        return BankAccount(**dict(self))


class OutsideCodeForm(Form):
    """The code of the party in one set of books."""

    books: Text = column("账套", "books", example="总公司 K/3")
    role: PartyRole = column("身份", "role", default=PartyRole.CUSTOMER)
    outside: Text = column("外部代码", "outside code", example="01.0004")

    def build(self) -> OutsideCode:
        """Make the value of the model."""
        return OutsideCode(books=self.books, role=self.role, code=self.outside)


class AffiliationForm(Form):
    """A tie to another party."""

    party: Text = column("关联企业编码", "affiliate", example="0007")
    relation: Text = column("关系", "relation", default="", example="母公司")
    share: Share | None = column("持股比例", "share held", default=None, example="51%")
    grouped: Flag = column("合并授信", "one group for credit", default=True)
    since: Day | None = column("起始日期", "since", default=None)
    until: Day | None = column("截止日期", "until", default=None)

    def build(self) -> Affiliation:
        """Make the value of the model."""
        return Affiliation(**dict(self))


class OwnForm(Form):
    """A field of the company's own."""

    name: Text = column("自定义名称", "own field", example="门店数")
    text: Text = column("自定义内容", "own value", example="12")
