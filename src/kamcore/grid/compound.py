"""The directory of an OLE compound file, enough to know what is inside.

Layout: [MS-CFB]: header (2.2), sector chains (2.3), directory entries (2.6).  Nothing is believed:
chains are followed a bounded number of steps, and every sector must lie inside the file.
"""

import struct
from typing import BinaryIO

import attrs

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.grid.refusal import truncated

__all__ = ["Stream", "read_directory", "stream_names"]

MOST_DIRECTORY_SECTORS = 2048
"""A directory of a workbook has a handful of sectors; more is a loop or an attack."""

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_IN_HEADER = 109
_LAST = 0xFFFF_FFFA
_ENTRY = 128
_STREAM_TYPE = 2


@attrs.frozen
class Stream:
    """A stream of an OLE file: its name and its stated size in bytes."""

    name: str
    size: int


def stream_names(source: Source) -> tuple[str, ...]:
    """Names of the streams; none when the file is broken."""
    try:
        return tuple(stream.name for stream in read_directory(source))
    except SourceError:
        return ()


def read_directory(source: Source) -> tuple[Stream, ...]:
    """List the streams.

    Raises:
        SourceError: the header, the sector table or the directory lies beyond the end.
    """
    with source.open() as file:
        return _Compound(file, source.size(), source.name).streams()


class _Compound:
    def __init__(self, file: BinaryIO, size: int, name: str) -> None:
        self._file = file
        self._size = size
        self._name = name
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            raise self._cut()
        shift = struct.unpack_from("<H", header, 30)[0]
        self._sector = 1 << shift if shift in (9, 12) else 512
        self._first, self._tables = struct.unpack_from("<I", header, 48)[0], header[76:]
        self._more = struct.unpack_from("<I", header, 68)[0]

    def _cut(self) -> SourceError:
        return truncated(
            self._name, "OLE 目录在文件末尾之外", "its directory lies beyond the end of the file"
        )

    def _read(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        if start + self._sector > self._size:
            raise self._cut()
        self._file.seek(start)
        return self._file.read(self._sector)

    def _table(self, index: int) -> int:
        """Sector of the index-th part of the sector table."""
        if index < _IN_HEADER:
            return int(struct.unpack_from("<I", self._tables, index * 4)[0])
        per = self._sector // 4 - 1
        sector = self._more
        for _ in range(min((index - _IN_HEADER) // per, MOST_DIRECTORY_SECTORS)):
            sector = struct.unpack_from("<I", self._read(sector), per * 4)[0]
        return int(struct.unpack_from("<I", self._read(sector), (index - _IN_HEADER) % per * 4)[0])

    def streams(self) -> tuple[Stream, ...]:
        found: list[Stream] = []
        sector = self._first
        for _ in range(MOST_DIRECTORY_SECTORS):
            if sector >= _LAST:
                break
            found += _streams_of(self._read(sector))
            per = self._sector // 4
            table = self._read(self._table(sector // per))
            sector = struct.unpack_from("<I", table, sector % per * 4)[0]
        return tuple(found)


def _streams_of(sector: bytes) -> list[Stream]:
    found = []
    for start in range(0, len(sector), _ENTRY):
        length, kind = struct.unpack_from("<HB", sector, start + 64)
        if kind == _STREAM_TYPE and 2 <= length <= 64:  # noqa: PLR2004
            name = sector[start : start + length - 2].decode("utf-16-le", "replace")
            found.append(Stream(name, struct.unpack_from("<I", sector, start + 120)[0]))
    return found
