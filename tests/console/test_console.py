"""Transcripts: command, what it prints, exit code.

A transcript is a file ``*.console``: a line ``> kamcore …`` is run, what follows must be what it
prints (lines of standard error behind ``! ``), and ``[N]`` the exit code.  All commands of a file
run one after the other in one empty folder that holds ``凭证2025Q1.xls``, the books of the demo,
and ``约定.toml``, what the example agrees with its key account.
``pytest --kamcore-update`` (or ``KAMCORE_UPDATE=1``) writes what is printed now.
"""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from command_line import DEMO, kamcore

HERE = Path(__file__).parent
AGREED = HERE.parents[1] / "examples" / "key_account_year" / "agreed.toml"
ENDED = re.compile(r"\[\d+\]$")
LANG = re.compile(r"\.(zh|en)\.console$")


def _played(transcript: Path, folder: Path) -> str:
    """Run every command of a transcript again and write it anew."""
    lang = LANG.search(transcript.name)
    parts = []
    answering = False
    for line in transcript.read_text("utf-8").splitlines():
        # A command may print lines that look like comments of the transcript.
        if line.startswith("# ") and not answering:
            parts.append(line)
        answering = (answering or line.startswith("> ")) and not ENDED.match(line)
        if not line.startswith("> "):
            continue
        program, *words = shlex.split(line[2:])
        assert program == "kamcore"
        done = kamcore(*words, cwd=folder, KAMCORE_LANG=lang[1] if lang else "en")
        said = done.text + "".join(f"! {note}\n" for note in done.notes.splitlines())
        parts.append(f"{line}\n{said.replace(str(folder), '…')}[{done.code}]\n")
    return "\n".join(parts)


@pytest.mark.parametrize("transcript", sorted(HERE.glob("*.console")), ids=lambda p: p.stem)
def test_transcript(transcript, tmp_path, request):
    shutil.copy(DEMO, tmp_path / "凭证2025Q1.xls")
    shutil.copy(AGREED, tmp_path / "约定.toml")
    shutil.copy(HERE / "counterparty.jsonl", tmp_path / "对方.jsonl")
    played = _played(transcript, tmp_path)
    update = request.config.getoption("--kamcore-update", default=False)
    if update or os.environ.get("KAMCORE_UPDATE"):
        transcript.write_bytes(played.encode())
    assert played == transcript.read_text("utf-8")


def test_there_is_a_transcript_of_every_command():
    from kamcore.cli.shell.running import COMMANDS

    typed = {
        words[2]
        for transcript in HERE.glob("*.console")
        for line in transcript.read_text("utf-8").splitlines()
        if len(words := line.split()) > 2 and words[:2] == [">", "kamcore"]
    }
    assert set(COMMANDS) <= typed
