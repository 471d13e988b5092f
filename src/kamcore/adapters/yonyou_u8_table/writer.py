"""Write a dump of GL_accvouch: 80 columns in order (formats/yonyou.md section 1b)."""

from pathlib import Path

import polars as pl

from kamcore.adapters.yonyou_u8_table import columns as layout
from kamcore.adapters.yonyou_u8_table.keeping import opposites, ranks
from kamcore.adapters.yonyou_u8_table.spelling import shown, spell
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.format.options import chosen
from kamcore.grid.cells import SheetOut, as_text
from kamcore.grid.csv_writing import write_csv
from kamcore.grid.workbook_writing import write_workbook
from kamcore.vouchers.joined import joined

_MIDNIGHT = "%Y-%m-%d 00:00:00"


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a dump.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a code is longer than its column, or a workbook holds fewer rows.
        UsageError: an option has no such value.
    """
    spelled = spell(books, losses, options)
    rows = page(spelled, chosen(options, "booleans", layout.YES))
    if chosen(options, "form", layout.FORMS) == "workbook":
        write_workbook([SheetOut(layout.TABLE, rows)], target)
        return
    # The dump is loaded by a program: nothing is put before a text that looks like a formula.
    write_csv(rows, target, encoding=chosen(options, "encoding", layout.ENCODINGS), defuse=False)


def page(books: Books, yes: str) -> pl.DataFrame:
    """The rows of spelled books, by column, as text."""
    rows = joined(books)
    status = pl.col("vouchers.status")
    on_credit = (pl.col("debit").fill_null(0) == 0) & (pl.col("credit").fill_null(0) != 0)
    quantity, zero = pl.col("quantity"), pl.lit(0).cast(schema.RATE)
    columns = {
        layout.RANK: pl.col("voucher_id").replace_strict(
            books.vouchers["voucher_id"],
            ranks(books.vouchers),
            default=None,
            return_dtype=schema.TEXT,
        ),
        "inid": pl.col("order"),
        "ibook": (status == "posted").cast(schema.INTEGER),
        "iflag": pl.when(status == "void").then(pl.lit(layout.VOID)),
        "cexch_name": shown(books.entity.base_currency),
        "md_f": pl.col("fx_debit").fill_null(0).cast(schema.AMOUNT),
        "mc_f": pl.col("fx_credit").fill_null(0).cast(schema.AMOUNT),
        "nfrat": pl.when(_stated(books)).then("rate").otherwise(zero),
        "nd_s": pl.when(~on_credit).then(quantity).otherwise(zero),
        "nc_s": pl.when(on_credit).then(quantity).otherwise(zero),
        layout.OPPOSITE: pl.lit(opposites(books.lines)),
        layout.CLASS: _class(books),
    }
    frame = rows.select(
        columns.get(column.key, _plain(column, rows)).alias(column.key)
        for column in layout.COLUMNS.values()
    )
    texts = pl.DataFrame([_spelled(column) for column in frame])
    return _with_flags(_with_extras(texts, books), yes)


def _stated(books: Books) -> pl.Expr:
    """True for a rate that the reader would not know by itself."""
    local = pl.col("currency") == books.entity.base_currency
    return ~(local & (pl.col("rate") == 1)).fill_null(value=False)


def _plain(column: layout.Column, rows: pl.DataFrame) -> pl.Expr:
    """The column of the joined lines that a column takes as it is, else its usual value."""
    name = column.field.fact.removeprefix("lines.")
    if name in rows.columns:
        return pl.col(name)
    return pl.lit(column.usual or None, dtype=schema.TEXT)


def _class(books: Books) -> pl.Expr:
    """The class of projects where a line has one."""
    known = books.dimensions.filter(id="project")["source_code"].drop_nulls()
    if "aux_project" not in books.lines.columns or not known.len():
        return pl.lit(None, dtype=schema.TEXT)
    return pl.when(pl.col("aux_project").is_not_null()).then(pl.lit(known[0]))


def _spelled(column: pl.Series) -> pl.Series:
    """The texts of a column: money with four decimals, days with midnight, 0 for no figure."""
    if column.dtype == schema.AMOUNT:
        return column.cast(schema.TEXT)
    if column.dtype == schema.RATE:
        return as_text(column.fill_null(0))
    if column.dtype == schema.DAY:
        return column.dt.strftime(_MIDNIGHT)
    return as_text(column)


def _with_extras(frame: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Lay texts kept verbatim over their columns; those of a voucher over all its lines."""
    extras = books.extras
    if not extras.height:
        return frame
    ids = books.vouchers["voucher_id"]
    laid: dict[str, pl.Series] = {}
    for key, own in extras.group_by("table", "field", maintain_order=True):
        table, field = map(str, key)
        if table == "vouchers":
            known = dict(zip(ids.gather(own["row_id"]), own["value"], strict=True))
            said = books.lines["voucher_id"].replace_strict(
                known, default=None, return_dtype=schema.TEXT
            )
            texts = pl.select(pl.coalesce(said, laid.get(field, frame[field]))).to_series()
        else:
            texts = laid.get(field, frame[field]).clone().scatter(own["row_id"], own["value"])
        laid[field] = texts.alias(field)
    return frame.with_columns(list(laid.values()))


def _with_flags(frame: pl.DataFrame, yes: str) -> pl.DataFrame:
    """Columns of yes and no as asked: Access writes -1 for yes."""
    if yes == "1":
        return frame
    return frame.with_columns(pl.col([*layout.BOOLEANS, "ibook"]).replace("1", yes))
