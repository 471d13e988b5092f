"""Texts and codes: blanks trimmed, inner line breaks kept, nothing else touched."""

import re
from collections.abc import Collection
from decimal import Context, Decimal

import polars as pl

from kamcore.errors import Fault, Severity
from kamcore.grid.parsed import BLANKS, Finding, Parsed, faulty_cells, mend
from kamcore.grid.sheet import Grid

CODE_IS_A_NUMBER = Fault(
    code="G2031",
    severity=Severity.WARNING,
    zh="代码「{value}」是数值单元格, 末尾的零可能已丢失; 原来可能是 {candidates}",
    en="the code {value!r} is a number cell: it may have been {candidates}",
    hint_zh="在来源文件中把此列设为文本格式, 并核对代码",
    hint_en="format the column as text in the source and compare the code",
)

_CONTROLS = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"
_RETURN = "_x000D_"
"""How a workbook escapes a carriage return."""


def read_texts(grid: Grid, heading: str) -> Parsed:
    """Read a column of texts: outer blanks of any kind go, inner ones and line breaks stay."""
    texts = tidy(grid.column(heading)).alias(heading)
    return Parsed(texts, tuple(faulty_cells(grid, heading)))


def read_codes(grid: Grid, heading: str) -> Parsed:
    """Read a column of codes: trimmed, without a leading apostrophe.

    A code in a number cell loses the ``.0`` that belongs to the number.  One with a real decimal
    point may have lost trailing zeros: it is kept as it stands, with a warning.
    """
    texts = grid.column(heading)
    if grid.numbers.get(heading, False) is False:
        parsed = Parsed(texts, tuple(faulty_cells(grid, heading)))
    else:
        odd = grid.number_cells(heading) & ~texts.str.contains(r"^[0-9]+$")
        parsed = mend(grid, heading, odd, _code)
    return Parsed(bare_codes(parsed.values).alias(heading), parsed.problems)


def _code(text: str, _is_number: bool) -> Finding:  # noqa: FBT001
    bare = text.strip(BLANKS)
    if re.fullmatch(r"[0-9]+\.[0-9]+", bare):
        # Binary residue (1002.0100000000001) is no part of a code.
        bare = format(Decimal(bare).normalize(Context(prec=15)), "f")
    if "." not in bare:
        return Finding(bare)
    candidates = f"{bare}, {bare}0, {bare}00"
    return Finding(bare, CODE_IS_A_NUMBER, {"candidates": candidates})


def blank_words(values: pl.Series, words: Collection[str]) -> pl.Series:
    """The texts with every one of `words` (``NONE``, ``*``, ``''``) made null."""
    if values.null_count() == values.len():
        return values
    said = values.is_in(list(words))
    if not said.any():
        return values
    return pl.select(pl.when(~said).then(values)).to_series().alias(values.name)


def tidy(texts: pl.Series) -> pl.Series:
    """The texts as `read_texts` gives them: trimmed, null where nothing is left."""
    # Most columns of a wide template are empty: every step on one costs a query of its own.
    if texts.null_count() == texts.len():
        return texts
    marked = texts.str.contains(_RETURN, literal=True)
    if marked.any():
        texts = texts.str.replace_all(_RETURN, "\r", literal=True)
    return _without_empty(texts.str.strip_chars(BLANKS))


def _without_empty(texts: pl.Series) -> pl.Series:
    empty = texts == ""
    return texts.set(empty, None) if empty.any() else texts


def one_line(text: pl.Expr) -> pl.Expr:
    """A text without line breaks and controls, which become blanks; null where nothing is left."""
    return text.str.replace_all(_CONTROLS, " ").str.strip_chars().replace("", None)


def bare_codes(codes: pl.Series) -> pl.Series:
    """Codes as `read_codes` gives them: trimmed, without the apostrophe that marks a text.

    >>> bare_codes(pl.Series([" '00012 ", "'", None])).to_list()
    ['00012', None, None]
    """
    pure = tidy(codes)
    if not pure.str.starts_with("'").any():
        return pure
    return _without_empty(pure.str.strip_prefix("'").str.strip_chars(BLANKS))
