"""Documents and applications as the tables of 应收应付 say them, with a note of every change."""

import polars as pl

from kamcore.adapters.gbt24589.outgoing_items import rows_of
from kamcore.adapters.gbt24589.settlements import VOUCHER
from kamcore.adapters.gbt24589.subledger import DIRECTIONS, KEY, TABLES, subledger_of
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind
from kamcore.grid.words import bare_codes, tidy
from kamcore.markup.element_writing import ILLEGAL
from kamcore.vouchers.outgoing import Noting

_TEXTS = ("document", "invoice", "contract", "project", "summary", "currency")
_SUMMARY = 200
_PLACES = {"amount": 2, "fx_amount": 2, "rate": 4}


def spell_documents(books: Books, losses: Losses) -> Books:
    """The books with their subledger as the files say it.

    Documents get the ids a reader gives them, and those of one number and party are one.
    """
    books = _of_known_roles(books, losses)
    noting = Noting(books, losses)
    frames = {name: _settled(books, name, noting) for name in TABLES}
    if not any(frame.height for frame in (*frames.values(), books.applications)):
        return books
    kept, extras = _numbered(_with(books, frames), losses)
    found = subledger_of(rows_of(kept), kept.vouchers, kept.entity.base_currency)
    _note_ids(kept, found.open_items, found.receipts, losses)
    _note_applications(kept, found.applications, losses)
    others = extras.filter(~pl.col("table").is_in(list(TABLES)))
    spelled = _with(
        kept,
        {
            "open_items": found.open_items,
            "receipts": found.receipts,
            "applications": found.applications,
            "extras": pl.concat([others, found.extras]),
        },
    )
    _assert_conserved(kept, spelled)
    return spelled


def _with(books: Books, frames: dict[str, pl.DataFrame]) -> Books:
    return Books(books.entity, {**books.tables, **frames}, books.origin)


def moved(extras: pl.DataFrame, table: str, old: pl.Series) -> pl.DataFrame:
    """Extras with the new places of the rows of a table; `old` gives the place each had."""
    rows = pl.DataFrame({"row_id": old.cast(schema.INTEGER)}).with_columns(
        _new=pl.int_range(pl.len(), dtype=schema.INTEGER)
    )
    own = extras.filter(pl.col("table") == table)
    own = own.join(rows, on="row_id", how="inner", maintain_order="left")
    others = extras.filter(pl.col("table") != table)
    return pl.concat([others, own.with_columns(row_id="_new").drop("_new")])


def _of_known_roles(books: Books, losses: Losses) -> Books:
    """The books without documents of parties that are neither customer nor supplier."""
    for table in TABLES:
        frame = books.tables[table]
        known = frame["party_role"].is_in(list(DIRECTIONS))
        if not known.all():
            Noting(books, losses).note(LossKind.OMITTED, f"{table}.party_role", ~known)
            extras = moved(books.extras, table, known.arg_true())
            books = _with(books, {table: frame.filter(known), "extras": extras})
    return books


def _settled(books: Books, table: str, noting: Noting) -> pl.DataFrame:
    """Texts, dates, rates and amounts of a table of documents as they read back."""
    frame = books.tables[table]
    if not frame.height:
        return frame
    for name in _TEXTS:
        clean = tidy(frame[name].str.replace_all(ILLEGAL, "?"))
        clean = tidy(clean.str.slice(0, _SUMMARY)) if name == "summary" else clean
        changed = frame[name].is_not_null() & frame[name].ne_missing(clean)
        long = (frame[name].str.len_chars() > _SUMMARY).fill_null(value=False)
        kind = LossKind.CUT if name == "summary" and long.any() else LossKind.REPLACED
        noting.note(kind, f"{table}.{name}", changed)
        frame = frame.with_columns(clean.alias(name))
    for name, places in _PLACES.items():
        dtype = frame[name].dtype
        rounded = frame[name].round(places, mode="half_away_from_zero").cast(dtype)
        changed = (rounded != frame[name]).fill_null(value=False)
        noting.note(LossKind.ROUNDED, f"{table}.{name}", changed)
        frame = frame.with_columns(rounded.alias(name))
    base = books.entity.base_currency
    foreign = (frame["currency"] != base).fill_null(value=False)
    bare = foreign & frame["fx_amount"].is_null()
    noting.note(LossKind.MISSING, f"{table}.fx_amount", bare)
    odd = ~foreign & (frame["fx_amount"] != frame["amount"]).fill_null(value=False)
    noting.note(LossKind.DROPPED, f"{table}.fx_amount", odd)
    zero = pl.lit(0, dtype=schema.AMOUNT)
    booked = books.vouchers["voucher_id"].implode()
    return frame.with_columns(
        bare_codes(frame["party"]),
        bare_codes(frame["account"]),
        pl.col("currency").fill_null(base),
        pl.coalesce("date", "voucher_date").alias("date"),
        pl.coalesce("voucher_date", "date").alias("voucher_date"),
        pl.col("rate").fill_null(pl.lit(1, dtype=schema.RATE)),
        pl.when(pl.lit(foreign)).then(pl.col("fx_amount").fill_null(zero)).alias("fx_amount"),
        pl.when(pl.col("voucher_id").is_in(booked)).then("voucher_id").alias("voucher_id"),
    )


def _numbered(books: Books, losses: Losses) -> tuple[Books, pl.DataFrame]:
    """Give documents that settle and have no number of a voucher their own id for one.

    The standard names a settlement by the voucher of the other document alone.
    """
    used = pl.concat([books.applications["item"], books.applications["receipt"]]).unique()
    more = []
    for table in TABLES:
        frame = books.tables[table].with_row_index("row_id").cast({"row_id": schema.INTEGER})
        said = books.extras.filter(pl.col("table") == table, pl.col("field") == KEY[-1])
        numbers = books.vouchers.filter(pl.col("number").is_not_null())["voucher_id"]
        bare = frame.filter(
            pl.col("id").is_in(used.implode()),
            ~pl.col("row_id").is_in(said["row_id"].implode()),
            ~pl.col("voucher_id").is_in(numbers.implode()).fill_null(value=False),
        )
        if bare.height:
            place = books.origin.place(bare["source_row"][0], f"{table}.document")
            losses.note(LossKind.GUESSED, f"{table}.voucher_id", bare.height, place, bare["id"][0])
        more.append(
            bare.select(
                table=pl.lit(table),
                row_id="row_id",
                field=pl.lit(KEY[-1]),
                value=pl.col("id").str.slice(0, 60),
            )
        )
    extras = pl.concat([books.extras, *more])
    return books.replace(extras=extras), extras


def _note_ids(books: Books, items: pl.DataFrame, receipts: pl.DataFrame, losses: Losses) -> None:
    """Note documents that became one, and those that read back under another id."""
    for table, after in zip(TABLES, (items, receipts), strict=True):
        before = books.tables[table]
        place = books.origin.place(None)
        merged = before.height - after.height
        if merged > 0:
            losses.note(LossKind.MERGED, f"{table}.document", merged, place)
        renamed = before.filter(~pl.col("id").is_in(after["id"].implode()))
        if renamed.height:
            place = books.origin.place(renamed["source_row"][0], f"{table}.id")
            losses.note(LossKind.REPLACED, f"{table}.id", renamed.height, place, renamed["id"][0])


def _note_applications(books: Books, after: pl.DataFrame, losses: Losses) -> None:
    """Note applications of which the files can name one side or none."""
    ids = pl.concat([books.open_items["id"], books.receipts["id"]]).implode()
    before = books.applications
    known = before["item"].is_in(ids), before["receipt"].is_in(ids)
    neither = ~known[0] & ~known[1]
    noting = Noting(books, losses)
    noting.note(LossKind.OMITTED, "applications.item", neither)
    whole = int((known[0] & known[1]).sum())
    pairs = after.filter(
        ~pl.any_horizontal(pl.col("item", "receipt").str.starts_with(VOUCHER))
    ).height
    if pairs < whole:
        place = books.origin.place(None)
        losses.note(LossKind.REPLACED, "applications.receipt", whole - pairs, place)


def _assert_conserved(before: Books, after: Books) -> None:
    """What parties owe, and what is applied of it, is what it was."""
    for table in TABLES:
        sums = [
            books.tables[table]
            .group_by("party_role", "party")
            .agg(pl.col("amount").sum())
            .sort("party_role", "party")
            .rows()
            for books in (before, after)
        ]
        if sums[0] != sums[1]:
            raise AssertionError(f"{table}: what the parties owe changed")
