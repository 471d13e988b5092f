"""Auxiliary texts such as ``【部门：销售一部】【项目：甲【2025】乙】`` taken apart.

A value may hold brackets itself: an item ends with the bracket that closes its own, and a new one
begins only outside all brackets (formats/yonyou.md section 3b).  Texts whose brackets are nested
no deeper than twice are taken apart by one pattern, the others character by character; each
distinct text once.
"""

import re

import attrs
import polars as pl

from kamcore.errors import Fault
from kamcore.grid.parsed import BLANKS

UNCLOSED = Fault(
    code="Y6011",
    zh="辅助项的括号【没有闭合: 「{value}」",
    en="a bracket 【 is not closed: {value!r}",
    hint_zh="闭合的部分已读取, 原文保留; 请在来源中补上】",
    hint_en="what is closed was read and the text is kept; close the bracket in the source",
)
STRAY = Fault(
    code="Y6012",
    zh="辅助项的括号之外有文字: 「{value}」",
    en="text stands outside the brackets: {value!r}",
    hint_zh="括号内的部分已读取, 原文保留",
    hint_en="what stands in brackets was read and the text is kept",
)
NO_LABEL = Fault(
    code="Y6013",
    zh="辅助项缺少类型, 应为【类型：值】: 「{value}」",
    en="an item says no type; it should be 【type：value】: {value!r}",
    hint_zh="其他各项已读取, 原文保留",
    hint_en="the other items were read and the text is kept",
)
TWICE = Fault(
    code="Y6014",
    zh="同一分录的辅助项类型重复, 取第一个: 「{value}」",
    en="one type occurs twice on the line, the first counts: {value!r}",
)

TEXT, LABEL, VALUE = "text", "label", "value"
"""Columns of `Unpacked.items`."""

_PLAIN = "[^【】]"
_ITEM = f"【{_PLAIN}*(?:【{_PLAIN}*(?:【{_PLAIN}*】{_PLAIN}*)*】{_PLAIN}*)*】"
_WHOLE = rf"^(?:{_ITEM}\s*)+$"
_PARTS = r"(?s)^【([^【】：:]+)[：:](.*)】$"


@attrs.frozen
class Unpacked:
    """The items of distinct texts (``text``, ``label``, ``value``), and what is wrong with some.

    Of two items with one label in one text the first is there.
    """

    items: pl.DataFrame
    faults: dict[str, Fault]


def unpack(texts: pl.Series) -> Unpacked:
    """Take the distinct texts of a column apart; a blank value says nothing."""
    known = texts.drop_nulls().unique(maintain_order=True)
    tame = known.str.contains(_WHOLE)
    easy, odd = known.filter(tame), known.filter(~tame)
    items = pl.DataFrame({TEXT: easy, "item": easy.str.extract_all(_ITEM)}).explode("item")
    faults: dict[str, Fault] = {}
    rows = []
    for text in odd:
        found, fault = split(text)
        rows += [(text, item) for item in found]
        if fault is not None:
            faults[text] = fault
    scanned = pl.DataFrame(rows, schema={TEXT: pl.String, "item": pl.String}, orient="row")
    every = pl.concat([items, scanned]).select(
        TEXT,
        pl.col("item")
        .str.extract(_PARTS, 1)
        .str.strip_chars(BLANKS)
        .replace("", None)
        .alias(LABEL),
        pl.col("item")
        .str.extract(_PARTS, 2)
        .str.strip_chars(BLANKS)
        .replace("", None)
        .alias(VALUE),
    )
    for text in every.filter(pl.col(LABEL).is_null())[TEXT]:
        faults.setdefault(text, NO_LABEL)
    named = every.drop_nulls(LABEL)
    for text in named.filter(pl.struct(TEXT, LABEL).is_duplicated())[TEXT]:
        faults.setdefault(text, TWICE)
    once = named.unique([TEXT, LABEL], keep="first", maintain_order=True)
    return Unpacked(once.drop_nulls(VALUE), faults)


def _part(nth: int) -> pl.Expr:
    return pl.col("item").str.extract(_PARTS, nth).str.strip_chars(BLANKS).replace("", None)


def split(text: str) -> tuple[list[str], Fault | None]:
    """The items that are closed, with their brackets, and what is wrong with the rest.

    >>> split("【甲：1【2】】【乙：3】")[0], split("【甲：1】【乙：2")[1].code
    (['【甲：1【2】】', '【乙：3】'], 'Y6011')
    """
    items, depth, start, fault = [], 0, 0, None
    for spot in re.finditer("[【】]", text):
        if spot[0] == "【":
            if not depth:
                if text[start : spot.start()].strip(BLANKS):
                    fault = STRAY
                start = spot.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                items.append(text[start : spot.end()])
                start = spot.end()
    if depth:
        return items, UNCLOSED
    return items, STRAY if text[start:].strip(BLANKS) else fault
