"""From a file to the rows of its report: the sheets that fit, their headings, their titles."""

import re
from collections.abc import Mapping

import attrs

from kamcore.adapters.tabular.faults import BAD_OPTION, NO_SHEET, STRANGE_SHEET
from kamcore.adapters.tabular.fitting import Cells, Fit, fit
from kamcore.adapters.tabular.periods import Span, span_of
from kamcore.errors import Problem, SourceError, UsageError
from kamcore.format import Options, Source
from kamcore.grid.header import Header, grid_of
from kamcore.grid.rows import drop_blank_rows, split_totals
from kamcore.grid.sheet import Grid
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.model.dimension import dimension_id
from kamcore.model.layout import Layout, LayoutColumn
from kamcore.place import Place
from kamcore.vouchers.listing import NO_DATA
from kamcore.vouchers.stacking import stack

__all__ = ["Opened", "Titles", "open_rows", "span_option"]

_COMPANY = re.compile(
    r"^\s*(?:公司名称|单位名称|核算单位|编制单位|单位|账簿名称|核算账簿|账簿|账套)\s*[:：]\s*(.+?)\s*[;；]?\s*$"
)
_PERIOD = re.compile(r"^\s*(?:会计期间|期间|月份|查询期间)\s*[:：]\s*(.+)$")
_SHEET_PERIOD = re.compile(r"\d{4}年?第?\d{1,2}期")


@attrs.frozen(kw_only=True)
class Titles:
    """What stands above the headings: whose books, and of which periods."""

    company: str = ""
    span: Span | None = None


@attrs.frozen(kw_only=True)
class Opened:
    """The rows of a report under the keys of its layout."""

    layout: Layout
    grid: Grid
    header: Header
    columns: tuple[LayoutColumn, ...]
    """Those of the layout that the sheet has, spelled out."""
    labels: Mapping[str, str]
    """What the sheet calls a dimension, by its id."""
    titles: Titles
    sheets: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    def __contains__(self, field: str) -> bool:
        return any(column.field == field for column in self.columns)

    def column(self, field: str) -> LayoutColumn | None:
        """The column of a field; None when the sheet has none."""
        return next((column for column in self.columns if column.field == field), None)


def open_rows(source: Source, layout: Layout, options: Options) -> Opened:
    """Open a file and give the rows of all sheets that a layout reads.

    Raises:
        SourceError: it is no workbook, no sheet fits, or two columns of one heading have data.
    """
    book = open_workbook(source)
    problems = list(book.problems)
    chosen = _chosen(book, layout, str(options.get("sheet") or ""), problems)
    grids = []
    for name, found in chosen:
        sheet = book.load(name, skip=found.header.row or 0)
        grid = drop_blank_rows(grid_of(sheet, found.header, problems))
        # Printed pages repeat the headings among the rows.
        grids.append(split_totals(grid, ())[0])
    name, first = chosen[0]
    grid = stack(grids)
    if not grid.height:
        problems.append(NO_DATA.at(first.header.place))
    return Opened(
        layout=layout,
        grid=grid,
        header=first.header,
        columns=tuple(c for c in first.columns if c.key in grid.frame.columns),
        labels={dimension_id(first.label): first.label} if first.label else {},
        titles=_titles(name, book.peek(name), first.header),
        sheets=tuple(name for name, _ in chosen),
        problems=tuple(problems),
    )


def span_option(options: Options) -> Span | None:
    """The periods the caller gives with option ``period``.

    Raises:
        UsageError: the text names no year and period.
    """
    text = str(options.get("period") or "")
    if not text:
        return None
    span = span_of(text)
    if span is None or span.first[0] is None:
        facts = {
            "wants_zh": "年和期, 例如 2025.01-2025.03",
            "wants_en": "periods, such as 2025.01-2025.03",
        }
        raise UsageError(BAD_OPTION.at(Place(), text, option="period", **facts))
    return span


def _chosen(
    book: Workbook, layout: Layout, sheet: str, problems: list[Problem]
) -> list[tuple[str, Fit]]:
    """The sheets to read, each with how it fits.

    A sheet that was asked for by name, and the only visible one, need not bear the words by which
    files are recognised.
    """
    names = (sheet,) if sheet else book.names or tuple(one.name for one in book.sheets)
    fits = {name: fit(layout, name, book.peek(name), _place(book, name)) for name in names}
    good = [name for name in names if fits[name].fits]
    if not good:
        good = [name for name in names if fits[name].header.is_complete][:1]
    if not good:
        nearest = max(fits.values(), key=lambda found: len(found.header.columns))
        hints = {"nearest_zh": nearest.lacks[0], "nearest_en": nearest.lacks[1]}
        fault = NO_SHEET.at(nearest.header.place, layout.title, **hints)
        raise SourceError(fault, nearest.problems)
    if not layout.every_sheet:
        return [(good[0], fits[good[0]])]
    problems += [
        STRANGE_SHEET.at(Place(file=book.file, sheet=name), name)
        for name in names
        if name not in good and any(map(any, book.peek(name)))
    ]
    return [(name, fits[name]) for name in good]


def _place(book: Workbook, sheet: str) -> Place:
    """The place of a sheet; a text has lines and no sheet."""
    return Place(file=book.file, sheet=None if book.container == "text" else sheet)


def _titles(sheet: str, rows: Cells, header: Header) -> Titles:
    above = [cell for row in rows[: (header.first_row or 1) - 1] for cell in row if cell]
    company = next((found[1] for cell in above if (found := _COMPANY.match(cell))), "")
    said = [found[1] for cell in above if (found := _PERIOD.match(cell))]
    said += [sheet] if _SHEET_PERIOD.search(sheet) else []
    spans = (span_of(text) for text in said)
    return Titles(company=company, span=next((s for s in spans if s and s.first[0]), None))
