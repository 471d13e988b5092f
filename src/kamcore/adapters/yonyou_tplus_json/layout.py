"""The voucher body of the T+ OpenAPI as data (formats/yonyou.md 4.1).

``{"dto": {…, "Entrys": […]}}``; a file is a list of such bodies.  A line has one object of
auxiliaries, whose members are objects with a code.
"""

from kamcore.format import Fact
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.json_records import Outline

SYSTEM = "yonyou-tplus"
DTO = "dto"
ENTRIES = "Entrys"
AUXILIARIES = "AuxInfos"
SETTLEMENT = "SettleStyle"

AUX = {
    "department": "AuxAccDepartment",
    "employee": "AuxAccPerson",
    "customer": "AuxAccCustomer",
    "supplier": "AuxAccSupplier",
    "inventory": "AuxAccInventory",
    "project": "AuxAccProject",
    "bank_account": "BankAccount",
}
"""Key of each dimension's object."""
LABELS = {"employee": "个人"}
"""What the product calls a dimension where the usual label is another."""

HEADS = (
    Field("VoucherDate", "vouchers.date", Kind.DAY),
    Field("DocType.Code", "vouchers.word"),
    Field("AttachedVoucherNum", "vouchers.attachments", Kind.WHOLE),
)
HEAD_EXTRAS = ("ExternalCode", "Memo")
"""Texts of the head that the model has no column for; the caller's own number, and a remark."""


def auxiliary(key: str) -> str:
    """The key path of an auxiliary's code."""
    return f"{AUXILIARIES}[0].{key}.Code"


LINES = (
    Field("Summary", "lines.summary"),
    Field("Account.Code", "lines.account", Kind.CODE),
    Field("Currency.Code", "lines.currency"),
    Field("AmountDr", "lines.debit", Kind.AMOUNT),
    Field("AmountCr", "lines.credit", Kind.AMOUNT),
    Field(auxiliary(SETTLEMENT), "lines.settlement_method"),
    *(Field(auxiliary(key), f"lines.aux_{name}", Kind.CODE) for name, key in AUX.items()),
)

OUTLINE = Outline(
    inside=(DTO,),
    entries=ENTRIES,
    heads=frozenset({*(field.heading for field in HEADS), *HEAD_EXTRAS}),
    lines=frozenset(field.heading for field in LINES),
    gathered=frozenset({AUXILIARIES}),
)

SAID = (
    Fact.several("vouchers", "year period date word attachments")
    | Fact.several("lines", "date year period account summary debit credit currency")
    | Fact.several("lines", " ".join(f"aux_{name}" for name in AUX))
    | Fact.several("lines", "settlement_method")
    | Fact.several("accounts", "code parent level")
    | Fact.several("dimensions", "id label")
    | Fact.several("members", "dimension code")
    | Fact.several("extras", "table row_id field value")
)
"""What bodies say."""
