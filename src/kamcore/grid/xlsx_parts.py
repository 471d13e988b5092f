"""What is in a zipped workbook: its sheets, its date styles, and its cells one by one.

Parts: ECMA-376 part 1, 18.2 (workbook), 18.3 (sheets), 18.4 (shared strings), 18.8 (styles).
Cells are read one by one here only for the first rows of a sheet and where the native reader
cannot tell; nothing is resolved, fetched or expanded.
"""

import datetime as dt
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs
from lxml import etree

from kamcore.errors import SourceError
from kamcore.grid import refusal
from kamcore.grid.archive import Package
from kamcore.grid.celltext import OUT_OF_CALENDAR, date_text, number_text
from kamcore.place import Place

__all__ = [
    "Cell",
    "Outline",
    "Peek",
    "SheetPart",
    "cells_of",
    "column_index",
    "first_rows_of",
    "outline_of",
]

MOST_STYLES = 1 << 20
_STRICT = "http://purl.oclc.org/ooxml/"
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_A_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)
_SPAN_CODE = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@attrs.frozen
class SheetPart:
    """A worksheet: its name, its part and whether it is hidden."""

    name: str
    part: str
    hidden: bool = False


@attrs.frozen(kw_only=True)
class Outline:
    """The parts a workbook is made of."""

    sheets: tuple[SheetPart, ...]
    strings: str | None = None
    is_1904: bool = False
    dates: frozenset[int] = frozenset()
    """Styles that show a date or a time of day."""
    spans: frozenset[int] = frozenset()
    """Styles that show a span of time."""


@attrs.frozen
class Cell:
    """A filled cell: row from 1, column from 0, text, and whether it is a number cell."""

    row: int
    column: int
    text: str | None
    is_number: bool = False
    fault: str | None = None


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _elements(package: Package, part: str, wanted: Collection[str]) -> Iterator[etree._Element]:
    """Elements of a part by local name, in the order they end; cleared after use."""
    tags = [f"{{*}}{name}" for name in wanted]
    parser = etree.XMLPullParser(
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        collect_ids=False,
    )
    try:
        for piece in package.pieces(part):
            parser.feed(piece)
            for _, element in parser.read_events():
                if isinstance(element, etree._Element):  # noqa: SLF001 (the stubs allow more)
                    yield element
                    _let_go(element)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise refusal.damaged(package.file, f"{part}: {error}") from error


def _let_go(element: etree._Element) -> None:
    """Give the memory of an element back, and of those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Targets of a part's relations by id: last word of the type, and the part."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package:
        return {}
    found = {}
    for element in _elements(package, relations, ["Relationship"]):
        target = element.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        kind = element.get("Type", "").rpartition("/")[2]
        found[element.get("Id", "")] = kind, posixpath.normpath(path)
    return found


def outline_of(package: Package) -> Outline:
    """Read what the workbook part says about its sheets.

    Raises:
        SourceError: there is no workbook part, or it has no worksheet.
    """
    main = [path for kind, path in _relations(package, "").values() if kind == "officeDocument"]
    book = main[0] if main and main[0] in package else "xl/workbook.xml"
    if book not in package:
        raise SourceError(refusal.NOT_A_WORKBOOK.at(Place(file=package.file)))
    relations = _relations(package, book)
    by_kind = {kind: path for kind, path in relations.values() if path in package}
    sheets, is_1904 = [], False
    for element in _elements(package, book, ["sheet", "workbookPr"]):
        if _local(element) == "workbookPr":
            is_1904 = element.get("date1904", "") in ("1", "true")
            continue
        key = next((v for k, v in element.attrib.items() if str(k).endswith("}id")), "")
        kind, path = relations.get(str(key), ("", ""))
        if kind == "worksheet" and path in package:
            hidden = element.get("state", "visible") != "visible"
            sheets.append(SheetPart(str(element.get("name", "")), path, hidden))
    if not sheets:
        raise SourceError(refusal.NOT_A_WORKBOOK.at(Place(file=package.file)))
    dates, spans = _date_styles(package, by_kind.get("styles"))
    return Outline(
        sheets=tuple(sheets),
        strings=by_kind.get("sharedStrings"),
        is_1904=is_1904,
        dates=dates,
        spans=spans,
    )


def _date_styles(package: Package, part: str | None) -> tuple[frozenset[int], frozenset[int]]:
    if part is None:
        return frozenset(), frozenset()
    codes: dict[str, str] = {}
    used: list[str] = []
    for element in _elements(package, part, ["numFmt", "cellXfs"]):
        if _local(element) == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
        else:
            used = [xf.get("numFmtId", "") for xf in element][:MOST_STYLES]
    kinds = [_format_kind(number, codes.get(number)) for number in used]
    return (
        frozenset(index for index, kind in enumerate(kinds) if kind == "date"),
        frozenset(index for index, kind in enumerate(kinds) if kind == "span"),
    )


def _format_kind(number: str, code: str | None) -> str:
    if code is None:
        if number == "46":
            return "span"
        return "date" if number.isdecimal() and int(number) in _DATE_FORMATS else ""
    first = _NOT_A_CODE.sub("", code).partition(";")[0]
    if _SPAN_CODE.search(first):
        return "span"
    plain = first.lower().replace("general", "")
    return "date" if re.search("[ymdhs]", plain) else ""


Peek = tuple[tuple[str, ...], ...]
"""Rows of texts, from the first row and column of a sheet on."""


def column_index(letters: str) -> int:
    """Position of a column from its letters, from 0.

    >>> column_index("A"), column_index("AA"), column_index("XFD")
    (0, 26, 16383)
    """
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def cells_of(
    package: Package, outline: Outline, sheet: SheetPart, last_row: int
) -> tuple[Cell, ...]:
    """The filled cells of the first rows of a sheet.

    Raises:
        SourceError: the part is damaged.
    """
    raw = list(_raw_cells(package, sheet.part, last_row))
    wanted = {int(text) for _, _, kind, _, text, _ in raw if kind == "s" and text.isdecimal()}
    strings = _shared_texts(package, outline.strings, wanted)
    return tuple(cell for item in raw if (cell := _cell(item, strings, outline)) is not None)


def first_rows_of(package: Package, outline: Outline, rows: int) -> tuple[Peek, ...]:
    """The first rows of every sheet as texts, with one pass through the shared texts.

    Raises:
        SourceError: a part is damaged.
    """
    raw = [list(_raw_cells(package, sheet.part, rows)) for sheet in outline.sheets]
    wanted = {
        int(text)
        for cells in raw
        for _, _, kind, _, text, _ in cells
        if kind == "s" and text.isdecimal()
    }
    strings = _shared_texts(package, outline.strings, wanted)
    return tuple(
        _cell_rows(cell for item in cells if (cell := _cell(item, strings, outline)) is not None)
        for cells in raw
    )


def _cell_rows(cells: Iterable[Cell]) -> Peek:
    """Filled cells as rows of texts."""
    rows: dict[int, dict[int, str]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[cell.column] = cell.text or ""
    return tuple(
        tuple(rows[row].get(column, "") for column in range(max(rows[row]) + 1))
        if row in rows
        else ()
        for row in range(1, max(rows, default=0) + 1)
    )


_Raw = tuple[int, int, str, int, str, str | None]
"""Row, column, type, style, text, formula."""


def _raw_cells(package: Package, part: str, last_row: int) -> Iterator[_Raw]:
    row = 0
    for element in _elements(package, part, ["row"]):
        stated = element.get("r", "")
        row = int(stated) if stated.isdecimal() else row + 1
        if row > last_row:
            return
        column = -1
        for cell in element.iterchildren("{*}c"):
            reference = _REFERENCE.fullmatch(cell.get("r", ""))
            column = column_index(reference[1]) if reference else column + 1
            yield row, column, *_parts_of(cell)


def _parts_of(cell: etree._Element) -> tuple[str, int, str, str | None]:
    text, formula = "", None
    for child in cell:
        name = _local(child)
        if name == "v":
            text = child.text or ""
        elif name == "f":
            formula = "=" + (child.text or "")
        elif name == "is":
            text = _rich(child)
    style = cell.get("s", "0")
    return cell.get("t", "n"), int(style) if style.isdecimal() else 0, text, formula


def _rich(element: etree._Element) -> str:
    """Text of a string item; phonetic runs (rPh) are not part of it."""
    parts: list[str] = []
    for child in element:
        name = _local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [run.text or "" for run in child.iterchildren("{*}t")]
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(parts))


def _shared_texts(package: Package, part: str | None, wanted: set[int]) -> Mapping[int, str]:
    if part is None or not wanted:
        return {}
    last, found = max(wanted), {}
    items: Iterable[etree._Element] = _elements(package, part, ["si"])
    for index, element in enumerate(items):
        if index in wanted:
            found[index] = _rich(element)
        if index >= last:
            break
    return found


def _cell(raw: _Raw, strings: Mapping[int, str], outline: Outline) -> Cell | None:
    row, column, kind, style, text, formula = raw
    if kind == "e":
        return Cell(row, column, None, fault=text or "#VALUE!")
    if formula is not None and not text and kind != "str":
        return Cell(row, column, None, fault=formula)
    if kind == "s":
        text = strings.get(int(text), "") if text.isdecimal() else ""
    elif kind == "b":
        text = "TRUE" if text.strip() in ("1", "true") else "FALSE"
    elif kind == "d":
        text = text.replace("T", " ").removesuffix(" 00:00:00")
    elif kind == "str":
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    elif kind != "inlineStr" and text:
        return _number(row, column, text, style, outline)
    return Cell(row, column, text) if text.strip() else None


def _number(row: int, column: int, text: str, style: int, outline: Outline) -> Cell:
    try:
        number = float(text)
    except ValueError:
        return Cell(row, column, text)
    if style in outline.dates:
        date = date_text(number, is_1904=outline.is_1904)
        return Cell(row, column, date, fault=None if date else OUT_OF_CALENDAR)
    if style in outline.spans and abs(number) < 1e6:  # noqa: PLR2004
        seconds = int(dt.timedelta(days=number).total_seconds())
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return Cell(row, column, clock)
    return Cell(row, column, number_text(number), is_number=True)
