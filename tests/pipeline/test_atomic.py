"""A target is either the old one or the complete new one, whenever the process dies."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kamcore
from benchmarks.generated import large_books
from kamcore.errors import UsageError
from kamcore.pipeline.atomic import whole

WRITER = """
import sys
from pathlib import Path
from kamcore.pipeline.atomic import whole
target = Path(sys.argv[1])
print("ready", flush=True)
while True:
    with whole(target, force=True) as temporary:
        with temporary.open("wb") as stream:
            for _ in range(200):
                stream.write(b"new" * 10_000)
"""
OLD = b"old content"
NEW = hashlib.sha256(b"new" * 10_000 * 200).hexdigest()


def test_a_block_that_ends_well_names_the_file(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    with whole(target) as temporary:
        temporary.write_text("done")
        assert not target.exists()
        assert temporary.suffix == ".txt"
    assert target.read_text() == "done"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_block_that_raises_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")

    def fail() -> None:
        with whole(target, force=True) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_an_existing_target_is_kept_unless_forced(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(UsageError) as caught, whole(target):
        pytest.fail("the block must not run")
    assert caught.value.code == "C1001"
    with whole(target, force=True) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"


def test_a_target_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    with pytest.raises(UsageError) as caught, whole(target) as temporary:
        temporary.write_text("mine")
        target.write_text("theirs")
    assert caught.value.code == "C1001"
    assert target.read_text() == "theirs"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught, whole(tmp_path / "nowhere" / "out.txt"):
        pytest.fail("the block must not run")
    assert caught.value.code == "C1002"


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "books"
    for part in ("one.parquet", "two.parquet"):
        with whole(target, force=True) as temporary:
            temporary.mkdir()
            (temporary / part).write_text(part)
            (temporary / "manifest.json").write_text(part)
    assert sorted(os.listdir(target)) == ["manifest.json", "two.parquet"]
    assert os.listdir(tmp_path) == ["books"]


def test_a_folder_of_another_kind_is_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "documents"
    target.mkdir()
    (target / "letter.txt").write_text("mine")
    with pytest.raises(UsageError) as caught, whole(target, force=True) as temporary:
        temporary.mkdir()
        (temporary / "manifest.json").write_text("new")
    assert caught.value.code == "C1004"
    assert os.listdir(target) == ["letter.txt"]


FOLDER_WRITER = """
import sys
from pathlib import Path
from kamcore.pipeline.atomic import whole
target = Path(sys.argv[1])
print("ready", flush=True)
for turn in range(1_000_000):
    with whole(target, force=True) as temporary:
        temporary.mkdir()
        for part in "abc":
            (temporary / part).write_text(str(turn))
        (temporary / "manifest.json").write_text(str(turn))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems need two renames")
@pytest.mark.parametrize("seed", range(3))
def test_a_killed_run_leaves_the_old_or_the_new_folder(tmp_path: Path, seed: int) -> None:
    target = tmp_path / "books"
    command = [sys.executable, "-c", FOLDER_WRITER, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        while not target.is_dir():
            time.sleep(0.01)
        time.sleep(random.Random(seed).uniform(0, 0.3))
        run.send_signal(signal.SIGKILL)
    assert len({(target / name).read_text() for name in ("a", "b", "c", "manifest.json")}) == 1


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a POSIX signal")
@pytest.mark.parametrize("seed", range(5))
def test_a_killed_run_leaves_the_old_or_the_new_file(tmp_path: Path, seed: int) -> None:
    target = tmp_path / "out.bin"
    target.write_bytes(OLD)
    command = [sys.executable, "-c", WRITER, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        time.sleep(random.Random(seed).uniform(0, 0.2))
        run.send_signal(signal.SIGKILL)
    content = target.read_bytes()
    assert content == OLD or hashlib.sha256(content).hexdigest() == NEW
    with whole(target, force=True) as temporary:
        temporary.write_bytes(b"next")
    assert os.listdir(tmp_path) == ["out.bin"], "the next run sweeps what was left"


CONVERTER = """
import sys
import kamcore
print("ready", flush=True)
while True:
    kamcore.convert(sys.argv[1], sys.argv[2], to="yonyou-u8-text", force=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a POSIX signal")
@pytest.mark.parametrize("seed", range(3))
def test_a_killed_conversion_leaves_the_old_or_the_new_file(tmp_path: Path, seed: int) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "target.txt"
    kamcore.write(large_books(400), source, format="kingdee-k3")
    kamcore.convert(source, tmp_path / "whole.txt", to="yonyou-u8-text")
    new = (tmp_path / "whole.txt").read_bytes()
    target.write_bytes(OLD)
    command = [sys.executable, "-c", CONVERTER, str(source), str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        time.sleep(random.Random(seed).uniform(0.5, 2.5))
        run.send_signal(signal.SIGKILL)
    assert target.read_bytes() in (OLD, new)
