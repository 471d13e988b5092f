"""现金流量凭证项目数据: rows that name a voucher's number but neither period nor line."""

import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.vouchers.entries import INDEX, Field, Kind, read_entries

NO_VOUCHER = Fault(
    code="S1021",
    zh="现金流量行的凭证 {value} 不存在, 未读入",
    en="the cash-flow row names voucher {value}, which does not exist; it was not read",
)
GUESSED_LINE = Fault(
    code="S1022",
    severity=Severity.WARNING,
    zh="现金流量行不带期间和分录, 凭证 {value} 没有同额分录 (共 {count} 行), 记在首张同号凭证",
    en="cash-flow rows name no period or line, and voucher {value} has no line of that amount"
    " ({count} rows); they are kept with the first voucher of that number",
)

_FIELDS = (
    Field("记账凭证类型编号", "word"),
    Field("记账凭证编号", "number", Kind.WHOLE),
    Field("现金流量行号", "own"),
    Field("现金流量摘要", "summary"),
    Field("现金流量项目编码", "item", Kind.CODE),
    Field("现金流量项目属性", "property"),
    Field("现金流量本币金额", "amount", Kind.AMOUNT),
)
_OUT = "0"


def read_flows(
    grid: Grid, books: Books, words: dict[str, str]
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Read the rows and find the line each belongs to.

    A row of number ``<voucher>-<line>`` says it itself; otherwise it is the line of that amount in
    a voucher of that number, the nth equal row with the nth such line.
    """
    entries = read_entries(grid, _FIELDS)
    sign = pl.when(pl.col("property") == _OUT).then(pl.lit(-1)).otherwise(pl.lit(1))
    rows = entries.frame.with_columns(
        pl.col("word").replace(words),
        amount=(pl.col("amount") * sign).cast(schema.AMOUNT),
    ).drop_nulls(["item", "amount"])
    heads = books.vouchers.select("voucher_id", "word", "number")
    lines = books.lines.select("voucher_id", "line_no", "debit", "credit", "summary").join(
        heads, on="voucher_id", how="left", maintain_order="left"
    )
    told = _told(rows, lines)
    left = rows.join(told.select(INDEX), on=INDEX, how="anti", maintain_order="left")
    for keys in (("word", "number", "summary", "amount"), ("word", "number", "amount")):
        matched = _matched(left, lines, keys)
        told = pl.concat([told, matched])
        left = left.join(matched.select(INDEX), on=INDEX, how="anti", maintain_order="left")
    first = lines.unique(["word", "number"], keep="first", maintain_order=True)
    guessed = left.join(
        first.select("word", "number", "voucher_id", "line_no"),
        on=["word", "number"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    problems = [*entries.problems, *_problems(grid, guessed)]
    flows = pl.concat([told, guessed.drop_nulls("voucher_id").select(told.columns)]).sort(INDEX)
    summed = flows.group_by("voucher_id", "line_no", "item", maintain_order=True).agg(
        pl.col("amount").sum()
    )
    return summed.cast({"amount": schema.AMOUNT}), tuple(problems)


_COLUMNS = (INDEX, "voucher_id", "line_no", "item", "amount")


def _told(rows: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Rows whose own number is that of a voucher in the file and of a line in it."""
    parts = rows.with_columns(
        voucher_id=pl.col("own")
        .str.extract(r"^([0-9]+)-[0-9]+$")
        .cast(schema.INTEGER, strict=False),
        line_no=pl.col("own").str.extract(r"^[0-9]+-([0-9]+)$").cast(schema.INTEGER, strict=False),
    ).drop_nulls(["voucher_id", "line_no"])
    keys = ["voucher_id", "line_no", "word", "number"]
    known = lines.select(keys).unique()
    return parts.join(known, on=keys, how="semi", nulls_equal=True, maintain_order="left").select(
        _COLUMNS
    )


def _matched(rows: pl.DataFrame, lines: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    nth = pl.int_range(pl.len()).over(keys)
    amount = pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0)
    spots = lines.with_columns(amount=amount.cast(schema.AMOUNT)).with_columns(_nth=nth)
    wanted = rows.with_columns(_nth=nth)
    return wanted.join(
        spots.select(*keys, "_nth", "voucher_id", "line_no"),
        on=[*keys, "_nth"],
        how="inner",
        nulls_equal=True,
        maintain_order="left",
    ).select(_COLUMNS)


def _problems(grid: Grid, guessed: pl.DataFrame) -> list[Problem]:
    found = []
    lost = guessed.filter(pl.col("voucher_id").is_null())
    for row in lost.iter_rows(named=True):
        name = f"{row['word'] or ''}-{row['number']}"
        found.append(NO_VOUCHER.at(grid.place(row[INDEX]), name))
    known = guessed.filter(pl.col("voucher_id").is_not_null())
    if known.height:
        row = known.row(0, named=True)
        name = f"{row['word'] or ''}-{row['number']}"
        found.append(GUESSED_LINE.at(grid.place(row[INDEX]), name, count=known.height))
    return found
