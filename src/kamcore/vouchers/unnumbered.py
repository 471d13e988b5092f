"""Vouchers without a number, in layouts that repeat the head on every row.

A number is blank or 0 where an importing program leaves it to the product, and null in sources
that have none.  Then a voucher ends where its head changes, or where the line numbers begin again.
"""

from collections.abc import Sequence

import polars as pl

from kamcore.books import Books
from kamcore.errors import BooksError, Fault
from kamcore.format import Losses, LossKind

__all__ = ["RUN", "SAME_NUMBER", "refuse_equal_numbers", "with_numbers", "with_runs"]

SAME_NUMBER = Fault(
    code="G3202",
    zh="{count} 张凭证的年度、期间、凭证字和凭证号与别张相同; 第一张是 {value}",
    en="{count} vouchers share year, period, word and number with another; the first is {value}",
    hint_zh="请先改正凭证号",
    hint_en="correct the numbers first",
)

RUN = "key.run"
"""Column that tells vouchers without a number apart; 0 for those that have one."""

_NUMBER = "vouchers.number"
_KEY = ["year", "period", "word", "number"]


def with_runs(frame: pl.DataFrame, heads: Sequence[str], line: str) -> pl.DataFrame:
    """Add the column `RUN`, to be part of the key for `kamcore.vouchers.numbering.by_key`.

    `heads` are columns of the head beside the number, `line` that of the line numbers.
    """
    number = pl.col(line)
    again = (number <= number.shift()).fill_null(value=False)
    changes = pl.any_horizontal(
        again, *(pl.col(name).ne_missing(pl.col(name).shift()) for name in heads)
    )
    run = changes.cast(pl.Int64).cum_sum()
    return frame.with_columns(
        pl.when(pl.col(_NUMBER).is_not_null()).then(0).otherwise(run).alias(RUN)
    )


def refuse_equal_numbers(books: Books, *, unnumbered: bool = False) -> None:
    """Refuse vouchers that share year, period, word and number: no reader tells them apart.

    Those without a number may be alike, unless they count as `unnumbered` ones do: as one.

    Raises:
        BooksError: there are such vouchers.
    """
    heads = books.vouchers if unnumbered else books.vouchers.drop_nulls("number")
    same = heads.filter(pl.struct(_KEY).is_duplicated())
    if same.height:
        first = same.row(0, named=True)
        key = f"{first['date'] or ''} {first['word'] or ''}-{first['number'] or ''}"
        place = books.origin.place(first["source_row"])
        raise BooksError(SAME_NUMBER.at(place, key, count=same.height))


def with_numbers(books: Books, losses: Losses, keep: pl.Series | None = None) -> Books:
    """Number the vouchers that have no number, for a layout that demands one.

    They follow the highest number of their period and word, in the order of the books; how many
    is noted as guessed.  Vouchers marked in `keep` stay as they are.
    """
    heads = books.vouchers
    bare = heads["number"].is_null()
    if keep is not None:
        bare &= ~keep
    if not bare.any():
        return books
    series = ["year", "period", "word"]
    rank = bare.cast(pl.Int64).alias("_bare")
    number = pl.col("number").max().fill_null(0).over(series) + pl.col("_bare").cum_sum().over(
        series
    )
    row = int(bare.arg_true()[0])
    place = books.origin.place(heads["source_row"][row], "vouchers.number")
    filled = heads.with_columns(rank).with_columns(
        number=pl.when(pl.lit(bare)).then(number).otherwise("number")
    )
    losses.note(LossKind.GUESSED, "vouchers.number", int(bare.sum()), place, filled["number"][row])
    return books.replace(vouchers=filled.drop("_bare"))
