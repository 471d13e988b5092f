"""Speed of the Kingdee voucher table beside the usual library, as ratios within one run.

The library makes floats of amounts, so it is here only to be measured against.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.generated import large_books
from kamcore.adapters.kingdee_dbf import FORMAT
from kamcore.format import Source

pytestmark = pytest.mark.benchmark

LINES = 200_000
LIBRARY_LINES = 20_000
"""The library is measured on fewer lines, because it takes minutes."""
MOST = 3.0


def processor(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def test_reading_keeps_up_with_the_library(tmp_path: Path) -> None:
    dbfread = pytest.importorskip("dbfread")
    large, small = tmp_path / "large.dbf", tmp_path / "small.dbf"
    books = large_books(LINES)
    writing = processor(lambda: FORMAT.write(books, large, options={"generation": "1"}))
    FORMAT.write(large_books(LIBRARY_LINES), small, options={"generation": "1"})
    reading = processor(lambda: FORMAT.read(Source(large), {}))
    library = processor(lambda: list(dbfread.DBF(small, encoding="gb18030")))
    library *= LINES / LIBRARY_LINES
    print(
        f"{LINES} lines, {large.stat().st_size / 1e6:.0f} MB: write {writing:.1f} s, "
        f"read {reading:.1f} s, dbfread alone {library:.1f} s, ratio {reading / library:.2f}"
    )
    assert reading < MOST * library
