"""Yonyou NC and NCC 凭证明细: the list of voucher lines that the product exports.

A report of 14 columns, one row a line, as .csv or .xlsx.  It names month and day but no year, and
members of auxiliary dimensions by name alone, packed into one text: ``【类型：值】【类型：值】``.
The product does not import it, so it can only be read.  Spec: formats/yonyou.md section 3b.
"""

from typing import ClassVar

from kamcore.adapters.yonyou_nc_detail.columns import NEEDED, OWN_HEADINGS, WANTED
from kamcore.format import Evidence, Fact, Format, Guess, Head

__all__ = ["FORMAT", "YonyouNcDetail"]


class YonyouNcDetail(Format):
    """凭证明细 of NC and NCC, as .csv or .xlsx."""

    name = "yonyou-nc-detail"
    title = "用友 NC、NCC 凭证明细"
    title_en = "Yonyou NC and NCC voucher detail"
    vendor = "用友"
    suffixes = (".csv", ".xlsx", ".xls")
    evidence = Evidence.CONFIRMED
    evidence_note = (
        "six exported csv files seen, whose vendor is known by their columns only; the workbook "
        "form is inferred from them"
    )
    spec = "formats/yonyou.md section 3b: NC and NCC 凭证明细, 14 columns"
    reads = (
        Fact.several("vouchers", "year period date word number")
        | Fact.several("lines", "date year period account summary debit credit currency aux_*")
        | Fact.several("accounts", "code name full_name parent level")
        | Fact.several("dimensions", "id label")
        | Fact.several("members", "dimension code name")
        | Fact.several("extras", "table row_id field value")
    )
    options: ClassVar[dict[str, str]] = {
        "year": "fiscal year, such as 2025, when the name of the file does not say it",
        "book": "name of the accounting book (核算账簿) to read, when the file holds several",
        "sheet": "name of the sheet to read, when it is not the one that fits",
        "base_currency": "ISO code of the base currency, CNY unless said",
    }

    def sniff(self, head: Head) -> Guess:
        """Look for the headings of the list in the first rows."""
        sheets = dict(head.sheets) or {"": _cells(head.text)}
        for sheet, rows in sheets.items():
            for number, row in enumerate(rows, start=1):
                cells = {cell.strip().strip('"') for cell in row}
                known = cells & WANTED.keys()
                where = (f"工作表「{sheet}」", f" of sheet {sheet}") if sheet else ("", "")
                if cells >= OWN_HEADINGS:
                    return Guess.sure(
                        f"{where[0]}第 {number} 行有 {len(known)} 个凭证明细的列名",
                        f"row {number}{where[1]} holds {len(known)} headings of the list",
                    )
                if cells >= NEEDED:
                    return Guess.maybe(
                        f"{where[0]}第 {number} 行有凭证明细的主要列名",
                        f"row {number}{where[1]} holds the main headings of the list",
                    )
        return Guess.no("没有凭证明细的列名", "no headings of the list")


def _cells(text: str) -> tuple[tuple[str, ...], ...]:
    """The first lines of a text, cut at commas or tabs: enough to see headings."""
    lines = text.lstrip("\ufeff").splitlines()[:_LINES]
    return tuple(tuple(line.split("\t" if "\t" in line else ",")) for line in lines)


_LINES = 20

FORMAT = YonyouNcDetail()
"""The format."""
