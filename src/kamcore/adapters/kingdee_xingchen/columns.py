"""The columns of the import template: labels ``caption # key``, some set by the site.

Captions, sheet names and limits: formats/kingdee.md section 3b.  The keys behind the mark are not
known; those written here follow the names of the product's interface.
"""

import re

from kamcore.vouchers.currencies import CODE, NAME
from kamcore.vouchers.entries import Field, Kind

SHEET = "sheet1（名称勿改）"
"""The first sheet, whose name must stay."""
NOTES = "模板说明"
"""The second sheet."""
TITLE = "录凭证 # gl_voucher"
ADVICE = "红色为必录项；同一凭证的表头字段只在第一行填写"

ROWS = 30_000
"""Rows the product takes in one import."""
LINES = 3_000
"""Lines the product takes in one voucher."""
DIMENSIONS = 12
"""Dimensions an account can have."""

AMOUNT = "amount"

FIELDS = (
    Field("记账日期", "vouchers.date", Kind.DAY),
    Field("凭证字号", "vouchers.word"),
    Field("凭证号", "vouchers.number", Kind.WHOLE),
    Field("附件数", "vouchers.attachments", Kind.WHOLE),
    Field("参考信息", "vouchers.reference"),
    Field("摘要", "lines.summary"),
    Field("科目.编码", "lines.account", Kind.CODE),
    Field("科目.名称", "names.account"),
    Field("币别.编码", CODE),
    Field("币别.名称", NAME),
    Field("汇率", "lines.rate", Kind.RATE, zero_is_blank=True),
    Field("计量单位.编码", "lines.unit"),
    Field("数量", "lines.quantity", Kind.RATE, zero_is_blank=True),
    Field("单价", "lines.unit_price", Kind.RATE, zero_is_blank=True),
    Field("原币金额", AMOUNT, Kind.AMOUNT),
    Field("借方", "lines.debit", Kind.AMOUNT),
    Field("贷方", "lines.credit", Kind.AMOUNT),
)
"""Every column that carries a fact and is no dimension, in the order of the template."""

KEYS = {
    "记账日期": "bookeddate",
    "凭证字号": "vouchertype",
    "凭证号": "voucherno",
    "附件数": "attachments",
    "参考信息": "reference",
    "摘要": "explanation",
    "科目.编码": "account.number",
    "科目.名称": "account.name",
    "币别.编码": "currency.number",
    "币别.名称": "currency.name",
    "汇率": "exchangerate",
    "计量单位.编码": "unit.number",
    "数量": "qty",
    "单价": "price",
    "原币金额": "amountfor",
    "借方": "debit",
    "贷方": "credit",
}
REQUIRED = ("记账日期", "凭证字号", "科目.编码", "币别.编码", "汇率")
"""Columns the product requires; their labels begin with a star."""

NEEDED = frozenset(("记账日期", "凭证字号", "科目.编码", "借方", "贷方"))
"""Columns without which a workbook is refused."""
OWN = frozenset(("记账日期", "凭证字号", "科目.编码", "币别.编码"))
"""Captions that no other layout has together."""
HEADS = ("vouchers.date", "vouchers.word", "vouchers.number")

ITEMS = {
    "customer": "bd_customer",
    "supplier": "bd_supplier",
    "department": "bd_department",
    "employee": "bd_employee",
    "project": "bd_project",
    "inventory": "bd_material",
}
"""Dimensions every site has, with the product's name of their archive."""

DIMENSION = re.compile(r"辅助核算\.(.+)\.(编码|名称)")
"""The caption of a column of a dimension: its label, and whether it holds codes or names."""

FILE = "星辰凭证-{number}.xlsx"
"""Name of each workbook in a folder of several."""
FILES = re.compile(r"星辰凭证-\d+\.xlsx")


def caption_of(label: str) -> str:
    """The caption of a label: without the star and without the key behind the mark.

    >>> caption_of("*记账日期 # bookeddate"), caption_of("借方 #"), caption_of("科目.名称")
    ('记账日期', '借方', '科目.名称')
    """
    caption, mark, _ = label.rpartition("#")
    return (caption if mark else label).strip().lstrip("*＊").strip()


def label_of(caption: str) -> str:
    """The label of a column that every template has."""
    star = "*" if caption in REQUIRED else ""
    return f"{star}{caption} # {KEYS[caption]}"


def dimension_labels(label: str, archive: str) -> tuple[str, str]:
    """The labels of the two columns of a dimension: codes, names."""
    return (
        f"辅助核算.{label}.编码 # assist.{archive}.number",
        f"辅助核算.{label}.名称 # assist.{archive}.name",
    )
