"""The columns of the standard voucher workbook, in three generations, and its field dictionary.

Order, keys, captions and declared types: formats/kingdee.md section 1.  Generation A has 36
columns, B 37 (with 汇率类型), C 41 (with 结余与盈余差异 and the ids of government accounting).
"""

import enum

import attrs

from kamcore.vouchers.entries import Kind

SYSTEM = "kingdee-k3"
"""What entities read from this layout name as their system."""

PAGE = "Page1"
"""Sheet of the data."""
SCHEMA = "t_Schema"
"""Sheet of the field dictionary."""

NOBODY = "NONE"
"""How the layout says that nobody signed."""
NOTHING = "*"
"""How the layout says that there is no settlement method or unit."""


class Generation(enum.StrEnum):
    """Which columns a workbook has."""

    A = "A"
    """Older K/3 and KIS 专业版."""
    B = "B"
    """With a kind of rate."""
    C = "C"
    """Government accounting."""


WRITTEN = (Generation.B, Generation.A, Generation.C)
"""Values of the option generation, the usual one first."""


@attrs.frozen
class Column:
    """A column: key, Chinese caption, declared type, kind, and the fact it carries.

    `fact` is ``table.column`` of the books; it is empty where the model has no column (the text
    is then kept verbatim) or where the reader works it out.
    """

    key: str
    caption: str
    declared: str
    kind: Kind
    fact: str = ""
    blank: str = ""
    """A word that stands for nothing in this column."""
    old: str = ""
    """The declared type in generation A, where it differs."""

    def type_in(self, generation: Generation) -> str:
        """The declared type in one generation."""
        return self.old if self.old and generation is Generation.A else self.declared

    def width_in(self, generation: Generation) -> int | None:
        """How many characters a ``Varchar`` holds; None for other types."""
        declared = self.type_in(generation)
        return int(declared[8:-1]) if declared.startswith("Varchar(") else None


_DECIMAL = "Decimal(28,10)"
_NAME = "Varchar(255)"


def _who(key: str, caption: str, column: str) -> Column:
    return Column(key, caption, _NAME, Kind.TEXT, f"vouchers.{column}", NOBODY)


_COMMON = (
    Column("FDate", "凭证日期", "DateTime", Kind.DAY, "lines.date"),
    Column("FYear", "会计年度", _DECIMAL, Kind.WHOLE, "lines.year"),
    Column("FPeriod", "会计期间", _DECIMAL, Kind.WHOLE, "lines.period"),
    Column("FGroupID", "凭证字", "Varchar(80)", Kind.TEXT, "vouchers.word"),
    Column("FNumber", "凭证号", _DECIMAL, Kind.WHOLE, "vouchers.number"),
    Column("FAccountNum", "科目代码", "Varchar(40)", Kind.CODE, "lines.account"),
    Column("FAccountName", "科目名称", _NAME, Kind.TEXT, old="Varchar(80)"),
    Column("FCurrencyNum", "币别代码", "Varchar(10)", Kind.TEXT),
    Column("FCurrencyName", "币别名称", "Varchar(40)", Kind.TEXT),
    Column("FAmountFor", "原币金额", _DECIMAL, Kind.AMOUNT),
    Column("FDebit", "借方", _DECIMAL, Kind.AMOUNT, "lines.debit"),
    Column("FCredit", "贷方", _DECIMAL, Kind.AMOUNT, "lines.credit"),
    _who("FPreparerID", "制单", "preparer"),
    _who("FCheckerID", "审核", "reviewer"),
    _who("FApproveID", "核准", "approver"),
    _who("FCashierID", "出纳", "cashier"),
    Column("FHandler", "经办", "Varchar(50)", Kind.TEXT, "vouchers.handler"),
    Column("FSettleTypeID", "结算方式", "Varchar(80)", Kind.TEXT, "lines.settlement_method", "*"),
    Column("FSettleNo", "结算号", _NAME, Kind.TEXT, "lines.settlement_number"),
    Column("FExplanation", "凭证摘要", _NAME, Kind.TEXT, "lines.summary"),
    Column("FQuantity", "数量", _DECIMAL, Kind.RATE, "lines.quantity"),
    Column("FMeasureUnitID", "数量单位", _NAME, Kind.TEXT, "lines.unit", "*"),
    Column("FUnitPrice", "单价", _DECIMAL, Kind.RATE, "lines.unit_price"),
    Column("FReference", "参考信息", _NAME, Kind.TEXT, "vouchers.reference"),
    Column("FTransDate", "业务日期", "DateTime", Kind.DAY, "vouchers.business_date"),
    Column(
        "FTransNo", "往来业务编号", _NAME, Kind.TEXT, "lines.business_number", old="Varchar(40)"
    ),
    Column("FAttachments", "附件数", _DECIMAL, Kind.WHOLE, "vouchers.attachments"),
    Column("FSerialNum", "序号", _DECIMAL, Kind.WHOLE, "vouchers.serial"),
    Column("FObjectName", "系统模块", "Varchar(100)", Kind.TEXT, "vouchers.source_module"),
    Column("FParameter", "业务描述", "Varchar(100)", Kind.TEXT),
)
_RATE_TYPE = Column("FExchangeRateType", "汇率类型", "Varchar(80)", Kind.TEXT, "lines.rate_type")
_REST = (
    Column("FExchangeRate", "汇率", _DECIMAL, Kind.RATE, "lines.rate"),
    Column("FEntryID", "分录序号", _DECIMAL, Kind.WHOLE),
    Column("FItem", "核算项目", "Text", Kind.TEXT, old=_NAME),
    Column("FPosted", "过账", _DECIMAL, Kind.WHOLE),
    Column("FInternalInd", "机制凭证", "Varchar(10)", Kind.TEXT),
    Column("FCashFlow", "现金流量", "Text", Kind.TEXT, old="Memo"),
)
_GOVERNMENT = (
    Column("FDiffItemNumber", "结余与盈余差异", "Varchar(20)", Kind.TEXT),
    Column("FDiffItemSign", "结余与盈余差异方向", "Varchar(20)", Kind.TEXT),
    Column("FLinkVchId", "关联凭证ID", "Varchar(20)", Kind.TEXT),
    Column("FVoucherId", "凭证ID", "Varchar(20)", Kind.TEXT),
)

GENERATIONS = {
    Generation.A: (*_COMMON, *_REST),
    Generation.B: (*_COMMON, _RATE_TYPE, *_REST),
    Generation.C: (*_COMMON, _RATE_TYPE, *_REST, *_GOVERNMENT),
}
"""The columns of each generation, in the order of the workbook."""

COLUMNS = {column.key: column for column in GENERATIONS[Generation.C]}
"""Every column of any generation, by key."""

CAPTIONS = {column.caption: column.key for column in COLUMNS.values()}
"""The key of each Chinese caption."""

NEEDED = frozenset(
    (
        "FDate",
        "FYear",
        "FPeriod",
        "FGroupID",
        "FNumber",
        "FAccountNum",
        "FDebit",
        "FCredit",
        "FExplanation",
    )
)
"""Columns without which a workbook is refused."""

VERBATIM = (
    "FParameter",
    "FInternalInd",
    "FCashFlow",
    "FDiffItemNumber",
    "FDiffItemSign",
    "FLinkVchId",
    "FVoucherId",
)
"""Columns the model has no place for: their texts are kept as extras of the line."""

VOUCHER_COLUMNS = tuple(
    column for column in COLUMNS.values() if column.fact.startswith("vouchers.")
)
"""Columns that hold a fact of the voucher, repeated on each of its lines."""

LINE_TEXTS = tuple(
    column
    for column in COLUMNS.values()
    if column.fact.startswith("lines.") and column.kind is Kind.TEXT
)
"""Columns that hold a text of the line."""

TEXT_CHARS = {
    column.fact: width
    for column in COLUMNS.values()
    if column.fact and column.kind is Kind.TEXT and (width := column.width_in(Generation.B))
}
"""The longest text of each fact, in characters, as generations B and C declare it."""

SCHEMA_HEADER = (
    "FType",
    "FKey",
    "FFieldName",
    "FCaption",
    "FValueType",
    "FNeedSave",
    "FColIndex",
    "FSrcTableName",
    "FSrcFieldName",
    "FExpFieldName",
    "FImpFieldName",
    "FDefaultVal",
    "FSearch",
    "FItemPageName",
    "FTrueType",
    "FPrecision",
    "FSearchName",
    "FIsShownList",
    "FViewMask",
    "FPage",
)
"""Header of the field dictionary."""

_SKIPPED = (6, 16)
"""Numbers that FColIndex leaves out."""


def generation_of(keys: frozenset[str]) -> Generation:
    """Which generation a workbook with these columns is of."""
    if keys & {column.key for column in _GOVERNMENT}:
        return Generation.C
    return Generation.B if _RATE_TYPE.key in keys else Generation.A


def schema_rows(generation: Generation) -> list[dict[str, str]]:
    """The rows of the field dictionary, by its header."""
    rows = [
        {"FType": "ClassInfo", "FKey": "ClassType", "FCaption": "VoucherData"},
        {"FType": "ClassInfo", "FKey": "ClassTypeID", "FCaption": "123"},
        {"FType": "PageInfo", "FKey": PAGE, "FCaption": PAGE},
    ]
    index = 0
    for column in GENERATIONS[generation]:
        index += 1
        while index in _SKIPPED:
            index += 1
        rows.append(
            {
                "FType": "FieldInfo",
                **dict.fromkeys(
                    ("FKey", "FFieldName", "FExpFieldName", "FImpFieldName"), column.key
                ),
                "FCaption": column.caption,
                # The leading blank stands in every dump of a real dictionary.
                "FValueType": f" {column.type_in(generation)}",
                "FColIndex": str(index),
                **dict.fromkeys(("FSearch", "FPrecision", "FSearchName"), "0"),
                **dict.fromkeys(("FIsShownList", "FViewMask"), "0"),
                "FPage": "1",
            }
        )
    return [{name: row.get(name, "") for name in SCHEMA_HEADER} for row in rows]
