"""A layout as the TOML a person edits."""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from kamcore.model.layout import Layout, LayoutColumn, Markers, Packing, Signs

__all__ = ["toml_of"]

_PLAIN = ("title_en", "vendor", "evidence", "evidence_note", "spec", "sheet", "base_currency")


def toml_of(layout: Layout, notes: Mapping[str, str] | None = None) -> str:
    """Spell a layout; `notes` gives a comment above columns, by key."""
    lines = [
        f"name = {_said(layout.name)}",
        f"title = {_said(layout.title)}",
        f"kind = {_said(str(layout.kind))}",
    ]
    lines += [f"{name} = {_said(value)}" for name in _PLAIN if (value := getattr(layout, name))]
    lines.append(f"suffixes = {_said(layout.suffixes)}")
    lines.append(f"vouchers = {_said(str(layout.vouchers))}")
    lines += ["every_sheet = true"] if layout.every_sheet else []
    lines += [f"fill = {_said(layout.fill)}"] if layout.fill else []
    lines.append("columns = [")
    for column in layout.columns:
        note = (notes or {}).get(column.key)
        lines += [f"  # {_flat(note)}"] if note else []
        lines.append(f"  {_column(column)},")
    lines.append("]")
    lines += _table("skip", {_key(name): words for name, words in layout.skip.items()})
    for name, part, usual in (
        ("signs", layout.signs, Signs()),
        ("markers", layout.markers, Markers()),
        ("packing", layout.packing, Packing()),
    ):
        if part is not None and (part != usual or name == "packing"):
            lines += _table(name, _differing(part, usual) or {"colon": ":"})
    return "\n".join(lines) + "\n"


def _column(column: LayoutColumn) -> str:
    said = {"headings": column.headings, **_differing(column, LayoutColumn(headings=()))}
    return "{ " + ", ".join(f"{name} = {_said(value)}" for name, value in said.items()) + " }"


def _differing(part: Any, usual: Any) -> dict[str, Any]:
    return {
        field.name: getattr(part, field.name)
        for field in attrs.fields(type(part))
        if getattr(part, field.name) != getattr(usual, field.name)
    }


def _table(name: str, values: Mapping[str, Any]) -> list[str]:
    if not values:
        return []
    return ["", f"[{name}]", *(f"{key} = {_said(value)}" for key, value in values.items())]


def _said(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_said, value)) + "]"
    # TOML has no DEL in texts; JSON does.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return _said(name)


def _flat(text: str) -> str:
    return "".join(mark if mark.isprintable() else " " for mark in text)
