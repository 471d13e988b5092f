"""dBASE III tables (.dbf) from frames: fixed widths counted in bytes, no value cut unsaid.

Figures are written as digits straight from their decimals.  A text or figure that does not fit
its field is refused: what shortens it is the business of who lays the frame out.
"""

import datetime as dt
import struct
from collections.abc import Sequence
from pathlib import Path

import attrs
import polars as pl

from kamcore.errors import Fault, LossRefused, UsageError
from kamcore.grid.cells import COLUMN_TYPE, number_text
from kamcore.place import Place

__all__ = ["LONGEST", "DbfColumn", "figures", "write_dbf"]

TOO_WIDE = Fault(
    code="G1611",
    zh="「{value}」超过字段 {field} 的 {length} 个字节",
    en="{value!r} is longer than the {length} bytes of field {field}",
    hint_zh="请先缩短文字或核对金额, 或改用字段更宽的格式",
    hint_en="shorten the text or look at the figure, or choose a format with wider fields",
)
UNENCODABLE = Fault(
    code="G1612",
    zh="编码 {encoding} 没有「{value}」中的字符",
    en="encoding {encoding} lacks a character of {value!r}",
    hint_zh="请先换掉该字符",
    hint_en="replace the character first",
)

LONGEST = 254
"""The longest text a field holds, in bytes."""
_VERSION, _END, _EOF = 0x03, b"\r", b"\x1a"
_NAME = 10
_ROWS_A_PIECE = 10_000
_BEYOND_ASCII = r"[^\x00-\x7f]"


@attrs.frozen
class DbfColumn:
    """A field to write: name, type (C, N, D or L), length in bytes, decimals of a figure."""

    name: str = attrs.field(validator=attrs.validators.max_len(_NAME))
    kind: str = attrs.field(validator=attrs.validators.in_("CNDL"))
    length: int = attrs.field(validator=[attrs.validators.ge(1), attrs.validators.le(LONGEST)])
    decimals: int = 0


def write_dbf(
    frame: pl.DataFrame,
    columns: Sequence[DbfColumn],
    target: Path,
    *,
    day: dt.date,
    encoding: str = "gbk",
) -> None:
    """Write the columns of a frame, by name, replacing a file at `target`.

    Texts take String columns, figures Decimal or integers, days Date, flags Boolean; null is a
    blank field.  A figure gets the decimals of its field, or fewer where only so it fits and none
    that counts is lost.  `day` stands in the header as the day of the last change.  No language
    driver is named, as the products name none.

    Raises:
        UsageError: a column has another type than its field takes.
        LossRefused: a text or figure is longer than its field, or the encoding lacks a character.
    """
    size = 1 + sum(column.length for column in columns)
    head = struct.pack(
        "<BBBBIHH20x",
        _VERSION,
        min(max(day.year - 1900, 0), 255),
        day.month,
        day.day,
        frame.height,
        33 + 32 * len(columns),
        size,
    )
    with target.open("wb") as file:
        file.write(head + b"".join(_described(column) for column in columns) + _END)
        for number, piece in enumerate(frame.iter_slices(_ROWS_A_PIECE)):
            first = number * _ROWS_A_PIECE + 1
            texts = [_field(piece[column.name], column, first) for column in columns]
            records = pl.select(pl.concat_str([pl.lit(" "), *map(pl.lit, texts)])).to_series()
            file.write(_encoded("".join(records), piece, first, encoding))
        file.write(_EOF)


def figures(values: pl.Series, length: int, decimals: int) -> pl.Series:
    """Decimals or integers as the text of a figure field, null as null.

    Zeros at the end go where the text would be longer than the field; it may still be too long.
    """
    plain = number_text(pl.col("v"), values.dtype)
    parts = values.to_frame("v").lazy().select(v=plain, plain=plain)
    parts = parts.with_columns(point=pl.col("v").str.contains(".", literal=True))
    missing = decimals - pl.when("point").then(
        pl.col("v").str.len_bytes() - pl.col("v").str.find(".", literal=True) - 1
    ).otherwise(0).cast(pl.Int64)
    zeros = pl.lit("0" * decimals)
    filled = pl.concat_str(
        "v",
        pl.when(~pl.col("point") & (decimals > 0)).then(pl.lit(".")).otherwise(pl.lit("")),
        zeros.str.head(missing),
    )
    full = parts.select("plain", v=pl.when(missing > 0).then(filled).otherwise("v"))
    cut = full.select(
        pl.when(pl.col("v").str.len_bytes() <= length)
        .then("v")
        .when(pl.col("plain").str.len_bytes() <= length)
        .then(pl.col("v").str.head(length).str.strip_suffix("."))
        .otherwise("plain")
    )
    return cut.collect().to_series().alias(values.name)


def _described(column: DbfColumn) -> bytes:
    name = column.name.encode("ascii")
    kind = column.kind.encode("ascii")
    return struct.pack("<11sc4xBB14x", name, kind, column.length, column.decimals)


def _field(values: pl.Series, column: DbfColumn, first: int) -> pl.Series:
    """One column as texts of exactly its length in bytes."""
    if values.null_count() == values.len():
        blank = pl.Series(column.name, [" " * column.length], pl.String)
        return blank.new_from_index(0, values.len())
    texts = _texts(values, column).alias("v")
    chars, wide = pl.col("v").str.len_chars(), pl.col("v").str.count_matches(_BEYOND_ASCII)
    sized = texts.to_frame().with_columns(width=(chars + wide).cast(pl.Int64))
    long = sized["width"] > column.length
    if long.any():
        row = long.fill_null(value=False).arg_max() or 0
        place = Place(row=first + row, column=column.name)
        facts = {"field": column.name, "length": column.length}
        raise LossRefused(TOO_WIDE.at(place, texts[row], **facts))
    room = column.length - pl.col("width").fill_null(0)
    blanks, text = pl.lit(" " * column.length).str.head(room), pl.col("v").fill_null("")
    parts = [blanks, text] if column.kind == "N" else [text, blanks]
    return sized.select(pl.concat_str(parts).alias(column.name)).to_series()


def _texts(values: pl.Series, column: DbfColumn) -> pl.Series:
    dtype = values.dtype
    if dtype == pl.Null:
        return values.cast(pl.String)
    if column.kind == "C" and dtype == pl.String:
        return values
    if column.kind == "N" and (isinstance(dtype, pl.Decimal) or dtype.is_integer()):
        return figures(values, column.length, column.decimals)
    if column.kind == "D" and dtype == pl.Date:
        return values.dt.strftime("%Y%m%d")
    if column.kind == "L" and dtype == pl.Boolean:
        return values.cast(pl.String).str.to_uppercase().str.head(1)
    raise UsageError(COLUMN_TYPE.at(Place(column=column.name), dtype))


def _encoded(records: str, piece: pl.DataFrame, first: int, encoding: str) -> bytes:
    try:
        return records.encode(encoding)
    except UnicodeEncodeError as error:
        mark = error.object[error.start]
    for texts in piece.iter_columns():
        if texts.dtype != pl.String:
            continue
        rows = texts.str.contains(mark, literal=True).fill_null(value=False)
        if rows.any():
            row = rows.arg_max() or 0
            place = Place(row=first + row, column=texts.name)
            raise LossRefused(UNENCODABLE.at(place, texts[row], encoding=encoding))
    raise AssertionError(mark)
