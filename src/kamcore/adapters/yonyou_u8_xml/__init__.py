"""Yonyou U8 EAI documents: vouchers, and the archives customer, vendor and code (科目).

The layout is that of programs that talk to the product; no file saved by the product was seen.
An XML declaration of gb2312 means GB18030.
"""

import re
from typing import ClassVar

from kamcore.adapters.yonyou_u8_xml import layout
from kamcore.format import Evidence, Format, Guess, Head

_ROOT = re.compile(r"<ufinterface\b([^>]*)>?")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_OF_NC = re.compile(r"<(?:prepareddate|pk_accasoa|pk_vouchertype|accsubjcode)\b")


class YonyouU8Xml(Format):
    """Documents of the enterprise application integration (EAI) of U8."""

    name = "yonyou-u8-xml"
    title = "用友 U8 EAI 文档 (凭证、客户、供应商、科目)"
    title_en = "Yonyou U8 EAI document"
    vendor = "用友"
    suffixes = (".xml",)
    evidence = Evidence.CONFIRMED
    evidence_note = (
        "vouchers confirmed in several programs that talk to the product; archive elements in one"
        " code base, which are required is a guess; no file saved by the product seen"
    )
    spec = "docs/formats/yonyou-u8-xml"
    reads = layout.VOUCHER_FACTS | layout.ARCHIVE_FACTS
    writes = layout.VOUCHER_FACTS | layout.ARCHIVE_FACTS
    limits = layout.LIMITS
    options: ClassVar[dict[str, str]] = {
        "document": "what to write: voucher (default), customer, vendor or code",
        "encoding": "declared encoding when writing: utf-8 (default) or gb2312",
        "base_currency": "ISO code of the base currency when reading, CNY unless said",
        "item_class": "class of projects (项目大类) to write where the books do not say it",
        **{name: f"attribute {name} of the root when writing" for name in layout.ROOT_OPTIONS},
    }
    next_step = (
        "在 U8 企业应用集成 (EAI) 中导入此文档; 发送方 (sender) 须先在 EAI 中登记",
        "import it with the EAI of U8; its sender must be registered there",
    )

    def sniff(self, head: Head) -> Guess:
        """See `Format.sniff`."""
        found = _ROOT.search(head.text) if head.container in ("xml", "html", "text") else None
        if found is None:
            return Guess.no("没有 ufinterface 根元素", "there is no root ufinterface")
        values = {m[1].lower(): m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(found[1])}
        root = values.get("roottag", "").strip().lower()
        if values.get("billtype", "").strip().lower() == "vouchergl" or _OF_NC.search(head.text):
            return Guess.no("是 NC 的交换文档", "an exchange document of NC")
        if root in layout.DOCUMENTS:
            return Guess.sure(
                f"根元素是 ufinterface, roottag 为「{root}」",
                f"the root is ufinterface with the roottag {root!r}",
            )
        if "<voucher_head" in head.text and "<entry" in head.text:
            return Guess.maybe(
                "根元素是 ufinterface, 内有凭证, 但没有 roottag",
                "the root is ufinterface and holds vouchers, but has no roottag",
            )
        return Guess.no(
            f"roottag「{root}」不是凭证、客户、供应商或科目",
            f"the roottag {root!r} is no voucher, customer, vendor or code",
        )


FORMAT = YonyouU8Xml()
