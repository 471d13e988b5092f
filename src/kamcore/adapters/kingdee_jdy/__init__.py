"""Kingdee 精斗云 云会计: the voucher import template (凭证导入模板).

A workbook with one sheet and one row a line, its head repeated on every row, in a variant of 25
and one of 24 columns.  Spec: formats/kingdee.md section 3a.
"""

import re
from typing import ClassVar

from kamcore.adapters.kingdee_jdy.columns import NEEDED, OWN_HEADINGS, WANTED
from kamcore.format import Evidence, Fact, Format, Guess, Head, Limits

__all__ = ["FORMAT", "KingdeeJdy"]

_ENOUGH = 14
"""Known headings in one row, of 25, that leave no doubt."""
_LINES = 15
"""Lines of a text that are looked at: some save the template as text."""
_MOST_OWN = 4
"""How many of the own headings decide; a workbook with a missing column is still recognised."""

_SHARED = (
    Fact.several("vouchers", "year period date word number attachments")
    | Fact.several("lines", "date year period account summary debit credit currency")
    | Fact.several("lines", "fx_debit fx_credit rate quantity unit_price aux_*")
    | Fact.several("accounts", "code name full_name parent level")
    | Fact.several("dimensions", "id label")
    | Fact.several("members", "dimension code")
    | Fact.several("extras", "table row_id field value")
)


class KingdeeJdy(Format):
    """凭证导入模板 of 精斗云 云会计, as .xlsx."""

    name = "kingdee-jdy"
    title = "金蝶精斗云 凭证导入模板"
    title_en = "Kingdee 精斗云 voucher import template"
    vendor = "金蝶"
    suffixes = (".xlsx", ".xls")
    evidence = Evidence.REPORTED
    evidence_note = (
        "described column by column from one downloaded template; the 24-column variant from one "
        "program; no file seen"
    )
    spec = "formats/kingdee.md section 3a: 精斗云 云会计 voucher import template"
    reads = _SHARED
    writes = _SHARED
    limits = Limits(decimals={"lines.debit": 2, "lines.credit": 2})
    options: ClassVar[dict[str, str]] = {
        "sheet": "name of the sheet to read, when it is not the one that fits",
        "base_currency": "ISO code of the base currency, CNY unless said",
        "columns": "columns to write: 25 (the default) or 24, with 是否限定",
        "currency": "ISO code to write where an original amount has no currency",
    }

    next_step = (
        "凭证 → 查凭证 → 导入 → 选择此文件",
        "vouchers, 查凭证 (list), 导入 (import), choose this file",
    )

    def sniff(self, head: Head) -> Guess:
        """Count the known headings of the first rows of each sheet, or of a text's lines."""
        sheets = dict(head.sheets)
        if head.container == "text":
            lines = head.text.split("\n", _LINES)[:_LINES]
            sheets[head.name] = tuple(tuple(re.split("[,\t]", line)) for line in lines)
        for sheet, rows in sheets.items():
            for number, row in enumerate(rows, start=1):
                cells = {cell.strip(' \r"*\ufeff') for cell in row}
                known = cells & WANTED.keys()
                if len(known) >= _ENOUGH and len(cells & OWN_HEADINGS) >= _MOST_OWN:
                    return Guess.sure(
                        f"「{sheet}」第 {number} 行有 {len(known)} 个凭证导入模板的列名",
                        f"row {number} of {sheet} holds {len(known)} headings of the voucher"
                        " import template",
                    )
                if cells >= NEEDED:
                    return Guess.maybe(
                        f"「{sheet}」第 {number} 行有凭证导入模板的必录列",
                        f"row {number} of {sheet} holds the required headings of the voucher"
                        " import template",
                    )
        return Guess.no("没有凭证导入模板的列名", "no headings of the voucher import template")


FORMAT = KingdeeJdy()
