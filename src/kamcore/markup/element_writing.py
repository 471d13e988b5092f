"""XML by column expressions: a record of elements for every row of a frame.

Texts are escaped where a column needs it.  A carriage return and, in attributes, any line break
is written as a character reference, because a parser would read it as something else.
"""

from collections.abc import Sequence

import attrs
import polars as pl

__all__ = [
    "END",
    "FORBIDDEN",
    "ILLEGAL",
    "Leaf",
    "attribute",
    "attributes",
    "declaration",
    "escaped",
    "record",
    "sliced",
    "tree",
]

ILLEGAL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
"""Characters that XML 1.0 cannot hold, not even as references (production 2)."""

FORBIDDEN = {chr(code): " " for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
"""The same, each with what replaces it."""

END = "\r\n"
"""What ends a line."""
_MARKUP = r"[&<>\r]"
_IN_ATTRIBUTE = r"""[&<>"\r\n\t]"""
_REFERENCES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
_MORE = (('"', "&quot;"), ("\n", "&#10;"), ("\t", "&#9;"))


@attrs.frozen
class Leaf:
    """An element with a text: its name, and the text of each row, or one for all.

    A blank text gives an empty element, or none at all with `optional`.  `key` is put into the
    start tag, such as ``name="dept_id"``.
    """

    name: str
    texts: pl.Series | str | None = None
    key: str = attrs.field(default="", kw_only=True)
    optional: bool = attrs.field(default=False, kw_only=True)
    deeper: str = attrs.field(default="", kw_only=True)
    """Blanks before the element beyond those of its record."""


def escaped(texts: pl.Series) -> pl.Series:
    """Texts as they stand between tags."""
    return _replaced(texts, _MARKUP, _REFERENCES)


def attribute(text: str) -> str:
    """A text as it stands in an attribute, between double quotes."""
    for mark, reference in (*_REFERENCES, *_MORE):
        text = text.replace(mark, reference)
    return text


def attributes(texts: pl.Series) -> pl.Series:
    """Texts as they stand in attributes, between double quotes."""
    return _replaced(texts, _IN_ATTRIBUTE, (*_REFERENCES, *_MORE))


def _replaced(texts: pl.Series, odd: str, pairs: Sequence[tuple[str, str]]) -> pl.Series:
    if not texts.str.contains(odd).any():
        return texts
    for mark, reference in pairs:
        texts = texts.str.replace_all(mark, reference, literal=True)
    return texts


def record(leaves: Sequence[Leaf | pl.Series | str], height: int, indent: str) -> pl.Series:
    """The elements of every row, a line each; whole lines of XML among them are put in as is.

    Such lines are a text for all rows, or a series, null where a row has none.
    """
    pieces = _Pieces()
    for leaf in leaves:
        if isinstance(leaf, str):
            pieces.text(leaf)
        elif isinstance(leaf, pl.Series):
            if leaf.null_count() < leaf.len():
                pieces.column(pl.lit(leaf).fill_null(""))
        else:
            pieces.leaf(leaf, indent)
    return pieces.joined(height)


class _Pieces:
    """What a record is joined from: columns, and the texts between them run together."""

    def __init__(self) -> None:
        self._made: list[pl.Expr] = []
        self._run: list[str] = []

    def text(self, text: str) -> None:
        self._run.append(text)

    def column(self, values: pl.Expr) -> None:
        if self._run:
            self._made.append(pl.lit("".join(self._run)))
            self._run = []
        self._made.append(values)

    def leaf(self, leaf: Leaf, indent: str) -> None:
        start = f"{indent}{leaf.deeper}<{leaf.name}{' ' + leaf.key if leaf.key else ''}"
        blank = "" if leaf.optional else f"{start}/>{END}"
        close = f"</{leaf.name}>{END}"
        texts = leaf.texts
        if texts is None or isinstance(texts, str):
            said = texts or ""
            for mark, reference in _REFERENCES:
                said = said.replace(mark, reference)
            self.text(f"{start}>{said}{close}" if said else blank)
        elif texts.null_count() == texts.len():
            self.text(blank)
        elif not texts.null_count():
            self.text(f"{start}>")
            self.column(pl.lit(escaped(texts)))
            self.text(close)
        else:
            whole = pl.concat_str(pl.lit(f"{start}>"), pl.lit(escaped(texts)), pl.lit(close))
            self.column(whole.fill_null(blank))

    def joined(self, height: int) -> pl.Series:
        if not self._made:
            return pl.repeat("".join(self._run), height, dtype=pl.String, eager=True)
        self.column(pl.lit(""))
        return pl.select(pl.concat_str(self._made)).to_series()


def sliced(
    leaves: Sequence[Leaf | pl.Series | str], start: int, count: int
) -> list[Leaf | pl.Series | str]:
    """The leaves of some rows."""
    found: list[Leaf | pl.Series | str] = []
    for leaf in leaves:
        if isinstance(leaf, pl.Series):
            found.append(leaf.slice(start, count))
        elif isinstance(leaf, Leaf) and isinstance(leaf.texts, pl.Series):
            found.append(attrs.evolve(leaf, texts=leaf.texts.slice(start, count)))
        else:
            found.append(leaf)
    return found


def declaration(encoding: str) -> str:
    """The first line of a document."""
    return f'<?xml version="1.0" encoding="{encoding}"?>{END}'


def tree(name: str, values: dict[str, str]) -> str:
    """The start tag of a root with its attributes, on a line of its own."""
    said = "".join(f' {key}="{attribute(text)}"' for key, text in values.items())
    return f"<{name}{said}>{END}"
