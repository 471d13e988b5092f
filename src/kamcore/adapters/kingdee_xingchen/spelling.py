"""The books as the import template will say them, and what that loses."""

import polars as pl

from kamcore.adapters.kingdee_xingchen import columns as layout
from kamcore.books import Books, schema
from kamcore.errors import Fault, LossRefused
from kamcore.format import Losses, Options
from kamcore.model.currency import decimals_of
from kamcore.model.dimension import label_of
from kamcore.vouchers.spelling import Spelling

LONG_VOUCHER = Fault(
    code="K4011",
    zh="凭证 {value} 有 {count} 条分录, 星辰一张凭证最多 {limit} 条",
    en="voucher {value} has {count} lines; the product takes {limit} in one voucher",
    hint_zh="请先把这张凭证拆成几张",
    hint_en="divide the voucher first",
)
MANY_DIMENSIONS = Fault(
    code="K4012",
    zh="科目 {value} 用到 {count} 个核算维度, 星辰一个科目最多 {limit} 个",
    en="account {value} uses {count} dimensions; the product takes {limit} for one account",
)


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a template says them; what that loses goes to `losses`.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a voucher or an account is beyond a limit of the product.
    """
    work = Spelling(books, losses)
    work.live(site_fields(books))
    work.heads(numbered=True)
    work.refuse_equal()
    _refuse_long(work.books)
    work.codes()
    work.dimensions(_label)
    _refuse_many(work.books)
    lines, base = work.books.lines, books.entity.base_currency
    work.round_to(("debit", "credit"), decimals_of(base))
    work.round_to(("fx_debit", "fx_credit"), _places(lines["currency"]))
    work.money(str(options.get("currency") or "") or None)
    work.texts(("summary", "unit"))
    return work.done()


def site_fields(books: Books) -> list[str]:
    """Labels of the site's own columns among the extras of the lines."""
    own = books.extras.filter(table="lines")["field"].unique(maintain_order=True)
    known = {field.heading for field in layout.FIELDS}
    return [
        label
        for label in own
        if "#" in label
        and (caption := layout.caption_of(label))
        and caption not in known
        and not layout.DIMENSION.fullmatch(caption)
    ]


def _label(dimension: str, said: str | None) -> str:
    """What the template calls a dimension: one of the site's own as the source does."""
    if dimension in layout.ITEMS:
        return label_of(dimension)
    return said if said and said != dimension else label_of(dimension)


def _places(currencies: pl.Series) -> pl.Series:
    """The decimals of each line's currency."""
    known = currencies.drop_nulls().unique().to_list()
    places = {code: decimals_of(code) for code in known}
    default = decimals_of(None)
    return currencies.replace_strict(places, default=default, return_dtype=pl.Int64)


def _refuse_long(books: Books) -> None:
    counts = books.lines.group_by("voucher_id").len().filter(pl.col("len") > layout.LINES)
    long = books.vouchers.join(counts, on="voucher_id", how="inner", maintain_order="left")
    if long.height:
        row = long.row(0, named=True)
        key = f"{row['date'] or ''} {row['word'] or ''}-{row['number'] or ''}"
        place = books.origin.place(row["source_row"])
        raise LossRefused(LONG_VOUCHER.at(place, key, count=row["len"], limit=layout.LINES))


def _refuse_many(books: Books) -> None:
    columns = schema.dimension_columns(books.lines)
    if len(columns) <= layout.DIMENSIONS:
        return
    used = books.lines.group_by("account", maintain_order=True).agg(
        pl.col(name).is_not_null().any() for name in columns
    )
    counts = used.select("account", count=pl.sum_horizontal(columns))
    many = counts.filter(pl.col("count") > layout.DIMENSIONS)
    if many.height:
        account, count = many.row(0)
        place = books.origin.place(books.lines.filter(account=account)["source_row"][0])
        raise LossRefused(MANY_DIMENSIONS.at(place, account, count=count, limit=layout.DIMENSIONS))
