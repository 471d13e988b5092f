"""Charts of a page as inline SVG, made to be read in black and white.

Series differ by pattern and marker, never by colour alone; every bar says its value, and where
there are too many bars for that, lines across the chart say how high they are.
"""

import html
from collections.abc import Sequence
from decimal import Decimal

import attrs

from kamcore.reports.sheets import Chart, Listing

__all__ = ["chart_svg"]

ZERO = Decimal(0)
_WIDTH, _LABELS, _VALUES = 900, 210, 170
_ROW, _GAP, _HIGH = 18, 8, 240
_SAID_AT_MOST = 8
"""Columns that still leave room for their values."""
_LABEL_LETTERS = 16
_SCALE = 92
"""Room for the figures of the lines across an upright chart."""
_LINES = 5
"""How many such lines there are at most, on one side of zero."""
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))

_PATTERNS = (
    (
        '<pattern id="{0}0" width="4" height="4" patternUnits="userSpaceOnUse">'
        '<rect width="4" height="4" fill="#3b3b3b"/></pattern>'
    ),
    (
        '<pattern id="{0}1" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        '<rect width="2.4" height="6" fill="#3b3b3b"/></pattern>'
    ),
    (
        '<pattern id="{0}2" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="5" height="5" fill="#fff"/>'
        '<circle cx="2.5" cy="2.5" r="1.3" fill="#3b3b3b"/>'
        "</pattern>"
    ),
    (
        '<pattern id="{0}3" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect width="6" height="6" fill="#fff"/><path d="M0 3H6" stroke="#3b3b3b"/></pattern>'
    ),
)


@attrs.frozen(kw_only=True)
class _Series:
    name: str
    values: tuple[Decimal, ...]
    said: tuple[str, ...]


def chart_svg(chart: Chart, listing: Listing, mark: str = "c") -> str:
    """The chart over a table as an SVG element with a title; empty where nothing is to be drawn.

    `mark` begins the ids within the element, which must differ on one page.
    """
    names, series = _points(chart, listing)
    if not names or not any(any(one.values) for one in series):
        return ""
    upright = chart.kind in ("column", "line") and not chart.across
    drawn = _upright(names, series, mark, line=chart.kind == "line") if upright else None
    body, high = drawn or _lying(names, series, mark)
    patterns = "".join(one.format(mark) for one in _PATTERNS)
    title = html.escape(chart.title)
    return (
        f'<figure><figcaption>{title}</figcaption><svg viewBox="0 0 {_WIDTH} {high}" role="img" '
        f'aria-label="{title}"><defs>{patterns}</defs>{body}</svg></figure>'
    )


def _points(chart: Chart, listing: Listing) -> tuple[list[str], list[_Series]]:
    columns = {column.name: column for column in listing.columns}
    if chart.across:
        cells = [listing.total_of(columns[name]) for name in chart.across]
        values = [_number(cell) for cell in cells]
        places = [columns[name].decimals for name in chart.across]
        said = [_text(value, many) for value, many in zip(values, places, strict=True)]
        heads = [columns[name].heading for name in chart.across]
        return heads, [_Series(name="", values=tuple(values), said=tuple(said))]
    names = [str(name or "") for name in listing.frame[chart.category]]
    series = []
    for name in chart.values:
        values = [_number(cell) for cell in listing.frame[name]]
        many = columns[name].decimals
        # What is not known has no bar and no figure: it is no zero.
        known = zip(listing.frame[name].is_null(), values, strict=True)
        said = ["" if unknown else _text(value, many) for unknown, value in known]
        series.append(_Series(name=columns[name].heading, values=tuple(values), said=tuple(said)))
    return names, series


def _number(cell: object) -> Decimal:
    return Decimal(cell) if isinstance(cell, Decimal | int) else ZERO


def _text(value: Decimal, places: int) -> str:
    exact = value == round(value, places)
    return f"{value:,.{places}f}" if exact else f"{value.normalize():,f}"


def _lying(names: Sequence[str], series: Sequence[_Series], mark: str) -> tuple[str, int]:
    """Horizontal bars from a common zero, each with its value."""
    every = [value for one in series for value in one.values]
    most, least = max(ZERO, *every), min(ZERO, *every)
    room = _WIDTH - _LABELS - _VALUES
    unit = Decimal(room) / (most - least)
    zero = _LABELS + float(-least * unit)
    parts, top = _legend(series, mark)
    start = top
    for at, name in enumerate(names):
        middle = top + len(series) * _ROW / 2 + 4
        parts.append(_label(_LABELS - 8, middle, _short(name), "end"))
        for number, one in enumerate(series):
            long = float(abs(one.values[at]) * unit)
            left = zero - long if one.values[at] < 0 else zero
            parts.append(_bar((left, top + 2, long, _ROW - 4), f"{mark}{number % 4}"))
            parts.append(_label(max(zero, left + long) + 6, top + 13, one.said[at], "start"))
            top += _ROW
        top += _GAP
    parts.append(f'<path d="M{zero:.1f} {start}V{top}" stroke="#000"/>')
    return "".join(parts), top + 4


def _upright(
    names: Sequence[str], series: Sequence[_Series], mark: str, *, line: bool
) -> tuple[str, int]:
    """Columns side by side for each name, or lines with markers."""
    every = [value for one in series for value in one.values]
    most, least = max(ZERO, *every), min(ZERO, *every)
    unit = Decimal(_HIGH) / (most - least)
    parts, top = _legend(series, mark)
    top += 14
    zero = top + float(most * unit)
    edge = 10.0
    if len(every) > _SAID_AT_MOST:
        edge = _SCALE
        for level in _levels(least, most):
            y = zero - float(level * unit)
            parts.append(f'<path d="M{edge:.1f} {y:.1f}H{_WIDTH - 10}" stroke="#bbb"/>')
            parts.append(_label(edge - 6, y + 4, f"{level:,f}", "end"))
    step = (_WIDTH - 10 - edge) / len(names)
    wide = min(60.0, step * 0.8 / (1 if line else len(series)))
    for number, one in enumerate(series):
        spots = []
        for at, value in enumerate(one.values):
            long = float(abs(value) * unit)
            high = zero - long if value >= 0 else zero
            middle = edge + step * (at + 0.5)
            left = middle - wide * len(series) / 2 + wide * number
            spots.append((middle, zero - float(value * unit)))
            if not line:
                parts.append(_bar((left, high, wide, long), f"{mark}{number % 4}"))
            if len(every) <= _SAID_AT_MOST:
                x = middle if line else left + wide / 2
                parts.append(_label(x, high - 4 if value >= 0 else zero + long + 12, one.said[at]))
        if line:
            parts += _line(spots, number)
    parts.append(f'<path d="M{edge:.1f} {zero:.1f}H{_WIDTH - 10}" stroke="#000"/>')
    bottom = top + _HIGH + 18
    for at, name in enumerate(names):
        parts.append(_label(edge + step * (at + 0.5), bottom, _short(name, int(step / 8))))
    return "".join(parts), bottom + 8


def _levels(least: Decimal, most: Decimal) -> list[Decimal]:
    """Round figures from the least to the most, zero among them, for lines across a chart.

    >>> [str(level) for level in _levels(Decimal(-100), Decimal(1250))]
    ['0', '250', '500', '750', '1000', '1250']
    """
    rough = max(most, -least) / _LINES
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(one * power for one in _STEPS if one * power >= rough)
    first, last = int(least / step), int(most / step)
    return [_plain(step * number) for number in range(first, last + 1)]


def _plain(level: Decimal) -> Decimal:
    """A figure without idle zeros behind the point, and without an exponent."""
    return level.quantize(Decimal(1)) if level == level.to_integral_value() else level.normalize()


def _line(spots: Sequence[tuple[float, float]], number: int) -> list[str]:
    dashes = ("", "7 4", "2 3", "9 3 2 3")[number % 4]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    drawn = [f'<path d="M{path}" fill="none" stroke="#000" stroke-dasharray="{dashes}"/>']
    fill = ("#000", "#fff", "#999", "#fff")[number % 4]
    for x, y in spots:
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{fill}" stroke="#000"/>')
    return drawn


def _legend(series: Sequence[_Series], mark: str) -> tuple[list[str], int]:
    if len(series) == 1:
        return [], 4
    parts, left = [], 10.0
    for number, one in enumerate(series):
        parts.append(_bar((left, 4, 22, 12), f"{mark}{number % 4}"))
        parts.append(_label(left + 28, 14, one.name, "start"))
        left += 60 + sum(14 if ord(letter) > 255 else 8 for letter in one.name)  # noqa: PLR2004
    return parts, 26


def _bar(box: tuple[float, float, float, float], pattern: str) -> str:
    x, y, wide, high = box
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" '
        f'fill="url(#{pattern})" stroke="#000"/>'
    )


def _label(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _short(name: str, letters: int = _LABEL_LETTERS) -> str:
    return name if len(name) <= letters else name[: letters - 1] + "…"
