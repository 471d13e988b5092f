"""Write a daybook, and spell books as a daybook does."""

from pathlib import Path

import polars as pl

from kamcore.books import Books
from kamcore.format import Losses, LossKind, Options
from kamcore.vouchers.outgoing import live
from kamcore_daybook import FORMAT, HEADINGS, MARK
from kamcore_daybook.reader import unused

__all__ = ["spell", "write_books"]

_SUMMARY = FORMAT.limits.text_chars["lines.summary"]
_TEXTS = ("summary", "account", "aux_customer")


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a daybook says them; notes in `losses` what that changes.

    A daybook has no mark for void vouchers, and a voucher without lines has no line to stand on:
    `live` leaves both out and says so.
    """
    del options
    books = live(books, losses)
    vouchers, lines = books.vouchers, books.lines
    named = [name for name in _TEXTS if name in lines.columns]
    plain = lines.with_columns(_plain(name) for name in named)
    _note(losses, books, LossKind.REPLACED, {n: lines[n].ne_missing(plain[n]) for n in named})
    cut = plain.with_columns(pl.col("summary").str.head(_SUMMARY))
    long = cut["summary"].ne_missing(plain["summary"])
    _note(losses, books, LossKind.CUT, {"summary": long})
    dated = lines.drop("date").join(
        vouchers.select("voucher_id", "date"), on="voucher_id", how="left", maintain_order="left"
    )
    spelled = cut.with_columns(dated["date"]).with_columns(
        *_period(),
        unused("debit", "credit"),
        unused("credit", "debit"),
    )
    heads = vouchers.with_columns(_plain("word"), *_period())
    _note(losses, books, LossKind.REPLACED, {"period": lines["period"] != spelled["period"]})
    return books.replace(vouchers=heads, lines=spelled)


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write the mark, the headings and a line per entry, a blank line between vouchers."""
    spelled = spell(books, losses, options)
    heads = spelled.vouchers.select("voucher_id", "word", "number").with_row_index("order")
    rows = spelled.lines.join(heads, on="voucher_id", how="left", maintain_order="left")
    rows = rows.sort("order", maintain_order=True)
    customer = pl.col("aux_customer") if "aux_customer" in rows.columns else pl.lit(None)
    fields = [
        pl.col("date").dt.to_string("%Y-%m-%d"),
        pl.col("word"),
        pl.col("number").cast(pl.String),
        pl.col("summary"),
        pl.col("account"),
        customer.cast(pl.String),
        _amount("debit", "credit"),
        _amount("credit", "debit"),
    ]
    text = pl.concat_str([field.fill_null("") for field in fields], separator="\t")
    is_next = (pl.col("order") != pl.col("order").shift()).fill_null(value=False)
    said = rows.select(pl.when(is_next).then("\n" + text).otherwise(text)).to_series().to_list()
    body = "\n".join([MARK, "\t".join(HEADINGS), *said])
    target.write_bytes(f"{body}\n".encode())


def _plain(name: str) -> pl.Expr:
    """A text without the characters that separate fields and lines; no text is a blank."""
    return pl.col(name).str.replace_all("[\t\r\n]", " ").replace("", None)


def _period() -> tuple[pl.Expr, pl.Expr]:
    date = pl.col("date").dt
    return (
        date.year().cast(pl.Int64).alias("year"),
        date.month().cast(pl.Int64).alias("period"),
    )


def _amount(own: str, other: str) -> pl.Expr:
    """The side that is used; a zero only where both sides are zero."""
    shown = (pl.col(own) != 0) | (pl.col(other) == 0)
    text = pl.col(own).cast(pl.String).str.replace(r"(\.\d\d\d*?)0+$", "$1")
    return pl.when(shown).then(text)


def _note(losses: Losses, books: Books, kind: LossKind, changed: dict[str, pl.Series]) -> None:
    for name, rows in changed.items():
        if count := int(rows.sum()):
            first = books.lines.row(rows.arg_true()[0], named=True)
            place = books.origin.place(first["source_row"], f"lines.{name}")
            losses.note(kind, f"lines.{name}", count, place, first[name])
