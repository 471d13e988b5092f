"""Write a daybook, and spell books as a daybook does."""

from pathlib import Path

import polars as pl

from kamcore.books import Books
from kamcore.format import Losses, LossKind, Options
from kamcore.grid.cells import money_text
from kamcore.vouchers.outgoing import Noting, live
from kamcore.vouchers.spelling_steps import dates_of_heads
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
    noting, lines = Noting(books, losses), books.lines
    named = [name for name in _TEXTS if name in lines.columns]
    plain = lines.with_columns(_plain(name) for name in named)
    noting.replaced("lines", plain, named)
    cut = plain.with_columns(pl.col("summary").str.head(_SUMMARY))
    noting.note(LossKind.CUT, "lines.summary", cut["summary"].ne_missing(plain["summary"]))
    dated = dates_of_heads(books.replace(lines=cut), noting, ("year", "period"))
    return dated.replace(
        vouchers=dated.vouchers.with_columns(_plain("word")),
        lines=dated.lines.with_columns(unused("debit", "credit"), unused("credit", "debit")),
    )


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


def _amount(own: str, other: str) -> pl.Expr:
    """The side that is used; a zero only where both sides are zero."""
    shown = (pl.col(own) != 0) | (pl.col(other) == 0)
    return pl.when(shown).then(money_text(pl.col(own)))
