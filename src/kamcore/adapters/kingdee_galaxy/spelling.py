"""The books as 云星空 will say them, and what that loses."""

from collections.abc import Mapping

import polars as pl

from kamcore.adapters.kingdee_galaxy import columns as layout
from kamcore.adapters.kingdee_galaxy.codes import free_slots, given, own_codes, slots
from kamcore.adapters.kingdee_galaxy.columns import Coded
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.model.dimension import label_of
from kamcore.vouchers.dotted import with_dots
from kamcore.vouchers.spelling import Spelling
from kamcore.vouchers.verbatim import kept

_LABELS = {"employee": "员工", "inventory": "物料", "bank_account": "银行账号"}
"""What the product calls a dimension where the usual label is another."""
_TEXTS = (
    "summary",
    "rate_type",
    "unit",
    "settlement_method",
    "settlement_number",
    "business_number",
)
_CODES = tuple(
    coded.kept for coded in (layout.UNIT, layout.SETTLEMENT, layout.RATE_TYPE, layout.CURRENCY)
)
_RATE_TYPE = "固定汇率"


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a workbook says them; what that loses goes to `losses`.

    Raises:
        BooksError: a line has no voucher.
        UsageError: an option is no list of name=code.
    """
    known = {
        name: said for name, said in books.dimensions.select("id", "label").rows() if name != said
    }
    source = books.entity.system
    work = Spelling(books, losses)
    work.live(
        (*layout.LINE_EXTRAS, *_CODES), {"vouchers": (*layout.HEAD_EXTRAS, layout.WORD.kept)}
    )
    work.heads(derived=())
    work.codes(with_dots(books))
    wanted = slots(books, options)
    label = {
        name: known.get(name) if name in wanted and source == "kingdee-galaxy" else None
        for name in wanted
    }
    _dimensions(work, label, wanted)
    work.money(str(options.get("currency") or "") or None)
    work.texts(_TEXTS)
    rate_type = pl.col("rate_type").fill_null(_RATE_TYPE)
    work.books = work.books.replace(lines=work.books.lines.with_columns(rate_type))
    _account_book(work, options)
    _site_codes(work, options)
    return work.done()


def _dimensions(work: Spelling, said: Mapping[str, str | None], wanted: Mapping[str, str]) -> None:
    """Give dimensions the labels of the product and a slot each; a guessed slot is noted."""
    names: dict[str, str] = {}

    def label(dimension: str, known: str | None) -> str:
        names[dimension] = said.get(dimension) or usual_label(dimension, known)
        return names[dimension]

    work.dimensions(label)
    dimensions = work.books.dimensions
    by_label = {names[name].strip(): slot for name, slot in wanted.items() if name in names}
    usual = {text: slot for slot, text in layout.SLOTS.items() if slot not in by_label.values()}
    for text in dimensions["label"]:
        if text not in by_label and text in usual:
            by_label[text] = usual[text]
    missing = [text for text in dimensions["label"] if text not in by_label]
    guessed = free_slots(missing, by_label)
    if guessed:
        place = work.books.origin.place(None, "dimensions.source_code")
        example = ", ".join(f"{text}={slot}" for text, slot in guessed.items())
        work.losses.note(LossKind.GUESSED, "dimensions.source_code", len(guessed), place, example)
    chosen = {**by_label, **guessed}
    slot = pl.col("label").replace_strict(chosen, default=None, return_dtype=schema.TEXT)
    work.books = work.books.replace(dimensions=dimensions.with_columns(source_code=slot))


def usual_label(dimension: str, said: str | None) -> str:
    """What the product calls a dimension; one of a site's own as the source does."""
    return _LABELS.get(dimension) or label_of(dimension, said)


def _account_book(work: Spelling, options: Options) -> None:
    """Name the account book of every voucher: as the source did, else as the caller says."""
    books = work.books
    rows = pl.int_range(books.vouchers.height, dtype=schema.INTEGER, eager=True)
    blank = kept(books, "vouchers", layout.BOOK).is_null()
    book = str(options.get("book") or "")
    if not book:
        if blank.any():
            place = books.origin.place(None, layout.BOOK)
            count = int(blank.sum())
            work.losses.note(LossKind.MISSING, "extras.value", count, place, layout.BOOK)
        return
    added = pl.select(
        table=pl.lit("vouchers"),
        row_id=rows.filter(blank),
        field=pl.lit(layout.BOOK),
        value=pl.lit(book),
    )
    work.books = books.replace(extras=pl.concat([books.extras, added]))


def _site_codes(work: Spelling, options: Options) -> None:
    """Settle the code of every name, as extras where it does not follow from the name.

    A name for which no code is known is written as its own code; that is noted.
    """
    for coded in (*layout.CODED, layout.CURRENCY):
        books = work.books
        table, _, column = coded.fact.partition(".")
        names = books.tables[table][column]
        code = _code_series(books, coded, options)
        work.note(LossKind.GUESSED, coded.fact, names.is_not_null() & code.is_null(), names)
        frame = books.tables[table].select(
            pl.col(column).alias(coded.fact),
            code.alias(coded.code),
            _row=pl.int_range(pl.len()),
        )
        others = books.extras.filter((pl.col("table") != table) | (pl.col("field") != coded.kept))
        extras = pl.concat([others, own_codes(frame, coded, "_row")])
        work.books = books.replace(extras=extras)
    order = ["table", "row_id", "field"]
    work.books = work.books.replace(extras=work.books.extras.sort(order, maintain_order=True))


def _code_series(books: Books, coded: Coded, options: Options) -> pl.Series:
    """The code of each row where one is known: the caller's, the source's or the usual one."""
    table, _, column = coded.fact.partition(".")
    names = books.tables[table][column]
    told, usual = (
        names.replace_strict(codes, default=None, return_dtype=schema.TEXT)
        for codes in (given(options, coded.option), coded.known)
    )
    own = pl.when(names.is_not_null()).then(kept(books, table, coded.kept))
    return pl.select(pl.coalesce(told, own, usual)).to_series()
