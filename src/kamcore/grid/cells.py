"""What a workbook writer is given: frames whose column types decide what their cells are.

Both workbook writers (`xlsx_writing`, `xls_writing`) take the same `SheetOut` and make the same
checks before they write a byte.  A spreadsheet program keeps 15 significant digits, 32,767 UTF-16
units a cell and days from 1900-03-01 on; what does not fit is refused, never cut or rounded.
Limits: "Excel specifications and limits", Microsoft support.
"""

import datetime as dt
import enum
import functools
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs
import polars as pl

from kamcore.errors import Fault, LossRefused, Problem, UsageError
from kamcore.place import Place

__all__ = [
    "CellKind",
    "Extent",
    "SheetOut",
    "as_text",
    "check_sheets",
    "column_letters",
    "corners",
    "kind_of",
    "money_text",
    "number_text",
    "serial_text",
]

SHEET_NAME = Fault(
    code="G3001",
    zh="「{value}」不能作工作表名",
    en="{value!r} cannot be the name of a sheet",
    hint_zh="1 至 31 个字符, 不含 [ ] : * ? / \\ 和控制字符, 首尾不是单引号, 不用 History",
    hint_en="1 to 31 characters, none of [ ] : * ? / \\ or control characters, no apostrophe at"
    " either end, not History",
)
SHEETS = Fault(
    code="G3002",
    zh="工作表名重复, 或没有可见的工作表: {value}",
    en="sheet names repeat, or no sheet is visible: {value}",
)
TOO_MANY_ROWS = Fault(
    code="G3003",
    zh="有 {value} 行, 一张工作表最多 {limit} 行",
    en="{value} rows; a sheet holds {limit}",
    hint_zh="请按期间分成几个文件, 或改用行数更多的格式",
    hint_en="split the file by period or choose a format that holds more rows",
)
TOO_MANY_COLUMNS = Fault(
    code="G3004",
    zh="有 {value} 列, 一张工作表最多 {limit} 列",
    en="{value} columns; a sheet holds {limit}",
)
LONG_TEXT = Fault(
    code="G3005",
    zh="文本长 {length} 个字符, 一个单元格最多 32767 个: 「{value}」",
    en="a text of {length} characters; a cell holds 32767: {value!r}",
    hint_zh="请先缩短这段文本",
    hint_en="shorten the text first",
)
MANY_DIGITS = Fault(
    code="G3006",
    zh="「{value}」超过 15 位有效数字, 电子表格会舍入",
    en="{value!r} has more than 15 significant digits; a spreadsheet would round it",
    hint_zh="请把这一列按文本写出",
    hint_en="write this column as text",
)
EARLY_DATE = Fault(
    code="G3007",
    zh="日期「{value}」早于 1900-03-01 或晚于 9999-12-31, 电子表格不能准确表示",
    en="the date {value!r} lies outside 1900-03-01 to 9999-12-31, which a spreadsheet can say",
    hint_zh="请把这一列按文本写出",
    hint_en="write this column as text",
)
COLUMN_TYPE = Fault(
    code="G3008",
    zh="列类型 {value} 不能写入工作簿",
    en="a column of type {value} cannot be written to a workbook",
    hint_zh="金额和数量用 Decimal, 其余用文本、整数、日期或布尔; 浮点数一律不收",
    hint_en="use Decimal for amounts and quantities, else text, integer, date or boolean; floats"
    " are never taken",
)
UNKNOWN_PART = Fault(
    code="G3010",
    zh="工作表没有这一列或区域: {value}",
    en="the sheet has no such column or range: {value}",
)

DIGITS = 15
LONGEST = 32_767
_LISTED = 20
_EPOCH_DAYS = 25_569
"""Days from 1899-12-30, day zero of a workbook, to 1970-01-01."""
_MICROSECONDS_A_DAY = 86_400_000_000
_DAY_PARTS = 10**10
"""Ten decimals of a day: with five digits of days, the 15 digits a program keeps."""
_FIRST_DAY = dt.date(1900, 3, 1)
_LAST_DAY = dt.date(9999, 12, 31)
_NAME = re.compile(r"(?!')[^\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff]{1,31}(?<!')")
_RANGE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6}):([A-Z]{1,3})([1-9]\d{0,6})")


class CellKind(enum.Enum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    BLANK = "blank"


@attrs.frozen
class Extent:
    """How many rows and columns a sheet of a workbook format holds."""

    rows: int
    columns: int


@attrs.frozen(eq=False)
class SheetOut:
    """A sheet to write: a frame, and what a frame cannot say.

    The type of a column decides its cells: String, Categorical and Enum are text, also where the
    text looks like a formula or a number; Decimal and integers are numbers with every digit they
    have; Date and Datetime (no zone) are date cells, a time of day to about 5 microseconds;
    Boolean is boolean.  Null and the empty text are no cell.
    """

    name: str
    """Name of the sheet, 1 to 31 characters."""
    frame: pl.DataFrame
    header: tuple[tuple[str, ...], ...] = attrs.field(
        default=attrs.Factory(lambda self: (tuple(self.frame.columns),), takes_self=True)
    )
    """Rows of texts above the data, the names of the columns unless said otherwise; may be ()."""
    widths: Mapping[str, float] = attrs.field(factory=dict, kw_only=True)
    """Width of columns, in characters, by column of the frame."""
    hidden: bool = attrs.field(default=False, kw_only=True)
    text_columns: Collection[str] = attrs.field(default=(), kw_only=True)
    """Columns to write as text although their type is another, spelt as by `as_text`."""
    merges: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    """Ranges to merge, such as ``A1:C1``; the text stands in the first cell."""

    @property
    def columns(self) -> int:
        """Number of columns of data and header."""
        return max([self.frame.width, *map(len, self.header)])

    @property
    def rows(self) -> int:
        """Number of rows with the header."""
        return self.frame.height + len(self.header)

    def heading(self, column: str) -> str:
        """What a person reads above a column: its lowest header text, else its name."""
        index = self.frame.columns.index(column)
        texts = [row[index] for row in self.header if index < len(row) and row[index]]
        return texts[-1] if texts else column

    def series(self) -> Iterator[tuple[pl.Series, CellKind]]:
        """The columns as they are written, with the kind of their cells."""
        for column in self.frame.iter_columns():
            kind = kind_of(column.dtype)
            if column.name in self.text_columns or isinstance(
                column.dtype, pl.Categorical | pl.Enum
            ):
                yield as_text(column), CellKind.TEXT
            elif kind is not None:
                yield column, kind


def kind_of(dtype: pl.DataType) -> CellKind | None:
    """The kind of cells a column of this type becomes; None if it cannot be written."""
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return CellKind.TEXT
    if isinstance(dtype, pl.Decimal) or dtype.is_integer():
        return CellKind.NUMBER
    if isinstance(dtype, pl.Datetime):
        return CellKind.MOMENT if dtype.time_zone is None else None
    known = {pl.Date(): CellKind.DATE, pl.Boolean(): CellKind.BOOLEAN, pl.Null(): CellKind.BLANK}
    return known.get(dtype)


def number_text(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Decimals or integers as text: every digit, no exponent, no trailing zeros."""
    text = value.cast(pl.String)
    if isinstance(dtype, pl.Decimal) and dtype.scale:
        return text.str.strip_chars_end("0").str.strip_chars_end(".")
    return text


def money_text(value: pl.Expr) -> pl.Expr:
    """Decimals as text without idle zeros, two decimals at least.

    >>> amounts = pl.Series(["5.0000", "0.1250"], dtype=pl.Decimal(18, 4))
    >>> pl.select(money_text(pl.lit(amounts))).to_series().to_list()
    ['5.00', '0.125']
    """
    return value.cast(pl.String).str.replace(r"(\.\d\d\d*?)0+$", "$1")


def serial_text(value: pl.Expr) -> pl.Expr:
    """Dates or datetimes as days since day zero of a workbook, to ten decimals (half up).

    Whole numbers throughout: a time of day never passes through a float.
    """
    elapsed = value.cast(pl.Datetime("us")).cast(pl.Int64) + _EPOCH_DAYS * _MICROSECONDS_A_DAY
    days = elapsed // _MICROSECONDS_A_DAY
    parts = ((elapsed % _MICROSECONDS_A_DAY) * 100 + 432) // 864
    days, parts = days + parts // _DAY_PARTS, parts % _DAY_PARTS
    text = pl.concat_str(days, pl.lit("."), parts.cast(pl.String).str.zfill(10))
    return text.str.strip_chars_end("0").str.strip_chars_end(".")


def as_text(column: pl.Series) -> pl.Series:
    """A column as the text that names each value, spelt as a `Sheet` spells its cells."""
    kind = kind_of(column.dtype)
    value = pl.col(column.name)
    if kind is CellKind.NUMBER:
        value = number_text(value, column.dtype)
    elif kind is CellKind.MOMENT:
        value = value.dt.strftime("%Y-%m-%d %H:%M:%S%.f")
    elif kind is CellKind.BOOLEAN:
        value = value.cast(pl.String).str.to_uppercase()
    return column.to_frame().select(value.cast(pl.String)).to_series()


def column_letters(index: int) -> str:
    """Letters of a column, from 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def corners(merge: str) -> tuple[int, int, int, int]:
    """First and last row, first and last column of a range such as ``A1:C1``, all from 0.

    >>> corners("B1:AA3")
    (0, 2, 1, 26)

    Raises:
        UsageError: the text is no range.
    """
    found = _RANGE.fullmatch(merge)
    if found is None:
        raise UsageError(UNKNOWN_PART.at(Place(), merge))
    left, right = (
        functools.reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0) - 1
        for letters in (found[1], found[3])
    )
    return int(found[2]) - 1, int(found[4]) - 1, left, right


def check_sheets(sheets: Sequence[SheetOut], extent: Extent) -> None:
    """Refuse what a workbook of this extent cannot say exactly, before anything is written.

    Raises:
        UsageError: a name, a range or a column type cannot be written by any workbook.
        LossRefused: there are too many rows or columns, a text is too long, a number has more
            than 15 significant digits, a date lies outside the calendar of spreadsheets.
    """
    folded = [sheet.name.casefold() for sheet in sheets]
    if len(set(folded)) < len(folded) or all(sheet.hidden for sheet in sheets):
        raise UsageError(SHEETS.at(Place(), ", ".join(sheet.name for sheet in sheets)))
    for sheet in sheets:
        _check_shape(sheet, extent)
    problems: list[Problem] = []
    for sheet in sheets:
        for column, kind in sheet.series():
            problems += _misfits(sheet, column, kind)
        for number, texts in enumerate(sheet.header, 1):
            here = Place(sheet=sheet.name, row=number)
            problems += [
                LONG_TEXT.at(here, text, length=length)
                for text in texts
                if (length := _units(text)) > LONGEST
            ]
    if problems:
        raise LossRefused(problems[0], problems[1:])


def _check_shape(sheet: SheetOut, extent: Extent) -> None:
    place = Place(sheet=sheet.name)
    if not _NAME.fullmatch(sheet.name) or sheet.name.casefold() == "history":
        raise UsageError(SHEET_NAME.at(Place(), sheet.name))
    if sheet.rows > extent.rows:
        raise LossRefused(TOO_MANY_ROWS.at(place, sheet.rows, limit=extent.rows))
    if sheet.columns > extent.columns:
        raise LossRefused(TOO_MANY_COLUMNS.at(place, sheet.columns, limit=extent.columns))
    for column in sheet.frame.iter_columns():
        if kind_of(column.dtype) is None:
            here = attrs.evolve(place, column=sheet.heading(column.name))
            raise UsageError(COLUMN_TYPE.at(here, column.dtype))
    for name in (*sheet.widths, *sheet.text_columns):
        if name not in sheet.frame.columns:
            raise UsageError(UNKNOWN_PART.at(place, name))
    for merge in sheet.merges:
        top, bottom, left, right = corners(merge)
        if not (top <= bottom < extent.rows and left <= right < extent.columns):
            raise UsageError(UNKNOWN_PART.at(place, merge))


def _misfits(sheet: SheetOut, column: pl.Series, kind: CellKind) -> Iterator[Problem]:
    frame = column.alias("value").to_frame().with_row_index("row")
    if kind is CellKind.TEXT:
        # Only a text of many bytes can have many units; these few are measured one by one.
        long = frame.filter(pl.col("value").str.len_bytes() > LONGEST).iter_rows()
        bad: Iterable[tuple[int, object]] = (row for row in long if _units(row[1]) > LONGEST)
    elif kind is CellKind.NUMBER:
        bad = _beyond_digits(frame).iter_rows()
    elif kind in (CellKind.DATE, CellKind.MOMENT):
        day = pl.col("value").cast(pl.Date)
        bad = frame.filter(~day.is_between(_FIRST_DAY, _LAST_DAY)).iter_rows()
    else:
        return
    for index, found in itertools.islice(bad, _LISTED):
        row = index + len(sheet.header) + 1
        place = Place(sheet=sheet.name, row=row, column=sheet.heading(column.name))
        if kind is CellKind.TEXT:
            yield LONG_TEXT.at(place, found, length=_units(str(found)))
        else:
            yield (MANY_DIGITS if kind is CellKind.NUMBER else EARLY_DATE).at(place, found)


def _beyond_digits(frame: pl.DataFrame) -> pl.DataFrame:
    dtype = frame.schema["value"]
    scale = (dtype.scale or 0) if isinstance(dtype, pl.Decimal) else 0
    value = pl.col("value")
    # Anything below 10**15 units of its last place is short enough; few columns go on from here.
    bound = 10 ** max(DIGITS - scale, 0)
    large = frame.filter((value >= bound) | (value <= -bound))
    digits = number_text(value, dtype).str.replace_all(r"[-.]", "").str.strip_chars_start("0")
    return large.filter(digits.str.strip_chars_end("0").str.len_bytes() > DIGITS)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
