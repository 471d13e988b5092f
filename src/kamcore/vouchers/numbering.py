"""Which rows make a voucher, and the order of its lines.

Two families of layouts: those that repeat the voucher's key on every row, and those that fill the
head cells on its first row only.  Line numbers of a source count from 0 or 1; in the books they
count from 1.
"""

from collections.abc import Sequence

import attrs
import polars as pl

from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.place import Place
from kamcore.vouchers.entries import INDEX

APART = Fault(
    code="G1501",
    severity=Severity.WARNING,
    zh="凭证 {value} 的分录不连续, 此行属于该凭证, 按同一凭证读取",
    en="this row belongs to voucher {value} but stands apart from it; read as one voucher",
    hint_zh="核对是否被排序打乱, 或两张凭证用了同一个号",
    hint_en="compare whether the rows were sorted, or two vouchers share the number",
)
TWO_DATES = Fault(
    code="G1502",
    zh="凭证 {value} 有不同日期: {dates}",
    en="voucher {value} has several dates: {dates}",
    hint_zh="核对是否有两张凭证用了同一个号",
    hint_en="compare whether two vouchers share the number",
)
NO_HEAD = Fault(
    code="G1503",
    zh="此行之前没有凭证头, 不知属于哪张凭证",
    en="this line stands before any voucher head and belongs to no voucher",
    hint_zh="凭证的第一行要填日期和凭证号",
    hint_en="the first line of a voucher carries its date and number",
)
LINE_NUMBERS = Fault(
    code="G1504",
    severity=Severity.WARNING,
    zh="{count} 张凭证的分录号重复、缺失或不从 0 或 1 连续编号; 编号不可用时按出现次序读取",
    en="line numbers of {count} vouchers repeat, lack or do not run from 0 or 1; where they are"
    " no use, lines are read in file order",
    hint_zh="核对这些凭证是否缺少分录",
    hint_en="compare whether lines of these vouchers are missing",
)

_DATE = "vouchers.date"


@attrs.frozen
class Numbered:
    """Rows with ``voucher_id``, ``line_no`` and ``split_no``, in the order of the books."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()


def with_periods(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Add ``vouchers.year`` and ``vouchers.period`` from the date, for a source without them.

    A row whose date could not be read takes them from the rows around it with the same `key`.
    """
    day = pl.col(_DATE)
    dated = frame.with_columns(
        day.dt.year().cast(pl.Int64).alias("vouchers.year"),
        day.dt.month().cast(pl.Int64).alias("vouchers.period"),
    )
    if not frame[_DATE].null_count():
        return dated
    run = pl.struct(key).rle_id()
    return dated.with_columns(
        pl.col(name).forward_fill().backward_fill().over(run)
        for name in ("vouchers.year", "vouchers.period")
    )


def by_key(
    frame: pl.DataFrame, grid: Grid, key: Sequence[str], *, line: str = "", splits: bool = False
) -> Numbered:
    """Number vouchers that repeat their key on every row.

    Rows of one key that stand apart are one voucher, with a warning; but when they bear several
    dates and `key` does not hold the date, each date is a voucher of its own, with an error.
    `line` names the column of the source's line numbers; with `splits` rows of one voucher that
    share a line number are splits of one line.  Line numbers that are no use give a warning, and
    the order of the rows counts.
    """
    broken = pl.any_horizontal(pl.col(name).is_null() for name in key)
    # Rows whose key could not be read belong together only where they stand together.
    keyed = frame.with_columns(_run=pl.when(broken).then(pl.struct(key).rle_id()))
    keyed = keyed.with_columns(_first=pl.col(INDEX).min().over(*key, "_run"))
    problems: list[Problem] = []
    if _DATE in frame.columns and _DATE not in key:
        dates = keyed.with_columns(_dates=pl.col(_DATE).drop_nulls().n_unique().over("_first"))
        if (dates["_dates"] > 1).any():
            problems += _two_dates(dates, grid)
            # A row whose date could not be read stays with its neighbour.
            near = dates.with_columns(
                _near=pl.col(_DATE).forward_fill().backward_fill().over("_first")
            )
            own = pl.col(INDEX).min().over("_first", "_near")
            keyed = near.with_columns(
                _first=pl.when(pl.col("_dates") > 1).then(own).otherwise("_first")
            ).drop("_dates", "_near")
    keyed = keyed.with_columns(voucher_id=pl.col("_first").rank("dense").cast(pl.Int64))
    problems += _apart(keyed, grid)
    problems += _unsound(keyed, grid, line, splits=splits)
    return Numbered(_lines(keyed.drop("_run", "_first"), line, splits=splits), tuple(problems))


def by_head(
    frame: pl.DataFrame, grid: Grid, heads: Sequence[str], *, line: str = "", splits: bool = False
) -> Numbered:
    """Number vouchers whose head cells stand on the first row only, and fill them down.

    A voucher begins where any of `heads` is filled and differs from the voucher above: files that
    repeat the head on every row read the same.  Rows before the first head are an error each and
    belong to a voucher of their own without a head.  `line` and `splits`: see `by_key`.
    """
    filled = pl.any_horizontal(pl.col(name).is_not_null() for name in heads)
    carried = frame.with_columns(_group=filled.cum_sum()).with_columns(
        pl.col(list(heads)).first().over("_group")
    )
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in heads)
    starts = (pl.col("_group") != pl.col("_group").shift()) & ~same
    numbered = carried.with_columns(
        # The first row begins a voucher whatever it holds.
        voucher_id=(starts | (pl.int_range(pl.len()) == 0)).cum_sum().cast(pl.Int64)
    )
    homeless = numbered.filter(pl.col("_group") == 0)[INDEX]
    problems = [NO_HEAD.at(grid.place(index)) for index in homeless]
    problems += _unsound(numbered, grid, line, splits=splits)
    return Numbered(_lines(numbered.drop("_group"), line, splits=splits), tuple(problems))


def label(frame: pl.DataFrame, row: int) -> str:
    """Name the voucher of a row, such as ``2025-01 记-3``, from what the row knows."""
    values = frame.row(row, named=True)
    day = values.get(_DATE)
    year = values.get("vouchers.year") or (day.year if day else "")
    period = values.get("vouchers.period") or (day.month if day else 0)
    number = values.get("vouchers.number")
    said = "" if number is None else number
    return f"{year}-{period:02} {values.get('vouchers.word') or ''}-{said}"


def _lines(frame: pl.DataFrame, line: str, *, splits: bool) -> pl.DataFrame:
    order = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("voucher_id")
    one = pl.lit(1, dtype=pl.Int64)
    if not line or line not in frame.columns:
        return frame.sort("voucher_id", INDEX).with_columns(line_no=order, split_no=one)
    if splits:
        number = pl.col(line).rank("dense").over("voucher_id").cast(pl.Int64)
        shared = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("voucher_id", line)
        # A row without a number is a line of its own, behind those that have one.
        return frame.sort("voucher_id", line, INDEX, nulls_last=True).with_columns(
            line_no=number.fill_null(order),
            split_no=pl.when(pl.col(line).is_not_null()).then(shared).otherwise(one),
        )
    rank = pl.when(_sound(line)).then(pl.col(line)).otherwise(pl.col(INDEX))
    return (
        frame.with_columns(_rank=rank)
        .sort("voucher_id", "_rank")
        .with_columns(line_no=order, split_no=one)
        .drop("_rank")
    )


def _sound(line: str) -> pl.Expr:
    """True where the line numbers of a voucher run without a gap."""
    number = pl.col(line)
    return (
        (number.null_count() == 0)
        & (number.n_unique() == pl.len())
        & (number.max() - number.min() == pl.len() - 1)
    ).over("voucher_id")


def _unsound(frame: pl.DataFrame, grid: Grid, line: str, *, splits: bool) -> list[Problem]:
    """One warning for all vouchers whose line numbers are no use; none without the column."""
    if not line or line not in frame.columns or frame[line].null_count() == frame.height:
        return []
    number = pl.col(line)
    low = number.min().over("voucher_id").is_in([0, 1])
    sound = (number.null_count() == 0).over("voucher_id") if splits else _sound(line) & low
    odd = frame.filter(~sound).sort(INDEX)
    if not odd.height:
        return []
    count = odd["voucher_id"].n_unique()
    return [LINE_NUMBERS.at(_voucher_place(grid, odd, 0), odd[line][0], count=count)]


def _apart(frame: pl.DataFrame, grid: Grid) -> list[Problem]:
    rows = frame.sort(INDEX)
    opens = rows.filter(pl.col("voucher_id").ne_missing(pl.col("voucher_id").shift()))
    again = opens.filter(~pl.col("voucher_id").is_first_distinct())
    return [
        APART.at(_voucher_place(grid, again, row), label(again, row))
        for row in range(again.height)
    ]


def _two_dates(frame: pl.DataFrame, grid: Grid) -> list[Problem]:
    found = []
    several = frame.filter(pl.col("_dates") > 1).sort(INDEX)
    for part in several.partition_by("_first", maintain_order=True):
        days = part[_DATE].drop_nulls().unique(maintain_order=True)
        row = part.with_row_index("_row").filter(pl.col(_DATE) == days[1])["_row"][0]
        dates = ", ".join(map(str, days.head(3)))
        place = _voucher_place(grid, part, row)
        found.append(TWO_DATES.at(place, label(part.head(1), 0), dates=dates))
    return found


def _voucher_place(grid: Grid, frame: pl.DataFrame, row: int) -> Place:
    place = grid.place(frame[INDEX][row])
    return attrs.evolve(place, voucher=label(frame, row))
