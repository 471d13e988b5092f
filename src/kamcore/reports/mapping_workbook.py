"""The workbook of a suggested mapping (对照表): what ``convert --mapping`` reads as it is.

Certain targets stand in 目标代码, the others in 建议代码 until a person puts them, or something
else, into 目标代码.  Headings and names of sheets are Chinese in every language: they are how
`kamcore.pipeline.mapping_file` knows them.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.matching.mapping.proposal import Proposal, Suggestion, Unused
from kamcore.model.dimension import label_of
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.mapping_file import ACCOUNTS, MEMBERS, PROPOSAL

__all__ = ["mapping_sheets", "write_mapping"]

_HEADINGS = {
    "类别": 8,
    "源代码": 16,
    "源名称": 28,
    "目标代码": 16,
    "目标名称": 28,
    PROPOSAL: 16,
    "建议名称": 28,
    "得分": 6,
    "理由": 36,
    "确定": 6,
    "其他可能": 40,
}
_KIND = "类别"
_HELP = (
    "「目标代码」已填的行是确定的; 其余各行请核对「建议代码」, 填入「目标代码」。",
    "没有建议的行, 请在目标账套中新建或指定科目、往来单位后填入「目标代码」。",
    "填好后: kamcore convert 源文件 目标文件 --to 格式 --mapping 本文件",
    "「合并」是几个源代码对到同一目标; 「拆分」是目标不止一个; 「未用目标」是没有用到的。",
)


def mapping_sheets(suggestion: Suggestion, lang: str = "zh") -> list[SheetOut]:
    """The sheets of the workbook; `lang` is the language of the reasons."""
    accounts = [one for one in suggestion.proposals if not one.dimension]
    members = [one for one in suggestion.proposals if one.dimension]
    sheets = []
    if accounts:
        sheets.append(_proposals(ACCOUNTS, accounts, lang, with_kind=False))
    if members:
        sheets.append(_proposals(MEMBERS, members, lang, with_kind=True))
    merged = [
        (_label(one), choice.target, choice.name, one.source, one.name)
        for choice, group in suggestion.merged
        for one in group
    ]
    split = [
        (_label(one), one.source, one.name, choice.target, choice.name)
        for one in suggestion.split
        for choice in one.choices
        if choice.score == one.choices[0].score
    ]
    unused = [(_label(one), one.code, one.name) for one in suggestion.unused]
    sheets += [
        _listed("合并", ("类别", "目标代码", "目标名称", "源代码", "源名称"), merged),
        _listed("拆分", ("类别", "源代码", "源名称", "目标代码", "目标名称"), split),
        _listed("未用目标", ("类别", "代码", "名称"), unused),
        _listed("说明", ("说明",), [(line,) for line in _HELP]),
    ]
    return [sheet for sheet in sheets if sheet.frame.height]


def write_mapping(
    suggestion: Suggestion, path: str | os.PathLike[str], *, lang: str = "zh", force: bool = False
) -> None:
    """Write the workbook of a suggested mapping.

    Raises:
        UsageError: the workbook exists and `force` is false, or cannot be written.
    """
    with whole(Path(path), force=force) as temporary:
        write_xlsx(mapping_sheets(suggestion, lang), temporary)


def _label(one: Proposal | Unused) -> str:
    dimension = one.part.partition(".")[2]
    return label_of(dimension) if dimension else "科目"


def _proposals(
    name: str, proposals: Iterable[Proposal], lang: str, *, with_kind: bool
) -> SheetOut:
    rows = [_row(one, lang) for one in proposals]
    frame = pl.DataFrame(rows, schema=_types(), orient="row")
    frame = frame if with_kind else frame.drop(_KIND)
    widths = {column: float(_HEADINGS[column]) for column in frame.columns}
    return SheetOut(name, frame, widths=widths)


def _types() -> dict[str, pl.DataType]:
    return dict.fromkeys(_HEADINGS, pl.String()) | {"得分": pl.Int64()}


def _row(one: Proposal, lang: str) -> tuple[str | int | None, ...]:
    best, sure = one.best, bool(one.target)
    found = (best.target, best.name) if best else ("", "")
    others = "; ".join(f"{two.target} {two.name} ({two.score})" for two in one.choices[1:])
    return (
        _label(one),
        one.source,
        one.name,
        *(found if sure else ("", "")),
        *(("", "") if sure else found),
        best.score if best else None,
        best.reason(lang) if best else ("没有相近的" if lang == "zh" else "nothing is like it"),
        "是" if sure else "否",
        others,
    )


def _listed(name: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> SheetOut:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String()), orient="row")
    widths = {column: 80.0 if column == "说明" else 24.0 for column in headings}
    return SheetOut(name, frame, widths=widths)
