"""The books as the workbook will say them, and what that loses (formats/yonyou.md 1c and 7.1)."""

import polars as pl

from kamcore.adapters.yonyou_u8_sheet import columns as layout
from kamcore.adapters.yonyou_u8_sheet.cash import one_a_line
from kamcore.adapters.yonyou_u8_sheet.usual import derived
from kamcore.books import Books, schema
from kamcore.errors import LossRefused
from kamcore.format import Losses, LossKind, Options
from kamcore.grid.words import tidy
from kamcore.model.currency import decimals_of
from kamcore.vouchers.fitting import LONG_CODE, cut, size_of
from kamcore.vouchers.outgoing import Noting
from kamcore.vouchers.spelling import Spelling
from kamcore.vouchers.spelling_steps import status_by_marks
from kamcore.vouchers.unnumbered import refuse_equal_numbers

_USUAL = {column.heading: column.usual for column in layout.COLUMNS if not column.fact}


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a workbook with these options says them; what that loses goes to `losses`.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a code is too long for its column.
    """
    work = Spelling(books, losses)
    own = books.entity.system == layout.SYSTEM
    work.live(layout.VERBATIM if own else (), void=True)
    work.heads(derived=("year",))
    refuse_equal_numbers(work.books)
    work.codes()
    _known_dimensions(work)
    work.dimensions(lambda name, _said: layout.LABELS[name])
    _codes_that_fit(work)
    work.round_to(("debit", "credit"), min(2, decimals_of(books.entity.base_currency)))
    work.money(str(options.get("currency") or "") or None)
    work.texts(layout.LINE_TEXTS)
    _cut_texts(work)
    _statuses(work)
    _flows(work)
    _extras(work, str(options.get("project_class") or ""))
    return work.done()


def _known_dimensions(work: Spelling) -> None:
    """Leave out dimensions without a column: the card names them as dropped."""
    lines = work.books.lines
    strange = [
        name
        for name in schema.dimension_columns(lines)
        if name.removeprefix(schema.AUX) not in layout.LABELS
    ]
    work.books = work.books.replace(lines=lines.drop(strange))


def _codes_that_fit(work: Spelling) -> None:
    lines = work.books.lines
    for fact, size in layout.SIZES.items():
        name = fact.removeprefix("lines.")
        is_code = name == "account" or name.startswith(schema.AUX)
        if not is_code or name not in lines.columns:
            continue
        long = (size_of(lines[name]) > size).fill_null(value=False)
        if long.any():
            row = long.arg_max() or 0
            place = work.books.origin.place(lines["source_row"][row], fact)
            raise LossRefused(LONG_CODE.at(place, lines[name][row], size=size))


def _cut_texts(work: Spelling) -> None:
    """Cut texts to their columns; a settlement code that is too long is left out instead."""
    for table, names in (("vouchers", layout.HEAD_TEXTS), ("lines", layout.LINE_TEXTS)):
        frame = work.books.tables[table]
        for name in names:
            fact = f"{table}.{name}"
            texts = frame[name]
            fitted = cut(texts, layout.SIZES[fact])
            shorter = texts.is_not_null() & fitted.ne_missing(texts)
            if not shorter.any():
                continue
            work.note(LossKind.CUT, fact, shorter, texts)
            if name == "settlement_method":
                fitted = pl.select(pl.when(~shorter).then(texts)).to_series()
            frame = frame.with_columns(fitted.alias(name))
        tables = {**work.books.tables, table: frame}
        work.books = Books(work.books.entity, tables, work.books.origin)


def _statuses(work: Spelling) -> None:
    """Void and posted have a mark; reviewed is what has a reviewer; -1 attachments say nothing."""
    told = status_by_marks(work.books, Noting(work.books, work.losses))
    attached = pl.col("attachments")
    counted = pl.when(attached != layout.NO_ATTACHMENTS).then(attached)
    work.books = told.replace(vouchers=told.vouchers.with_columns(attachments=counted))


def _flows(work: Spelling) -> None:
    flows = work.books.cash_flows
    if not flows.height:
        return
    flows = flows.with_columns(tidy(flows["item"])).drop_nulls("item")
    kept, out = one_a_line(flows, work.books.lines)
    if out.any():
        item = flows.filter(out)["item"][0]
        work.losses.note(
            LossKind.CUT, "cash_flows.item", int(out.sum()), work.books.origin.place(None), item
        )
    work.books = work.books.replace(cash_flows=kept)


def _extras(work: Spelling, project_class: str) -> None:
    """Extras that the columns do not say by themselves, and the project class that was asked."""
    books = work.books
    extras = books.extras
    if extras.height:
        extras = extras.with_columns(tidy(extras["value"])).drop_nulls("value")
        words = books.vouchers.select("voucher_id", "word")
        rows = books.lines.join(words, on="voucher_id", how="left", maintain_order="left")
        own = derived(rows.select("voucher_id", "word", "account", "debit"))
        silent = [
            value in _USUAL[field] or (field in own and own[field][row] == value)
            for field, row, value in extras.select("field", "row_id", "value").iter_rows()
        ]
        extras = extras.filter(~pl.Series(silent, dtype=pl.Boolean))
    column = f"{schema.AUX}project"
    if project_class and column in books.lines.columns:
        told = extras.filter(field=layout.PROJECT_CLASS)["row_id"]
        spots = books.lines[column].is_not_null().arg_true().cast(schema.INTEGER)
        spots = spots.filter(~spots.is_in(told.implode()))
        more = pl.DataFrame({"row_id": spots}).select(
            table=pl.lit("lines"),
            row_id="row_id",
            field=pl.lit(layout.PROJECT_CLASS),
            value=pl.lit(project_class),
        )
        extras = pl.concat([extras, more])
    work.books = books.replace(extras=extras)
