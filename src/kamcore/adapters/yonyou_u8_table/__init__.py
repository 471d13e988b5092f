"""Yonyou U8: a dump of the table GL_accvouch, one row a line of a voucher.

80 columns under their names, as csv or as a sheet.  Rows of period 0 are opening items, those of
20 and 21 belong to bank reconciliation; neither are vouchers.  Spec: formats/yonyou.md sections
1b and 7.1.
"""

import re
from collections.abc import Iterable
from typing import ClassVar

from kamcore.adapters.yonyou_u8_table.columns import COLUMNS, LABELS, NEEDED, TEXT_BYTES
from kamcore.format import Evidence, Fact, Format, Guess, Head, Limits, Options

__all__ = ["FORMAT", "YonyouU8Table"]

_ENOUGH = 20
"""Known columns that leave no doubt."""
_WITHIN = 5
_DIMENSIONS = " ".join(f"aux_{name}" for name in LABELS)

_WRITTEN = (
    Fact.several("vouchers", "year period date word number attachments preparer reviewer poster")
    | Fact.several("vouchers", "cashier status")
    | Fact.several("lines", "date year period account summary debit credit currency fx_debit")
    | Fact.several("lines", "fx_credit rate quantity settlement_method settlement_number")
    | Fact.several("lines", f"settlement_date salesperson {_DIMENSIONS}")
    | Fact.several("accounts", "code parent level")
    | Fact.several("dimensions", "id label source_code")
    | Fact.several("members", "dimension code")
    | Fact.several("extras", "table row_id field value")
)
_OPENINGS = Fact.several(
    "open_items",
    "id party_role party account date document summary currency rate amount fx_amount "
    + _DIMENSIONS,
)


class YonyouU8Table(Format):
    """Dump of GL_accvouch, as delimited text or as a workbook."""

    name = "yonyou-u8-table"
    title = "用友 U8 凭证表 GL_accvouch"
    title_en = "Yonyou U8 voucher table GL_accvouch"
    vendor = "用友"
    suffixes = (".csv", ".xlsx", ".xls", ".txt")
    evidence = Evidence.CONFIRMED
    evidence_note = (
        "names and order of the columns from code that talks to the product and from schema "
        "scripts; that a dump is csv with a header row is an assumption"
    )
    spec = "formats/yonyou.md sections 1b and 7.1: table GL_accvouch of U8"
    reads = _WRITTEN | _OPENINGS
    writes = _WRITTEN
    forms: ClassVar[dict[str, Options]] = {
        ".xlsx": {"form": "workbook"},
        ".xls": {"form": "workbook"},
    }
    limits = Limits(encoding="gb18030", text_bytes=TEXT_BYTES, forbidden={"\r": "\n"})
    options: ClassVar[dict[str, str]] = {
        "sheet": "name of the sheet to read, when it is not the one that fits",
        "base_currency": "ISO code of the base currency; else CNY or the one kept at rate 1",
        "form": "what to write: text or workbook; as the suffix of the target says, unless said",
        "encoding": "encoding of a text to write: utf-8-sig (the default) or gbk",
        "booleans": "how yes is written: 1 (the default) or -1, as Access does",
    }

    next_step = (
        "用数据库工具把此文件导入与 GL_accvouch 结构相同的中间表",
        "load this file into a staging table of the structure of GL_accvouch",
    )

    def sniff(self, head: Head) -> Guess:
        """Count the known columns of the first rows."""
        for where, cells in _rows(head):
            keys = {cell.strip().strip('"').casefold() for cell in cells}
            known = keys & _FOLDED.keys()
            if len(known) >= _ENOUGH:
                return Guess.sure(
                    f"{where[0]}有 {len(known)} 个 GL_accvouch 表的列名",
                    f"{where[1]} holds {len(known)} column names of the table GL_accvouch",
                )
            if keys.issuperset(name.casefold() for name in NEEDED):
                return Guess.maybe(
                    f"{where[0]}有 GL_accvouch 表的必要列名",
                    f"{where[1]} holds the needed column names of the table GL_accvouch",
                )
        return Guess.no("没有 GL_accvouch 表的列名", "no column names of the table GL_accvouch")


_FOLDED = {name.casefold(): name for name in COLUMNS}


def _rows(head: Head) -> Iterable[tuple[tuple[str, str], Iterable[str]]]:
    """The first rows of each sheet or of the text, and how to name them."""
    for sheet, rows in head.sheets.items():
        for number, row in enumerate(rows[:_WITHIN], start=1):
            yield (f"工作表「{sheet}」第 {number} 行", f"row {number} of sheet {sheet}"), row
    for number, line in enumerate(head.text.splitlines()[:_WITHIN], start=1):
        yield (f"第 {number} 行", f"line {number}"), re.split(r"[,\t;|]", line)


FORMAT = YonyouU8Table()
