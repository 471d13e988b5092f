"""Several auxiliaries packed into one cell, each with the label of its dimension.

``【客户：甲】【项目：乙【0001】号】`` has brackets, which may nest: items begin at depth 0.
``组织机构:甲;部门:乙`` has none, and its items end at a separator.
"""

from collections.abc import Iterable

import attrs
import polars as pl

from kamcore.model.layout import Packing

__all__ = ["Unpacked", "items_of", "unpack"]


@attrs.frozen
class Unpacked:
    """Items as ``text``, ``label``, ``code`` and ``name``; texts that are not packed so."""

    items: pl.DataFrame
    broken: frozenset[str]


def items_of(text: str, packing: Packing) -> list[tuple[str, str]] | None:
    """Labels and values of a packed text; None when it is not built that way.

    >>> packing = Packing(opening="【", closing="】", colon="：")
    >>> items_of("【客户：甲】【项目：乙【1】号】", packing)
    [('客户', '甲'), ('项目', '乙【1】号')]
    >>> items_of("【客户：甲", packing) is None
    True
    """
    parts = _bracketed(text, packing) if packing.opening else _separated(text, packing)
    if parts is None:
        return None
    found = []
    for part in parts:
        label, mark, value = part.partition(packing.colon)
        if not mark or not label.strip():
            return None
        if value.strip():
            found.append((label.strip(), value.strip()))
    return found


def unpack(texts: Iterable[str | None], packing: Packing) -> Unpacked:
    """Take the distinct texts of a column apart."""
    rows, broken = [], set()
    for text in dict.fromkeys(texts):
        if text is None:
            continue
        items = items_of(text, packing)
        if items is None:
            broken.add(text)
            continue
        for label, value in items:
            code, mark, name = (
                value.partition(packing.code_mark) if packing.code_mark else ("",) * 3
            )
            rows.append((text, label, code if mark else value, name if mark else value))
    frame = pl.DataFrame(
        rows,
        schema=dict.fromkeys(("text", "label", "code", "name"), pl.String()),
        orient="row",
    )
    return Unpacked(frame, frozenset(broken))


def _separated(text: str, packing: Packing) -> list[str]:
    return [part for part in text.split(packing.separator) if part.strip()]


def _bracketed(text: str, packing: Packing) -> list[str] | None:
    parts, depth, start = [], 0, 0
    for index, mark in enumerate(text):
        if mark == packing.opening:
            if not depth:
                start = index + 1
            depth += 1
        elif mark == packing.closing:
            depth -= 1
            if depth < 0:
                return None
            if not depth:
                parts.append(text[start:index])
        elif not depth and not mark.isspace():
            return None
    return None if depth else parts
