"""Finding the heading row of a sheet, and the columns under it, by name and never by position."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import attrs
import polars as pl

from kamcore.books import Origin
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.grid.cells import column_letters
from kamcore.grid.sheet import Grid, Sheet
from kamcore.place import Place

__all__ = ["Header", "find_header", "fold", "grid_of", "unread"]

NO_HEADER = Fault(
    code="G1301",
    zh="前 {value} 行里没有找到表头",
    en="no heading row within the first {value} rows",
    hint_zh="应有的列: {wanted}",
    hint_en="wanted are the columns {wanted}",
)
MISSING_COLUMN = Fault(
    code="G1302",
    zh="缺少列「{value}」({key})",
    en="column {value!r} ({key}) is missing",
    hint_zh="请补上这一列; 若只是名称不同, 请改回原名或在版式中登记",
    hint_en="add the column; if it is only called otherwise, rename it or add it to the layout",
)
DUPLICATE_COLUMN = Fault(
    code="G1303",
    zh="列「{value}」出现 {count} 次, 在 {letters} 列, 都有数据",
    en="column {value!r} occurs {count} times, in {letters}, each with data",
    hint_zh="请删去多余的一列",
    hint_en="delete the one that is not meant",
)
EMPTY_DUPLICATE = Fault(
    code="G1304",
    severity=Severity.WARNING,
    zh="列「{value}」出现 {count} 次, 在 {letters} 列; 只有一列有数据, 已采用",
    en="column {value!r} occurs {count} times, in {letters}; only one has data and was used",
)
UNREAD = Fault(
    code="G1305",
    severity=Severity.WARNING,
    zh="列「{value}」没有读取 ({count} 行有内容)",
    en="the column {value!r} is not read ({count} filled rows)",
    hint_zh="读取程序应读取此列, 或明说不需要",
    hint_en="its reader should take the column, or say that it needs none",
)

WITHIN = 20
"""Rows from the top in which a heading row is looked for."""

_KNOWN = 8192
"""Captions whose folding is remembered: each of forty formats asks for those of the same rows."""
_MARKS = "*＊"
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")


@lru_cache(_KNOWN)
def fold(caption: str) -> str:
    r"""A caption without what makes no difference: width, case, blanks, leading stars.

    >>> fold(" *科 目\n编码 ") == fold("科目编码"), fold("ＦＤａｔｅ")
    (True, 'fdate')
    """
    folded = unicodedata.normalize("NFKC", caption.replace("_x000D_", ""))
    return _BLANKS.sub("", folded).lstrip(_MARKS).casefold()


@attrs.frozen(kw_only=True)
class Header:
    """Headings found in a sheet.

    Rows count from 1 as in the sheet (or lines of a text), columns from 0.  `columns` and
    `captions` go by the caller's canonical key; `repeated` holds further columns of the same
    caption; `unknown` captions nobody asked for.
    """

    place: Place
    first_row: int | None = None
    row: int | None = None
    """The last heading row; data begins below.  None when no heading row was found."""
    columns: Mapping[str, int] = attrs.field(factory=dict)
    captions: Mapping[str, str] = attrs.field(factory=dict)
    unknown: Mapping[int, str] = attrs.field(factory=dict)
    repeated: Mapping[str, tuple[int, ...]] = attrs.field(factory=dict)
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __contains__(self, key: str) -> bool:
        return key in self.columns

    @property
    def is_complete(self) -> bool:
        """True when a heading row was found and no needed column is missing."""
        return self.row is not None and not self.missing

    def require(self) -> None:
        """Refuse the sheet unless the header is complete.

        Raises:
            SourceError: no heading row, or needed columns are missing; all of them are listed.
        """
        if not self.is_complete:
            raise SourceError(self.problems[0], self.problems[1:])


def find_header(
    rows: Sheet | Sequence[Sequence[str | None]],
    wanted: Mapping[str, str | Iterable[str]],
    need: Collection[str] = (),
    within: int = WITHIN,
    place: Place | None = None,
) -> Header:
    """Find the heading row: the one that names most of what is needed, then most of the rest.

    `rows` is a sheet, or its first rows as `Workbook.peek` gives them, with the `place` of the
    sheet.  `wanted` gives for each canonical key the captions it goes by; where two keys share a
    caption, the first takes its first column and the second its second.  Headings may fill two
    rows: group and sub-heading are then one caption, joined by ``_`` (``期初余额_借方``).

    Nothing is raised here: see `Header.problems` and `Header.require`.
    """
    if isinstance(rows, Sheet):
        place = place or Place(file=rows.file, sheet=None if rows.lines is not None else rows.name)
        numbers = _row_numbers(rows).head(within).to_list()
        rows = rows.frame.head(within).rows()
    else:
        numbers = list(range(1, min(len(rows), within) + 1))
    place = place or Place()
    spelled = _spellings(wanted)
    lines = [[cell or "" for cell in row] for row in rows[:within]]
    best: tuple[tuple[int, int], int, int, _Match] | None = None
    for last, line in enumerate(lines):
        choices = [(last, line)]
        if last:
            choices.append((last - 1, _joined(lines[last - 1], line)))
        for first, captions in choices:
            match = _match(captions, spelled)
            score = len(match.columns.keys() & set(need)), len(match.columns)
            if best is None or score > best[0]:
                best = score, first, last, match
    if best is None or not best[0][1]:
        listed = ", ".join(_caption(wanted, key) for key in (need or wanted))
        return Header(
            place=place,
            missing=tuple(need),
            problems=(NO_HEADER.at(place, within, wanted=listed),),
        )
    _, first, last, match = best
    spot = attrs.evolve(place, **{"row" if place.sheet is not None else "line": numbers[last]})
    missing = tuple(key for key in wanted if key in need and key not in match.columns)
    return Header(
        place=spot,
        first_row=numbers[first],
        row=numbers[last],
        columns=match.columns,
        captions=match.captions,
        unknown=match.unknown,
        repeated=match.repeated,
        missing=missing,
        problems=tuple(MISSING_COLUMN.at(spot, _caption(wanted, key), key=key) for key in missing),
    )


def _caption(wanted: Mapping[str, str | Iterable[str]], key: str) -> str:
    """The usual caption of a key: the first it goes by."""
    spellings = wanted[key]
    return spellings if isinstance(spellings, str) else next(iter(spellings), key)


def _spellings(wanted: Mapping[str, str | Iterable[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, spellings in wanted.items():
        for spelling in (spellings,) if isinstance(spellings, str) else spellings:
            keys = found.setdefault(fold(spelling), [])
            if key not in keys:
                keys.append(key)
    return found


@attrs.frozen
class _Match:
    columns: dict[str, int]
    captions: dict[str, str]
    unknown: dict[int, str]
    repeated: dict[str, tuple[int, ...]]


def _match(captions: Sequence[str], spelled: Mapping[str, list[str]]) -> _Match:
    match = _Match({}, {}, {}, {})
    for column, caption in enumerate(captions):
        keys = spelled.get(fold(caption))
        if keys is None:
            if bare := caption.strip():
                match.unknown[column] = bare
            continue
        free = next((key for key in keys if key not in match.columns), None)
        if free is not None:
            match.columns[free] = column
            match.captions[free] = caption.strip()
        else:
            match.repeated[keys[-1]] = (*match.repeated.get(keys[-1], ()), column)
    return match


def _joined(groups: Sequence[str], subs: Sequence[str]) -> list[str]:
    """Captions of two rows; a group reaches over the sub-headings to its right."""
    joined, group = [], ""
    for column in range(max(len(groups), len(subs))):
        own = groups[column].strip() if column < len(groups) else ""
        sub = subs[column].strip() if column < len(subs) else ""
        group = own or (group if sub else "")
        # Where cells are merged downwards some products repeat the caption in both rows.
        parts = (group,) if group == sub else (group, sub)
        joined.append("_".join(part for part in parts if part))
    return joined


def _row_numbers(sheet: Sheet) -> pl.Series:
    if sheet.lines is not None:
        return sheet.lines
    first = sheet.first_row
    return pl.select(pl.int_range(first, first + sheet.height, dtype=pl.Int64)).to_series()


def grid_of(sheet: Sheet, header: Header, problems: list[Problem] | None = None) -> Grid:
    """The data rows below a header, under the caller's canonical keys.

    Columns nobody asked for come along under their caption, a filled column without a caption
    under its letter, so that nothing is lost.  Warnings are added to `problems`.

    Raises:
        SourceError: the header is not complete, or two columns of one caption both have data.
    """
    header.require()
    numbers = _row_numbers(sheet)
    below = numbers > (header.row or 0)
    start = numbers.len() - int(below.sum())
    frame, rows = sheet.frame.slice(start), numbers.slice(start)
    columns = _chosen(frame, header, problems if problems is not None else [])
    by_column = {int(name): heading for heading, name in columns.items()}
    index_of = {row: index for index, row in enumerate(rows)} if sheet.faulty else {}
    faulty: dict[str, dict[int, str]] = {}
    for cell in sheet.faulty:
        if cell.row in index_of and cell.column in by_column:
            faulty.setdefault(by_column[cell.column], {})[index_of[cell.row]] = cell.text
    is_text = sheet.lines is not None
    captions = {heading: header.captions.get(heading, heading) for heading in columns}
    return Grid(
        frame=frame.select(pl.col(name).alias(heading) for heading, name in columns.items()),
        rows=rows,
        origin=Origin(
            file=sheet.file,
            sheet=None if is_text else sheet.name,
            by="line" if is_text else "row",
            headings=captions,
        ),
        letters={heading: column_letters(int(name)) for heading, name in columns.items()},
        numbers={
            heading: marks.slice(start) if isinstance(marks, pl.Series) else marks
            for heading, name in columns.items()
            if (marks := sheet.numbers.get(name)) is not None
        },
        faulty=faulty,
    )


def _chosen(frame: pl.DataFrame, header: Header, problems: list[Problem]) -> dict[str, str]:
    """The frame's column of each heading: those wanted, then whatever else is there."""
    present = set(frame.columns)
    filled = {name for name in frame.columns if frame[name].null_count() < frame.height}
    found: dict[str, str] = {}
    for key, column in header.columns.items():
        places = (column, *header.repeated.get(key, ()))
        with_data = [place for place in places if str(place) in filled]
        if len(places) > 1:
            problems.append(_duplicate(header, key, places, with_data))
        chosen = str(with_data[0] if with_data else column)
        if chosen in present:
            found[key] = chosen
    taken = {*map(str, header.columns.values())}
    taken |= {str(place) for places in header.repeated.values() for place in places}
    for name in frame.columns:
        caption = header.unknown.get(int(name), "")
        if name in taken or not (caption or name in filled):
            continue
        letters = column_letters(int(name))
        heading = caption or letters
        found[heading if heading not in found else f"{heading} ({letters})"] = name
    return found


def _duplicate(
    header: Header, key: str, places: Sequence[int], with_data: Sequence[int]
) -> Problem:
    fault = DUPLICATE_COLUMN if len(with_data) > 1 else EMPTY_DUPLICATE
    letters = ", ".join(map(column_letters, places))
    spot = attrs.evolve(header.place, column=header.captions[key])
    problem = fault.at(spot, header.captions[key], count=len(places), letters=letters)
    if fault is DUPLICATE_COLUMN:
        raise SourceError(problem)
    return problem


def unread(grid: Grid, known: Collection[str]) -> list[Problem]:
    """A problem for every filled column of a grid that its reader does not know: none goes unsaid.

    `known` are the columns that are read, by their key in the grid.
    """
    found = []
    for name in grid.frame.columns:
        filled = grid.frame[name].is_not_null()
        if name not in known and filled.any():
            place = grid.place(int(filled.arg_true()[0]), name)
            found.append(UNREAD.at(place, place.column, count=int(filled.sum())))
    return found
