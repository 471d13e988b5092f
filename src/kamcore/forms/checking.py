"""Checking records against their form: every mistake with its place, in both languages.

Records are checked as a list, not one by one: pydantic then checks a hundred thousand in seconds.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
from pydantic import TypeAdapter, ValidationError

from kamcore.errors import Fault, Problem, Severity
from kamcore.forms.cell import (
    A_FLOAT,
    NOT_A_DAY,
    NOT_A_FIGURE,
    NOT_TEXT,
    NOT_WHOLE,
    NOT_YES_OR_NO,
    Mistake,
)
from kamcore.forms.form import Column, Form
from kamcore.place import Place

MISSING = Fault(
    code="D4001",
    zh="「{title_zh}」缺少必填的「{name_zh}」",
    en="{title_en}: {name_en} must be filled in",
    hint_zh="例如: {example}",
    hint_en="for example: {example}",
)
UNKNOWN = Fault(
    code="D4002",
    zh="「{title_zh}」没有「{value}」这一项",
    en="{title_en}: there is no field {value!r}",
    hint_zh="相近的有: {near}",
    hint_en="near ones are: {near}",
)
NO_CHOICE = Fault(
    code="D4003",
    zh="「{name_zh}」不能是「{value}」",
    en="{name_en} cannot be {value!r}",
    hint_zh="可选: {choices_zh}",
    hint_en="choose one of: {choices_en}",
)
REFUSED = Fault(
    code="D4004",
    zh="「{name_zh}」不对: 「{value}」({reason})",
    en="{name_en} is wrong: {value!r} ({reason})",
)
TWICE = Fault(
    code="D4005",
    zh="「{title_zh}」的「{value}」重复, 首次出现在 {first_zh}",
    en="{title_en}: {value!r} is there twice, first at {first_en}",
    hint_zh="删去一条, 或改编号",
    hint_en="delete one of them, or give it a number of its own",
)

_FAULTS = {
    "string_type": NOT_TEXT,
    "decimal_type": NOT_A_FIGURE,
    "decimal_parsing": NOT_A_FIGURE,
    "int_type": NOT_WHOLE,
    "int_parsing": NOT_WHOLE,
    "int_from_float": NOT_WHOLE,
    "bool_type": NOT_YES_OR_NO,
    "bool_parsing": NOT_YES_OR_NO,
    "date_type": NOT_A_DAY,
    "date_parsing": NOT_A_DAY,
    "date_from_datetime_parsing": NOT_A_DAY,
    "float_type": A_FLOAT,
}
_EMPTY = Column(field="", zh="此项", en="this")

Loc = tuple[int | str, ...]
"""Where in the list of records: index, field, index in a sub-table, field …"""


@attrs.frozen(kw_only=True)
class Checked:
    """What checking a list of records gives: the good ones, by index, and every problem."""

    good: Mapping[int, tuple[Form, Any]]
    """By index of the record: its form, and the value built."""
    problems: tuple[Problem, ...]


def check_records(
    form: type[Form], records: Sequence[Mapping[str, Any]], place: Callable[[Loc], Place]
) -> Checked:
    """Check records against their form and build the good ones.

    `place` says where a spot of the list of records stands.
    """
    problems: list[Problem] = []
    adapter: TypeAdapter[list[Form]] = TypeAdapter(list[form])  # type: ignore[valid-type]
    left: Sequence[int] = range(len(records))
    try:
        made = adapter.validate_python(records)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems += [_said(form, detail, place) for detail in details]
        bad = {detail["loc"][0] for detail in details}
        left = [index for index in left if index not in bad]
        made = adapter.validate_python([records[index] for index in left])
    good: dict[int, tuple[Form, Any]] = {}
    looks_at_whole = form.mistakes is not Form.mistakes
    for index, one in zip(left, made, strict=True):
        if looks_at_whole and (found := list(one.mistakes())):
            problems += [_of_mistake(form, wrong, (index,), place) for wrong in found]
            continue
        try:
            good[index] = one, one.build()
        except Mistake as wrong:
            problems.append(_of_mistake(form, wrong, (index,), place))
    if form.remarks is not Form.remarks:
        for index, (one, _) in good.items():
            for remark in one.remarks():
                spot = place((index, *_path(remark.field)))
                problems.append(remark.fault.at(spot, remark.value, **remark.facts))
    return Checked(good=good, problems=tuple(problems))


def unknown_name(
    form: type[Form], name: str, place: Place, titles: Mapping[str, object]
) -> Problem:
    """A problem for a field or heading that the form does not have; a warning for a heading.

    `titles` says what the table is called: ``title_zh`` and ``title_en``.
    """
    words = [word for one in form.columns() for word in (one.zh, one.en, one.field)]
    listed = list(dict.fromkeys(words))
    near = difflib.get_close_matches(name, listed, n=3, cutoff=0.5)
    fault = UNKNOWN_HEADING if place.sheet is not None else UNKNOWN
    return fault.at(place, name, near=", ".join(near) or "-", **titles)


UNKNOWN_HEADING = attrs.evolve(
    UNKNOWN,
    code="D4006",
    severity=Severity.WARNING,
    zh="「{title_zh}」没有「{value}」这一列, 未读取",
    en="{title_en}: there is no column {value!r}; it was not read",
)


def titles_of(form: type[Form], field: str = "") -> dict[str, object]:
    """What a form, or its sub-table in a field, is called in a message."""
    named = next((one for one in form.columns() if one.field == field), form.card)
    return {"title_zh": named.zh, "title_en": named.en}


def _said(form: type[Form], detail: Any, place: Callable[[Loc], Place]) -> Problem:
    """Say one mistake that pydantic found."""
    loc: Loc = detail["loc"]
    kind, value = detail["type"], detail.get("input", "")
    wrong = detail.get("ctx", {}).get("error")
    if isinstance(wrong, Mistake):
        return _of_mistake(form, wrong, loc, place)
    owner, found, titles = _owner(form, loc)
    spot = place(loc)
    if kind == "extra_forbidden":
        return unknown_name(owner, str(loc[-1]), spot, titles)
    names = {"name_zh": found.zh, "name_en": found.en}
    if kind == "missing":
        example = found.example or next((word.zh for word in found.choices), "…")
        return MISSING.at(spot, **names, **titles, example=example)
    if kind in ("enum", "literal_error"):
        zh = ", ".join(word.zh for word in found.choices)
        en = ", ".join(found.choices)
        return NO_CHOICE.at(spot, value, **names, choices_zh=zh, choices_en=en)
    if kind in _FAULTS:
        return _FAULTS[kind].at(spot, value)
    return REFUSED.at(spot, value, **names, reason=detail["msg"])


def _of_mistake(
    form: type[Form], wrong: Mistake, loc: Loc, place: Callable[[Loc], Place]
) -> Problem:
    loc = (*loc, *_path(wrong.field))
    _, found, titles = _owner(form, loc)
    facts = {"name_zh": found.zh, "name_en": found.en, **titles, **wrong.facts}
    return wrong.fault.at(place(loc), wrong.value, **facts)


def _path(field: str) -> Iterator[int | str]:
    """A field such as ``lines.0.amount`` as a location."""
    for part in field.split("."):
        if part:
            yield int(part) if part.isdigit() else part


def _owner(form: type[Form], loc: Loc) -> tuple[type[Form], Column, dict[str, object]]:
    """The form and the column a location speaks of, and what the form is called."""
    owner, found, titles = form, _EMPTY, titles_of(form)
    for part in loc[1:]:
        if isinstance(part, int):
            continue
        if found.rows is not None:
            titles = titles_of(owner, found.field)
            owner, found = found.rows, _EMPTY
        by_field = {one.field: one for one in owner.columns()}
        if part not in by_field:
            break
        found = by_field[part]
    return owner, found, titles
