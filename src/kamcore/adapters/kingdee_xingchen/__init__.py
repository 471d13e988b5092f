"""Kingdee 云星辰: the voucher import template (引入模板).

A workbook whose third row holds labels ``caption # key``, with one row a line and the head of a
voucher on its first line only; which dimensions have columns is set by the site.  Books beyond the
product's 30,000 rows become a folder of workbooks.  Spec: formats/kingdee.md section 3b.
"""

from typing import ClassVar

from kamcore.adapters.kingdee_xingchen import columns as layout
from kamcore.format import Evidence, Fact, Format, Guess, Head, Limits

__all__ = ["FORMAT", "KingdeeXingchen"]

_MOST_OWN = 3
"""Own captions in one row that leave no doubt; a needed column may be missing."""

_SHARED = (
    Fact.several("vouchers", "year period date word number attachments reference")
    | Fact.several("lines", "date year period account summary debit credit currency")
    | Fact.several("lines", "fx_debit fx_credit rate quantity unit unit_price aux_*")
    | Fact.several("accounts", "code name parent level")
    | Fact.several("dimensions", "id label")
    | Fact.several("members", "dimension code name")
    | Fact.several("extras", "table row_id field value")
)


class KingdeeXingchen(Format):
    """引入模板 of 云星辰, as .xlsx or as a folder of .xlsx."""

    name = "kingdee-xingchen"
    title = "金蝶云星辰 凭证引入模板"
    title_en = "Kingdee 云星辰 voucher import template"
    vendor = "金蝶"
    suffixes = (".xlsx", ".xls")
    evidence = Evidence.REPORTED
    evidence_note = (
        "labels from programs that fill the template; sheet name, heads on the first line only and"
        " limits confirmed by the vendor's help; the keys behind # are not known"
    )
    spec = "formats/kingdee.md section 3b: 云星辰 voucher import template"
    reads = _SHARED
    writes = _SHARED
    limits = Limits(
        decimals={"lines.debit": 2, "lines.credit": 2},
        rows_per_file=layout.ROWS,
        lines_per_voucher=layout.LINES,
    )
    options: ClassVar[dict[str, str]] = {
        "sheet": "name of the sheet to read, when it is not the one that fits",
        "base_currency": "ISO code of the base currency, CNY unless said",
        "currency": "ISO code to write where an original amount has no currency",
    }

    next_step = (
        "总账 → 录凭证 → 引入 → 选择此文件 (文件夹中的工作簿依次引入)",
        "general ledger, 录凭证, 引入 (import), choose this file (of a folder, each in turn)",
    )

    def sniff(self, head: Head) -> Guess:
        """Look for the labels in the first rows of each sheet, or the names in a folder."""
        if head.parts and head.container == "folder":
            if all(layout.FILES.fullmatch(name) for name in head.parts):
                return Guess.sure(
                    f"文件夹里是 {len(head.parts)} 个编号的星辰凭证工作簿",
                    f"the folder holds {len(head.parts)} numbered workbooks of this layout",
                )
            return Guess.no("文件夹里有别的文件", "the folder holds other files")
        for sheet, rows in head.sheets.items():
            for number, row in enumerate(rows, start=1):
                found = {layout.caption_of(label) for label in row} & layout.OWN
                if len(found) >= _MOST_OWN:
                    said = "、".join(sorted(found))
                    return Guess.sure(
                        f"工作表「{sheet}」第 {number} 行有星辰引入模板的列 {said}",
                        f"row {number} of sheet {sheet} holds labels of the template: {said}",
                    )
        return Guess.no("没有星辰引入模板的列名", "no labels of the import template")


FORMAT = KingdeeXingchen()
