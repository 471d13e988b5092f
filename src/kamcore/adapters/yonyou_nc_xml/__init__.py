"""Yonyou NC exchange documents: vouchers of NC6x and NCC, and of NC5x and U8C.

The layout is that of programs that talk to the products; no file saved by a product was seen.
Auxiliary type codes of NC6 differ between installations: they come from a map of the caller.
"""

import re
from typing import ClassVar

from kamcore.adapters.yonyou_nc_xml import layout
from kamcore.format import Evidence, Format, Guess, Head

_ROOT = re.compile(r"<ufinterface\b([^>]*)>?")
_BILLTYPE = re.compile(r"""\bbilltype\s*=\s*["']\s*([^"']*?)\s*["']""")


class YonyouNcXml(Format):
    """Vouchers of the external exchange platform of NC."""

    name = "yonyou-nc-xml"
    title = "用友 NC 凭证交换文档 (NC6x、NCC, NC5x、U8C)"
    title_en = "Yonyou NC voucher document"
    vendor = "用友"
    suffixes = (".xml",)
    evidence = Evidence.CONFIRMED
    evidence_note = (
        "element names confirmed in at least two programs that talk to the products (vatdetail and"
        " the mixed form of NC5.7 in one); no file saved by a product seen"
    )
    spec = "docs/formats/yonyou-nc-xml"
    reads = layout.FACTS
    writes = layout.FACTS
    limits = layout.LIMITS
    options: ClassVar[dict[str, str]] = {
        "types": (
            "map of auxiliary type codes: a mapping, or the path of a TOML file with"
            " [auxiliary_types]; NAME.map.toml beside NAME.xml is found without it"
        ),
        "base_currency": "ISO code of the base currency when reading, CNY unless said",
        "dialect": "what to write: nc6 (default; NC6x, NCC) or nc5 (NC5x, U8C)",
        "accounting_book": "核算账簿 (pk_accountingbook) to write where the books do not say it",
        "org": "organisation (pk_org, company) to write where the books do not say it",
        "group": "group (pk_group) to write where the books do not say it",
        **{name: f"attribute {name} of the root when writing" for name in layout.ROOT_OPTIONS},
    }
    next_step = (
        "在 NC 外部交换平台中加载此文档; 发送方、账套和翻译规则须先在平台中配置",
        "load it in the external exchange platform of NC; sender and account are set up there",
    )

    def sniff(self, head: Head) -> Guess:
        """See `Format.sniff`."""
        found = _ROOT.search(head.text) if head.container in ("xml", "html", "text") else None
        if found is None:
            return Guess.no("没有 ufinterface 根元素", "there is no root ufinterface")
        kind = _BILLTYPE.search(found[1])
        billtype = kind[1].lower() if kind else ""
        if billtype == "vouchergl":
            return Guess.sure("billtype 为 vouchergl", "its billtype is vouchergl")
        if "<voucher_head" not in head.text and "<accsubjcode" not in head.text:
            return Guess.no("没有凭证头", "there is no head of a voucher")
        if billtype == "gl" and "<prepareddate" in head.text:
            return Guess.sure(
                "billtype 为 gl, 凭证头用 prepareddate",
                "its billtype is gl and its heads have prepareddate",
            )
        if "<prepareddate" in head.text:
            return Guess.maybe(
                "凭证头用 prepareddate, 但没有 billtype",
                "its heads have prepareddate, but it has no billtype",
            )
        return Guess.no("凭证头没有 prepareddate", "its heads have no prepareddate")


FORMAT = YonyouNcXml()
