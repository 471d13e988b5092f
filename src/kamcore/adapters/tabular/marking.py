"""Rows of a report that are no data: openings, totals, and rows that say again what others say.

A row is marked by a word in one of its text cells, and only where a cell that every data row
fills is blank or is the word itself: a summary may well be called 合计.
"""

import attrs
import polars as pl

from kamcore.adapters.tabular.opening import Opened
from kamcore.format.layout import cell_kind
from kamcore.grid.header import fold
from kamcore.grid.rows import is_total
from kamcore.grid.sheet import Grid
from kamcore.model.layout import LayoutKind, Markers

__all__ = ["MARK", "WORD", "Marked", "is_subtotal", "mark_rows"]

MARK = "_mark"
"""Column of the kind of a row: ``opening``, ``year_opening``, ``period``, ``year``, ``other``;
null for data."""
WORD = "_word"
"""Column of the word that marks a row."""

_YEAR_OPENING = frozenset({"年初余额", "年初", "上年结转"})
_OPENING = frozenset({"期初余额", "期初", "月初余额", "上期结转"})
_CARRIED = frozenset({"承前页", "过次页", "结转下年", "结转下期", "期末余额", "期末"})
_SUBTOTAL = ("小计", "本页合计", "本日合计", "凭证合计", "科目合计")

_OWN = {
    LayoutKind.VOUCHERS: ("lines.account",),
    LayoutKind.LEDGER: ("voucher", "vouchers.number"),
    LayoutKind.BALANCES: ("balances.account",),
}
"""Fields that every data row fills, by what the rows are."""


@attrs.frozen
class Marked:
    """The grid with its marking words taken out of cells that hold no text, and the marks."""

    grid: Grid
    marks: pl.DataFrame


def mark_rows(opened: Opened) -> Marked:
    """Mark the rows that are no data, and leave out those the layout says to skip."""
    grid = opened.grid.filter(~_skipped(opened))
    layout = opened.layout
    fields = {column.key: column.kind or cell_kind(column.field) for column in opened.columns}
    own = [name for name in _OWN[layout.kind] if name in fields]
    word = pl.Series(WORD, [None] * grid.height, dtype=pl.String)
    blanked = {}
    for key in grid.frame.columns:
        texts = grid.column(key)
        if texts.null_count() == grid.height:
            continue
        hits = [text for text in texts.unique().drop_nulls() if _marks(text, layout.markers)]
        if not hits:
            continue
        here = texts.is_in(hits).fill_null(value=False) & _may_be_marked(grid, own, key)
        first = here & word.is_null()
        word = pl.select(pl.when(first).then(texts).otherwise(word).alias(WORD)).to_series()
        if fields.get(key, "text") not in ("text", "code"):
            blanked[key] = pl.select(pl.when(~here).then(texts).alias(key)).to_series()
    grid = attrs.evolve(grid, frame=grid.frame.with_columns(blanked.values()))
    kinds = {text: _kind(text, layout.markers) for text in word.unique().drop_nulls()}
    mark = word.replace_strict(kinds, default=None, return_dtype=pl.String).alias(MARK)
    return Marked(grid, pl.DataFrame([mark, word]))


def is_subtotal(word: str) -> bool:
    """Say whether a marked row sums the rows since the one before it, not all above.

    >>> is_subtotal("资产小计"), is_subtotal("合计")
    (True, False)
    """
    return fold(word).endswith(_SUBTOTAL)


def _skipped(opened: Opened) -> pl.Series:
    grid = opened.grid
    skipped = pl.repeat(False, grid.height, dtype=pl.Boolean, eager=True)
    for field, words in opened.layout.skip.items():
        texts = grid.column(field).str.strip_chars()
        skipped = skipped | texts.is_in(list(words)).fill_null(value=False)
    return skipped


def _may_be_marked(grid: Grid, own: list[str], key: str) -> pl.Series:
    """True where a row lacks what data has, or the word stands in that very cell."""
    if not own or key in own:
        return pl.repeat(True, grid.height, dtype=pl.Boolean, eager=True)
    blank = pl.repeat(True, grid.height, dtype=pl.Boolean, eager=True)
    for name in own:
        blank &= grid.column(name).is_null()
    return blank


def _marks(text: str, markers: Markers) -> bool:
    return _kind(text, markers) is not None


def _kind(text: str, markers: Markers) -> str | None:
    folded = fold(text).rstrip(":")
    for name in ("opening", "period", "year", "other"):
        if folded in {fold(word) for word in getattr(markers, name)}:
            return name
    if not is_total(text):
        return None
    if folded in _YEAR_OPENING:
        return "year_opening"
    if folded in _OPENING:
        return "opening"
    if folded in _CARRIED:
        return "other"
    return "year" if _is_of_year(folded) else "period"


def _is_of_year(folded: str) -> bool:
    return "本年" in folded or "当前累计" in folded or folded in ("累计", "本期累计", "本月累计")
