"""Which vouchers are written, with their lines in their order and the extras of both."""

import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import BooksError, Fault
from kamcore.format import Losses, LossKind

SAME_KEY = Fault(
    code="Y1033",
    zh="{count} 张凭证的日期、凭证字和凭证号与别张相同, U8 文本无法区分; 第一张是 {value}",
    en="{count} vouchers share date, word and number with another; the first is {value}",
    hint_zh="请先改正凭证号",
    hint_en="correct the numbers first",
)
NO_VOUCHER = Fault(
    code="Y1034",
    zh="分录属于凭证标识 {value}, 但没有这张凭证",
    en="the line belongs to voucher id {value}, and there is no such voucher",
)

RAW_NUMBER = "field_3"
"""Name of the extra that keeps a voucher number as the source spelled it."""


def live(books: Books, losses: Losses) -> Books:
    """The vouchers to write, in books of their own.

    U8 text has no mark for a void voucher, and nothing to write for one without lines; both are
    left out and noted.

    Raises:
        BooksError: a line has no voucher.
    """
    heads = books.vouchers.with_row_index("_row")
    used = books.lines["voucher_id"].unique()
    stays = ~(pl.col("status") == "void").fill_null(value=False)
    stays &= pl.col("voucher_id").is_in(used.implode())
    _note_left_out(books, heads.filter(~stays), losses)
    kept = heads.filter(stays)
    lines = _lines(books, heads.select("voucher_id", _order="_row", _stays=stays))
    extras = books.extras
    if extras.height:
        rows = pl.concat([_renumbered(kept, "vouchers"), _renumbered(lines, "lines")])
        extras = extras.join(rows, on=["table", "row_id"], how="inner", maintain_order="left")
        extras = extras.with_columns(row_id="_new").drop("_new")
        others = books.extras.filter(~pl.col("table").is_in(["vouchers", "lines"]))
        note_extras(books, others, losses)
    return books.replace(
        vouchers=kept.drop("_row"), lines=lines.drop("_row", "_order", "_stays"), extras=extras
    )


def note_extras(books: Books, extras: pl.DataFrame, losses: Losses) -> None:
    """Note extras that no field of the layout holds."""
    if extras.height:
        first = extras.row(0, named=True)
        example = f"{first['field']}={first['value']}"
        place = books.origin.place(None)
        losses.note(LossKind.DROPPED, "extras.value", extras.height, place, example)


def refuse_equal(heads: pl.DataFrame, raw: pl.Series, books: Books) -> None:
    """Refuse vouchers that would be read as one.

    Raises:
        BooksError: two vouchers have the same date, word and number.
    """
    keys = heads.select("date", "word", "source_row", number=raw)
    same = keys.filter(pl.struct("date", "word", "number").is_duplicated())
    if same.height:
        first = same.row(0, named=True)
        key = f"{first['date'] or ''} {first['word'] or ''}-{first['number'] or ''}"
        place = books.origin.place(first["source_row"])
        raise BooksError(SAME_KEY.at(place, key, count=same.height))


def _note_left_out(books: Books, out: pl.DataFrame, losses: Losses) -> None:
    if out.height:
        first = out.row(0, named=True)
        name = f"{first['word'] or ''}-{first['number'] or ''}"
        place = books.origin.place(first["source_row"], voucher=name)
        losses.note(LossKind.DROPPED, "vouchers.status", out.height, place, name)


def _lines(books: Books, order: pl.DataFrame) -> pl.DataFrame:
    lines = books.lines.with_row_index("_row").join(
        order, on="voucher_id", how="left", maintain_order="left"
    )
    orphans = lines.filter(pl.col("_order").is_null())
    if orphans.height:
        row = orphans.row(0, named=True)
        raise BooksError(NO_VOUCHER.at(books.origin.place(row["source_row"]), row["voucher_id"]))
    lines = lines.filter(pl.col("_stays"))
    return lines if lines["_order"].is_sorted() else lines.sort("_order", maintain_order=True)


def _renumbered(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    return frame.select(
        table=pl.lit(table),
        row_id=pl.col("_row").cast(schema.INTEGER),
        _new=pl.int_range(pl.len(), dtype=schema.INTEGER),
    )
