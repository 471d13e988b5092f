"""The worked example of a bank statement prints what stands beside it and keeps the books."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import kamcore as kc

HERE = Path(__file__).parents[2] / "examples" / "bank_statement"


def test_it_prints_what_stands_beside_it_and_keeps_the_books(tmp_path, request):
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "KAMCORE_PLUGINS": ""}
    ran = subprocess.run(
        [sys.executable, HERE / "bank_statement.py", str(tmp_path)],
        capture_output=True,
        env=env,
        check=True,
    )
    said = ran.stdout.decode("utf-8").replace("\r\n", "\n")
    expected = HERE / "bank_statement.out"
    update = request.config.getoption("--kamcore-update", default=False)
    if update or os.environ.get("KAMCORE_UPDATE"):
        expected.write_bytes(said.encode())
    assert said == expected.read_text("utf-8")
    books = kc.read(tmp_path / "已收款.jsonl").books
    assert books.lines["debit"].sum() == books.lines["credit"].sum()
    applied = books.applications
    assert applied["amount"].sum() == Decimal("89873.42") + Decimal("11379.10")
