"""Kingdee KIS 标准版 and K/3: the standard voucher table (标准格式凭证库), a dBASE file.

One record a line, the head of the voucher repeated on each, in four generations of fields.  Spec:
formats/kingdee.md section 2.  No real file was at hand.
"""

from typing import ClassVar

from kamcore.adapters.kingdee_dbf.columns import COLUMNS, NEEDED, TEXT_BYTES, generation_of
from kamcore.format import Evidence, Fact, Format, Guess, Head, Limits
from kamcore.grid.dbf_reading import fields_of

__all__ = ["FORMAT", "KingdeeDbf"]

_ENOUGH = 15
"""Known fields that leave no doubt."""
_FEW = 5

_SHARED = (
    Fact.several("vouchers", "year period date word number attachments preparer reviewer poster")
    | Fact.several("vouchers", "cashier handler status source_module business_date reference")
    | Fact.several("vouchers", "serial")
    | Fact.several("lines", "date year period account summary debit credit currency fx_debit")
    | Fact.several("lines", "fx_credit rate quantity unit unit_price settlement_method")
    | Fact.several("lines", "settlement_number business_number aux_*")
    | Fact.several("accounts", "code parent level")
    | Fact.several("dimensions", "id label")
    | Fact.several("members", "dimension code name")
    | Fact.several("extras", "table row_id field value")
)


class KingdeeDbf(Format):
    """标准格式凭证库 of KIS 标准版 and K/3, as .dbf."""

    name = "kingdee-dbf"
    title = "金蝶 KIS、K/3 标准格式凭证库"
    title_en = "Kingdee KIS and K/3 standard voucher table"
    vendor = "金蝶"
    suffixes = (".dbf",)
    evidence = Evidence.CORROBORATED
    evidence_note = (
        "names, types and order from a document on the product and from programs that agree; "
        "generation 4 from one program; the coding of FDC contradicts itself; no real file seen"
    )
    spec = "formats/kingdee.md section 2: DBF 标准格式凭证库 of KIS 标准版 and K/3"
    reads = _SHARED
    writes = _SHARED
    limits = Limits(
        encoding="gbk",
        text_bytes=TEXT_BYTES,
        decimals={"lines.rate": 5, "lines.quantity": 5, "lines.unit_price": 5},
    )
    options: ClassVar[dict[str, str]] = {
        "encoding": "encoding to read, GB18030 unless the texts can only be UTF-8",
        "base_currency": "ISO code of the base currency; else CNY or the one kept at rate 1",
        "generation": "fields to write: 1 (40, old KIS), 2 (52), 3 (56, the default) or 4 (78)",
        "currency": "ISO code to write where an original amount has no currency",
    }

    next_step = (
        "总账 → 凭证 → 标准格式凭证引入 → 选择此文件",
        "general ledger, vouchers, 标准格式凭证引入 (import), choose this file",
    )

    def sniff(self, head: Head) -> Guess:
        """Count the known fields of the table."""
        if head.container != "dbf":
            return Guess.no("不是 DBF 表", "no dBASE table")
        keys = frozenset(field.name for field in fields_of(head.start))
        known = keys & COLUMNS.keys()
        if len(known) >= _ENOUGH and keys.issuperset(NEEDED[2:]):
            generation = generation_of(keys)
            return Guess.sure(
                f"DBF 表有 {len(known)} 个标准格式凭证库的字段 (第 {generation} 代)",
                f"the table has {len(known)} fields of the standard voucher table, "
                f"generation {generation}",
            )
        if len(known) >= _FEW:
            return Guess.maybe(
                f"DBF 表有 {len(known)} 个标准格式凭证库的字段",
                f"the table has {len(known)} fields of the standard voucher table",
            )
        return Guess.no("没有标准格式凭证库的字段", "no fields of the standard voucher table")


FORMAT = KingdeeDbf()
