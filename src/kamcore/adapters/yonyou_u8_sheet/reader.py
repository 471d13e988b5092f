"""Read the workbook of 73 columns (formats/yonyou.md section 1c)."""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_sheet import columns as layout
from kamcore.adapters.yonyou_u8_sheet.cash import read_flows
from kamcore.adapters.yonyou_u8_sheet.usual import derived
from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity, UsageError
from kamcore.format import Options, Reading, Source
from kamcore.place import Place
from kamcore.vouchers.currencies import base_currency, iso_currencies
from kamcore.vouchers.entries import INDEX, Entries, Field, read_entries
from kamcore.vouchers.listing import read_listing
from kamcore.vouchers.making import Making, make_books, sides
from kamcore.vouchers.numbering import by_key

BAD_YEAR = Fault(
    code="Y5001",
    zh="选项 year「{value}」不是年度, 应如 2025",
    en="option year: {value!r} is no year such as 2025",
)
TWO_QUANTITIES = Fault(
    code="Y5002",
    severity=Severity.WARNING,
    zh="数量借方和数量贷方都有值 (共 {count} 行), 取金额一方的; 另一方是 {value}",
    en="both quantities are filled ({count} lines in all); that of the amount's side is taken, the"
    " other is {value}",
)
OWN_CURRENCY = Fault(
    code="Y5003",
    severity=Severity.WARNING,
    zh="本位币分录的外币金额 {value} 与金额 {amount} 不一致 (共 {count} 行), 外币金额未采用",
    en="the foreign amount {value} of a line in base currency is not its amount {amount} ({count}"
    " lines in all); it is not used",
    hint_zh="核对币种和金额",
    hint_en="compare currency and amount",
)

_BASE = "CNY"
_BLOCK = "_block"
_AMOUNT = "_amount"
_KEY = ("vouchers.year", "vouchers.period", "vouchers.word", "vouchers.number", _BLOCK)


def read_books(source: Source, options: Options) -> Reading:
    """Read a workbook.

    Raises:
        SourceError: it is no workbook, or a needed column is missing or stands there twice.
        UsageError: option ``year`` is no year.
    """
    year = _year(options)
    sheet = str(options.get("sheet") or "")
    listing = read_listing(source, layout.WANTED, layout.NEEDED, sheet)
    entries = read_entries(listing.grid, layout.FIELDS)
    problems: list[Problem] = [*listing.problems, *entries.problems]
    frame = _keyed(entries.frame, year)
    frame = sides(frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    frame, strange = iso_currencies(frame, entries)
    base = str(options.get("base_currency") or _base(frame))
    problems += [*strange, *_odd_figures(frame, entries, base)]
    frame = _used(_heads(_quantity(_money(frame, base)), entries))
    numbered = by_key(frame, listing.grid, _KEY, line=layout.LINE)
    flows, halves = read_flows(numbered.frame, entries)
    making = Making(
        system=layout.SYSTEM,
        base_currency=base,
        labels=layout.LABELS,
        headings={
            "lines.quantity": "数量借方",
            "lines.currency": "币种",
            "vouchers.status": "记账标志",
            "cash_flows.item": "现金项目编号",
            "cash_flows.amount": "现金借方",
        },
    )
    made = make_books(numbered, _telling(entries, numbered.frame), making)
    problems += [*halves, *made.problems]
    return Reading(
        books=made.books.replace(cash_flows=flows),
        problems=tuple(sorted(problems, key=lambda problem: problem.place.row or 0)),
        detected=listing.detected(
            boundary="number" if not (frame[_BLOCK] > 0).any() else "line number"
        ),
    )


def _year(options: Options) -> int | None:
    text = str(options.get("year") or "").strip()
    if text and not (text.isdecimal() and len(text) == len("2025")):
        raise UsageError(BAD_YEAR.at(Place(), text))
    return int(text) if text else None


def _keyed(frame: pl.DataFrame, asked: int | None) -> pl.DataFrame:
    """Add year, period and block to the key of each row.

    A block is a voucher without a number: it ends where the line number does not grow, or where
    period, word or date change.
    """
    day, line = pl.col("vouchers.date"), pl.col(layout.LINE)
    loose = pl.col("vouchers.number").is_null()
    changes = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(name).shift())
        for name in ("vouchers.period", "vouchers.word", "vouchers.date")
    )
    starts = (
        ~loose.shift(fill_value=False) | changes | (line <= line.shift()).fill_null(value=False)
    )
    blocks = (loose & starts).cum_sum()
    keyed = frame.with_columns(
        pl.when(loose).then(blocks).otherwise(0).cast(pl.Int64).alias(_BLOCK),
        pl.coalesce("vouchers.period", day.dt.month().cast(schema.INTEGER)).alias(
            "vouchers.period"
        ),
        day.dt.year().cast(schema.INTEGER).alias("vouchers.year"),
    )
    if not keyed["vouchers.year"].null_count():
        return keyed
    run = pl.struct(_KEY[1:]).rle_id()
    near = pl.col("vouchers.year").forward_fill().backward_fill().over(run)
    return keyed.with_columns(
        pl.coalesce(near, pl.lit(asked, dtype=schema.INTEGER)).alias("vouchers.year")
    )


def _base(frame: pl.DataFrame) -> str:
    """A line without a currency is in CNY, as the template leaves 人民币 out."""
    if frame["lines.currency"].null_count():
        return _BASE
    total = pl.coalesce("lines.fx_debit", "lines.fx_credit")
    return base_currency(frame.with_columns(total.alias(_AMOUNT)), _AMOUNT)


def _is_local(base: str) -> pl.Expr:
    """True for a line in base currency: so named, or unnamed without a foreign amount."""
    amounts = pl.any_horizontal(
        (pl.col(name) != 0).fill_null(value=False)
        for name in ("lines.fx_debit", "lines.fx_credit")
    )
    return (pl.col("lines.currency") == base).fill_null(~amounts)


def _odd_figures(frame: pl.DataFrame, entries: Entries, base: str) -> list[Problem]:
    """Foreign amounts of lines in base currency, and quantities on both sides."""
    found = []
    for side, heading in (("debit", "外币借方金额"), ("credit", "外币贷方金额")):
        given, own = pl.col(f"lines.fx_{side}"), pl.col(f"lines.{side}")
        odd = frame.filter(_is_local(base) & (given != 0) & (given != own))
        if odd.height:
            row = odd.row(0, named=True)
            facts = {"amount": row[f"lines.{side}"], "count": odd.height}
            place = entries.grid.place(row[INDEX], heading)
            found.append(OWN_CURRENCY.at(place, row[f"lines.fx_{side}"], **facts))
    both = frame.filter(pl.all_horizontal(pl.col(layout.QUANTITIES).is_not_null()))
    if both.height:
        row = both.row(0, named=True)
        heading = "数量贷方" if row["lines.debit"] else "数量借方"
        value = entries.grid.column(heading)[row[INDEX]]
        place = entries.grid.place(row[INDEX], heading)
        found.append(TWO_QUANTITIES.at(place, value, count=both.height))
    return found


def _money(frame: pl.DataFrame, base: str) -> pl.DataFrame:
    """Currency, foreign amounts and rate: a line in base currency has no foreign amounts."""
    local = _is_local(base)
    given = pl.coalesce("lines.fx_debit", "lines.fx_credit").is_not_null() & ~local
    return frame.with_columns(
        *(
            pl.when(given).then(pl.col(name).fill_null(0)).cast(schema.AMOUNT).alias(name)
            for name in ("lines.fx_debit", "lines.fx_credit")
        ),
        pl.when(local).then(pl.lit(base)).otherwise("lines.currency").alias("lines.currency"),
        pl.when(local & pl.col("lines.rate").is_null())
        .then(pl.lit(1, dtype=schema.RATE))
        .otherwise("lines.rate")
        .alias("lines.rate"),
    )


def _quantity(frame: pl.DataFrame) -> pl.DataFrame:
    """One quantity: that of the amount's side, else the other."""
    debit, credit = layout.QUANTITIES
    on_credit = (pl.col("lines.debit").fill_null(0) == 0) & (pl.col("lines.credit") != 0)
    return frame.with_columns(
        pl.when(on_credit)
        .then(pl.coalesce(credit, debit))
        .otherwise(pl.coalesce(debit, credit))
        .alias("lines.quantity")
    )


def _used(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows without dimensions that no line has a member of."""
    return frame.drop(
        name
        for name in frame.columns
        if name.startswith(f"lines.{schema.AUX}") and frame[name].null_count() == frame.height
    )


def _heads(frame: pl.DataFrame, entries: Entries) -> pl.DataFrame:
    """Attachments and status of the voucher as its rows say them."""
    mark = _plain(entries.grid.column(layout.MARK)).gather(frame[INDEX])
    attached = pl.col("vouchers.attachments")
    return frame.with_columns(
        pl.when(attached != layout.NO_ATTACHMENTS).then(attached).alias("vouchers.attachments"),
        pl.when(pl.lit(mark == layout.VOID))
        .then(pl.lit("void"))
        .when(layout.POSTED)
        .then(pl.lit("posted"))
        .when(pl.col("vouchers.reviewer").is_not_null())
        .then(pl.lit("reviewed"))
        .otherwise(pl.lit("draft"))
        .alias("vouchers.status"),
    )


def _plain(texts: pl.Series) -> pl.Series:
    """Texts of a flag or number without what a number cell may add."""
    return texts.str.strip_chars().str.replace(r"\.0+$", "")


def _telling(entries: Entries, rows: pl.DataFrame) -> Entries:
    """The entries with only those texts in columns without a fact that say something."""
    grid = entries.grid
    lines = rows.select(
        INDEX,
        "voucher_id",
        word="vouchers.word",
        account="lines.account",
        debit="lines.debit",
    )
    order = rows[INDEX].arg_sort()
    own = {name: texts.gather(order) for name, texts in derived(lines).items()}
    told = []
    for column in layout.COLUMNS:
        if column.fact or column.heading not in grid.frame.columns:
            continue
        texts = grid.frame[column.heading]
        if texts.null_count() == texts.len():
            continue
        plain = _plain(texts)
        silent = plain.is_in(list(column.usual))
        if column.heading in own:
            silent |= plain.eq_missing(own[column.heading])
        told.append(pl.select(pl.when(~silent).then(texts).alias(column.heading)).to_series())
    grid = attrs.evolve(grid, frame=grid.frame.with_columns(told))
    fields = tuple(
        Field(field.heading) if field.heading in layout.VERBATIM else field
        for field in entries.fields
    )
    return attrs.evolve(entries, grid=grid, fields=fields)
