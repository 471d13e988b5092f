"""Bands (档) of quantity or amount, with stated ends: [0, 500), [500, 1000), 1000 and above.

Price rules and rebates share them.  An end that is not stated is open; whether a stated end still
belongs to the band is said by the band and never guessed.
"""

import itertools
from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.voucher import exact
from kamcore.place import Place

__all__ = ["Band", "Span", "checked_bands", "spans"]

OVERLAP = Fault(
    code="Q1002",
    zh="{owner} 的两档 {first} 与 {second} 重叠",
    en="{owner}: the bands {first} and {second} overlap",
    hint_zh="写明哪一端不含在内, 例如「500 以下」或「含 500」",
    hint_en="say which end does not belong to its band",
)
EMPTY = Fault(
    code="Q1003",
    zh="{owner} 的一档 {value} 不含任何数",
    en="{owner}: the band {value} holds no number",
)

ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class Span:
    """The numbers from `start` to `end`; None is no end; a stated end belongs or does not."""

    start: Decimal = attrs.field(default=ZERO, converter=exact)
    end: Decimal | None = attrs.field(default=None, converter=exact)
    start_in: bool = True
    end_in: bool = False

    def holds(self, number: Decimal) -> bool:
        """Say whether a number lies within."""
        if number < self.start or (number == self.start and not self.start_in):
            return False
        return self.end is None or number < self.end or (number == self.end and self.end_in)

    def text(self, lang: str = "zh") -> str:
        """The span in words.

        >>> Span(start=Decimal(500)).text(), Span(end=Decimal(14), end_in=True).text("en")
        ('500 起', '[0, 14]')
        """
        if self.end is None and self.start_in:
            return f"{self.start:f} 起" if lang == "zh" else f"from {self.start:f}"
        ends = "(["[self.start_in], ")]"[self.end_in]
        last = "" if self.end is None else f"{self.end:f}"
        return f"{ends[0]}{self.start:f}, {last}{ends[1]}"


@attrs.frozen(kw_only=True)
class Band(Span):
    """A span with what holds in it.

    `price` is money per unit; `discount` the share that is paid; `rate` the share, or with
    `per_unit` the money per unit, that a rebate gives.
    """

    price: Decimal | None = attrs.field(default=None, converter=exact)
    discount: Decimal | None = attrs.field(default=None, converter=exact)
    rate: Decimal | None = attrs.field(default=None, converter=exact)


def checked_bands(bands: Iterable[Band], owner: str) -> tuple[Band, ...]:
    """The bands in rising order.

    Raises:
        UsageError: a band is empty, or two overlap; both are shown.
    """
    rising = sorted(bands, key=lambda band: (band.start, not band.start_in))
    for band in rising:
        if band.end is not None and not (
            band.start < band.end or (band.start == band.end and band.start_in and band.end_in)
        ):
            raise UsageError(EMPTY.at(Place(), band.text(), owner=owner))
    for first, second in itertools.pairwise(rising):
        touches = first.end == second.start and first.end_in and second.start_in
        if first.end is None or first.end > second.start or touches:
            facts = {"owner": owner, "first": first.text(), "second": second.text()}
            raise UsageError(OVERLAP.at(Place(), second.text(), **facts))
    return tuple(rising)


def spans(bands: Sequence[Band], *, gaps: bool) -> list[tuple[Span, Band | None]]:
    """The bands with their spans and, where asked for, the gaps between and around them."""
    found: list[tuple[Span, Band | None]] = []
    start, start_in = ZERO, True
    for band in bands:
        # A number that two ends both leave out is a gap of one point.
        leaves = start < band.start or (start == band.start and start_in and not band.start_in)
        if gaps and leaves:
            before = Span(start=start, end=band.start, start_in=start_in, end_in=not band.start_in)
            found.append((before, None))
        found.append((band, band))
        if band.end is None:
            return found
        start, start_in = band.end, not band.end_in
    if gaps:
        found.append((Span(start=start, start_in=start_in), None))
    return found
