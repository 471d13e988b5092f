"""Write voucher bodies of the 好会计 OpenAPI (formats/yonyou.md 4.2)."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from kamcore.adapters.chanjet_hkj_json import layout
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.markup import json_writing as js
from kamcore.model.dimension import dimension_id
from kamcore.vouchers.json_bodies import head_extras, kept_extras, write_bodies
from kamcore.vouchers.json_books import pairs_of
from kamcore.vouchers.outgoing import Noting, live
from kamcore.vouchers.spelling_steps import (
    archives_in_use,
    dates_of_heads,
    one_side_each,
    settled_money,
    tidied,
)

_CATEGORIES = {word: code for code, word in layout.WORDS.items()}
_MILLISECONDS_AN_HOUR = 3_600_000


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a list of bodies, one a voucher.

    Raises:
        BooksError: a line has no voucher.
        UsageError: an option is no list of pairs.
    """
    spelled = spell(books, losses, options)
    extras = head_extras(spelled, layout.HEAD_EXTRAS)
    month = pl.col("period").cast(schema.TEXT).str.zfill(2)
    midnight = pl.col("date").cast(pl.Datetime("ms")).dt.timestamp("ms")
    day = midnight - layout.ZONE_HOURS * _MILLISECONDS_AN_HOUR
    code = pl.col("number").cast(schema.TEXT).str.zfill(layout.NUMBER_DIGITS[0])
    heads = spelled.vouchers.with_columns(extras).select(
        "voucher_id",
        start=js.members(
            ("bookid", js.text(pl.col("bookid"))),
            ("acctgTransCategoryId", pl.col("word").replace(_CATEGORIES)),
            ("acctgPeriod", js.text(pl.concat_str(pl.col("year").cast(schema.TEXT), month))),
            ("bizTypeId", pl.lit("100501")),
            ("code", js.text(code)),
            ("boName", pl.lit('"AcctgTrans"')),
            ("bizDate", js.number(day)),
            ("isCodeType", js.flag(pl.lit(value=True))),
            ("categoryCodeExist", js.flag(pl.lit(value=True))),
            ("isFinal", js.flag(pl.lit(value=False))),
            ("origCreatedUserName", js.text(pl.col("preparer"))),
            ("refVoucherId", js.text(pl.col("refVoucherId"))),
            ("refVoucherCode", js.text(pl.col("reference"))),
        ),
    )
    currencies = pairs_of(options.get("currencies"), "currencies", "2=USD")
    ids = {iso: code for code, iso in currencies.items()}
    entries = _entries(spelled, {**ids, spelled.entity.base_currency: "1"})
    write_bodies(target, heads, entries, ("{", layout.ENTRIES, "}"))


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as the bodies say them, noting what that changes.

    Raises:
        BooksError: a line has no voucher.
        UsageError: an option is no list of pairs.
    """
    settled = live(books, losses)
    noting = Noting(settled, losses)
    settled = dates_of_heads(settled, noting)
    settled = settled_money(one_side_each(settled, noting), noting)
    dims = schema.dimension_columns(settled.lines)
    settled = tidied(
        settled,
        noting,
        {"vouchers": ("word", "preparer", "reference"), "lines": ("summary", "currency")},
        ("account", *dims),
    )
    settled = _dimensions(settled, noting, options)
    for fact in ("vouchers.date", "lines.account"):
        table, _, column = fact.partition(".")
        noting.note(LossKind.MISSING, fact, settled.tables[table][column].is_null())
    heads = _heads(settled, noting, str(options.get("word") or "记"))
    settled = _currencies(settled.replace(vouchers=heads), noting, options)
    settled = kept_extras(settled, layout.HEAD_EXTRAS, losses)
    settled = _book(settled, noting, str(options.get("bookid") or ""))
    told = archives_in_use(settled, layout.LABELS)
    code = pl.col("id").replace_strict(
        {key: key for key in layout.FREE}, default=None, return_dtype=schema.TEXT
    )
    return told.replace(dimensions=told.dimensions.with_columns(source_code=code))


def _heads(books: Books, noting: Noting, word: str) -> pl.DataFrame:
    """Words that have a category, numbers of at most five digits, a reference that fits."""
    heads = books.vouchers
    known = heads["word"].is_in([*_CATEGORIES])
    noting.note(LossKind.GUESSED, "vouchers.word", heads["word"].is_null())
    noting.note(LossKind.REPLACED, "vouchers.word", heads["word"].is_not_null() & ~known)
    most = 10 ** layout.NUMBER_DIGITS[1] - 1
    long = ~heads["number"].is_between(0, most)
    noting.note(LossKind.REPLACED, "vouchers.number", long)
    size = layout.LIMITS.text_chars["vouchers.reference"]
    cut = heads["reference"].str.slice(0, size).str.strip_chars_end()
    noting.note(LossKind.CUT, "vouchers.reference", heads["reference"].str.len_chars() > size)
    return heads.with_columns(
        cut,
        word=pl.when(pl.lit(known.fill_null(value=False))).then("word").otherwise(pl.lit(word)),
        number=pl.when(~pl.lit(long)).then("number"),
    )


def _currencies(books: Books, noting: Noting, options: Options) -> Books:
    """Foreign currencies as their ids read back: only the caller knows which id is which."""
    given = pairs_of(options.get("currencies"), "currencies", "2=USD")
    ids = {iso: code for code, iso in given.items()}
    base = books.entity.base_currency
    currency = books.lines["currency"]
    foreign = (currency != base).fill_null(value=False)
    named = currency.is_in([*ids, *given])
    noting.note(LossKind.MISSING, "lines.currency", foreign & ~named)
    told = pl.when(pl.lit(foreign)).then(pl.col("currency").replace(ids)).otherwise("currency")
    return books.replace(lines=books.lines.with_columns(currency=told))


def _dimensions(books: Books, noting: Noting, options: Options) -> Books:
    """Known dimensions, and the site's own under the keys the caller or the source gives them."""
    given = pairs_of(options.get("free"), "free", "freeSub1=销售渠道")
    free = {dimension_id(label): key for key, label in given.items() if key in layout.FREE}
    renamed: dict[str, str] = {}
    gone: list[str] = []
    for name in books.dimension_ids:
        key = name if name in layout.AUX else free.get(name)
        column = schema.AUX + name
        if key is None or schema.AUX + key in renamed.values():
            noting.note(LossKind.DROPPED, f"lines.{column}", books.lines[column].is_not_null())
            gone.append(column)
        else:
            renamed[column] = schema.AUX + key
    return books.replace(lines=books.lines.drop(gone).rename(renamed))


def _book(books: Books, noting: Noting, bookid: str) -> Books:
    """Every voucher with the book it goes to."""
    said = head_extras(books, ("bookid",))[0]
    if not bookid:
        noting.note(LossKind.MISSING, "vouchers.voucher_id", said.is_null())
        return books
    missing = said.is_null().arg_true()
    more = pl.DataFrame(
        {"table": "vouchers", "row_id": missing, "field": "bookid", "value": bookid},
        schema={column.name: column.dtype for column in schema.EXTRAS.columns},
    )
    return books.replace(extras=pl.concat([books.extras, more]).sort("row_id", "field"))


def _entries(books: Books, ids: Mapping[str, str]) -> pl.DataFrame:
    """The texts of the entries."""
    lines = books.lines.join(
        books.accounts.select(account="code", direction="direction"),
        on="account",
        how="left",
        maintain_order="left",
    )
    used = [(layout.AUX[name], js.text(pl.col(schema.AUX + name))) for name in books.dimension_ids]
    credit = (pl.col("credit") != 0) & (pl.col("debit") == 0)
    fx = pl.col("fx_debit").is_not_null() | pl.col("fx_credit").is_not_null()
    local = ~fx & (pl.col("currency") == books.entity.base_currency)
    on_credit = pl.when(pl.col("direction").is_not_null()).then(pl.col("direction") == "credit")
    fx_credit = (
        pl.when(pl.col("fx_credit") != 0)
        .then("fx_credit")
        .when(credit & (pl.col("fx_debit") == 0))
        .then("fx_credit")
    )
    fx_debit = pl.when((pl.col("fx_debit") != 0) | ~credit).then("fx_debit")
    sub = js.record(used) if used else pl.lit(None, dtype=schema.TEXT)
    account = js.record(
        [
            ("code", js.text(pl.col("account"))),
            (
                "drCrDirection",
                pl.when(pl.coalesce(on_credit, credit)).then(pl.lit("-1")).otherwise(pl.lit("1")),
            ),
            ("hasSubsidiaryAccounting", js.flag(sub.is_not_null())),
            ("isLeafNode", js.flag(pl.lit(value=True))),
        ]
    )
    order = pl.int_range(1, pl.len() + 1).over("voucher_id")
    return lines.select(
        "voucher_id",
        entry=js.record(
            [
                ("sequenceNum", js.number(order)),
                ("comments", js.text(pl.col("summary"))),
                ("basePostedDr", js.number(pl.when(~credit).then("debit"))),
                ("basePostedCr", js.number(pl.when(credit).then("credit"))),
                (
                    "postedDr",
                    js.number(pl.when(local & ~credit).then("debit").otherwise(fx_debit)),
                ),
                (
                    "postedCr",
                    js.number(pl.when(local & credit).then("credit").otherwise(fx_credit)),
                ),
                ("postedDrQty", js.number(pl.when(~credit).then("quantity"))),
                ("postedCrQty", js.number(pl.when(credit).then("quantity"))),
                ("price", js.number(pl.col("unit_price"))),
                ("exchangeRate", js.number(pl.col("rate"))),
                ("currencyId", js.text(pl.col("currency").replace(dict(ids)))),
                (layout.ACCOUNT, account),
                (layout.AUXILIARIES, sub),
            ]
        ),
    )
