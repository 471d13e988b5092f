"""The voucher body of BIP and YonSuite as data (formats/yonyou.md 5.2).

Auxiliaries are pairs of a code of the dimension, ``filedCode`` (the vendor's own spelling), and a
code of the member.  What a code means is the tenant's own business.
"""

from kamcore.format import Fact
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.json_records import Outline

SYSTEM = "yonyou-bip"
ENTRIES = "bodies"
AUXILIARIES, AUX_KEY, AUX_VALUE = "clientAuxiliaryList", "filedCode", "valueCode"
LABELS = {"0001": "部门", "0004": "供应商", "0005": "客户"}
"""Dimensions of the codes that were seen with several tenants."""
RATE_TYPE = "01"
MODULE = "figl"

HEADS = (
    Field("makeTime", "vouchers.date", Kind.DAY),
    Field("voucherTypeCode", "vouchers.word"),
    Field("attachedBill", "vouchers.attachments", Kind.WHOLE),
)
HEAD_EXTRAS = ("accbookCode", "makerMobile", "makerEmail", "description")
"""Texts of the head that the model has no column for."""
NOTHING = {"srcSystemCode": (MODULE,)}

LINES = (
    Field("description", "lines.summary"),
    Field("accsubjectCode", "lines.account", Kind.CODE),
    Field("currencyCode", "lines.currency"),
    Field("rateType", "lines.rate_type"),
    Field("rateOrg", "lines.rate", Kind.RATE),
    Field("debitOriginal", "lines.fx_debit", Kind.AMOUNT),
    Field("debitOrg", "lines.debit", Kind.AMOUNT),
    Field("creditOriginal", "lines.fx_credit", Kind.AMOUNT),
    Field("creditOrg", "lines.credit", Kind.AMOUNT),
    Field("settlementModeCode", "lines.settlement_method"),
    Field("billNo", "lines.settlement_number"),
    Field("billTime", "lines.settlement_date", Kind.DAY),
)

OUTLINE = Outline(
    entries=ENTRIES,
    heads=frozenset({*(field.heading for field in HEADS), *HEAD_EXTRAS, *NOTHING}),
    lines=frozenset(field.heading for field in LINES),
    pairs={AUXILIARIES: (AUX_KEY, AUX_VALUE)},
)

SAID = (
    Fact.several("vouchers", "year period date word attachments")
    | Fact.several(
        "lines", "date year period account summary debit credit currency rate rate_type"
    )
    | Fact.several("lines", "fx_debit fx_credit aux_*")
    | Fact.several("lines", "settlement_method settlement_number settlement_date")
    | Fact.several("accounts", "code parent level")
    | Fact.several("dimensions", "id label source_code")
    | Fact.several("members", "dimension code")
    | Fact.several("extras", "table row_id field value")
)
"""What bodies say."""
