"""Which vouchers are written, with their lines in their order and the extras of both."""

import polars as pl

from kamcore.books import Books
from kamcore.errors import BooksError, Fault
from kamcore.format import Losses
from kamcore.vouchers.outgoing import live, note_extras
from kamcore.vouchers.unnumbered import with_numbers

SAME_KEY = Fault(
    code="Y1033",
    zh="{count} 张凭证的日期、凭证字和凭证号与别张相同, U8 文本无法区分; 第一张是 {value}",
    en="{count} vouchers share date, word and number with another; the first is {value}",
    hint_zh="请先改正凭证号",
    hint_en="correct the numbers first",
)
RAW_NUMBER = "field_3"
"""Name of the extra that keeps a voucher number as the source spelled it."""


def selected(books: Books, losses: Losses) -> Books:
    """The vouchers to write, in books of their own, with the extras of their rows.

    U8 text has no mark for a void voucher, and nothing to write for one without lines; both are
    left out and noted, and so are extras of other tables.  The number is the caller's own: a
    voucher without one gets the next of its period and word.

    Raises:
        BooksError: a line has no voucher.
    """
    some = live(books, losses)
    own = pl.col("table").is_in(["vouchers", "lines"])
    note_extras(books, some.extras.filter(~own), losses)
    some = some.replace(extras=some.extras.filter(own))
    raw = (pl.col("table") == "vouchers") & (pl.col("field") == RAW_NUMBER)
    rows = pl.int_range(some.vouchers.height, dtype=pl.Int64, eager=True)
    spelled = rows.is_in(some.extras.filter(raw)["row_id"].implode())
    return with_numbers(some, losses, spelled)


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
