"""Write the GL_VOUCHER workbook (formats/kingdee.md section 4a)."""

from pathlib import Path

import polars as pl

from kamcore.adapters.kingdee_galaxy import columns as layout
from kamcore.adapters.kingdee_galaxy.codes import said_codes
from kamcore.adapters.kingdee_galaxy.spelling import spell
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.grid.cells import SheetOut
from kamcore.grid.workbook_writing import write_workbook
from kamcore.vouchers.currencies import product_name
from kamcore.vouchers.joined import joined, one_side, original_amount, stated
from kamcore.vouchers.making import NAMES
from kamcore.vouchers.verbatim import kept

_BLANK = pl.lit(None, dtype=schema.TEXT)


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a workbook.

    Raises:
        BooksError: a line has no voucher.
        LossRefused: a value fits no cell, or there are more rows than a sheet holds.
        UsageError: an option is no list of name=code.
    """
    spelled = spell(books, losses, options)
    frame = page(spelled)
    captions = {**layout.CAPTIONS, **_dimension_captions(spelled)}
    header = (tuple(frame.columns), tuple(captions[key] for key in frame.columns))
    write_workbook([SheetOut(layout.SHEET, frame, header)], target)


def page(books: Books) -> pl.DataFrame:
    """The sheet of spelled books: one row a line, the head on the first line of a voucher."""
    rows = joined(books).with_columns(
        *(said_codes(books, coded).alias(coded.code) for coded in _OF_LINES),
        *(kept(books, "lines", name).alias(f"kept.{name}") for name in layout.LINE_EXTRAS),
    )
    heads = books.vouchers.select(
        "voucher_id",
        said_codes(books, layout.WORD).alias(layout.WORD.code),
        *(kept(books, "vouchers", name).alias(f"kept.{name}") for name in layout.HEAD_EXTRAS),
        _order=pl.int_range(layout.FIRST_HEAD, layout.FIRST_HEAD + pl.len()),
    )
    rows = rows.join(heads, on="voucher_id", how="left", maintain_order="left")
    columns = {**_head_columns(), **_line_columns(books)}
    order = list(layout.CAPTIONS)
    split = order.index(layout.BEFORE_DIMENSIONS) + 1
    keys = [*order[:split], *_dimension_captions(books), *order[split:]]
    return rows.select(columns[key].alias(key) for key in keys)


_OF_LINES = (layout.UNIT, layout.SETTLEMENT, layout.RATE_TYPE, layout.CURRENCY)


def _head_columns() -> dict[str, pl.Expr]:
    """Columns of the head, filled on the first line of a voucher only."""
    day = "%Y-%m-%d"
    word = pl.col("vouchers.word")
    columns = {
        layout.HEAD: pl.col("_order"),
        **{name: pl.col(f"kept.{name}") for name in layout.HEAD_EXTRAS},
        layout.ADJUSTING: pl.col(f"kept.{layout.ADJUSTING}").fill_null("否"),
        "FDate": pl.col("vouchers.date").dt.strftime(day),
        "FBUSDATE": pl.col("vouchers.business_date").dt.strftime(day),
        "FYEAR": pl.col("vouchers.year"),
        "FPERIOD": pl.col("vouchers.period"),
        layout.WORD.key: pl.col(layout.WORD.code),
        f"{layout.WORD.key}#Name": word,
        "FVOUCHERGROUPNO": pl.col("vouchers.number"),
        "FATTACHMENTS": pl.col("vouchers.attachments"),
    }
    return {key: pl.when("first").then(value) for key, value in columns.items()}


def _line_columns(books: Books) -> dict[str, pl.Expr]:
    base = books.entity.base_currency
    columns: dict[str, pl.Expr] = {
        layout.SPLIT: _BLANK,
        layout.LINE: pl.col("order"),
        "FEXPLANATION": pl.col("summary"),
        "FAccountID": pl.col("account"),
        "FAccountID#Name": pl.col(NAMES + "account"),
        "FCURRENCYID": pl.col(layout.CURRENCY.code),
        "FCURRENCYID#Name": pl.coalesce(product_name(pl.col("currency")), "currency"),
        "FEXCHANGERATE": pl.col("rate"),
        "FPrice": pl.col("unit_price"),
        "FQty": pl.col("quantity"),
        "FAMOUNTFOR": pl.when(stated(base)).then(original_amount()),
        "FDEBIT": one_side("debit", "credit"),
        "FCREDIT": one_side("credit", "debit"),
        "FSETTLENO": pl.col("settlement_number"),
        "FBUSNO": pl.col("business_number"),
        **{name: pl.col(f"kept.{name}") for name in layout.LINE_EXTRAS},
    }
    for coded in (layout.RATE_TYPE, layout.UNIT, layout.SETTLEMENT):
        name = pl.col(coded.fact.removeprefix("lines."))
        columns |= {coded.key: pl.col(coded.code), f"{coded.key}#Name": name}
    for name, slot in books.dimensions.select("id", "source_code").rows():
        column = schema.AUX + name
        columns[layout.dimension_key(slot)] = pl.col(column)
        columns[layout.dimension_key(slot, name=True)] = pl.col(NAMES + column)
    return columns


def _dimension_captions(books: Books) -> dict[str, str]:
    """Key and caption of the columns of dimensions, in their order."""
    found = {}
    for label, slot in books.dimensions.select("label", "source_code").rows():
        found[layout.dimension_key(slot)] = f"(分录){label}#编码"
        found[layout.dimension_key(slot, name=True)] = f"(分录){label}#名称(Null)"
    return found
