"""Rows read one by one: every value checked, everything odd said."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.adapters.native import faults
from kamcore.adapters.native.header import Float, Header, Refused, parse
from kamcore.adapters.native.spelling import ROW
from kamcore.books import schema
from kamcore.errors import LISTED, Fault, Problem
from kamcore.place import Place

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_INT64 = range(-(2**63), 2**63)
_LINE = "source_row"
_WORDS = {
    "Int64": ("a whole number", "整数"),
    "Boolean": ("true or false", " true 或 false"),
    "String": ("a text", "文本"),
    "Date": ("a date such as 2025-01-31", " 2025-01-31 这样的日期"),
}


class Rows:
    """Reads lines strictly and collects what is wrong with them."""

    def __init__(self, file: str, header: Header) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._header = header

    def read(self, lines: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        """Read lines (columns ``source_row`` and ``line``) and give them table by table."""
        found: dict[str, list[dict[str, Any]]] = {}
        for number, text in lines.iter_rows():
            if len(self.problems) > LISTED:
                break
            if text.strip() and (row := self._row(number, text)):
                found.setdefault(row.pop(ROW), []).append(row)
        for name, rows in found.items():
            table = schema.TABLES[name]
            kinds = {column.name: column.dtype for column in table.columns}
            dims = sorted({key for row in rows for key in row if key.startswith(schema.AUX)})
            kinds |= {_LINE: schema.INTEGER} | dict.fromkeys(dims, schema.TEXT)
            yield name, pl.DataFrame(rows, schema=kinds)

    def _row(self, number: int, text: str) -> dict[str, Any] | None:
        place = Place(file=self._file, line=number)
        try:
            found = parse(text)
            if not isinstance(found, dict):
                raise _refused(found, "an object", "对象")
            table = found.pop(ROW, None)
        except Refused as error:
            self.problems.append(error.fault.at(place, error.value, **error.facts))
            return None
        if not isinstance(table, str) or table not in schema.TABLES:
            self._say(faults.UNKNOWN_TABLE, attrs.evolve(place, path=ROW), table)
            return None
        row = self._values(schema.TABLES[table], found, place)
        return {**row, ROW: table, _LINE: number}

    def _values(self, table: schema.Table, found: dict[str, Any], place: Place) -> dict[str, Any]:
        row = {}
        for name, value in found.items():
            where = attrs.evolve(place, path=f"{table.name}.{name}")
            known = name in table.names and not table[name].provenance
            if not known and not (table.takes_dimensions and name.startswith(schema.AUX)):
                content = value.text if isinstance(value, Float) else repr(value)
                self._say(
                    faults.UNKNOWN_FIELD, where, name, table=table.name, content=content[:60]
                )
            elif value is not None:
                try:
                    row[name] = _typed(value, table.dtype_of(name))
                except Refused as error:
                    self._say(error.fault, where, error.value, **error.facts)
        for column in table.columns:
            if column.required and found.get(column.name) is None:
                where = attrs.evolve(place, path=f"{table.name}.{column.name}")
                self._say(faults.MISSING, where, column.name)
        return row

    def _say(self, fault: Fault, place: Place, value: object, **facts: object) -> None:
        self.problems.append(fault.at(place, value, **facts))


def _refused(value: Any, wants: str, wants_zh: str) -> Refused:
    shown = value.text if isinstance(value, Float) else repr(value)
    return Refused(faults.WRONG_TYPE, shown, wants=wants, wants_zh=wants_zh)


def _typed(value: Any, dtype: pl.DataType) -> Any:
    """The value as its column keeps it.

    Raises:
        Refused: it is of another type, or the column cannot hold it exactly.
    """
    if isinstance(dtype, pl.Decimal):
        return _decimal(value, dtype)
    wants, wants_zh = _WORDS[str(dtype)]
    wrong = _refused(value, wants, wants_zh)
    if dtype.is_integer():
        if isinstance(value, bool) or not isinstance(value, int) or value not in _INT64:
            raise wrong
        return value
    if dtype == pl.Boolean:
        if not isinstance(value, bool):
            raise wrong
        return value
    if not isinstance(value, str) or _SURROGATE.search(value):
        raise wrong
    if dtype == pl.Date:
        return _date(value, wrong)
    return value


def _date(value: str, wrong: Refused) -> dt.date:
    if not _DATE.fullmatch(value):
        raise wrong
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise wrong from None


def _decimal(value: Any, dtype: pl.Decimal) -> Decimal:
    whole, places = dtype.precision - dtype.scale, dtype.scale
    if isinstance(value, Float):
        raise Refused(faults.FLOAT, value.text)
    pattern = rf"-?\d{{1,{whole}}}(\.\d{{1,{places}}})?"
    if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
        wants = f"a decimal text of at most {whole} digits and {places} places"
        raise _refused(value, wants, f"文本形式的数 (整数 {whole} 位、小数 {places} 位以内)")
    return Decimal(value)
