"""Numbers of VAT invoices (发票号码), of today's fully digital ones and of all older kinds.

A fully digital invoice (数电票) has one number of 20 digits: year (2), province (2), channel (1),
sequence (15).  Older ones have a code and a number of 8 digits: codes of 12 digits begin with 0
(electronic, ordinary, rolls), codes of 10 digits are paper special invoices.  No check digit is
known for any of them.  All are kept as text; what tells two invoices apart is `InvoiceNumber.key`.
"""

import re
import unicodedata
from collections.abc import Iterator

import attrs

from kamcore.errors import Fault, Severity
from kamcore.model.doubt import Doubt
from kamcore.model.word import Word

NOT_AN_INVOICE = Fault(
    code="E1031",
    severity=Severity.WARNING,
    zh="「{value}」不像发票号码",
    en="{value!r} does not look like the number of an invoice",
    hint_zh="数电票 20 位; 其他发票为代码 (10 或 12 位) 加号码 (8 位)",
    hint_en="20 digits, or a code of 10 or 12 digits and a number of 8",
)
CODE_MISSING = Fault(
    code="E1032",
    severity=Severity.WARNING,
    zh="发票号码「{value}」缺发票代码, 不能唯一确定一张发票",
    en="the invoice number {value!r} lacks its code, so that it may name several invoices",
)

_DIGITAL, _CODE_LONG, _CODE_SHORT, _NUMBER = 20, 12, 10, 8
_APART = re.compile(r"[-/+_,;:|\s]+")


class InvoiceKind(Word):
    """Kinds of VAT invoice, as far as their number says."""

    DIGITAL = "digital", "数电票"
    ELECTRONIC = "electronic", "增值税电子普通发票"
    ELECTRONIC_SPECIAL = "electronic_special", "增值税电子专用发票"
    ORDINARY = "ordinary", "增值税普通发票"
    SPECIAL = "special", "增值税专用发票"
    UNKNOWN = "unknown", "不明"


_BY_TYPE = {
    "11": InvoiceKind.ELECTRONIC,
    "13": InvoiceKind.ELECTRONIC_SPECIAL,
    "04": InvoiceKind.ORDINARY,
    "05": InvoiceKind.ORDINARY,
    "06": InvoiceKind.ORDINARY,
    "07": InvoiceKind.ORDINARY,
}
"""By the last two digits of a code of twelve."""


@attrs.frozen
class InvoiceNumber:
    """The code and the number of an invoice; a fully digital one has no code.

    >>> InvoiceNumber.of("25312000000012345678").kind.value
    'digital'
    >>> old = InvoiceNumber.of("031001800111-12345678")
    >>> old.code, old.number, old.kind.zh
    ('031001800111', '12345678', '增值税电子普通发票')
    """

    number: str
    code: str = ""
    kind: InvoiceKind = InvoiceKind.UNKNOWN

    @classmethod
    def of(cls, text: str, code: str = "") -> "InvoiceNumber":
        """Read a number, with the code apart or joined to it by a separator or by nothing."""
        parts = [part for part in _APART.split(_folded(text)) if part]
        given = _folded(code).replace(" ", "")
        if not given and len(parts) > 1:
            given, parts = parts[0], parts[1:]
        number = "".join(parts)
        if not given and number.isdigit():
            # Codes of twelve digits begin with 0; no year of digital invoices does.
            if len(number) == _DIGITAL and number[0] == "0":
                given, number = number[:_CODE_LONG], number[_CODE_LONG:]
            elif len(number) == _CODE_SHORT + _NUMBER:
                given, number = number[:_CODE_SHORT], number[_CODE_SHORT:]
        return cls(number, given, _kind(number, given))

    @property
    def key(self) -> str:
        """What tells it from every other invoice: the number, behind its code where it has one."""
        return f"{self.code}-{self.number}" if self.code else self.number

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What is odd about it."""
        return tuple(_doubts(self))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def _kind(number: str, code: str) -> InvoiceKind:
    digits = number.isascii() and number.isdigit()
    if not digits or (code and not (code.isascii() and code.isdigit())):
        return InvoiceKind.UNKNOWN
    if not code:
        return InvoiceKind.DIGITAL if len(number) == _DIGITAL else InvoiceKind.UNKNOWN
    if len(number) != _NUMBER:
        return InvoiceKind.UNKNOWN
    if len(code) == _CODE_SHORT:
        return InvoiceKind.SPECIAL
    if len(code) == _CODE_LONG:
        return _BY_TYPE.get(code[-2:], InvoiceKind.ORDINARY)
    return InvoiceKind.UNKNOWN


def _doubts(invoice: InvoiceNumber) -> Iterator[Doubt]:
    if invoice.kind is not InvoiceKind.UNKNOWN:
        return
    lacks_code = not invoice.code and len(invoice.number) == _NUMBER and invoice.number.isdigit()
    yield Doubt(CODE_MISSING if lacks_code else NOT_AN_INVOICE, invoice.number)
