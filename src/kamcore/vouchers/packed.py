"""Several auxiliaries packed into one cell, each with the label of its dimension.

``【客户：甲】【项目：乙【0001】号】`` has brackets, which may nest: an item ends with the bracket
that closes its own, and a new one begins outside all brackets (formats/yonyou.md section 3b).
``组织机构:甲;部门:乙`` has none, and its items end at a separator.  Each distinct text is taken
apart once: by one pattern where brackets are nested no deeper than twice, else mark by mark.
"""

import re

import attrs
import polars as pl

from kamcore.errors import Fault
from kamcore.grid.parsed import BLANKS
from kamcore.model.layout import Packing

__all__ = ["NO_LABEL", "STRAY", "TWICE", "UNCLOSED", "Unpacked", "split", "unpack"]

UNCLOSED = Fault(
    code="G1721",
    zh="辅助项的括号没有闭合: 「{value}」",
    en="a bracket is not closed: {value!r}",
    hint_zh="闭合的部分已读取, 原文保留; 请在来源中补上括号",
    hint_en="what is closed was read and the text is kept; close the bracket in the source",
)
STRAY = Fault(
    code="G1722",
    zh="辅助项的括号之外有文字: 「{value}」",
    en="text stands outside the brackets: {value!r}",
    hint_zh="括号内的部分已读取, 原文保留",
    hint_en="what stands in brackets was read and the text is kept",
)
NO_LABEL = Fault(
    code="G1723",
    zh="辅助项缺少类型, 应为「类型：值」: 「{value}」",
    en="an item says no type; it should be type：value: {value!r}",
    hint_zh="其他各项已读取, 原文保留",
    hint_en="the other items were read and the text is kept",
)
TWICE = Fault(
    code="G1724",
    zh="同一分录的辅助项类型重复, 取第一个: 「{value}」",
    en="one type occurs twice on the line, the first counts: {value!r}",
)

_COLONS = {":", "："}
"""A colon of either width is one mark."""


@attrs.frozen
class Unpacked:
    """The items of distinct texts (``text``, ``label``, ``code``, ``name``).

    Of two items with one label in one text the first is there; a blank value says nothing.
    """

    items: pl.DataFrame
    faults: dict[str, Fault]
    """What is wrong with a text, where something is; its other items were read."""


def unpack(texts: pl.Series, packing: Packing) -> Unpacked:
    """Take the distinct texts of a column apart."""
    known = texts.drop_nulls().unique(maintain_order=True).alias("text")
    found, faults = (_bracketed if packing.opening else _listed)(known, packing)
    # Only marks of a label: a value may hold brackets and colons.
    outer = re.escape(packing.opening + packing.closing)
    label = f"[^{outer}]*?" if outer else ".*?"
    colons = "|".join(map(re.escape, _COLONS if packing.colon in _COLONS else [packing.colon]))
    parts = f"(?s)^({label})(?:{colons})(.*)$"
    every = found.select("text", label=_part(parts, 1), value=_part(parts, 2))
    for text in every.filter(pl.col("label").is_null())["text"]:
        faults.setdefault(text, NO_LABEL)
    named = every.drop_nulls("label")
    for text in named.filter(pl.struct("text", "label").is_duplicated())["text"]:
        faults.setdefault(text, TWICE)
    once = named.unique(["text", "label"], keep="first", maintain_order=True)
    return Unpacked(_coded(once.drop_nulls("value"), packing.code_mark), faults)


def split(text: str, packing: Packing) -> tuple[list[str], Fault | None]:
    """The items in closed brackets, without these, and what is wrong with the rest.

    >>> packing = Packing(opening="【", closing="】", colon="：")
    >>> items, fault = split("【甲：1【2】】【乙：3", packing)
    >>> items, fault.code
    (['甲：1【2】'], 'G1721')
    """
    items, depth, start, fault = [], 0, 0, None
    for spot in re.finditer(f"[{re.escape(packing.opening + packing.closing)}]", text):
        if spot[0] == packing.opening:
            if not depth:
                if text[start : spot.start()].strip(BLANKS):
                    fault = STRAY
                start = spot.end()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                items.append(text[start : spot.start()])
                start = spot.end()
    if depth:
        return items, UNCLOSED
    return items, STRAY if text[start:].strip(BLANKS) else fault


def _bracketed(known: pl.Series, packing: Packing) -> tuple[pl.DataFrame, dict[str, Fault]]:
    """The items of texts in brackets, and what is wrong with some."""
    opening, closing = re.escape(packing.opening), re.escape(packing.closing)
    plain = f"[^{opening}{closing}]*"
    item = f"{opening}{plain}{closing}"
    for _ in range(2):
        item = f"{opening}{plain}(?:{item}{plain})*{closing}"
    tame = known.str.contains(rf"^(?:{item}\s*)+$")
    easy = pl.DataFrame([known.filter(tame)]).with_columns(
        item=pl.col("text").str.extract_all(item)
    )
    bare = pl.col("item").str.strip_prefix(packing.opening).str.strip_suffix(packing.closing)
    easy = easy.explode("item").with_columns(bare)
    rows, faults = [], {}
    for text in known.filter(~tame):
        found, fault = split(text, packing)
        rows += [(text, one) for one in found]
        if fault is not None:
            faults[text] = fault
    odd = pl.DataFrame(rows, schema={"text": pl.String, "item": pl.String}, orient="row")
    return pl.concat([easy, odd]), faults


def _listed(known: pl.Series, packing: Packing) -> tuple[pl.DataFrame, dict[str, Fault]]:
    """The items between separators; there is nothing to be wrong with these."""
    items = pl.col("text").str.split(packing.separator)
    found = pl.DataFrame([known]).with_columns(item=items).explode("item")
    return found.filter(pl.col("item").str.strip_chars(BLANKS) != ""), {}


def _part(parts: str, nth: int) -> pl.Expr:
    return pl.col("item").str.extract(parts, nth).str.strip_chars(BLANKS).replace("", None)


def _coded(items: pl.DataFrame, mark: str) -> pl.DataFrame:
    """Values as a code and a name, where a mark stands between them; else both are the value."""
    value = pl.col("value")
    code = name = value
    if mark:
        halves = value.str.splitn(mark, 2)
        code = halves.struct.field("field_0")
        name = pl.coalesce(halves.struct.field("field_1"), value)
    return items.select("text", "label", code=code, name=name)
