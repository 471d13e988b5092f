"""Texts made to fit fields counted in bytes, as the columns of Chinese products are.

A column is looked at once; only distinct texts that do not fit are visited one by one.
"""

import attrs
import polars as pl

from kamcore.errors import Fault
from kamcore.grid.words import tidy

__all__ = ["LONG_CODE", "Fitted", "cut", "encodable", "fit", "size_of"]

LONG_CODE = Fault(
    code="G1621",
    zh="编码「{value}」超过 {size} 个字节, 目标字段放不下; 截短会变成另一个编码",
    en="the code {value!r} is longer than {size} bytes, and cut short it would be another code",
    hint_zh="请在对照表中给出短编码",
    hint_en="give it a shorter code in a mapping",
)

_WIDE = r"[^\x00-\x7f]"
_FAR = r"[\x{10000}-\x{10ffff}]"
_NUL = "\0"


@attrs.frozen
class Fitted:
    """The texts that fit, and by row what was replaced and what was cut."""

    values: pl.Series
    replaced: pl.Series
    cut: pl.Series


def fit(texts: pl.Series, size: int | None = None, encoding: str = "gbk") -> Fitted:
    """Make texts fit `size` bytes of an encoding of one or two bytes a character.

    Outer blanks go, because a reader drops them, and count as replaced, as do characters that the
    encoding lacks (`encodable`).
    """
    mapped = tidy(encodable(tidy(texts), encoding))
    short = mapped if size is None else cut(mapped, size)
    return Fitted(short, texts.ne_missing(mapped), mapped.ne_missing(short))


def size_of(texts: pl.Series) -> pl.Series:
    """Bytes of texts: one for a character of ASCII, two for another, four beyond the basic plane.

    That is GB 18030 but for the rare characters of the basic plane that GBK lacks.
    """
    wide, far = texts.str.count_matches(_WIDE), texts.str.count_matches(_FAR)
    return (texts.str.len_chars() + wide + 2 * far).alias(texts.name)


def cut(texts: pl.Series, size: int) -> pl.Series:
    """The texts cut at a character to at most `size` bytes, without blanks at the new end.

    >>> cut(pl.Series(["收到货款", "abc"]), 5).to_list()
    ['收到', 'abc']
    """
    # No character takes more bytes in GBK than in UTF-8, so most texts need no closer look.
    long = ((texts.str.len_bytes() > size) & (size_of(texts) > size)).fill_null(value=False)
    old = texts.filter(long).unique().to_list()
    return tidy(texts.replace(old, [_short(text, size) for text in old])) if old else texts


def encodable(texts: pl.Series, encoding: str) -> pl.Series:
    """Texts in characters that an encoding has.

    Any other becomes one question mark per UTF-16 unit, as the code page conversion of Windows
    writes it, and a NUL a blank.
    """
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


def _short(text: str, size: int) -> str:
    room = size
    for index, mark in enumerate(text):
        room -= 1 if mark.isascii() else 2 if mark < "\U00010000" else 4
        if room < 0:
            return text[:index]
    return text
