"""The elements of U8 EAI documents, as data (formats/yonyou.md section 2).

Names and order are those of programs that talk to the product; lengths are in bytes of GBK.
"""

import attrs

from kamcore.format import Fact, Limits
from kamcore.markup.element_writing import FORBIDDEN
from kamcore.markup.elements import Listing, Pairs, Shape
from kamcore.vouchers import ufinterface
from kamcore.vouchers.entries import Field

SYSTEM = "U8"
DOCUMENTS = ("voucher", "customer", "vendor", "code")
ITEMS = "auxiliary_accounting"

ROOT_ATTRIBUTES = {
    "roottag": "voucher",
    "billtype": "gl",
    "docid": "",
    "receiver": "u8",
    "sender": "001",
    "proc": "add",
    "codeexchanged": "N",
    "exportneedexch": "N",
    "renewproofno": "n",
    "version": "2.0",
}
"""Attributes of the root in the order they are written, with their usual values."""

SHAPES = {
    "voucher": Shape(tags=("voucher",), skips=frozenset({"voucher_body"})),
    "head": Shape(tags=("voucher_head", "voucher_header")),
    "entry": Shape(
        tags=("entry",),
        pairs=(Pairs(ITEMS, "@name"),),
        listings=(Listing("detail", ("cash_flow_statement", "cash_flow"), "cash_flow"),),
    ),
}


@attrs.frozen
class Tag:
    """An element: its name, what it means, and its longest text in bytes of GBK."""

    name: str
    zh: str
    size: int | None = None


HEAD = (
    Tag("company", "公司"),
    Tag("voucher_type", "凭证类别字"),
    Tag("fiscal_year", "会计年度"),
    Tag("accounting_period", "会计期间"),
    Tag("voucher_id", "凭证号"),
    Tag("attachment_number", "附单据数"),
    Tag("date", "制单日期"),
    Tag("auditdate", "审核日期"),
    Tag("enter", "制单人", 20),
    Tag("cashier", "出纳", 20),
    Tag("signature", "出纳签字标志"),
    Tag("checker", "审核人", 20),
    Tag("posting_date", "记账日期"),
    Tag("posting_person", "记账人", 20),
    Tag("voucher_making_system", "来源系统", 10),
    Tag("memo1", "凭证头自定义项1", 10),
    Tag("memo2", "凭证头自定义项2", 10),
    Tag("reserve1", "业务类型", 20),
    Tag("reserve2", "业务号", 50),
    Tag("revokeflag", "作废标志"),
)
OPTIONAL = frozenset({"auditdate"})
"""Elements of newer versions, written only where they say something."""

ENTRY = (
    Tag("entry_id", "分录号"),
    Tag("account_code", "科目编码", 15),
    Tag("abstract", "摘要", 60),
    Tag("settlement", "结算方式编码", 3),
    Tag("document_id", "票据号", 30),
    Tag("document_date", "票据日期"),
    Tag("currency", "币种", 8),
    Tag("unit_price", "单价"),
    Tag("exchange_rate1", "汇率1 (辅币)"),
    Tag("exchange_rate2", "汇率2 (本币)"),
    Tag("debit_quantity", "借方数量"),
    Tag("primary_debit_amount", "借方原币"),
    Tag("secondary_debit_amount", "借方辅币"),
    Tag("natural_debit_currency", "借方本币"),
    Tag("credit_quantity", "贷方数量"),
    Tag("primary_credit_amount", "贷方原币"),
    Tag("secondary_credit_amount", "贷方辅币"),
    Tag("natural_credit_currency", "贷方本币"),
    Tag("bill_type", "原始单据类型", 20),
    Tag("bill_id", "原始单据号", 30),
    Tag("bill_date", "原始单据日期"),
)
CUSTOM = tuple(f"self_define{number}" for number in range(1, 17))
AUXILIARY = (
    Tag("dept_id", "部门", 12),
    Tag("personnel_id", "个人", 20),
    Tag("cust_id", "客户", 20),
    Tag("supplier_id", "供应商", 20),
    Tag("item_class", "项目大类", 2),
    Tag("item_id", "项目", 20),
    Tag("operator", "业务员", 20),
)
"""Items of the auxiliary accounting that are always written; `CUSTOM` follow where used."""

DIMENSIONS = {
    "dept_id": "department",
    "personnel_id": "employee",
    "cust_id": "customer",
    "supplier_id": "supplier",
    "item_id": "project",
}
LABELS = {DIMENSIONS[tag.name]: tag.zh for tag in AUXILIARY if tag.name in DIMENSIONS}

HEAD_FIELDS = ufinterface.head_fields("date")
ENTRY_FIELDS = (*ufinterface.ENTRY_FIELDS, Field(f"{ITEMS}/operator", "lines.salesperson"))
NOTHING = {
    "exchange_rate1": ("0",),
    "secondary_debit_amount": ("0", "0.00"),
    "secondary_credit_amount": ("0", "0.00"),
    "revokeflag": ("0", "1"),
    "signature": ("0", "N"),
    "@name": (),
}
"""Texts that say no more than a blank, by element."""

VOID = ("revokeflag", ("1",))
UNCOUNTED = -1
"""Attachments of -1 mean that none were counted."""

FLOW_ITEM = ("@cash_item", "@cCashItem")
FLOW_DEBIT = ("@natural_debit_currency", "@md")
FLOW_CREDIT = ("@natural_credit_currency", "@mc")

_QUERIED = (
    "ccode md_f mc_f nd_s nc_s cdept_id cperson_id ccus_id csup_id citem_class citem_id"
    " dbill_date csign iyear iYPeriod RowGuid cexch_name"
)
FLOW_MORE = (*_QUERIED.split(), *(f"cDefine{number}" for number in range(1, 17)))
"""Attributes of cash flows in documents that answer a query; kept as they are."""

_SIZES = {tag.name: tag.size for tag in (*HEAD, *ENTRY, *AUXILIARY) if tag.size}
_FACTS = {
    field.heading.removeprefix(f"{ITEMS}/"): field.fact for field in (*HEAD_FIELDS, *ENTRY_FIELDS)
}
_CODES = frozenset({"account_code", "currency", "settlement"})

LIMITS = Limits(
    encoding="gbk",
    text_bytes={
        fact: _SIZES[name]
        for name, fact in _FACTS.items()
        if name in _SIZES and name not in _CODES
    },
    forbidden=FORBIDDEN,
    decimals={"lines.debit": 2, "lines.credit": 2, "lines.fx_debit": 2, "lines.fx_credit": 2},
)
CODE_SIZES = {
    "lines.account": _SIZES["account_code"],
    **{f"lines.aux_{name}": _SIZES[tag] for tag, name in DIMENSIONS.items()},
}
"""Longest codes: a longer one is refused, because a code cut short is another code."""

VOUCHER_FACTS = (
    Fact.several(
        "vouchers",
        "year period date word number attachments preparer cashier reviewer poster status"
        " source_module",
    )
    | Fact.several(
        "lines",
        "date year period account summary debit credit currency fx_debit fx_credit rate quantity"
        " unit_price settlement_method settlement_number settlement_date salesperson",
    )
    | Fact.several("lines", " ".join(f"aux_{name}" for name in LABELS))
    | Fact.several("cash_flows", "item amount")
    | Fact.several("accounts", "code parent level")
    | Fact.several("dimensions", "label")
    | Fact.several("members", "code")
    | Fact.several("extras", "table row_id field value")
)
ARCHIVE_FACTS = (
    Fact.several(
        "accounts",
        "code name full_name parent level category direction currency unit is_leaf is_cash"
        " is_active dimensions",
    )
    | Fact.several("dimensions", "label")
    | Fact.several("members", "code name short_name credit_code")
)
ROOT_OPTIONS = ("sender", "receiver", "proc", "docid", "codeexchanged", "renewproofno")
