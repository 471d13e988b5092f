"""Templates of forms as TOML and JSON: every field with its heading, a note and an example."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kamcore.forms.form import Column, Form

_WIDE = 34


def as_toml(forms: Iterable[type[Form]], lang: str = "zh") -> str:
    """A TOML file to fill in: the example record, all else behind a comment mark.

    Of a policy only what is needed is filled in: an example of a setting would be a decision.
    It is a valid file of records as it stands.
    """
    return "\n".join(line for form in forms for line in _table(form, lang))


def as_json(forms: Iterable[type[Form]]) -> str:
    """A JSON file to fill in: the example record of each kind."""
    found: dict[str, Any] = {}
    for form in forms:
        record = example_record(form)
        found[form.card.kind] = record if form.card.single else [record]
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def example_record(form: type[Form]) -> dict[str, Any]:
    """The example of a form by field, with a row in its sub-tables: it checks clean as it is."""
    found: dict[str, Any] = {}
    for one in form.columns():
        if not _in_example(one):
            continue
        found[one.field] = _value(one) if one.rows is None else [example_record(one.rows)]
    return found


def _in_example(one: Column) -> bool:
    if one.other:
        return False
    if one.rows is not None:
        return any(_in_example(column) for column in one.rows.columns())
    return bool(one.required or one.example)


def example_of(one: Column) -> str:
    """What a cell of a column may hold."""
    if one.example:
        return one.example
    if one.choices:
        return one.choices[0].value
    return {"date": "2026-01-31", "Decimal": "100", "int": "1", "bool": "false"}.get(
        one.type.__name__, "…"
    )


def _value(one: Column) -> Any:
    text = example_of(one)
    if one.type.__name__ == "int":
        return int(text)
    if one.type.__name__ == "bool":
        return text == "true"
    return text


def _table(form: type[Form], lang: str) -> Iterator[str]:
    card = form.card
    zh = lang == "zh"
    note = card.note_zh if zh else card.note_en
    yield f"# {card.zh if zh else card.en}" + (f": {note}" if note else "")
    yield f"[{card.kind}]" if card.single else f"[[{card.kind}]]"
    below = []
    for one in form.columns():
        if one.rows is not None:
            below.append(one)
        else:
            open_ = one.required if card.single else _in_example(one)
            yield _line(one, zh=zh, open_=open_)
    for one in below:
        rows = one.rows
        if rows is None:
            continue
        yield ""
        yield f"# {one.zh if zh else one.en}"
        open_ = _in_example(one) and not card.single
        yield ("" if open_ else "# ") + f"[[{card.kind}.{one.field}]]"
        for inner in rows.columns():
            yield _line(inner, zh=zh, open_=open_ and _in_example(inner))
    yield ""


def _line(one: Column, *, zh: bool, open_: bool) -> str:
    """``code = "0001"   # 编码 (必填)``."""
    text = example_of(one)
    bare = one.type.__name__ in ("date", "Decimal", "int", "bool") and text.isascii()
    bare = bare and not text.endswith("%")
    line = f"{one.field} = {text if bare else json.dumps(text, ensure_ascii=False)}"
    said = [one.zh if zh else one.en]
    if one.required:
        said.append("(必填)" if zh else "(needed)")
    if note := one.note_zh if zh else one.note_en:
        said.append(f"- {note}")
    if one.choices:
        said.append(": " + " / ".join(word.zh if zh else word.value for word in one.choices))
    mark = "" if open_ else "# "
    return f"{mark}{line}".ljust(_WIDE) + "  # " + " ".join(said)
