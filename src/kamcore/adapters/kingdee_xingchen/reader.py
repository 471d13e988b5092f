"""Read the import template (formats/kingdee.md section 3b), one workbook or a folder of them."""

from collections.abc import Iterable, Mapping

import polars as pl

from kamcore.adapters.kingdee_xingchen import columns as layout
from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Options, Reading, Source
from kamcore.grid.sheet import Grid
from kamcore.grid.workbook import open_workbook
from kamcore.place import Place
from kamcore.vouchers.currencies import base_currency, iso_currencies
from kamcore.vouchers.entries import INDEX, Entries, Field, Kind, read_entries
from kamcore.vouchers.files import join_grids
from kamcore.vouchers.labels import Pair, spread_pairs
from kamcore.vouchers.listing import Listing, read_listing
from kamcore.vouchers.making import Making, make_books, original, sides, unlike_originals
from kamcore.vouchers.numbering import by_head

NO_FILES = Fault(
    code="K4001",
    zh="文件夹里没有 .xlsx 工作簿",
    en="the folder holds no .xlsx workbooks",
)
NAME_ONLY = Fault(
    code="K4002",
    severity=Severity.WARNING,
    zh="「{caption}」有 {count} 行只有名称没有编码, 以名称作为代码; 首处是「{value}」",
    en="{count} lines of {caption} have a name and no code; the name is taken as the code, first"
    " {value!r}",
    hint_zh="引入时核算项目按编码识别, 请补上编码",
    hint_en="the product finds members by code: fill it in",
)

SYSTEM = "kingdee-xingchen"
_CODES, _NAMES = "编码", "名称"


def read_books(source: Source, options: Options) -> Reading:
    """Read a workbook, or all workbooks of a folder in the order of their names.

    Raises:
        SourceError: it is no workbook, or a needed column is missing or stands there twice.
    """
    listings = [_listing(file, str(options.get("sheet") or "")) for file in _files(source)]
    grid = join_grids([listing.grid for listing in listings], source.name)
    labels = _dimensions(grid)
    entries = read_entries(grid, (*layout.FIELDS, *_fields(labels)))
    frame = sides(entries.frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    frame, strange = iso_currencies(frame, entries)
    base = str(options.get("base_currency") or base_currency(frame, layout.AMOUNT))
    unlike = unlike_originals(frame, entries, layout.AMOUNT, base)
    frame = original(frame, layout.AMOUNT, base)
    frame, nameless = _with_codes(frame, entries, labels)
    frame, names, twice = spread_pairs(frame, entries, _pairs(labels))
    numbered = by_head(frame, grid, layout.HEADS)
    making = Making(
        system=SYSTEM, base_currency=base, labels=names, headings=_headings(names, labels)
    )
    made = make_books(numbered, entries, making)
    problems = [problem for listing in listings for problem in listing.problems]
    problems += [*entries.problems, *strange, *unlike, *nameless, *twice, *made.problems]
    return Reading(
        books=made.books,
        problems=tuple(sorted(problems, key=_spot)),
        detected=listings[0].detected(files=str(len(listings))),
    )


def _spot(problem: Problem) -> tuple[str, int]:
    return problem.place.file, problem.place.row or 0


def _files(source: Source) -> list[Source]:
    if not source.is_folder or source.path is None:
        return [source]
    paths = sorted(
        path
        for path in source.path.iterdir()
        if path.suffix.lower() == ".xlsx" and not path.name.startswith((".", "~$"))
    )
    if not paths:
        raise SourceError(NO_FILES.at(Place(file=source.name)))
    return [Source(path) for path in paths]


def _listing(source: Source, sheet: str) -> Listing:
    """The rows of one workbook under the captions of their labels."""
    workbook = open_workbook(source)
    found: dict[str, list[str]] = {field.heading: [field.heading] for field in layout.FIELDS}
    names = (sheet,) if sheet else workbook.names
    for name in names:
        for row in workbook.peek(name):
            for label in row:
                caption = layout.caption_of(label)
                if caption in found or layout.DIMENSION.fullmatch(caption):
                    found.setdefault(caption, []).append(label)
    return read_listing(source, found, layout.NEEDED, sheet)


def _dimensions(grid: Grid) -> dict[str, set[str]]:
    """The labels of the dimensions that have columns, with what their columns hold."""
    labels: dict[str, set[str]] = {}
    for caption in grid.frame.columns:
        if found := layout.DIMENSION.fullmatch(caption):
            labels.setdefault(found[1], set()).add(found[2])
    return labels


def _fields(labels: Iterable[str]) -> Iterable[Field]:
    for label in labels:
        yield Field(f"辅助核算.{label}.{_CODES}", f"code.{label}", Kind.CODE)
        yield Field(f"辅助核算.{label}.{_NAMES}", f"name.{label}")


def _pairs(labels: Iterable[str]) -> list[Pair]:
    return [Pair(f"code.{label}", constant=label, name=f"name.{label}") for label in labels]


def _with_codes(
    frame: pl.DataFrame, entries: Entries, labels: Mapping[str, set[str]]
) -> tuple[pl.DataFrame, list[Problem]]:
    """Take the name as the code where there is no code: a template can be switched to names."""
    problems = []
    for label, held in labels.items():
        code, name = f"code.{label}", f"name.{label}"
        only = frame.filter(pl.col(code).is_null() & pl.col(name).is_not_null())
        if only.height and _CODES in held:
            place = entries.grid.place(only[INDEX][0], entries.heading(code))
            facts = {"caption": entries.caption(name), "count": only.height}
            problems.append(NAME_ONLY.at(place, only[name][0], **facts))
    return frame.with_columns(pl.coalesce(f"code.{n}", f"name.{n}") for n in labels), problems


def _headings(names: Mapping[str, str], labels: Mapping[str, set[str]]) -> dict[str, str]:
    """What the source calls the columns of facts that the reader works out."""
    members = {
        f"lines.{schema.AUX}{name}": f"辅助核算.{label}."
        + (_CODES if _CODES in labels[label] else _NAMES)
        for name, label in names.items()
    }
    return {
        "lines.fx_debit": "原币金额",
        "lines.fx_credit": "原币金额",
        "lines.currency": "币别.编码",
        **members,
    }
