"""Two large sets of books that say nearly the same, made by column expressions."""

import datetime as dt

import polars as pl

from kamcore.books import Books, schema
from kamcore.model.entity import Entity

START = dt.date(2025, 1, 1)


def two_sides(lines: int, parties: int, seed: int = 7) -> tuple[Books, Books]:
    """Our receivables and their payables: nine in ten lines agree, most by number.

    A tenth name no number, some are booked days later, every hundredth is missing on either side.
    """
    index = pl.int_range(lines, eager=True).alias("n")
    mixed = index.hash(seed)
    frame = pl.DataFrame({"n": index, "h": mixed}).select(
        "n",
        party=pl.format("P{}", (pl.col("n") % parties).cast(pl.String).str.zfill(6)),
        day=(pl.col("h") % 350).cast(pl.Int64),
        cents=(pl.col("h") // 350 % 9_000_000 + 1_000).cast(pl.Int64),
        paid=pl.col("h") % 3 == 0,
        named=pl.col("h") // 7 % 10 != 0,
        late=(pl.col("h") // 11 % 6).cast(pl.Int64),
        lost=(pl.col("h") // 13 % 100).cast(pl.Int64),
    )
    return _side(frame.filter(pl.col("lost") != 1), ours=True), _side(
        frame.filter(pl.col("lost") != 2), ours=False
    )


def _side(frame: pl.DataFrame, *, ours: bool) -> Books:
    amount = (pl.col("cents").cast(pl.Decimal(18, 4)) / 100).cast(schema.AMOUNT)
    zero = pl.lit(0).cast(schema.AMOUNT)
    on_debit = pl.col("paid") ^ pl.lit(ours)
    day = pl.col("day") + (0 if ours else pl.col("late"))
    number = pl.when("named").then(pl.format("{}", pl.col("n") + 10_000_000))
    words = ("销售", "收到货款") if ours else ("采购入库", "付货款")
    word = pl.when("paid").then(pl.lit(words[1])).otherwise(pl.lit(words[0]))
    dimension = "aux_customer" if ours else "aux_supplier"
    lines = frame.with_row_index("row", offset=1).select(
        voucher_id=pl.col("row").cast(pl.Int64),
        line_no=pl.lit(1, dtype=pl.Int64),
        split_no=pl.lit(1, dtype=pl.Int64),
        date=pl.lit(START) + pl.duration(days=day),
        account=pl.lit("1122" if ours else "2202"),
        summary=pl.concat_str(word, pl.lit(" "), number.fill_null("")),
        debit=pl.when(on_debit).then(amount).otherwise(zero),
        credit=pl.when(on_debit).then(zero).otherwise(amount),
        **{dimension: pl.col("party")},
    )
    heads = lines.select("voucher_id", "date", word=pl.lit("记"), number="voucher_id")
    return Books(Entity(), {"lines": lines, "vouchers": heads})
