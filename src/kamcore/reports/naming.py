"""What figures are called on reports, in Chinese and English, and names beside codes."""

from collections.abc import Iterable, Sequence

import polars as pl

from kamcore.books import Books
from kamcore.books.schema import AUX
from kamcore.model.dimension import label_of

__all__ = ["NAME", "beside", "heading", "keys_in_order", "with_names"]

NAME = "_name"
"""Ending of the columns that hold the name beside a code."""

_WORDS = {
    "account": ("科目", "account"),
    "currency": ("币别", "currency"),
    "year": ("年", "year"),
    "period": ("期间", "period"),
    "opening": ("期初余额", "opening"),
    "debit": ("借方", "debit"),
    "credit": ("贷方", "credit"),
    "ytd_debit": ("本年累计借方", "debit this year"),
    "ytd_credit": ("本年累计贷方", "credit this year"),
    "closing": ("期末余额", "closing"),
    "date": ("日期", "date"),
    "voucher": ("凭证", "voucher"),
    "line_no": ("行", "line"),
    "summary": ("摘要", "summary"),
    "direction": ("方向", "side"),
    "balance": ("余额", "balance"),
    "not_due": ("未到期", "not due"),
    "credits": ("未核销贷项", "credits"),
    "total": ("合计", "total"),
    "items": ("笔数", "items"),
}


def heading(name: str, lang: str) -> str:
    """The heading of a column of the ledger, of a dimension, or of the name beside either.

    >>> heading("closing", "zh"), heading("aux_customer_name", "en"), heading("aux_车间", "zh")
    ('期末余额', 'customer name', '车间')
    """
    known = name.removesuffix(NAME)
    if known.startswith(AUX):
        dimension = known.removeprefix(AUX)
        said = label_of(dimension) if lang == "zh" else dimension
    else:
        zh, en = _WORDS.get(known, (known, known))
        said = zh if lang == "zh" else en
    if known == name:
        return said
    return f"{said}名称" if lang == "zh" else f"{said} name"


def keys_in_order(columns: Sequence[str], by: Iterable[str]) -> list[str]:
    """The key columns among `columns`, those named first; account, members, then currency."""
    keys = [*columns[: columns.index("currency")], "currency"]
    named = [key for name in by for key in (name, AUX + name) if key in keys]
    if "account" not in named and "account" in keys:
        named.insert(0, "account")
    return list(dict.fromkeys([*named, *keys]))


def with_names(frame: pl.DataFrame, keys: Iterable[str], books: Books) -> pl.DataFrame:
    """Add the name beside each account and member code, as ``account_name``."""
    for key in keys:
        if key == "account":
            known = books.accounts.select("code", "name")
        elif key.startswith(AUX):
            of_one = books.members.filter(dimension=key.removeprefix(AUX))
            known = of_one.select("code", "name")
        else:
            continue
        known = known.unique("code", keep="first", maintain_order=True)
        known = known.rename({"code": key, "name": key + NAME})
        frame = frame.join(known, on=key, how="left", maintain_order="left")
    return frame


def beside(keys: Iterable[str]) -> list[str]:
    """The key columns, each account and member with its name."""
    named = ("account", AUX)
    return [name for key in keys for name in (key, key + NAME)[: 1 + key.startswith(named)]]
