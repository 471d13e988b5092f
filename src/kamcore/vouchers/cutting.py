"""Texts cut to a number of bytes in GBK, as the text columns of Chinese products hold them.

A column of 60 bytes holds 30 Chinese characters.  Characters outside GBK stay as they are and
count as two bytes; a layout that cannot hold them at all uses `kamcore.vouchers.fitting`.
"""

import polars as pl

from kamcore.grid.words import tidy
from kamcore.vouchers.fitting import size_of

__all__ = ["cut_gbk"]


def cut_gbk(texts: pl.Series, size: int) -> pl.Series:
    """The texts cut at a character to at most `size` bytes, without blanks at the new end.

    >>> cut_gbk(pl.Series(["收到货款", "abc"]), 5).to_list()
    ['收到', 'abc']
    """
    long = ((texts.str.len_bytes() > size) & (size_of(texts) > size)).fill_null(value=False)
    spots = long.arg_true()
    if not spots.len():
        return texts
    cut = pl.Series([_cut(text, size) for text in texts.gather(spots)], dtype=pl.String)
    return tidy(texts.clone().scatter(spots, cut))


def _cut(text: str, size: int) -> str:
    room = size
    for index, mark in enumerate(text):
        room -= 1 if mark.isascii() else 2
        if room < 0:
            return text[:index]
    return text
