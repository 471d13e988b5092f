"""What rows say beside the model: opposite accounts, classes of projects, ranks of words.

Opposite accounts (对方科目) and ranks follow from the vouchers; only those that do not are kept.
"""

import polars as pl

from kamcore.adapters.yonyou_u8_table import columns as layout
from kamcore.books import Books, schema

_SHORT = 50


def opposites(lines: pl.DataFrame) -> pl.Series:
    """The accounts on the other side of each line's voucher, in their order, joined by a comma."""
    credit = (pl.col("debit").fill_null(0) == 0) & (pl.col("credit").fill_null(0) != 0)
    frame = lines.select("voucher_id", "account", _credit=credit)
    known = (
        frame.drop_nulls("account")
        .group_by("voucher_id", "_credit")
        .agg(pl.col("account").unique(maintain_order=True).str.join(",").alias("_said"))
        .with_columns(_credit=~pl.col("_credit"))
    )
    joined = frame.join(known, on=["voucher_id", "_credit"], how="left", maintain_order="left")
    return joined["_said"].str.head(_SHORT).alias(layout.OPPOSITE)


def ranks(heads: pl.DataFrame) -> pl.Series:
    """The rank of each voucher's word (凭证类别排序号): words count as they first occur."""
    words = heads["word"].drop_nulls().unique(maintain_order=True).to_list()
    texts = [str(rank) for rank in range(1, len(words) + 1)]
    return heads["word"].replace_strict(words, texts, default=None, return_dtype=schema.TEXT)


def kept_texts(books: Books, frame: pl.DataFrame) -> Books:
    """The books with extras of what neither has a column nor follows from the others.

    `frame` has the rows in the order of the books.  The most frequent class of projects is the
    source code of the dimension.
    """
    found = [books.extras]
    opposite = frame[layout.RAW + layout.OPPOSITE]
    unlike = opposite.is_not_null() & opposite.ne_missing(opposites(books.lines))
    found.append(extra_rows("lines", layout.OPPOSITE, opposite, unlike))
    classes = frame[layout.RAW + layout.CLASS]
    usual = _usual(classes)
    other = classes.is_not_null()
    if usual is not None and "lines.aux_project" in frame.columns:
        other &= (classes != usual) | frame["lines.aux_project"].is_null()
    found.append(extra_rows("lines", layout.CLASS, classes, other))
    heads = frame.group_by("voucher_id").agg(
        *(pl.col(layout.RAW + key).drop_nulls().first() for key in layout.OF_VOUCHER),
        pl.col(layout.FLAG).drop_nulls().first(),
    )
    heads = heads.sort("voucher_id")
    for key in layout.OF_VOUCHER:
        texts = heads[layout.RAW + key]
        rows = texts.is_not_null()
        if key == layout.RANK:
            rows &= texts.ne_missing(ranks(books.vouchers))
        found.append(extra_rows("vouchers", key, texts, rows))
    flags = heads[layout.FLAG]
    odd = ~flags.is_in([0, layout.VOID]).fill_null(value=True)
    found.append(extra_rows("vouchers", "iflag", flags.cast(schema.TEXT), odd))
    codes = pl.when(pl.col("id") == "project").then(pl.lit(usual, dtype=schema.TEXT))
    return books.replace(
        extras=pl.concat(found), dimensions=books.dimensions.with_columns(source_code=codes)
    )


def _usual(classes: pl.Series) -> str | None:
    counted = (
        classes.drop_nulls().value_counts().sort("count", classes.name, descending=[True, False])
    )
    return str(counted[classes.name][0]) if counted.height else None


def extra_rows(table: str, field: str, texts: pl.Series, rows: pl.Series) -> pl.DataFrame:
    """Extras of a table from the marked rows of a column."""
    spots = rows.fill_null(value=False).arg_true()
    return pl.DataFrame(
        {
            "table": [table] * spots.len(),
            "row_id": spots.cast(schema.INTEGER),
            "field": [field] * spots.len(),
            "value": texts.gather(spots),
        },
        schema={column.name: column.dtype for column in schema.EXTRAS.columns},
    )
