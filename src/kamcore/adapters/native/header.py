"""The header of the native format, and JSON read without mercy."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from kamcore.adapters.native import faults
from kamcore.books import Books, schema
from kamcore.errors import Fault, SourceError
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.place import Place

FORMAT = "kamcore"
VERSION = 1
_LEVELS = 12
_PERIOD = 2


@attrs.frozen
class Float:
    """A JSON number with a point, an exponent or no finite value, as it was spelled."""

    text: str


class Refused(Exception):
    """A text is not JSON as it should be; holds the fault and what it says."""

    def __init__(self, fault: Fault, value: object, **facts: object) -> None:
        super().__init__(fault, value, facts)
        self.fault = fault
        self.value = value
        self.facts = facts


def parse(text: str) -> Any:
    """Read JSON strictly: no key twice, numbers with a point as `Float`, nothing nested deeply.

    Raises:
        Refused: the text is no such JSON.
    """
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_float=Float, parse_constant=Float)
    except RecursionError:
        raise Refused(faults.TOO_DEEP, "") from None
    except ValueError as error:
        raise Refused(faults.NOT_JSON, text, reason=str(error)) from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(faults.DUPLICATE_KEY, twice)
    return found


@attrs.frozen
class Header:
    """Whose books they are, and what is known of each table."""

    entity: Entity
    tables: Mapping[str, Mapping[str, Any]]

    def dimensions(self, table: str) -> list[str]:
        """Dimension ids of a table."""
        found: list[str] = self.tables.get(table, {}).get("dimensions", [])
        return found


def entity_json(entity: Entity) -> dict[str, Any]:
    """The entity as JSON; what is as by default is left out."""
    values: dict[str, Any] = {
        field.name: value
        for field in attrs.fields(Entity)
        if (value := getattr(entity, field.name)) != field.default
    }
    if entity.scheme:
        lengths, separator = list(entity.scheme.lengths), entity.scheme.separator
        values["scheme"] = {"lengths": lengths, "separator": separator}
    return values


def header_json(books: Books, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The header of books as JSON, with `tables` as given."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "entity": entity_json(books.entity),
        "tables": tables,
    }


def dimensions_of(books: Books, table: str) -> list[str]:
    """Ids of the dimension columns of a table."""
    names = schema.dimension_columns(books.tables[table])
    return [name.removeprefix(schema.AUX) for name in names]


def read_header(text: str, place: Place) -> Header:
    """Read a header.

    Raises:
        SourceError: it is no header, or one of another version.
    """
    try:
        found = parse(text.removeprefix("\ufeff"))
    except Refused as error:
        shown = error.fault.at(place, error.value, **error.facts)
        raise SourceError(faults.NO_HEADER.at(place, text), [shown]) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise SourceError(faults.NO_HEADER.at(place, text))
    if found.get("version") != VERSION or isinstance(found["version"], bool):
        version = found.get("version")
        raise SourceError(faults.WRONG_VERSION.at(place, version, wants=VERSION))
    for name in found:
        if name not in ("format", "version", "entity", "tables"):
            raise _wrong(place, name, name, "part of a header", "表头的内容")
    return Header(_entity(found.get("entity", {}), place), _tables(found.get("tables", {}), place))


def _wrong(place: Place, path: str, value: object, wants: str, wants_zh: str) -> SourceError:
    shown = value.text if isinstance(value, Float) else repr(value)
    where = attrs.evolve(place, path=path)
    return SourceError(faults.WRONG_TYPE.at(where, shown, wants=wants, wants_zh=wants_zh))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_period(value: Any) -> bool:
    return isinstance(value, list) and len(value) == _PERIOD and all(map(_is_count, value))


def _is_scheme(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"lengths", "separator"}
        and _is_text(value["separator"])
        and isinstance(value["lengths"], list)
        and 0 < len(value["lengths"]) <= _LEVELS
        and all(_is_count(length) and length for length in value["lengths"])
    )


_ENTITY: dict[str, Callable[[Any], bool]] = {
    "scheme": _is_scheme,
    "first_period": _is_period,
    "last_period": _is_period,
}


def _entity(found: Any, place: Place) -> Entity:
    if not isinstance(found, dict):
        raise _wrong(place, "entity", found, "an object", "对象")
    known = {field.name for field in attrs.fields(Entity)}
    for name, value in found.items():
        if name not in known or not _ENTITY.get(name, _is_text)(value):
            raise _wrong(place, f"entity.{name}", value, "as agreed", "约定的内容")
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
    }
    if "scheme" in found:
        scheme = found["scheme"]
        values["scheme"] = CodeScheme(tuple(scheme["lengths"]), scheme["separator"])
    return Entity(**values)


def _tables(found: Any, place: Place) -> dict[str, dict[str, Any]]:
    if not isinstance(found, dict):
        raise _wrong(place, "tables", found, "an object", "对象")
    for name, told in found.items():
        path = f"tables.{name}"
        if name not in schema.TABLES:
            raise SourceError(faults.UNKNOWN_TABLE.at(attrs.evolve(place, path=path), name))
        if not isinstance(told, dict):
            raise _wrong(place, path, told, "an object", "对象")
        if "rows" in told and not _is_count(told["rows"]):
            raise _wrong(place, f"{path}.rows", told["rows"], "a count", "行数")
        dims = told.get("dimensions", [])
        allowed = schema.TABLES[name].takes_dimensions and isinstance(dims, list)
        if dims and not (allowed and all(map(_is_text, dims)) and len(set(dims)) == len(dims)):
            raise _wrong(place, f"{path}.dimensions", dims, "a list of ids", "类别标识的列表")
    return dict(found)
