"""Who settled what: the rows of documents as applications, and applications as entries of rows.

The standard has no table of applications.  A row of 应收明细表 or 应付明细表 names the voucher of
the document that settles it (核销凭证编号) and the day (核销日期); the row of that document names
the voucher of this one.  What a row settles is its movement less its balance.
"""

import polars as pl

from kamcore.books import schema
from kamcore.grid.words import tidy

VOUCHER = "凭证"
"""What stands before the number of a voucher whose document is not in the package."""

ENTRY = ("party_role", "party", "currency", "own", "ref", "settled_on", "applied", "fx_applied")
"""Columns of an entry beside ``id`` and ``is_receipt`` of its document."""

_SAME = ["party_role", "party", "currency", "settled_on"]


def paired(entries: pl.DataFrame) -> pl.DataFrame:
    """Applications from entries, each made of the two rows that name each other.

    Amounts of entries have the sign of the file: what settles an item is positive on its row and
    negative on the row of the receipt.  An entry without its counterpart is an application of a
    voucher, named ``凭证<number>``.  The nth of equal entries goes with the nth.
    """
    rows = entries.with_row_index("_entry").with_columns(
        _back=-pl.col("applied"), _nth=pl.int_range(pl.len()).over(*_SAME, "own", "ref", "applied")
    )
    sides = rows.filter(pl.col("own").is_not_null() & pl.col("ref").is_not_null())
    both = sides.join(
        sides.select(*_SAME, "own", "ref", "_back", "_nth", "_entry", "id", "is_receipt"),
        left_on=[*_SAME, "own", "ref", "applied", "_nth"],
        right_on=[*_SAME, "ref", "own", "_back", "_nth"],
        how="inner",
        nulls_equal=True,
        maintain_order="left",
        suffix="_other",
    )
    first = pl.col("_entry") < pl.col("_entry_other")
    alike = pl.col("is_receipt") == pl.col("is_receipt_other")
    both = both.filter(
        pl.when(alike).then(first).otherwise(~pl.col("is_receipt")),
        pl.col("id") != pl.col("id_other"),
    )
    used = pl.concat([both["_entry"], both["_entry_other"]])
    alone = rows.filter(~pl.col("_entry").is_in(used.implode()))
    voucher = pl.concat_str(pl.lit(VOUCHER), pl.col("ref").fill_null(""))
    settles = pl.col("is_receipt")
    found = [
        both.select(
            "_entry", "settled_on", "applied", "fx_applied", anchor="id", item="id",
            receipt="id_other",
        ),
        alone.select(
            "_entry",
            "settled_on",
            pl.when(settles).then(-pl.col("applied")).otherwise("applied").alias("applied"),
            pl.when(settles).then(-pl.col("fx_applied")).otherwise("fx_applied")
            .alias("fx_applied"),
            anchor="id",
            item=pl.when(settles).then(voucher).otherwise("id"),
            receipt=pl.when(settles).then("id").otherwise(voucher),
        ),
    ]  # fmt: skip
    made = pl.concat(found).sort("_entry")
    return made.select(
        id=pl.format("{}-{}", "anchor", pl.int_range(1, pl.len() + 1).over("anchor")),
        item="item",
        receipt="receipt",
        date="settled_on",
        amount=pl.col("applied").cast(schema.AMOUNT),
        fx_amount=pl.col("fx_applied").cast(schema.AMOUNT),
    )


def spread(applications: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The entries of applications: one on each of its documents that the package holds.

    `documents` has ``id`` and ``own``, the number of its voucher.  One that takes another back
    is negative.  Columns: ``id``, ``ref``, ``settled_on``, ``applied``, ``fx_applied``.
    """
    undone = tidy(applications["reverses"]).is_not_null() & (applications["amount"] > 0)
    sign = pl.when(pl.lit(undone)).then(-1).otherwise(1)
    made = applications.with_row_index("_order").with_columns(pl.col("amount", "fx_amount") * sign)
    numbers = documents.select("id", "own")
    parts = []
    for side, other, times in (("item", "receipt", 1), ("receipt", "item", -1)):
        told = made.join(numbers, left_on=side, right_on="id", how="inner", maintain_order="left")
        known = told.join(
            numbers.rename({"own": "_ref"}),
            left_on=other,
            right_on="id",
            how="left",
            maintain_order="left",
        )
        said = tidy(told[other].str.strip_prefix(VOUCHER))
        parts.append(
            known.select(
                "_order",
                id=side,
                ref=pl.coalesce("_ref", pl.lit(said)),
                settled_on="date",
                applied=(pl.col("amount") * times).cast(schema.AMOUNT),
                fx_applied=(pl.col("fx_amount") * times).cast(schema.AMOUNT),
            )
        )
    return pl.concat(parts).sort("_order", maintain_order=True).drop("_order")
