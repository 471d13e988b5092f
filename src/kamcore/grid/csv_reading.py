"""Texts with separators as sheets: RFC 4180, with the dialects of Chinese products.

Texts without odd quoting are split in bulk by polars.  Where a quote spans lines, stands inside a
field, or lines differ in length, the csv module of the standard library decides, line by line, so
that every problem names its line.
"""

import csv
import re
from collections import Counter

import polars as pl

from kamcore.errors import Fault, Problem, SourceError
from kamcore.format import Source
from kamcore.grid import celltext, refusal
from kamcore.grid.sheet import Sheet, SheetName
from kamcore.grid.text import decode
from kamcore.place import Place

__all__ = ["CsvReader"]

UNCLOSED_QUOTE = Fault(
    code="G1201",
    zh="第 {line} 行的引号没有闭合",
    en="a quote opened on line {line} is not closed",
    hint_zh="请用文本编辑器检查该行, 或重新导出",
    hint_en="look at the line in a text editor, or export the file again",
)
WRONG_NUMBER_OF_CELLS = Fault(
    code="G1202",
    zh="此行有 {found} 个单元格, 应为 {wanted} 个",
    en="the line has {found} cells, not {wanted}",
    hint_zh="多半是文字里的分隔符或换行没有加引号",
    hint_en="probably a separator or a line break inside a text without quotes",
)
LONG_FIELD = Fault(
    code="G1203",
    zh="此行的一个单元格超过 {value} 个字符",
    en="a cell of this line has more than {value} characters",
)

SEPARATORS = (",", "\t", ";", "|")
SAMPLE = 64 * 1024
LARGEST_FILE = 2 << 30

_QUOTED = r'"(?:[^"]|"")*"'
_MARK = "\x01"


class CsvReader:
    """Reads one text with separators as a workbook of one sheet."""

    def __init__(self, source: Source) -> None:
        """Decode and split the text.

        Raises:
            SourceError: it cannot be decoded, or a quote is not closed.
        """
        self._file = source.name
        if source.size() > LARGEST_FILE:
            shown = f"{source.size() >> 20:,} MiB"
            raise SourceError(refusal.TOO_LARGE.at(Place(file=source.name), shown))
        decoded = decode(source)
        self.encoding = decoded.encoding
        self.separator = _separator(decoded.text[:SAMPLE])
        self.sheets = (SheetName("text"),)
        text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
        split = _split_in_bulk(text, self.separator)
        odd: list[Problem] = []
        if split is None:
            split, odd = _split_by_line(text, self.separator, source.name)
        self._frame, self._lines = split
        self.problems = (*decoded.problems, *odd)

    def peek(self, index: int, rows: int) -> tuple[tuple[str, ...], ...]:
        """See `Reader`; a row is a line of the file."""
        del index
        start = self._frame.filter(self._lines <= rows).fill_null("")
        known = dict(zip(self._lines, start.iter_rows(), strict=False))
        return tuple(known.get(line, ()) for line in range(1, max(known, default=0) + 1))

    def load(self, index: int, skip: int) -> Sheet:
        """See `Reader`; `skip` counts lines of the file."""
        keep = self._lines > skip
        frame = self._frame.filter(keep)
        return Sheet(
            file=self._file,
            name=self.sheets[index].name,
            frame=frame.select(celltext.blank_to_null(column) for column in frame),
            first_row=skip + 1,
            lines=self._lines.filter(keep),
        )


_Split = tuple[pl.DataFrame, pl.Series]
"""Cells by position, and the line each row begins on."""


def _separator(start: str) -> str:
    """The separator that most lines agree on."""
    bare = re.sub(_QUOTED, "", start)
    lines = [line for line in bare.split("\n")[:50] if line.strip()]
    counts = {sep: Counter(line.count(sep) for line in lines) for sep in SEPARATORS}
    scores = {
        sep: max((many for count, many in found.items() if count), default=0)
        for sep, found in counts.items()
    }
    return max(SEPARATORS, key=lambda sep: scores[sep])


def _split_in_bulk(text: str, separator: str) -> _Split | None:
    """Split a text whose lines all have the same number of plain or well-quoted cells."""
    lines = pl.Series(text.split("\n"), dtype=pl.String)
    numbers = pl.Series(range(1, len(lines) + 1), dtype=pl.Int64)
    filled = lines != ""
    lines, numbers = lines.filter(filled), numbers.filter(filled)
    if not len(lines):
        return pl.DataFrame(), numbers
    bare = lines
    if '"' in text:
        if _MARK in text:
            return None
        bare = lines.str.replace_all(_QUOTED, _MARK)
        odd = f'"|[^{separator}]{_MARK}|{_MARK}[^{separator}]'
        if bare.str.contains(odd).any():
            return None
    counts = bare.str.count_matches(separator, literal=True)
    if counts.n_unique() != 1:
        return None
    frame = pl.read_csv(
        "\n".join(lines).encode(),
        has_header=False,
        infer_schema=False,
        separator=separator,
        quote_char='"' if '"' in text else None,
    )
    if frame.shape != (len(lines), int(counts[0]) + 1):
        return None
    return frame.rename(
        dict(zip(frame.columns, map(str, range(frame.width)), strict=True))
    ), numbers


def _split_by_line(text: str, separator: str, file: str) -> tuple[_Split, list[Problem]]:
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(_with_ends(text), delimiter=separator)
    before = 0
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        place = Place(file=file, line=before + 1)
        raise SourceError(LONG_FIELD.at(place, csv.field_size_limit())) from error
    lengths = Counter(map(len, rows))
    usual = max(lengths, key=lambda length: (lengths[length], length), default=0)
    _check_quotes(text, rows, lines, (usual, separator, file))
    first = next((i for i, row in enumerate(rows) if len(row) >= usual), 0)
    problems = [
        WRONG_NUMBER_OF_CELLS.at(
            Place(file=file, line=line), separator.join(row), found=len(row), wanted=usual
        )
        for row, line in zip(rows[first:], lines[first:], strict=True)
        if len(row) != usual
    ]
    # Cells beyond the usual width stay, so that nothing is lost.
    width = max(map(len, rows), default=0)
    columns = zip(*([*row, *[None] * (width - len(row))] for row in rows), strict=True)
    frame = pl.DataFrame(
        {str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(columns)}
    )
    return (frame, pl.Series(lines, dtype=pl.Int64)), problems


def _check_quotes(
    text: str, rows: list[list[str]], lines: list[int], form: tuple[int, str, str]
) -> None:
    """Refuse a text where a quote that is not closed swallowed what follows.

    It shows as a record with the wrong number of cells that holds several lines, or text behind
    a quote that should end its cell; or as a record that never ends.
    """
    usual, separator, file = form
    raw = text.split("\n")
    for row, line in zip(rows, lines, strict=True):
        broken = len(row) != usual and (
            any("\n" in cell for cell in row) or _is_torn(raw[line - 1], separator)
        )
        if broken or (line == lines[-1] and _is_open(text, separator, line)):
            place = Place(file=file, line=line)
            raise SourceError(UNCLOSED_QUOTE.at(place, separator.join(row), line=line))


def _with_ends(text: str) -> list[str]:
    """Lines with their ends, so that a cell of several lines keeps its breaks."""
    return [f"{line}\n" for line in text.split("\n")]


def _is_torn(line: str, separator: str) -> bool:
    """Say whether a quote of a line ends where neither a separator nor the line does."""
    try:
        list(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error as error:
        return "expected after" in str(error)
    return False


def _is_open(text: str, separator: str, line: int) -> bool:
    rest = _with_ends(text)[line - 1 :]
    try:
        for _ in csv.reader(rest, delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
