"""Every example runs alone and prints what stands beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PACKAGED = EXAMPLES.parent / "src" / "kamcore" / "cli" / "demo_data" / "vouchers_2025Q1.xls"


def _run(script: Path, *words: str) -> str:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "KAMCORE_PLUGINS": ""}
    ran = subprocess.run(
        [sys.executable, script, *words], capture_output=True, env=env, check=True, timeout=120
    )
    return ran.stdout.decode("utf-8").replace("\r\n", "\n")


@pytest.mark.parametrize("script", ["convert_k3_to_u8", "library_tour"])
def test_an_example_prints_what_stands_beside_it(script, request):
    said = _run(EXAMPLES / f"{script}.py")
    expected = EXAMPLES / f"{script}.out"
    update = request.config.getoption("--kamcore-update", default=False)
    if update or os.environ.get("KAMCORE_UPDATE"):
        expected.write_bytes(said.encode())
    assert said == expected.read_text("utf-8")


def test_the_packaged_demo_books_are_what_the_script_makes(tmp_path):
    made = tmp_path / "made.xls"
    assert "86 vouchers" in _run(EXAMPLES / "make_demo_books.py", str(made))
    assert made.read_bytes() == PACKAGED.read_bytes()


def test_every_example_is_tested():
    scripts = {path.stem for path in EXAMPLES.glob("*.py")}
    assert scripts == {"convert_k3_to_u8", "library_tour", "make_demo_books", "demo_tables"}
