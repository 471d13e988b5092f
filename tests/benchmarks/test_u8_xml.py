"""Speed of U8 XML: 200,000 entries read and written, against a bare loop of the parser.

Processor time is compared, not time on the clock: it hardly depends on what else runs.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from benchmarks.generated import large_books
from kamcore.adapters.yonyou_u8_xml import FORMAT
from kamcore.format import Source

pytestmark = pytest.mark.benchmark

LINES = 200_000
BOUND = 2.0


def processor(work: Callable[[], object]) -> float:
    """Processor seconds of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def test_reading_takes_at_most_twice_a_bare_loop(tmp_path: Path) -> None:
    target = tmp_path / "large.xml"
    books = large_books(LINES)
    writing = processor(lambda: FORMAT.write(books, target))

    def bare() -> None:
        for _, element in etree.iterparse(str(target)):
            if element.tag == "entry":
                element.clear()

    loop = processor(bare)
    reading = processor(lambda: FORMAT.read(Source(target), {}))
    size = target.stat().st_size / 1e6
    print(f"{size:.0f} MB: bare {loop:.2f} s, read {reading:.2f} s, write {writing:.2f} s")
    assert reading < BOUND * loop
    assert writing < loop
