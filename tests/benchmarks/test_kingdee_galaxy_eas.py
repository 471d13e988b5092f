"""Workbooks of 云星空 and EAS of 200,000 lines, read against the reader library alone, in one run.

Each figure is a ratio of two times taken in turns in this process, the best of three each.
"""

import time
from collections.abc import Callable
from pathlib import Path

import fastexcel
import pytest

from benchmarks.generated import large_books
from kamcore.adapters import kingdee_eas, kingdee_galaxy
from kamcore.books import Books
from kamcore.format import Format, Source

pytestmark = pytest.mark.benchmark

LINES = 200_000
READ_RATIO = 3.0


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.fixture(scope="module")
def books() -> Books:
    return large_books(LINES)


@pytest.mark.parametrize("fmt", [kingdee_galaxy.FORMAT, kingdee_eas.FORMAT], ids=lambda f: f.name)
def test_reading_takes_little_more_than_the_reader_library(
    fmt: Format, books: Books, tmp_path: Path
) -> None:
    path = tmp_path / "large.xlsx"
    wrote = _seconds(lambda: fmt.write(books, path))

    def alone() -> object:
        return fastexcel.read_excel(path).load_sheet(0).to_polars()

    def ours() -> object:
        return fmt.read(Source(path), {})

    pairs = [(_seconds(alone), _seconds(ours)) for _ in range(3)]
    library, kam = (min(times) for times in zip(*pairs, strict=True))
    print(f"\n{fmt.name} {LINES} lines: fastexcel {library:.2f} s, read {kam:.2f} s")
    print(f"ratio {kam / library:.2f}, asked {READ_RATIO}; writing {wrote:.2f} s")
    assert kam / library <= READ_RATIO
