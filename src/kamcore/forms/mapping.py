"""The mapping form (科目对照, 客户对照): accounts, members and voucher words of two systems.

A person writes it as TOML or as a workbook with the sheets 科目对照 and 往来对照 (or 客户对照,
供应商对照 …).  Every mistake is reported with its place; nothing is guessed.
"""

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from pydantic import BaseModel, ConfigDict, ValidationError

from kamcore.errors import Fault, Problem, SourceError
from kamcore.model.dimension import dimension_id
from kamcore.model.mapping import CodeMap, Undecided
from kamcore.place import Place

NOT_TOML = Fault(
    code="D1001",
    zh="对照表不是有效的 TOML: {reason}",
    en="the mapping is not valid TOML: {reason}",
    hint_zh='每行写成 "源代码" = "目标代码"',
    hint_en='write each line as "source code" = "target code"',
)
NOT_A_MAPPING = Fault(
    code="D1002",
    zh="对照表的「{path}」不对: {reason}",
    en="the mapping's {path} is wrong: {reason}",
    hint_zh="代码一律写成加引号的文本",
    hint_en="write every code as a quoted text",
)
SPLIT = Fault(
    code="D1003",
    zh="源代码「{value}」对照到两个目标: {targets}",
    en="source code {value!r} leads to two targets: {targets}",
    hint_zh="一个源代码只能有一个目标; 要按核算项目拆分, 先在源系统里分开",
    hint_en="a source code can lead to one target only",
)
EMPTY_TARGET = Fault(
    code="D1004",
    zh="源代码「{value}」没有填目标代码",
    en="source code {value!r} has no target code",
    hint_zh="在目标代码一栏填上对方系统的代码",
    hint_en="fill in the other system's code",
)
EMPTY_SOURCE = Fault(
    code="D1005",
    zh="目标代码「{value}」没有填源代码",
    en="target code {value!r} has no source code",
)


class MappingForm(BaseModel):
    """A mapping as a person writes it in TOML or JSON."""

    model_config = ConfigDict(extra="forbid", strict=True)

    accounts: dict[str, str] = {}
    members: dict[str, dict[str, str]] = {}
    words: dict[str, str] = {}
    keep_unlisted: bool = False

    def build(self) -> CodeMap:
        """Make the value of the model."""
        return CodeMap(
            accounts=self.accounts,
            members={dimension_id(label): codes for label, codes in self.members.items()},
            words=self.words,
            keep_unlisted=self.keep_unlisted,
        )


@attrs.frozen
class Pair:
    """One row of a mapping sheet."""

    part: str
    """``accounts``, ``words`` or a dimension's id."""
    source: str
    target: str
    place: Place
    proposal: str | None = None
    """What is proposed where no target is filled in; None when the sheet proposes nothing."""


def from_toml(text: str, file: str) -> CodeMap:
    """Read a mapping from TOML.

    Raises:
        SourceError: the text is no TOML or no mapping, or a target is empty.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(NOT_TOML.at(Place(file=file), reason=error)) from error
    return from_data(data, file)


def from_data(data: Mapping[str, Any], file: str = "") -> CodeMap:
    """Check a mapping given as plain data and build it.

    Raises:
        SourceError: it is not a mapping, or a target is empty.
    """
    try:
        form = MappingForm.model_validate(data)
    except ValidationError as error:
        problems = [_said(detail, file) for detail in error.errors()]
        raise SourceError(problems[0], problems[1:]) from error
    parts = [("accounts", form.accounts), ("words", form.words), *form.members.items()]
    empty = [
        EMPTY_TARGET.at(Place(file=file, path=part), source)
        for part, codes in parts
        for source, target in codes.items()
        if not target.strip()
    ]
    if empty:
        raise SourceError(empty[0], empty[1:])
    return form.build()


def from_pairs(pairs: Iterable[Pair], *, keep_unlisted: bool = False) -> CodeMap:
    """Build a mapping from the rows of a workbook.

    A row without a target is a mistake in a sheet that proposes nothing.  In a sheet with
    proposals it is a question still open, and only counts when its code is in use.

    Raises:
        SourceError: a code leads to two targets, or one side of a row is empty.
    """
    codes: dict[str, dict[str, str]] = {}
    undecided: dict[str, dict[str, Undecided]] = {}
    problems: list[Problem] = []
    for pair in pairs:
        known = codes.setdefault(pair.part, {})
        if not pair.source:
            problems.append(EMPTY_SOURCE.at(pair.place, pair.target))
        elif not pair.target and pair.proposal is not None:
            of_part = undecided.setdefault(pair.part, {})
            of_part[pair.source] = Undecided(pair.proposal, pair.place)
        elif not pair.target:
            problems.append(EMPTY_TARGET.at(pair.place, pair.source))
        elif known.setdefault(pair.source, pair.target) != pair.target:
            both = f"{known[pair.source]}, {pair.target}"
            problems.append(SPLIT.at(pair.place, pair.source, targets=both))
    if problems:
        raise SourceError(problems[0], problems[1:])
    accounts, words = codes.pop("accounts", {}), codes.pop("words", {})
    return CodeMap(
        accounts=accounts,
        words=words,
        members={part: members for part, members in codes.items() if members},
        keep_unlisted=keep_unlisted,
        undecided=undecided,
    )


def _said(detail: Mapping[str, Any], file: str) -> Problem:
    path = ".".join(map(str, detail["loc"]))
    value = detail.get("input", "")
    return NOT_A_MAPPING.at(Place(file=file, path=path), value, path=path, reason=detail["msg"])
