"""The columns of the standard voucher workbook of EAS: sheets 凭证 and 现金流量.

Headings, order and cell types: formats/kingdee.md section 5a, read in a real file.  A row of 凭证
is an auxiliary record: rows of one entry share their 分录号.
"""

from kamcore.books import schema
from kamcore.vouchers.currencies import CODE
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.labels import Pair
from kamcore.vouchers.making import NAMES

SHEET, FLOWS = "凭证", "现金流量"

COMPANY, NUMBER, ENTRY, SERIAL = "公司", "凭证号", "分录号", "凭证序号"
AUX_SUMMARY, AUX_DATE = "辅助账摘要", "辅助账业务日期"
FLOW_MARK, USUAL_MARK = "现金流量标记", "6"
"""A mark of which only one value was seen."""

LINE = "lines.line_no"
AMOUNT, SIDE = "amount", "side"
POSTED, DELETED = "flag.posted", "flag.deleted"
DEBIT_WORDS, CREDIT_WORDS = ("1", "借"), ("0", "-1", "贷")
DIGITS = 5
"""A voucher number is written with zeros to this width."""

ITEMS = 8
CATEGORY, CODE_OF, NAME_OF = "核算项目", "编码", "名称"
TRIPLES = tuple(
    (f"{CATEGORY}{number}", f"{CODE_OF}{number}", f"{NAME_OF}{number}")
    for number in range(1, ITEMS + 1)
)
PAIRS = tuple(
    Pair(f"item.code.{number}", f"item.label.{number}", name=f"item.name.{number}")
    for number in range(1, ITEMS + 1)
)

_HEAD = (
    Field("记账日期", "vouchers.date", Kind.DAY),
    Field("业务日期", "vouchers.business_date", Kind.DAY),
    Field("会计期间", "vouchers.period", Kind.WHOLE),
    Field("凭证类型", "vouchers.word"),
    Field(NUMBER, "vouchers.number", Kind.WHOLE),
    Field("制单人", "vouchers.preparer"),
    Field("过账人", "vouchers.poster"),
    Field("审核人", "vouchers.reviewer"),
    Field("附件数量", "vouchers.attachments", Kind.WHOLE),
    Field("过账标记", POSTED, Kind.FLAG),
    Field("机制凭证模块", "vouchers.source_module"),
    Field("删除标记", DELETED, Kind.FLAG),
    Field("参考信息", "vouchers.reference"),
)
_LINE = (
    Field(ENTRY, LINE, Kind.WHOLE),
    Field("摘要", "lines.summary"),
    Field("科目", "lines.account", Kind.CODE),
    Field("科目名称", NAMES + "account"),
    Field("币种", CODE),
    Field("汇率", "lines.rate", Kind.RATE, zero_is_blank=True),
    Field("方向", SIDE),
    Field("原币金额", AMOUNT, Kind.AMOUNT),
    Field("数量", "lines.quantity", Kind.RATE, zero_is_blank=True),
    Field("单价", "lines.unit_price", Kind.RATE, zero_is_blank=True),
    Field("借方金额", "lines.debit", Kind.AMOUNT),
    Field("贷方金额", "lines.credit", Kind.AMOUNT),
    Field("单位", "lines.unit"),
    Field("业务编号", "lines.business_number"),
    Field("结算方式", "lines.settlement_method"),
    Field("结算号", "lines.settlement_number"),
    Field("发票号", "lines.invoice"),
    Field("到期日", "lines.due_date", Kind.DAY),
)
_ITEMS = tuple(
    field
    for (category, code, name), pair in zip(TRIPLES, PAIRS, strict=True)
    for field in (
        Field(category, pair.label),
        Field(code, pair.code, Kind.CODE),
        Field(name, pair.name),
    )
)
FIELDS = (*_HEAD, *_LINE, *_ITEMS)
"""Every column that carries a fact, read by name."""

HEAD_EXTRAS = (COMPANY, NUMBER, SERIAL)
"""Fields of a voucher kept verbatim; a number only where it is spelled unlike others."""
LINE_EXTRAS = (
    "是否有现金流量",
    FLOW_MARK,
    AUX_SUMMARY,
    "换票证号",
    "客户",
    "费用类别",
    "收款人",
    "物料",
    "财务组织",
    "供应商",
    AUX_DATE,
)
"""Fields of a line kept verbatim where they say more than others do."""

HEADINGS = (
    COMPANY,
    "记账日期",
    "业务日期",
    "会计期间",
    "凭证类型",
    NUMBER,
    ENTRY,
    "摘要",
    "科目",
    "科目名称",
    "币种",
    "汇率",
    "方向",
    "原币金额",
    "数量",
    "单价",
    "借方金额",
    "贷方金额",
    "制单人",
    "过账人",
    "审核人",
    "附件数量",
    "过账标记",
    "机制凭证模块",
    "删除标记",
    SERIAL,
    "单位",
    "参考信息",
    "是否有现金流量",
    FLOW_MARK,
    "业务编号",
    "结算方式",
    "结算号",
    AUX_SUMMARY,
    *(heading for triple in TRIPLES for heading in triple),
    "发票号",
    "换票证号",
    "客户",
    "费用类别",
    "收款人",
    "物料",
    "财务组织",
    "供应商",
    AUX_DATE,
    "到期日",
)
"""The 68 headings of 凭证, in order."""
WANTED = {heading: heading for heading in HEADINGS}
NEEDED = frozenset(("记账日期", "凭证类型", NUMBER, ENTRY, "科目", "借方金额", "贷方金额"))
"""Columns without which a workbook is refused."""
OWN = frozenset((COMPANY, "记账日期", "凭证类型", ENTRY, AUX_SUMMARY, "核算项目1", "编码1"))
"""Headings that, together, no other list has."""

FLOW_ITEM, FLOW_ENTRY = "主表信息", ENTRY
FLOW_ORIGINAL, FLOW_LOCAL, FLOW_REPORT = "原币", "本位币", "报告币"
FLOW_SIGN, FLOW_SECOND_SIGN = "主表金额系数", "附表金额系数"
OTHER_ENTRY = "对方分录号"
FLOW_EXTRAS = (
    "币种",
    OTHER_ENTRY,
    "附表信息",
    FLOW_ORIGINAL,
    FLOW_LOCAL,
    FLOW_REPORT,
    FLOW_SIGN,
    FLOW_SECOND_SIGN,
    "性质",
    *(heading for triple in TRIPLES for heading in triple),
)
"""Fields of a cash flow that the table has no column for."""
FLOW_HEADINGS = (
    COMPANY,
    "记账日期",
    "会计期间",
    "凭证类型",
    NUMBER,
    "币种",
    FLOW_ENTRY,
    OTHER_ENTRY,
    FLOW_ITEM,
    *FLOW_EXTRAS[2:6],
    *FLOW_EXTRAS[6:],
)
"""The 40 headings of 现金流量, in order."""
FLOW_NEEDED = frozenset((NUMBER, FLOW_ENTRY, FLOW_ITEM, FLOW_LOCAL))

CURRENCIES = {"CNY": "BB01", "USD": "BB02"}
"""Codes of currencies; BB01 is confirmed, BB02 a guess to test on the site."""
LABELS = {"department": "行政组织", "project": "工程项目", "inventory": "物料"}
"""What the product calls a dimension where the usual label is another."""

DIMENSION = "lines." + schema.AUX
