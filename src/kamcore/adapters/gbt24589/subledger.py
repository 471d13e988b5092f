"""Documents of the books from rows of 应收明细表 and 应付明细表, joined again.

A document that was settled several times is several rows, and one with several due dates too.
Rows that share party, account, number, currency and due date are one document; their signed
movements add up to its amount.  A document of a kind that is 收款 or 付款 is a receipt, with the
opposite sign; every other one is an open item.
"""

import attrs
import polars as pl

from kamcore.adapters.gbt24589.settlements import ENTRY, paired
from kamcore.books import schema

TABLES = ("open_items", "receipts")
DIRECTIONS = {"customer": "借", "supplier": "贷"}
"""The side a receivable and a payable stand on."""
RECEIPT_KINDS = {"customer": "收款单", "supplier": "付款单"}
"""What a receipt is called that has no kind of its own."""
KIND, DIRECTION = "单据类型编码", "余额方向"
KEY = ("会计年度", "会计期间号", "记账凭证类型编号", "记账凭证编号")
"""Elements that name the voucher of a document."""
REST = (*KEY, DIRECTION, KIND, "交易类型编码", "结算方式编码", "付款日期", "汇票编号")
"""Elements the model has no column for; a row holds their texts under ``=<element>``."""
SPLIT = ("amount", "fx_amount", "balance", "fx_balance", "ref", "settled_on", "flag")
"""What differs between the rows of one document, beside the row itself."""
_JOIN = ["party_role", "party", "account", "document", "currency", "due_date", "is_receipt"]


@attrs.frozen
class Subledger:
    """The tables of a subledger and the extras of its documents."""

    open_items: pl.DataFrame
    receipts: pl.DataFrame
    applications: pl.DataFrame
    extras: pl.DataFrame


def subledger_of(rows: pl.DataFrame, vouchers: pl.DataFrame, base: str) -> Subledger:
    """Join rows to documents and find what settled them; `vouchers` are those of the books."""
    is_receipt = pl.col(f"={KIND}").str.contains("收款|付款").fill_null(value=False)
    rows = rows.with_row_index("_row").with_columns(is_receipt=is_receipt)
    alone = pl.when(pl.col("document").is_null()).then(pl.col("_row"))
    rows = rows.with_columns(_alone=alone).with_columns(
        _first=pl.col("_row").min().over([*_JOIN, "_alone"])
    )
    plain = [c.name for c in schema.OPEN_ITEMS.columns if c.name in rows.columns]
    once = [name for name in plain if name not in SPLIT]
    texts = [f"={name}" for name in REST]
    documents = rows.group_by("_first", maintain_order=True).agg(
        pl.col("amount", "fx_amount").sum(),
        *(pl.col(name).drop_nulls().first() for name in once),
        *(pl.col(name).drop_nulls().first() for name in texts),
        pl.col("is_receipt").first(),
    )
    foreign = (pl.col("currency") != base).fill_null(value=False)
    documents = documents.sort("is_receipt", maintain_order=True).with_columns(
        pl.col("amount").cast(schema.AMOUNT),
        pl.when(foreign).then("fx_amount").cast(schema.AMOUNT).alias("fx_amount"),
        id=pl.Series(_ids(documents.sort("is_receipt", maintain_order=True)["document"])),
    )
    documents = _linked(documents.cast({"id": schema.TEXT}), vouchers)
    tables = [
        _signed(documents.filter(pl.col("is_receipt") == which), which)
        for which in (False, True)
    ]  # fmt: skip
    return Subledger(
        open_items=tables[0].select("id", *plain, "voucher_id"),
        receipts=tables[1].select("id", *plain, "voucher_id"),
        applications=paired(_entries(rows, documents, base)),
        extras=_extras(tables),
    )


def _signed(documents: pl.DataFrame, is_receipt: bool) -> pl.DataFrame:  # noqa: FBT001
    if not is_receipt:
        return documents
    return documents.with_columns(-pl.col("amount"), -pl.col("fx_amount"))


def _ids(documents: pl.Series) -> list[str]:
    """The document number where it is one document's alone, with a counter where it is not."""
    seen: dict[str, int] = {}
    ids = []
    for row, document in enumerate(documents, start=1):
        name = document or f"行{row}"
        seen[name] = seen.get(name, 0) + 1
        ids.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return ids


def _linked(documents: pl.DataFrame, vouchers: pl.DataFrame) -> pl.DataFrame:
    """Documents with the voucher that booked them, where the books hold it."""
    known = vouchers.select(
        **{f"={name}": text for name, text in zip(KEY, voucher_key(), strict=True)},
        voucher_id="voucher_id",
    ).unique([f"={name}" for name in KEY], keep="first", maintain_order=True)
    return documents.join(
        known.filter(pl.col(f"={KEY[-1]}").is_not_null()),
        on=[f"={name}" for name in KEY],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )


def voucher_key() -> tuple[pl.Expr, ...]:
    """The texts of `KEY` from columns of ``vouchers``."""
    return (
        pl.col("year").cast(schema.TEXT),
        pl.col("period").cast(schema.TEXT),
        pl.col("word"),
        pl.col("number").cast(schema.TEXT),
    )


def _entries(rows: pl.DataFrame, documents: pl.DataFrame, base: str) -> pl.DataFrame:
    """What each row says of its settlement, with the id of its document."""
    named = documents.select("_first", "id")
    foreign = (pl.col("currency") != base).fill_null(value=False)
    balance = pl.col("balance").fill_null(pl.col("amount"))
    fx_balance = pl.col("fx_balance").fill_null(pl.col("fx_amount"))
    entries = rows.join(named, on="_first", how="left", maintain_order="left").with_columns(
        own=f"={KEY[-1]}",
        applied=(pl.col("amount") - balance).cast(schema.AMOUNT),
        fx_applied=pl.when(foreign).then(pl.col("fx_amount") - fx_balance).cast(schema.AMOUNT),
    )
    said = pl.col("ref").is_not_null() | (pl.col("applied") != 0)
    return entries.filter(said).select("id", "is_receipt", *ENTRY)


def _extras(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """The elements of documents without a column, as far as nothing else says them."""
    found = [schema.EXTRAS.empty()]
    for name, frame in zip(TABLES, tables, strict=True):
        told = frame.with_row_index("row_id").with_columns(_usual())
        own = [
            told.select(
                table=pl.lit(name),
                row_id=pl.col("row_id").cast(schema.INTEGER),
                field=pl.lit(element),
                value=pl.col(f"={element}"),
                usual=pl.col(f"_{element}") if f"_{element}" in told.columns else None,
                linked=pl.col("voucher_id").is_not_null() & pl.lit(element in KEY),
            )
            for element in REST
        ]
        texts = pl.concat(own).filter(
            pl.col("value").is_not_null()
            & ~pl.col("linked")
            & pl.col("value").ne_missing(pl.col("usual"))
        )
        found.append(texts.drop("usual", "linked").sort("row_id", maintain_order=True))
    return pl.concat(found)


def _usual() -> list[pl.Expr]:
    """What an element says where its document says nothing of it."""
    day = pl.coalesce("voucher_date", "date")
    kind = pl.when("is_receipt").then(pl.col("party_role").replace_strict(
        RECEIPT_KINDS, default=None, return_dtype=schema.TEXT
    ))  # fmt: skip
    side = pl.col("party_role").replace_strict(DIRECTIONS, default=None, return_dtype=schema.TEXT)
    return [
        day.dt.year().cast(schema.TEXT).alias("_会计年度"),
        day.dt.month().cast(schema.TEXT).alias("_会计期间号"),
        kind.alias(f"_{KIND}"),
        side.alias(f"_{DIRECTION}"),
    ]
