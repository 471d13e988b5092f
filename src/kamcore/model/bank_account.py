"""Bank accounts (银行账户): numbers cleaned and compared, cards checked.

Numbers of companies have no common length and no public check digit: they are cleaned and
compared, nothing more.  A card has 13 to 19 digits, in China mostly 16 to 19 beginning with 62,
and its last digit is a Luhn check (ISO/IEC 7812-1).  The number of a bank in the payment system
(联行号) has 12 digits; only its length is checked.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator

import attrs

from kamcore.errors import Fault, Severity
from kamcore.model.doubt import Doubt

NOT_AN_ACCOUNT = Fault(
    code="E1021",
    zh="「{value}」不是银行账号",
    en="{value!r} is no bank account number",
    hint_zh="只应有数字, 6 至 32 位",
    hint_en="it holds digits only, 6 to 32 of them",
)
DAMAGED = Fault(
    code="E1022",
    zh="银行账号「{value}」像被表格软件改成了数字, 后几位已丢失",
    en="a spreadsheet seems to have made a number of the account {value!r} and lost its digits",
    hint_zh="把单元格设为文本, 重新填写完整的账号",
    hint_en="format the cell as text and fill in the whole number again",
)
BAD_CARD = Fault(
    code="E1023",
    severity=Severity.WARNING,
    zh="银行账号「{value}」像银行卡号, 但校验位不符",
    en="the account number {value!r} looks like a card, but its check digit is wrong",
    hint_zh="核对卡号; 对公账号请忽略",
    hint_en="compare it with the card; ignore this for an account of a company",
)
BAD_BANK_NUMBER = Fault(
    code="E1024",
    severity=Severity.WARNING,
    zh="联行号「{value}」应为 12 位数字",
    en="the bank number {value!r} ought to have 12 digits",
)

ROUND_NUMBER = Fault(
    code="E1025",
    severity=Severity.WARNING,
    zh="银行账号「{value}」第 15 位以后全是零, 可能被表格软件改过",
    en="the account number {value!r} ends in zeros from digit 16 on, as if a spreadsheet cut it",
    hint_zh="核对完整的账号",
    hint_en="compare it with the whole number",
)

_SHORTEST, _LONGEST = 6, 32
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.ASCII)
_CELL_DIGITS = 15
_CARD = re.compile(r"62\d{14,17}", re.ASCII)
_BANK = re.compile(r"\d{12}", re.ASCII)
_SHOWN = 4


@attrs.frozen(kw_only=True)
class BankAccount:
    """An account of a party at a bank, with the days between which it counts."""

    number: str
    bank: str = ""
    """The branch, as invoices name it (开户行)."""
    holder: str = ""
    """The name on the account; blank when it is the party itself."""
    bank_number: str = ""
    """Number of the bank in the payment system (联行号)."""
    currency: str = ""
    purpose: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def counts_on(self, day: dt.date) -> bool:
        """Say whether the account is in use on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


def cleaned(text: str) -> str:
    """An account number without blanks, dashes and width.

    >>> cleaned(" 6222 0202-0011２２３３ ")
    '6222020200112233'
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(mark for mark in folded if not (mark.isspace() or mark in "-'‐–—_"))


def doubts_of(text: str) -> Iterator[Doubt]:
    """What is wrong or odd about an account number.

    >>> [doubt.fault.code for doubt in doubts_of("6.22202E+18")]
    ['E1022']
    >>> list(doubts_of("0200 0010 0902 0123 456"))
    []
    """
    plain = cleaned(text)
    if _SCIENTIFIC.fullmatch(plain):
        yield Doubt(DAMAGED, text)
    elif not (plain.isascii() and plain.isdigit() and _SHORTEST <= len(plain) <= _LONGEST):
        yield Doubt(NOT_AN_ACCOUNT, text)
    elif len(plain) > _CELL_DIGITS + 1 and not plain[_CELL_DIGITS:].strip("0"):
        yield Doubt(ROUND_NUMBER, text)
    elif _CARD.fullmatch(plain) and not luhn_holds(plain):
        yield Doubt(BAD_CARD, text)


def bank_number_doubts(text: str) -> Iterator[Doubt]:
    """What is odd about the number of a bank."""
    if not _BANK.fullmatch(cleaned(text)):
        yield Doubt(BAD_BANK_NUMBER, text)


def luhn_holds(digits: str) -> bool:
    """Say whether the last digit is the Luhn check of the rest (ISO/IEC 7812-1, annex B).

    >>> luhn_holds("4111111111111111"), luhn_holds("4111111111111112")
    (True, False)
    """
    total = 0
    for index, mark in enumerate(reversed(digits)):
        figure = int(mark) * (1 + index % 2)
        total += figure - 9 * (figure > 9)  # noqa: PLR2004  the digits of the product are added
    return total % 10 == 0


def masked(number: str) -> str:
    """A number of which only the last four digits are shown.

    >>> masked("6222020200112233")
    '************2233'
    """
    return "*" * max(0, len(number) - _SHOWN) + number[-_SHOWN:]
