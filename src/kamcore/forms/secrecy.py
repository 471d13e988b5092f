"""The form of secrecy (密级): which fields a company keeps more or less secret than shipped."""

from typing import ClassVar

from kamcore.errors import Fault
from kamcore.forms.cell import Mistake, Text
from kamcore.forms.form import Card, Form, column
from kamcore.forms.party import PartyForm
from kamcore.model.confidential import FieldSecrecy, Secrecy
from kamcore.model.party_profile import field_called

__all__ = ["SecrecyForm"]

NO_PART = Fault(
    code="D8201",
    zh="客户档案没有项目「{value}」",
    en="the archive of parties has no field {value!r}",
    hint_zh="填档案项目的名称, 联系人, 银行账户, 或 own.自定义名称; 项目见 kamcore forms list",
    hint_en="name a field of the archive, contacts, bank accounts, or own.NAME; see kamcore forms "
    "list",
)
_PARTS = ("contacts", "accounts")
_OWN = "own."


class SecrecyForm(Form):
    """The class of a field for this company."""

    card: ClassVar[Card] = Card(
        kind="secrecy",
        zh="密级",
        en="secrecy",
        aliases=("保密级别", "项目密级"),
        key=("field",),
        note_zh="每行一个档案项目; 没有列出的按出厂密级。",
        note_en="One field of the archive a row; what is not listed keeps the shipped class.",
    )
    field: Text = column(
        "项目",
        "field",
        example="注册资本",
        note=(
            "档案项目, 联系人, 银行账户, 或 own.自定义名称",
            "a field of the archive, contacts, bank accounts, or own.NAME",
        ),
    )
    secrecy: Secrecy = column("密级", "class", example="机密")

    def build(self) -> FieldSecrecy:
        """Make the value of the model.

        Raises:
            Mistake: the archive has no such field.
        """
        return FieldSecrecy(_named(self.field), self.secrecy)


def _named(text: str) -> str:
    if text.startswith(_OWN) and len(text) > len(_OWN):
        return text
    for one in PartyForm.columns():
        if one.field in _PARTS and text.casefold() in {name.casefold() for name in one.names}:
            name: str = one.field
            return name
    known = field_called(text)
    if known is None:
        raise Mistake(NO_PART, text, "field")
    return known.name
