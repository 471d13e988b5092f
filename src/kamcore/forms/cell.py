"""What a person writes into one cell of a form, read exactly: text, figure, share, day, yes or no.

A cell of a workbook is a text, a value of TOML or JSON has a type of its own; both come through
the same readers.  A float is never taken for a figure: files are read with decimals.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any

import attrs
from pydantic import BeforeValidator

from kamcore.errors import Fault
from kamcore.model.doubt import Doubt

NOT_TEXT = Fault(
    code="D4101",
    zh="「{value}」不是文本",
    en="{value!r} is not a text",
    hint_zh='代码和号码加引号写, 如 "0012", 以免丢零',
    hint_en='write codes and numbers in quotes, such as "0012", so that no zero is lost',
)
NOT_A_FIGURE = Fault(
    code="D4102",
    zh="「{value}」不是金额或数值",
    en="{value!r} is not a figure",
    hint_zh="写作 1234.56",
    hint_en="write it as 1234.56",
)
A_FLOAT = Fault(
    code="D4103",
    zh="「{value}」是浮点数, 金额不收浮点数",
    en="{value!r} is a float, and a float is never taken for a figure",
    hint_zh='用 Decimal 或加引号的文本, 如 "87.40"',
    hint_en='use a Decimal or a quoted text, such as "87.40"',
)
NOT_A_SHARE = Fault(
    code="D4104",
    zh="「{value}」不是 0 至 100% 的比例",
    en="{value!r} is not a share between 0 and 100%",
    hint_zh="写作 3% 或 0.03",
    hint_en="write it as 3% or 0.03",
)
NOT_A_DAY = Fault(
    code="D4105",
    zh="「{value}」不是日期",
    en="{value!r} is not a date",
    hint_zh="写作 2026-03-31",
    hint_en="write it as 2026-03-31",
)
NOT_YES_OR_NO = Fault(
    code="D4106",
    zh="「{value}」不是「是」或「否」",
    en="{value!r} is neither yes nor no",
    hint_zh="写 是 或 否",
    hint_en="write yes or no",
)
NOT_WHOLE = Fault(
    code="D4107",
    zh="「{value}」不是整数",
    en="{value!r} is not a whole number",
)

_FIGURE = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_DAY = re.compile(
    r"(\d{4})(?:[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))"
    r"(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)
_YES = {"是", "有", "对", "√", "✓", "y", "yes", "true", "1", "已"}
_NO = {"否", "无", "不", "×", "n", "no", "false", "0", "未"}
_HUNDRED = Decimal(100)


class Mistake(ValueError):
    """A cell or record that is wrong, as a fault with the text that offends.

    Raise it in a validator or in ``build``; `field` names the field where the place would
    otherwise be the whole record.
    """

    def __init__(self, fault: Fault, value: object = "", field: str = "", **facts: object) -> None:
        super().__init__(fault.code)
        self.fault = fault
        self.value = value
        self.field = field
        self.facts: dict[str, object] = facts

    @classmethod
    def of(cls, doubt: Doubt, field: str = "") -> "Mistake":
        """A mistake that a value of the model found in itself."""
        made = cls(doubt.fault, doubt.value, field)
        made.facts = dict(doubt.facts)
        return made


@attrs.frozen
class Remark:
    """Something odd about a record that can still be used; `field` says where."""

    fault: Fault
    value: str = ""
    field: str = ""
    facts: dict[str, object] = attrs.field(factory=dict)


def as_text(value: Any) -> str:
    """A text without outer blanks.

    Raises:
        Mistake: it is a number, a date or something else that is not written in quotes.
    """
    if not isinstance(value, str):
        raise Mistake(NOT_TEXT, value)
    return value.strip()


def as_figure(value: Any) -> Decimal:
    """An exact figure; separators of thousands, ￥ and full-width digits are allowed.

    >>> as_figure("￥1,234.50"), as_figure("-0.5")
    (Decimal('1234.50'), Decimal('-0.5'))

    Raises:
        Mistake: it is a float or no figure.
    """
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, float):
        raise Mistake(A_FLOAT, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).strip().strip("¥ 元")
        if _FIGURE.fullmatch(plain):
            return Decimal(plain.replace(",", ""))
    raise Mistake(NOT_A_FIGURE, value)


def as_share(value: Any) -> Decimal:
    """A share of one: ``3%`` and ``0.03`` read the same; more than the whole is refused.

    >>> as_share("3%"), as_share("0.03")
    (Decimal('0.03'), Decimal('0.03'))

    Raises:
        Mistake: it is no share between 0 and 100 %.
    """
    percent = isinstance(value, str) and unicodedata.normalize("NFKC", value).strip().endswith("%")
    try:
        figure = as_figure(value.strip()[:-1] if percent else value)
    except Mistake as wrong:
        raise Mistake(A_FLOAT if wrong.fault is A_FLOAT else NOT_A_SHARE, value) from wrong
    share = figure / _HUNDRED if percent else figure
    if not 0 <= share <= 1:
        raise Mistake(NOT_A_SHARE, value)
    return share


def as_day(value: Any) -> dt.date:
    """A day: ``2026-03-31``, ``2026/3/31``, ``20260331``, ``2026年3月31日``.

    Raises:
        Mistake: it is no day, or carries a time.
    """
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return value.date()
        raise Mistake(NOT_A_DAY, value)
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        found = _DAY.fullmatch(unicodedata.normalize("NFKC", value).strip())
        if found:
            year, *rest = found.groups()
            month, day = (int(part) for part in rest if part)
            try:
                return dt.date(int(year), month, day)
            except ValueError:
                pass
    raise Mistake(NOT_A_DAY, value)


def as_flag(value: Any) -> bool:
    """Yes or no: 是, 否, √, ×, yes, no, true, false.

    Raises:
        Mistake: it is neither.
    """
    if isinstance(value, bool):
        return value
    word = (
        unicodedata.normalize("NFKC", value).strip().casefold() if isinstance(value, str) else ""
    )
    if word in _YES or word in _NO:
        return word in _YES
    raise Mistake(NOT_YES_OR_NO, value)


def as_whole(value: Any) -> int:
    """A whole number.

    Raises:
        Mistake: it is none.
    """
    try:
        figure = as_figure(value)
    except Mistake as wrong:
        raise Mistake(NOT_WHOLE, value) from wrong
    if figure != int(figure):
        raise Mistake(NOT_WHOLE, value)
    return int(figure)


Text = Annotated[str, BeforeValidator(as_text)]
"""A text or code, kept as written but for outer blanks."""
Figure = Annotated[Decimal, BeforeValidator(as_figure)]
"""An amount, quantity, rate or price."""
Share = Annotated[Decimal, BeforeValidator(as_share)]
"""A share of one."""
Day = Annotated[dt.date, BeforeValidator(as_day)]
"""A day."""
Flag = Annotated[bool, BeforeValidator(as_flag)]
"""Yes or no."""
Whole = Annotated[int, BeforeValidator(as_whole)]
"""A whole number."""
