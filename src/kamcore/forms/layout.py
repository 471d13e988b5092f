"""The layout form (版式): how a sheet says what books say, as a person writes it in TOML.

Every mistake is reported with its place in the file, such as ``columns.3.field``.  The words for
fields are the caller's to give: this room does not know the books.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import attrs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kamcore.errors import Fault, Problem, SourceError
from kamcore.model.layout import Layout
from kamcore.place import Place

NOT_TOML = Fault(
    code="D2001",
    zh="版式不是有效的 TOML: {reason}",
    en="the layout is not valid TOML: {reason}",
    hint_zh="用 kamcore layout learn FILE 起草, 再修改",
    hint_en="draft one with kamcore layout learn FILE, then edit it",
)
NOT_A_LAYOUT = Fault(
    code="D2002",
    zh="版式的「{path}」不对: {reason}",
    en="the layout's {path} is wrong: {reason}",
)
NO_SUCH_FIELD = Fault(
    code="D2003",
    zh="版式的「{path}」: 没有名为「{value}」的字段",
    en="the layout's {path}: there is no field {value!r}",
    hint_zh="相近的有: {near}",
    hint_en="near ones are: {near}",
)
FIELD_TWICE = Fault(
    code="D2004",
    zh="版式的「{path}」: 字段「{value}」已在第 {first} 列用过",
    en="the layout's {path}: the field {value!r} is used by column {first} already",
    hint_zh="把几种列名写在同一列的 headings 里",
    hint_en="list several captions in the headings of one column",
)
LACKS = Fault(
    code="D2005",
    zh="种类为 {kind} 的版式没有{what_zh}",
    en="a layout of kind {kind} has no {what_en}",
    hint_zh="加上一列, field 为 {wants}",
    hint_en="add a column with field {wants}",
)
BAD_PATTERN = Fault(
    code="D2006",
    zh="版式的「{path}」不是正则表达式: {reason}",
    en="the layout's {path} is no regular expression: {reason}",
)

_STRICT = ConfigDict(extra="forbid", strict=True)


@attrs.frozen
class Vocabulary:
    """The words for fields and for kinds of cells that a layout may use."""

    is_field: Callable[[str], bool]
    fields: tuple[str, ...]
    kinds: tuple[str, ...]


class ColumnForm(BaseModel):
    """A column; see `kamcore.model.layout.LayoutColumn`."""

    model_config = _STRICT

    headings: list[str] = Field(min_length=1)
    field: str = ""
    kind: str = ""
    need: bool = False
    blanks: list[str] = []
    zero_is_blank: bool = False
    with_name: bool = False
    path: str = ""


class PackingForm(BaseModel):
    """How auxiliaries are packed; see `kamcore.model.layout.Packing`."""

    model_config = _STRICT

    opening: str = Field(default="", max_length=1)
    closing: str = Field(default="", max_length=1)
    colon: str = Field(default=":", min_length=1)
    separator: str = Field(default=";", min_length=1)
    code_mark: str = ""


class SignsForm(BaseModel):
    """By what a file is recognised; see `kamcore.model.layout.Signs`."""

    model_config = _STRICT

    words: list[str] = []
    without: list[str] = []
    least: int = Field(default=3, ge=1)


class MarkersForm(BaseModel):
    """Words of rows that are no data; see `kamcore.model.layout.Markers`."""

    model_config = _STRICT

    opening: list[str] = []
    period: list[str] = []
    year: list[str] = []
    other: list[str] = []


class LayoutForm(BaseModel):
    """A layout as a person writes it in TOML or JSON; see `kamcore.model.layout.Layout`."""

    model_config = _STRICT

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    kind: Literal["vouchers", "ledger", "balances"]
    columns: list[ColumnForm] = Field(min_length=1)
    title_en: str = ""
    vendor: str = ""
    suffixes: list[str] = [".xlsx", ".xls", ".csv"]
    evidence: Literal["confirmed", "corroborated", "reported", "guessed"] = "guessed"
    evidence_note: str = ""
    spec: str = ""
    sheet: str = ""
    every_sheet: bool = False
    vouchers: Literal["head", "key"] = "key"
    fill: list[str] = []
    skip: dict[str, list[str]] = {}
    signs: SignsForm = SignsForm()
    markers: MarkersForm = MarkersForm()
    packing: PackingForm | None = None
    base_currency: str = ""

    def build(self) -> Layout:
        """Make the value of the model."""
        return Layout.of(self.model_dump())


def from_toml(text: str, file: str, words: Vocabulary) -> Layout:
    """Read a layout from TOML.

    Raises:
        SourceError: the text is no TOML or no layout; every mistake is listed with its place.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(NOT_TOML.at(Place(file=file), reason=error)) from error
    return from_data(data, file, words)


def from_data(data: Mapping[str, Any], file: str, words: Vocabulary) -> Layout:
    """Check a layout given as plain data and build it.

    Raises:
        SourceError: it is no layout; every mistake is listed with its place.
    """
    try:
        form = LayoutForm.model_validate(data)
    except ValidationError as error:
        found = [_said(detail, file) for detail in error.errors()]
        raise SourceError(found[0], found[1:]) from error
    problems = [*_of_fields(form, file, words), *_of_patterns(form, file), *_lacks(form, file)]
    if problems:
        raise SourceError(problems[0], problems[1:])
    return form.build()


def _of_fields(form: LayoutForm, file: str, words: Vocabulary) -> Iterator[Problem]:
    """Fields nobody knows, and fields of two columns."""
    first: dict[str, int] = {}
    for number, column in enumerate(form.columns, start=1):
        path = f"columns.{number}.field"
        if column.kind and column.kind not in words.kinds:
            spot = f"columns.{number}.kind"
            reason = f"{column.kind!r}: {', '.join(words.kinds)}"
            yield NOT_A_LAYOUT.at(Place(file=file, path=spot), path=spot, reason=reason)
        if not column.field:
            continue
        if not words.is_field(column.field):
            yield _unknown(column.field, path, file, words)
        elif column.field in first:
            facts = {"path": path, "first": first[column.field]}
            yield FIELD_TWICE.at(Place(file=file, path=path), column.field, **facts)
        first.setdefault(column.field, number)
    for name in form.fill:
        if name not in first:
            yield _unknown(name, "fill", file, words)
    for name in form.skip:
        if name not in first:
            yield _unknown(name, f"skip.{name}", file, words)


def _unknown(name: str, path: str, file: str, words: Vocabulary) -> Problem:
    near = difflib.get_close_matches(name, words.fields, n=3, cutoff=0.5)
    return NO_SUCH_FIELD.at(
        Place(file=file, path=path), name, path=path, near=", ".join(near) or "-"
    )


def _of_patterns(form: LayoutForm, file: str) -> Iterator[Problem]:
    try:
        re.compile(form.sheet)
    except re.error as error:
        yield BAD_PATTERN.at(
            Place(file=file, path="sheet"), form.sheet, path="sheet", reason=error
        )


_NEEDS = {
    "vouchers": (
        (("lines.account",), "科目", "account"),
        (("lines.debit", "lines.credit", "amount"), "金额", "amount"),
    ),
    "ledger": (
        (("lines.account",), "科目", "account"),
        (("lines.debit", "lines.credit", "amount"), "金额", "amount"),
    ),
    "balances": (
        (("balances.account",), "科目", "account"),
        (
            (
                *("balances.closing", "balances.opening", "balances.closing_debit"),
                *("balances.opening_debit", "balances.debit"),
            ),
            "余额",
            "balance",
        ),
    ),
}
"""By kind: fields of which a layout needs one."""


def _lacks(form: LayoutForm, file: str) -> Iterator[Problem]:
    there = {column.field for column in form.columns}
    for wants, zh, en in _NEEDS[form.kind]:
        if not there.intersection(wants):
            facts = {"kind": form.kind, "what_zh": zh, "what_en": en, "wants": " / ".join(wants)}
            yield LACKS.at(Place(file=file, path="columns"), **facts)
    pairs = (("amount", "direction", "方向", "side"), ("packed", "", "packing", "packing"))
    for name, other, zh, en in pairs:
        given = other in there if other else form.packing is not None
        if name in there and not given:
            facts = {"kind": form.kind, "what_zh": zh, "what_en": en, "wants": other or "packing"}
            yield LACKS.at(Place(file=file, path="columns"), **facts)


def _said(detail: Mapping[str, Any], file: str) -> Problem:
    # Columns count from 1, as a person counts them.
    parts = [str(part + 1) if isinstance(part, int) else str(part) for part in detail["loc"]]
    path = ".".join(parts)
    value = detail.get("input", "")
    return NOT_A_LAYOUT.at(Place(file=file, path=path), value, path=path, reason=detail["msg"])
