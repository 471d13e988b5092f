"""Forms from files: any number of TOML, JSON or workbook files, a kind of record a table.

TOML and JSON hold each kind as a table or an array of tables (``[[party]]``, ``[credit_policy]``),
a workbook as a sheet named in Chinese or English (客户档案, parties).  What kinds there are, and
what their headings mean, only the modules of `kamcore.forms` say.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import attrs

from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Source
from kamcore.forms.checking import TWICE, Loc, check_records
from kamcore.forms.form import Form, kinds
from kamcore.grid.header import fold
from kamcore.grid.text import decode
from kamcore.grid.workbook import open_workbook
from kamcore.markup.json_reading import DUPLICATE_KEY, Figure, Twice, read_json
from kamcore.pipeline.form_sheets import Row, SheetRecords, record
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

__all__ = ["Entry", "Forms", "read_forms"]

T = TypeVar("T")

NOT_TOML = Fault(
    code="C4011",
    zh="不是有效的 TOML: {reason}",
    en="this is not valid TOML: {reason}",
    hint_zh="用 kamcore forms make KIND -o 文件.toml 生成模板, 再填写",
    hint_en="make a template with kamcore forms make KIND -o FILE.toml and fill it in",
)
NO_SUCH_KIND = Fault(
    code="C4012",
    zh="没有名为「{value}」的表单",
    en="there is no form called {value!r}",
    hint_zh="相近的有: {near}; 全部见 kamcore forms list",
    hint_en="near ones are: {near}; all of them: kamcore forms list",
)
NOT_A_TABLE = Fault(
    code="C4013",
    zh="「{value}」应当是表 [{value}] 或表的数组 [[{value}]]",
    en="{value} is to be a table [{value}] or an array of tables [[{value}]]",
)
MORE_THAN_ONE = Fault(
    code="C4014",
    zh="「{title_zh}」只能有一份, 首次出现在 {first}",
    en="there can be only one of {title_en}; the first is at {first}",
)
NOTHING = Fault(
    code="C4015",
    severity=Severity.WARNING,
    zh="文件里没有任何表单记录",
    en="there is no record of any form in the file",
    hint_zh="表单有哪些: kamcore forms list",
    hint_en="see what forms there are: kamcore forms list",
)

_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@attrs.frozen(kw_only=True)
class Entry:
    """A record that was read: its kind, the value it builds, and where it stands."""

    kind: str
    value: Any
    form: Form
    place: Place


@attrs.frozen(kw_only=True)
class Forms:
    """The records of any number of files, and every problem met on the way.

    A record with a mistake is not among the entries.
    """

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """True when a record was set aside."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def of(self, made: type[T]) -> tuple[T, ...]:
        """The values of one class of the model, in the order of the files."""
        return tuple(entry.value for entry in self.entries if isinstance(entry.value, made))

    def kind(self, name: str) -> tuple[Any, ...]:
        """The values of one kind of record, in the order of the files."""
        return tuple(entry.value for entry in self.entries if entry.kind == name)

    def one(self, made: type[T]) -> T | None:
        """The value of a kind of which there is at most one, or None."""
        found = self.of(made)
        return found[0] if found else None

    def require(self) -> "Forms":
        """The forms themselves, when nothing was set aside.

        Raises:
            SourceError: a record is wrong; every mistake is listed with its place.
        """
        wrong = [p for p in self.problems if p.severity is Severity.ERROR]
        if wrong:
            raise SourceError(wrong[0], wrong[1:])
        return self


@attrs.define
class _Table:
    """Records of one kind with what says where they stand."""

    records: list[Mapping[str, Any]] = attrs.field(factory=list)
    rows: list[Row | Place] = attrs.field(factory=list)

    def place(self, loc: Loc) -> Place:
        """Where a spot of the records stands; positions in a path count from 1."""
        where = self.rows[int(loc[0])]
        if isinstance(where, Row):
            return where.place(loc[1:])
        rest = [str(part + 1) if isinstance(part, int) else part for part in loc[1:]]
        return attrs.evolve(where, path=".".join([where.path or "", *rest]))


def read_forms(paths: Iterable[str | os.PathLike[str] | Source]) -> Forms:
    """Read the records of forms from files: TOML, JSON, or any workbook.

    Every mistake is a problem with its place; the records without one are built.

    Raises:
        UsageError: there is no such file.
        SourceError: a file cannot be opened as what it is.
    """
    tables: dict[str, _Table] = {}
    sheets = SheetRecords()
    problems: list[Problem] = []
    files = []
    for path in paths:
        source = source_of(path)
        files.append(source.name)
        before = sum(len(table.records) for table in tables.values())
        before += sum(map(len, sheets.rows.values())) + len(sheets.waiting)
        if source.suffix in (".toml", ".json"):
            problems += _read_data(source, tables)
        else:
            sheets.add(open_workbook(source))
        after = sum(len(table.records) for table in tables.values())
        after += sum(map(len, sheets.rows.values())) + len(sheets.waiting)
        said = problems or sheets.problems
        if after == before and not said:
            problems.append(NOTHING.at(Place(file=source.name)))
    sheets.settle()
    for kind, rows in sheets.rows.items():
        table = tables.setdefault(kind, _Table())
        table.records += [record(row) for row in rows]
        table.rows += rows
    entries: list[Entry] = []
    problems += sheets.problems
    for kind, form in kinds().items():
        if kind in tables:
            entries += _entries(kind, form, tables[kind], problems)
    return Forms(entries=tuple(entries), problems=tuple(problems), files=tuple(files))


def _entries(kind: str, form: type[Form], table: _Table, problems: list[Problem]) -> list[Entry]:
    """Check the records of a kind, and refuse those whose key is taken."""
    checked = check_records(form, table.records, table.place)
    problems += checked.problems
    card = form.card
    first: dict[tuple[Any, ...], int] = {}
    entries = []
    for index, (one, value) in checked.good.items():
        key = tuple(getattr(one, name) for name in card.key)
        place = table.place((index,))
        titles = {"title_zh": card.zh, "title_en": card.en}
        if card.single and first:
            at = table.place((next(iter(first.values())),))
            problems.append(MORE_THAN_ONE.at(place, first=at.text(), **titles))
        elif card.key and key in first:
            at = table.place((first[key],))
            said = {"first_zh": at.text("zh"), "first_en": at.text("en"), **titles}
            spot = table.place((index, card.key[0]))
            problems.append(TWICE.at(spot, " ".join(map(str, key)), **said))
        else:
            entries.append(Entry(kind=kind, value=value, form=one, place=place))
        first.setdefault(key, index)
    return entries


def _read_data(source: Source, tables: dict[str, _Table]) -> Iterator[Problem]:
    """Sort the tables of a TOML or JSON file by kind."""
    place = Place(file=source.name)
    if source.suffix == ".json":
        read = read_json(source)
        yield from read.problems
        found: list[Problem] = []
        data = _plain(read.value, place, found)
        yield from found
    else:
        data = _toml(source)
    names = {fold(name): kind for kind, form in kinds().items() for name in form.card.names}
    if not isinstance(data, Mapping):
        yield NOT_A_TABLE.at(place, source.name)
        return
    for name, value in data.items():
        kind = names.get(fold(str(name)))
        spot = attrs.evolve(place, path=str(name))
        if kind is None:
            near = difflib.get_close_matches(str(name), [*kinds()], n=3, cutoff=0.5)
            yield NO_SUCH_KIND.at(spot, name, near=", ".join(near) or "-")
            continue
        many = value if isinstance(value, list) else [value]
        for index, one in enumerate(many):
            path = f"{name}.{index + 1}" if isinstance(value, list) else str(name)
            if not isinstance(one, Mapping):
                yield NOT_A_TABLE.at(attrs.evolve(place, path=path), name)
                continue
            table = tables.setdefault(kind, _Table())
            table.records.append(_by_field(one, kinds()[kind]))
            table.rows.append(attrs.evolve(place, path=path))


def _toml(source: Source) -> Mapping[str, Any]:
    text = decode(source).text.removeprefix("\ufeff")
    try:
        # Figures are decimals from the start: no amount passes through a float.
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = _TOML_LINE.search(str(error))
        place = Place(file=source.name, line=int(line[1]) if line else None)
        raise SourceError(NOT_TOML.at(place, reason=error)) from error


def _plain(value: Any, place: Place, problems: list[Problem]) -> Any:
    """JSON with its figures as decimals; an object with a key twice is a problem."""
    if isinstance(value, Figure):
        try:
            return int(value) if value.lstrip("-").isdigit() else Decimal(value)
        except ArithmeticError:
            return str(value)
    if isinstance(value, list):
        return [
            _plain(one, _deeper(place, index + 1), problems) for index, one in enumerate(value)
        ]
    if isinstance(value, Mapping):
        if isinstance(value, Twice):
            problems += [DUPLICATE_KEY.at(place, key) for key in value.keys_twice]
        return {
            key: _plain(one, _deeper(place, key), problems)
            for key, one in value.items()
            if one is not None
        }
    return value


def _deeper(place: Place, part: object) -> Place:
    return attrs.evolve(place, path=f"{place.path}.{part}" if place.path else str(part))


def _by_field(data: Mapping[str, Any], form: type[Form]) -> Mapping[str, Any]:
    """A record under the names of its fields, however its headings are written."""
    columns = form.columns()
    fields = {one.field for one in columns}
    names = {fold(name): one for one in columns for name in one.names}
    below = {one.field: one.rows for one in columns if one.rows is not None}
    if data.keys() <= fields and not (data.keys() & below.keys()):
        return data
    found: dict[str, Any] = {}
    for name, value in data.items():
        one = None if name in fields else names.get(fold(str(name)))
        field = one.field if one is not None and one.field not in data else str(name)
        rows = below.get(field)
        if rows is not None and isinstance(value, Sequence) and not isinstance(value, str):
            value = [_by_field(x, rows) if isinstance(x, Mapping) else x for x in value]  # noqa: PLW2901
        found[field] = value
    return found
