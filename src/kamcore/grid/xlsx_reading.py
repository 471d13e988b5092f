"""Sheets of zipped workbooks, read in bulk without losing or inventing a value.

fastexcel (calamine) is the fastest reader there is for this, and its defaults lose data: it infers
types from the first thousand rows and turns what does not fit into nothing.  Here a sheet is first
read with every column held to the one type all its cells have.  Where a column holds several, the
sheet is read as text, as truth values and as numbers, which together say exactly what each cell
is: a truth value comes out of number and boolean cells only, and a number cell read as text shows
at most nine decimals where the number itself is exact.
"""

import contextlib
import logging
import re
from collections.abc import Iterator
from typing import Any

import fastexcel
import polars as pl
import python_calamine

from kamcore.errors import Problem, SourceError
from kamcore.format import Source
from kamcore.grid import celltext, refusal
from kamcore.grid.archive import open_package
from kamcore.grid.sheet import FaultyCell, Sheet, SheetName
from kamcore.grid.xlsx_parts import Peek, SheetPart, cells_of, first_rows_of, outline_of
from kamcore.grid.xlsx_scan import CDATA, NULL_WORD, SheetScan, scan
from kamcore.place import Place

__all__ = ["XlsxReader"]

MOST_CELLS = 96 << 20
"""Cells of the rectangle a sheet spans; the native reader sets memory aside for all of them."""

SPARSE_FROM = 8 << 20
SPARSEST = 8
"""From `SPARSE_FROM` cells of a rectangle on, its part has at least a byte for so many of them.

A filled cell takes about 30 bytes, so this lets one cell in 200 be filled."""

_LAST_ROW = 1 << 20
_NULL_WORD = re.compile(NULL_WORD.encode())
_LONGEST_WORD = 16
_EARLY = r"^190\d-\d\d-\d\d"

# Blank columns are no news to a reader of exports; the logger would print each on the screen.
logging.getLogger("fastexcel.types.dtype").setLevel(logging.ERROR)


class XlsxReader:
    """Reads the sheets of one zipped workbook."""

    problems: tuple[Problem, ...] = ()

    def __init__(self, source: Source) -> None:
        """Read what sheets there are, after every part but the sheets was checked.

        Raises:
            SourceError: the archive or its workbook part is refused.
        """
        self._source = source
        self._package = open_package(source)
        self._outline = outline_of(self._package)
        self._native: Any = None
        self._peeked: dict[int, tuple[Peek, ...]] = {}
        self._has_null_word = False
        sheets = {sheet.part for sheet in self._outline.sheets}
        for name in self._package.names:
            # The native reader opens these on its own, so they are unpacked and checked before.
            if name not in sheets and name.lower().endswith((".xml", ".rels")):
                tail = b""
                for piece in self._package.pieces(name):
                    self._check_markup(name, holds=CDATA in piece)
                    self._has_null_word |= _NULL_WORD.search(tail + piece) is not None
                    tail = piece[-_LONGEST_WORD:]
        self.sheets = tuple(SheetName(sheet.name, sheet.hidden) for sheet in self._outline.sheets)

    def _check_markup(self, part: str, *, holds: bool) -> None:
        # The native reader drops such text without a word; no spreadsheet program writes it.
        if holds:
            raise refusal.damaged(self._source.name, f"CDATA in {part}")

    def peek(self, index: int, rows: int) -> tuple[tuple[str, ...], ...]:
        """See `Reader`."""
        if rows not in self._peeked:
            # All sheets at once: passing through the shared texts of a large book takes a while.
            self._peeked[rows] = first_rows_of(self._package, self._outline, rows)
        return self._peeked[rows][index]

    def load(self, index: int, skip: int) -> Sheet:
        """See `Reader`.

        Raises:
            SourceError: the sheet is damaged or larger than is sound.
        """
        sheet = self._outline.sheets[index]
        found = scan(self._package.pieces(sheet.part))
        self._check_markup(sheet.part, holds=found.has_cdata)
        self._check_extent(found, sheet)
        faulty = found.faulty
        if found.unplaced:
            cells = cells_of(self._package, self._outline, sheet, _LAST_ROW)
            faulty = [FaultyCell(c.row, c.column, c.fault) for c in cells if c.fault]
        with _refusing(self._source.name, sheet.name):
            first = 0 if found.starts_at_a else self._first_column(sheet)
            columns = self._columns(
                sheet, skip, plain=not (self._has_null_word or found.has_null_word)
            )
        return _assemble(self._source.name, sheet, columns, (skip, first), faulty)

    def _check_extent(self, found: SheetScan, sheet: SheetPart) -> None:
        area = found.last_row * found.width
        sparse = area > SPARSE_FROM and found.size * SPARSEST < area
        if area > MOST_CELLS or sparse:
            place = Place(file=self._source.name, sheet=sheet.name)
            shown = f"{found.last_row:,} × {found.width:,}"
            raise SourceError(refusal.TOO_LARGE.at(place, shown))

    def _content(self) -> Any:
        # The native reader goes by the name; under a wrong one only bytes are read rightly.
        if self._source.path and self._source.suffix in (".xlsx", ".xlsm"):
            return str(self._source.path)
        return self._source.content()

    def _first_column(self, sheet: SheetPart) -> int:
        """Where the native reader lets the first column begin."""
        with self._source.open() as stream:
            book = python_calamine.CalamineWorkbook.from_filelike(stream)
        start = book.get_sheet_by_name(sheet.name).start
        return int(start[1]) if start else 0

    def _columns(self, sheet: SheetPart, skip: int, *, plain: bool) -> list["_Column"]:
        """The columns; unless `plain`, texts may look like nothing to the native reader."""
        if self._native is None:
            self._native = fastexcel.read_excel(self._content())
        try:
            if not plain:
                return self._mixed(sheet, skip)
            frame = self._read(sheet, skip, schema_sample_rows=None, dtype_coercion="strict")
        except fastexcel.InvalidParametersError:
            return []
        except fastexcel.UnsupportedColumnTypeCombinationError:
            return self._mixed(sheet, skip)
        return [_pure(column) for column in frame]

    def _read(self, sheet: SheetPart, skip: int, **settings: Any) -> pl.DataFrame:
        loaded = self._native.load_sheet(sheet.name, header_row=None, skip_rows=skip, **settings)
        frame: pl.DataFrame = loaded.to_polars()
        return frame

    def _mixed(self, sheet: SheetPart, skip: int) -> list["_Column"]:
        texts = self._read(sheet, skip, dtypes="string")
        truths = self._read(sheet, skip, dtypes="boolean")
        with_numbers = [i for i, column in enumerate(truths) if column.null_count() < len(column)]
        numbers = {}
        if with_numbers:
            frame = self._read(sheet, skip, dtypes="float")
            numbers = {i: frame[:, i] for i in with_numbers}
        dated = [i for i, column in enumerate(texts) if _maybe_dates(column, truths[:, i])]
        moments = {}
        if dated:
            frame = self._read(sheet, skip, dtypes="datetime")
            moments = {i: frame[:, i] for i in dated}
        merged = [
            _merged(column, truths[:, i], numbers.get(i), moments.get(i))
            for i, column in enumerate(texts)
        ]
        if any(texts.str.contains(_EARLY).any() for texts, _, _ in merged):
            merged = self._with_spans(sheet, skip, merged)
        return merged

    def _with_spans(
        self, sheet: SheetPart, skip: int, columns: list["_Column"]
    ) -> list["_Column"]:
        """Columns with early dates looked up one by one: they may be spans of time."""
        cells = cells_of(self._package, self._outline, sheet, _LAST_ROW)
        first = min(cell.column for cell in cells if cell.text is not None)
        known = {(cell.row - skip - 1, cell.column - first): cell.text for cell in cells}
        found = []
        for position, (texts, marks, bad) in enumerate(columns):
            spots = texts.str.contains(_EARLY).fill_null(value=False).arg_true()
            shown = [known.get((row, position)) for row in spots]
            mended = texts.scatter(spots, pl.Series(shown, dtype=pl.String))
            found.append((mended, marks, bad))
        return found


@contextlib.contextmanager
def _refusing(file: str, sheet: str) -> Iterator[None]:
    """Turn whatever a native reader raises, panics included, into a refusal of the file."""
    try:
        yield
    except (SourceError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise refusal.damaged(file, str(error).split("\n")[0], sheet) from error


_Column = tuple[pl.Series, bool | pl.Series, pl.Series | None]
"""Texts, which are number cells, and which hold a number that no date can show."""


def _pure(column: pl.Series) -> _Column:
    """A column whose cells are all of one type."""
    kind = column.dtype
    if kind == pl.String:
        return celltext.blank_to_null(column), False, None
    if kind == pl.Float64:
        return celltext.number_texts(column), True, None
    if kind.is_integer():
        return column.cast(pl.String), True, None
    if kind == pl.Boolean:
        return column.cast(pl.String).str.to_uppercase(), False, None
    if isinstance(kind, pl.Datetime):
        texts, bad = celltext.date_texts(column)
        return texts, False, bad if bad.any() else None
    if isinstance(kind, pl.Duration):
        return celltext.span_texts(column), False, None
    return column.cast(pl.String), False, None


def _maybe_dates(texts: pl.Series, truths: pl.Series) -> bool:
    seen = texts.filter(truths.is_null()).str.contains(r"^[+-]?\d{4,}-\d\d-\d\d[ T]")
    return bool(seen.any())


def _merged(
    texts: pl.Series, truths: pl.Series, numbers: pl.Series | None, moments: pl.Series | None
) -> _Column:
    """A column whose cells are of several types, from its readings as each."""
    marks: bool | pl.Series = False
    bad = None
    merged = texts
    if moments is not None:
        dates, bad = celltext.date_texts(moments.set(truths.is_not_null(), None))
        merged = pl.select(
            pl.when(bad).then(None).otherwise(pl.coalesce(dates, merged))
        ).to_series()
        bad = bad if bad.any() else None
    if numbers is not None:
        is_flag = truths.is_not_null() & texts.is_in(["true", "false"])
        marks = truths.is_not_null() & ~is_flag
        shown = celltext.number_texts(numbers)
        merged = pl.select(
            pl.when(marks)
            .then(shown)
            .when(is_flag)
            .then(texts.str.to_uppercase())
            .otherwise(merged)
        ).to_series()
        only_numbers = (marks | merged.is_null()).all()
        marks = True if only_numbers else marks.fill_null(value=False)
    return celltext.blank_to_null(merged), marks, bad


def _assemble(
    file: str,
    sheet: SheetPart,
    columns: list[_Column],
    origin: tuple[int, int],
    faulty: list[FaultyCell],
) -> Sheet:
    """Put columns and faulty cells where they stand in the sheet."""
    skip, first = origin
    kept = [cell for cell in faulty if cell.row > skip]
    for index, (_, _, bad) in enumerate(columns):
        if bad is not None:
            kept += [
                FaultyCell(skip + 1 + row, first + index, celltext.OUT_OF_CALENDAR)
                for row in bad.arg_true()
            ]
    height = max([len(columns[0][0]) if columns else 0, *(cell.row - skip for cell in kept)])
    width = max([first + len(columns) if columns else 0, *(cell.column + 1 for cell in kept)])
    empty = pl.Series([None] * height, dtype=pl.String)
    frame: dict[str, pl.Series] = {}
    numbers: dict[str, bool | pl.Series] = {}
    for index in range(width):
        name, inner = str(index), index - first
        if not 0 <= inner < len(columns):
            frame[name] = empty
            continue
        texts, marks, _ = columns[inner]
        frame[name] = texts.extend_constant(None, height - len(texts))
        if isinstance(marks, pl.Series):
            numbers[name] = marks.extend_constant(value=False, n=height - len(marks))
        elif marks and texts.null_count() < len(texts):
            numbers[name] = True
    return Sheet(
        file=file,
        name=sheet.name,
        frame=pl.DataFrame(frame),
        first_row=skip + 1,
        numbers=numbers,
        faulty=tuple(sorted(kept, key=lambda cell: (cell.row, cell.column))),
        hidden=sheet.hidden,
    )
