"""dBASE and FoxPro tables (.dbf) as grids of text columns: exact figures, one decode a text.

A record has a fixed width, so a column is cut out of the bytes at once.  Figures are ASCII in the
file and stay text here; libraries at hand make floats of them.  A distinct text is decoded once.
Layout of the file: dBASE III and Visual FoxPro table structure, as their makers describe it.
"""

import codecs
import datetime as dt
import itertools
import math
import re
import struct
from collections.abc import Callable, Iterable

import attrs
import polars as pl

from kamcore.books import Origin
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Source
from kamcore.grid.refusal import EMPTY_FILE, TOO_LARGE, damaged, truncated
from kamcore.grid.sheet import Grid
from kamcore.grid.text import GB18030, UNEXPECTED_ENCODING, UTF_8, encoding_name
from kamcore.place import Place

__all__ = ["DbfField", "DbfTable", "fields_of", "read_dbf"]

RECORD_COUNT = Fault(
    code="G1601",
    zh="文件头写明 {stated} 条记录, 实有 {found} 条",
    en="the header says {stated} records, the file holds {found}",
    hint_zh="多半是写到一半或传输中断, 请重新导出",
    hint_en="it was probably cut off or written halfway; export it again",
)
HALF_CHARACTER = Fault(
    code="G1602",
    severity=Severity.WARNING,
    zh="「{value}」末尾是半个汉字, 已略去; 原字段写不下被截断",
    en="{value!r} ends in half a character, left out; the text was cut to its field",
    hint_zh="在原系统补全文字",
    hint_en="mend the text at the source",
)
INVALID_BYTES = Fault(
    code="G1603",
    zh="「{value}」中有不是 {encoding} 编码的字节",
    en="{value!r} holds bytes that are not {encoding}",
    hint_zh="请重新导出, 或用选项 encoding 指明编码",
    hint_en="export the file again, or give the option encoding",
)
DELETED = Fault(
    code="G1604",
    severity=Severity.INFO,
    zh="有 {count} 条记录带删除标记, 未读取; 首条是第 {value} 条",
    en="{count} records are marked as deleted and left out; the first is record {value}",
)
UNKNOWN_MARK = Fault(
    code="G1605",
    zh="记录的删除标记是「{value}」, 应为空格或 *; 按有效记录读取",
    en="the deletion mark of the record is {value!r}, not a blank or *; read as a live record",
    hint_zh="文件可能已损坏, 请重新导出",
    hint_en="the file may be damaged; export it again",
)
MEMO = Fault(
    code="G1606",
    severity=Severity.WARNING,
    zh="备注字段「{value}」的内容在另一个文件里 ({count} 条), 未读取",
    en="the texts of the memo field {value} ({count} records) stand in another file and are not"
    " read",
    hint_zh="导出时把备注改为普通字段",
    hint_en="export it as a plain field",
)
UNKNOWN_KIND = Fault(
    code="G1607",
    severity=Severity.WARNING,
    zh="字段「{value}」的类型是 {kind}, 不能读取, 按空处理",
    en="the field {value} is of type {kind}, which cannot be read; taken as blank",
)
TWICE = Fault(
    code="G1608",
    zh="字段「{value}」出现两次",
    en="the field {value} occurs twice",
    hint_zh="请删去多余的一个",
    hint_en="delete the one that is not meant",
)

LARGEST_FILE = 2 << 30
_HEADER, _FIELD, _END = 32, 32, 0x0D
_TEXTS, _FIGURES, _MEMOS = "C", "NF", "MGPW"
_PLAIN = "CNFDL"
_EOF, _LIVE, _GONE = 0x1A, 0x20, 0x2A
_PADDING = " \0"
_JULIAN = 1_721_425
"""The day before the first of the calendar, in Julian days."""


@attrs.frozen
class DbfField:
    """A field of a record: its name in capitals, type letter, offset and length in bytes."""

    name: str
    kind: str
    offset: int
    length: int
    decimals: int = 0


@attrs.frozen(kw_only=True)
class DbfTable:
    """The live records of a table; a row of the grid is a record, counted from 1."""

    grid: Grid
    fields: tuple[DbfField, ...]
    encoding: str
    problems: tuple[Problem, ...] = ()


def fields_of(start: bytes) -> tuple[DbfField, ...]:
    """The fields that the first bytes of a table describe; those before a cut, never an error."""
    found = []
    for at in range(_HEADER, len(start) - _FIELD + 1, _FIELD):
        if start[at] == _END:
            break
        name = start[at : at + 11].split(b"\0")[0].decode("ascii", "replace").strip().upper()
        found.append((name, chr(start[at + 11]), start[at + 16], start[at + 17]))
    if len(start) >= _HEADER and 1 + sum(one[2] for one in found) != start[10] + start[11] * 256:
        # Clipper and FoxPro keep the high byte of a long text's length among the decimals.
        found = [
            (n, k, size + 256 * more, 0) if k == "C" else (n, k, size, more)
            for n, k, size, more in found
        ]
    ends = itertools.accumulate((one[2] for one in found), initial=1)
    return tuple(
        DbfField(n, k, at, size, more) for (n, k, size, more), at in zip(found, ends, strict=False)
    )


def read_dbf(source: Source, encoding: str = "") -> DbfTable:
    """Read a table: figures and dates as text, ``TRUE`` and ``FALSE``, a blank field as null.

    Without `encoding` the texts are GB18030 unless all of them can only be UTF-8.  Records that
    are marked as deleted are left out, with a count.

    Raises:
        SourceError: the file is empty, cut off or contradicts itself, or its header says another
            number of records than it holds.
        LookupError: there is no such encoding.
    """
    place = Place(file=source.name)
    if source.size() > LARGEST_FILE:
        raise SourceError(TOO_LARGE.at(place, f"{source.size() >> 20:,} MiB"))
    with source.open() as stream:
        data = stream.read()
    if not data:
        raise SourceError(EMPTY_FILE.at(place))
    fields, header, size, count = _header(data, source.name)
    marks = data[header::size][:count]
    rows = pl.int_range(1, count + 1, dtype=pl.Int64, eager=True)
    problems = _of_marks(marks, source.name)
    slices = _Slices(data, range(header, header + count * size, size), source.name)
    if _GONE in marks:
        gone = [index for index, mark in enumerate(marks) if mark == _GONE]
        slices = slices.without(gone)
        rows = rows.filter(~pl.select(pl.int_range(count).is_in(gone)).to_series())
    chosen = encoding_name(encoding) if encoding else _encoding_of(slices, fields)
    columns = {
        field.name: _column(slices, field, chosen)
        for field in fields
        if field.name != "_NULLFLAGS"
    }
    origin = Origin(file=source.name, by="row", headings={name: name for name in columns})
    doubles = {field.name: True for field in fields if field.kind in "BO"}
    grid = Grid(frame=pl.DataFrame(columns), rows=rows, origin=origin, numbers=doubles)
    if chosen == UTF_8 and not encoding:
        odd = UNEXPECTED_ENCODING.at(place, "UTF-8", expected="GB18030 (GBK)")
        problems.append(odd)
    found = [problem(grid) for problem in slices.problems]
    return DbfTable(grid=grid, fields=fields, encoding=chosen, problems=(*problems, *found))


def _header(data: bytes, file: str) -> tuple[tuple[DbfField, ...], int, int, int]:
    """Fields, size of the header, size of a record, number of records."""
    if len(data) < _HEADER:
        raise truncated(file, "文件头不完整", "its header is not complete")
    stated, header, size = struct.unpack("<IHH", data[4:12])
    fields = fields_of(data[:header])
    end = _HEADER + _FIELD * len(fields)
    if len(data) < header or len(data) <= end:
        raise truncated(file, "字段表没有结束", "the list of fields ends early")
    if data[end] != _END or end >= header:
        raise damaged(file, "the list of fields has no end")
    known = [field.name for field in fields]
    for name in known:
        if known.count(name) > 1:
            raise SourceError(TWICE.at(Place(file=file, column=name), name))
    width = 1 + sum(field.length for field in fields)
    if not fields or width != size:
        raise damaged(file, f"its fields are {width} bytes wide, its records {size}")
    marks = data[header::size]
    end_mark = marks.find(bytes([_EOF]))
    found = end_mark if end_mark >= 0 else len(marks)
    if header + found * size > len(data):
        found -= 1
    # Programs fill the last block with zeros behind the end.
    while found > stated and marks[found - 1] not in (_LIVE, _GONE):
        found -= 1
    if found != stated:
        raise SourceError(RECORD_COUNT.at(Place(file=file), stated=stated, found=found))
    return fields, header, size, stated


def _of_marks(marks: bytes, file: str) -> list[Problem]:
    problems = []
    if count := marks.count(_GONE):
        problems.append(DELETED.at(Place(file=file), marks.index(_GONE) + 1, count=count))
    if marks.translate(None, bytes([_LIVE, _GONE])):
        problems += [
            UNKNOWN_MARK.at(Place(file=file, row=index), f"0x{mark:02X}")
            for index, mark in enumerate(marks, start=1)
            if mark not in (_LIVE, _GONE)
        ]
    return problems


@attrs.frozen
class _Slices:
    """The records: where each begins, and the problems met in their columns."""

    data: bytes = attrs.field(repr=False)
    starts: range | list[int]
    file: str
    problems: list[Callable[[Grid], Problem]] = attrs.field(factory=list)

    def without(self, gone: Iterable[int]) -> "_Slices":
        """The records that are not in `gone`."""
        out = set(gone)
        kept = [start for index, start in enumerate(self.starts) if index not in out]
        return _Slices(self.data, kept, self.file)

    def of(self, field: DbfField) -> list[bytes]:
        """The bytes of a field in every record."""
        data, length = self.data, field.length
        return [data[at : at + length] for at in (start + field.offset for start in self.starts)]

    def say(self, fault: Fault, index: int, field: DbfField, value: str, **facts: object) -> None:
        """Note a problem of a record."""
        self.problems.append(lambda grid: fault.at(grid.place(index, field.name), value, **facts))


def _encoding_of(slices: _Slices, fields: Iterable[DbfField]) -> str:
    """UTF-8 where all texts are valid UTF-8 and some are of three bytes a character."""
    sure = False
    for field in fields:
        for text in set(slices.of(field)) if field.kind in _TEXTS else ():
            if text.isascii():
                continue
            decoder = codecs.getincrementaldecoder(UTF_8)()
            try:
                # A last character may be cut by the width of the field.
                decoded = decoder.decode(text.rstrip(b" \0"))
            except UnicodeDecodeError:
                return GB18030
            sure |= bool(re.search("[\u0800-\uffff]", decoded))
    return UTF_8 if sure else GB18030


def _column(slices: _Slices, field: DbfField, encoding: str) -> pl.Series:
    """One field of all records, as text."""
    cut = slices.of(field)
    if field.kind in _BINARY:
        texts = {raw: _BINARY[field.kind](raw) for raw in set(cut)}
        return pl.Series(field.name, [texts[raw] for raw in cut], dtype=pl.String)
    if not b"".join(cut).strip(b" \0") or field.kind not in _PLAIN:
        _unread(slices, field, cut)
        return pl.Series(field.name, [None], dtype=pl.String).new_from_index(0, len(cut))
    plain = pl.Series(field.name, _decoded(slices, field, cut, encoding), dtype=pl.String)
    if field.kind in _TEXTS:
        return _blank(plain.str.strip_chars_end(_PADDING))
    plain = _blank(plain.str.strip_chars(_PADDING))
    if field.kind == "D":
        dashed = plain.str.replace(r"^([0-9]{4})([0-9]{2})([0-9]{2})$", "${1}-${2}-${3}")
        return dashed.replace("0000-00-00", None)
    return plain.str.to_uppercase().replace(_FLAGS) if field.kind == "L" else plain


def _unread(slices: _Slices, field: DbfField, cut: list[bytes]) -> None:
    """Say of a field that is no plain one that it is taken as blank, unless it is."""
    count = sum(bool(raw.strip(b" \0")) for raw in cut)
    if not count or field.kind in _PLAIN:
        return
    fault = MEMO if field.kind in _MEMOS else UNKNOWN_KIND
    place = Place(file=slices.file, column=field.name)
    slices.problems.append(lambda _grid: fault.at(place, field.name, count=count, kind=field.kind))


_FLAGS = {"T": "TRUE", "Y": "TRUE", "F": "FALSE", "N": "FALSE", "?": None}


def _blank(texts: pl.Series) -> pl.Series:
    return texts.replace("", None)


def _decoded(
    slices: _Slices, field: DbfField, cut: list[bytes], encoding: str
) -> list[str | None]:
    """Decode each distinct text once; say where one cannot be."""
    joined = b"".join(cut)
    if joined.isascii():
        text, length = joined.decode("ascii"), field.length
        return [text[at : at + length] for at in range(0, len(text), length)]
    known: dict[bytes, str | None] = {}
    bad: dict[bytes, Fault] = {}
    for raw in set(cut):
        pure = raw.rstrip(b" \0")
        try:
            known[raw] = pure.decode(encoding)
        except UnicodeDecodeError:
            known[raw], bad[raw] = _mended(pure, encoding)
    if bad:
        for index, raw in enumerate(cut):
            if raw in bad:
                slices.say(bad[raw], index, field, known[raw] or "", encoding=encoding)
    return [known[raw] for raw in cut]


def _mended(pure: bytes, encoding: str) -> tuple[str, Fault]:
    """The text without half a character at its end; with marks where other bytes are invalid."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(pure), HALF_CHARACTER
    except UnicodeDecodeError:
        return pure.decode(encoding, "replace"), INVALID_BYTES


def _integer(raw: bytes) -> str:
    return str(int.from_bytes(raw, "little", signed=True))


def _money(raw: bytes) -> str:
    units = int.from_bytes(raw, "little", signed=True)
    whole, rest = divmod(abs(units), 10_000)
    return f"{'-' if units < 0 else ''}{whole}.{rest:04}"


def _double(raw: bytes) -> str | None:
    if len(raw) != struct.calcsize("<d"):
        return None
    value = struct.unpack("<d", raw)[0]
    return repr(value).removesuffix(".0") if math.isfinite(value) else str(value)


def _moment(raw: bytes) -> str | None:
    """A day of the Julian calendar and milliseconds."""
    if len(raw) != struct.calcsize("<ii"):
        return None
    days, ticks = struct.unpack("<ii", raw)
    ordinal = days - _JULIAN
    if not 1 <= ordinal <= dt.date.max.toordinal():
        return str(days) if days else None
    seconds = ticks // 1000
    clock = f" {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds else ""
    return f"{dt.date.fromordinal(ordinal)}{clock}"


_BINARY: dict[str, Callable[[bytes], str | None]] = {
    "I": _integer,
    "+": _integer,
    "Y": _money,
    "B": _double,
    "T": _moment,
}
"""Types of Visual FoxPro whose values are binary."""
