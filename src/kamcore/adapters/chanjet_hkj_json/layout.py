"""The voucher body of the 好会计 OpenAPI as data (formats/yonyou.md 4.2)."""

from kamcore.format import Fact, Limits
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.json_records import Outline

SYSTEM = "chanjet-hkj"
ENTRIES = "details"
ACCOUNT, AUXILIARIES = "glAccount", "glSubAccount"
NUMBER_DIGITS = (4, 5)
"""Digits a voucher code is filled up to, and the most it may have."""
FREE_KEYS = 25
ZONE_HOURS = 8
"""``bizDate`` is midnight of Beijing in milliseconds."""

WORDS = {
    "100001": "记",
    "100002": "收",
    "100003": "付",
    "100004": "现收",
    "100005": "现付",
    "100006": "银收",
    "100007": "银付",
    "100008": "现",
    "100009": "银",
    "100010": "转",
}
"""Voucher word of each ``acctgTransCategoryId``."""
CURRENCIES = {"1": "CNY"}
"""``currencyId`` of the base currency; the others are the site's own."""

KNOWN = {
    "inventory": "productCode",
    "project": "projectCode",
    "department": "departmentCode",
    "customer": "customerCode",
    "employee": "employeeCode",
    "supplier": "vendorCode",
}
"""Key of each dimension the product knows."""
FREE = tuple(f"freeSub{index}" for index in range(1, FREE_KEYS + 1))
"""Keys of the site's own dimensions."""
AUX = {**KNOWN, **{key: key for key in FREE}}
LABELS = {"employee": "员工"}

CATEGORY, PERIOD, DAY = "acctgTransCategoryId", "acctgPeriod", "bizDate"
YEAR_OF, MONTH_OF = "acctgPeriod[0:4]", "acctgPeriod[4:6]"
"""Parts that the period is taken apart into before it is read."""
CURRENCY = "currencyId"

HEADS = (
    Field(CATEGORY, "vouchers.word"),
    Field(YEAR_OF, "vouchers.year", Kind.WHOLE),
    Field(MONTH_OF, "vouchers.period", Kind.WHOLE),
    Field("code", "vouchers.number", Kind.WHOLE),
    Field(DAY, "vouchers.date", Kind.DAY),
    Field("origCreatedUserName", "vouchers.preparer"),
    Field("refVoucherCode", "vouchers.reference"),
)
HEAD_EXTRAS = ("bookid", "refVoucherId")
NOTHING = {
    "bizTypeId": ("100501",),
    "boName": ("AcctgTrans",),
    "isCodeType": ("true",),
    "categoryCodeExist": ("true",),
    "isFinal": ("false",),
    f"{ACCOUNT}.hasSubsidiaryAccounting": ("true", "false"),
    f"{ACCOUNT}.isLeafNode": ("true",),
}
"""Values that say nothing: constants of every voucher, and what follows from the line itself."""
DIRECTION = f"{ACCOUNT}.drCrDirection"

LINES = (
    Field("sequenceNum", "lines.line_no", Kind.WHOLE),
    Field("comments", "lines.summary"),
    Field(f"{ACCOUNT}.code", "lines.account", Kind.CODE),
    Field("basePostedDr", "lines.debit", Kind.AMOUNT),
    Field("basePostedCr", "lines.credit", Kind.AMOUNT),
    Field("postedDr", "lines.fx_debit", Kind.AMOUNT),
    Field("postedCr", "lines.fx_credit", Kind.AMOUNT),
    Field(CURRENCY, "lines.currency"),
    Field("exchangeRate", "lines.rate", Kind.RATE),
    Field("postedDrQty", "side.quantity_debit", Kind.RATE),
    Field("postedCrQty", "side.quantity_credit", Kind.RATE),
    Field("price", "lines.unit_price", Kind.RATE, zero_is_blank=True),
    *(Field(f"{AUXILIARIES}.{key}", f"lines.aux_{name}", Kind.CODE) for name, key in AUX.items()),
)

OUTLINE = Outline(
    entries=ENTRIES,
    heads=frozenset({*(field.heading for field in HEADS), PERIOD, *HEAD_EXTRAS})
    - {YEAR_OF, MONTH_OF},
    lines=frozenset({*(field.heading for field in LINES), DIRECTION}),
)

LIMITS = Limits(text_chars={"vouchers.reference": 30})

SAID = (
    Fact.several("vouchers", "year period date word number preparer reference")
    | Fact.several("lines", "date year period account summary debit credit currency")
    | Fact.several("lines", "fx_debit fx_credit rate quantity unit_price aux_*")
    | Fact.several("accounts", "code parent level")
    | Fact.several("dimensions", "id label source_code")
    | Fact.several("members", "dimension code")
    | Fact.several("extras", "table row_id field value")
)
"""What bodies say."""
