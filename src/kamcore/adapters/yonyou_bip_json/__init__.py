"""Yonyou BIP and YonSuite: voucher bodies of addVoucher, as a JSON file.

``/yonbip/fi/ficloud/openapi/voucher/addVoucher`` takes one body; a file holds one or a list of
them.  The keys are those of clients; that a file is a list is a choice made here.
"""

from typing import ClassVar

from kamcore.adapters.yonyou_bip_json import layout
from kamcore.format import Evidence, Format, Guess, Head

__all__ = ["FORMAT", "YonyouBipJson"]

_KEYS = ("accbookCode", "voucherTypeCode", "bodies", "accsubjectCode", "clientAuxiliaryList")
_ENOUGH = 3


class YonyouBipJson(Format):
    """Voucher bodies of BIP and YonSuite."""

    name = "yonyou-bip-json"
    title = "用友 BIP、YonSuite 凭证接口 (JSON)"
    title_en = "Yonyou BIP and YonSuite vouchers (JSON)"
    vendor = "用友"
    suffixes = (".json",)
    evidence = Evidence.CONFIRMED
    evidence_note = "keys of clients that call it; that a file is a list of bodies is our choice"
    spec = "formats/yonyou.md section 5.2: BIP and YonSuite addVoucher"
    reads = layout.SAID
    writes = layout.SAID
    options: ClassVar[dict[str, str]] = {
        "base_currency": "ISO code of the base currency, CNY unless said",
        "dimensions": "dimension of each filedCode, such as 0006=职员,ext01=销售渠道; or a .toml"
        " file with a table filedCode",
        "accbook": "accbookCode to write where the books have none",
        "maker": "makerMobile to write where the books have none",
        "word": "voucherTypeCode where the books have no word, 1 unless said",
    }

    next_step = (
        "把每个元素作为请求体提交到 /yonbip/fi/ficloud/openapi/voucher/addVoucher",
        "post each element as the body of /yonbip/fi/ficloud/openapi/voucher/addVoucher",
    )

    def sniff(self, head: Head) -> Guess:
        """Count the keys of a body near the start."""
        keys = [key for key in _KEYS if f'"{key}"' in head.text]
        if head.container == "json" and len(keys) >= _ENOUGH:
            said = "、".join(keys)
            return Guess.sure(
                f"JSON 中有 BIP 凭证的键 {said}", f"the JSON has the BIP keys {keys}"
            )
        return Guess.no("没有 BIP 凭证的键", "no keys of BIP vouchers")


FORMAT = YonyouBipJson()
