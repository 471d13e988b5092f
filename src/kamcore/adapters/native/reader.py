"""Read books from JSON Lines.

Rows are decoded in bulk and then spelled again: a line that comes out as it was is proved exact.
Only the other lines, such as those written by hand, are read one by one, strictly.
"""

import contextlib
import io
import json
from collections.abc import Iterator

import polars as pl

from kamcore.adapters.native import faults
from kamcore.adapters.native.header import Header, read_header
from kamcore.adapters.native.rows import Rows
from kamcore.adapters.native.spelling import ROW, line_texts
from kamcore.books import Books, Origin, schema
from kamcore.errors import LISTED, Problem, Severity, SourceError
from kamcore.format import Detected, Reading, Source
from kamcore.place import Place

_PACKED = (b"\x1f\x8b", b"x\x01", b"x\x5e", b"x\x9c", b"x\xda", b"\x28\xb5\x2f\xfd")
"""First bytes of gzip, zlib and zstd."""
_AT_ONCE = 100_000
_LINE = "source_row"


def read_books(source: Source) -> Reading:
    """Read every row of every table.

    Raises:
        SourceError: the file is not what it claims to be; lists what is wrong, line by line.
    """
    lines = _lines(source)
    first = lines["line"][0] if lines.height else ""
    header = read_header(first, Place(file=source.name, line=1))
    rows = Rows(source.name, header)
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in schema.TABLES}
    for part in lines[1:].iter_slices(_AT_ONCE):
        for name, frame in _tables(part, header, rows):
            parts[name].append(frame)
        if len(rows.problems) > LISTED:
            break
    _refuse(rows.problems)
    tables = {name: _joined(name, header, frames) for name, frames in parts.items()}
    _refuse(list(_miscounted(tables, header, source.name)))
    return Reading(
        books=Books(header.entity, tables, Origin(file=source.name, by="line")),
        problems=tuple(rows.problems),
        detected=Detected(encoding="utf-8", facts={"form": "lines"}),
    )


def _lines(source: Source) -> pl.DataFrame:
    content = source.content()
    source.forget("content")
    # Polars would unpack these, to whatever size, without being asked.
    if content.startswith(_PACKED):
        _must_be_text(content, source.name)
    try:
        lines = pl.read_lines(io.BytesIO(content), row_index_name=_LINE, row_index_offset=1)
    except pl.exceptions.ComputeError:
        _must_be_text(content, source.name)
        raise
    return lines.with_columns(pl.col(_LINE).cast(schema.INTEGER))


def _must_be_text(content: bytes, file: str) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        place = Place(file=file, line=content.count(b"\n", 0, error.start) + 1)
        raise SourceError(faults.NOT_TEXT.at(place, error.start + 1)) from None


def _tables(lines: pl.DataFrame, header: Header, rows: Rows) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of a slice of lines, table by table."""
    named = lines.with_columns(_table=pl.col("line").str.extract(rf'^\{{"{ROW}":"([a-z_]+)"[,}}]'))
    for (found,), part in named.group_by("_table", maintain_order=True):
        name = str(found)
        left = part
        if name in schema.TABLES:
            table = schema.TABLES[name]
            frame = _decoded(table, header, part["line"])
            columns = [column for column in frame.columns if column != _LINE]
            exact = (line_texts(table, frame, columns) == part["line"]) & _complete(table, frame)
            yield name, frame.with_columns(part[_LINE]).filter(exact)
            left = part.filter(~exact)
        yield from rows.read(left.select(_LINE, "line"))


def _decoded(table: schema.Table, header: Header, lines: pl.Series) -> pl.DataFrame:
    """The lines as typed columns; what cannot be decoded in bulk is blank."""
    names = [name for name in table.names if name != _LINE]
    names += [schema.AUX + dimension for dimension in header.dimensions(table.name)]
    kinds = {
        name: dtype if (dtype := table.dtype_of(name)).is_integer() or dtype == pl.Boolean
        else schema.TEXT
        for name in names
    }  # fmt: skip
    # Only what occurs: each column costs time in every row, also where it is blank.
    keys = {name: f"{json.dumps(name, ensure_ascii=False)}:" for name in names}
    present = [name for name in names if lines.str.contains(keys[name], literal=True).any()]
    present = present or names[:1]
    texts = _parsed(lines, {name: kinds[name] for name in present})
    blank = [pl.lit(None, dtype=kinds[name]).alias(name) for name in names if name not in present]
    texts = texts.with_columns(blank)
    return texts.select(
        pl.col(name).str.to_date("%Y-%m-%d", strict=False)
        if table.dtype_of(name) == pl.Date
        else pl.col(name).cast(table.dtype_of(name), strict=False)
        for name in names
    )


def _parsed(lines: pl.Series, kinds: dict[str, pl.DataType]) -> pl.DataFrame:
    """The lines as columns of JSON's own types; all blank when one of them cannot be parsed."""
    stream = io.BytesIO()
    lines.to_frame().write_csv(stream, include_header=False, quote_style="never")
    with contextlib.suppress(pl.exceptions.PolarsError):
        parsed = pl.read_ndjson(stream.getvalue(), schema=kinds)
        if parsed.height == lines.len():
            return parsed
    return pl.DataFrame({name: [None] * lines.len() for name in kinds}, schema=kinds)


def _complete(table: schema.Table, frame: pl.DataFrame) -> pl.Series:
    """True where nothing required is missing."""
    required = [pl.col(c.name).is_not_null() for c in table.columns if c.required]
    return frame.select(pl.all_horizontal(required)).to_series()


def _joined(name: str, header: Header, parts: list[pl.DataFrame]) -> pl.DataFrame:
    dims = {schema.AUX + dimension: schema.TEXT for dimension in header.dimensions(name)}
    empty = (
        schema.TABLES[name]
        .empty()
        .with_columns(pl.lit(None, dtype=dtype).alias(column) for column, dtype in dims.items())
    )
    joined = pl.concat([empty, *parts], how="diagonal")
    if _LINE not in schema.TABLES[name].names:
        return joined.sort(_LINE).drop(_LINE) if _LINE in joined.columns else joined
    return joined.sort(_LINE)


def _miscounted(tables: dict[str, pl.DataFrame], header: Header, file: str) -> Iterator[Problem]:
    for name, frame in tables.items():
        told = header.tables.get(name, {}).get("rows")
        if told is not None and told != frame.height:
            place = Place(file=file, line=1, path=f"tables.{name}.rows")
            yield faults.WRONG_COUNT.at(place, name, found=frame.height, wants=told)


def _refuse(problems: list[Problem]) -> None:
    wrong = [problem for problem in problems if problem.severity is Severity.ERROR]
    if wrong:
        rest = [problem for problem in problems if problem is not wrong[0]]
        raise SourceError(wrong[0], rest)
