"""Yonyou U8, T3 and T6 voucher text (总账工具, 凭证引入): one line of 48 fields per entry.

The layout is that of programs that write such files for the tool; no file saved by the product
was seen.  Fields stand by position, joined by commas; nothing is quoted.  The currency of a line
is not in the file: it follows from the account.
"""

import re
from typing import ClassVar

from kamcore.adapters.yonyou_u8_text import layout
from kamcore.books import Books
from kamcore.format import Evidence, Format, Guess, Head, Losses, Options

_LINE = re.compile(r"\d{2,4}([-/.])\d{1,2}\1\d{1,2},[^,\n]{0,8},[^,\n]*,(?:[^,\n]*,){14}")


class YonyouU8Text(Format):
    """Voucher text of the general-ledger tool of U8, T3 and T6."""

    name = "yonyou-u8-text"
    title = "用友 U8 凭证文本 (总账工具, T3、T6 同)"
    title_en = "Yonyou U8 voucher text"
    vendor = "用友"
    suffixes = (".txt",)
    evidence = Evidence.CONFIRMED
    evidence_note = (
        "fields 1 to 21 and the tail confirmed in programs that talk to the product; longer lines "
        "reported; no file saved by the product seen"
    )
    spec = "formats/yonyou.md section 1: U8, T3 (用友通) and T6 总账工具 voucher text, V800"
    reads = layout.FACTS
    writes = layout.FACTS
    limits = layout.LIMITS
    options: ClassVar[dict[str, str]] = {
        "state": "first word of the file: 填制凭证 (default), 凭证输出 or 凭证已引入",
        "version": "version in the first line, V800 unless the books say another",
        "fields": "fields a line: 48, short (18 to 21), or up to 256; unit prices need 61",
        "unmappable": "characters outside GBK: replace by question marks (default) or refuse",
        "scheme": "level lengths of account codes when reading, such as 4-2-2",
    }

    next_step = (
        "总账工具 → 凭证引入 → 选择此文件",
        "general-ledger tool (总账工具), 凭证引入, choose this file",
    )

    def sniff(self, head: Head) -> Guess:
        """See `Format.sniff`."""
        first = head.text.partition("\n")[0].rstrip("\r")
        if layout.STATE_LINE.fullmatch(first):
            return Guess.sure(
                f"第一行是「{first[:20].rstrip(',')}」", f"the first line is {first[:20]!r}"
            )
        if layout.ANY_STATE_LINE.fullmatch(first):
            return Guess.maybe(
                "第一行像状态行, 但状态词未知", "the first line is like a state, but not known"
            )
        if _LINE.match(first):
            return Guess.maybe(
                "各行像 U8 凭证分录, 但缺少状态行", "lines look like U8 entries without a state"
            )
        return Guess.no("第一行不是状态与版本", "the first line is no state and version")

    def spelling(self, books: Books, options: Options) -> Books:
        """See `Format.spelling`."""
        from kamcore.adapters.yonyou_u8_text import plan, spelling

        return spelling.spell(books, plan.plan_for(books, options), Losses())


FORMAT = YonyouU8Text()
