"""The fields of a line of U8 voucher text, as data.

Names, order and lengths of fields 1 to 21 and the constant tail are those of programs that write
files for the tool; names of 22 to 48 follow the columns of table ``GL_accvouch``.
"""

import re

import attrs

from kamcore.format import Fact, Limits


@attrs.frozen
class Field:
    """A field: its caption, the fact it states, and its longest text in bytes of GBK."""

    caption: str
    fact: str = ""
    size: int | None = None


FIELDS = (
    Field("制单日期", "vouchers.date"),
    Field("凭证类别字", "vouchers.word"),
    Field("业务号", "vouchers.number"),
    Field("附单据数", "vouchers.attachments"),
    Field("摘要", "lines.summary", 60),
    Field("科目编码", "lines.account", 15),
    Field("金额借方", "lines.debit"),
    Field("金额贷方", "lines.credit"),
    Field("数量", "lines.quantity"),
    Field("外币", "lines.fx_debit"),
    Field("汇率", "lines.rate"),
    Field("制单人", "vouchers.preparer", 20),
    Field("结算方式", "lines.settlement_method", 3),
    Field("票号", "lines.settlement_number", 30),
    Field("票号发生日期", "lines.settlement_date"),
    Field("部门编码", "lines.aux_department", 12),
    Field("个人编码", "lines.aux_employee", 20),
    Field("客户编码", "lines.aux_customer", 20),
    Field("供应商编码", "lines.aux_supplier", 20),
    Field("业务员", "lines.salesperson", 20),
    Field("项目编码", "lines.aux_project", 20),
    *(Field(f"field_{position}") for position in range(22, 49)),
)
"""Fields 1 to 48, in order."""

CAPTIONS = tuple(field.caption for field in FIELDS)
USED = 21
"""Fields that state facts; what follows is the constant tail."""
SHORTEST = 18
"""Fields of the shortest line that programs write."""
FULL = len(FIELDS)
LONGEST = 256
"""More fields than this are no voucher line."""

TAIL = (*[""] * 6, "0", "", "0", *[""] * 8, *["0"] * 5, "", *["0"] * 4)
"""Fields 22 to 48 as every line has them when they say nothing."""

MONTH, PRICE = 52, 61
"""Positions of the month and the unit price in the longer lines of newer tools."""
WIDE = 63

LABELS = {
    "department": "部门",
    "employee": "个人",
    "customer": "客户",
    "supplier": "供应商",
    "project": "项目",
}
"""What U8 calls the dimensions it has a field for."""

SYSTEM, VERSION = "U8", "V800"
STATES = ("填制凭证", "凭证输出", "凭证已引入")
STATE_LINE = re.compile(rf"({'|'.join(STATES)}),(V[\d.]+),*")
ANY_STATE_LINE = re.compile(r"([^,\r\n]{1,20}),(V[\d.]+),*")
SYSTEM_VERSION = re.compile(r"(V[\d.]+)(?:/(\d+))?")
"""How `Entity.system_version` holds the version, and the number of fields beyond 48."""

TEXTS = ("word", "preparer")
LINE_TEXTS = ("summary", "settlement_method", "settlement_number", "salesperson")
CODES = ("account", *(f"aux_{name}" for name in LABELS))

HEADINGS = {
    **{field.fact: field.caption for field in FIELDS if field.fact},
    "lines.fx_credit": "外币",
    "lines.date": "制单日期",
    "lines.year": "制单日期",
    "lines.period": "制单日期",
    "vouchers.year": "制单日期",
    "vouchers.period": "制单日期",
    "lines.unit_price": "单价",
}

FACTS = (
    Fact.several("vouchers", "year period date word number attachments preparer")
    | Fact.several("lines", "date year period fx_credit unit_price")
    | Fact.several("accounts", "code")
    | Fact.several("dimensions", "label")
    | Fact.several("members", "code")
    | Fact.several("extras", "table row_id field value")
    | frozenset(Fact.parse(field.fact) for field in FIELDS if field.fact.startswith("lines."))
)

LIMITS = Limits(
    encoding="gbk",
    text_bytes={
        field.fact: field.size
        for field in FIELDS
        if field.size and field.fact.partition(".")[2] not in CODES
    },
    decimals={"lines.debit": 2, "lines.credit": 2},
    forbidden={",": "，", "\r": " ", "\n": " ", "\0": " "},
)
CODE_SIZES = {
    field.fact: field.size
    for field in FIELDS
    if field.size and field.fact.partition(".")[2] in CODES
}
"""Longest codes: a longer one is refused, because a code cut short is another code."""
