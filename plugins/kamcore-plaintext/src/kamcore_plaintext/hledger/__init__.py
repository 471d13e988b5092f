"""Journals of hledger: https://hledger.org/hledger.html#journal."""

from kamcore.format import Evidence, Format, Guess, Head
from kamcore_plaintext.dialect import FACTS, LIMITS, Dialect

__all__ = ["DIALECT", "FORMAT", "Hledger"]

DIALECT = Dialect(name="hledger", comment=r";\s*", quotes=False, roots=False)


class Hledger(Format):
    """A journal of hledger: a transaction a voucher."""

    name = "hledger"
    title = "hledger 日记账"
    title_en = "hledger journal"
    vendor = "hledger"
    suffixes = (".journal", ".hledger")
    evidence = Evidence.CONFIRMED
    evidence_note = "what is written passes hledger check of Debian, with equal balances"
    spec = "hledger manual, journal format"
    reads = FACTS
    writes = FACTS
    limits = LIMITS
    options = {"base_currency": "ISO code of the base currency; else the one most used, or CNY"}  # noqa: RUF012  as the contract has it
    next_step = ("hledger check -f 文件", "hledger check -f FILE")

    def sniff(self, head: Head) -> Guess:
        """Look for a directive of hledger, or for a dated line with an indented amount below."""
        import re

        if head.container != "text" or re.search(r'(?m)^option\s+"', head.text):
            return Guess.no("不是日记账文本", "is no journal")
        directive = re.search(r"(?m)^(?:decimal-mark [.,]|commodity \S|account \S)", head.text)
        entry = re.search(
            r"(?m)^\d{4}[-/.]\d\d?[-/.]\d\d?\s+[*!(].*\n(?:\s+;.*\n)*\s+\S.*  +-?[\d.,]+ \S+",
            head.text,
        )
        if entry and directive:
            return Guess.sure("有 hledger 指令和分录", "has hledger directives and postings")
        if entry:
            return Guess.maybe("有日期和缩进的分录", "has dates with postings below")
        return Guess.no("没有日期和缩进的分录", "has no dates with postings below")


FORMAT = Hledger()
