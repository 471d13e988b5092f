"""Whole numbers and flags: voucher numbers, periods, attachments, yes and no."""

import re
import unicodedata

import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault
from kamcore.grid.parsed import BLANKS, Finding, Parsed, mend, unusual
from kamcore.grid.sheet import Grid

UNREADABLE_NUMBER = Fault(
    code="G2011",
    zh="「{value}」不是编号或整数",
    en="{value!r} is not a whole number",
    hint_zh="在来源文件中改为阿拉伯数字",
    hint_en="write it in digits in the source",
)
FRACTION = Fault(
    code="G2012",
    zh="「{value}」带有小数, 此处应为整数",
    en="{value!r} has decimals where a whole number belongs",
)
UNREADABLE_FLAG = Fault(
    code="G2013",
    zh="「{value}」既不是「是」也不是「否」",
    en="{value!r} is neither yes nor no",
)

_PLAIN = r"^-?[0-9]{1,18}(?:\.0+)?$"
_YES = ("1", "是", "true", "t", "yes", "y", "√", "✓", "真", ".t.")
_NO = ("0", "否", "false", "f", "no", "n", "×", "假", ".f.")


def read_integers(grid: Grid, heading: str) -> Parsed:
    """Read a column of whole numbers as ``Int64``; ``07`` is 7 and ``1.00000`` is 1."""
    texts = grid.column(heading)
    mended = mend(grid, heading, ~texts.str.contains(_PLAIN), _integer)
    whole = mended.values.str.replace(r"\.0+$", "")
    return Parsed(whole.cast(schema.INTEGER).alias(heading), mended.problems)


def _integer(text: str, is_number: bool) -> Finding:  # noqa: FBT001
    bare = text.replace("_x000D_", "").strip(BLANKS)
    if not bare:
        return Finding()
    folded = unicodedata.normalize("NFKC", bare)
    if re.fullmatch(_PLAIN, folded):
        if folded == bare:
            return Finding(folded)
        return unusual(folded, "全角字符", "full-width characters")
    if re.fullmatch(r"-?\d+\.\d+", folded) or is_number:
        return Finding(None, FRACTION)
    return Finding(None, UNREADABLE_NUMBER)


def read_flags(grid: Grid, heading: str) -> Parsed:
    """Read a column of yes and no (是/否, 1/0, TRUE/FALSE, Y/N, √) as ``Boolean``."""
    texts = grid.column(heading)
    folded = texts.str.strip_chars(BLANKS).str.to_lowercase().str.replace(r"\.0+$", "")
    yes, no = folded.is_in(_YES), folded.is_in(_NO)
    odd = ~(yes | no) & (folded != "")
    mended = mend(grid, heading, odd, lambda _text, _number: Finding(None, UNREADABLE_FLAG))
    flags = pl.select(pl.when(yes).then(True).when(no).then(False)).to_series()
    return Parsed(flags.cast(schema.FLAG).alias(heading), mended.problems)
