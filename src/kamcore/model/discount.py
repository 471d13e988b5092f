"""Trade discounts as people write them: 九五折, 95折, 9.5折, 0.95, 5% off, 减5% are one value.

The value is the share that is paid: 9 折 is 0.9.  What could mean two things is refused: a bare
``5%``, ``10折`` (all of the price, or a tenth of it?), ``0.95折``, and a bare number above 1.
"""

import re
import unicodedata
from decimal import Decimal

from kamcore.errors import Fault, UsageError
from kamcore.place import Place

__all__ = ["NOT_A_DISCOUNT", "discount_text", "paid_share"]

NOT_A_DISCOUNT = Fault(
    code="Q1001",
    zh="「{value}」不是折扣",
    en="{value!r} is not a discount",
    hint_zh="可写 九五折, 95折, 9.5折, 0.95, 5% off 或 减5%; 单写 5% 意思不明",
    hint_en="write 9.5折, 0.95, 5% off or pay 95%; a bare 5% could mean either",
)

ONE = Decimal(1)
HUNDRED = Decimal(100)
_DIGITS = {mark: str(digit) for digit, mark in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "两": "2",
    "点": ".",
}
_WORDS = {
    **dict.fromkeys(("半价", "对折", "half price"), Decimal("0.5")),
    **dict.fromkeys(("不打折", "无折扣", "原价", "全价", "无", "none", "no discount"), ONE),
    **dict.fromkeys(("免费", "free"), Decimal(0)),
}
_NUMBER = r"(\d+(?:\.\d+)?)"
_FOLD = re.compile(rf"(?:打)?([{''.join(_DIGITS)}]+|{_NUMBER})折(?:优惠)?")
_OFF = (
    re.compile(rf"(?:减|让利|优惠|折让|降)(?:价)?{_NUMBER}%"),
    re.compile(rf"{_NUMBER}%(?:off|discount)"),
    re.compile(rf"-{_NUMBER}%"),
)
_PAID = (re.compile(rf"(?:pay|付|按|实付){_NUMBER}%"), re.compile(rf"{_NUMBER}%of(?:list|price)"))


def paid_share(text: str | Decimal) -> Decimal:
    """The share of the price that is paid, from 0 to 1.

    >>> {str(paid_share(t)) for t in ("九五折", "95折", "9.5 折", "0.95", "5% off", "减5%")}
    {'0.95'}
    >>> [str(paid_share(t)) for t in ("九折", "八八折", "半价", "不打折", "9.25折")]
    ['0.9', '0.88', '0.5', '1', '0.925']

    Raises:
        UsageError: the text is no discount, or could mean two.
    """
    if isinstance(text, Decimal):
        return _within(text, text)
    said = unicodedata.normalize("NFKC", text).strip().lower()
    if said in _WORDS:
        return _WORDS[said]
    said = re.sub(r"\s+", "", said)
    if fold := _FOLD.fullmatch(said):
        return _folded(fold[1], text)
    for pattern in _OFF:
        if off := pattern.fullmatch(said):
            return _within(ONE - Decimal(off[1]) / HUNDRED, text)
    for pattern in _PAID:
        if paid := pattern.fullmatch(said):
            return _within(Decimal(paid[1]) / HUNDRED, text)
    if re.fullmatch(_NUMBER, said):
        return _within(Decimal(said), text)
    raise UsageError(NOT_A_DISCOUNT.at(Place(), text))


def _folded(digits: str, text: str) -> Decimal:
    """九五 and 95 are hundredths, 9 and 9.5 tenths."""
    plain = "".join(_DIGITS.get(mark, mark) for mark in digits)
    whole, _, _ = plain.partition(".")
    if not re.fullmatch(_NUMBER, plain) or whole in ("", "0", "00") or len(whole) > len("925"):
        raise UsageError(NOT_A_DISCOUNT.at(Place(), text))
    if len(whole) > 1 and whole.startswith(("10", "0")):
        raise UsageError(NOT_A_DISCOUNT.at(Place(), text))
    return _within(Decimal(plain).scaleb(-len(whole)), text)


def _within(share: Decimal, text: object) -> Decimal:
    if not 0 <= share <= 1:
        raise UsageError(NOT_A_DISCOUNT.at(Place(), text))
    return ONE if share == ONE else share


def discount_text(share: Decimal, lang: str = "zh") -> str:
    """A share as people say it.

    >>> discount_text(Decimal("0.92")), discount_text(Decimal("0.92"), "en")
    ('9.2 折', '8% off')
    """
    if lang == "zh":
        return "不打折" if share == ONE else f"{_short(share * 10)} 折"
    return "no discount" if share == ONE else f"{_short((ONE - share) * HUNDRED)}% off"


def _short(number: Decimal) -> str:
    return f"{number.normalize():f}"
