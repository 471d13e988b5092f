"""The books as a workbook of EAS will say them, and what that loses."""

import attrs
import polars as pl

from kamcore.adapters.kingdee_eas import columns as layout
from kamcore.adapters.kingdee_eas.reader import CURRENCY_EXAMPLE, SYSTEM, usual_texts
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.grid.words import tidy
from kamcore.model.dimension import label_of
from kamcore.vouchers.dotted import with_dots
from kamcore.vouchers.json_books import pairs_of
from kamcore.vouchers.spelling import Spelling
from kamcore.vouchers.verbatim import kept

_TEXTS = (
    "summary",
    "unit",
    "business_number",
    "settlement_method",
    "settlement_number",
    "invoice",
)


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a workbook says them; what that loses goes to `losses`.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        UsageError: the option currencies is no list of code=code.
    """
    own = books.entity.system == SYSTEM
    work = Spelling(books, losses)
    more = {"vouchers": layout.HEAD_EXTRAS, "cash_flows": layout.FLOW_EXTRAS}
    work.live(layout.LINE_EXTRAS, more, void=True)
    work.heads(derived=("year",))
    _serials(work)
    work.codes(with_dots(books))
    work.dimensions(
        lambda name, said: (
            said if own and said else layout.LABELS.get(name) or label_of(name, said)
        )
    )
    _currencies(work, options)
    work.money(str(options.get("currency") or "") or None)
    work.texts(_TEXTS)
    _cut_members(work)
    _status(work)
    _entries(work)
    _company(work, options)
    _usual(work)
    return work.done()


def _serials(work: Spelling) -> None:
    """Tell vouchers that share a number, or have none, apart by a 凭证序号 each; that is noted.

    Raises:
        BooksError: vouchers share the 凭证序号 of the source too.
    """
    books = work.books
    keys = pl.struct("year", "period", "word", "number")
    shared = books.vouchers.select(keys.is_duplicated()).to_series()
    own = kept(books, "vouchers", layout.SERIAL)
    if (shared & own.is_duplicated() & own.is_not_null()).any():
        work.refuse_equal()
    rows = (shared & own.is_null()).arg_true().cast(schema.INTEGER)
    if not rows.len():
        return
    place = books.origin.place(None, layout.SERIAL)
    work.losses.note(LossKind.GUESSED, "extras.value", rows.len(), place, layout.SERIAL)
    made = pl.select(
        table=pl.lit("vouchers"),
        row_id=rows,
        field=pl.lit(layout.SERIAL),
        value=pl.format("kamcore-{}--0", rows + 1),
    )
    work.books = books.replace(extras=pl.concat([books.extras, made]))


def _currencies(work: Spelling, options: Options) -> None:
    """Spell currencies that are not known everywhere by their code: nothing else says them."""
    told = pairs_of(options.get("currencies"), "currencies", CURRENCY_EXAMPLE)
    codes = {iso: code for iso, code in told.items() if layout.CURRENCIES.get(iso) != code}
    lines = work.books.lines
    known = {*layout.CURRENCIES, *told, *told.values()}
    strange = lines["currency"].is_not_null() & ~lines["currency"].is_in(list(known))
    work.note(LossKind.GUESSED, "lines.currency", strange, lines["currency"])
    base = work.books.entity.base_currency
    work.books = work.books.replace(
        entity=attrs.evolve(work.books.entity, base_currency=codes.get(base, base)),
        lines=lines.with_columns(lines["currency"].replace(codes)),
    )


def _cut_members(work: Spelling) -> None:
    """Leave out members that no item is left for."""
    lines = work.books.lines
    taken = pl.Series([0] * lines.height, dtype=pl.Int64)
    for name in work.books.dimensions["id"]:
        column = schema.AUX + name
        filled = lines[column].is_not_null()
        taken += filled.cast(pl.Int64)
        over = filled & (taken > layout.ITEMS)
        work.note(LossKind.CUT, f"lines.{column}", over, lines[column])
        lines = lines.with_columns(pl.when(~over).then(column).alias(column))
    work.books = work.books.replace(lines=lines)


def _status(work: Spelling) -> None:
    """Say the status by what the layout has: deleted, posted, who reviewed."""
    heads = work.books.vouchers
    status, poster = pl.col("status"), pl.col("poster").is_not_null()
    told = heads.select(
        pl.when(status == "void")
        .then(pl.lit("void"))
        .when((status == "posted") | (status.is_null() & poster))
        .then(pl.lit("posted"))
        .when(pl.col("reviewer").is_not_null())
        .then(pl.lit("reviewed"))
        .otherwise(pl.lit("draft"))
        .alias("status")
    )["status"]
    changed = heads["status"].is_not_null() & heads["status"].ne_missing(told)
    work.note(LossKind.REPLACED, "vouchers.status", changed, heads["status"])
    module = tidy(heads["source_module"])
    work.books = work.books.replace(vouchers=heads.with_columns(told, module))


def _entries(work: Spelling) -> None:
    """Count entries from 1 in the order of the lines; splits of a line stay one entry."""
    books = work.books
    lines = books.lines
    begins = pl.col("line_no").ne_missing(pl.col("line_no").shift())
    # The first line of a voucher begins an entry, whatever the line above it was.
    first = pl.int_range(pl.len()).over("voucher_id") == 0
    numbered = lines.with_columns(
        _new=(begins | first).cum_sum().over("voucher_id").cast(schema.INTEGER)
    )
    splits = pl.int_range(1, pl.len() + 1, dtype=schema.INTEGER).over("voucher_id", "_new")
    places = numbered.select("voucher_id", "line_no", "_new").unique(
        ["voucher_id", "line_no"], keep="first", maintain_order=True
    )
    flows = books.cash_flows.with_row_index("_row").join(
        places, on=["voucher_id", "line_no"], how="left", maintain_order="left"
    )
    homeless = flows.filter(pl.col("_new").is_null())
    if homeless.height:
        place = books.origin.place(None, "cash_flows.item")
        example = homeless["item"][0]
        work.losses.note(LossKind.DROPPED, "cash_flows.item", homeless.height, place, example)
    flows = flows.filter(pl.col("_new").is_not_null())
    spots = flows.select(
        row_id=pl.col("_row").cast(schema.INTEGER),
        _moved=pl.int_range(pl.len(), dtype=schema.INTEGER),
    )
    of_flows = pl.col("table") == "cash_flows"
    moved = (
        books.extras.filter(of_flows)
        .join(spots, on="row_id", how="inner", maintain_order="left")
        .with_columns(row_id="_moved")
        .drop("_moved")
    )
    work.books = books.replace(
        lines=numbered.with_columns(split_no=splits, line_no="_new").drop("_new"),
        cash_flows=flows.with_columns(line_no="_new").drop("_row", "_new"),
        extras=pl.concat([books.extras.filter(~of_flows), moved]),
    )


def _company(work: Spelling, options: Options) -> None:
    """Name the company of every voucher: as the source did, else as the caller says."""
    books = work.books
    blank = kept(books, "vouchers", layout.COMPANY).is_null()
    company = str(options.get("company") or "").strip()
    if not company:
        if blank.any():
            place = books.origin.place(None, layout.COMPANY)
            count = int(blank.sum())
            work.losses.note(LossKind.MISSING, "extras.value", count, place, layout.COMPANY)
        return
    added = pl.select(
        table=pl.lit("vouchers"),
        row_id=blank.arg_true().cast(schema.INTEGER),
        field=pl.lit(layout.COMPANY),
        value=pl.lit(company),
    )
    work.books = books.replace(extras=pl.concat([books.extras, added]))


def _usual(work: Spelling) -> None:
    """Leave out texts of the auxiliary ledger that say what the line says."""
    books = work.books
    usual = usual_texts(books).with_columns(table=pl.lit("lines"))
    extras = books.extras.join(
        usual, on=["table", "row_id", "field"], how="left", maintain_order="left"
    )
    own = extras.filter(pl.col("value").ne_missing(pl.col("usual"))).drop("usual")
    work.books = books.replace(extras=own.sort("table", "row_id", "field", maintain_order=True))
