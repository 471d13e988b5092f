"""The form of a list layout (清单版式): how a bank's or a site's own sheet lists documents.

::

    name = "bank-statement"
    title = "样例银行流水"
    kind = "list"
    columns = [
      { headings = ["对方户名", "对方名称"], field = "party", need = true },
      { headings = ["贷方发生额"], field = "received", need = true },
      { headings = ["借方发生额"], field = "paid" },
      { headings = ["用途"], field = "text" },
      { headings = ["附言"], field = "text" },
    ]

    [skip]
    text = ["结息"]

Every mistake is reported with its place in the file, such as ``columns.3.field``.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kamcore.errors import Problem, SourceError
from kamcore.forms.layout import (
    BAD_PATTERN,
    FIELD_TWICE,
    LACKS,
    NO_SUCH_FIELD,
    NOT_A_LAYOUT,
    NOT_TOML,
)
from kamcore.model.list_layout import ListLayout, ListLayoutColumn
from kamcore.place import Place

__all__ = ["KIND", "list_layout_from_toml"]

KIND = "list"
"""The kind of a layout that tells it from those of vouchers, ledgers and balances."""

REPEATED = ("reference", "text")
"""Fields that may stand in several columns; their texts are joined."""

_AMOUNTS = ("amount", "received", "paid")
_STRICT = ConfigDict(extra="forbid", strict=True)


class ListColumnForm(BaseModel):
    """A column; see `kamcore.model.list_layout.ListLayoutColumn`."""

    model_config = _STRICT

    headings: list[str] = Field(min_length=1)
    field: str
    need: bool = False


class ListLayoutForm(BaseModel):
    """A list layout as a person writes it; see `kamcore.model.list_layout.ListLayout`."""

    model_config = _STRICT

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    kind: Literal["list"]
    columns: list[ListColumnForm] = Field(min_length=1)
    sheet: str = ""
    skip: dict[str, list[str]] = {}
    incoming: list[str] = []
    outgoing: list[str] = []

    def build(self) -> ListLayout:
        """Make the value of the model."""
        return ListLayout(
            name=self.name,
            title=self.title,
            columns=tuple(
                ListLayoutColumn(headings=tuple(one.headings), field=one.field, need=one.need)
                for one in self.columns
            ),
            sheet=self.sheet,
            skip={name: tuple(words) for name, words in self.skip.items()},
            incoming=tuple(self.incoming),
            outgoing=tuple(self.outgoing),
        )


def list_layout_from_toml(text: str, file: str, fields: tuple[str, ...]) -> ListLayout | None:
    """Read a list layout; None when the text is a layout of another kind.

    `fields` are the words for fields, which are the caller's to give.

    Raises:
        SourceError: the text is no TOML or no list layout; every mistake is listed.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(NOT_TOML.at(Place(file=file), reason=error)) from error
    if data.get("kind") != KIND:
        return None
    try:
        form = ListLayoutForm.model_validate(data)
    except ValidationError as error:
        found = [_said(detail, file) for detail in error.errors()]
        raise SourceError(found[0], found[1:]) from error
    problems = [*_of_fields(form, file, fields), *_lacks(form, file), *_of_pattern(form, file)]
    if problems:
        raise SourceError(problems[0], problems[1:])
    return form.build()


def _of_fields(form: ListLayoutForm, file: str, fields: tuple[str, ...]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, column in enumerate(form.columns, start=1):
        path = f"columns.{number}.field"
        if column.field not in fields:
            yield _unknown(column.field, path, file, fields)
        elif column.field in first and column.field not in REPEATED:
            facts = {"path": path, "first": first[column.field]}
            yield FIELD_TWICE.at(Place(file=file, path=path), column.field, **facts)
        first.setdefault(column.field, number)
    for name in form.skip:
        if name not in first:
            yield _unknown(name, f"skip.{name}", file, tuple(first))


def _unknown(name: str, path: str, file: str, fields: tuple[str, ...]) -> Problem:
    near = difflib.get_close_matches(name, fields, n=3, cutoff=0.3) or fields
    return NO_SUCH_FIELD.at(Place(file=file, path=path), name, path=path, near=", ".join(near))


def _lacks(form: ListLayoutForm, file: str) -> Iterator[Problem]:
    there = {column.field for column in form.columns}
    needs = ((("party",), "往来单位", "party"), (_AMOUNTS, "金额", "amount"))
    for wants, zh, en in needs:
        if not there.intersection(wants):
            facts = {"kind": form.kind, "what_zh": zh, "what_en": en, "wants": " / ".join(wants)}
            yield LACKS.at(Place(file=file, path="columns"), **facts)


def _of_pattern(form: ListLayoutForm, file: str) -> Iterator[Problem]:
    try:
        re.compile(form.sheet)
    except re.error as error:
        yield BAD_PATTERN.at(
            Place(file=file, path="sheet"), form.sheet, path="sheet", reason=error
        )


def _said(detail: Any, file: str) -> Problem:
    # Columns count from 1, as a person counts them.
    parts = [str(part + 1) if isinstance(part, int) else str(part) for part in detail["loc"]]
    path = ".".join(parts)
    value = detail.get("input", "")
    return NOT_A_LAYOUT.at(Place(file=file, path=path), value, path=path, reason=detail["msg"])
