"""Accounting periods as reports spell them, and the spans in their titles."""

import re
import unicodedata

import attrs

__all__ = ["Span", "month_index", "of_index", "span_of"]

_PERIOD = re.compile(r"(?<!\d)(\d{4})\s*(?:年度?|[.\-/])?\s*第?\s*(\d{1,2})(?!\d)")
_REST = re.compile(r"^\s*(?:月份?|期)?\s*[-~—–至到]+\s*第?\s*(\d{1,2})(?!\d)")
_ALONE = re.compile(r"^\s*第?\s*(\d{1,2})\s*(?:月份?|期)?\s*$")
_LAST = 13
"""The highest number of a period: some sites close in a 13th."""
_MONTHS = 12


@attrs.frozen
class Span:
    """The first and the last period of a report, as year and number; a year of None is unsaid."""

    first: tuple[int | None, int]
    last: tuple[int | None, int]

    @property
    def is_single(self) -> bool:
        """True when the report is of one period."""
        return self.first == self.last

    def __str__(self) -> str:
        return f"{self.first[0]}.{self.first[1]:02}-{self.last[0]}.{self.last[1]:02}"


def span_of(text: str) -> Span | None:
    """The periods a text names; None when it names none.

    >>> str(span_of("期间：2025年第1期至2025年第3期")), str(span_of("202501-202503"))
    ('2025.01-2025.03', '2025.01-2025.03')
    >>> span_of("2025.1").first, span_of("第3期").first, span_of("合计")
    ((2025, 1), (None, 3), None)
    """
    folded = unicodedata.normalize("NFKC", text)
    found = list(_PERIOD.finditer(folded))
    if not found:
        alone = _ALONE.match(folded)
        spot = (None, int(alone[1])) if alone else (None, 0)
        return Span(spot, spot) if 1 <= spot[1] <= _LAST else None
    spots = [(int(match[1]), int(match[2])) for match in found[:2]]
    if len(spots) == 1 and (rest := _REST.match(folded[found[0].end() :])):
        spots.append((spots[0][0], int(rest[1])))
    if any(not 1 <= period <= _LAST for _, period in spots) or spots[0] > spots[-1]:
        return None
    return Span(spots[0], spots[-1])


def month_index(year: int, period: int) -> int:
    """Periods counted from year 0, so that the next one is one more."""
    return year * _MONTHS + period - 1


def of_index(index: int) -> tuple[int, int]:
    """Year and period of an index."""
    return index // _MONTHS, index % _MONTHS + 1
