"""Zip archives written in parallel pieces."""

import os
import zipfile

import pytest

from kamcore.errors import LossRefused
from kamcore.grid import deflate
from kamcore.grid.deflate import Archive

LIBRARIES = [
    False,
    pytest.param(True, marks=pytest.mark.skipif(not deflate.has_isal(), reason="no isal")),
]


def write(path, parts, **settings):
    with path.open("wb") as file, Archive(file, **settings) as archive:
        for name, pieces in parts.items():
            archive.add(name, pieces)


@pytest.mark.parametrize("use_isal", LIBRARIES)
def test_parts_come_back(tmp_path, use_isal):
    pieces = [bytes([index]) * 10_000 + b"x" * index for index in range(50)]
    write(
        tmp_path / "a.zip",
        {"账/a.xml": pieces, "empty": [], "blank": [b"", b""]},
        use_isal=use_isal,
    )
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["账/a.xml", "empty", "blank"]
        assert archive.read("账/a.xml") == b"".join(pieces)
        assert archive.read("empty") == archive.read("blank") == b""
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("use_isal", LIBRARIES)
def test_bytes_do_not_depend_on_processors(tmp_path, monkeypatch, use_isal):
    pieces = [f"<row r='{index}'/>".encode() * 1_000 for index in range(30)]
    for count in (1, 2, 7, None):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        write(tmp_path / f"{count}.zip", {"a": pieces}, use_isal=use_isal)
    written = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) == 1


def test_a_part_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(deflate, "LARGEST", 1_000)
    write(tmp_path / "a.zip", {"a": [b"x" * 1_000]})
    with pytest.raises(LossRefused) as caught:
        write(tmp_path / "b.zip", {"a": [b"x" * 600, b"x" * 401]})
    assert (caught.value.code, caught.value.problem.value) == ("G3009", "a")


def test_an_error_in_a_piece_ends_the_archive(tmp_path):
    def pieces():
        yield b"x"
        raise KeyError("piece")

    with pytest.raises(KeyError):
        write(tmp_path / "a.zip", {"a": pieces()})
    assert not zipfile.is_zipfile(tmp_path / "a.zip")
