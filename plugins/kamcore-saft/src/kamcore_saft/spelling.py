"""Books as an audit file says them: one side a line, currencies named, texts that XML can hold."""

import polars as pl

from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.markup.element_writing import ILLEGAL
from kamcore.model.dimension import label_of
from kamcore.vouchers.noting import note_rows
from kamcore.vouchers.outgoing import Noting, live

__all__ = ["BASE", "first_period", "spell"]

BASE = "CNY"
"""The base currency where nothing says otherwise."""

_ZERO = pl.lit(0).cast(schema.AMOUNT)
_CUT = {"summary": 256, "invoice": 35}
_PARTIES = ("customer", "supplier")
_RECEIPT = (
    "id party_role party account date document invoice summary currency rate amount fx_amount"
)


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as the file says them; notes in `losses` what that changes.

    Void vouchers and vouchers without lines are left out.
    """
    del options
    books = live(books, losses)
    lines, vouchers = books.lines, books.vouchers
    plain = _texts(books, "lines", ["account", "summary", "invoice", *_aux(lines)], losses)
    noting = Noting(books.replace(lines=plain), losses)
    plain = plain.with_columns(
        noting.cut(f"lines.{name}", most).alias(name) for name, most in _CUT.items()
    )
    heads = vouchers.select("voucher_id", "date", "year", "period")
    dated = plain.drop("date", "year", "period").join(
        heads, on="voucher_id", how="left", maintain_order="left"
    )
    said = _with_sides(dated, books.entity.base_currency or BASE).select(lines.columns)
    _note_lines(books, said, losses)
    return books.replace(
        vouchers=_texts(books, "vouchers", ["word", "preparer"], losses),
        lines=said,
        accounts=_texts(books, "accounts", ["name"], losses),
        dimensions=_dimensions(books, losses),
        members=_texts(books, "members", ["name"], losses),
        balances=_openings(books, losses),
        receipts=_texts(books, "receipts", ["summary"], losses),
    )


def _aux(lines: pl.DataFrame) -> list[str]:
    return schema.dimension_columns(lines)


def _texts(books: Books, table: str, names: list[str], losses: Losses) -> pl.DataFrame:
    """A table with texts that XML can hold; a blank text is none."""
    frame = books.tables[table]
    plain = frame.with_columns(_plain(name) for name in names)
    for name in names:
        changed = frame[name].ne_missing(plain[name])
        note_rows(books, losses, (LossKind.REPLACED, f"{table}.{name}"), changed)
    return plain


def _plain(name: str) -> pl.Expr:
    text = pl.col(name).str.replace_all(ILLEGAL, " ").str.strip_chars()
    return text.replace("", None)


def _with_sides(lines: pl.DataFrame, base: str) -> pl.DataFrame:
    """Every line on one side, with its currency; foreign amounts on the same side."""
    debit, credit = (pl.col(side).fill_null(_ZERO) for side in ("debit", "credit"))
    both = (debit != 0) & (credit != 0)
    on_credit = ((debit == 0) & (credit != 0)) | (both & (credit > debit))
    net = debit - credit
    currency = pl.col("currency").fill_null(base)
    paid = pl.col("fx_debit").fill_null(_ZERO) - pl.col("fx_credit").fill_null(_ZERO)
    has_paid = pl.col("fx_debit").is_not_null() | pl.col("fx_credit").is_not_null()
    is_abroad = (currency != base) & has_paid
    said = {
        "debit": pl.when(both & ~on_credit).then(net).when(both).then(_ZERO).otherwise(debit),
        "credit": pl.when(both & on_credit).then(-net).when(both).then(_ZERO).otherwise(credit),
        "fx_debit": pl.when(is_abroad).then(pl.when(on_credit).then(_ZERO).otherwise(paid)),
        "fx_credit": pl.when(is_abroad).then(pl.when(on_credit).then(-paid).otherwise(_ZERO)),
    }
    return lines.with_columns(
        *(value.cast(schema.AMOUNT).alias(name) for name, value in said.items()),
        currency=currency,
    )


def _note_lines(books: Books, said: pl.DataFrame, losses: Losses) -> None:
    lines = books.lines
    blank = lines["debit"].is_null() & lines["credit"].is_null()
    note_rows(books, losses, (LossKind.MISSING, "lines.debit"), blank)
    note_rows(books, losses, (LossKind.GUESSED, "lines.currency"), lines["currency"].is_null())
    for name in ("debit", "credit", "fx_debit", "fx_credit"):
        was, now = lines[name].fill_null(0), said[name].fill_null(0)
        note_rows(books, losses, (LossKind.REPLACED, f"lines.{name}"), was != now)
    for name in ("year", "period", "date"):
        moved = lines[name].is_not_null() & lines[name].ne_missing(said[name])
        note_rows(books, losses, (LossKind.REPLACED, f"lines.{name}"), moved)


def _dimensions(books: Books, losses: Losses) -> pl.DataFrame:
    """The dimensions that have members: without one there is no entry to say the label."""
    frame = books.dimensions
    listed = frame["id"].is_in(books.members["dimension"].unique().implode())
    note_rows(books, losses, (LossKind.DROPPED, "dimensions.label"), ~listed)
    usual = pl.Series([label_of(one) for one in frame["id"]], dtype=schema.TEXT)
    named = pl.col("id").is_in(list(_PARTIES))
    said = frame.with_columns(label=pl.when(named).then(usual).otherwise("label"))
    note_rows(
        books, losses, (LossKind.REPLACED, "dimensions.label"), frame["label"] != said["label"]
    )
    return said.filter(listed)


def first_period(books: Books) -> tuple[int, int] | None:
    """The first period that vouchers or balances name."""
    named = pl.concat(frame.select("year", "period") for frame in (books.vouchers, books.balances))
    found = named.drop_nulls().sort("year", "period").head(1).rows()
    return found[0] if found else None


def _openings(books: Books, losses: Losses) -> pl.DataFrame:
    """The openings of accounts as a whole, in the first period."""
    frame = books.balances
    first = first_period(books)
    if first is None or not frame.height:
        return frame
    blank = [pl.col(name).is_null() for name in schema.dimension_columns(frame)]
    base = books.entity.base_currency or BASE
    is_whole = pl.all_horizontal(
        pl.col("year") == first[0],
        pl.col("period") == first[1],
        pl.col("currency").is_null() | (pl.col("currency") == base),
        pl.col("opening").is_not_null(),
        *blank,
    )
    kept = frame.select(is_whole & pl.col("account").is_first_distinct()).to_series()
    # An opening of zero is what an account has that says nothing.
    said = kept & (frame["opening"] != 0)
    note_rows(books, losses, (LossKind.DROPPED, "balances.opening"), ~kept)
    return frame.filter(said.fill_null(value=False)).select(
        pl.col(name)
        if name in ("year", "period", "account", "opening", "source_row")
        else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in frame.schema.items()
    )
