"""Texts made to fit fields counted in bytes: characters of the encoding, cut at a character.

A column is looked at once; only distinct texts that do not fit are visited one by one.
"""

import attrs
import polars as pl

from kamcore.errors import Fault
from kamcore.grid.words import tidy

__all__ = ["LONG_CODE", "Fitted", "fit", "size_of"]

LONG_CODE = Fault(
    code="G1621",
    zh="编码「{value}」超过 {size} 个字节, 目标字段放不下; 截短会变成另一个编码",
    en="the code {value!r} is longer than {size} bytes, and cut short it would be another code",
    hint_zh="请在对照表中给出短编码",
    hint_en="give it a shorter code in a mapping",
)

_BEYOND_ASCII = r"[^\x00-\x7f]"
_NUL = "\0"


@attrs.frozen
class Fitted:
    """The texts that fit, and by row what was replaced and what was cut."""

    values: pl.Series
    replaced: pl.Series
    cut: pl.Series


def fit(texts: pl.Series, size: int | None = None, encoding: str = "gbk") -> Fitted:
    """Make texts fit `size` bytes of an encoding of one or two bytes a character.

    Outer blanks go, because a reader drops them, and count as replaced.  A character that the
    encoding lacks becomes one question mark per UTF-16 unit, as the code page conversion of
    Windows writes it, a NUL a blank.
    """
    clean = tidy(texts)
    mapped = tidy(_mapped(clean, encoding))
    short = mapped if size is None else _cut(mapped, size, encoding)
    return Fitted(short, texts.ne_missing(mapped), mapped.ne_missing(short))


def size_of(texts: pl.Series) -> pl.Series:
    """Bytes of texts in GBK: one for a character of ASCII, two for any other."""
    return (texts.str.len_chars() + texts.str.count_matches(_BEYOND_ASCII)).alias(texts.name)


def _mapped(texts: pl.Series, encoding: str) -> pl.Series:
    known = texts.drop_nulls().unique(maintain_order=True).to_list()
    if _fits("".join(known), encoding):
        return texts
    odd = [text for text in known if not _fits(text, encoding)]
    return texts.replace(odd, [_question(text, encoding) for text in odd])


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return _NUL not in text


def _question(text: str, encoding: str) -> str:
    return "".join(mark if _fits(mark, encoding) else _instead(mark) for mark in text)


def _instead(mark: str) -> str:
    return " " if mark == _NUL else "?" * (len(mark.encode("utf-16-le")) // 2)


def _cut(texts: pl.Series, size: int, encoding: str) -> pl.Series:
    long = texts.filter((size_of(texts) > size).fill_null(value=False)).unique().to_list()
    if not long:
        return texts
    new = [text.encode(encoding)[:size].decode(encoding, "ignore") for text in long]
    return tidy(texts.replace(long, new))
