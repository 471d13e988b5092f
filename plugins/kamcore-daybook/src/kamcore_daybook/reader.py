"""Read a daybook."""

from decimal import Decimal

import polars as pl

from kamcore.books import Books, Origin, schema
from kamcore.errors import Fault, Problem, SourceError
from kamcore.format import Detected, Options, Reading, Source
from kamcore.grid.amount import read_amounts
from kamcore.grid.date import read_dates
from kamcore.grid.fields import split_lines
from kamcore.grid.number import read_integers
from kamcore.grid.sheet import Grid
from kamcore.grid.text import decode
from kamcore.place import Place
from kamcore_daybook import HEADINGS, MARK

__all__ = ["read_books", "unused"]

NO_DAYBOOK = Fault(
    code="DB0001",
    zh="不是日记账文本: 应为「{wants}」",
    en="no daybook: {wants!r} expected",
)
WRONG_FIELDS = Fault(
    code="DB0002",
    zh="这一行有 {value} 个字段, 应为 {wants} 个",
    en="the line has {value} fields, not {wants}",
)


def read_books(source: Source, options: Options) -> Reading:
    """Read every line; a line with too few or too many fields is a problem.

    Raises:
        SourceError: the mark or the headings are missing, or the bytes are no text.
    """
    del options
    decoded = decode(source, "utf-8")
    lines = split_lines(decoded.text, separator="\t")
    for number, wants in enumerate((MARK, "\t".join(HEADINGS))):
        if lines.frame.height <= number or lines.frame["line"][number] != wants:
            place = Place(file=source.name, line=number + 1)
            raise SourceError(NO_DAYBOOK.at(place, wants=wants))
    rows = pl.concat([lines.frame, lines.cut(HEADINGS)], how="horizontal")[2:]
    rows = rows.with_columns(voucher=pl.col("line").is_null().cum_sum() + 1)
    rows = rows.filter(pl.col("line").is_not_null())
    wrong = rows.filter(pl.col("fields") != len(HEADINGS))
    problems = [
        WRONG_FIELDS.at(Place(file=source.name, line=number), count, wants=len(HEADINGS))
        for number, count in wrong.select("number", "fields").iter_rows()
    ]
    origin = Origin(file=source.name, by="line", headings=_HEADING_OF)
    grid = Grid(frame=rows.select(HEADINGS), rows=rows["number"], origin=origin)
    table, odd = _lines(grid, rows["voucher"])
    return Reading(
        books=Books(tables=_tables(table), origin=origin),
        problems=(*decoded.problems, *problems, *odd),
        detected=Detected(encoding=decoded.encoding),
    )


_HEADING_OF = {
    "lines.date": "日期",
    "vouchers.date": "日期",
    "lines.summary": "摘要",
    "lines.account": "科目",
    "lines.debit": "借方",
    "lines.credit": "贷方",
}


def _lines(grid: Grid, vouchers: pl.Series) -> tuple[pl.DataFrame, list[Problem]]:
    """One row an entry, with what belongs to its voucher beside it."""
    date, number = read_dates(grid, "日期"), read_integers(grid, "凭证号")
    debit, credit = read_amounts(grid, "借方"), read_amounts(grid, "贷方")
    problems = [p for parsed in (date, number, debit, credit) for p in parsed.problems]
    # Numbered anew, so that a blank line too many leaves no gap.
    table = pl.DataFrame({"voucher_id": vouchers.rank("dense").cast(pl.Int64)}).with_columns(
        date.values.alias("date"),
        grid.column("凭证字").alias("word"),
        number.values.alias("number"),
        grid.column("摘要").alias("summary"),
        grid.column("科目").alias("account"),
        grid.column("客户").alias("aux_customer"),
        debit.values.alias("debit"),
        credit.values.alias("credit"),
        grid.rows.alias("source_row"),
    )
    # The side that is not used is zero; both stay blank where neither could be read.
    return table.with_columns(unused("debit", "credit"), unused("credit", "debit")), problems


def unused(own: str, other: str) -> pl.Expr:
    """A side with its blanks made zero where the other side is filled."""
    zero = pl.lit(Decimal(0), dtype=schema.AMOUNT)
    is_unused = pl.col(own).is_null() & pl.col(other).is_not_null()
    return pl.when(is_unused).then(zero).otherwise(pl.col(own)).alias(own)


def _tables(table: pl.DataFrame) -> dict[str, pl.DataFrame]:
    dated = table.with_columns(
        year=pl.col("date").dt.year().cast(pl.Int64),
        period=pl.col("date").dt.month().cast(pl.Int64),
        line_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("voucher_id"),
        split_no=pl.lit(1, dtype=pl.Int64),
    )
    heads = dated.unique("voucher_id", keep="first", maintain_order=True)
    return {
        "vouchers": heads.select(
            "voucher_id", "date", "year", "period", "word", "number", "source_row"
        ),
        "lines": dated.drop("word", "number"),
    }
