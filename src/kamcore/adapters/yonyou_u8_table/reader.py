"""Read a dump of GL_accvouch (formats/yonyou.md sections 1b and 7.1)."""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_table import columns as layout
from kamcore.adapters.yonyou_u8_table.keeping import kept_texts
from kamcore.adapters.yonyou_u8_table.money import quantities, settled
from kamcore.adapters.yonyou_u8_table.opening import bank_rows, item_rows, with_masters
from kamcore.errors import Fault, Problem, Severity
from kamcore.format import Options, Reading, Source
from kamcore.grid.sheet import Grid
from kamcore.grid.words import blank_words
from kamcore.vouchers.currencies import iso_currencies
from kamcore.vouchers.entries import INDEX, Entries, read_entries
from kamcore.vouchers.listing import read_listing
from kamcore.vouchers.making import Making, make_books, sides
from kamcore.vouchers.numbering import by_key, with_periods
from kamcore.vouchers.unnumbered import RUN, with_runs

FAULTY_VOUCHER = Fault(
    code="Y3001",
    severity=Severity.WARNING,
    zh="有 {count} 行的 iflag 是 {value}, 表示凭证有错; 已照常读取",
    en="{count} rows have the flag {value}: the product marks these vouchers as faulty; they are"
    " read as they are",
    hint_zh="在原系统中查看凭证的错误标志",
    hint_en="look at the vouchers in the product",
)

_KEY = ("vouchers.year", "vouchers.period", "vouchers.word", "vouchers.number", RUN)
_HEAD = ("vouchers.date", "vouchers.word")


def read_books(source: Source, options: Options) -> Reading:
    """Read a dump.

    Raises:
        SourceError: it is no table, or a needed column is missing or stands there twice.
    """
    sheet = str(options.get("sheet") or "")
    listing = read_listing(source, layout.WANTED, layout.NEEDED, sheet)
    grid = _said(listing.grid)
    entries = read_entries(grid, layout.FIELDS)
    frame = sides(entries.frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    frame, strange = iso_currencies(frame, entries)
    base = str(options.get("base_currency") or "")
    frame, base, unlike = settled(frame, grid, base)
    frame, twice = quantities(frame, grid)
    apart = pl.col("vouchers.period").is_in(layout.NOT_VOUCHERS).fill_null(value=False)
    vouchers = _dated(frame.filter(~apart))
    vouchers, faulty = _with_status(vouchers, entries)
    unused = [
        f"lines.aux_{name}"
        for name in layout.LABELS
        if vouchers[f"lines.aux_{name}"].null_count() == vouchers.height
    ]
    numbered = by_key(vouchers.drop(unused), grid, _KEY, line=layout.LINE)
    making = Making(
        system=layout.SYSTEM,
        base_currency=base,
        labels=layout.LABELS,
        headings={
            "vouchers.year": "iyear" if "iyear" in grid.frame.columns else "dbill_date",
            "vouchers.status": "iflag",
            "lines.currency": "cexch_name",
            "lines.quantity": "nd_s",
        },
    )
    made = make_books(numbered, entries, making)
    books = kept_texts(made.books, numbered.frame)
    opening = frame.filter(pl.col("vouchers.period") == layout.OPENING_ITEMS)
    bank = frame.filter(pl.col("vouchers.period").is_in(layout.BANK))
    books = with_masters(books, pl.concat([opening, bank]))
    books, homeless = item_rows(books, opening, grid)
    books, unplaced = bank_rows(books, bank, grid)
    problems = [*listing.problems, *entries.problems, *strange, *unlike, *twice, *faulty]
    problems += [*made.problems, *homeless, *unplaced]
    facts = {"open_items": str(opening.height), "bank_items": str(bank.height)}
    return Reading(
        books=books,
        problems=tuple(sorted(problems, key=_row)),
        detected=listing.detected(**facts),
    )


def _row(problem: Problem) -> int:
    return problem.place.row or problem.place.line or 0


def _said(grid: Grid) -> Grid:
    """The grid without NULL, midnights and flags that say nothing.

    A summary is never NULL in the table: one that reads so is a text.
    """
    columns = []
    for column in grid.frame:
        texts = column
        if column.name != "cdigest":
            texts = blank_words(texts, {layout.NULL})
        if column.name in layout.DAYS:
            texts = texts.str.replace(r"[ T]0{1,2}:00(:00(\.0+)?)?$", "")
        if column.name in layout.BOOLEANS:
            folded = texts.str.to_lowercase().replace({"-1": "1", "true": "1", "false": "0"})
            usual = (folded == layout.BOOLEANS[column.name]).fill_null(value=False)
            texts = texts.set(usual, None) if usual.any() else texts
        if column.name == "ibook":
            texts = texts.replace("-1", "1")
        columns.append(texts)
    return attrs.evolve(grid, frame=pl.DataFrame(columns))


def _dated(frame: pl.DataFrame) -> pl.DataFrame:
    """Add year and period: those the row states, else those of its date."""
    stated = [frame["vouchers.year"], frame["vouchers.period"]]
    newer = frame["key.month"]
    dated = with_periods(frame, ("vouchers.word", "vouchers.number"))
    dated = dated.with_columns(
        pl.coalesce(stated[0], newer // 100, "vouchers.year").alias("vouchers.year"),
        pl.coalesce(stated[1], newer % 100, "vouchers.period").alias("vouchers.period"),
    )
    return with_runs(dated, _HEAD, layout.LINE)


def _with_status(frame: pl.DataFrame, entries: Entries) -> tuple[pl.DataFrame, list[Problem]]:
    """The status from the flags: void, posted, reviewed; a warning for vouchers with errors."""
    flag = pl.col(layout.FLAG)
    status = (
        pl.when(flag == layout.VOID)
        .then(pl.lit("void"))
        .when(layout.POSTED)
        .then(pl.lit("posted"))
        .when(pl.col("vouchers.reviewer").is_not_null())
        .then(pl.lit("reviewed"))
        .otherwise(pl.lit("draft"))
    )
    odd = frame.filter(~flag.is_in([0, layout.VOID]))
    problems = []
    if odd.height:
        place = entries.grid.place(odd[INDEX][0], "iflag")
        problems.append(FAULTY_VOUCHER.at(place, odd[layout.FLAG][0], count=odd.height))
    return frame.with_columns(status.alias("vouchers.status")), problems
