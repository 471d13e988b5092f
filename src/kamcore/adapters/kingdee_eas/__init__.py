"""Kingdee EAS: the standard voucher workbook (标准凭证引入/引出), sheets 凭证 and 现金流量.

A row is an auxiliary record: an entry with several of them fills several rows with one 分录号.
Spec: formats/kingdee.md section 5a.
"""

from typing import ClassVar

from kamcore.adapters.kingdee_eas.columns import NEEDED, OWN, WANTED
from kamcore.format import Evidence, Fact, Format, Guess, Head

__all__ = ["FORMAT", "KingdeeEas"]

_ENOUGH = 30
"""Known headings in one row, of 68, that leave no doubt."""

_SHARED = (
    Fact.several("vouchers", "year period date business_date word number attachments status")
    | Fact.several("vouchers", "preparer poster reviewer source_module reference")
    | Fact.several("lines", "date year period account summary debit credit currency aux_*")
    | Fact.several("lines", "fx_debit fx_credit rate quantity unit unit_price due_date")
    | Fact.several("lines", "business_number settlement_method settlement_number invoice")
    | Fact.several("accounts", "code name parent level")
    | Fact.several("dimensions", "id label")
    | Fact.several("members", "dimension code name")
    | Fact.several("cash_flows", "item amount")
    | Fact.several("extras", "table row_id field value")
)


class KingdeeEas(Format):
    """Standard voucher workbook of EAS with its cash flows, as .xlsx."""

    name = "kingdee-eas"
    title = "金蝶 EAS 标准凭证"
    title_en = "Kingdee EAS standard voucher workbook"
    vendor = "金蝶"
    suffixes = (".xlsx", ".xls")
    evidence = Evidence.CONFIRMED
    evidence_note = (
        "both sheets seen in a real exported file; BB01 is confirmed as the code of the yuan, "
        "BB02 for dollars is a guess"
    )
    spec = "formats/kingdee.md section 5a: EAS standard voucher import and export workbook"
    reads = _SHARED
    writes = _SHARED
    options: ClassVar[dict[str, str]] = {
        "sheet": "name of the sheet to read, when it is not 凭证",
        "company": "code of the company: the one to read, or to write where books have none",
        "currencies": "codes of currencies, such as HKD=BB03; CNY=BB01 and USD=BB02 are usual",
        "base_currency": "ISO code of the base currency, CNY unless said",
        "currency": "ISO code to write where an original amount has no currency",
    }

    next_step = (
        "财务会计 → 总账 → 凭证查询 → 引入 → 选择此文件",
        "general ledger, voucher query, 引入 (import), choose this file",
    )

    def sniff(self, head: Head) -> Guess:
        """Count the known headings of the first rows of each sheet."""
        for sheet, rows in head.sheets.items():
            for number, row in enumerate(rows, start=1):
                cells = {"".join(cell.split()).lstrip("*") for cell in row if cell}
                known = cells & WANTED.keys()
                if len(known) >= _ENOUGH and cells >= OWN:
                    return Guess.sure(
                        f"工作表「{sheet}」第 {number} 行有 {len(known)} 个 EAS 标准凭证的列名",
                        f"row {number} of sheet {sheet} holds {len(known)} headings of the EAS"
                        " voucher workbook",
                    )
                if cells >= NEEDED:
                    return Guess.maybe(
                        f"工作表「{sheet}」第 {number} 行有 EAS 标准凭证的必要列",
                        f"row {number} of sheet {sheet} holds the needed headings of the EAS"
                        " voucher workbook",
                    )
        return Guess.no("没有 EAS 标准凭证的列名", "no headings of the EAS voucher workbook")


FORMAT = KingdeeEas()
