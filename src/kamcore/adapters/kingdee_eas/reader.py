"""Read the standard voucher workbook of EAS (formats/kingdee.md section 5a)."""

from collections.abc import Mapping

import attrs
import polars as pl

from kamcore.adapters.kingdee_eas import columns as layout
from kamcore.adapters.kingdee_eas.flows import plain_numbers, read_flows
from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.format import Options, Reading, Source
from kamcore.grid.sheet import Grid
from kamcore.grid.words import tidy
from kamcore.grid.workbook import open_workbook
from kamcore.vouchers.currencies import CODE, base_currency, iso_currencies
from kamcore.vouchers.entries import INDEX, Entries, Field, read_entries
from kamcore.vouchers.json_books import pairs_of
from kamcore.vouchers.labels import spread_pairs
from kamcore.vouchers.listing import best_sheet, read_listing
from kamcore.vouchers.making import NAMES, Making, make_books, original, sides, unlike_originals
from kamcore.vouchers.numbering import Numbered, by_key
from kamcore.vouchers.verbatim import lifted

SYSTEM = "kingdee-eas"
SIDES_DIFFER = Fault(
    code="K7001",
    severity=Severity.WARNING,
    zh="方向「{value}」与金额所在的一方不一致 (共 {count} 行), 以金额为准",
    en="the side {value!r} is not that of the amount ({count} rows in all); the amount counts",
    hint_zh="核对借贷方向",
    hint_en="compare the sides",
)
COMPANIES = Fault(
    code="K7002",
    severity=Severity.WARNING,
    zh="文件里有 {count} 家公司的凭证: {value}; 全部读入",
    en="the file holds vouchers of {count} companies, all read: {value}",
    hint_zh="用选项 company 只读一家公司",
    hint_en="the option company reads one of them",
)
CURRENCY_EXAMPLE = "HKD=BB03"

_KEY = (
    "company",
    "vouchers.year",
    "vouchers.period",
    "vouchers.word",
    "vouchers.number",
    "serial",
)


def read_books(source: Source, options: Options) -> Reading:
    """Read a workbook.

    Raises:
        SourceError: it is no workbook, or a needed column is missing or stands there twice.
        UsageError: the option currencies is no list of code=code.
    """
    workbook = open_workbook(source)
    sheet = str(options.get("sheet") or "")
    if not sheet:
        names = (*workbook.names, *(one.name for one in workbook.sheets))
        sheet = layout.SHEET if layout.SHEET in names else best_sheet(workbook, layout.WANTED)
    listing = read_listing(source, layout.WANTED, layout.NEEDED, sheet)
    raw, companies = _of_company(listing.grid, str(options.get("company") or ""))
    entries = read_entries(plain_numbers(raw), layout.FIELDS)
    frame = _with_years(_with_keys(entries.frame, raw))
    frame = sides(frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    told = _codes(options)
    spelled = frame[CODE]
    frame, strange = iso_currencies(
        frame.with_columns(pl.col(CODE).replace({code: iso for iso, code in told.items()})),
        entries,
    )
    base = str(options.get("base_currency") or base_currency(frame, layout.AMOUNT))
    unlike = (
        *unlike_originals(frame, entries, layout.AMOUNT, base),
        *_sides_differ(frame, entries),
    )
    frame = original(frame, layout.AMOUNT, base).with_columns(_status(), spelled.alias(CODE))
    frame, labels, unpaired = spread_pairs(frame, entries, layout.PAIRS)
    numbered = by_key(frame, entries.grid, _KEY, line=layout.LINE, splits=True)
    made = make_books(numbered, _with_captions(entries, labels), _making(base, labels))
    flows = read_flows(workbook, numbered.frame)
    problems = (
        *listing.problems,
        *companies,
        *entries.problems,
        *strange,
        *unlike,
        *unpaired,
        *made.problems,
    )
    books = _finished(made.books, numbered, raw).replace(cash_flows=flows.table)
    extras = pl.concat([books.extras, flows.extras])
    return Reading(
        books=books.replace(extras=extras.sort("table", "row_id", "field")),
        problems=(*sorted(problems, key=_row), *flows.problems),
        detected=listing.detected(cash_flows=str(flows.table.height)),
    )


def _row(problem: Problem) -> int:
    return problem.place.row or 0


def _codes(options: Options) -> dict[str, str]:
    """Codes of currencies: the usual ones and the caller's."""
    return layout.CURRENCIES | pairs_of(options.get("currencies"), "currencies", CURRENCY_EXAMPLE)


def _of_company(grid: Grid, wanted: str) -> tuple[Grid, list[Problem]]:
    """The rows of one company where one is asked for; a warning where there are several."""
    companies = tidy(grid.column(layout.COMPANY))
    if wanted:
        return grid.filter((companies == wanted).fill_null(value=False)), []
    known = companies.drop_nulls().unique(maintain_order=True)
    if known.len() < _SEVERAL:
        return grid, []
    second = int((companies == known[1]).fill_null(value=False).arg_max() or 0)
    place = grid.place(second, layout.COMPANY)
    return grid, [COMPANIES.at(place, ", ".join(known), count=known.len())]


_SEVERAL = 2


def _with_keys(frame: pl.DataFrame, raw: Grid) -> pl.DataFrame:
    """Add company and serial as columns of the key; a blank one is an empty text."""
    return frame.with_columns(
        tidy(raw.column(layout.COMPANY)).fill_null("").alias("company"),
        tidy(raw.column(layout.SERIAL)).fill_null("").alias("serial"),
    )


def _with_years(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the year, which only the date says; an unreadable date takes its neighbour's."""
    day = pl.col("vouchers.date")
    run = pl.struct("company", "vouchers.period", "vouchers.word", "vouchers.number").rle_id()
    year = day.dt.year().cast(schema.INTEGER)
    if frame["vouchers.date"].null_count():
        year = year.forward_fill().backward_fill().over(run)
    period = pl.coalesce("vouchers.period", day.dt.month().cast(schema.INTEGER))
    return frame.with_columns(year.alias("vouchers.year"), period.alias("vouchers.period"))


def _status() -> pl.Expr:
    """Deleted vouchers are void; the others as far as they came."""
    return (
        pl.when(layout.DELETED)
        .then(pl.lit("void"))
        .when(layout.POSTED)
        .then(pl.lit("posted"))
        .when(pl.col("vouchers.reviewer").is_not_null())
        .then(pl.lit("reviewed"))
        .otherwise(pl.lit("draft"))
        .alias("vouchers.status")
    )


def _sides_differ(frame: pl.DataFrame, entries: Entries) -> list[Problem]:
    """One warning where 方向 names the side without the amount."""
    side = pl.col(layout.SIDE).str.replace(r"\.0+$", "")
    debit, credit = pl.col("lines.debit") != 0, pl.col("lines.credit") != 0
    wrong = (side.is_in(layout.DEBIT_WORDS) & credit & ~debit) | (
        side.is_in(layout.CREDIT_WORDS) & debit & ~credit
    )
    odd = frame.filter(wrong.fill_null(value=False))
    if not odd.height:
        return []
    place = entries.grid.place(odd[INDEX][0], "方向")
    return [SIDES_DIFFER.at(place, odd[layout.SIDE][0], count=odd.height)]


def _with_captions(entries: Entries, labels: Mapping[str, str]) -> Entries:
    """Let dimensions be found under the columns of the first item."""
    _, code, name = layout.TRIPLES[0]
    more = [
        field
        for dimension in labels
        for field in (
            Field(code, f"{layout.DIMENSION}{dimension}"),
            Field(name, f"{NAMES}{schema.AUX}{dimension}"),
        )
    ]
    return attrs.evolve(entries, fields=(*entries.fields, *more))


def _making(base: str, labels: Mapping[str, str]) -> Making:
    return Making(
        system=SYSTEM,
        base_currency=base,
        labels=labels,
        headings={
            "lines.fx_debit": "原币金额",
            "lines.fx_credit": "原币金额",
            "lines.currency": "币种",
        },
    )


def _finished(books: Books, numbered: Numbered, raw: Grid) -> Books:
    """The books with fields of heads at the voucher, and without what follows from others."""
    rows = numbered.frame[INDEX]
    number = numbered.frame["vouchers.number"].cast(schema.TEXT).str.zfill(layout.DIGITS)
    written = tidy(raw.column(layout.NUMBER)).gather(rows)
    odd = (written != number).fill_null(value=False) & numbered.frame[
        "vouchers.number"
    ].is_not_null()
    numbers = pl.DataFrame({"row_id": odd.arg_true().cast(pl.Int64)}).select(
        table=pl.lit("lines"),
        row_id="row_id",
        field=pl.lit(layout.NUMBER),
        value=pl.lit(written.filter(odd)),
    )
    usual = usual_texts(books)
    stays = pl.lit(value=True)
    extras = books.extras.join(usual, on=["row_id", "field"], how="left", maintain_order="left")
    stays &= (pl.col("table") != "lines") | pl.col("value").str.strip_chars().ne_missing(
        pl.col("usual")
    )
    stays &= (pl.col("field") != layout.FLOW_MARK) | (pl.col("value") != layout.USUAL_MARK)
    plain = extras.filter(stays).drop("usual")
    return lifted(books.replace(extras=pl.concat([plain, numbers])), layout.HEAD_EXTRAS)


def usual_texts(books: Books) -> pl.DataFrame:
    """What the columns of the auxiliary ledger say where they say nothing of their own.

    Columns ``row_id``, ``field``, ``usual``; only for lines with a member.
    """
    dims = schema.dimension_columns(books.lines)
    if not dims:
        empty = {"row_id": schema.INTEGER, "field": schema.TEXT, "usual": schema.TEXT}
        return pl.DataFrame(schema=empty)
    heads = books.vouchers.select("voucher_id", _day=pl.coalesce("business_date", "date"))
    rows = (
        books.lines.with_columns(row_id=pl.int_range(pl.len(), dtype=schema.INTEGER))
        .join(heads, on="voucher_id", how="left", maintain_order="left")
        .filter(pl.any_horizontal(pl.col(dims).is_not_null()))
    )
    return pl.concat(
        [
            rows.select("row_id", field=pl.lit(layout.AUX_SUMMARY), usual="summary"),
            rows.select(
                "row_id",
                field=pl.lit(layout.AUX_DATE),
                usual=pl.col("_day").dt.strftime("%Y-%m-%d"),
            ),
        ]
    )
