"""Write the standard voucher table (formats/kingdee.md section 2)."""

import datetime as dt
from pathlib import Path

import polars as pl

from kamcore.adapters.kingdee_dbf import columns as layout
from kamcore.adapters.kingdee_dbf.spelling import GENERATIONS, spell
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.format.options import chosen
from kamcore.grid.dbf_writing import write_dbf
from kamcore.vouchers.currencies import product_code
from kamcore.vouchers.entries import Kind
from kamcore.vouchers.joined import joined
from kamcore.vouchers.making import NAMES

_NO_DAY = dt.date(1980, 1, 1)


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a table.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a code or a figure is wider than its field.
        UsageError: there is no such generation.
    """
    generation = chosen(options, "generation", GENERATIONS)
    spelled = spell(books, losses, options)
    # The header wants the day of the last change: that of the books, so that it repeats.
    day = spelled.vouchers["date"].max()
    write_dbf(
        page(spelled, generation),
        [column.shape(generation) for column in layout.columns_of(generation)],
        target,
        day=day if isinstance(day, dt.date) else _NO_DAY,
    )


def page(books: Books, generation: str) -> pl.DataFrame:
    """The records of spelled books, by field."""
    rows = joined(books)
    debit, credit = pl.col("debit"), pl.col("credit")
    said = pl.coalesce("fx_debit", "fx_credit").is_not_null()
    foreign = pl.col("fx_debit").fill_null(0) + pl.col("fx_credit").fill_null(0)
    on_credit = ((debit.fill_null(0) == 0) & (credit.fill_null(0) != 0)) | (
        (credit.fill_null(0) == 0) & (debit.fill_null(0) == 0) & (pl.col("fx_credit") != 0)
    ).fill_null(value=False)
    flags = ("D", "C") if generation == "1" else ("1", "0")
    summary = pl.col("summary")
    if generation in ("1", "2"):
        empty = pl.col("first") & summary.is_null()
        summary = pl.when(empty).then(pl.lit(layout.BLANK)).otherwise(summary)
    status = pl.col("vouchers.status")
    columns = {
        "FEXP": summary,
        "FENTRYID": pl.col("order") - 1,
        "FCYID": product_code(pl.col("currency")),
        "FDC": pl.when(on_credit).then(pl.lit(flags[1])).otherwise(pl.lit(flags[0])),
        "FFCYAMT": pl.when(said)
        .then(foreign)
        .when(pl.col("currency") == books.entity.base_currency)
        .then(debit + credit)
        .cast(schema.AMOUNT),
        "FSETTLCODE": pl.col("settlement_method").fill_null(layout.NOTHING),
        "FPOSTED": status == "posted",
        "FDELETED": status == "void",
        **{key: pl.lit(_verbatim(books, key)) for key in layout.VERBATIM},
        **_items(books, generation),
    }
    chosen = layout.columns_of(generation)
    return rows.select(
        _filled(column, columns.get(column.key, _plain(column))).alias(column.key)
        for column in chosen
    )


def _plain(column: layout.Column) -> pl.Expr:
    """The column of the joined lines that a field takes as it is."""
    return pl.col(column.field.fact.removeprefix("lines."))


def _filled(column: layout.Column, value: pl.Expr) -> pl.Expr:
    """A figure with 0 for nothing, as the product writes it; a missing amount stays blank."""
    is_money = column.field.kind is Kind.AMOUNT
    return value.fill_null(0) if column.old[0] == "N" and not is_money else value


def _verbatim(books: Books, key: str) -> pl.Series:
    """The texts of a field as they were read; a mark as a figure."""
    own = books.extras.filter(pl.col("field") == key)
    texts = pl.repeat(None, books.lines.height, dtype=schema.TEXT, eager=True)
    texts = texts.scatter(own["row_id"], own["value"]) if own.height else texts
    return texts.cast(schema.RATE) if layout.COLUMNS[key].old[0] == "N" else texts


def _items(books: Books, generation: str) -> dict[str, pl.Expr]:
    """The fields of the items: filled from the first on, without gaps."""
    taken = pl.lit(0)
    parts: dict[str, list[pl.Expr]] = {}
    for name, label in books.dimensions.select("id", "label").rows():
        code = pl.col(schema.AUX + name)
        for index in range(1, layout.ITEMS[generation] + 1):
            here = code.is_not_null() & (taken == index - 1)
            triple = {
                "FCLSNAME": pl.lit(label),
                "FOBJID": code,
                "FOBJNAME": pl.col(f"{NAMES}{schema.AUX}{name}"),
            }
            for key, value in triple.items():
                parts.setdefault(f"{key}{index}", []).append(pl.when(here).then(value))
        taken += code.is_not_null().cast(pl.Int64)
    blank = [pl.lit(None, dtype=schema.TEXT)]
    return {
        f"{key}{index}": pl.coalesce(parts.get(f"{key}{index}", blank))
        for key in ("FCLSNAME", "FOBJID", "FOBJNAME")
        for index in range(1, layout.ITEMS[generation] + 1)
    }
