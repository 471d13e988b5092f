"""The lines of a voucher text as rows of fields; lines that were cut wrongly are set apart.

Nothing is quoted, so a comma or a line break inside a summary shifts every field behind it.  Such
a line has another number of fields than its neighbours and does not read as an entry: it is
reported as it stands and never becomes a voucher line.
"""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_text import layout
from kamcore.books import Origin
from kamcore.errors import Fault, Problem, SourceError
from kamcore.grid.fields import split_lines
from kamcore.grid.parsed import BLANKS
from kamcore.grid.sheet import Grid
from kamcore.place import Place

NO_STATE_LINE = Fault(
    code="Y1001",
    zh="第一行不是状态和版本 (如「填制凭证,V800」), 而是「{value}」",
    en="the first line is {value!r}, not a state and a version such as 填制凭证,V800",
    hint_zh="请用总账工具重新导出, 或在最前面补上一行: 填制凭证,V800",
    hint_en="export it again with the tool, or put the line 填制凭证,V800 before the others",
)
UNKNOWN_STATE = Fault(
    code="Y1002",
    zh="状态「{value}」不是填制凭证、凭证输出或凭证已引入",
    en="the state {value!r} is not 填制凭证, 凭证输出 or 凭证已引入",
    hint_zh="请确认文件来自总账工具",
    hint_en="check that the file comes from the general-ledger tool",
)
WRONG_FIELDS = Fault(
    code="Y1003",
    zh="此行有 {fields} 个字段, 应为 {expected} 个, 各字段错位, 未读入: {value}",
    en="{fields} fields instead of {expected}, and they do not read as an entry: {value}",
    hint_zh="摘要里多半有半角逗号或换行; 请改为全角逗号, 把断开的行接上",
    hint_en="probably a comma or a line break inside the summary; remove it at the source",
)

_DATE = r"^\d{2,4}\D?\d{1,2}\D?\d{1,2}"
_CODE = r"^[0-9A-Za-z._/\-]+$"
_FIGURE = r"^[-\d.,\s]*$"
_TAIL = "," + ",".join(layout.TAIL)
_REQUIRED = 12
"""Fields up to the preparer, the last that every entry must have."""


@attrs.frozen(kw_only=True)
class Rows:
    """The entries of a file: fields by caption, and the number of fields of each line."""

    grid: Grid
    fields: pl.Series
    state: str
    version: str
    problems: tuple[Problem, ...] = ()

    @property
    def usual(self) -> int:
        """The number of fields most lines have; 48 when there are no lines."""
        return usual_fields(self.fields)

    @property
    def beyond(self) -> range:
        """Positions of fields that state no fact of their own and were read."""
        return range(layout.USED + 1, self.grid.frame.width + 1)


def usual_fields(fields: pl.Series) -> int:
    """The most frequent number of fields, the larger of equally frequent ones."""
    counts = fields.drop_nulls().value_counts(name="n").sort("n", fields.name)
    return int(counts[fields.name][-1]) if counts.height else layout.FULL


def read_rows(text: str, file: str) -> Rows:
    """Cut a text into rows of fields.

    Raises:
        SourceError: the first line is no state and version.
    """
    first, _, rest = text.partition("\n" if "\n" in text else "\r")
    state, version = _state(first.rstrip("\r"), file)
    lines = split_lines(rest, first=2)
    frame = lines.frame
    widest = min(int(frame["fields"].max() or 0), layout.LONGEST)  # type: ignore[arg-type]
    more = [f"field_{position}" for position in range(layout.FULL + 1, widest + 1)]
    # Cutting the constant tail into columns would take as long as all the rest.
    plain = (frame["line"].str.ends_with(_TAIL) & (frame["fields"] == layout.FULL)).all()
    cut = lines.cut(layout.CAPTIONS[: layout.USED] if plain else [*layout.CAPTIONS, *more])
    wrong = _wrong(pl.concat([frame, cut], how="horizontal"))
    keep = frame["line"].is_not_null() & ~wrong
    if not keep.all():
        cut = cut.filter(keep)
    origin = Origin(file=file, by="line", headings=layout.HEADINGS)
    usual = usual_fields(frame["fields"])
    problems = [
        WRONG_FIELDS.at(
            Place(file=file, line=number, column="摘要" if fields > usual else None),
            line,
            fields=fields,
            expected=usual,
        )
        for line, number, fields in frame.filter(wrong).iter_rows()
    ]
    return Rows(
        grid=Grid(frame=cut, rows=frame["number"].filter(keep), origin=origin),
        fields=frame["fields"].filter(keep),
        state=state,
        version=version,
        problems=tuple(problems),
    )


def is_tidy(text: str) -> bool:
    """True when no field of a text begins or ends with a blank, an apostrophe or an escape.

    A few searches of the whole text save trimming a dozen columns.
    """
    if "_x000D_" in text or ",'" in text or text.count("\r") != text.count("\r\n"):
        return False
    blanks = [mark for mark in BLANKS if mark not in "\r\n" and mark in text]
    return text[-1:] not in blanks and not any(
        f"{edge}{mark}" in text or f"{mark}{edge}" in text for mark in blanks for edge in ",\r\n"
    )


def _state(line: str, file: str) -> tuple[str, str]:
    place = Place(file=file, line=1)
    if found := layout.STATE_LINE.fullmatch(line):
        return found[1], found[2]
    if found := layout.ANY_STATE_LINE.fullmatch(line):
        raise SourceError(UNKNOWN_STATE.at(place, found[1]))
    raise SourceError(NO_STATE_LINE.at(place, line))


def _wrong(frame: pl.DataFrame) -> pl.Series:
    """True for lines of an unusual length whose fields do not read as an entry."""
    usual = usual_fields(frame["fields"])
    odd = frame["line"].is_not_null() & (frame["fields"] != usual)
    if not odd.any():
        return odd
    preparer = pl.col("制单人")
    prepared = frame.filter(~odd).select(preparer.filter(~preparer.str.contains(_FIGURE)))
    people = prepared.to_series().drop_nulls().unique().to_list()
    shifted = pl.any_horizontal(
        pl.col("结算方式", "票号", "票号发生日期").is_in(people)
    ) & ~preparer.is_in(people).fill_null(value=False)
    tail = pl.col("field_28").is_null() & (pl.col("field_29") == "0") & (pl.col("field_31") == "0")
    day = pl.col("制单日期")
    mark = pl.any_horizontal(
        pl.col("fields") < _REQUIRED,
        pl.col("fields") > layout.LONGEST,
        day.is_null() | ~day.str.contains(_DATE),
        pl.col("业务号").is_null(),
        ~pl.col("科目编码").str.contains(_CODE),
        ~pl.col("票号发生日期").str.contains(_DATE),
        shifted,
        tail & (pl.col("fields") > usual),
    ).fill_null(value=False)
    return frame.select(pl.when(pl.lit(odd)).then(mark).otherwise(False)).to_series()
