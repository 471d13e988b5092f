"""One sheet of a workbook, drawn part by part from top to bottom."""

import datetime as dt
import unicodedata
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.reports.placing import Placed
from kamcore.reports.sheets import (
    Boxes,
    Chart,
    Check,
    Column,
    Fields,
    Line,
    Listing,
    Paragraph,
    Part,
    Sheet,
    Title,
    Value,
)

__all__ = ["Drawing", "columns_of"]

_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_TITLE = {"bold": True, "font_size": 16, "align": "center"}
_HEAD = {"bold": True, "align": "center", "border": 1, "bg_color": "#DDE6F0", "text_wrap": True}
_ROWS: dict[str | None, dict[str, Any]] = {
    None: {"border": 1, "border_color": "#B0B0B0"},
    "opening": {"border": 1, "border_color": "#B0B0B0", "italic": True},
    "adjust": {"border": 1, "border_color": "#B0B0B0"},
    "sum": {"border": 1, "border_color": "#B0B0B0", "bold": True, "bg_color": "#F3F6FA"},
    "head": {"border": 1, "border_color": "#B0B0B0", "bold": True, "bg_color": "#E9EEF5"},
    "total": {"bold": True, "border": 1, "bottom": 6},
}
_NARROWEST, _WIDEST, _UNSET = 6.0, 42.0, 12.0
_A4, _CHART_ROWS, _POINTS = 9, 18, 15.0
_MEASURED = 2000
"""Rows whose texts are measured for the width of a column."""


def columns_of(text: str) -> int:
    """How many half-width characters a text is wide."""
    return sum(1 + (unicodedata.east_asian_width(mark) in "WF") for mark in text)


@attrs.frozen
class _Looks:
    """Formats of one kind of cell, by the type of its value."""

    amount: Any
    whole: Any
    date: Any
    text: Any


class Drawing:
    """Draws a sheet; `formats` are shared by the sheets of a workbook."""

    def __init__(self, book: Any, page: Any, sheet: Sheet, formats: dict[Any, Any]) -> None:
        self.book, self.page, self.sheet = book, page, sheet
        self._formats = formats
        self._row = 0
        self._last: Placed | None = None
        self._widths: dict[int, float] = {}

    def draw(self) -> None:
        """Draw every part, then set widths, the frozen heading and the page."""
        self._fixed_widths()
        for part in self.sheet.parts:
            self._part(part)
        last = self.sheet.width - 1
        for column in range(last + 1):
            self.page.set_column(column, column, self._widths.get(column, _UNSET))
        self._page_setup()

    def _fixed_widths(self) -> None:
        """Widths that are given count for the texts above the tables, too."""
        for listing in self.sheet.listings:
            for at, column in enumerate(listing.columns):
                if column.width is not None:
                    self._widths[at] = max(self._widths.get(at, 0.0), column.width)

    def _part(self, part: Part) -> None:
        if isinstance(part, Title):
            self._across(part.text, _TITLE, height=28)
        elif isinstance(part, Line):
            self._line(part)
        elif isinstance(part, Paragraph):
            self._paragraph(part)
        elif isinstance(part, Fields):
            self._fields(part)
        elif isinstance(part, Boxes):
            self._boxes(part)
        elif isinstance(part, Listing):
            self._listing(part)
        elif isinstance(part, Check):
            self._check(part)
        else:
            self._chart(part)

    def _format(self, **looks: Any) -> Any:
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({**_FONT, **looks})
        return self._formats[key]

    def _across(self, text: str, looks: dict[str, Any], height: float | None = None) -> None:
        """A text merged over the whole width."""
        style, last = self._format(**looks), self.sheet.width - 1
        self.page.merge_range(self._row, 0, self._row, last, "", style)
        self.page.write_string(self._row, 0, text, style)
        if height is not None:
            self.page.set_row(self._row, height)
        self._row += 1

    def _line(self, part: Line) -> None:
        self.page.write_string(self._row, 0, part.text, self._format())
        if part.right:
            last = self.sheet.width - 1
            self.page.write_string(self._row, last, part.right, self._format(align="right"))
        self._row += 1

    def _paragraph(self, part: Paragraph) -> None:
        wide = sum(self._widths.get(column, _UNSET) for column in range(self.sheet.width))
        lines = sum(1 + int(columns_of(text) // wide) for text in part.text.split("\n"))
        looks = {"text_wrap": True, "valign": "top", "bold": part.bold}
        self._across(part.text, looks, height=_POINTS * lines)

    def _fields(self, part: Fields) -> None:
        label = self._format(**_ROWS[None], bg_color="#F3F6FA")
        span = max(1, self.sheet.width // part.across)
        for start in range(0, len(part.pairs), part.across):
            for at, (text, value) in enumerate(part.pairs[start : start + part.across]):
                column = at * span
                self.page.write_string(self._row, column, text, label)
                looks = self._looks(None, None, _places(value))
                if span > 2:  # noqa: PLR2004  a label and one cell need no merging
                    end = column + span - 1
                    self.page.merge_range(self._row, column + 1, self._row, end, "", looks.text)
                self._write(self._row, column + 1, value, looks)
            self._row += 1

    def _boxes(self, part: Boxes) -> None:
        style = self._format(border=1, text_wrap=True, valign="top")
        lines = max(text.count("\n") + 2 for text in part.texts)
        # Boxes of about one width: columns are not.
        wide = [self._widths.get(column, _UNSET) for column in range(self.sheet.width)]
        share, first = sum(wide) / len(part.texts), 0
        for at, text in enumerate(part.texts, start=1):
            last = first
            while last + 1 < len(wide) - (len(part.texts) - at) and (
                at == len(part.texts) or sum(wide[: last + 2]) <= at * share + wide[last + 1] / 2
            ):
                last += 1
            if last > first:
                self.page.merge_range(self._row, first, self._row, last, "", style)
            self.page.write_string(self._row, first, text, style)
            first = last + 1
        self.page.set_row(self._row, _POINTS * lines)
        self._row += 1

    def _listing(self, listing: Listing) -> None:
        grouped = any(column.group for column in listing.columns)
        placed = Placed.of(listing, self._row + grouped)
        self._headings(listing, grouped=grouped)
        styles = self._styles(listing)
        for at, column in enumerate(listing.columns):
            self._body(placed, at, column, styles)
        self._heights(placed)
        self._totals(placed)
        self._footers(placed)
        if self._last is None:
            self.page.freeze_panes(placed.first, listing.keep)
            self.page.repeat_rows(placed.head - grouped, placed.head)
            if not grouped and listing.frame.height:
                last = placed.first + listing.frame.height - 1
                self.page.autofilter(placed.head, 0, last, len(listing.columns) - 1)
        self._last = placed
        self._row = placed.end

    def _heights(self, placed: Placed) -> None:
        """Rows as high as their wrapped texts; not every program finds that out by itself."""
        columns = [(at, c.name) for at, c in enumerate(placed.listing.columns) if c.wrap]
        texts = [
            (at, name) for at, name in columns if placed.listing.frame[name].dtype == pl.String
        ]
        if not texts:
            return
        frame = placed.listing.frame.select(name for _, name in texts)
        wides = [self._widths.get(at, _UNSET) for at, _ in texts]
        for number, row in enumerate(frame.iter_rows()):
            sizes = (columns_of(text or "") for text in row)
            lines = max(
                1 + int(max(0, size - 1) // wide) for size, wide in zip(sizes, wides, strict=True)
            )
            if lines > 1:
                self.page.set_row(placed.first + number, _POINTS * lines)

    def _headings(self, listing: Listing, *, grouped: bool) -> None:
        style, top = self._format(**_HEAD), self._row
        columns = listing.columns
        for at, column in enumerate(columns):
            if grouped and not column.group:
                self.page.merge_range(top, at, top + 1, at, "", style)
                self.page.write_string(top, at, column.heading, style)
                continue
            self.page.write_string(top + grouped, at, column.heading, style)
            if column.group and (at == 0 or columns[at - 1].group != column.group):
                end = at
                while end + 1 < len(columns) and columns[end + 1].group == column.group:
                    end += 1
                if end > at:
                    self.page.merge_range(top, at, top, end, "", style)
                self.page.write_string(top, at, column.group, style)

    def _styles(self, listing: Listing) -> list[str | None]:
        if listing.style is None:
            return [None] * listing.frame.height
        return listing.frame[listing.style].to_list()

    def _body(self, placed: Placed, at: int, column: Column, styles: list[str | None]) -> None:
        frame = placed.listing.frame
        series = frame[column.name]
        places = _decimals(series, column.decimals)
        formulas = frame[column.formula].to_list() if column.formula else [None] * len(series)
        cells = zip(series.to_list(), formulas, styles, strict=True)
        known = {row: self._looks(column, row, places) for row in set(styles)}
        for number, (value, template, kind) in enumerate(cells):
            cell = placed.first + number, at
            if template is None:
                self._write(*cell, value, known[kind])
            else:
                formula = placed.formula(template, number, column.name)
                self._calculated(cell, formula, value, known[kind])
        self._measure(at, column, series, places)

    def _totals(self, placed: Placed) -> None:
        listing = placed.listing
        if listing.total is None:
            return
        for at, column in enumerate(listing.columns):
            value = listing.total_of(column)
            places = _decimals(listing.frame[column.name], column.decimals)
            looks = self._looks(column, "total", places)
            if column.total is not None:
                formula = placed.formula(column.total, own=column.name)
                self._calculated((placed.total, at), formula, value, looks)
                text = f"{value:,.{places}f}" if isinstance(value, Decimal) else str(value)
                self._widen(at, columns_of(text) + 2.0)
            else:
                shown = listing.total if at == 0 and value is None else value
                self._write(placed.total, at, shown, looks)

    def _footers(self, placed: Placed) -> None:
        row = placed.total + (placed.listing.total is not None)
        for number, footer in enumerate(placed.listing.footers, row):
            for at, column in enumerate(placed.listing.columns):
                looks = self._looks(attrs.evolve(column, kind=footer.kind), "sum", footer.decimals)
                if column.name in footer.values:
                    formula = placed.formula(footer.formula, own=column.name)
                    self._calculated((number, at), formula, footer.values[column.name], looks)
                else:
                    self._write(number, at, footer.text if at == 0 else None, looks)

    def _check(self, part: Check) -> None:
        if self._last is None:
            raise ValueError("a check stands below its table")
        self.page.write_string(self._row, 0, part.text, self._format(italic=True))
        style = self._format(num_format=_money(part.decimals), italic=True)
        formula = self._last.formula(part.formula)
        column = min(self.sheet.width - 1, max(1, self._first_amount()))
        self.page.write_formula(self._row, column, formula, style, part.value)
        self._row += 1

    def _first_amount(self) -> int:
        """The first column of a number, so that a check stands clear of its text."""
        columns = () if self._last is None else self._last.listing.columns
        return next((at for at, column in enumerate(columns) if column.total is not None), 1)

    def _chart(self, part: Chart) -> None:
        if self._last is None:
            raise ValueError("a chart stands below its table")
        placed, name = self._last, self.sheet.name
        chart = self.book.add_chart({"type": part.kind})
        if part.across:
            ends = [placed.columns[column] for column in (part.across[0], part.across[-1])]
            heads = [name, placed.head, ends[0], placed.head, ends[1]]
            sums = [name, placed.total, ends[0], placed.total, ends[1]]
            chart.add_series({"categories": heads, "values": sums, "data_labels": {"value": True}})
            chart.set_legend({"none": True})
        else:
            last = placed.total - 1
            at = placed.columns[part.category]
            for value in part.values:
                column = placed.columns[value]
                chart.add_series(
                    {
                        "name": [name, placed.head, column],
                        "categories": [name, placed.first, at, last, at],
                        "values": [name, placed.first, column, last, column],
                    }
                )
        chart.set_title({"name": part.title, "name_font": {"size": 12}})
        chart.set_size({"width": 720, "height": 340})
        self.page.insert_chart(self._row + 1, 0, chart)
        self._row += _CHART_ROWS + 1

    def _looks(self, column: Column | None, row: str | None, places: int) -> "_Looks":
        """The formats of a cell in a kind of row, one for each type of value."""
        base = _ROWS[row]
        kind = "auto" if column is None else column.kind
        wrap = {"text_wrap": True} if column is not None and column.wrap else {}
        if kind == "percent":
            code = f"0.{'0' * places}%" if places else "0%"
        elif kind == "number":
            code = f"0.{'#' * places}" if places else "0"
        else:
            code = _money(places, blank=column is not None and column.blank_zero)
        if row == "adjust":
            code = f"{code.partition(';')[0]};{code.partition(';')[0]}"
        return _Looks(
            amount=self._format(**base, num_format=code),
            whole=self._format(**base, num_format="0"),
            date=self._format(**base, num_format="yyyy-mm-dd", align="left"),
            text=self._format(**base, **wrap, num_format="@"),
        )

    def _write(self, row: int, at: int, value: Any, looks: "_Looks") -> None:
        if value is None or value == "":
            self.page.write_blank(row, at, None, looks.text)
        elif isinstance(value, bool):
            self.page.write_boolean(row, at, value, looks.text)
        elif isinstance(value, dt.date):
            self.page.write_datetime(row, at, value, looks.date)
        elif isinstance(value, Decimal):
            self.page.write_number(row, at, value, looks.amount)
        elif isinstance(value, int):
            self.page.write_number(row, at, value, looks.whole)
        else:
            self.page.write_string(row, at, str(value), looks.text)

    def _calculated(self, cell: tuple[int, int], formula: str, value: Value, looks: Any) -> None:
        """A formula with the value it gives."""
        style = looks.amount if isinstance(value, Decimal) else looks.whole
        self.page.write_formula(*cell, formula, style, "" if value is None else value)

    def _measure(self, at: int, column: Column, series: pl.Series, places: int) -> None:
        if column.width is not None:
            self._widths[at] = max(self._widths.get(at, 0.0), column.width)
            return
        head = max(map(columns_of, column.heading.split("\n"))) + 2.0
        if isinstance(series.dtype, pl.Decimal):
            most = max((abs(v) for v in series.to_list() if v is not None), default=Decimal(0))
            body = len(f"{most:,.{places}f}") + 3.0
        elif series.dtype == pl.Date:
            body = 12.0
        else:
            texts = series.head(_MEASURED).cast(pl.String).drop_nulls()
            body = max(map(columns_of, texts.to_list()), default=0) + 2.0
        self._widen(at, max(head, body))

    def _widen(self, at: int, wide: float) -> None:
        wide = min(_WIDEST, max(_NARROWEST, wide))
        self._widths[at] = max(self._widths.get(at, 0.0), wide)

    def _page_setup(self) -> None:
        page = self.page
        if self.sheet.landscape:
            page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.set_footer("&L&A&R&P / &N")
        page.hide_gridlines(2)


def _money(places: int, *, blank: bool = False) -> str:
    """Thousands separators, negatives in red with their sign; nothing for a zero if so asked."""
    digits = "#,##0" + ("." + "0" * places if places else "")
    return f"{digits};[Red]-{digits};{'' if blank else digits}"


def _decimals(series: pl.Series, least: int) -> int:
    """Decimals that show every digit of a column, at least `least`."""
    if not isinstance(series.dtype, pl.Decimal) or not len(series):
        return least
    texts = series.drop_nulls().cast(pl.String).str.strip_chars_end("0")
    longest = texts.str.split(".").list.get(1, null_on_oob=True).str.len_bytes().max()
    return max(least, int(str(longest or 0)))


def _places(value: Value) -> int:
    if not isinstance(value, Decimal):
        return 2
    return max(2, -int(value.normalize().as_tuple().exponent))
