"""Read the standard voucher workbook (formats/kingdee.md section 1)."""

from collections.abc import Collection, Iterator

import attrs
import polars as pl

from kamcore.adapters.kingdee_k3 import columns as layout
from kamcore.adapters.kingdee_k3.assembling import assemble
from kamcore.adapters.kingdee_k3.cells import read_cells
from kamcore.adapters.kingdee_k3.columns import CAPTIONS, COLUMNS, NEEDED
from kamcore.adapters.kingdee_k3.grouping import grouped
from kamcore.errors import Fault, Problem, Severity
from kamcore.format import Detected, Options, Reading, Source
from kamcore.grid.header import Header, find_header, grid_of
from kamcore.grid.sheet import Grid
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.place import Place

NO_DATA = Fault(
    code="K2001",
    severity=Severity.WARNING,
    zh="工作表里只有列名, 没有凭证",
    en="the sheet has headings and no vouchers",
)
ABSENT = Fault(
    code="K2002",
    severity=Severity.WARNING,
    zh="缺少列 {value}, 这些内容按空读取",
    en="the columns {value} are absent and read as blank",
)
STRANGE = Fault(
    code="K2003",
    severity=Severity.WARNING,
    zh="不认识列「{value}」, 内容原样保留为附加信息",
    en="the column {value!r} is not of this layout; its texts are kept as extras",
)


def read_books(source: Source, options: Options) -> Reading:
    """Read a workbook.

    Raises:
        SourceError: it is no workbook, or a needed column is missing or stands there twice.
    """
    workbook = open_workbook(source)
    name = str(options.get("sheet") or _sheet_of(workbook))
    spellings = _spellings(workbook)
    place = Place(file=source.name, sheet=name)
    header = find_header(workbook.peek(name), spellings, NEEDED, place=place)
    header.require()
    problems = list(workbook.problems)
    grid = grid_of(workbook.load(name, skip=header.row or 0), header, problems)
    grid = grid.filter(_filled(grid))
    problems += _of_columns(grid, header)
    if not grid.height:
        problems.append(NO_DATA.at(header.place))
    cells = read_cells(grid)
    frame, found = grouped(cells.frame, grid)
    problems += [*cells.problems, *found]
    assembled = assemble(frame, cells, _settings(options))
    problems += assembled.problems
    present = frozenset(grid.frame.columns) & COLUMNS.keys()
    return Reading(
        books=assembled.books,
        problems=tuple(sorted(problems, key=_order)),
        detected=Detected(
            sheet=name,
            header_row=header.row,
            facts={
                "generation": str(layout.generation_of(present)),
                "keys": _language(grid),
                **assembled.facts,
            },
        ),
    )


def _order(problem: Problem) -> int:
    return problem.place.row or 0


def _settings(options: Options) -> tuple[str, Collection[str]]:
    """Base currency, empty where it is to be found out, and the site's categories."""
    given = options.get("categories") or ()
    categories = given.replace("，", ",").split(",") if isinstance(given, str) else given
    base = str(options.get("base_currency") or "")
    return base, frozenset(str(word).strip() for word in categories)


def _sheet_of(workbook: Workbook) -> str:
    """Page1, or the sheet whose first rows hold the most known headings."""
    names = workbook.names or tuple(sheet.name for sheet in workbook.sheets)

    def known(name: str) -> tuple[int, bool]:
        rows = [{cell.strip() for cell in row} for row in workbook.peek(name)]
        found = [len(cells & (COLUMNS.keys() | CAPTIONS.keys())) for cells in rows]
        return max(found, default=0), name == layout.PAGE

    return max(names, key=known)


def _spellings(workbook: Workbook) -> dict[str, tuple[str, ...]]:
    """What each key may be called: key, caption, and the workbook's own dictionary."""
    own: dict[str, str] = {}
    if layout.SCHEMA in [sheet.name for sheet in workbook.sheets]:
        for kind, key, _, caption, *_rest in _dictionary(workbook):
            if kind == "FieldInfo" and key and caption:
                own[key.strip()] = caption.strip()
    return {
        key: tuple(dict.fromkeys((column.caption, key, own.get(key, key))))
        for key, column in COLUMNS.items()
    }


def _dictionary(workbook: Workbook) -> Iterator[tuple[str | None, ...]]:
    """Rows of the field dictionary, if it has the columns FType, FKey, FFieldName, FCaption."""
    frame = workbook.load(layout.SCHEMA).frame
    wanted = layout.SCHEMA_HEADER.index("FCaption") + 1
    return frame.iter_rows() if frame.width >= wanted else iter(())


def _filled(grid: Grid) -> pl.Series:
    """True for rows that hold anything."""
    filled = grid.frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    faulty = {index for cells in grid.faulty.values() for index in cells}
    if faulty:
        filled |= pl.int_range(grid.height, eager=True).is_in(list(faulty))
    return filled


def _of_columns(grid: Grid, header: Header) -> list[Problem]:
    generation = layout.generation_of(frozenset(grid.frame.columns))
    expected = [column.key for column in layout.GENERATIONS[generation]]
    place = header.place
    absent = [key for key in expected if key not in grid.frame.columns]
    found = [ABSENT.at(place, ", ".join(absent))] if absent else []
    strange = [name for name in grid.frame.columns if name not in COLUMNS]
    return found + [
        STRANGE.at(attrs.evolve(place, column=name), name)
        for name in strange
        if grid.frame[name].null_count() < grid.height
    ]


def _language(grid: Grid) -> str:
    said = [grid.origin.headings.get(key, key) for key in NEEDED]
    return "english" if all(name in COLUMNS for name in said) else "chinese"
