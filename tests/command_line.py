"""Run the command line in tests, in this process or in another."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs

from kamcore.cli.shell.running import run
from kamcore.plugin import registry

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


FIXED = {"KAMCORE_PLUGINS": "", "KAMCORE_LANG": "en", "PYTHONIOENCODING": "utf-8"}
"""Plug-ins are left out, streams are UTF-8."""


def kamcore(*words: str, cwd: Path | None = None, **env: str) -> Done:
    """Run ``kamcore WORDS`` in this process, which is quicker than another one."""
    kept = dict(os.environ)
    registry.cache_clear()
    os.environ.update({**FIXED, **env})
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
    try:
        with (
            contextlib.chdir(cwd or Path.cwd()),
            contextlib.redirect_stdout(streams[0]),
            contextlib.redirect_stderr(streams[1]),
        ):
            code = run(words)
    finally:
        os.environ.clear()
        os.environ.update(kept)
        registry.cache_clear()
    for stream in streams:
        stream.flush()
    out, err = (stream.buffer.getvalue() for stream in streams)
    return Done(code, out, err)


def process(*words: str, cwd: Path | None = None, **env: str) -> Done:
    """Run ``kamcore WORDS`` as a person does: another process, with its own streams."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KAMCORE", "PYTHON", "LC_", "LANG", "NO_COLOR"))
    }
    ran = subprocess.run(
        [sys.executable, "-m", "kamcore", *words],
        cwd=cwd,
        env={**inherited, **FIXED, **env},
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    return Done(ran.returncode, ran.stdout, ran.stderr)
