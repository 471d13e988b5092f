"""Write voucher bodies of BIP and YonSuite (formats/yonyou.md 5.2)."""

from pathlib import Path

import polars as pl

from kamcore.adapters.yonyou_bip_json import layout
from kamcore.adapters.yonyou_bip_json.reader import first_summaries
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

_HEAD_TEXTS = ("word",)
_LINE_TEXTS = (
    "summary",
    "currency",
    "rate_type",
    "settlement_method",
    "settlement_number",
)
_DEFAULTS = {dimension_id(label): code for code, label in layout.LABELS.items()}


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a list of bodies, one a voucher.

    Raises:
        BooksError: a line has no voucher.
        UsageError: the option dimensions is no list of pairs.
    """
    spelled = spell(books, losses, options)
    extras = head_extras(spelled, layout.HEAD_EXTRAS)
    first = _first(spelled)
    heads = spelled.vouchers.with_columns(*extras, first).select(
        "voucher_id",
        start=js.members(
            ("srcSystemCode", js.text(pl.lit(layout.MODULE))),
            ("accbookCode", js.text(pl.col("accbookCode").fill_null(""))),
            ("voucherTypeCode", js.text(pl.col("word"))),
            ("makeTime", js.text(pl.col("date").dt.strftime("%Y-%m-%d"))),
            ("attachedBill", js.number(pl.col("attachments"))),
            ("description", js.text(pl.coalesce("description", "first"))),
            ("makerMobile", js.text(pl.col("makerMobile"))),
            ("makerEmail", js.text(pl.col("makerEmail"))),
        ),
    )
    write_bodies(target, heads, _entries(spelled), ("{", layout.ENTRIES, "}"))


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as the bodies say them, noting what that changes.

    Raises:
        BooksError: a line has no voucher.
        UsageError: the option dimensions is no list of pairs.
    """
    settled = live(books, losses)
    noting = Noting(settled, losses)
    settled = dates_of_heads(settled, noting, ("year", "period"))
    settled = settled_money(one_side_each(settled, noting), noting)
    dims = schema.dimension_columns(settled.lines)
    settled = tidied(
        settled,
        noting,
        {"vouchers": _HEAD_TEXTS, "lines": _LINE_TEXTS},
        ("account", *dims),
    )
    for fact in ("vouchers.date", "lines.summary", "lines.account"):
        table, _, column = fact.partition(".")
        noting.note(LossKind.MISSING, fact, settled.tables[table][column].is_null())
    settled = _rates(settled, noting)
    settled, codes = _dimensions(settled, noting, options)
    noting.note(LossKind.GUESSED, "vouchers.word", settled.vouchers["word"].is_null())
    word = str(options.get("word") or "1")
    heads = settled.vouchers.with_columns(pl.col("word").fill_null(word))
    settled = _extras(settled.replace(vouchers=heads), noting, options)
    told = archives_in_use(settled, codes[0])
    code = pl.col("id").replace_strict(codes[1], default=None, return_dtype=schema.TEXT)
    return told.replace(dimensions=told.dimensions.with_columns(source_code=code))


def _rates(books: Books, noting: Noting) -> Books:
    """Kinds of rate as two digits, and foreign lines that lack the original amount noted."""
    lines = books.lines
    fits = lines["rate_type"].str.contains(r"^[0-9]{2}$")
    noting.note(LossKind.REPLACED, "lines.rate_type", ~fits)
    foreign = (lines["currency"] != books.entity.base_currency).fill_null(value=False)
    blank = lines["fx_debit"].is_null() & lines["fx_credit"].is_null()
    noting.note(LossKind.MISSING, "lines.fx_debit", foreign & blank)
    kind = pl.when(pl.lit(fits.fill_null(value=False))).then("rate_type")
    return books.replace(
        lines=lines.with_columns(rate_type=kind.otherwise(pl.lit(layout.RATE_TYPE)))
    )


def _dimensions(
    books: Books, noting: Noting, options: Options
) -> tuple[Books, tuple[dict[str, str], dict[str, str]]]:
    """Dimensions that have a filedCode, by the id they read back as; labels and codes of these."""
    given = pairs_of(options.get("dimensions"), "filedCode", "0006=职员")
    known = dict(books.dimensions.select("id", "source_code").drop_nulls().iter_rows())
    # A dimension that is called by its filedCode needs no one to say so.
    called = {name: code for name, code in known.items() if name == code}
    own = known if books.entity.system == layout.SYSTEM else called
    codes = {**_DEFAULTS, **own, **{dimension_id(label): key for key, label in given.items()}}
    renamed: dict[str, str] = {}
    gone, labels, sources = [], {}, {}
    for name in books.dimension_ids:
        column, code = schema.AUX + name, codes.get(name)
        again = dimension_id(layout.LABELS[code]) if code in layout.LABELS else code
        if code is None or again is None or schema.AUX + again in renamed.values():
            noting.note(LossKind.DROPPED, f"lines.{column}", books.lines[column].is_not_null())
            gone.append(column)
            continue
        renamed[column] = schema.AUX + again
        labels[again] = layout.LABELS.get(code, code)
        sources[again] = code
    lines = books.lines.drop(gone).rename(renamed)
    return books.replace(lines=lines), (labels, sources)


def _extras(books: Books, noting: Noting, options: Options) -> Books:
    """The extras that heads hold, with the book and the maker the caller names."""
    kept = kept_extras(books, layout.HEAD_EXTRAS, noting.losses)
    said = head_extras(kept, layout.HEAD_EXTRAS)
    first = _first(books)
    book, mobile, mail, about = said
    book = book.fill_null(str(options["accbook"])) if options.get("accbook") else book
    maker = options.get("maker")
    if maker:
        nobody = mobile.is_null() & mail.is_null()
        mobile = pl.select(
            pl.when(pl.lit(nobody)).then(pl.lit(str(maker))).otherwise(pl.lit(mobile))
        ).to_series()
    noting.note(LossKind.MISSING, "vouchers.voucher_id", book.is_null())
    about = pl.select(pl.when(~(about == first).fill_null(value=False)).then(about)).to_series()
    frames = [
        pl.select(
            table=pl.lit("vouchers"),
            row_id=texts.is_not_null().arg_true().cast(schema.INTEGER),
            field=pl.lit(field),
            value=texts.drop_nulls(),
        )
        for field, texts in zip(layout.HEAD_EXTRAS, (book, mobile, mail, about), strict=True)
        if texts.null_count() < texts.len()
    ]
    return books.replace(extras=pl.concat([schema.EXTRAS.empty(), *frames]))


def _first(books: Books) -> pl.Series:
    """The summary of each voucher's first line."""
    rows = books.vouchers.select("voucher_id").with_row_index("owner")
    entries = books.lines.select("voucher_id", "summary").join(
        rows, on="voucher_id", how="inner", maintain_order="left"
    )
    return first_summaries(entries.select("owner", "summary"), rows.height)


def _entries(books: Books) -> pl.DataFrame:
    """The texts of the entries; a side says its original and its base amount, or neither."""
    lines = books.lines
    sources = dict(books.dimensions.select("id", "source_code").iter_rows())
    pairs = [
        js.record(
            [
                (layout.AUX_KEY, js.text(pl.when(column.is_not_null()).then(pl.lit(code)))),
                (layout.AUX_VALUE, js.text(column)),
            ]
        )
        for name, code in sources.items()
        for column in [pl.col(schema.AUX + name)]
    ]
    credit = (pl.col("credit") != 0) & (pl.col("debit") == 0)
    fx = pl.col("fx_debit").is_not_null() | pl.col("fx_credit").is_not_null()
    local = ~fx & (pl.col("currency") == books.entity.base_currency)
    fx_debit = pl.when((pl.col("fx_debit") != 0) | ~credit).then("fx_debit")
    fx_credit = pl.when((pl.col("fx_credit") != 0) | credit).then("fx_credit")
    return lines.select(
        "voucher_id",
        entry=js.record(
            [
                ("description", js.text(pl.col("summary").fill_null(""))),
                ("accsubjectCode", js.text(pl.col("account"))),
                ("currencyCode", js.text(pl.col("currency"))),
                ("rateType", js.text(pl.col("rate_type"))),
                ("rateOrg", js.number(pl.col("rate"))),
                (
                    "debitOriginal",
                    js.number(pl.when(local & ~credit).then("debit").otherwise(fx_debit)),
                ),
                ("debitOrg", js.number(pl.when(~credit).then("debit"))),
                (
                    "creditOriginal",
                    js.number(pl.when(local & credit).then("credit").otherwise(fx_credit)),
                ),
                ("creditOrg", js.number(pl.when(credit).then("credit"))),
                ("settlementModeCode", js.text(pl.col("settlement_method"))),
                ("billNo", js.text(pl.col("settlement_number"))),
                ("billTime", js.text(pl.col("settlement_date").dt.strftime("%Y-%m-%d"))),
                (layout.AUXILIARIES, js.listed(pairs) if pairs else pl.lit(None, schema.TEXT)),
            ]
        ),
    )
