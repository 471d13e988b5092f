"""The books as the standard voucher table will say them, and what that loses.

Lengths are bytes of GBK, by generation (formats/kingdee.md section 2).  Void vouchers stay: the
table has a mark for them.
"""

from collections.abc import Callable

import polars as pl

from kamcore.adapters.kingdee_dbf import columns as layout
from kamcore.books import Books, schema
from kamcore.errors import LossRefused
from kamcore.format import Losses, LossKind, Options
from kamcore.format.options import chosen
from kamcore.grid.dbf_writing import figures
from kamcore.grid.words import blank_words
from kamcore.model.dimension import label_of
from kamcore.vouchers.dotted import with_dots
from kamcore.vouchers.fitting import LONG_CODE, fit, size_of
from kamcore.vouchers.outgoing import Noting
from kamcore.vouchers.spelling import Spelling
from kamcore.vouchers.spelling_steps import currency_codes, status_by_marks
from kamcore.vouchers.unnumbered import refuse_equal_numbers

_MONEY = ("debit", "credit", "fx_debit", "fx_credit")
GENERATIONS = ("3", *(name for name in layout.GENERATIONS if name != "3"))
"""Values of the option generation, the usual one first."""


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a table with these options says them; what that loses goes to `losses`.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a code is longer than its field.
        UsageError: there is no such generation.
    """
    generation = chosen(options, "generation", GENERATIONS)
    work = Spelling(books, losses)
    present = {column.key for column in layout.columns_of(generation)}
    work.live([key for key in layout.VERBATIM if key in present], void=True)
    _heads(work, generation)
    work.codes(with_dots(work.books))
    work.dimensions(_label_of(books.entity.system))
    work.books = currency_codes(work.books, Noting(work.books, work.losses))
    if generation == "1":
        work.round_to(_MONEY, 2)
    _rates(work, generation)
    work.money(str(options.get("currency") or "") or None)
    _texts(work, generation)
    _codes(work, generation)
    _members(work, generation)
    _verbatim(work, generation)
    return work.done()


def _label_of(system: str | None) -> Callable[[str, str | None], str]:
    """What the product calls a dimension, given its id and what the source calls it."""

    def label(dimension: str, said: str | None) -> str:
        # The product refuses another product's words.
        if said and system == layout.SYSTEM:
            return said
        return layout.LABELS.get(dimension) or label_of(dimension, said)

    return label


def _heads(work: Spelling, generation: str) -> None:
    """Number, period and serial of 0 say nothing; year follows from the date; the status."""
    heads = work.books.vouchers.with_columns(
        pl.when(pl.col(name) != 0).then(name).alias(name)
        for name in ("number", "period", "serial")
    )
    work.books = work.books.replace(vouchers=heads)
    work.heads(derived=("year",))
    refuse_equal_numbers(work.books)
    reviewer = fit(work.books.vouchers["reviewer"]).values
    noting = Noting(work.books, work.losses)
    work.books = status_by_marks(work.books, noting, reviewer=reviewer)
    heads = work.books.vouchers
    has_day = generation >= layout.COLUMNS["FTRANSDATE"].since
    if not has_day:
        given = heads["business_date"]
        work.note(LossKind.DROPPED, "vouchers.business_date", given.is_not_null(), given)
    # The field is required; a business without a day of its own has the voucher's.
    day = pl.coalesce("business_date", "date") if has_day else pl.lit(None, dtype=schema.DAY)
    work.books = work.books.replace(
        vouchers=heads.with_columns(day.alias("business_date"), pl.col("attachments").fill_null(0))
    )


def _rates(work: Spelling, generation: str) -> None:
    """Round rates, quantities and prices to the decimals that their field has room for."""
    lines = work.books.lines
    for key, name in zip(("FEXCHRATE", "FQTY", "FPRICE"), layout.RATES, strict=True):
        shape = layout.COLUMNS[key].shape(generation)
        rounded = _rounded(lines[name], shape.decimals)
        for places in range(shape.decimals - 1, -1, -1):
            texts = figures(rounded, shape.length, shape.decimals)
            long = (texts.str.len_bytes() > shape.length).fill_null(value=False)
            if not long.any():
                break
            less = _rounded(lines[name], places)
            rounded = pl.select(pl.when(long).then(less).otherwise(rounded)).to_series()
        rounded = rounded.alias(name)
        changed = lines[name].ne_missing(rounded)
        work.note(LossKind.ROUNDED, f"lines.{name}", changed, lines[name])
        lines = lines.with_columns(rounded)
    work.books = work.books.replace(lines=lines)


def _rounded(values: pl.Series, places: int) -> pl.Series:
    return values.round(places, mode="half_away_from_zero").cast(schema.RATE)


def _texts(work: Spelling, generation: str) -> None:
    """Fit every text into its field; a text without a field in this generation is dropped."""
    spelled: dict[str, list[pl.Series]] = {"vouchers": [], "lines": []}
    for fact, column in layout.TEXTS.items():
        table, _, name = fact.partition(".")
        given = work.books.tables[table][name]
        size = column.shape(generation).length
        if column.since > generation:
            work.note(LossKind.DROPPED, fact, given.is_not_null(), given)
            said = pl.Series(name, [None], dtype=schema.TEXT).new_from_index(0, given.len())
        elif fact in layout.NAMES:
            said = _whole(work, fact, given, size)
        else:
            fitted = fit(given, size)
            said = blank_words(fitted.values, {layout.QUOTES, *column.field.blanks})
            lost = fitted.values.is_not_null() & said.is_null()
            work.note(LossKind.REPLACED, fact, fitted.replaced | lost, given)
            work.note(LossKind.CUT, fact, fitted.cut, given)
        spelled[table].append(said.alias(name))
    heads, lines = work.books.vouchers, work.books.lines
    work.books = work.books.replace(
        vouchers=heads.with_columns(spelled["vouchers"]),
        lines=lines.with_columns(spelled["lines"]),
    )


def _whole(work: Spelling, fact: str, given: pl.Series, size: int) -> pl.Series:
    """A name or code that must not be cut.

    Raises:
        LossRefused: it is longer than its field.
    """
    fitted = fit(given)
    long = (size_of(fitted.values) > size).fill_null(value=False)
    if long.any():
        row = long.arg_max() or 0
        source = work.books.tables[fact.partition(".")[0]]["source_row"][row]
        place = work.books.origin.place(source, fact)
        raise LossRefused(LONG_CODE.at(place, given[row], size=size))
    work.note(LossKind.REPLACED, fact, fitted.replaced, given)
    return blank_words(fitted.values, {layout.QUOTES}).alias(given.name)


def _codes(work: Spelling, generation: str) -> None:
    sizes = {
        "account": layout.COLUMNS["FACCTID"].shape(generation).length,
        "currency": layout.COLUMNS["FCYID"].shape(generation).length,
    }
    size = layout.COLUMNS["FOBJID1"].shape(generation).length
    sizes |= dict.fromkeys(schema.dimension_columns(work.books.lines), size)
    lines = work.books.lines
    columns = [_whole(work, f"lines.{name}", lines[name], most) for name, most in sizes.items()]
    work.books = work.books.replace(lines=lines.with_columns(columns))


def _members(work: Spelling, generation: str) -> None:
    """Fit labels and names of items; leave out members that no item is left for."""
    books, lines = work.books, work.books.lines
    taken = pl.repeat(0, lines.height, dtype=pl.Int64, eager=True)
    for name in books.dimensions["id"]:
        column = schema.AUX + name
        filled = lines[column].is_not_null()
        taken += filled.cast(pl.Int64)
        over = filled & (taken > layout.ITEMS[generation])
        work.note(LossKind.CUT, f"lines.{column}", over, lines[column])
        lines = lines.with_columns(pl.when(~over).then(column).alias(column))
    size = layout.COLUMNS["FCLSNAME1"].shape(generation).length
    for label in books.dimensions["label"]:
        if size_of(fit(pl.Series([label])).values)[0] > size:
            raise LossRefused(LONG_CODE.at(books.origin.place(None), label, size=size))
    given = books.members["name"]
    fitted = fit(given, layout.COLUMNS["FOBJNAME1"].shape(generation).length)
    work.note(LossKind.REPLACED, "members.name", fitted.replaced, given)
    work.note(LossKind.CUT, "members.name", fitted.cut, given)
    names = blank_words(fitted.values, {layout.QUOTES}).alias("name")
    members = books.members.with_columns(names, fit(books.members["code"]).values)
    work.books = books.replace(lines=lines, members=members)


def _verbatim(work: Spelling, generation: str) -> None:
    """Texts kept verbatim as their fields hold them."""
    extras = work.books.extras
    if not extras.height:
        return
    size = layout.COLUMNS["FPAY"].shape(generation).length
    mark = extras["value"].str.strip_chars().cast(schema.RATE, strict=False)
    mark = figures(_rounded(mark, 5), *layout.COLUMNS["FCASHFLOW"].new[1:])
    is_mark = extras["field"] == "FCASHFLOW"
    paid = blank_words(fit(extras["value"], size).values, {layout.QUOTES})
    spelled = pl.select(pl.when(is_mark).then(mark).otherwise(paid)).to_series()
    lost = spelled.is_null()
    for kind, rows in (
        (LossKind.DROPPED, lost),
        (LossKind.CUT, ~lost & ~is_mark & (spelled != extras["value"])),
    ):
        if rows.any():
            first = extras.filter(rows)["value"][0]
            place = work.books.origin.place(None)
            work.losses.note(kind, "extras.value", int(rows.sum()), place, first)
    work.books = work.books.replace(extras=extras.with_columns(value=spelled).filter(~lost))
