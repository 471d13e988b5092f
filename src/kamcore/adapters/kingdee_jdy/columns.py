"""The columns of the voucher import template (凭证导入模板), in its two variants.

Order and headings: formats/kingdee.md section 3a.  The variant with 25 columns has two pairs of
custom dimensions; the one with 24, for non-profit books, has 是否限定 and one pair.
"""

from kamcore.vouchers.currencies import CODE
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.labels import Pair

SHEET = "凭证导入模板"
"""Name of the sheet as written."""

LINE = "lines.line_no"
AMOUNT = "amount"
ACCOUNT_PATH = "account.path"
RESTRICTED = "是否限定"
"""Column of the 24-column variant that the model has no place for."""

OWN = {
    "客户": "customer",
    "供应商": "supplier",
    "职员": "employee",
    "项目": "project",
    "部门": "department",
    "存货": "inventory",
}
"""Dimensions with a column of their own, by its heading."""
LABELS = {dimension: heading for heading, dimension in OWN.items()}

CATEGORY, MEMBER = "自定义辅助核算类别", "自定义辅助核算编码"
SUFFIXES = ("", "1")
"""What follows the headings of the first and of the second pair of a custom dimension."""

_HEAD = (
    Field("日期", "vouchers.date", Kind.DAY),
    Field("凭证字", "vouchers.word"),
    Field("凭证号", "vouchers.number", Kind.WHOLE),
    Field("附件数", "vouchers.attachments", Kind.WHOLE),
    Field("分录序号", LINE, Kind.WHOLE),
    Field("摘要", "lines.summary"),
    Field("科目代码", "lines.account", Kind.CODE),
    Field("科目名称", ACCOUNT_PATH),
    Field("借方金额", "lines.debit", Kind.AMOUNT),
    Field("贷方金额", "lines.credit", Kind.AMOUNT),
    *(Field(heading, f"code.{heading}", Kind.CODE) for heading in OWN),
)
_PAIRS = tuple(
    (
        Field(f"{CATEGORY}{suffix}", f"label.{suffix}"),
        Field(f"{MEMBER}{suffix}", f"code.{suffix}", Kind.CODE),
    )
    for suffix in SUFFIXES
)
_TAIL = (
    Field("数量", "lines.quantity", Kind.RATE, zero_is_blank=True),
    Field("单价", "lines.unit_price", Kind.RATE, zero_is_blank=True),
    Field("原币金额", AMOUNT, Kind.AMOUNT),
    Field("币别", CODE),
    Field("汇率", "lines.rate", Kind.RATE, zero_is_blank=True),
)

FIELDS = (*_HEAD, *_PAIRS[0], *_PAIRS[1], *_TAIL)
"""Every column that carries a fact, read by name."""

VARIANTS = {
    "25": tuple(field.heading for field in FIELDS),
    "24": tuple(field.heading for field in (*_HEAD, Field(RESTRICTED), *_PAIRS[0], *_TAIL)),
}
"""The headings of each variant, in order."""

PAIRS_OF = {"25": 2, "24": 1}
"""How many members of custom dimensions a line of each variant holds."""

WANTED = {heading: heading for headings in VARIANTS.values() for heading in headings}

NEEDED = frozenset(("日期", "凭证字", "凭证号", "摘要", "科目代码", "借方金额", "贷方金额"))
"""Columns without which a workbook is refused."""

OWN_HEADINGS = frozenset(("日期", "分录序号", "科目代码", "借方金额", "贷方金额"))
"""Headings that, together, no other list has."""

PAIRS = (
    *(Pair(f"code.{heading}", constant=heading) for heading in OWN),
    *(Pair(f"code.{suffix}", f"label.{suffix}") for suffix in SUFFIXES),
)
"""The dimensions of a line: those with a column of their own, then the custom ones."""
