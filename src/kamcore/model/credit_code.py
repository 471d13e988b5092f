"""统一社会信用代码: the 18 characters that name an organisation in China.

GB 32100-2015: authority (1), type (1), region of GB/T 2260 (6), organisation code of GB 11714 (9),
check character (1), from an alphabet without I, O, S, V and Z.  The codes of the armed forces (A),
of farmers' bodies (N) and of others (Y) are valid codes.  Codes issued without a proper
organisation code may fail the inner check, so that is only a warning.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import attrs

from kamcore.errors import Fault, Severity
from kamcore.model.doubt import Doubt

BAD_LENGTH = Fault(
    code="E1001",
    zh="统一社会信用代码「{value}」有 {length} 位, 应为 18 位",
    en="the credit code {value!r} has {length} characters, not 18",
)
BAD_CHARACTER = Fault(
    code="E1002",
    zh="统一社会信用代码「{value}」第 {position} 位「{mark}」不在码表内",
    en="the credit code {value!r} holds {mark!r} at position {position}, which no code has",
    hint_zh="代码不用 I O S V Z, 疑为 1 0 5 U 2 之误",
    hint_en="no code holds I, O, S, V or Z: perhaps 1, 0, 5, U or 2 is meant",
)
BAD_CHECK = Fault(
    code="E1003",
    zh="统一社会信用代码「{value}」的校验位不符: 末位应为 {wants}",
    en="the check character of the credit code {value!r} is wrong: it ought to be {wants}",
    hint_zh="对照营业执照核对每一位",
    hint_en="compare every character with the licence",
)
NO_AUTHORITY = Fault(
    code="E1004",
    severity=Severity.WARNING,
    zh="统一社会信用代码「{value}」的登记管理部门代码「{mark}」未见于标准",
    en="the standard knows no authority {mark!r}, with which the credit code {value!r} begins",
)
BAD_INNER_CHECK = Fault(
    code="E1005",
    severity=Severity.WARNING,
    zh="统一社会信用代码「{value}」中的组织机构代码校验位不符 (第 17 位, 应为 {wants})",
    en="the organisation code inside {value!r} fails its own check (position 17: {wants})",
    hint_zh="早年发放的代码可能如此; 请对照营业执照",
    hint_en="some older codes do; compare it with the licence",
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
AUTHORITIES = {
    "1": ("机构编制", "public institutions"),
    "2": ("外交", "foreign affairs"),
    "3": ("司法行政", "justice"),
    "4": ("文化", "culture"),
    "5": ("民政", "civil affairs"),
    "6": ("旅游", "tourism"),
    "7": ("宗教", "religion"),
    "8": ("工会", "trade unions"),
    "9": ("市场监管", "market regulation"),
    "A": ("中央军委", "armed forces"),
    "N": ("农业", "agriculture"),
    "Y": ("其他", "other"),
}
"""Registering authorities by the first character, in Chinese and in English."""

_ORDER = {mark: index for index, mark in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, power, 31) for power in range(LENGTH - 1))
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_INNER_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@attrs.frozen
class CreditCode:
    """A unified social credit code, cleaned, with what is doubtful about it.

    >>> CreditCode.of("91110000600037341L").doubts
    ()
    >>> code = CreditCode.of(" ９２４４０３００ma5fake16x ")
    >>> code.text, code.authority, code.region
    ('92440300MA5FAKE16X', ('市场监管', 'market regulation'), '440300')
    """

    text: str
    doubts: tuple[Doubt, ...] = ()

    @classmethod
    def of(cls, text: str) -> "CreditCode":
        """Read a code: width, case, blanks and dashes make no difference."""
        return _read(text)

    @property
    def is_sound(self) -> bool:
        """True when nothing but a warning stands against the code."""
        return all(doubt.fault.severity is not Severity.ERROR for doubt in self.doubts)

    @property
    def authority(self) -> tuple[str, str]:
        """Who registered it, in Chinese and in English."""
        return AUTHORITIES.get(self.text[:1], ("", ""))

    @property
    def region(self) -> str:
        """The code of the region (GB/T 2260) it was registered in."""
        return self.text[2:8]

    @property
    def organisation(self) -> str:
        """The organisation code inside it (GB 11714), nine characters."""
        return self.text[8:17]


@lru_cache(1 << 17)
def _read(text: str) -> CreditCode:
    """Read a code once: a form asks what is wrong with it, then what is odd."""
    plain = cleaned(text)
    return CreditCode(plain, tuple(_doubts(plain)))


def cleaned(text: str) -> str:
    """A code in plain capitals without blanks and dashes.

    >>> cleaned("9111 0000-6000３７３４１l")
    '91110000600037341L'
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(mark for mark in folded if not (mark.isspace() or mark in "-'‐–—"))


def check_character(body: str) -> str:
    """The last character of the code whose first 17 are `body`.

    >>> check_character("91110000600037341")
    'L'
    """
    total = sum(_ORDER[mark] * weight for mark, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def inner_check(body: str) -> str:
    """The check character of an organisation code (GB 11714) whose first eight are `body`.

    >>> inner_check("60003734")
    '1'
    """
    marks = zip(body, _INNER_WEIGHTS, strict=True)
    rest = -sum(_INNER_ALPHABET.index(mark) * weight for mark, weight in marks) % 11
    return "X" if rest == 10 else str(rest)  # noqa: PLR2004  ten is written X


def _doubts(text: str) -> Iterator[Doubt]:
    if len(text) != LENGTH:
        yield Doubt(BAD_LENGTH, text, {"length": len(text)})
        return
    if not _ORDER.keys() >= set(text):
        strange = ((at, mark) for at, mark in enumerate(text, 1) if mark not in _ORDER)
        position, mark = next(strange)
        yield Doubt(BAD_CHARACTER, text, {"position": position, "mark": mark})
        return
    wants = check_character(text[:-1])
    if wants != text[-1]:
        yield Doubt(BAD_CHECK, text, {"wants": wants})
        return
    if text[0] not in AUTHORITIES:
        yield Doubt(NO_AUTHORITY, text, {"mark": text[0]})
    inner = inner_check(text[8:16])
    if inner != text[16]:
        yield Doubt(BAD_INNER_CHECK, text, {"wants": inner})
