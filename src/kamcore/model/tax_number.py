"""Taxpayer numbers (纳税人识别号): the credit code of today, and the older ones still on file.

Since 2015 an organisation's number is its credit code.  Before, it was region (6) and organisation
code (9); a person's was the resident identity number, with two more digits where one person had
several businesses.  Older numbers are accepted with a warning.
"""

import re
from collections.abc import Iterator

import attrs

from kamcore.errors import Fault, Severity
from kamcore.model.credit_code import LENGTH, CreditCode, cleaned, inner_check
from kamcore.model.doubt import Doubt
from kamcore.model.word import Word

OLD_NUMBER = Fault(
    code="E1011",
    severity=Severity.WARNING,
    zh="「{value}」是旧税号 ({kind_zh}), 不是统一社会信用代码",
    en="{value!r} is an older tax number ({kind_en}), not a credit code",
    hint_zh="向对方要现行的 18 位代码",
    hint_en="ask the party for its code of 18 characters",
)
NO_TAX_NUMBER = Fault(
    code="E1012",
    zh="「{value}」不是纳税人识别号",
    en="{value!r} is no taxpayer number",
    hint_zh="现行税号即 18 位统一社会信用代码; 旧税号为 15, 17 或 20 位",
    hint_en="today it is the credit code of 18 characters; older ones have 15, 17 or 20",
)

_OLD = re.compile(r"\d{6}[0-9A-Z]{8}[0-9X]")
_PERSON_15 = re.compile(r"\d{15}")
_PERSON_18 = re.compile(r"\d{17}[0-9X]")
_PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class TaxNumberKind(Word):
    """What sort of taxpayer number a text is."""

    CREDIT_CODE = "credit_code", "统一社会信用代码"
    ORGANISATION = "organisation", "15 位税号"
    PERSON = "person", "个人证件号税号"
    UNKNOWN = "unknown", "不明"


@attrs.frozen
class TaxNumber:
    """A taxpayer number, cleaned, with its kind and what is doubtful about it.

    >>> TaxNumber.of("91310000MA1TEAT03R").kind.value
    'credit_code'
    >>> TaxNumber.of("110000600037341").kind.value
    'organisation'
    """

    text: str
    kind: TaxNumberKind
    doubts: tuple[Doubt, ...] = ()

    @classmethod
    def of(cls, text: str) -> "TaxNumber":
        """Read a taxpayer number: width, case, blanks and dashes make no difference."""
        plain = cleaned(text)
        kind = _kind(plain)
        return cls(plain, kind, tuple(_doubts(plain, kind)))

    @property
    def is_sound(self) -> bool:
        """True when nothing but a warning stands against the number."""
        return all(doubt.fault.severity is not Severity.ERROR for doubt in self.doubts)


def _kind(text: str) -> TaxNumberKind:
    if len(text) == LENGTH:
        sound = CreditCode.of(text).is_sound
        if not sound and _PERSON_18.fullmatch(text) and _is_person(text):
            return TaxNumberKind.PERSON
        return TaxNumberKind.CREDIT_CODE
    if _OLD.fullmatch(text):
        return TaxNumberKind.ORGANISATION
    if len(text) == LENGTH + 2 and _PERSON_18.fullmatch(text[:LENGTH]) and text[-2:].isdigit():
        return TaxNumberKind.PERSON
    if len(text) == LENGTH - 1 and _PERSON_15.fullmatch(text[:15]):
        return TaxNumberKind.PERSON
    return TaxNumberKind.UNKNOWN


def _is_person(text: str) -> bool:
    """Say whether the check of a resident identity number (GB 11643) holds."""
    total = sum(int(mark) * weight for mark, weight in zip(text, _PERSON_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[17]


def _doubts(text: str, kind: TaxNumberKind) -> Iterator[Doubt]:
    if kind is TaxNumberKind.CREDIT_CODE:
        yield from CreditCode.of(text).doubts
    elif kind is TaxNumberKind.UNKNOWN:
        yield Doubt(NO_TAX_NUMBER, text)
    else:
        said = {"kind_zh": kind.zh, "kind_en": kind.text()}
        yield Doubt(OLD_NUMBER, text, said)


def organisation_of(text: str) -> str:
    """The organisation code inside a tax number or credit code, or nothing.

    Two numbers with the same one name the same organisation, whatever their age.

    >>> organisation_of("110000600037341") == organisation_of("91110000600037341L")
    True
    """
    plain = cleaned(text)
    kind = _kind(plain)
    if kind is TaxNumberKind.CREDIT_CODE and CreditCode.of(plain).is_sound:
        code = plain[8:17]
    elif kind is TaxNumberKind.ORGANISATION:
        code = plain[6:15]
    else:
        return ""
    # Codes of other makings (MA…) end in a check too; a code that fails it may be anything.
    return code if inner_check(code[:8]) == code[8] else ""
