"""Texts as a line can hold them: no comma, no line break, characters of GBK, short enough.

Every step says which values it changed.  Values are looked at one by one only where a whole
column at once has shown that some of them need it.
"""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_text import layout
from kamcore.grid.parsed import BLANKS
from kamcore.grid.words import tidy

_MARKS = r"[,\r\n\x00]"
_BEYOND_ASCII = r"[^\x00-\x7f]"
ENCODING = "gbk"


@attrs.frozen
class Fitted:
    """The fitted texts, marks of those replaced and cut, and the first unmappable one."""

    values: pl.Series
    replaced: pl.Series
    cut: pl.Series
    unmappable: int | None = None


def fit(texts: pl.Series, size: int | None = None) -> Fitted:
    """Make texts fit; outer blanks go, because a reader drops them.

    `size` is the most bytes in GBK, cut at a character.  A character outside GBK becomes one
    question mark per UTF-16 unit, as the code page conversion of Windows writes it.
    """
    clean = tidy(_without_marks(tidy(texts)))
    mapped, first = _mapped(clean)
    replaced = texts.ne_missing(mapped) & texts.is_not_null()
    fitted = mapped if size is None else _cut(mapped, size)
    return Fitted(fitted, replaced, mapped.ne_missing(fitted), first)


def fit_codes(codes: pl.Series) -> Fitted:
    """Make codes fit; a leading apostrophe goes, because it only marks a text cell."""
    bare = codes.str.strip_chars_start("'" + BLANKS)
    fitted = fit(bare)
    return attrs.evolve(fitted, replaced=codes.ne_missing(fitted.values) & codes.is_not_null())


def size_of(texts: pl.Series) -> pl.Series:
    """Bytes of texts in GBK: one for a character of ASCII, two for any other."""
    return (texts.str.len_chars() + texts.str.count_matches(_BEYOND_ASCII)).alias(texts.name)


def _without_marks(texts: pl.Series) -> pl.Series:
    if not texts.str.contains(_MARKS).any():
        return texts
    texts = texts.str.replace_all("\r\n", " ", literal=True)
    for mark, instead in layout.LIMITS.forbidden.items():
        texts = texts.str.replace_all(mark, instead, literal=True)
    return texts


def _mapped(texts: pl.Series) -> tuple[pl.Series, int | None]:
    """The texts in characters of GBK, and the index of the first that had others."""
    known = texts.drop_nulls().unique()
    if _fits("\n".join(known.to_list())):
        return texts, None
    strange = [text for text in known.to_list() if not _fits(text)]
    first = texts.is_in(strange).arg_true()[0]
    return texts.replace(strange, [_question(text) for text in strange]), first


def _fits(text: str) -> bool:
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _question(text: str) -> str:
    return "".join(
        mark if _fits(mark) else "?" * (len(mark.encode("utf-16-le")) // 2) for mark in text
    )


def _cut(texts: pl.Series, size: int) -> pl.Series:
    # No character takes more bytes in GBK than in UTF-8, so most texts need no closer look.
    if not (texts.str.len_bytes() > size).any():
        return texts
    long = texts.filter((texts.str.len_bytes() > size) & (size_of(texts) > size)).unique()
    cut = [text.encode(ENCODING)[:size].decode(ENCODING, "ignore") for text in long.to_list()]
    return tidy(texts.replace(long.to_list(), cut)) if cut else texts
