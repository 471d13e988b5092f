"""The import templates of 精斗云 and 星辰, 200,000 lines, against the reader library in one run.

Ratios of processor time taken in turns in this process, the best of three each.
"""

import time
from collections.abc import Callable
from pathlib import Path

import fastexcel
import pytest

import kamcore
from benchmarks.generated import large_books

pytestmark = pytest.mark.benchmark

LINES = 200_000
READ_RATIO = 3.0


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.parametrize("name", ["kingdee-jdy", "kingdee-xingchen"])
def test_reading_takes_little_more_than_the_reader_library(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kamcore.adapters.kingdee_xingchen.columns.ROWS", LINES)
    path = tmp_path / "large.xlsx"
    wrote = _seconds(lambda: kamcore.write(large_books(LINES), path, format=name))

    def alone() -> object:
        return fastexcel.read_excel(path).load_sheet(0).to_polars()

    def ours() -> object:
        return kamcore.read(path)

    pairs = [(_seconds(alone), _seconds(ours)) for _ in range(3)]
    library, kam = (min(times) for times in zip(*pairs, strict=True))
    print(f"\n{name} {LINES} lines: fastexcel {library:.2f} s, kamcore.read {kam:.2f} s")
    print(f"ratio {kam / library:.2f}, asked {READ_RATIO}; written in {wrote:.2f} s")
    assert kam / library <= READ_RATIO
