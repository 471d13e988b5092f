"""GB/T 24589.1-2010 as data: classes, tables and elements, in the order the standard gives them.

``data/elements_2010.csv`` lists every element with its type, length and whether it is required.  A
later edition is another such list and another writer; nothing here is written for one table.
"""

import csv
import functools
from importlib.resources import files

import attrs

from kamcore.format import Fact, Limits
from kamcore.vouchers.entries import Field, Kind

SYSTEM = "gbt24589"
EDITION = "GB/T 24589.1-2010"
NAMESPACE = "http://sxbw.audit.gov.cn/AccountingSoftwareDataInterfaceStandard/2010/SOE/XMLSchema"
ENCODING = "GB18030"
ARCHIVES, LEDGER, RECEIVABLES = "公共档案", "总账", "应收应付"
CLASSES = (ARCHIVES, LEDGER, RECEIVABLES)
LINES, BALANCES, FLOWS = "记账凭证", "科目余额及发生额", "现金流量凭证项目数据"
SLOTS = 30
FLOW_ITEMS = "现金流量项目"
"""Table of cash-flow items, and the dimension that keeps their names."""
OPEN_ITEMS = {"应收明细表": ("customer", "客户编码"), "应付明细表": ("supplier", "供应商编码")}

MEMBERS = {
    "customer": ("客户档案", "客户编码", "客户名称"),
    "supplier": ("供应商档案", "供应商编码", "供应商名称"),
    "department": ("部门档案", "部门编码", "部门名称"),
    "employee": ("员工档案", "员工编码", "员工姓名"),
}
"""Dimensions with a table of their own: table, code, name."""
PERSONAL = ("证件类别", "证件号码", "性别", "出生日期", "部门编码", "入职日期", "离职日期")
"""What the standard says of an employee beyond code and name."""
SITE_KINDS, SITE_VALUES = "自定义档案项", "自定义档案值"
SIDES = {"借": "debit", "贷": "credit"}


@attrs.frozen
class Element:
    """An element of a table; `size` is the longest text, 0 where there is no limit."""

    name: str
    type: str
    size: int
    exact: bool
    required: bool

    @property
    def zero(self) -> str:
        """What a vendor fills a required element with that has no value: zeros."""
        return "0" * self.size if self.exact else "0"


@attrs.frozen
class Table:
    """A table of a class; `needed` when the schema wants at least one row."""

    name: str
    needed: bool
    elements: tuple[Element, ...]

    def __getitem__(self, name: str) -> Element:
        return next(element for element in self.elements if element.name == name)


@functools.cache
def tables() -> dict[str, tuple[Table, ...]]:
    """The tables of every class, in their order."""
    text = files("kamcore.adapters.gbt24589").joinpath("data/elements_2010.csv")
    found: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in csv.DictReader(text.read_text("utf-8").splitlines()):
        found.setdefault(row["class"], {}).setdefault(row["table"], []).append(row)
    return {
        name: tuple(
            Table(
                table,
                not rows[0]["occurs"].startswith("0"),
                tuple(
                    Element(
                        row["element"],
                        row["type"],
                        int(row["size"].lstrip("=") or 0),
                        row["size"].startswith("="),
                        row["required"] == "1",
                    )
                    for row in rows
                ),
            )
            for table, rows in parts.items()
        )
        for name, parts in found.items()
    }


def slot(number: int) -> str:
    """The element of an auxiliary slot."""
    return f"辅助项{number}编号"


HEADS = (
    Field("记账凭证日期", "vouchers.date", Kind.DAY),
    Field("会计年度", "vouchers.year", Kind.WHOLE),
    Field("会计期间号", "vouchers.period", Kind.WHOLE),
    Field("记账凭证类型编号", "vouchers.word"),
    Field("记账凭证编号", "vouchers.number", Kind.WHOLE),
    Field("附件数", "vouchers.attachments", Kind.WHOLE),
    Field("制单人", "vouchers.preparer"),
    Field("审核人", "vouchers.reviewer"),
    Field("记账人", "vouchers.poster"),
    Field("凭证来源系统", "vouchers.source_module"),
)
KEY = ("vouchers.year", "vouchers.period", "vouchers.word", "vouchers.number")
LINE_NUMBER, POSTED, VOID = "记账凭证行号", "记账标志", "作废标志"
QUANTITIES = {"debit": "借方数量", "credit": "贷方数量"}
ENTRY = (
    Field(LINE_NUMBER, "lines.line_no", Kind.WHOLE),
    Field("记账凭证摘要", "lines.summary"),
    Field("科目编号", "lines.account", Kind.CODE),
    Field("币种编码", "currency.code"),
    Field("计量单位", "lines.unit"),
    Field("借方数量", "side.debit", Kind.RATE),
    Field("贷方数量", "side.credit", Kind.RATE),
    Field("借方原币金额", "lines.fx_debit", Kind.AMOUNT),
    Field("借方本币金额", "lines.debit", Kind.AMOUNT),
    Field("贷方原币金额", "lines.fx_credit", Kind.AMOUNT),
    Field("贷方本币金额", "lines.credit", Kind.AMOUNT),
    Field("汇率类型编号", "lines.rate_type"),
    Field("汇率", "lines.rate", Kind.RATE),
    Field("单价", "lines.unit_price", Kind.RATE, zero_is_blank=True),
    Field("结算方式编码", "lines.settlement_method"),
    Field("票据号", "lines.settlement_number"),
    Field("票据日期", "lines.settlement_date", Kind.DAY),
)
NO_DAY = "00000000"
"""What a required date holds where there is none."""

LIMITS = Limits(
    text_chars={
        "lines.summary": 300,
        "vouchers.preparer": 30,
        "vouchers.reviewer": 30,
        "vouchers.poster": 30,
        "lines.settlement_number": 60,
    },
    decimals={
        "lines.debit": 2,
        "lines.credit": 2,
        "lines.fx_debit": 2,
        "lines.fx_credit": 2,
        "lines.rate": 4,
        "lines.unit_price": 4,
        "lines.quantity": 6,
    },
)
"""Lengths and decimals of the standard (C..n, Dm.k)."""

_DOCUMENT = (
    "id party_role party account date voucher_date due_date document invoice contract project"
    " summary currency rate amount fx_amount"
)
WRITES = (
    Fact.several("accounts", "code name full_name parent level category direction is_leaf")
    | Fact.several("accounts", "dimensions")
    | Fact.several("dimensions", "id label")
    | Fact.several("members", "dimension code name short_name parent")
    | Fact.several("vouchers", "year period date word number attachments preparer reviewer poster")
    | Fact.several("vouchers", "status source_module")
    | Fact.several("lines", "date year period account summary debit credit currency fx_debit")
    | Fact.several("lines", "fx_credit rate rate_type quantity unit unit_price aux_*")
    | Fact.several("lines", "settlement_method settlement_number settlement_date")
    | Fact.several("cash_flows", "item amount")
    | Fact.several("balances", "year period account currency opening debit credit closing")
    | Fact.several("balances", "fx_opening fx_debit fx_credit fx_closing aux_*")
    | Fact.several("balances", "quantity_opening quantity_debit quantity_credit quantity_closing")
    | Fact.several("open_items", _DOCUMENT)
    | Fact.several("receipts", _DOCUMENT)
    | Fact.several("applications", "id item receipt date amount fx_amount")
    | Fact.several("extras", "table row_id field value")
)
"""What a package says."""
READS = WRITES | Fact.several("dimensions", "source_code")

LINE_EXTRAS = ("票据类型", "凭证头可扩展字段结构值", "分录行可扩展字段结构值")
"""Elements of 记账凭证 that the model has no column for."""
