"""What a line says it is, by the words of its summary: an invoice, a payment or a return."""

import polars as pl

__all__ = ["kind_of_text"]

_KINDS = (
    ("return", "退货|退回|红字|折让|冲销|冲红"),
    ("payment", "付|收到|收讫|回款|汇|转账|网银|承兑"),
    ("invoice", "销售|采购|入库|发货|销货|进货|购"),
    ("payment", "款"),
    ("invoice", "发票|开票|票"),
)
_STATE_WORDS = "应付账款|应收账款|应付|应收"


def kind_of_text(column: str = "text") -> pl.Expr:
    """What a text says a line is: ``payment``, ``return``, ``invoice`` or null."""
    # 应付 and 应收 say what is owed, not that it was paid.
    text = pl.col(column).str.replace_all(_STATE_WORDS, "")
    found: pl.Expr = pl.lit(None, dtype=pl.String)
    for kind, words in reversed(_KINDS):
        found = pl.when(text.str.contains(words)).then(pl.lit(kind)).otherwise(found)
    return found
