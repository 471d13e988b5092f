"""Kingdee 云星空 (K/3 Cloud): vouchers as GL_VOUCHER, as a workbook and as bodies of the Web API.

Two formats, for a body has no room for the names that stand in a workbook.  Spec:
formats/kingdee.md section 4.
"""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.kingdee_galaxy.columns import CAPTIONS, DIMENSION, HEAD, NEEDED, SLOTS
from kamcore.books import Books
from kamcore.format import (
    Evidence,
    Fact,
    Format,
    Guess,
    Head,
    Losses,
    Options,
    Reading,
    Source,
)
from kamcore.model.dimension import dimension_id

__all__ = ["FORMAT", "FORMATS", "JSON", "KingdeeGalaxy", "KingdeeGalaxyJson"]

_ENOUGH = 12
"""Known keys in one row that leave no doubt."""
_ENOUGH_KEYS = 3
"""Keys of a body near the start of a file that leave no doubt."""
_KEYS = frozenset(key.casefold() for key in CAPTIONS)
_NEEDED = frozenset(key.casefold() for key in NEEDED)

_SAID = (
    Fact.several("vouchers", "year period date business_date word number attachments")
    | Fact.several("lines", "date year period account summary debit credit currency")
    | Fact.several("lines", "fx_debit fx_credit rate rate_type quantity unit unit_price")
    | Fact.several("lines", "settlement_method settlement_number business_number")
    | Fact.several("accounts", "code parent level")
    | Fact.several("members", "dimension code")
    | Fact.several("dimensions", "id label source_code")
    | Fact.several("extras", "table row_id field value")
)
_ANY = Fact.several("lines", "aux_*")
_NAMES = Fact.several("accounts", "name") | Fact.several("members", "name")
_USUAL = frozenset(Fact("lines", f"aux_{dimension_id(label)}") for label in SLOTS.values())
"""Dimensions that a slot alone tells; what another slot means only the site knows."""
_CODES: dict[str, str] = {
    "words": "codes of voucher words, such as 收=PRE002; 记=PRE001 is known",
    "currencies": "codes of currencies, such as HKD=PRE002; CNY=PRE001 and USD=PRE007 are known",
    "rate_types": "codes of kinds of rate; 固定汇率=HLTX01_SYS is known",
    "units": "codes of units, such as 件=Pcs",
    "settlements": "codes of settlement methods",
    "dimensions": "slots of dimensions, such as 销售渠道=FF100005",
    "base_currency": "ISO code of the base currency, CNY unless said",
    "currency": "ISO code to write where an original amount has no currency",
    "book": "code of the account book (账簿) to write where the books have none",
}


class KingdeeGalaxy(Format):
    """GL_VOUCHER workbook (引入模板) of 云星空, as .xlsx."""

    name = "kingdee-galaxy"
    title = "金蝶云星空 凭证引入模板"
    title_en = "Kingdee 云星空 voucher workbook (GL_VOUCHER)"
    vendor = "金蝶"
    suffixes = (".xlsx", ".xls")
    evidence = Evidence.CORROBORATED
    evidence_note = (
        "keys, captions and codes agree in several independent programs; no real file seen; slots "
        "above FFLEX13 are reported from one site"
    )
    spec = "formats/kingdee.md section 4a: 云星空 GL_VOUCHER, import and export workbook"
    reads = _SAID | _ANY | _NAMES
    writes = _SAID | _ANY | _NAMES
    options: ClassVar[dict[str, str]] = {
        "sheet": "name of the sheet to read, when it is not the one that fits",
        **_CODES,
    }

    next_step = (
        "财务会计 → 总账 → 凭证查询 → 选项 → 引入 → 选择此文件",
        "general ledger, voucher query, 选项 (options), 引入 (import), choose this file",
    )

    def sniff(self, head: Head) -> Guess:
        """Look for the keys of GL_VOUCHER in one of the first rows of each sheet."""
        for sheet, rows in head.sheets.items():
            for number, row in enumerate(rows, start=1):
                cells = {cell.strip() for cell in row if cell}
                known = {cell for cell in cells if cell.casefold() in _KEYS}
                slots = sum(DIMENSION.fullmatch(cell) is not None for cell in cells)
                folded = {cell.casefold() for cell in known}
                if HEAD.casefold() in folded and len(known) >= _ENOUGH:
                    return Guess.sure(
                        f"工作表「{sheet}」第 {number} 行有 {HEAD} 等 {len(known)} 个字段名,"
                        f" {slots} 列核算维度",
                        f"row {number} of sheet {sheet} holds {HEAD} and other keys, {len(known)}"
                        f" in all, and {slots} columns of dimensions",
                    )
                if folded >= _NEEDED:
                    return Guess.maybe(
                        f"工作表「{sheet}」第 {number} 行有云星空凭证的字段名, 但没有 {HEAD}",
                        f"row {number} of sheet {sheet} holds keys of vouchers, but not {HEAD}",
                    )
        return Guess.no("没有云星空凭证的字段名", "no keys of a voucher of 云星空")


class KingdeeGalaxyJson(Format):
    """GL_VOUCHER bodies of the Web API (Save), as a JSON file."""

    name = "kingdee-galaxy-json"
    title = "金蝶云星空 WebAPI 凭证 (JSON)"
    title_en = "Kingdee 云星空 Web API vouchers (JSON)"
    vendor = "金蝶"
    suffixes = (".json",)
    evidence = Evidence.REPORTED
    evidence_note = (
        "shape of the body reported by programs, the prefix of dimensions by a live test; unit, "
        "price, quantity, settlement and business number go by the keys of the workbook"
    )
    spec = "formats/kingdee.md section 4b: 云星空 Web API, Save with FormId GL_VOUCHER"
    reads = _SAID | _ANY
    writes = _SAID | _USUAL
    options: ClassVar[dict[str, str]] = _CODES

    next_step = (
        "把每个元素作为 data 提交到 WebAPI 的 Save, FormId 为 GL_VOUCHER",
        "post each element as data of Save with FormId GL_VOUCHER",
    )

    def sniff(self, head: Head) -> Guess:
        """Look for the keys of a body near the start."""
        folded = head.text.casefold()
        wanted = ("Model", "FEntity", "FVOUCHERGROUPID", "FAccountBookID", "FVOUCHERGROUPNO")
        keys = [key for key in wanted if f'"{key.casefold()}"' in folded]
        if head.container == "json" and "FVOUCHERGROUPID" in keys and len(keys) >= _ENOUGH_KEYS:
            said = "、".join(keys)
            return Guess.sure(f"JSON 中有云星空凭证的键 {said}", f"the JSON has the keys {keys}")
        return Guess.no(
            "没有云星空凭证的键 Model 和 FVOUCHERGROUPID", "no keys Model and FVOUCHERGROUPID"
        )

    def read(self, source: Source, options: Options) -> Reading:
        """Read the bodies; see `Format.read`."""
        from kamcore.adapters.kingdee_galaxy.bodies import read_bodies

        return read_bodies(source, options)

    def render(self, books: Books, target: Path, losses: Losses, options: Options) -> None:
        """Write the bodies."""
        from kamcore.adapters.kingdee_galaxy.body_writer import write_bodies

        write_bodies(books, target, losses, options)

    def spelling(self, books: Books, options: Options) -> Books:
        """The books as the bodies say them: codes and slots that only a site knows stay so."""
        from kamcore.adapters.kingdee_galaxy.body_writer import spell

        return spell(books, Losses(), options)


FORMAT = KingdeeGalaxy()
JSON = KingdeeGalaxyJson()
FORMATS = (FORMAT, JSON)
