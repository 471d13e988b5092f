"""Damaged files give books with their problems listed, or a refusal with a place: never a crash.

``make test`` reads a seeded slice, ``make soak`` ten thousand damaged files.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "samples"
GOOD = [
    "kingdee/k3_gen_a.xls",
    "kingdee/k3_gen_b_captions.xls",
    "kingdee/k3_numbers_above_9999.xls",
    "yonyou/u8_import.txt",
    "yonyou/u8_short_rows.txt",
    "yonyou/u8_wide_rows.txt",
]
SECONDS, MEBIBYTES = 10, 1024
WORKER = Path(__file__).with_name("mutating.py")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here"),
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc"),
]


def _run(file: Path, first: int, count: int) -> list[str]:
    """Read `count` damaged versions in a process of their own; give what was wrong."""
    command = [sys.executable, str(WORKER), str(file), str(first), str(count)]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=SECONDS * count + 60
    )
    said = [json.loads(line) for line in run.stdout.splitlines()]
    wrong = [
        f"{file.name} seed {one['seed']}: {one}"
        for one in said
        if one["result"].startswith("CRASH") or one["seconds"] > SECONDS or one["mib"] > MEBIBYTES
    ]
    if len(said) != count:
        wrong.append(f"{file.name}: died after seed {first + len(said) - 1}: {run.stderr[-500:]}")
    return wrong


@pytest.mark.parametrize("name", GOOD)
def test_a_slice_of_damaged_files(name: str) -> None:
    assert _run(SHARED / name, 0, 25) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", GOOD)
def test_ten_thousand_damaged_files(name: str) -> None:
    each = 10_000 // len(GOOD) + 1
    wrong = [
        one for first in range(1_000, 1_000 + each, 200) for one in _run(SHARED / name, first, 200)
    ]
    assert wrong == []
