"""A month's end over a folder with a year of data: printed as it stands beside the script."""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples" / "month_end"


def test_it_prints_what_stands_beside_it(request):
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "KAMCORE_PLUGINS": ""}
    ran = subprocess.run(
        [sys.executable, FOLDER / "month_end.py"], capture_output=True, env=env, check=True,
        timeout=120,
    )  # fmt: skip
    said = ran.stdout.decode("utf-8").replace("\r\n", "\n").replace("\\", "/")
    expected = FOLDER / "month_end.out"
    if request.config.getoption("--kamcore-update", default=False) or os.environ.get(
        "KAMCORE_UPDATE"
    ):
        expected.write_bytes(said.encode())
    assert said == expected.read_text("utf-8")
