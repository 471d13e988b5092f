"""Write delimited text from frames.

Delimited text has no types: a spreadsheet program that opens it takes a text that begins with
``=``, ``+``, ``-`` or ``@`` for a formula and may run it.  Such texts get an apostrophe in front
unless the caller says that no spreadsheet will open the file.
"""

import codecs
from pathlib import Path

import polars as pl

from kamcore.errors import Fault, LossRefused, Problem, UsageError
from kamcore.grid.cells import COLUMN_TYPE, CellKind, as_text, kind_of
from kamcore.place import Place

__all__ = ["write_csv"]

ENCODING = Fault(
    code="G3012",
    zh="没有「{value}」这种编码或分隔符",
    en="{value!r} is no encoding, or no separator of one ASCII character",
)
UNENCODABLE = Fault(
    code="G3013",
    zh="编码 {encoding} 没有「{character}」这个字符: 「{value}」",
    en="encoding {encoding} has no character {character!r}: {value!r}",
    hint_zh="改用 utf-8-sig 或 gb18030",
    hint_en="use utf-8-sig or gb18030",
)

_ROWS_A_PIECE = 50_000
_FORMULA = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"
_PLAIN_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"


def write_csv(
    frame: pl.DataFrame,
    target: Path,
    *,
    encoding: str = "utf-8-sig",
    separator: str = ",",
    defuse: bool = True,
) -> None:
    """Write a frame as delimited text with a header line, replacing a file at `target`.

    Lines end with CR LF; a text is quoted where it must be; null is nothing and the empty text
    is ``""`` (a single column writes both so).  Values are spelt as by `as_text`, so no amount
    passes through a float.  `defuse` puts an apostrophe before texts that a spreadsheet could
    take for a formula (OWASP, "CSV Injection"), plain numbers apart; have it off for a file that
    a program imports.

    Raises:
        UsageError: an unknown encoding, a separator of more than one ASCII character, or a column
            type that has no text form.
        LossRefused: the encoding lacks a character; a part of the file may have been written.
    """
    try:
        "".encode(encoding)
        encoder = codecs.getincrementalencoder(encoding)()
    except LookupError as error:
        raise UsageError(ENCODING.at(Place(), encoding)) from error
    if len(separator) != 1 or not separator.isascii() or separator in '"\r\n':
        raise UsageError(ENCODING.at(Place(), separator))
    for column in frame.iter_columns():
        if kind_of(column.dtype) is None:
            raise UsageError(COLUMN_TYPE.at(Place(column=column.name), column.dtype))
    header = pl.DataFrame({str(index): name for index, name in enumerate(frame.columns)})
    with target.open("wb") as file:
        first = 1
        for piece in (header, *frame.iter_slices(_ROWS_A_PIECE)):
            texts = piece.select(_text(column, defuse=defuse) for column in piece)
            if texts.width == 1:
                # A line without a character would be no row to a reader.
                texts = texts.fill_null("")
            lines = texts.write_csv(
                include_header=False, separator=separator, line_terminator="\r\n"
            )
            try:
                file.write(encoder.encode(lines))
            except UnicodeEncodeError as error:
                raise LossRefused(_unencodable(frame, texts, first, error)) from error
            first += piece.height


def _text(column: pl.Series, *, defuse: bool) -> pl.Series:
    texts = as_text(column)
    if defuse and kind_of(column.dtype) is CellKind.TEXT:
        text = pl.col(texts.name)
        risky = text.str.contains(_FORMULA) & ~text.str.contains(_PLAIN_NUMBER)
        guarded = pl.when(risky).then(pl.lit("'") + text).otherwise(text)
        texts = texts.to_frame().select(guarded.alias(texts.name)).to_series()
    return texts


def _unencodable(
    frame: pl.DataFrame, texts: pl.DataFrame, first: int, error: UnicodeEncodeError
) -> Problem:
    character = error.object[error.start]
    for index, column in enumerate(texts):
        rows = column.str.contains(character, literal=True).arg_true()
        if rows.len():
            place = Place(row=first + int(rows[0]), column=frame.columns[index])
            facts = {"encoding": error.encoding, "character": character}
            return UNENCODABLE.at(place, column[int(rows[0])], **facts)
    raise AssertionError(character)
