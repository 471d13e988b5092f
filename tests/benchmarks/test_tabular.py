"""A list of 200,000 lines through its layout, against the reader library alone, in one run."""

import time
from collections.abc import Callable
from pathlib import Path

import fastexcel
import polars as pl
import pytest

import kamcore
from benchmarks.generated import large_books
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx

pytestmark = pytest.mark.benchmark

LINES = 200_000
MOST = 3.0
"""How many times the time of fastexcel alone reading may take."""


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A U8 序时账 of the generated books."""
    books = large_books(LINES)
    heads = books.vouchers.select("voucher_id", "word", "number")
    lines = books.lines.join(heads, on="voucher_id", maintain_order="left")
    on_debit = pl.col("debit") != 0
    frame = lines.select(
        pl.col("date").dt.strftime("%Y.%m.%d").alias("日期"),
        pl.format("{}-{}", "word", pl.col("number").cast(pl.String).str.zfill(4)).alias(
            "凭证号数"
        ),
        pl.col("account").str.replace_all(".", "", literal=True).alias("科目编码"),
        pl.col("account").alias("科目名称"),
        pl.col("summary").alias("摘要"),
        pl.when(on_debit).then(pl.lit("借")).otherwise(pl.lit("贷")).alias("方向"),
        pl.col("quantity").alias("数量"),
        pl.lit(None, dtype=pl.Decimal(18, 4)).alias("外币"),
        pl.when(on_debit).then("debit").otherwise("credit").alias("金额"),
    )
    path = tmp_path_factory.mktemp("tabular") / "序时账.xlsx"
    write_xlsx([SheetOut(name="序时账", frame=frame, header=(tuple(frame.columns),))], path)
    return path


def test_reading_through_a_layout(workbook: Path) -> None:
    def bare() -> object:
        return fastexcel.read_excel(workbook).load_sheet(0).to_polars()

    def ours() -> object:
        return kamcore.read(workbook, checked=False)

    reading = kamcore.read(workbook, checked=False)
    assert reading.format == "yonyou-u8-journal"
    assert reading.books.lines.height == LINES
    ratio = min(_seconds(ours) for _ in range(3)) / min(_seconds(bare) for _ in range(3))
    print(f"\nU8 journal, {LINES:,} lines: {ratio:.2f} × fastexcel alone")
    assert ratio <= MOST
