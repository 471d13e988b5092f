"""What the columns without a fact hold by themselves, so that only the rest is kept.

Most are constants (formats/yonyou.md section 1c: columns 51 to 60 are 1,0,0,1,1,1,1,1,1,0).
凭证类别排序号 counts the voucher words in the order they come; 对方科目编码 lists the accounts of
the other side, as many as its 50 characters hold whole (section 7.1).
"""

import polars as pl

from kamcore.adapters.yonyou_u8_sheet.columns import OPPOSITE, RANK
from kamcore.books import schema

_ROOM = 50
_LAST_PIECE = r",[^,]*$"


def derived(rows: pl.DataFrame) -> dict[str, pl.Series]:
    """凭证类别排序号 and 对方科目编码 of lines that stand in the order of the books.

    Reads ``voucher_id``, ``word``, ``account``, ``debit``.
    """
    return {RANK: _ranks(rows["word"]), OPPOSITE: _opposite(rows)}


def _ranks(words: pl.Series) -> pl.Series:
    known = words.drop_nulls().unique(maintain_order=True)
    ranks = pl.int_range(1, known.len() + 1, eager=True).cast(schema.TEXT)
    return words.replace_strict(known, ranks, default=None, return_dtype=schema.TEXT).alias(RANK)


def _opposite(rows: pl.DataFrame) -> pl.Series:
    """The accounts of the other side of the voucher, each once, joined by commas."""
    on_debit = (pl.col("debit") != 0).fill_null(value=False)
    sided = rows.select("voucher_id", "account", side=on_debit)
    listed = (
        sided.drop_nulls("account")
        .unique(maintain_order=True)
        .group_by("voucher_id", "side")
        .agg(pl.col("account").str.join(","))
    )
    text = pl.col("account")
    whole = text.str.slice(0, _ROOM + 1).str.replace(_LAST_PIECE, "")
    listed = listed.select(
        "voucher_id",
        ~pl.col("side"),
        pl.when(text.str.len_chars() > _ROOM).then(whole).otherwise(text).alias(OPPOSITE),
    )
    return sided.join(
        listed, on=["voucher_id", "side"], how="left", maintain_order="left"
    ).get_column(OPPOSITE)
