"""Html tables, which many web reports save under the name of a workbook."""

from collections.abc import Iterable

import polars as pl
from lxml import etree
from lxml import html as lxml_html

from kamcore.errors import Problem, SourceError
from kamcore.format import Source
from kamcore.grid import celltext, refusal
from kamcore.grid.sheet import Sheet, SheetName
from kamcore.grid.text import decode
from kamcore.place import Place

__all__ = ["HtmlReader"]

LARGEST_FILE = 256 << 20
MOST_COLUMNS = 1024

_Rows = list[list[str]]


class HtmlReader:
    """Reads the tables of a page; every cell is a text."""

    def __init__(self, source: Source) -> None:
        """Find the tables.

        Raises:
            SourceError: the page cannot be decoded or holds no table.
        """
        self._file = source.name
        if source.size() > LARGEST_FILE:
            shown = f"{source.size() >> 20:,} MiB"
            raise SourceError(refusal.TOO_LARGE.at(Place(file=source.name), shown))
        decoded = decode(source)
        self.problems: tuple[Problem, ...] = decoded.problems
        parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        try:
            page = lxml_html.document_fromstring(decoded.text.encode(), parser=parser)
        except (etree.LxmlError, ValueError) as error:
            raise refusal.damaged(source.name, error) from error
        outer = (t for t in page.iter("table") if next(t.iterancestors("table"), None) is None)
        self._tables = [rows for table in outer if (rows := _rows(table))]
        if not self._tables:
            raise SourceError(refusal.NOT_A_WORKBOOK.at(Place(file=source.name)))
        numbers = range(1, len(self._tables) + 1)
        self.sheets = tuple(SheetName(f"table {number}") for number in numbers)

    def peek(self, index: int, rows: int) -> tuple[tuple[str, ...], ...]:
        """See `Reader`."""
        return tuple(tuple(row) for row in self._tables[index][:rows])

    def load(self, index: int, skip: int) -> Sheet:
        """See `Reader`."""
        rows = self._tables[index][skip:]
        width = max(map(len, rows), default=0)
        padded = ([*row, *[""] * (width - len(row))] for row in rows)
        columns = zip(*padded, strict=True)
        return Sheet(
            file=self._file,
            name=self.sheets[index].name,
            frame=pl.DataFrame(
                {
                    str(position): celltext.blank_to_null(pl.Series(column, dtype=pl.String))
                    for position, column in enumerate(columns)
                }
            ),
            first_row=skip + 1,
        )


def _rows(table: lxml_html.HtmlElement) -> _Rows:
    """Rows of texts; a cell that spans columns or rows is given once and keeps its places."""
    rows: _Rows = []
    held: dict[int, int] = {}
    for line in table.iter("tr"):
        row: list[str] = []
        for cell in line.iterchildren("td", "th"):
            _skip_held(row, held)
            wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
            for offset in range(wide):
                if high > 1:
                    held[len(row)] = high
                row.append(_text(cell) if offset == 0 else "")
        _skip_held(row, held)
        held = {column: left - 1 for column, left in held.items() if left > 1}
        rows.append(row[:MOST_COLUMNS])
    return rows


def _skip_held(row: list[str], held: dict[int, int]) -> None:
    while held.get(len(row), 0) and len(row) < MOST_COLUMNS:
        row.append("")


def _span(cell: lxml_html.HtmlElement, name: str) -> int:
    stated = cell.get(name, "1").strip()
    return min(max(int(stated), 1), MOST_COLUMNS) if stated.isdecimal() and len(stated) < 6 else 1  # noqa: PLR2004


def _text(cell: lxml_html.HtmlElement) -> str:
    parts: Iterable[str] = cell.itertext()
    return " ".join("".join(parts).replace("\xa0", " ").split())
