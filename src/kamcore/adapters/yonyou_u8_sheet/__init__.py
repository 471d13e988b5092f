"""Yonyou U8 模式凭证: the workbook of 73 columns that the product imports vouchers from.

Headings in row 1, one row a line; the columns are those of table ``GL_accvouch``.  Period, number
and date may be blank: then a line number that starts again is the only boundary between vouchers.
Spec: formats/yonyou.md section 1c.
"""

from typing import ClassVar

from kamcore.adapters.yonyou_u8_sheet import columns as layout
from kamcore.format import Evidence, Fact, Format, Guess, Head, Limits

__all__ = ["FORMAT", "YonyouU8Sheet"]

_ENOUGH = 30
"""Known headings in one row, of 73, that leave no doubt."""

_SHARED = (
    Fact.several("vouchers", "year period date word number attachments status")
    | Fact.several("vouchers", "preparer reviewer poster cashier")
    | Fact.several("lines", "date year period account summary debit credit currency rate")
    | Fact.several("lines", "fx_debit fx_credit quantity salesperson")
    | Fact.several("lines", "settlement_method settlement_number settlement_date")
    | Fact.several("lines", " ".join(f"aux_{name}" for name in layout.LABELS))
    | Fact.several("accounts", "code parent level")
    | Fact.several("dimensions", "id label")
    | Fact.several("members", "dimension code")
    | Fact.several("cash_flows", "item amount")
    | Fact.several("extras", "table row_id field value")
)


class YonyouU8Sheet(Format):
    """模式凭证 of U8, as .xlsx."""

    name = "yonyou-u8-sheet"
    title = "用友 U8 模式凭证工作簿 (73 列)"
    title_en = "Yonyou U8 voucher workbook of 73 columns"
    vendor = "用友"
    suffixes = (".xlsx", ".xls")
    evidence = Evidence.CONFIRMED
    evidence_note = (
        "names and order of the columns confirmed by two programs and one workbook made for "
        "import; no export of the product seen, lengths are those of its table"
    )
    spec = "formats/yonyou.md section 1c: 73-column 模式凭证 template"
    reads = _SHARED
    writes = _SHARED
    limits = Limits(
        encoding="gbk",
        text_bytes={
            fact: size
            for fact, size in layout.SIZES.items()
            if fact.partition(".")[2] in (*layout.HEAD_TEXTS, *layout.LINE_TEXTS)
        },
        decimals={"lines.debit": 2, "lines.credit": 2},
    )
    options: ClassVar[dict[str, str]] = {
        "sheet": "name of the sheet to read, when it is not the one that fits",
        "year": "fiscal year of vouchers without a date when reading, such as 2025",
        "base_currency": "ISO code of the base currency, CNY unless said",
        "currency": "ISO code to write where an original amount has no currency",
        "project_class": "code of the project class (项目大类) to write beside project codes",
    }

    next_step = (
        "总账 → 凭证 → 引入模式凭证 → 选择此文件",
        "general ledger, vouchers, import of 模式凭证, choose this file",
    )

    def sniff(self, head: Head) -> Guess:
        """Count the known headings of the first rows of each sheet."""
        for sheet, rows in head.sheets.items():
            for number, row in enumerate(rows, start=1):
                cells = {cell.strip().lstrip("*") for cell in row}
                known = [heading for heading, named in layout.WANTED.items() if cells & set(named)]
                if len(known) >= _ENOUGH:
                    return Guess.sure(
                        f"工作表「{sheet}」第 {number} 行有模式凭证 73 个列名中的 {len(known)} 个",
                        f"row {number} of sheet {sheet} holds {len(known)} of the 73 headings of"
                        " the voucher template",
                    )
                if set(known) >= layout.NEEDED:
                    return Guess.maybe(
                        f"工作表「{sheet}」第 {number} 行有模式凭证的必要列名",
                        f"row {number} of sheet {sheet} holds the needed headings of the voucher"
                        " template",
                    )
        return Guess.no("没有模式凭证的列名", "no headings of the voucher template")


FORMAT = YonyouU8Sheet()
"""The format."""
