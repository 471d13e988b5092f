"""Amounts in words (大写金额), as letters and bills write them in China.

The rules are those of 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定): 整 after yuan,
none after fen; a zero inside is said once however many stand there.
"""

from decimal import Decimal

from kamcore.model.currency import currencies

__all__ = ["amount_in_words"]

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_MOST = Decimal(10) ** 16
_CENTS = 2


def amount_in_words(amount: Decimal, currency: str = "CNY") -> str:
    """An amount without its sign in Chinese capitals, after the name of its currency.

    Blank where words are not usual: an amount with more than two decimals or of 10**16 and more,
    or a currency without a Chinese name.

    >>> amount_in_words(Decimal("1409.50")), amount_in_words(Decimal("107000.53"))
    ('人民币壹仟肆佰零玖元伍角整', '人民币壹拾万柒仟元零伍角叁分')
    >>> amount_in_words(Decimal("325.04")), amount_in_words(Decimal(16050), "USD")
    ('人民币叁佰贰拾伍元零肆分', '美元壹万陆仟零伍拾元整')
    """
    known = currencies().get(currency)
    size = abs(amount)
    if known is None or size >= _MOST or size != round(size, _CENTS):
        return ""
    whole, cents = divmod(int(size * 100), 100)
    tenths, hundredths = divmod(cents, 10)
    said = f"{_whole(whole)}元" if whole else ""
    if not cents:
        return f"{known.zh}{said or '零元'}整"
    # A zero stands for what is missing between the yuan and the fen.
    if whole and (not tenths or whole % 10 == 0):
        said += "零"
    said += f"{_DIGITS[tenths]}角" if tenths else ""
    said += f"{_DIGITS[hundredths]}分" if hundredths else "整"
    return f"{known.zh}{said}"


def _whole(number: int) -> str:
    """Groups of four digits, the highest first, with a zero where a place is skipped."""
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    said, gap = "", False
    for at in reversed(range(len(groups))):
        group = groups[at]
        if not group:
            gap = bool(said)
            continue
        if said and (gap or group < 1000):  # noqa: PLR2004  its first place is empty
            said += "零"
        said += _group(group) + _GROUPS[at]
        gap = False
    return said


def _group(number: int) -> str:
    said, gap = "", False
    for at in reversed(range(4)):
        digit = number // 10**at % 10
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[at]
            gap = False
        else:
            gap = bool(said)
    return said
