"""Mapping forms from files: TOML, or the workbook a person fills by hand."""

import os
from collections.abc import Iterator
from pathlib import Path

from kamcore.errors import Fault, SourceError
from kamcore.forms.mapping import Pair, from_pairs, from_toml
from kamcore.grid.header import find_header, grid_of
from kamcore.grid.sheet import Grid
from kamcore.grid.text import decode
from kamcore.grid.words import read_codes, read_texts
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.model.dimension import dimension_id
from kamcore.model.mapping import CodeMap
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

NO_SHEET = Fault(
    code="C2001",
    zh="对照工作簿里没有名字以「对照」结尾的表, 例如「科目对照」",
    en="the mapping workbook has no sheet whose name ends with 对照, such as 科目对照",
    hint_zh="表头需要「源代码」和「目标代码」; 往来对照另需「类别」",
    hint_en="its headings are 源代码 and 目标代码, and 类别 for 往来对照",
)

ACCOUNTS, WORDS, MEMBERS = "科目对照", "凭证字对照", "往来对照"
"""Sheets of a mapping workbook; ``客户对照`` and the like map the members of one dimension."""

PROPOSAL = "建议代码"
"""Heading of what is proposed where a person has yet to decide."""

_ENDING = "对照"
_HEADINGS = {
    "kind": ("类别", "核算类别", "dimension"),
    "source": ("源代码", "源科目代码", "源编码", "source"),
    "target": ("目标代码", "目标科目代码", "目标编码", "target"),
    "proposal": (PROPOSAL, "proposal"),
}


def read_mapping(path: str | os.PathLike[str]) -> CodeMap:
    """Read a mapping form: TOML, or a workbook with the sheets 科目对照, 往来对照, 凭证字对照.

    A sheet called 客户对照 (or any dimension's name with 对照) maps the members of that dimension.

    Raises:
        UsageError: there is no such file.
        SourceError: it cannot be read or is not a mapping; every mistake is listed with its place.
    """
    source = source_of(Path(path))
    if source.suffix == ".toml":
        return from_toml(decode(source).text, source.name)
    return from_pairs(_pairs(open_workbook(source), source.name))


def _pairs(book: Workbook, file: str) -> Iterator[Pair]:
    names = [sheet.name for sheet in book.sheets if sheet.name.strip().endswith(_ENDING)]
    if not names:
        raise SourceError(NO_SHEET.at(Place(file=file)))
    for name in names:
        part = name.strip().removesuffix(_ENDING)
        need = {"source", "target", "kind"} if name == MEMBERS else {"source", "target"}
        place = Place(file=file, sheet=name)
        header = find_header(book.peek(name), _HEADINGS, need, place=place)
        header.require()
        yield from _rows(grid_of(book.load(name, skip=header.row or 0), header), name, part)


def _rows(grid: Grid, sheet: str, part: str) -> Iterator[Pair]:
    fixed = {ACCOUNTS: "accounts", WORDS: "words"}.get(sheet)
    kinds = read_texts(grid, "kind").values
    sources, targets, proposals = (
        read_codes(grid, name).values for name in ("source", "target", "proposal")
    )
    proposes = "proposal" in grid.frame.columns
    rows = zip(kinds, sources, targets, proposals, strict=True)
    for index, (kind, source, target, proposal) in enumerate(rows):
        if source is None and target is None:
            continue
        named = fixed or dimension_id(kind or part)
        place = grid.place(index, "source")
        proposed = (proposal or "") if proposes else None
        yield Pair(named, source or "", target or "", place, proposed)
