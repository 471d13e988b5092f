"""Mapping forms from files, and the workbook a person fills when codes are missing."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from kamcore.books import schema
from kamcore.books.mapping import Unmapped
from kamcore.errors import Fault, SourceError
from kamcore.format import Source
from kamcore.forms.mapping import Pair, from_pairs, from_toml
from kamcore.grid.cells import SheetOut
from kamcore.grid.header import find_header, grid_of
from kamcore.grid.text import decode
from kamcore.grid.workbook import open_workbook
from kamcore.grid.words import read_codes, read_texts
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.model.dimension import dimension_id, label_of
from kamcore.model.mapping import CodeMap
from kamcore.place import Place

NO_SHEET = Fault(
    code="C2001",
    zh="对照工作簿里没有「科目对照」或「往来对照」表",
    en="the mapping workbook has no sheet 科目对照 or 往来对照",
    hint_zh="表头需要: 源代码, 目标代码; 往来对照另需: 类别",
    hint_en="the headings are 源代码 and 目标代码, and 类别 for members",
)

_HEADINGS = {
    "kind": ("类别", "核算类别", "dimension"),
    "source": ("源代码", "源科目代码", "源编码", "source"),
    "target": ("目标代码", "目标科目代码", "目标编码", "target"),
}
_ACCOUNTS, _WORDS, _MEMBERS = "科目对照", "凭证字对照", "往来对照"


def read_mapping(path: str | os.PathLike[str]) -> CodeMap:
    """Read a mapping form: TOML, or a workbook with the sheets 科目对照, 往来对照, 凭证字对照.

    A sheet called 客户对照 (or any dimension's name with 对照) maps the members of that dimension.

    Raises:
        SourceError: it cannot be read or is not a mapping; every mistake is listed with its place.
    """
    source = Source(Path(path))
    if source.suffix == ".toml":
        return from_toml(decode(source).text, source.name)
    return from_pairs(_pairs(source))


def _pairs(source: Source) -> Iterator[Pair]:
    book = open_workbook(source)
    names = [name for name in book.sheets if name.endswith("对照")]
    if not names:
        raise SourceError(NO_SHEET.at(Place(file=source.name)))
    for name in names:
        yield from _sheet_pairs(book.load(name), name)
