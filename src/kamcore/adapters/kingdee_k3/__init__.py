"""Kingdee K/3 WISE, KIS 专业版 and 旗舰版: the standard voucher workbook (标准格式凭证).

A workbook with the sheets Page1 (one row a line) and t_Schema (the field dictionary), in three
generations of columns, headed by English keys or Chinese captions.  Spec: formats/kingdee.md
section 1.  No real file was at hand; several independent programs agree on names and order.
"""

from typing import ClassVar

from kamcore.adapters.kingdee_k3.columns import CAPTIONS, COLUMNS, TEXT_CHARS
from kamcore.format import Evidence, Fact, Format, Guess, Head, Limits

__all__ = ["FORMAT", "KingdeeK3"]

_ENOUGH = 10
"""Known headings in one row that leave no doubt."""
_OWN = {"凭证日期", "会计年度", "凭证字", "凭证号", "凭证摘要"}
"""Captions that the lists of the same product do not use."""
_MOST_OWN = 3
"""How many of them decide; a workbook with a missing column is still recognised."""
_WITHIN = 20

_SAID = frozenset(Fact.parse(column.fact) for column in COLUMNS.values() if column.fact)
_SHARED = (
    _SAID
    | Fact.several("vouchers", "year period date status")
    | Fact.several("lines", "aux_* currency fx_debit fx_credit")
    | Fact.several("accounts", "code name parent level")
    | Fact.several("dimensions", "id label")
    | Fact.several("members", "dimension code name")
    | Fact.several("extras", "table row_id field value")
)


class KingdeeK3(Format):
    """标准格式凭证 of K/3 and KIS, as .xls or .xlsx."""

    name = "kingdee-k3"
    title = "金蝶 K/3、KIS 标准格式凭证"
    title_en = "Kingdee K/3 and KIS standard voucher workbook"
    vendor = "金蝶"
    suffixes = (".xls", ".xlsx")
    evidence = Evidence.CORROBORATED
    evidence_note = "several independent programs agree on names and order; no real file seen"
    spec = "formats/kingdee.md section 1: K/3 WISE, KIS 专业版 / 旗舰版 standard voucher workbook"
    reads = _SHARED | Fact.several("accounts", "full_name")
    writes = _SHARED
    limits = Limits(text_chars=TEXT_CHARS)
    options: ClassVar[dict[str, str]] = {
        "sheet": "name of the sheet to read, when it is not the one that fits",
        "categories": "the site's own 核算项目 categories, separated by commas",
        "base_currency": "ISO code of the base currency; else CNY or the one kept at rate 1",
        "generation": "columns to write: A (36), B (37, the default) or C (41)",
        "keys": "headings to write: english (the default) or chinese",
        "joiner": "what joins several items of a line: || (the default) or ,",
        "currency": "ISO code to write where an original amount has no currency",
    }

    next_step = (
        "总账 → 凭证 → 标准格式凭证引入 → 选择此文件",
        "general ledger, vouchers, 标准格式凭证引入 (import), choose this file",
    )

    def sniff(self, head: Head) -> Guess:
        """Count the known headings of the first rows of each sheet."""
        for sheet, rows in head.sheets.items():
            for number, row in enumerate(rows[:_WITHIN], start=1):
                cells = {cell.strip().lstrip("*") for cell in row}
                keys, captions = cells & COLUMNS.keys(), cells & CAPTIONS.keys()
                if len(keys) >= _ENOUGH:
                    return _sure(sheet, number, len(keys), ("英文字段名", "English keys"))
                if len(captions) >= _ENOUGH and len(captions & _OWN) >= _MOST_OWN:
                    return _sure(sheet, number, len(captions), ("中文列名", "Chinese captions"))
        return Guess.no("没有标准格式凭证的列名", "no headings of the standard voucher workbook")


def _sure(sheet: str, row: int, count: int, words: tuple[str, str]) -> Guess:
    return Guess.sure(
        f"工作表「{sheet}」第 {row} 行有 {count} 个标准格式凭证的{words[0]}",
        f"row {row} of sheet {sheet} holds {count} {words[1]} of the standard voucher workbook",
    )


FORMAT = KingdeeK3()
