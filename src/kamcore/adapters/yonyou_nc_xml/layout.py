"""The elements of NC exchange documents, as data (formats/yonyou.md section 3).

Two dialects: ``nc6`` (NC6x and NCC, billtype vouchergl) and ``nc5`` (NC5x and U8C, billtype gl).
Names and order are those of programs that talk to the products.  A capital C in ``pk_Checktype``
and ``pk_Checkvalue`` matters.
"""

import attrs

from kamcore.format import Fact, Limits
from kamcore.markup.element_writing import FORBIDDEN
from kamcore.markup.elements import Listing, Pairs, Shape
from kamcore.vouchers.documents import QUANTITY_CREDIT, QUANTITY_DEBIT
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.ufinterface import ENTRY_FIELDS, head_fields

SYSTEM = {"nc6": "NC6", "nc5": "NC5"}
DIALECTS = ("nc6", "nc5")
BILLTYPES = {"nc6": "vouchergl", "nc5": "gl"}
ASS, ITEMS = "ass", "auxiliary_accounting"
VAT = "vatdetail"

SHAPES = {
    "voucher": Shape(tags=("voucher",), skips=frozenset({"voucher_body", "body"})),
    "head": Shape(tags=("voucher_head", "voucher_header", "head"), skips=frozenset({"details"})),
    "nc5": Shape(tags=("entry",), pairs=(Pairs(ITEMS, "@name"),)),
    "nc6": Shape(
        tags=("item",),
        within="details",
        pairs=(Pairs(ASS, "pk_Checktype", "pk_Checkvalue"), Pairs(VAT, ".")),
        listings=(Listing("cashFlow", ("item",), "cash_flow"),),
    ),
    "mixed": Shape(
        tags=("detail",), within="body", pairs=(Pairs(ASS, "pk_Checktype", "pk_Checkvalue"),)
    ),
}
"""Kinds of records; ``mixed`` is a third form that one program sends for NC5.7: entries called
``detail`` in a ``body``, with names of NC6 and the account in ``accsubjcode``."""
MIXED_ACCOUNT = "accsubjcode"

HEADS = {
    "nc6": (
        Field("pk_vouchertype", "vouchers.word"),
        Field("year", "vouchers.year", Kind.WHOLE),
        Field("period", "vouchers.period", Kind.WHOLE),
        Field("no", "vouchers.number", Kind.WHOLE),
        Field("attachment", "vouchers.attachments", Kind.WHOLE),
        Field("prepareddate", "vouchers.date", Kind.DAY),
        Field("pk_prepared", "vouchers.preparer"),
        Field("pk_casher", "vouchers.cashier"),
        Field("pk_checked", "vouchers.reviewer"),
        Field("pk_manager", "vouchers.poster"),
        Field("pk_system", "vouchers.source_module"),
    ),
    "nc5": head_fields("prepareddate"),
}
ENTRIES = {
    "nc6": (
        Field("detailindex", "lines.line_no"),
        Field("explanation", "lines.summary"),
        Field("price", "lines.unit_price", Kind.RATE, zero_is_blank=True),
        Field("excrate2", "lines.rate", Kind.RATE, zero_is_blank=True),
        Field("debitquantity", QUANTITY_DEBIT, Kind.RATE),
        Field("creditquantity", QUANTITY_CREDIT, Kind.RATE),
        Field("debitamount", "lines.fx_debit", Kind.AMOUNT),
        Field("creditamount", "lines.fx_credit", Kind.AMOUNT),
        Field("localdebitamount", "lines.debit", Kind.AMOUNT),
        Field("localcreditamount", "lines.credit", Kind.AMOUNT),
        Field("pk_currtype", "lines.currency"),
        Field("pk_accasoa", "lines.account", Kind.CODE),
    ),
    "nc5": ENTRY_FIELDS,
}
VOID = {"nc6": ("discardflag", ("Y",)), "nc5": ("revokeflag", ("1", "Y"))}
SIGNED = {"nc6": ("signflag", "pk_casher"), "nc5": ("signature", "cashier")}
"""The flag that a cashier has signed, and the field that names who did."""
_ZERO = ("0", "0.00")
NOTHING = {
    "discardflag": ("N", "Y"),
    "revokeflag": ("N", "Y", "0", "1"),
    "voucherkind": ("0",),
    "reserve2": ("N",),
    "exchange_rate1": _ZERO,
    "secondary_debit_amount": _ZERO,
    "secondary_credit_amount": _ZERO,
}
"""Texts that say no more than a blank, by element."""


@attrs.frozen
class Tree:
    """How a dialect is written: elements in order, and the attributes of its root."""

    root: dict[str, str]
    head: tuple[str, ...]
    entry: tuple[str, ...]


_NC6_HEAD = (
    "pk_voucher pk_vouchertype year pk_system voucherkind pk_accountingbook discardflag "
    "period no attachment prepareddate pk_prepared pk_casher signflag pk_checked tallydate "
    "pk_manager memo1 memo2 reserve1 reserve2 siscardflag pk_org pk_org_v pk_group"
)
_NC6_ENTRY = (
    "detailindex explanation verifydate price excrate2 debitquantity debitamount "
    "localdebitamount groupdebitamount globaldebitamount creditquantity creditamount "
    "localcreditamount groupcreditamount globalcreditamount pk_currtype pk_accasoa pk_unit "
    "pk_unit_v"
)
_NC5_HEAD = (
    "company voucher_type fiscal_year accounting_period voucher_id attachment_number "
    "prepareddate enter cashier signature checker posting_date posting_person "
    "voucher_making_system memo1 memo2 reserve1 reserve2 revokeflag"
)
_NC5_ENTRY = (
    "entry_id account_code abstract settlement document_id document_date currency unit_price "
    "exchange_rate1 exchange_rate2 debit_quantity primary_debit_amount secondary_debit_amount "
    "natural_debit_currency credit_quantity primary_credit_amount secondary_credit_amount "
    "natural_credit_currency bill_type bill_id bill_date bankcode notetype"
)
TREES = {
    "nc6": Tree(
        {
            "account": "develop",
            "billtype": "vouchergl",
            "businessunitcode": "develop",
            "filename": "",
            "groupcode": "",
            "isexchange": "Y",
            "orgcode": "",
            "receiver": "0001",
            "replace": "Y",
            "roottag": "",
            "sender": "default",
        },
        tuple(_NC6_HEAD.split()),
        tuple(_NC6_ENTRY.split()),
    ),
    "nc5": Tree(
        {
            "account": "1",
            "billtype": "gl",
            "filename": "",
            "isexchange": "Y",
            "operation": "req",
            "proc": "add",
            "receiver": "0101",
            "replace": "Y",
            "roottag": "voucher",
            "sender": "01",
            "subtype": "run",
        },
        tuple(_NC5_HEAD.split()),
        tuple(_NC5_ENTRY.split()),
    ),
}
_HEAD = "year period date word number attachments preparer cashier reviewer poster status"
_LINE = (
    "date year period account summary debit credit currency fx_debit fx_credit rate quantity"
    " unit_price aux_*"
)
_SETTLEMENT = Fact.several("lines", "settlement_method settlement_number settlement_date")
_FLOWS = Fact.several("cash_flows", "item amount")
COMMON = (
    Fact.several("vouchers", _HEAD + " source_module")
    | Fact.several("lines", _LINE)
    | Fact.several("accounts", "code parent level")
    | Fact.several("dimensions", "label source_code")
    | Fact.several("members", "code")
    | Fact.several("extras", "table row_id field value")
)
FACTS = COMMON | _SETTLEMENT | _FLOWS
UNSAID = {"nc6": _SETTLEMENT, "nc5": _FLOWS}
"""Facts that a dialect has no element for."""

LIMITS = Limits(encoding="utf-8", forbidden=FORBIDDEN)

NUMBER = {"nc6": "detailindex", "nc5": "entry_id"}
VAT_FIELDS = (
    "businesscode",
    "pk_receivecountry",
    "pk_suppliervatcode",
    "pk_taxcode",
    "pk_clientvatcode",
    "direction",
    "moneyamount",
    "pk_vatcountry",
    "taxamount",
)
FLOW_MORE = ("m_pk_currtype", "money", "moneyglobal", "moneygroup", "pk_innercorp")
REQUIRED = (
    "vouchers.word",
    "vouchers.year",
    "vouchers.period",
    "vouchers.date",
    "vouchers.preparer",
    "lines.summary",
    "lines.account",
    "lines.currency",
)
ROOT_OPTIONS = ("account", "sender", "receiver", "replace", "isexchange", "groupcode", "orgcode")
