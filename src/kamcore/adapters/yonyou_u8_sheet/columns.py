"""The 73 columns of the template, in their order (formats/yonyou.md section 1c).

The order is that of table ``GL_accvouch``, whose column types give the lengths (section 7.1).  A
column without a fact has texts that say nothing (`Column.usual`); any other text is kept verbatim.
"""

import attrs

from kamcore.books import schema
from kamcore.vouchers.currencies import CODE
from kamcore.vouchers.entries import Field, Kind

SHEET = "Sheet1"
"""Name of the sheet as written."""
SYSTEM = "yonyou-u8"

LINE = "lines.line_no"
POSTED = "flag.posted"
QUANTITIES = ("quantity.debit", "quantity.credit")
ITEM, INFLOW, OUTFLOW = "cash.item", "cash.debit", "cash.credit"

MARK = "凭证标志"
RANK = "凭证类别排序号"
OPPOSITE = "对方科目编码"
PROJECT_CLASS = "项目大类编码"
VOID = "1"
"""凭证标志 of a void voucher; 2 marks one with errors."""
NO_ATTACHMENTS = -1
"""附单据数 of a voucher that does not say."""


@attrs.frozen
class Column:
    """A column: its heading, the fact it carries, how it is read, what it holds by itself.

    `constant` is what the writer puts where nothing else is known.  That and the texts of
    `silent` say nothing when read.
    """

    heading: str
    fact: str = ""
    kind: Kind = Kind.TEXT
    constant: str = ""
    size: int | None = attrs.field(default=None, kw_only=True)
    """Longest text in bytes of GBK."""
    zero_is_blank: bool = attrs.field(default=False, kw_only=True)
    silent: tuple[str, ...] = attrs.field(default=(), kw_only=True)

    @property
    def usual(self) -> tuple[str, ...]:
        """Texts that say nothing in this column."""
        return (self.constant, *self.silent) if self.constant else self.silent


def _aux(heading: str, dimension: str, size: int) -> Column:
    return Column(heading, f"lines.{schema.AUX}{dimension}", Kind.CODE, size=size)


_KEYS = (
    Column("会计期间", "vouchers.period", Kind.WHOLE),
    Column("凭证类别字", "vouchers.word"),
    Column(RANK),
    Column("凭证编号", "vouchers.number", Kind.WHOLE),
    Column("行号", LINE, Kind.WHOLE),
    Column("制单日期", "vouchers.date", Kind.DAY),
    Column("附单据数", "vouchers.attachments", Kind.WHOLE),
    Column("制单人", "vouchers.preparer", size=20),
    Column("审核人", "vouchers.reviewer", size=20),
    Column("记账人", "vouchers.poster", size=20),
    Column("记账标志", POSTED, Kind.FLAG),
    Column("出纳人", "vouchers.cashier", size=20),
    Column(MARK, silent=("0", VOID)),
    Column("凭证头自定义项1"),
    Column("凭证头自定义项2"),
)
_LINES = (
    Column("摘要", "lines.summary", size=60),
    Column("科目编码", "lines.account", Kind.CODE, size=15),
    Column("币种", CODE),
    Column("借方金额", "lines.debit", Kind.AMOUNT),
    Column("贷方金额", "lines.credit", Kind.AMOUNT),
    Column("外币借方金额", "lines.fx_debit", Kind.AMOUNT),
    Column("外币贷方金额", "lines.fx_credit", Kind.AMOUNT),
    Column("汇率", "lines.rate", Kind.RATE, zero_is_blank=True),
    Column("数量借方", QUANTITIES[0], Kind.RATE, zero_is_blank=True),
    Column("数量贷方", QUANTITIES[1], Kind.RATE, zero_is_blank=True),
    Column("结算方式编码", "lines.settlement_method", size=3),
    Column("票号", "lines.settlement_number", size=30),
    Column("票号发生日期", "lines.settlement_date", Kind.DAY),
    _aux("部门编码", "department", 12),
    _aux("职员编码", "employee", 20),
    _aux("客户编码", "customer", 20),
    _aux("供应商编码", "supplier", 20),
    _aux("项目编码", "project", 20),
    Column(PROJECT_CLASS),
    Column("业务员", "lines.salesperson", size=20),
    Column(OPPOSITE, size=50),
)
_OUTER = (
    Column("银行帐两清标志", silent=("0",)),
    Column("往来帐两清标志", silent=("0",)),
    Column("是否核销", constant="0"),
    Column("外部凭证帐套号"),
    Column("外部凭证会计年度"),
    Column("外部凭证系统名称"),
    Column("外部凭证系统版本号"),
    Column("外部凭证制单日期"),
    Column("外部凭证会计期间"),
    Column("外部凭证业务类型"),
    Column("外部凭证业务号"),
    Column("日期"),
    Column("标志", constant="0"),
    Column("外部凭证单据号"),
)
_RIGHTS = (
    Column("凭证是否可修改", constant="1"),
    Column("凭证分录是否可增删", constant="0"),
    Column("凭证合计金额是否保值", constant="0"),
    Column("分录数值是否可修改", constant="1"),
    Column("分录科目是否可修改", constant="1"),
    Column("分录受控科目可用状态", constant="1"),
    Column("分录往来项是否可修改", constant="1"),
    Column("分录部门是否可修改", constant="1"),
    Column("分录项目是否可修改", constant="1"),
    Column("分录往来项是否必输", constant="0"),
)
"""Columns 51 to 60: what may be changed in the product afterwards."""
_TAIL = (
    *(Column(f"自定义字段{number}") for number in range(1, 11)),
    Column("现金项目编号", ITEM),
    Column("现金借方", INFLOW, Kind.AMOUNT),
    Column("现金贷方", OUTFLOW, Kind.AMOUNT),
)

COLUMNS = (*_KEYS, *_LINES, *_OUTER, *_RIGHTS, *_TAIL)
HEADINGS = tuple(column.heading for column in COLUMNS)
CAPTIONS = {column.fact: column.heading for column in COLUMNS if column.fact}
"""The heading of each fact."""
FIELDS = tuple(
    Field(column.heading, column.fact, column.kind, zero_is_blank=column.zero_is_blank)
    for column in COLUMNS
)
VERBATIM = tuple(column.heading for column in COLUMNS if not column.fact)
"""Columns without a fact."""
WANTED = {heading: (heading, heading.replace("帐", "账")) for heading in HEADINGS}
"""The captions each heading goes by."""

NEEDED = frozenset(
    ("凭证类别字", "凭证编号", "行号", "制单日期", "摘要", "科目编码", "借方金额", "贷方金额")
)
"""Columns without which a workbook is refused."""

LABELS = {
    "customer": "客户",
    "supplier": "供应商",
    "department": "部门",
    "employee": "个人",
    "project": "项目",
}
"""What U8 calls the dimensions it has a column for."""

HEAD_TEXTS = ("preparer", "reviewer", "poster", "cashier")
LINE_TEXTS = ("summary", "settlement_method", "settlement_number", "salesperson")
SIZES = {column.fact: column.size for column in COLUMNS if column.fact and column.size}
