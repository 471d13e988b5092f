"""The example that ages a group's Parquet folders on Spark prints what stands beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "ageing_on_spark" / "ageing_on_spark.py"


@pytest.mark.spark
def test_the_group_is_aged_on_spark() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "KAMCORE_PLUGINS": ""}
    ran = subprocess.run(
        [sys.executable, SCRIPT], capture_output=True, env=env, check=True, timeout=600
    )
    expected = SCRIPT.with_suffix(".out")
    if os.environ.get("KAMCORE_UPDATE"):
        expected.write_bytes(ran.stdout)
    assert ran.stdout.decode("utf-8") == expected.read_text("utf-8")
