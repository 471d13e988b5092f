"""Writing records of forms: as TOML, JSON, or a workbook with a sheet a table.

What is written is what `kamcore.pipeline.form_file` reads.
"""

import datetime as dt
import enum
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.forms.form import Column, Form
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.pipeline.atomic import whole
from kamcore.place import Place

__all__ = ["write_forms"]

NO_FORM_FILE = Fault(
    code="C4041",
    zh="表单不能写成「{value}」",
    en="forms cannot become {value!r}",
    hint_zh="文件名以 .xlsx, .toml 或 .json 结尾",
    hint_en="let the name end in .xlsx, .toml or .json",
)

Record = Mapping[str, Any]
"""A record by field; rows of sub-tables are lists of records."""


def write_forms(
    records: Mapping[type[Form], Sequence[Record]],
    path: Path,
    *,
    lang: str = "zh",
    force: bool = False,
) -> None:
    """Write records of forms to a file whose suffix says what it becomes.

    Columns nobody filled in are left out of a workbook, but for those that are needed.

    Raises:
        UsageError: the suffix is unknown, or the file exists and `force` is false.
        LossRefused: a cell of a workbook cannot hold a value.
    """
    suffix = path.suffix.lower()
    if suffix not in (".xlsx", ".toml", ".json"):
        raise UsageError(NO_FORM_FILE.at(Place(file=str(path)), path.name))
    with whole(path, force=force) as temporary:
        if suffix == ".xlsx":
            write_xlsx(
                [sheet for one in records.items() for sheet in _sheets(*one, lang)], temporary
            )
        elif suffix == ".json":
            data = {
                form.card.kind: [_plain(one) for one in rows] for form, rows in records.items()
            }
            temporary.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", "utf-8")
        else:
            lines = [line for form, rows in records.items() for line in _toml(form, rows)]
            temporary.write_text("\n".join(lines), "utf-8")


def _sheets(form: type[Form], records: Sequence[Record], lang: str) -> Iterator[SheetOut]:
    columns = form.columns()
    card = form.card
    plain = [one for one in columns if one.rows is None]
    yield _sheet(card.zh if lang == "zh" else card.en, plain, records, lang)
    keys = [one for one in plain if one.field in card.key]
    for one in columns:
        if one.rows is None:
            continue
        rows = [
            {**{f" {key.field}": record.get(key.field) for key in keys}, **row}
            for record in records
            for row in record.get(one.field, ())
        ]
        if rows:
            yield _sheet(one.heading(lang), one.rows.columns(), rows, lang, keys)


def _sheet(
    title: str,
    columns: Iterable[Column],
    records: Sequence[Record],
    lang: str,
    keys: Sequence[Column] = (),
) -> SheetOut:
    """A sheet of the columns that are filled; `keys` name the record above."""
    wanted = [(f" {one.field}", one) for one in keys]
    wanted += [(one.field, one) for one in columns if one.rows is None]
    found, heads, widths = [], [], {}
    for name, one in wanted:
        cells = [record.get(name) for record in records]
        if one.required or any(cell not in (None, "") for cell in cells):
            found.append(_series(name, cells, lang))
            heads.append(one.heading(lang))
            widths[name] = float(min(40, 6 + 2 * len(heads[-1])))
    return SheetOut(title, pl.DataFrame(found), (tuple(heads),), widths=widths)


def _series(name: str, cells: list[Any], lang: str) -> pl.Series:
    """A column of cells of one type; anything mixed is text."""
    filled = [cell for cell in cells if cell is not None]
    if filled and all(isinstance(cell, Decimal) for cell in filled):
        scale = max(0, *(-int(cell.as_tuple().exponent) for cell in filled))
        return pl.Series(name, cells, dtype=pl.Decimal(38, scale))
    if filled and all(type(cell) is dt.date for cell in filled):
        return pl.Series(name, cells, dtype=pl.Date())
    if filled and all(type(cell) is int for cell in filled):
        return pl.Series(name, cells, dtype=pl.Int64())
    return pl.Series(name, [_text(cell, lang) for cell in cells], dtype=pl.String())


def _text(cell: Any, lang: str) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return ("是" if cell else "否") if lang == "zh" else ("yes" if cell else "no")
    if isinstance(cell, enum.Enum):
        return str(getattr(cell, "zh", cell.value)) if lang == "zh" else str(cell.value)
    return str(cell)


def _plain(value: Any) -> Any:
    """A value as JSON says it; figures are texts, so that none becomes a float."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, dt.date) else value


def _toml(form: type[Form], records: Sequence[Record]) -> Iterator[str]:
    kind = form.card.kind
    for record in records:
        yield f"[{kind}]" if form.card.single else f"[[{kind}]]"
        below = []
        for name, value in record.items():
            if isinstance(value, list | tuple):
                below.append((name, value))
            elif value is not None:
                yield f"{name} = {_toml_value(value)}"
        for name, rows in below:
            for row in rows:
                yield f"[[{kind}.{name}]]"
                for field, value in row.items():
                    if value is not None:
                        yield f"{field} = {_toml_value(value)}"
        yield ""


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, enum.Enum):
        return json.dumps(value.value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    # A basic string of TOML is a string of JSON, but for DEL, which JSON leaves bare.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
