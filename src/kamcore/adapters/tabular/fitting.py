"""Whether a sheet fits a layout: its headings, its words, and what its dimension is called."""

import csv
import re
from collections.abc import Mapping, Sequence

import attrs

from kamcore.errors import Problem
from kamcore.format import Certainty, Guess, Head
from kamcore.grid.header import WITHIN, Header, find_header, fold
from kamcore.model.dimension import DIMENSIONS, dimension_id, is_known
from kamcore.model.layout import DIMENSION, Layout, LayoutColumn
from kamcore.place import Place

__all__ = ["Fit", "fit", "guess"]

_ANY = "aux_*"
_FEW = 3
"""Other headings that must stand in the row where a label is looked for."""
_SPOKEN = tuple(label for known in DIMENSIONS for label in (known.label, *known.aliases))

Cells = Sequence[Sequence[str]]


@attrs.frozen(kw_only=True)
class Fit:
    """How a sheet fits a layout.

    `columns` are the layout's with every heading and field spelled out; `label` is what the sheet
    calls the dimension that its headings name.
    """

    header: Header
    columns: tuple[LayoutColumn, ...]
    label: str = ""
    lacks: tuple[str, str] = ("", "")
    """What keeps it from fitting, in Chinese and in English."""
    is_near: bool = False
    """True when its headings fit and only the words around them are missing."""

    @property
    def fits(self) -> bool:
        """True when nothing is missing."""
        return not self.lacks[1]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the headings."""
        return self.header.problems


def fit(layout: Layout, sheet: str, rows: Cells, place: Place | None = None) -> Fit:
    """Compare the first rows of a sheet with a layout."""
    label = _label(layout, rows)
    columns = tuple(_spelled(column, label) for column in layout.columns)
    wanted = {column.key: column.headings for column in columns}
    need = [column.key for column in columns if column.need]
    header = find_header(rows, wanted, need, place=place or Place(sheet=sheet))
    found = Fit(header=header, columns=columns, label=label)
    lacks = _lacks(layout, header, sheet, rows)
    near = header.is_complete and lacks is not None and lacks[0].startswith("没有「")
    return attrs.evolve(found, lacks=lacks or ("", ""), is_near=near)


def guess(layout: Layout, head: Head) -> Guess:
    """Say whether a file holds a sheet of the layout, and why."""
    nearest: Fit | None = None
    for sheet, rows in _sheets(head).items():
        found = fit(layout, sheet, rows)
        if found.fits:
            count, row = len(found.header.columns), found.header.row
            title = layout.title_en or layout.title
            return Guess(
                Certainty.SURE,
                f"工作表「{sheet}」第 {row} 行有 {count} 个「{layout.title}」的列名",
                f"row {row} of sheet {sheet} holds {count} headings of {title}",
            )
        if nearest is None or len(found.header.columns) > len(nearest.header.columns):
            nearest = found
    if nearest is None or not nearest.header.columns:
        return Guess.no()
    certainty = Certainty.MAYBE if nearest.is_near else Certainty.NO
    return Guess(certainty, *nearest.lacks)


def _sheets(head: Head) -> Mapping[str, Cells]:
    if head.sheets or head.container != "text":
        return head.sheets
    lines = head.text.splitlines()[:WITHIN]
    mark = max(",\t;", key=lambda mark: sum(line.count(mark) for line in lines))
    try:
        return {head.name: list(csv.reader(lines, delimiter=mark))}
    except csv.Error:
        return {}


def _lacks(layout: Layout, header: Header, sheet: str, rows: Cells) -> tuple[str, str] | None:
    """What keeps a sheet from fitting; None when it fits."""
    if header.row is None:
        return "没有这种报表的列名", "no headings of this report"
    if header.missing:
        names = {column.key: column.headings[0] for column in layout.columns}
        listed = ", ".join(names.get(key, key) for key in header.missing)
        return f"缺少列 {listed}", f"the columns {listed} are missing"
    foreign = {fold(word) for word in layout.signs.without}
    strange = [text for text in header.unknown.values() if fold(text) in foreign]
    if strange:
        return (
            f"有列「{strange[0]}」, 是另一种报表",
            f"the column {strange[0]} is of another report",
        )
    if len(header.columns) < min(layout.signs.least, len(layout.columns)):
        return "认得的列太少", "too few headings are known"
    if layout.sheet and not re.search(layout.sheet, sheet):
        return f"没有「{layout.sheet}」这样的工作表名", f"the sheet is not called {layout.sheet}"
    words = layout.signs.words
    above = [sheet, *(cell for row in rows[: (header.first_row or 1) - 1] for cell in row)]
    if words and not any(fold(word) in fold(text) for word in words for text in above if text):
        return f"没有「{'」或「'.join(words)}」字样", f"nowhere stands {' or '.join(words)}"
    return None


def _spelled(column: LayoutColumn, label: str) -> LayoutColumn:
    """The column with the label of the dimension in its headings and its field."""
    if not column.is_of_any_dimension:
        return column
    labels = (label,) if label else _SPOKEN
    headings = tuple(
        heading.replace(DIMENSION, one) for heading in column.headings for one in labels
    )
    field = column.field
    if label:
        field = field.replace(_ANY, f"aux_{dimension_id(label)}")
    return attrs.evolve(column, headings=headings, field=field)


def _label(layout: Layout, rows: Cells) -> str:
    """What a sheet calls the dimension its headings name.

    A heading that is nothing but the label must be a known one; with more around it, it may be
    of the site's own.
    """
    patterns = [h for column in layout.columns for h in column.headings if DIMENSION in h]
    if not patterns:
        return ""
    taken = {
        fold(heading)
        for column in layout.columns
        for heading in column.headings
        if DIMENSION not in heading
    }
    for row in rows[:WITHIN]:
        folded = [fold(cell) for cell in row]
        if len(taken.intersection(folded)) < min(_FEW, len(taken)):
            continue
        for pattern in patterns:
            before, _, after = (fold(part) for part in pattern.partition(DIMENSION))
            for cell in folded:
                if cell in taken or not (cell.startswith(before) and cell.endswith(after)):
                    continue
                label = cell[len(before) : len(cell) - len(after)]
                if label and (is_known(label) or (before or after)):
                    return label
    return ""
