"""XML by column expressions: a record of elements for every row of a frame.

Texts are escaped where a column needs it.  A carriage return and, in attributes, any line break
is written as a character reference, because a parser would read it as something else.
"""

from collections.abc import Sequence

import attrs
import polars as pl

__all__ = ["ILLEGAL", "Leaf", "attribute", "declaration", "escaped", "record", "tree"]

ILLEGAL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
"""Characters that XML 1.0 cannot hold, not even as references (production 2)."""

END = "\r\n"
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


def escaped(texts: pl.Series) -> pl.Series:
    """Texts as they stand between tags."""
    return _replaced(texts, _MARKUP, _REFERENCES)


def attribute(text: str) -> str:
    """A text as it stands in an attribute, between double quotes."""
    return str(_replaced(pl.Series([text]), _IN_ATTRIBUTE, (*_REFERENCES, *_MORE)).item())


def attributes(texts: pl.Series) -> pl.Series:
    """Texts as they stand in attributes, between double quotes."""
    return _replaced(texts, _IN_ATTRIBUTE, (*_REFERENCES, *_MORE))


def _replaced(texts: pl.Series, odd: str, pairs: Sequence[tuple[str, str]]) -> pl.Series:
    if not texts.str.contains(odd).any():
        return texts
    for mark, reference in pairs:
        texts = texts.str.replace_all(mark, reference, literal=True)
    return texts


def record(leaves: Sequence[Leaf | pl.Series], height: int, indent: str) -> pl.Series:
    """The elements of every row, a line each; a series among them is put in as it is.

    A series holds whole lines of XML, null where a row has none.
    """
    pieces: list[pl.Expr] = []
    run: list[str] = []

    def settle() -> None:
        if run:
            pieces.append(pl.lit("".join(run)))
            run.clear()

    for leaf in leaves:
        if isinstance(leaf, pl.Series):
            if leaf.null_count() < leaf.len():
                settle()
                pieces.append(pl.lit(leaf).fill_null(""))
            continue
        start = f"{indent}<{leaf.name}{' ' + leaf.key if leaf.key else ''}"
        blank = "" if leaf.optional else f"{start}/>{END}"
        close = f"</{leaf.name}>{END}"
        texts = leaf.texts
        if texts is None or isinstance(texts, str):
            said = escaped(pl.Series([texts])).item() if texts else ""
            run.append(f"{start}>{said}{close}" if said else blank)
        elif texts.null_count() == texts.len():
            run.append(blank)
        elif not texts.null_count():
            run.append(f"{start}>")
            settle()
            pieces.append(pl.lit(escaped(texts)))
            run.append(close)
        else:
            settle()
            whole = pl.concat_str(pl.lit(f"{start}>"), pl.lit(escaped(texts)), pl.lit(close))
            pieces.append(whole.fill_null(blank))
    settle()
    if not pieces:
        return pl.repeat("", height, dtype=pl.String, eager=True)
    made = pl.select(pl.concat_str(pieces)).to_series()
    return made if made.len() == height else pl.repeat(made[0], height, eager=True)


def declaration(encoding: str) -> str:
    """The first line of a document."""
    return f'<?xml version="1.0" encoding="{encoding}"?>{END}'


def tree(name: str, values: dict[str, str]) -> str:
    """The start tag of a root with its attributes, on a line of its own."""
    said = "".join(f' {key}="{attribute(text)}"' for key, text in values.items())
    return f"<{name}{said}>{END}"
