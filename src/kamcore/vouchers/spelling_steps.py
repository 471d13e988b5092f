"""Steps to a spelling: amounts, dates, texts and archives of books as they read back.

Writers print these books and proofs compare with them.  What changes a meaning is noted; what
only fills a blank with what it means (0 on the unused side, the base currency) is not.
"""

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from kamcore.books import Books, schema
from kamcore.format import LossKind
from kamcore.grid.words import bare_codes, tidy
from kamcore.model.currency import currency_code
from kamcore.model.dimension import label_of
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.outgoing import Noting

__all__ = [
    "archives_in_use",
    "cents",
    "currency_codes",
    "dates_of_heads",
    "lines_under_heads",
    "one_side_each",
    "settled_money",
    "status_by_marks",
    "tidied",
]

_PERIODS = {
    "year": pl.col("date").dt.year().cast(schema.INTEGER),
    "period": pl.col("date").dt.month().cast(schema.INTEGER),
}
_ZERO = pl.lit(0, dtype=schema.AMOUNT)
_ONE = pl.lit(1, dtype=schema.RATE)


def tidied(
    books: Books, noting: Noting, texts: Mapping[str, Iterable[str]], codes: Iterable[str] = ()
) -> Books:
    """Texts by table and codes of lines as they are read: without blanks around them."""
    frames = dict(books.tables)
    present = [name for name in codes if name in books.lines.columns]
    spelled = [(table, name, tidy) for table, names in texts.items() for name in names]
    for table, name, spell in (*spelled, *(("lines", name, bare_codes) for name in present)):
        before = frames[table][name]
        after = spell(before)
        if after.null_count() > before.null_count() or not before.equals(after):
            changed = before.is_not_null() & before.ne_missing(after)
            noting.note(LossKind.REPLACED, f"{table}.{name}", changed)
            frames[table] = frames[table].with_columns(after.alias(name))
    return Books(books.entity, frames, books.origin)


def dates_of_heads(books: Books, noting: Noting, derived: Collection[str] = ()) -> Books:
    """Date, year and period of lines are those of their voucher.

    Year and period of a voucher follow from its date where they are blank, and those that are
    `derived` anyway; a change of either is noted.
    """
    heads = books.vouchers
    told = heads.with_columns(
        (said if name in derived else pl.coalesce(name, said)).alias(name)
        for name, said in _PERIODS.items()
    )
    for name in _PERIODS:
        changed = heads[name].is_not_null() & heads[name].ne_missing(told[name])
        noting.note(LossKind.REPLACED, f"vouchers.{name}", changed)
    return lines_under_heads(books.replace(vouchers=told), noting)


def lines_under_heads(books: Books, noting: Noting) -> Books:
    """Every line bears date, year and period of its voucher; another date is noted."""
    lines = books.lines
    shared = lines.select("voucher_id").join(
        books.vouchers.select("voucher_id", "date", "year", "period"),
        on="voucher_id",
        how="left",
        maintain_order="left",
    )
    changed = lines["date"].is_not_null() & lines["date"].ne_missing(shared["date"])
    noting.note(LossKind.REPLACED, "lines.date", changed)
    return books.replace(lines=lines.with_columns(shared.drop("voucher_id").get_columns()))


def status_by_marks(
    books: Books,
    noting: Noting,
    marks: Collection[str] = ("void", "posted"),
    reviewer: pl.Series | None = None,
) -> Books:
    """A status has a mark of its own, or follows from the reviewer; else it is a draft.

    ``reviewed`` without a reviewer cannot be said and is noted.  `reviewer` is the column as the
    layout spells it, where that differs.
    """
    heads = books.vouchers
    named = (heads["reviewer"] if reviewer is None else reviewer).is_not_null()
    noting.note(LossKind.DROPPED, "vouchers.status", (heads["status"] == "reviewed") & ~named)
    status = (
        pl.when(pl.col("status").is_in(list(marks)))
        .then("status")
        .when(pl.lit(named))
        .then(pl.lit("reviewed"))
        .otherwise(pl.lit("draft"))
    )
    return books.replace(vouchers=heads.with_columns(status=status))


def currency_codes(books: Books, noting: Noting) -> Books:
    """Currencies by their ISO code, where their text means one; another spelling is noted."""
    given = books.lines["currency"]
    used = given.drop_nulls().unique(maintain_order=True).to_list()
    codes = given.replace(used, [currency_code(text) or text for text in used])
    noting.note(LossKind.REPLACED, "lines.currency", codes != given)
    return books.replace(lines=books.lines.with_columns(codes))


def cents(amounts: pl.Series) -> pl.Series:
    """Amounts to the cent; halves away from zero, as accounts round.

    >>> cents(pl.Series(["0.0050", "-0.0050"], dtype=pl.Decimal(18, 4))).cast(str).to_list()
    ['0.0100', '-0.0100']
    """
    return amounts.round(2, mode="half_away_from_zero").cast(schema.AMOUNT)


def one_side_each(books: Books, noting: Noting) -> Books:
    """Lines with both sides say their balance on the debit side; a blank beside a figure is 0."""
    lines = books.lines
    both = ((lines["debit"] != 0) & (lines["credit"] != 0)).fill_null(value=False)
    noting.note(LossKind.MERGED, "lines.credit", both)
    debit, credit, two = pl.col("debit"), pl.col("credit"), pl.lit(both)
    return books.replace(
        lines=lines.with_columns(
            debit=pl.when(two)
            .then(debit - credit)
            .otherwise(pl.coalesce(debit, pl.when(credit.is_not_null()).then(_ZERO)))
            .cast(schema.AMOUNT),
            credit=pl.when(two)
            .then(_ZERO)
            .otherwise(pl.coalesce(credit, pl.when(debit.is_not_null()).then(_ZERO)))
            .cast(schema.AMOUNT),
        )
    )


def settled_money(books: Books, noting: Noting) -> Books:
    """Currency, original amounts, rate and quantity as a reader settles them.

    Lines in the base currency name it, have rate 1 unless they say another, and no original
    amounts of their own; a foreign line without a currency is noted as missing it.
    """
    base = books.entity.base_currency
    debit, credit = pl.col("debit").fill_null(0), pl.col("credit").fill_null(0)
    fx_debit, fx_credit = pl.col("fx_debit").fill_null(0), pl.col("fx_credit").fill_null(0)
    said = (fx_debit != 0) | (fx_credit != 0)
    own = (fx_debit == debit) & (fx_credit == credit)
    currency, rate = pl.col("currency"), pl.col("rate")
    plain = ((rate.fill_null(1) == 1) | (rate == 0)) & (~said | own)
    local = (currency == base).fill_null(plain)
    none = local & (~said | own)
    given = pl.any_horizontal(pl.col("fx_debit", "fx_credit").is_not_null())
    frame = books.lines.with_columns(_local=local, _none=none, _given=given)
    noting.note(LossKind.MISSING, "lines.currency", frame["currency"].is_null() & ~frame["_local"])
    settled = frame.with_columns(
        currency=pl.when(pl.col("_local")).then(pl.lit(base)).otherwise(currency),
        rate=pl.when(rate.is_null() & pl.col("_local")).then(_ONE).otherwise(rate),
        fx_debit=pl.when(~pl.col("_none") & pl.col("_given")).then(fx_debit),
        fx_credit=pl.when(~pl.col("_none") & pl.col("_given")).then(fx_credit),
        quantity=pl.when(pl.col("quantity") != 0).then("quantity"),
        unit_price=pl.when(pl.col("unit_price") != 0).then("unit_price"),
    )
    return books.replace(
        lines=settled.select(
            pl.col(name).cast(schema.LINES.dtype_of(name)) for name in books.lines.columns
        )
    )


def archives_in_use(books: Books, labels: Mapping[str, str]) -> Books:
    """Accounts, dimensions and members as the lines alone tell them: their codes.

    `labels` gives the layout's word of a dimension where it is not the usual one.
    """
    lines = books.lines
    used = [
        name for name in schema.dimension_columns(lines) if lines[name].null_count() < lines.height
    ]
    ids = [name.removeprefix(schema.AUX) for name in used]
    members = [
        lines.select(dimension=pl.lit(name.removeprefix(schema.AUX)), code=name)
        .drop_nulls()
        .unique()
        .sort("code")
        for name in used
    ]
    blank = pl.DataFrame(schema={"dimension": schema.TEXT, "code": schema.TEXT})
    return books.replace(
        lines=lines.drop([n for n in schema.dimension_columns(lines) if n not in used]),
        accounts=_accounts(lines["account"]),
        dimensions=pl.DataFrame(
            {"id": ids, "label": [labels.get(name, label_of(name)) for name in ids]},
            schema={"id": schema.TEXT, "label": schema.TEXT},
        ),
        members=pl.concat([blank, *members]),
    )


def _accounts(used: pl.Series) -> pl.DataFrame:
    codes = used.drop_nulls().unique().sort().to_list()
    scheme = CodeScheme.detect(codes)
    return pl.DataFrame(
        {
            "code": codes,
            "parent": [scheme.parent(code) for code in codes],
            "level": [scheme.level(code) for code in codes],
        },
        schema={"code": schema.TEXT, "parent": schema.TEXT, "level": schema.INTEGER},
    )
