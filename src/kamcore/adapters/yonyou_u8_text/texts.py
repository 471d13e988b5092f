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
    mapped, strange = _mapped(clean)
    new = (
        mapped if room is None or room.size is None else _cut(mapped, room.size, whole=room.whole)
    )
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
        unmappable=None if strange is None else old[strange],
    )


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
    if _fits("\n".join(texts.drop_nulls().to_list())):
        return texts, None
    odd = [index for index, text in enumerate(texts) if text is not None and not _fits(text)]
    instead = pl.Series([_question(texts[index]) for index in odd], dtype=pl.String)
    return texts.clone().scatter(odd, instead), odd[0]


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


def _cut(texts: pl.Series, size: int, *, whole: bool) -> pl.Series:
    # No character takes more bytes in GBK than in UTF-8, so most texts need no closer look.
    long = ((texts.str.len_bytes() > size) & (size_of(texts) > size)).fill_null(value=False)
    spots = long.arg_true()
    if not spots.len():
        return texts
    cut = [
        None if whole else text.encode(ENCODING)[:size].decode(ENCODING, "ignore")
        for text in texts.gather(spots).to_list()
    ]
    return tidy(texts.clone().scatter(spots, pl.Series(cut, dtype=pl.String)))
