"""A daybook as tab-separated text: one line an entry, a blank line between vouchers.

The layout is made up for this example and described in the README.
"""

from collections.abc import Iterable

from kamcore.format import (
    Evidence,
    Fact,
    Format,
    Guess,
    Head,
    Limits,
)
from kamcore.plugin import hookimpl

__all__ = ["FORMAT", "HEADINGS", "MARK", "Daybook", "kamcore_formats"]

MARK = "DAYBOOK 1"
"""The first line of every file."""

HEADINGS = ("日期", "凭证字", "凭证号", "摘要", "科目", "客户", "借方", "贷方")
"""The second line, field by field."""

_FACTS = Fact.several("vouchers", "date year period word number") | Fact.several(
    "lines", "date year period summary account aux_customer debit credit"
)


class Daybook(Format):
    """Daybook, version 1: vouchers with one dimension, the customer."""

    name = "daybook"
    title = "日记账文本"
    title_en = "Daybook (text)"
    suffixes = (".daybook",)
    evidence = Evidence.CONFIRMED
    evidence_note = "defined by this package"
    spec = "README of kamcore-daybook, version 1"
    reads = _FACTS
    writes = _FACTS
    limits = Limits(text_chars={"lines.summary": 60}, forbidden={"\t": " ", "\n": " ", "\r": " "})

    def sniff(self, head: Head) -> Guess:
        """Look for the mark at the start."""
        if head.start.removeprefix(b"\xef\xbb\xbf").startswith(f"{MARK}\n".encode()):
            return Guess.sure(f"首行是 {MARK}", f"the first line is {MARK}")
        return Guess.no(f"首行不是 {MARK}", f"the first line is not {MARK}")


FORMAT = Daybook()


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer the daybook."""
    return [FORMAT]
