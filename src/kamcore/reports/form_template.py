"""Workbooks to fill in: a sheet a form, with drop-downs, notes, examples and explanations.

XlsxWriter, because a template needs lists of choices, comments on cells and types of columns.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import xlsxwriter

from kamcore.forms.form import Column, Form
from kamcore.forms.template import example_of, example_record
from kamcore.pipeline.atomic import whole

__all__ = ["write_template"]

LAST_ROW = 5000
"""Rows of a sheet that have drop-downs and types."""

_LIST_LENGTH = 250
"""Longest list of choices that stands in the rule itself; longer ones stand in a hidden sheet."""
_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  no zone in this field: same input, same bytes
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_NOTES = ("填写说明", "notes")
_LISTS = ("选项", "lists")


@attrs.define
class _Book:
    """A workbook in the making."""

    book: xlsxwriter.Workbook
    lang: str
    formats: dict[str, Any]
    lists: list[list[str]] = attrs.field(factory=list)

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en


def write_template(
    forms: Sequence[type[Form]],
    path: Path,
    *,
    lang: str = "zh",
    force: bool = False,
    example: bool = False,
) -> None:
    """Write one workbook to fill in for some forms, with the sheets of their sub-tables.

    With `example` the first row of each sheet is filled in: a record that checks clean.

    Raises:
        UsageError: the file exists and `force` is false, or it cannot be written.
    """
    with whole(path, force=force) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False})
        book.set_properties({"created": _MADE})
        made = _Book(book, lang, _formats(book))
        explained: list[tuple[str, Column]] = []
        for form in forms:
            rows = _examples(form) if example else {}
            for title, columns in _sheets(form, lang):
                _sheet(made, title, columns)
                _fill(made, title, columns, rows.get(title, {}))
                explained += [(title, one) for one in columns]
        _notes(made, explained)
        _choices(made)
        book.close()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    head = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"}
    return {
        "needed": book.add_format({**head, "font_color": "#C00000"}),
        "head": book.add_format(head),
        "str": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "Decimal": book.add_format({"num_format": "#,##0.00######"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _sheets(form: type[Form], lang: str) -> Iterable[tuple[str, list[Column]]]:
    """The sheet of a form and those of its sub-tables, each with its columns."""
    columns = form.columns()
    card = form.card
    yield card.zh if lang == "zh" else card.en, [one for one in columns if one.rows is None]
    by_field = {one.field: one for one in columns}
    keys = [attrs.evolve(by_field[name], required=not at) for at, name in enumerate(card.key)]
    for one in columns:
        if one.rows is not None:
            inner = [column for column in one.rows.columns() if column.rows is None]
            yield one.heading(lang), [*keys, *inner]


def _sheet(made: _Book, title: str, columns: Sequence[Column]) -> None:
    sheet = made.book.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    for at, one in enumerate(columns):
        heading = one.heading(made.lang)
        star = "*" if one.required else ""
        sheet.write_string(0, at, star + heading, made.formats["needed" if star else "head"])
        wide = max(10, 2 * len(heading) + 4 if made.lang == "zh" else len(heading) + 4)
        sheet.set_column(at, at, wide, made.formats.get(one.type.__name__, made.formats["str"]))
        if said := _said(made, one):
            sheet.write_comment(0, at, said, {"x_scale": 2})
        if rule := _rule(made, one):
            sheet.data_validation(1, at, LAST_ROW, at, rule)


def _examples(form: type[Form]) -> dict[str, dict[str, Any]]:
    """The first row of each sheet of a form by field; a row below names the record by its key."""
    record = example_record(form)
    keys = {name: record[name] for name in form.card.key if name in record}
    found: dict[str, dict[str, Any]] = dict.fromkeys((form.card.zh, form.card.en), record)
    for one in form.columns():
        for row in record.get(one.field, ()) if one.rows is not None else ():
            found |= {name: {**keys, **row} for name in (one.zh, one.en)}
    return found


def _fill(made: _Book, title: str, columns: Sequence[Column], row: dict[str, Any]) -> None:
    sheet = made.book.get_worksheet_by_name(title)
    for at, one in enumerate(columns):
        value = row.get(one.field)
        if value is None:
            continue
        if one.type is dt.date:
            sheet.write_datetime(1, at, dt.datetime.fromisoformat(value))
        elif one.type is bool:
            sheet.write_string(1, at, _words(made, one)[not value])
        elif one.type in (int, Decimal) and _PLAIN.fullmatch(str(value)):
            sheet.write_number(1, at, Decimal(value))
        else:
            sheet.write_string(1, at, str(value))


def _said(made: _Book, one: Column) -> str:
    note = made.say(one.note_zh, one.note_en)
    parts = [made.say("必填", "needed")] if one.required else []
    parts += [note] if note else []
    if one.example:
        parts.append(made.say(f"例: {one.example}", f"e.g. {one.example}"))
    return "\n".join(parts)


def _rule(made: _Book, one: Column) -> dict[str, Any] | None:
    """What a spreadsheet program lets into a cell of a column."""
    if one.type is dt.date:
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(1900, 3, 1),
            "maximum": dt.date(2199, 12, 31),
            "error_type": "warning",
            "error_message": made.say("请填日期, 如 2026-03-31", "a date, such as 2026-03-31"),
        }
    words = _words(made, one)
    if not words:
        return None
    source: Any = words
    if sum(map(len, words)) + len(words) > _LIST_LENGTH:
        made.lists.append(words)
        letter = xlsxwriter.utility.xl_col_to_name(len(made.lists) - 1)
        source = f"='{made.say(*_LISTS)}'!${letter}$1:${letter}${len(words)}"
    # Lists a company may add to warn only.
    kind = "stop" if one.choices or one.type is bool else "warning"
    return {"validate": "list", "source": source, "error_type": kind}


def _words(made: _Book, one: Column) -> list[str]:
    if one.type is bool:
        return [made.say("是", "yes"), made.say("否", "no")]
    if one.choices:
        return [word.text(made.lang) for word in one.choices]
    return [made.say(zh, en) for zh, en in one.options]


def _notes(made: _Book, columns: Sequence[tuple[str, Column]]) -> None:
    """The sheet that explains every column; readers pass over it."""
    sheet = made.book.add_worksheet(made.say(*_NOTES))
    heads = (
        ("工作表", "sheet"),
        ("列", "column"),
        ("必填", "needed"),
        ("说明", "note"),
        ("例", "example"),
        ("可选", "choices"),
    )
    for at, (zh, en) in enumerate(heads):
        sheet.write_string(0, at, made.say(zh, en), made.formats["head"])
        sheet.set_column(at, at, 44 if at in (3, 5) else 18, made.formats["wrap"])
    sheet.freeze_panes(1, 0)
    for row, (title, one) in enumerate(columns, start=1):
        cells = (
            title,
            one.heading(made.lang),
            made.say("是", "yes") if one.required else "",
            made.say(one.note_zh, one.note_en),
            one.example or (example_of(one) if one.required else ""),
            " / ".join(_words(made, one)),
        )
        for at, text in enumerate(cells):
            sheet.write_string(row, at, text)


def _choices(made: _Book) -> None:
    """The hidden sheet of long lists."""
    if not made.lists:
        return
    sheet = made.book.add_worksheet(made.say(*_LISTS))
    sheet.hide()
    for at, words in enumerate(made.lists):
        for row, text in enumerate(words):
            sheet.write_string(row, at, text)
