"""Yonyou workbooks of 200,000 lines against fastexcel alone, in one run.

Figures are ratios of processor time taken in turns in this process, the best of three each.
"""

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
READ_RATIO = 3.0


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _compare(what: str, workbook: Path) -> None:
    def alone() -> object:
        return fastexcel.read_excel(workbook).load_sheet(0).to_polars()

    def ours() -> object:
        return kamcore.read(workbook)

    pairs = [(_seconds(alone), _seconds(ours)) for _ in range(3)]
    library, kam = (min(times) for times in zip(*pairs, strict=True))
    print(f"\n{what} {LINES} lines: fastexcel {library:.2f} s, kamcore.read {kam:.2f} s")
    print(f"ratio {kam / library:.2f}, asked {READ_RATIO}")
    assert kam / library <= READ_RATIO


@pytest.mark.filterwarnings("ignore")
def test_reading_the_73_columns_takes_little_more_than_the_reader_library(tmp_path: Path) -> None:
    path = tmp_path / "模式凭证.xlsx"
    kamcore.write(large_books(LINES), path, format="yonyou-u8-sheet", force=True)
    _compare("U8 73 columns", path)


def test_reading_a_voucher_detail_takes_little_more_than_the_reader_library(
    tmp_path: Path,
) -> None:
    books = large_books(LINES)
    heads = books.vouchers.select("voucher_id", "word", "number")
    lines = books.lines.join(heads, on="voucher_id", how="left", maintain_order="left")
    code = pl.col("account").str.replace_all(".", "", literal=True)
    aux = pl.concat_str(
        *(
            pl.format(f"【{label}：{{}}样例】", f"aux_{name}").fill_null("")
            for label, name in (("客商", "customer"), ("部门", "department"), ("项目", "project"))
        )
    )
    page = lines.select(
        pl.col("period").alias("月"),
        pl.col("date").dt.day().alias("日"),
        pl.lit("量测样例有限公司-账簿").alias("核算账簿名称"),
        pl.format("{}-{}", "word", pl.col("number").cast(pl.String).str.zfill(4)).alias("凭证号"),
        pl.col("line_no").alias("分录号"),
        pl.col("summary").alias("摘要"),
        code.alias("科目编码"),
        pl.concat_str(code, pl.lit("\\甲类\\乙项")).alias("科目名称"),
        aux.alias("辅助项"),
        pl.lit("人民币").alias("币种"),
        pl.when(pl.col("debit") != 0).then("debit").alias("借方-本币"),
        pl.when(pl.col("credit") != 0).then("credit").alias("贷方-本币"),
        pl.lit(None, dtype=pl.String).alias("核销信息"),
        pl.lit(None, dtype=pl.String).alias("结算信息"),
    )
    path = tmp_path / "凭证明细-2025年.xlsx"
    write_xlsx([SheetOut("sheet1", page)], path)
    _compare("NC voucher detail", path)
