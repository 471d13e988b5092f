"""Write ``.xlsx`` workbooks from frames, a column at a time (ECMA-376 part 1, chapter 18).

Rows become XML by column expressions, so a decimal is printed digit by digit into its cell and
never passes through a float, and no Python object is made for a cell.  Texts are shared strings,
which every reader knows.  Text cells have the format ``@``: a formula-like text stays text also
after somebody edits it.  Same input, same bytes: nothing reads the clock.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

import attrs
import polars as pl

from kamcore.grid.cells import (
    CellKind,
    Extent,
    SheetOut,
    check_sheets,
    column_letters,
    number_text,
    serial_text,
)
from kamcore.grid.deflate import Archive, Piece

__all__ = ["XLSX", "write_xlsx"]

XLSX: Final = Extent(rows=1_048_576, columns=16_384)
"""Rows and columns of a sheet."""

_CELLS_A_PIECE = 500_000
_TEXTS_A_PIECE = 100_000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="宋体"/><charset val="134"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4">'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"{applied}/>'
        for number, applied in (
            (0, ""),
            (49, ' applyNumberFormat="1"'),
            (164, ' applyNumberFormat="1"'),
            (165, ' applyNumberFormat="1"'),
        )
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>"
)
_ATTRIBUTES = {
    CellKind.TEXT: ' s="1" t="s"',
    CellKind.NUMBER: "",
    CellKind.DATE: ' s="2"',
    CellKind.MOMENT: ' s="3"',
    CellKind.BOOLEAN: ' t="b"',
}

_STATES = {False: "", True: ' state="hidden"'}

_UNSAYABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_ESCAPE_LIKE = r"_x[0-9A-Fa-f]{4}_"


@attrs.define(eq=False)
class _Strings:
    """The shared strings: series of distinct texts, in the order of their numbers."""

    parts: list[pl.Series] = attrs.field(factory=list)
    count: int = 0
    uses: int = 0

    def number(self, column: pl.Series) -> pl.Series:
        """Add the texts of a column and give the number of each; blank is null.

        Texts are distinct within a column only: looking a text up among those of every column
        costs more than writing a few twice.
        """
        if column.null_count() == column.len():
            return pl.repeat(None, column.len(), dtype=pl.UInt32, eager=True)
        column = column.alias("text")
        empty = column == ""
        if empty.any():
            column = column.set(empty, None)
        filled = column.drop_nulls()
        distinct = filled.unique(maintain_order=True)
        if distinct.len() == filled.len():
            numbers = column.is_not_null().cast(pl.Int64).cum_sum() - 1
            numbers = numbers.set(column.is_null(), None)
        else:
            numbers = column.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64)
        numbers = (numbers + self.count).cast(pl.UInt32)
        self.parts.append(distinct)
        self.count += distinct.len()
        self.uses += filled.len()
        return numbers

    def xml(self) -> Iterator[Piece]:
        """The part of the archive."""
        yield (
            f'{_XML}<sst xmlns="{_MAIN}" count="{self.uses}" uniqueCount="{self.count}">'
        ).encode()
        if self.parts:
            every = pl.concat(self.parts, rechunk=False).to_frame()
            for piece in every.iter_slices(_TEXTS_A_PIECE):
                yield _joined(_string_items(_escaped(piece.to_series())))
        yield b"</sst>"


@attrs.frozen(eq=False)
class _Plan:
    """A sheet ready to be printed: its columns as numbers, dates, or numbers of shared strings."""

    sheet: SheetOut
    selected: bool
    header: pl.DataFrame
    columns: pl.DataFrame
    cells: tuple[pl.Expr, ...]


def write_xlsx(
    sheets: Sequence[SheetOut],
    target: Path,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write sheets to one workbook at `target`, replacing a file there.

    A failed check writes nothing; a failure while writing may leave a part of a file, so give a
    temporary name.  `progress` is called with rows done and rows in all, over all sheets.

    Raises:
        UsageError: a sheet name, range or column type cannot be written by any workbook.
        LossRefused: a value would be cut or rounded, or the sheet is too large.
    """
    check_sheets(sheets, XLSX)
    strings = _Strings()
    total = sum(sheet.frame.height for sheet in sheets)
    done = 0

    def report(rows: int) -> None:
        nonlocal done
        done += rows
        if progress is not None:
            progress(done, total)

    with target.open("wb") as file, Archive(file) as archive:
        for name, text in _fixed_parts(sheets).items():
            archive.add(name, [text.encode()])
        for number, sheet in enumerate(sheets):
            plan = _plan(sheet, strings, selected=number == _shown(sheets))
            archive.add(f"xl/worksheets/sheet{number + 1}.xml", _sheet_xml(plan, report))
        archive.add("xl/sharedStrings.xml", strings.xml())


def _fixed_parts(sheets: Sequence[SheetOut]) -> dict[str, str]:
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPE}{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            *((f"worksheets/sheet{number}", "worksheet") for number in numbers),
            ("styles", "styles"),
            ("sharedStrings", "sharedStrings"),
        )
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/{kind}" Target="{part}.xml"/>'
        for number, (part, kind) in enumerate(
            (
                *((f"worksheets/sheet{number}", "worksheet") for number in numbers),
                ("styles", "styles"),
                ("sharedStrings", "sharedStrings"),
            ),
            1,
        )
    )
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"{_STATES[sheet.hidden]}'
        f' r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f'<bookViews><workbookView activeTab="{_shown(sheets)}"/></bookViews>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "xl/styles.xml": _STYLES,
    }


def _shown(sheets: Sequence[SheetOut]) -> int:
    return next(index for index, sheet in enumerate(sheets) if not sheet.hidden)


def _plan(sheet: SheetOut, strings: _Strings, *, selected: bool) -> _Plan:
    header = _header(sheet, strings)
    columns = []
    cells = []
    for index, (column, kind) in enumerate(sheet.series()):
        printed = strings.number(column) if kind is CellKind.TEXT else column
        columns.append(printed.alias(str(index)))
        if kind is not CellKind.BLANK:
            cells.append(_cell(index, kind, printed.dtype))
    return _Plan(sheet, selected, header, pl.DataFrame(columns), tuple(cells))


def _header(sheet: SheetOut, strings: _Strings) -> pl.DataFrame:
    """The numbers of the heading cells, all numbered at once, a column of the sheet each."""
    rows, columns = len(sheet.header), range(sheet.columns)
    texts = [row[index] if index < len(row) else None for index in columns for row in sheet.header]
    numbers = strings.number(pl.Series("text", texts, pl.String))
    return pl.DataFrame([numbers.slice(index * rows, rows).alias(str(index)) for index in columns])


def _sheet_xml(plan: _Plan, report: Callable[[int], None]) -> Iterator[Piece]:
    sheet = plan.sheet
    corner = f"{column_letters(max(sheet.columns - 1, 0))}{max(sheet.rows, 1)}"
    selected = ' tabSelected="1"' if plan.selected else ""
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{corner}"/>'
        f'<sheetViews><sheetView{selected} workbookViewId="0"/></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/>{_widths(sheet)}<sheetData>'
    ).encode()
    texts = [_cell(index, CellKind.TEXT, pl.UInt32()) for index in range(sheet.columns)]
    yield _rows(plan.header, texts, 1)
    first = len(sheet.header) + 1
    for piece in plan.columns.iter_slices(max(1, _CELLS_A_PIECE // max(1, sheet.columns))):
        yield _rows(piece, plan.cells, first)
        first += piece.height
        report(piece.height)
    merges = "".join(f'<mergeCell ref="{merge}"/>' for merge in sheet.merges)
    if merges:
        merges = f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>'
    yield f"</sheetData>{merges}</worksheet>".encode()


def _widths(sheet: SheetOut) -> str:
    columns = "".join(
        f'<col min="{index}" max="{index}" width="{sheet.widths[name]}" customWidth="1"/>'
        for index, name in enumerate(sheet.frame.columns, 1)
        if name in sheet.widths
    )
    return f"<cols>{columns}</cols>" if columns else ""


def _rows(frame: pl.DataFrame, cells: Sequence[pl.Expr], first: int) -> Piece:
    numbered = frame.with_columns(
        pl.int_range(first, first + frame.height).cast(pl.String).alias("row")
    )
    start = pl.concat_str(pl.lit('<row r="'), pl.col("row"), pl.lit('">'))
    # Blank cells are null and leave no trace in their row.
    return _joined(
        numbered.select(pl.concat_str(start, *cells, pl.lit("</row>"), ignore_nulls=True))
    )


def _joined(texts: pl.DataFrame) -> Piece:
    # Unquoted lines without an end are the texts one after another, printed without a copy.
    out = io.BytesIO()
    texts.write_csv(out, include_header=False, quote_style="never", line_terminator="")
    return out.getbuffer()


def _cell(index: int, kind: CellKind, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(str(index))
    if kind is CellKind.NUMBER:
        value = number_text(value, dtype)
    elif kind is CellKind.BOOLEAN:
        value = value.cast(pl.UInt8)
    elif kind is not CellKind.TEXT:
        value = serial_text(value)
    opening = pl.lit(f'<c r="{column_letters(index)}')
    return pl.concat_str(
        opening, pl.col("row"), pl.lit(f'"{_ATTRIBUTES[kind]}><v>'), value, pl.lit("</v></c>")
    )


def _escaped(texts: pl.Series) -> pl.Series:
    special = texts.str.contains(f"{_UNSAYABLE}|{_ESCAPE_LIKE}")
    if special.any():
        # Few texts have a character XML cannot hold; overlapping escapes need a look ahead, which
        # column expressions lack.
        rows = special.arg_true()
        texts = texts.scatter(rows, [_spell_out(text) for text in texts.gather(rows)])
    # A carriage return must be a reference, or a parser makes it a line feed.
    found, written = ["&", "<", ">", "\r"], ["&amp;", "&lt;", "&gt;", "&#13;"]
    return texts.to_frame().select(pl.all().str.replace_many(found, written)).to_series()


def _spell_out(text: str) -> str:
    """Write what XML cannot hold as ``_x000B_``, and mask texts that look like it (22.4.2.4)."""
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", lambda bad: f"_x{ord(bad[0]):04X}_", text
    )


def _string_items(texts: pl.Series) -> pl.DataFrame:
    text = pl.col(texts.name)
    # Without the mark a parser may drop outer blanks.
    kept = text.str.contains(r"^[ \t\n]|[ \t\n]$|\n|&#13;")
    opening = (
        pl.when(kept).then(pl.lit('<si><t xml:space="preserve">')).otherwise(pl.lit("<si><t>"))
    )
    return texts.to_frame().select(pl.concat_str(opening, text, pl.lit("</t></si>")))
