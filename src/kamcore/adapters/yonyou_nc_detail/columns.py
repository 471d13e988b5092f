"""The columns of the 凭证明细 list, by name (formats/yonyou.md section 3b).

Names vary by site, so that some columns go by several.  Columns that are not listed here are kept
verbatim, as are 核销信息 and 结算信息.
"""

from kamcore.model.layout import Packing
from kamcore.vouchers.currencies import CODE
from kamcore.vouchers.entries import Field, Kind

BOOK = "book"
YEAR = "year"
MONTH = "vouchers.period"
DAY = "day"
VOUCHER = "voucher"
LINE = "lines.line_no"
PATH = "account.path"
PACKED = "packed"
PACKING = Packing(opening="【", closing="】", colon="：")

FIELDS = (
    Field("年", YEAR),
    Field("月", MONTH, Kind.WHOLE),
    Field("日", DAY, Kind.WHOLE),
    Field("核算账簿名称", BOOK),
    Field("凭证号", VOUCHER),
    Field("分录号", LINE, Kind.WHOLE),
    Field("摘要", "lines.summary"),
    Field("科目编码", "lines.account", Kind.CODE),
    Field("科目名称", PATH),
    Field("辅助项", PACKED),
    Field("币种", CODE),
    Field("借方-本币", "lines.debit", Kind.AMOUNT),
    Field("贷方-本币", "lines.credit", Kind.AMOUNT),
)
"""Every column that carries a fact, or a part of one."""

_OTHERS = {
    "年": ("年度", "会计年度"),
    "月": ("会计月份",),
    "核算账簿名称": ("核算账簿", "账簿", "账簿名称"),
    "借方-本币": ("借方本币", "借方"),
    "贷方-本币": ("贷方本币", "贷方"),
}

WANTED = {
    **{field.heading: (field.heading, *_OTHERS.get(field.heading, ())) for field in FIELDS},
    "核销信息": ("核销信息",),
    "结算信息": ("结算信息",),
}
"""The captions of each heading."""

NEEDED = frozenset(("月", "日", "凭证号", "摘要", "科目编码", "辅助项", "借方-本币", "贷方-本币"))
"""Columns without which a list is refused."""

OWN_HEADINGS = NEEDED | {"分录号", "核算账簿名称"}
"""Headings that, together, no other list has."""
