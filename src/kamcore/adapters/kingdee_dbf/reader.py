"""Read the standard voucher table (formats/kingdee.md section 2)."""

import attrs
import polars as pl

from kamcore.adapters.kingdee_dbf import columns as layout
from kamcore.adapters.kingdee_dbf.checking import directions, item_gaps
from kamcore.adapters.kingdee_dbf.grouping import KEY, with_key
from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity, SourceError, UsageError
from kamcore.format import Detected, Options, Reading, Source
from kamcore.grid.dbf_reading import DbfTable, read_dbf
from kamcore.grid.header import MISSING_COLUMN
from kamcore.grid.sheet import Grid
from kamcore.grid.words import blank_words
from kamcore.place import Place
from kamcore.vouchers.currencies import base_currency, iso_currencies
from kamcore.vouchers.entries import read_entries
from kamcore.vouchers.labels import spread_pairs
from kamcore.vouchers.making import Making, make_books, original, sides, unlike_originals
from kamcore.vouchers.numbering import by_key

NO_DATA = Fault(
    code="K5001",
    severity=Severity.WARNING,
    zh="表里没有凭证记录",
    en="the table has no records",
)
ABSENT = Fault(
    code="K5002",
    severity=Severity.WARNING,
    zh="缺少字段 {value}, 这些内容按空读取",
    en="the fields {value} are absent and read as blank",
)
STRANGE = Fault(
    code="K5003",
    severity=Severity.WARNING,
    zh="不认识字段「{value}」, 内容原样保留为附加信息",
    en="the field {value} is not of this layout; its texts are kept as extras",
)
BAD_ENCODING = Fault(
    code="K5004",
    zh="没有「{value}」这种编码",
    en="there is no encoding {value!r}",
    hint_zh="例如 gb18030, utf-8",
    hint_en="such as gb18030 or utf-8",
)


def read_books(source: Source, options: Options) -> Reading:
    """Read a table.

    Raises:
        SourceError: it is no table, cut off, or lacks a needed field.
        UsageError: there is no such encoding.
    """
    try:
        table = read_dbf(source, str(options.get("encoding") or ""))
    except LookupError as error:
        raise UsageError(BAD_ENCODING.at(Place(), options["encoding"])) from error
    problems = [*table.problems, *_of_fields(table, source.name)]
    grid = _said(table.grid)
    items = _items_in_use(grid)
    entries = read_entries(grid, layout.fields_with(items))
    frame = sides(entries.frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    frame, strange = iso_currencies(frame, entries)
    base = str(options.get("base_currency") or base_currency(frame, layout.AMOUNT))
    unlike = unlike_originals(frame, entries, layout.AMOUNT, base)
    frame = original(frame, layout.AMOUNT, base)
    pairs = layout.pairs_of(items)
    gaps = item_gaps(frame, grid, pairs)
    frame, labels, unpaired = spread_pairs(frame, entries, pairs)
    coding, conflicts = directions(frame, grid)
    numbered = by_key(with_key(_with_status(frame)), grid, KEY, line=layout.LINE)
    headings = {
        "lines.currency": "FCYID",
        "lines.fx_debit": "FFCYAMT",
        "lines.fx_credit": "FFCYAMT",
        "vouchers.year": "FDATE",
        "vouchers.status": "FPOSTED",
    } | {f"lines.{schema.AUX}{name}": "FOBJID1" for name in labels}
    making = Making(system=layout.SYSTEM, base_currency=base, labels=labels, headings=headings)
    made = make_books(numbered, entries, making)
    problems += [*entries.problems, *strange, *unlike, *gaps, *unpaired, *conflicts]
    problems += made.problems
    facts = {"generation": layout.generation_of(frozenset(table.grid.frame.columns))}
    return Reading(
        books=made.books,
        problems=tuple(sorted(problems, key=_row)),
        detected=Detected(encoding=table.encoding, facts={**facts, **coding}),
    )


def _row(problem: Problem) -> int:
    return problem.place.row or 0


def _of_fields(table: DbfTable, file: str) -> list[Problem]:
    """What is missing or strange among the fields.

    Raises:
        SourceError: a needed field is missing.
    """
    place = Place(file=file)
    present = table.grid.frame.columns
    missing = [
        MISSING_COLUMN.at(place, key, key=key) for key in layout.NEEDED if key not in present
    ]
    if missing:
        raise SourceError(missing[0], missing[1:])
    problems = [] if table.grid.height else [NO_DATA.at(place)]
    generation = layout.generation_of(frozenset(present))
    absent = [c.key for c in layout.columns_of(generation) if c.key not in present]
    if absent:
        problems.append(ABSENT.at(place, ", ".join(absent)))
    for name in present:
        texts = table.grid.frame[name]
        if name not in layout.COLUMNS and texts.null_count() < texts.len():
            problems.append(STRANGE.at(attrs.evolve(place, column=name), name))
    return problems


def _said(grid: Grid) -> Grid:
    """The grid without texts that stand for nothing."""
    columns = [blank_words(column, {layout.QUOTES}) for column in grid.frame]
    frame = pl.DataFrame(columns)
    if "FCASHFLOW" in frame.columns:
        marked = pl.col("FCASHFLOW")
        frame = frame.with_columns(pl.when(~marked.str.contains(r"^0+(\.0*)?$")).then(marked))
    return attrs.evolve(grid, frame=frame)


def _items_in_use(grid: Grid) -> int:
    """The number of the last item with anything in it: most tables leave most items blank."""
    return max(
        (
            number
            for number in range(1, layout.ITEMS["4"] + 1)
            for key in layout.ITEM_FIELDS
            if grid.column(f"{key}{number}").null_count() < grid.height
        ),
        default=0,
    )


def _with_status(frame: pl.DataFrame) -> pl.DataFrame:
    """The status from the flags: deleted, posted, reviewed."""
    posted = pl.col(layout.POSTED)
    status = (
        pl.when(layout.DELETED)
        .then(pl.lit("void"))
        .when(posted)
        .then(pl.lit("posted"))
        .when(pl.col("vouchers.reviewer").is_not_null())
        .then(pl.lit("reviewed"))
        .when(posted.is_not_null())
        .then(pl.lit("draft"))
    )
    return frame.with_columns(status.alias("vouchers.status"))
