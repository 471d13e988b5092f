"""Yonyou T+ (畅捷通 T+): voucher bodies of the OpenAPI, as a JSON file.

``/tplus/api/v2/doc/Create`` takes one body ``{"dto": …}``; a file holds one or a list of them.
The keys are those of the vendor's SDK; that a file is a list is a choice made here.
"""

from typing import ClassVar

from kamcore.adapters.yonyou_tplus_json import layout
from kamcore.format import Evidence, Format, Guess, Head

__all__ = ["FORMAT", "YonyouTplusJson"]


class YonyouTplusJson(Format):
    """Voucher bodies of the T+ OpenAPI."""

    name = "yonyou-tplus-json"
    title = "用友 T+ OpenAPI 凭证 (JSON)"
    title_en = "Yonyou T+ OpenAPI vouchers (JSON)"
    vendor = "用友"
    suffixes = (".json",)
    evidence = Evidence.CONFIRMED
    evidence_note = "keys of the vendor's SDK 1.0.2; that a file is a list of bodies is our choice"
    spec = "formats/yonyou.md section 4.1: T+ OpenAPI doc/Create"
    reads = layout.SAID
    writes = layout.SAID
    options: ClassVar[dict[str, str]] = {
        "base_currency": "ISO code of the base currency, CNY unless said",
        "word": "voucher word (凭证类别) where the books have none, 记 unless said",
    }

    next_step = (
        "把每个元素作为请求体提交到 /tplus/api/v2/doc/Create",
        "post each element as the body of /tplus/api/v2/doc/Create",
    )

    def sniff(self, head: Head) -> Guess:
        """Look for the keys of a body near the start."""
        keys = [key for key in ("dto", "Entrys", "VoucherDate") if f'"{key}"' in head.text]
        if head.container == "json" and len(keys) > 1 and "Entrys" in keys:
            said = "、".join(keys)
            return Guess.sure(f"JSON 中有 T+ 凭证的键 {said}", f"the JSON has the T+ keys {keys}")
        return Guess.no("没有 T+ 凭证的键 dto 和 Entrys", "no keys dto and Entrys of T+ vouchers")


FORMAT = YonyouTplusJson()
