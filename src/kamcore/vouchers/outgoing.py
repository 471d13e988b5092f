"""What every writer begins with: the vouchers it can write, and the means to note its changes.

A layout without a mark for void vouchers leaves them out, and a voucher without lines has nothing
to be written as; both are noted.  Extras follow the rows they belong to.
"""

from collections.abc import Iterable

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import BooksError, Fault
from kamcore.format import Losses, LossKind
from kamcore.vouchers.noting import note_rows

__all__ = ["Noting", "live", "note_extras"]

NO_VOUCHER = Fault(
    code="G3201",
    zh="分录属于凭证标识 {value}, 但没有这张凭证",
    en="the line belongs to voucher id {value}, and there is no such voucher",
)
_WITH_ROWS = ("vouchers", "lines")


def live(books: Books, losses: Losses, *, void: bool = False) -> Books:
    """The vouchers to write with their lines, in the order of the vouchers.

    With `void` void vouchers stay, for a layout that has a mark for them.

    Raises:
        BooksError: a line has no voucher.
    """
    heads = books.vouchers
    stays = heads["voucher_id"].is_in(books.lines["voucher_id"].unique().implode())
    if not void:
        stays &= ~(heads["status"] == "void").fill_null(value=False)
    note_rows(books, losses, (LossKind.OMITTED, "vouchers.status"), ~stays)
    heads = heads.with_row_index("_row")
    kept = heads.filter(stays)
    lines = _lines(books, heads.select("voucher_id", _order="_row", _stays=stays))
    extras = books.extras
    if extras.height:
        rows = pl.concat([_renumbered(kept, "vouchers"), _renumbered(lines, "lines")])
        own = extras.join(rows, on=["table", "row_id"], how="inner", maintain_order="left")
        own = own.with_columns(row_id="_new").drop("_new")
        others = extras.filter(~pl.col("table").is_in(list(_WITH_ROWS)))
        extras = pl.concat([own, others])
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


@attrs.frozen
class Noting:
    """Notes losses at the rows of a table as they were at first."""

    books: Books
    losses: Losses

    def note(self, kind: LossKind, fact: str, marks: pl.Series) -> None:
        """Note the marked rows of the table of `fact`."""
        note_rows(self.books, self.losses, (kind, fact), marks)

    def replaced(self, table: str, after: pl.DataFrame, names: Iterable[str]) -> None:
        """Note the values of these columns that are others in `after`."""
        before = self.books.tables[table]
        for name in names:
            changed = before[name].ne_missing(after[name])
            self.note(LossKind.REPLACED, f"{table}.{name}", changed)

    def cut(self, fact: str, chars: int) -> pl.Series:
        """The texts of a fact cut to a number of characters; cut ones are noted."""
        table, _, column = fact.partition(".")
        texts = self.books.tables[table][column]
        long = (texts.str.len_chars() > chars).fill_null(value=False)
        if not long.any():
            return texts
        self.note(LossKind.CUT, fact, long)
        return texts.str.slice(0, chars).str.strip_chars_end()


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
