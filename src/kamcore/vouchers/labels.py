"""Dimensions by the words of a source: which id each label gets, and codes under labels.

Layouts name dimensions in headings, in cells beside the code, or both.  Whatever a source calls
them, a label is one dimension, and two labels are two.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault, Problem
from kamcore.model.dimension import dimension_id, label_of
from kamcore.vouchers.entries import INDEX, Entries
from kamcore.vouchers.making import NAMES

NO_CATEGORY = Fault(
    code="G1811",
    zh="「{code_caption}」填了 {code}, 但「{caption}」是空的, 不知属于哪个核算类别",
    en="{code_caption} holds {code}, but {caption} is empty: nothing says of which kind it is",
    hint_zh="填上核算类别",
    hint_en="fill in the kind",
)
NO_CODE = Fault(
    code="G1812",
    zh="有核算类别「{value}」, 但「{caption}」是空的",
    en="the kind {value!r} is given, but {caption} is empty",
    hint_zh="填上项目代码, 或清空类别",
    hint_en="fill in the code, or clear the kind",
)
TWICE = Fault(
    code="G1813",
    zh="同一分录的核算类别「{category}」有两个项目: {value}; 取第一个",
    en="one line has two members of the kind {category}: {value}; the first is taken",
)


@attrs.frozen
class Pair:
    """Typed columns that belong together: a member's code, its name, the label of its dimension.

    A dimension with columns of its own has its label as a `constant` instead.
    """

    code: str
    label: str = ""
    constant: str = ""
    name: str = ""


def dimension_ids(labels: Iterable[str]) -> dict[str, str]:
    """The dimension id of every label; of two labels for one dimension the usual one keeps it.

    >>> dimension_ids(["客户", "往来客户", "车间"])
    {'客户': 'customer', '往来客户': '往来客户', '车间': '车间'}
    """
    known = list(dict.fromkeys(labels))
    ids: dict[str, str] = {}
    for label in sorted(known, key=lambda text: label_of(dimension_id(text)) != text):
        wanted = dimension_id(label)
        ids[label] = wanted if wanted not in ids.values() else label
    return {label: ids[label] for label in known}


def spread_pairs(
    frame: pl.DataFrame, entries: Entries, pairs: Sequence[Pair]
) -> tuple[pl.DataFrame, Mapping[str, str], tuple[Problem, ...]]:
    """Add a column ``lines.aux_<id>`` per label in use; give the label of each id.

    Where a pair has a name, ``names.aux_<id>`` is added too.  A code without a label, a label
    without a code and two codes under one label are errors; of two codes the first counts.
    """
    problems: list[Problem] = []
    for pair in pairs:
        if pair.label:
            problems += _halves(frame, entries, pair)
    used = _labels_in_use(frame, pairs)
    ids = dimension_ids(used)
    columns = []
    for label in used:
        own = [pair for pair in pairs if pair.constant in ("", label)]
        codes = [_under(label, pair, pair.code) for pair in own]
        problems += _twice(frame, entries, label, codes)
        columns.append(pl.coalesce(codes).alias(f"lines.{schema.AUX}{ids[label]}"))
        names = [_under(label, pair, pair.name) for pair in own if pair.name]
        if names:
            columns.append(pl.coalesce(names).alias(f"{NAMES}{schema.AUX}{ids[label]}"))
    return frame.with_columns(columns), {ids[label]: label for label in used}, tuple(problems)


def _under(label: str, pair: Pair, column: str) -> pl.Expr:
    """A column of a pair where the pair is of this label."""
    return pl.col(column) if pair.constant else pl.when(pl.col(pair.label) == label).then(column)


def _labels_in_use(frame: pl.DataFrame, pairs: Sequence[Pair]) -> list[str]:
    found: dict[str, None] = {}
    for pair in pairs:
        filled = frame.filter(pl.col(pair.code).is_not_null())
        if pair.constant and filled.height:
            found[pair.constant] = None
        elif pair.label:
            found |= dict.fromkeys(filled[pair.label].drop_nulls().unique(maintain_order=True))
    return list(found)


def _halves(frame: pl.DataFrame, entries: Entries, pair: Pair) -> list[Problem]:
    code, label = pl.col(pair.code), pl.col(pair.label)
    caption, code_caption = entries.caption(pair.label), entries.caption(pair.code)
    found = []
    for row in frame.filter(code.is_not_null() & label.is_null()).iter_rows(named=True):
        place = entries.grid.place(row[INDEX], entries.heading(pair.label))
        facts = {"code": row[pair.code], "caption": caption, "code_caption": code_caption}
        found.append(NO_CATEGORY.at(place, "", **facts))
    for row in frame.filter(code.is_null() & label.is_not_null()).iter_rows(named=True):
        place = entries.grid.place(row[INDEX], entries.heading(pair.code))
        found.append(NO_CODE.at(place, row[pair.label], caption=code_caption))
    return found


def _twice(
    frame: pl.DataFrame, entries: Entries, label: str, codes: Sequence[pl.Expr]
) -> list[Problem]:
    if len(codes) == 1:
        return []
    filled = pl.sum_horizontal(code.is_not_null() for code in codes)
    both = frame.filter(filled > 1).select(INDEX, said=pl.concat_list(codes).list.drop_nulls())
    return [
        TWICE.at(entries.grid.place(index), ", ".join(said), category=label)
        for index, said in both.iter_rows()
    ]
