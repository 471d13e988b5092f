"""Loading a sheet safely, against the bare native reader on the same file."""

import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal

import fastexcel
import polars as pl
import pytest

from kamcore.format import Source
from kamcore.grid.cells import SheetOut
from kamcore.grid.workbook import open_workbook
from kamcore.grid.xlsx_writing import write_xlsx

pytestmark = pytest.mark.benchmark

ROWS = 200_000
COLUMNS = 37
ALLOWED = 1.5
ROUNDS = 3

_PEAK = """
import resource, sys
from pathlib import Path
from kamcore.format import Source
from kamcore.grid.workbook import open_workbook
open_workbook(Source(Path(sys.argv[1]))).load("Page1", skip=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def k3_frame(rows):
    """Columns in the proportions of a K/3 voucher sheet: amounts, codes, dates, texts."""
    index = pl.int_range(rows, eager=True)
    base = date(2025, 1, 1)
    columns = {}
    for column in range(COLUMNS):
        name = f"F{column}"
        if column % 5 == 0:
            cents = pl.select(((index * (column + 7919)) % 100_000_000).cast(pl.Int64)).to_series()
            columns[name] = (cents.cast(pl.Decimal(18, 2)) / Decimal(100)).cast(pl.Decimal(18, 2))
        elif column in (1, 2):
            days = [base + timedelta(days=day) for day in range(365)]
            columns[name] = pl.Series(days).gather(index % 365)
        elif column % 5 == 1:
            columns[name] = "摘要 " + (index % 5000).cast(pl.String)
        elif column % 5 == 2:
            columns[name] = (index % 700 + 100_000).cast(pl.String)
        elif column % 5 == 3:
            columns[name] = index % 13
        else:
            columns[name] = pl.Series([None, "客户---0012---岚桥样例"], dtype=pl.String).gather(
                index % 2
            )
    return pl.DataFrame(columns)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "page1.xlsx"
    write_xlsx([SheetOut("Page1", k3_frame(ROWS))], path)
    return path


def test_loading_costs_little_more_than_the_native_reader(workbook):
    # Processor time of all threads: on a shared machine the clock on the wall says little.
    bare, safe, walls = [], [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        fastexcel.read_excel(str(workbook)).load_sheet(0).to_polars()
        bare.append(time.process_time() - start)
        start, wall = time.process_time(), time.perf_counter()
        sheet = open_workbook(Source(workbook)).load("Page1", skip=1)
        safe.append(time.process_time() - start)
        walls.append(time.perf_counter() - wall)
        assert sheet.frame.shape == (ROWS, COLUMNS)
    ratio = min(safe) / min(bare)
    peak = subprocess.run(
        [sys.executable, "-c", _PEAK, str(workbook)], capture_output=True, text=True, check=True
    ).stdout.strip()
    print(
        f"\n{ROWS} x {COLUMNS}: native {min(bare):.2f} s of processor, safe {min(safe):.2f} s "
        f"({min(walls):.2f} s on the wall), ratio {ratio:.2f}, peak {peak} MB"
    )
    assert ratio < ALLOWED


def test_a_peek_reads_only_the_start(workbook):
    start = time.perf_counter()
    rows = open_workbook(Source(workbook)).peek("Page1")
    spent = time.perf_counter() - start
    print(f"\npeek of {ROWS} rows: {spent:.2f} s")
    assert len(rows) == 15
    assert spent < 1
