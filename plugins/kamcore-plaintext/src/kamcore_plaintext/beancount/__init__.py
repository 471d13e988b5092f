"""Journals of beancount, version 3.

https://beancount.github.io/docs/beancount_language_syntax.html
"""

from kamcore.format import Evidence, Format, Guess, Head
from kamcore_plaintext.dialect import FACTS, LIMITS, Dialect

__all__ = ["DIALECT", "FORMAT", "Beancount"]

DIALECT = Dialect(name="beancount", comment="", quotes=True, roots=True)


class Beancount(Format):
    """A journal of beancount: a transaction a voucher."""

    name = "beancount"
    title = "Beancount 日记账"
    title_en = "beancount journal"
    vendor = "beancount"
    suffixes = (".beancount", ".bean")
    evidence = Evidence.CONFIRMED
    evidence_note = "what is written loads without errors in beancount 3.2, with equal balances"
    spec = "beancount language syntax, version 3"
    reads = FACTS
    writes = FACTS
    limits = LIMITS
    options = {"base_currency": "ISO code of the base currency; else the one most used, or CNY"}  # noqa: RUF012  as the contract has it
    next_step = ("bean-check 文件", "bean-check FILE")

    def sniff(self, head: Head) -> Guess:
        """Look for an option, an open directive or a transaction on accounts of the five roots."""
        import re

        roots = r"(?:Assets|Liabilities|Equity|Income|Expenses):"
        opens = re.search(rf"(?m)^\d{{4}}[-/]\d\d[-/]\d\d\s+open\s+{roots}", head.text)
        option = re.search(r'(?m)^option\s+"[a-z_]+"\s+"', head.text)
        if head.container == "text" and (opens or option):
            return Guess.sure("有 beancount 的 open 或 option 指令", "has beancount directives")
        return Guess.no("没有 beancount 指令", "has no beancount directives")


FORMAT = Beancount()
