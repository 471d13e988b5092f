"""Credit terms (账期): from the day a debt begins to the day it is due.

Terms as contracts write them: 货到 30 天, 月结 30 天 (days from the end of the month), 次月 25 日
(a fixed day of a later month, with a closing day), 现结.  A due day that is not worked moves as
the contract says; where the calendar of the year was not yet announced the answer says so.
"""

import calendar
import datetime as dt
import re
import unicodedata

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.word import Word
from kamcore.model.working_day import (
    announced,
    holiday_name,
    is_working_day,
    next_working_day,
    previous_working_day,
)
from kamcore.place import Place

BAD_TERM = Fault(
    code="E1041",
    zh="账期「{value}」读不懂",
    en="the credit term {value!r} cannot be understood",
    hint_zh="写作: 现结, 30天, 月结30天, 次月25日, 次月底, 25日截止次月10日",
    hint_en="write it as: cash, 30 days, month end + 30 days, day 25 of next month",
)
BAD_FIGURE = Fault(
    code="E1042",
    zh="账期的{what_zh}不能是 {value}",
    en="the {what_en} of a credit term cannot be {value}",
)

_LAST_DAY = 31
_MONTHS = 12
_MOST_DAYS = 3650


class TermKind(Word):
    """How a due day follows from the day a debt begins."""

    DAYS = "days", "自起算日起若干天"
    MONTH_END = "month_end", "月结"
    FIXED_DAY = "fixed_day", "固定日"


class Shift(Word):
    """Where a due day goes that is not worked."""

    NONE = "none", "不顺延"
    NEXT = "next", "顺延至下一工作日"
    PREVIOUS = "previous", "提前至上一工作日"
    SAME_MONTH = "same_month", "顺延, 跨月则提前"


class Begins(Word):
    """The document whose date a term counts from."""

    INVOICE = "invoice", "开票日"
    DELIVERY = "delivery", "发货日"
    ACCEPTANCE = "acceptance", "验收日"
    STATEMENT = "statement", "对账日"


@attrs.frozen
class DueDate:
    """A due day with how it came about.

    `assured` is false when the days off of its year were not announced yet.
    """

    date: dt.date
    unmoved: dt.date
    zh: str
    en: str
    assured: bool = True

    def because(self, lang: str = "en") -> str:
        """How the day came about, in a sentence."""
        return self.zh if lang == "zh" else self.en


@attrs.frozen(kw_only=True)
class CreditTerm:
    """A credit term: its kind, its figures, and where a day off moves to.

    >>> term = CreditTerm.of("月结30天")
    >>> term.due(dt.date(2025, 1, 10)).date
    datetime.date(2025, 3, 2)
    >>> moved = attrs.evolve(term, shift=Shift.NEXT)
    >>> moved.due(dt.date(2025, 1, 10)).date
    datetime.date(2025, 3, 3)
    """

    kind: TermKind = TermKind.DAYS
    days: int = 0
    """Days after the base day, or after the end of the month."""
    months: int = 0
    """Whole months after the month of the base day; the next month is 1."""
    day: int = _LAST_DAY
    """Day of the month for a fixed day; beyond the end of a month it is the last day."""
    cut_off: int = _LAST_DAY
    """Last day of a month that still counts to that month (截止日)."""
    shift: Shift = Shift.NONE
    begins: Begins = Begins.INVOICE

    def __attrs_post_init__(self) -> None:
        checks = (
            ("天数", "days", self.days, 0, _MOST_DAYS),
            ("月数", "months", self.months, 0, _MOST_DAYS // 30),
            ("日", "day", self.day, 1, _LAST_DAY),
            ("截止日", "closing day", self.cut_off, 1, _LAST_DAY),
        )
        for zh, en, figure, least, most in checks:
            if not least <= figure <= most:
                raise UsageError(BAD_FIGURE.at(Place(), figure, what_zh=zh, what_en=en))

    @classmethod
    def of(cls, text: str, shift: Shift = Shift.NONE) -> "CreditTerm":
        """Read a term as contracts and people write it.

        >>> CreditTerm.of("次月25日").due(dt.date(2025, 1, 31)).date
        datetime.date(2025, 2, 25)
        >>> CreditTerm.of("25日截止，次月10日付款").due(dt.date(2025, 1, 26)).date
        datetime.date(2025, 3, 10)

        Raises:
            UsageError: the text is no term.
        """
        folded = unicodedata.normalize("NFKC", text).lower()
        plain = re.sub(r"[\s,。;付款内账期限]", "", folded)
        found = _read(plain)
        if found is None:
            raise UsageError(BAD_TERM.at(Place(), text))
        return attrs.evolve(found, shift=shift)

    def due(self, base: dt.date) -> DueDate:
        """The day a debt that begins on `base` is due."""
        unmoved = self._unmoved(base)
        moved = _shifted(unmoved, self.shift)
        assured = self.shift is Shift.NONE or (announced(unmoved.year) and announced(moved.year))
        zh = f"{base} 起 {self.text('zh')} → {unmoved}"
        en = f"{base}, {self.text('en')} → {unmoved}"
        if moved != unmoved:
            why = holiday_name(unmoved)
            zh += f" ({why or '周末'}), {self.shift.zh} → {moved}"
            en += f" ({why or 'weekend'}), {self.shift.text()} working day → {moved}"
        if not assured:
            zh += " (该年放假安排尚未公布)"
            en += " (the days off of that year are not announced yet)"
        return DueDate(moved, unmoved, zh, en, assured)

    def _unmoved(self, base: dt.date) -> dt.date:
        late = base.day > min(self.cut_off, _days_of(base.year, base.month))
        months = self.months + late
        if self.kind is TermKind.DAYS:
            return base + dt.timedelta(days=self.days)
        if self.kind is TermKind.MONTH_END:
            return _day_of(base, months, _LAST_DAY) + dt.timedelta(days=self.days)
        return _day_of(base, months, self.day)

    def text(self, lang: str = "zh") -> str:
        """The term in words; `of` reads it again."""
        return self._zh() if lang == "zh" else self._en()

    def _zh(self) -> str:
        if self.kind is TermKind.DAYS:
            return f"{self.days} 天" if self.days else "现结"
        closing = f"{self.cut_off} 日截止, " if self.cut_off < _LAST_DAY else ""
        if self.kind is TermKind.MONTH_END:
            later = f"{self.months} 个月后" if self.months else ""
            return f"{closing}{later}月结" + (f" {self.days} 天" if self.days else "")
        month = ("当月", "次月")[self.months] if self.months <= 1 else f"{self.months} 个月后"
        return f"{closing}{month}" + ("底" if self.day == _LAST_DAY else f" {self.day} 日")

    def _en(self) -> str:
        if self.kind is TermKind.DAYS:
            return f"{self.days} days" if self.days else "cash"
        closing = f"closing on day {self.cut_off}, " if self.cut_off < _LAST_DAY else ""
        later = f" {self.months} months later" if self.months else ""
        if self.kind is TermKind.MONTH_END:
            return f"{closing}month end{later}" + (f" + {self.days} days" if self.days else "")
        month = ("of this month", "of next month")[self.months] if self.months <= 1 else later
        return f"{closing}{'end' if self.day == _LAST_DAY else f'day {self.day}'} {month.strip()}"


_CASH = re.compile(r"现结|现金|现款|现款现货|货到|款到发货|预|即期|cash|cod|prepaid|immediate")
_DAYS = re.compile(r"(?:货到|票到|开票后|发票后|验收后|net)?(\d+)(?:天|日|days?|d)?(?:net)?")
_CLOSED = r"(?:(\d+)[日号](?:截止|关账)|closingonday(\d+))?"
_MONTH_END = re.compile(
    _CLOSED
    + r"(?:(\d+)个?月后)?(?:月结|month-?end|eom)(?:(\d+)monthslater)?(?:\+?(\d+)(?:天|日|days?)?)?"
)
_FIXED = re.compile(
    _CLOSED + r"(当月|本月|次月|下月|隔月|下下月|(\d+)个?月后)的?(?:(\d+)[日号]|月?底|末)"
)
_FIXED_EN = re.compile(
    _CLOSED + r"(?:day(\d+)|end)(?:of(?:the)?(this|next|second)month|(\d+)monthslater)"
)
_MONTH_WORDS = {"当月": 0, "本月": 0, "次月": 1, "下月": 1, "隔月": 2, "下下月": 2}
_MONTH_WORDS |= {"this": 0, "next": 1, "second": 2}


def _read(plain: str) -> CreditTerm | None:
    """The term a folded text means."""
    if _CASH.fullmatch(plain):
        return CreditTerm()
    if found := _MONTH_END.fullmatch(plain):
        zh, en, later, after, days = found.groups()
        return CreditTerm(
            kind=TermKind.MONTH_END,
            days=int(days or 0),
            months=int(later or after or 0),
            cut_off=_closing(zh or en),
        )
    if found := _FIXED.fullmatch(plain):
        zh, en, word, later, day = found.groups()
    elif found := _FIXED_EN.fullmatch(plain):
        zh, en, day, word, later = found.groups()
    elif (found := _DAYS.fullmatch(plain)) and int(found[1]) <= _MOST_DAYS:
        return CreditTerm(days=int(found[1]))
    else:
        return None
    return CreditTerm(
        kind=TermKind.FIXED_DAY,
        months=_MONTH_WORDS.get(word, int(later or 0)),
        day=_closing(day),
        cut_off=_closing(zh or en),
    )


def _closing(text: str | None) -> int:
    """A day of the month; the last one where none is said."""
    return min(int(text), _LAST_DAY) if text else _LAST_DAY


def _days_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _day_of(base: dt.date, months: int, day: int) -> dt.date:
    """A day of the month some months after that of `base`, the last one where it is short."""
    count = base.year * _MONTHS + base.month - 1 + months
    year, month = divmod(count, _MONTHS)
    return dt.date(year, month + 1, min(day, _days_of(year, month + 1)))


def _shifted(day: dt.date, shift: Shift) -> dt.date:
    if shift is Shift.NONE or is_working_day(day):
        return day
    if shift is Shift.PREVIOUS:
        return previous_working_day(day)
    later = next_working_day(day)
    if shift is Shift.SAME_MONTH and later.month != day.month:
        return previous_working_day(day)
    return later
