"""Chanjet 好会计: voucher bodies of the OpenAPI, as a JSON file.

``/accounting/gl/AcctgTrans5/{bookid}`` takes one body; a file holds one or a list of them.  The
keys are those of a client derived from the vendor's pages; that a file is a list is a choice made
here.
"""

from typing import ClassVar

from kamcore.adapters.chanjet_hkj_json import layout
from kamcore.format import Evidence, Fact, Format, Guess, Head

__all__ = ["FORMAT", "ChanjetHkjJson"]

_KEYS = (
    "acctgTransCategoryId",
    "acctgPeriod",
    "bizTypeId",
    "glAccount",
    "basePostedDr",
    "bizDate",
)
_ENOUGH = 3


class ChanjetHkjJson(Format):
    """Voucher bodies of the 好会计 OpenAPI."""

    name = "chanjet-hkj-json"
    title = "畅捷通好会计 OpenAPI 凭证 (JSON)"
    title_en = "Chanjet 好会计 OpenAPI vouchers (JSON)"
    vendor = "用友"
    suffixes = (".json",)
    evidence = Evidence.CONFIRMED
    evidence_note = (
        "keys of a client derived from the vendor's pages; that a file is a list of bodies is our"
        " choice"
    )
    spec = "formats/yonyou.md section 4.2: 好会计 OpenAPI AcctgTrans5"
    reads = layout.SAID | Fact.several("accounts", "direction")
    writes = layout.SAID
    limits = layout.LIMITS
    options: ClassVar[dict[str, str]] = {
        "base_currency": "ISO code of the base currency, whose currencyId is 1; CNY unless said",
        "currencies": "the site's other currencyIds, such as 2=USD,3=EUR; or a .toml file",
        "free": "the site's own dimensions when writing, such as freeSub1=销售渠道",
        "bookid": "bookid to write where the books have none",
        "word": "voucher word where the books have none or one without a category, 记 unless said",
    }

    next_step = (
        "把每个元素作为请求体提交到 /accounting/gl/AcctgTrans5/{bookid}",
        "post each element as the body of /accounting/gl/AcctgTrans5/{bookid}",
    )

    def sniff(self, head: Head) -> Guess:
        """Count the keys of a body near the start."""
        keys = [key for key in _KEYS if f'"{key}"' in head.text]
        if head.container == "json" and len(keys) >= _ENOUGH:
            said = "、".join(keys)
            return Guess.sure(f"JSON 中有好会计凭证的键 {said}", f"the JSON has the keys {keys}")
        return Guess.no("没有好会计凭证的键", "no keys of 好会计 vouchers")


FORMAT = ChanjetHkjJson()
