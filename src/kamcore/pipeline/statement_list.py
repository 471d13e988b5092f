"""A list that a customer or supplier sends for reconciliation: any sheet with dates and amounts.

Columns are found by their usual headings (`kamcore.pipeline.statement_words`) or by those the
caller names.  A list says purchases and payments apart, debit and credit, or one amount; rows of
openings and totals are no records.  What remains open, whose point of view the sides are, is for
`kamcore.matching.two_sided.listed`.
"""

import os
import re
from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from kamcore.errors import Fault, Problem, Severity, SourceError, UsageError
from kamcore.format import Source
from kamcore.grid.amount import read_amounts
from kamcore.grid.date import read_dates
from kamcore.grid.header import Header, find_header, fold, grid_of
from kamcore.grid.rows import drop_blank_rows, is_total
from kamcore.grid.sheet import Grid
from kamcore.grid.words import read_codes, tidy
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.matching.two_sided.listed import LINES, OPENINGS, Listed
from kamcore.model.currency import currency_code
from kamcore.pipeline.reading import source_of
from kamcore.pipeline.statement_effects import AMOUNTS, Effects, effects
from kamcore.pipeline.statement_words import FIELDS, HEADINGS, says_opening
from kamcore.place import Place

__all__ = ["StatementList", "read_statement_list"]

NOT_A_STATEMENT = Fault(
    code="C5301",
    zh="{value} 既不是已知格式, 也看不出是对账清单: 缺少{lacks_zh}",
    en="{value} is of no known format and no list to reconcile: {lacks_en} missing",
    hint_zh="找到的列名: {found}; 用 --their-column 指明, 例如 --their-column date=到货日 "
    "--their-column raised=货款 --their-column lowered=已付; 可用: {fields}",
    hint_en="its headings are: {found}; name them, such as --their-column date=DAY "
    "--their-column raised=BOUGHT --their-column lowered=PAID; there are {fields}",
)
NO_SUCH_FIELD = Fault(
    code="C5302",
    zh="对账清单没有字段「{value}」",
    en="a list to reconcile has no field {value!r}",
    hint_zh="可用: {fields}",
    hint_en="there are {fields}",
)
NO_SUCH_HEADING = Fault(
    code="C5303",
    zh="对账清单里没有列名「{value}」",
    en="the list has no heading {value!r}",
    hint_zh="找到的列名: {found}",
    hint_en="its headings are: {found}",
)
NO_DAY = Fault(
    code="C5304",
    severity=Severity.WARNING,
    zh="这一行有金额而没有日期, 未参加对账",
    en="this row has an amount and no date, and takes no part",
)
NO_RECORDS = Fault(
    code="C5305",
    severity=Severity.INFO,
    zh="有 {value} 行没有金额, 未参加对账",
    en="{value} rows have no amount and take no part",
)
UNNAMED_TOTAL = Fault(
    code="C5307",
    severity=Severity.INFO,
    zh="有 {value} 行只有金额而没有日期和文字, 当作合计, 未参加对账",
    en="{value} rows hold amounts without date and text; they were taken for totals",
)
NOTHING_LISTED = Fault(
    code="C5308",
    zh="{value} 有对账清单的列名, 但没有可读的记录",
    en="{value} has the headings of a list to reconcile and no record that can be read",
    hint_zh="检查是不是选错了文件或工作表",
    hint_en="check that it is the right file and sheet",
)
OTHER_SHEET = Fault(
    code="C5306",
    severity=Severity.INFO,
    zh="工作表「{value}」不是对账清单, 没有读",
    en="sheet {value!r} is no list to reconcile and was not read",
)

_PEEKED = 20
_YEAR = re.compile(r"^\s*(\d{4})\s*年度?\s*$")
_TEXTS = ("number", "text", "invoice", "contract", "order_number", "party")


@attrs.frozen(kw_only=True)
class StatementList:
    """A list as read, what was odd about it, and by which headings it was understood."""

    listed: Listed
    problems: tuple[Problem, ...] = ()
    headings: Mapping[str, str] = attrs.field(factory=dict)
    sheets: tuple[str, ...] = ()


def read_statement_list(
    path: str | os.PathLike[str] | Source, columns: Mapping[str, str] | None = None
) -> StatementList:
    """Read a list of another company; `columns` names headings by field.

    All visible sheets that are such a list are read, as one.

    Raises:
        SourceError: it is no sheet, or no sheet of it says dates and amounts.
        UsageError: there is no such file, field or heading.
    """
    source = source_of(path)
    named = columns or {}
    if strange := [field for field in named if field not in HEADINGS]:
        raise UsageError(NO_SUCH_FIELD.at(Place(), strange[0], fields=", ".join(FIELDS)))
    book = open_workbook(source)
    sheets = _sheets(book, source.name, named)
    problems: list[Problem] = [*book.problems]
    grids = [
        drop_blank_rows(grid_of(book.load(name), header, problems)) for name, header in sheets
    ]
    problems += [
        OTHER_SHEET.at(Place(file=source.name, sheet=name), name)
        for name in book.names
        if name not in dict(sheets) and any(map(any, book.peek(name)))
    ]
    year = next((_year(book.peek(name, _PEEKED)) for name, _ in sheets), None)
    parts = [_listed(grid, year, problems) for grid in grids]
    above = [
        cell
        for name, header in sheets
        for row in book.peek(name, _PEEKED)[: (header.first_row or 1) - 1]
        for cell in row
        if cell
    ]
    joined = _together(parts)
    if joined.lines.is_empty() and joined.openings.is_empty():
        raise SourceError(NOTHING_LISTED.at(sheets[0][1].place, source.name), problems)
    found = attrs.evolve(joined, titles=(source.name, *book.names, *above), origin=grids[0].origin)
    captions = sheets[0][1].captions
    return StatementList(
        listed=found,
        problems=tuple(problems),
        headings=captions,
        sheets=tuple(name for name, _ in sheets),
    )


def _sheets(book: Workbook, file: str, named: Mapping[str, str]) -> list[tuple[str, Header]]:
    """The sheets that are a list, each with its headings."""
    fit, missed = [], []
    for name in book.names:
        rows = book.peek(name, _PEEKED)
        place = Place(file=file, sheet=None if book.container == "text" else name)
        header = find_header(rows, _wanted(rows, named), place=place)
        if not _lacks(header.columns) and not set(named) - set(header.columns):
            fit.append((name, header))
        else:
            missed.append((header, rows))
    if not fit:
        _refuse(file, missed, named)
    return fit


def _wanted(rows: Sequence[Sequence[str]], named: Mapping[str, str]) -> dict[str, str]:
    """The heading of each field in these rows: the one the caller names, else its first there.

    Further numbers and texts stand beside the first, as ``text 1`` and so on.
    """
    taken = {fold(heading) for heading in named.values()}
    there = {fold(cell) for row in rows for cell in row if cell.strip()} - taken
    # A printed ledger has the year above the columns of month and day.
    years = {cell.strip() for row in rows for cell in row if _YEAR.match(cell)}
    found: dict[str, str] = {}
    more: list[str] = []
    for field, headings in HEADINGS.items():
        known = [heading for heading in headings if fold(heading) in there]
        if field in ("month", "day"):
            known = [f"{year}_{known[0]}" for year in years if known] or known
        if field in named:
            found[field] = named[field]
        elif known:
            found[field], known = known[0], known[1:]
        more += known if field in ("number", "text") else []
    return {**found, **{f"text {at}": heading for at, heading in enumerate(more, start=1)}}


def _year(rows: Sequence[Sequence[str]]) -> str | None:
    found = (_YEAR.match(cell) for row in rows for cell in row)
    return next((match[1] for match in found if match), None)


def _lacks(columns: Mapping[str, int]) -> tuple[str, str] | None:
    """What keeps headings from being a list, in Chinese and in English."""
    if "date" not in columns and not {"month", "day"} <= set(columns):
        return "日期列", "a column of dates is"
    if not set(AMOUNTS) & set(columns):
        return "金额列", "a column of amounts is"
    return None


def _refuse(
    file: str, missed: Sequence[tuple[Header, Sequence[Sequence[str]]]], named: Mapping[str, str]
) -> None:
    header, rows = max(missed, key=lambda one: len(one[0].columns))
    row = header.row or 1 + max(range(len(rows)), key=lambda at: _spoken(rows[at]), default=0)
    found = ", ".join(cell.strip() for cell in rows[row - 1] if cell.strip()) if rows else ""
    there = {fold(cell) for line in rows for cell in line}
    for heading in named.values():
        if fold(heading) not in there:
            raise UsageError(NO_SUCH_HEADING.at(Place(file=file), heading, found=found or "-"))
    zh, en = _lacks(header.columns) or ("日期或金额列", "dates or amounts are")
    facts = {"lacks_zh": zh, "lacks_en": en, "found": found or "-", "fields": ", ".join(FIELDS)}
    wide = sorted(sum(map(bool, line)) for line in rows if any(line))
    facts["wide"] = str(wide[len(wide) // 2] if wide else 0)
    raise SourceError(NOT_A_STATEMENT.at(Place(file=file), file, **facts))


def _spoken(row: Sequence[str]) -> int:
    """How many cells of a row are words."""
    return sum(bool(re.search(r"[^\W\d_]", cell)) for cell in row)


def _listed(grid: Grid, year: str | None, problems: list[Problem]) -> Listed:
    grid = _dated(grid, year)
    amounts = {}
    for field in (*AMOUNTS, "balance"):
        if field in grid.frame.columns:
            parsed = read_amounts(grid, field)
            amounts[field] = parsed.values
            problems += parsed.problems
    opening, total, bare = _marks(grid)
    if bare.any():
        problems.append(UNNAMED_TOTAL.at(grid.place(int(bare.arg_true()[0])), bare.sum()))
    idle = pl.select(pl.repeat(True, grid.height, dtype=pl.Boolean)).to_series()
    for field in AMOUNTS:
        if field in amounts:
            idle &= (amounts[field].is_null() | (amounts[field] == 0)).fill_null(value=True)
    blank = idle & ~opening & ~total
    if blank.any():
        problems.append(NO_RECORDS.at(grid.place(int(blank.arg_true()[0])), blank.sum()))
    keep = ~(opening | total | idle)
    days = read_dates(grid.filter(keep), "date")
    problems += days.problems
    frame = _texts(grid, problems).with_columns(**amounts)
    # A day that is not written goes on; one that cannot be read does not.
    blank = tidy(grid.filter(keep).column("date")).is_null()
    date = pl.when(blank).then(pl.col("date").forward_fill()).otherwise("date")
    records = frame.filter(keep).with_columns(days.values).with_columns(date)
    undated = records.filter(pl.col("date").is_null())
    problems += [NO_DAY.at(grid.place(at)) for at in undated["index"]]
    said = effects(records.drop_nulls("date"), frame.filter(opening), grid)
    problems += said.problems
    return _as_listed(said)


def _dated(grid: Grid, year: str | None) -> Grid:
    """The grid with a column of dates out of year, month and day."""
    if "date" in grid.frame.columns:
        return grid
    parts = [grid.column(name).str.extract(r"(\d+)") for name in ("year", "month", "day")]
    filled = [part.fill_null(strategy="forward") for part in parts]
    years = filled[0].fill_null(year or "")
    said = pl.select(pl.format("{}-{}-{}", years, filled[1], filled[2])).to_series()
    said = pl.select(pl.when(parts[2].is_not_null()).then(said)).to_series()
    return attrs.evolve(grid, frame=grid.frame.with_columns(said.alias("date")))


def _marks(grid: Grid) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Rows of openings, of totals or balances carried on, and of totals that have no name."""
    opening = pl.select(pl.repeat(False, grid.height, dtype=pl.Boolean)).to_series()
    total, bare = opening, ~opening
    for heading in grid.frame.columns:
        if heading in (*AMOUNTS, "balance"):
            continue
        texts = tidy(grid.column(heading))
        words = texts.drop_nulls().unique().to_list()
        opening |= texts.is_in([w for w in words if says_opening(w)]).fill_null(value=False)
        total |= texts.is_in([w for w in words if is_total(w)]).fill_null(value=False)
        bare &= texts.is_null()
    filled = pl.select(pl.repeat(False, grid.height, dtype=pl.Boolean)).to_series()
    for heading in AMOUNTS:
        filled |= tidy(grid.column(heading)).is_not_null()
    bare &= filled & ~total
    return opening, (total | bare) & ~opening, bare


def _texts(grid: Grid, problems: list[Problem]) -> pl.DataFrame:
    columns = {field: tidy(grid.column(field)) for field in (*_TEXTS, *_KINDS)}
    said = [name for name in grid.frame.columns if name == "text" or name.startswith("text ")]
    if len(said) > 1:
        texts = pl.DataFrame([tidy(grid.column(name)).alias(name) for name in said])
        joined = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
        columns["text"] = texts.select(pl.when(joined != "").then(joined)).to_series()
    codes = read_codes(grid, "number")
    problems += codes.problems
    currency = tidy(grid.column("currency"))
    known = {name: currency_code(name) or name for name in currency.drop_nulls().unique()}
    frame = pl.DataFrame({**columns, "number": codes.values, "currency": currency})
    return frame.with_columns(
        pl.col("currency").replace(known) if known else pl.col("currency"),
        row=grid.rows.cast(pl.Int64),
        index=pl.int_range(pl.len(), dtype=pl.Int64),
    )


_KINDS = ("direction", "balance_direction")


def _as_listed(said: Effects) -> Listed:
    lines = said.lines.select(pl.col(name).cast(dtype) for name, dtype in LINES.items())
    openings = said.openings.select(pl.col(name).cast(dtype) for name, dtype in OPENINGS.items())
    return Listed(
        lines=lines,
        openings=openings,
        by_side=said.by_side,
        opening_by_side=said.opening_by_side,
    )


def _together(parts: Sequence[Listed]) -> Listed:
    """The parts of a list that goes on over sheets: its records, and the first opening."""
    ordered = sorted(parts, key=_first_day)
    first = next(iter(ordered))
    return attrs.evolve(first, lines=pl.concat([part.lines for part in ordered]))


def _first_day(part: Listed) -> tuple[bool, str]:
    day = part.lines["date"].min()
    return day is None, str(day)
