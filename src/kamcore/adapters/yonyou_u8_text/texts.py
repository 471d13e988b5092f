"""Texts as a line can hold them: no comma, no line break, characters of GBK, short enough.

Every step says which values it changed.  Values are looked at one by one only where a whole
column at once has shown that some of them need it.
"""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_text import layout
from kamcore.grid.parsed import BLANKS
from kamcore.grid.words import tidy
from kamcore.vouchers.fitting import cut, encodable, size_of

_MARKS = r"[,\r\n\x00]"
ENCODING = "gbk"


@attrs.frozen
class Fitted:
    """What a column's texts became.

    `values` is the column; `old` its distinct texts, `new` what each became, `replaced` and `cut`
    mark those that lost something, `unmappable` is the first with a character outside GBK.
    """

    values: pl.Series
    old: pl.Series
    new: pl.Series
    replaced: pl.Series
    cut: pl.Series
    unmappable: str | None = None


@attrs.frozen
class _Room:
    """How long a text may be, and whether a longer one goes altogether."""

    size: int | None
    whole: bool


def fit(texts: pl.Series, size: int | None = None, *, whole: bool = False) -> Fitted:
    """Make texts fit; outer blanks go, because a reader drops them.

    `size` is the most bytes in GBK, cut at a character; with `whole` a longer text goes
    altogether, because a piece of it would mean something else.  A character outside GBK becomes
    one question mark per UTF-16 unit, as the code page conversion of Windows writes it.
    """
    old = _distinct(texts)
    return _fitted(texts, old, old, _Room(size, whole))


def fit_codes(codes: pl.Series, separators: str = "") -> Fitted:
    """Make codes fit, without their separators; a leading apostrophe only marks a text cell."""
    old = _distinct(codes)
    bare = old
    for mark in separators:
        bare = bare.str.replace_all(mark, "", literal=True)
    return _fitted(codes, old, bare, None)


def _distinct(texts: pl.Series) -> pl.Series:
    return texts.drop_nulls().unique(maintain_order=True)


def _fitted(texts: pl.Series, old: pl.Series, bare: pl.Series, room: _Room | None) -> Fitted:
    clean = tidy(_without_marks(tidy(bare)))
    if room is None:
        clean = tidy(clean.str.strip_chars_start("'" + BLANKS))
    mapped = encodable(clean, ENCODING)
    strange = old.filter(clean.ne_missing(mapped))
    new = mapped if room is None else _short(mapped, room)
    changed = new.ne_missing(old)
    values = texts
    if changed.any():
        values = texts.replace(old.filter(changed), new.filter(changed))
    return Fitted(
        values=values,
        old=old,
        new=new,
        replaced=bare.ne_missing(mapped),
        cut=mapped.ne_missing(new),
        unmappable=strange[0] if strange.len() else None,
    )


def _without_marks(texts: pl.Series) -> pl.Series:
    if not texts.str.contains(_MARKS).any():
        return texts
    texts = texts.str.replace_all("\r\n", " ", literal=True)
    for mark, instead in layout.LIMITS.forbidden.items():
        texts = texts.str.replace_all(mark, instead, literal=True)
    return texts


def _short(texts: pl.Series, room: _Room) -> pl.Series:
    if room.size is None:
        return texts
    if room.whole:
        return texts.set((size_of(texts) > room.size).fill_null(value=False), None)
    return cut(texts, room.size)
