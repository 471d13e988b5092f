"""What a letter to a party says, apart from the file it becomes: paragraphs and tables."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

import attrs

from kamcore.model.currency import currencies

__all__ = [
    "Cell",
    "Letter",
    "Row",
    "Table",
    "amount_cell",
    "day_text",
    "formal",
    "money_said",
    "text_cells",
    "unit_text",
    "unsigned_cell",
]

_SHORT = 12
"""Characters of a text that is not broken."""


@attrs.frozen
class Cell:
    """A cell of a table of a letter: a text, or an amount with its text.

    A workbook calculates the amount by `formula`, a template over the columns ``c0``, ``c1`` and
    so on, where there is one.
    """

    text: str
    amount: Decimal | None = None
    formula: str | None = None

    @property
    def is_amount(self) -> bool:
        """True for an amount, which stands on the right."""
        return self.amount is not None

    @property
    def is_short(self) -> bool:
        """True for a date or a number of a voucher, which stays on one line."""
        return len(self.text) <= _SHORT


@attrs.frozen
class Row:
    """A row; a sum is printed bold, an amount that its text says 加 or 减 of without a sign."""

    cells: tuple[Cell, ...]
    is_sum: bool = False
    is_unsigned: bool = False


@attrs.frozen(kw_only=True)
class Table:
    """A table of a letter."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    title: str = ""
    unit: str = ""
    """Currency and unit, above the table at the right."""
    widths: tuple[float, ...] = ()
    """Widths of the columns of a workbook, in characters."""


@attrs.frozen(kw_only=True)
class Letter:
    """A letter: who writes to whom, its paragraphs and tables."""

    title: str
    number: str
    from_name: str
    to_name: str
    date: dt.date
    body: tuple[str, ...]
    tables: tuple[Table, ...]
    lang: str = "zh"
    reply: str = ""
    """Where the answer goes; blank lines to fill in when it is left out."""

    @property
    def date_text(self) -> str:
        """The date as a letter writes it."""
        return day_text(self.date, self.lang)


def day_text(day: dt.date, lang: str) -> str:
    """A day as a letter writes it."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def amount_cell(amount: Decimal | None, formula: str | None = None) -> Cell:
    """The cell of an amount, empty for none."""
    return Cell("") if amount is None else Cell(money_said(amount), amount, formula)


def unsigned_cell(amount: Decimal | None) -> Cell:
    """An amount of a row that says 加 or 减, without its sign."""
    return Cell("") if amount is None else Cell(money_said(abs(amount)), amount)


def money_said(amount: Decimal) -> str:
    """An amount with two decimals, more where it has more."""
    return f"{amount:,.2f}" if amount == round(amount, 2) else f"{amount.normalize():,f}"


def text_cells(*texts: str) -> tuple[Cell, ...]:
    """A cell for each text."""
    return tuple(Cell(text) for text in texts)


def unit_text(currency: str, lang: str) -> str:
    """Currency and unit of a table."""
    known = currencies().get(currency)
    if lang != "zh":
        return f"currency: {currency}"
    return f"币别: {known.zh if known else currency}  单位: 元"


def formal(texts: Sequence[str], lang: str) -> tuple[str, ...]:
    """Chinese texts with the marks of a letter; amounts keep theirs."""
    if lang != "zh":
        return tuple(texts)
    return tuple(_MARKS.sub(lambda found: _WIDE[found[0].strip()], text) for text in texts)


_WIDE = {",": "\uff0c", ";": "\uff1b", ":": "\uff1a", "(": "\uff08", ")": "\uff09"}
_MARKS = re.compile(r"[,;:] |[()]|[,;:](?=[^\x00-\x7f])")
