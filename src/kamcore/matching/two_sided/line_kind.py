"""What a line says it is, by the words of its summary: an invoice, a payment or a return."""

import polars as pl

__all__ = ["kind_of_text"]

_KINDS = (
    ("return", "退货|退回|红字|折让|冲销|冲红"),
    # 收到发票 is no money, and 收销货款 no sale.
    ("invoice", "[收到补][到]?[^款 ,，;；]{0,4}发票|发票.{0,2}(?:已?到|入账)|票到|到票|收票|来票"),
    ("payment", "[收付][^应发,;，； ]{0,6}款|回款|汇款|付|收到|收讫|汇|转账|网银|承兑|银承|背书"),
    ("invoice", "销售|采购|入库|发货|销货|进货|购|暂估"),
    ("payment", "款"),
    ("invoice", "发票|开票|票"),
)
_OWED = "应[付收](?:账款|.{0,4}款)?"


def kind_of_text(column: str = "text") -> pl.Expr:
    """What a text says a line is: ``payment``, ``return``, ``invoice`` or null.

    >>> texts = pl.DataFrame({"text": ["收销货款", "收到发票", "应付货款", "退货"]})
    >>> texts.select(kind_of_text())["text"].to_list()
    ['payment', 'invoice', None, 'return']
    """
    # 应付货款 and 应收货款 say what is owed, not that it was paid.
    text = pl.col(column).str.replace_all(_OWED, "")
    found: pl.Expr = pl.lit(None, dtype=pl.String)
    for kind, words in reversed(_KINDS):
        found = pl.when(text.str.contains(words)).then(pl.lit(kind)).otherwise(found)
    return found.alias(column)
