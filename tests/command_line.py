"""Run the command line as a person does: another process, with its own streams."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs

from kamcore.cli.running import run

DEMO = (
    Path(__file__).parents[1]
    / "src" / "kamcore" / "cli" / "demo_data" / "vouchers_2025Q1.xls"
)  # fmt: skip
SECONDS = 120


@attrs.frozen
class Done:
    """What a command printed and left with."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return self.out.decode("utf-8").replace("\r\n", "\n")

    @property
    def notes(self) -> str:
        return self.err.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output; anything else there is an error."""
        found = json.loads(self.out.decode("utf-8"))
        assert isinstance(found, dict)
        return found


def here(capture: Any, *words: str) -> Done:
    """Run ``kamcore WORDS`` in this process, which is quicker; `capture` is ``capsysbinary``."""
    code = run(words)
    out, err = capture.readouterr()
    return Done(code, out, err)


def kamcore(*words: str, cwd: Path | None = None, **env: str) -> Done:
    """Run ``kamcore WORDS`` with the plug-ins left out and UTF-8 streams, unless `env` differs."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KAMCORE", "PYTHON", "LC_", "LANG", "NO_COLOR"))
    }
    fixed = {"KAMCORE_PLUGINS": "", "KAMCORE_LANG": "en", "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, "-m", "kamcore", *words],
        cwd=cwd,
        env={**inherited, **fixed, **env},
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    return Done(ran.returncode, ran.stdout, ran.stderr)
