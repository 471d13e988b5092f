"""Voucher bodies in JSON and packages of the national standard, against the bare parser.

Ratios of processor time within one run, the best of two turns each.  JSON is compared with
`json.loads` of the same bytes, a package with a loop of lxml's iterparse over the same files; both
parsers alone give neither places, amounts, dates nor books.

Seen on a busy machine with 80,000 lines: 好会计 10.9, 云星空 9.6, BIP 10.1, T+ 3.5
times json.loads, the standard 0.8 times the loop.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from benchmarks.generated import large_books
from kamcore.adapters import (
    chanjet_hkj_json,
    gbt24589,
    kingdee_galaxy,
    yonyou_bip_json,
    yonyou_tplus_json,
)
from kamcore.format import Format, Source

pytestmark = pytest.mark.benchmark

LINES = 80_000
JSON_RATIO = 12.0
PACKAGE_RATIO = 3.0
BODIES = (
    chanjet_hkj_json.FORMAT,
    kingdee_galaxy.JSON,
    yonyou_bip_json.FORMAT,
    yonyou_tplus_json.FORMAT,
)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _ratio(what: str, alone: Callable[[], object], ours: Callable[[], object]) -> float:
    pairs = [(_seconds(alone), _seconds(ours)) for _ in range(2)]
    library, kam = (min(times) for times in zip(*pairs, strict=True))
    print(f"\n{what} {LINES} lines: parser {library:.2f} s, read {kam:.2f} s: {kam / library:.2f}")
    return kam / library


@pytest.mark.parametrize("fmt", BODIES, ids=lambda fmt: fmt.name)
def test_bodies_cost_a_few_times_their_parser(fmt: Format, tmp_path: Path) -> None:
    path = tmp_path / "bodies.json"
    fmt.write(large_books(LINES), path)

    def alone() -> object:
        return json.loads(path.read_bytes())

    def ours() -> object:
        return fmt.read(Source(path), {})

    assert _ratio(fmt.name, alone, ours) <= JSON_RATIO


def test_a_package_costs_little_more_than_a_bare_loop(tmp_path: Path) -> None:
    path = tmp_path / "package"
    gbt24589.FORMAT.write(large_books(LINES), path)

    def alone() -> None:
        for file in path.iterdir():
            for _, element in etree.iterparse(str(file)):
                if element.tag.endswith("记账凭证"):
                    element.clear()

    def ours() -> object:
        return gbt24589.FORMAT.read(Source(path), {})

    assert _ratio("gbt24589", alone, ours) <= PACKAGE_RATIO
