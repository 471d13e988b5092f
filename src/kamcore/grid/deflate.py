"""Zip archives written in one pass: many pieces a part, deflated side by side, never by the clock.

The zip module of the standard library deflates on one thread and with zlib only.  Here each piece
of a part is deflated on its own, ended by a flush to a byte boundary (RFC 1951, 3.2.4), so that
pieces can be worked on in parallel and still concatenate to one stream.  isal is used where it is
installed, else zlib.  The same pieces give the same bytes with the same deflate library, whatever
the number of processors; all dates are 1980-01-01, the zero of the zip format.
"""

import importlib
import importlib.util
import os
import struct
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType, TracebackType
from typing import BinaryIO, Self

from kamcore.errors import Fault, LossRefused
from kamcore.place import Place

__all__ = ["Archive", "Piece", "has_isal"]

Piece = bytes | bytearray | memoryview
"""Bytes of a part, in the order of the part."""

PART_TOO_LARGE = Fault(
    code="G3009",
    zh="文件内的「{value}」超过 4 GB, 工作簿装不下",
    en="part {value!r} exceeds 4 GB, more than a workbook holds",
    hint_zh="请分成几个文件, 或改用文本格式",
    hint_en="split it into several files or choose a text format",
)

LARGEST = 0xFFFF_FFFF
"""Bytes of the largest part without the zip64 extension, which spreadsheet programs distrust."""

ZLIB_LEVEL = 4
"""Twice as fast as the usual 6 on sheets, at files a twentieth larger."""

ISAL_LEVEL = 2

_DATE_1980 = (1 << 5) | 1
_DEFLATED = 8
_UTF8_NAMES = 0x800
_VERSION = 20
_LOCAL = struct.Struct("<4s5H3I2H")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


def has_isal() -> bool:
    """Say whether the fast deflate library (extra ``fast``) is installed."""
    return importlib.util.find_spec("isal") is not None


class Archive:
    """A zip archive being written to an open, seekable file; use it in a ``with`` statement.

    The directory is written on leaving without an error.  The file stays open: it is the caller's.
    """

    def __init__(self, file: BinaryIO, *, use_isal: bool | None = None) -> None:
        """Start an archive at the file's position 0; `use_isal` None means where installed."""
        self._file = file
        fast = has_isal() if use_isal is None else use_isal
        self._codec: ModuleType = importlib.import_module("isal.isal_zlib") if fast else zlib
        self._level = ISAL_LEVEL if fast else ZLIB_LEVEL
        self._workers = min(os.cpu_count() or 1, 8)
        self._pool = ThreadPoolExecutor(self._workers, "deflate")
        self._directory: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        if kind is None:
            start = self._file.tell()
            self._file.write(b"".join(self._directory))
            size = self._file.tell() - start
            count = len(self._directory)
            self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0))

    def add(self, name: str, pieces: Iterable[Piece]) -> None:
        """Write one part.

        Raises:
            LossRefused: the part or the archive exceeds 4 GB.
        """
        start = self._file.tell()
        encoded = name.encode()
        self._file.write(self._header(encoded, 0, 0, 0))
        checksum = size = 0
        for piece, deflated in self._deflated(pieces):
            checksum = self._codec.crc32(piece, checksum)
            size += len(piece)
            self._file.write(deflated)
            if max(size, self._file.tell()) > LARGEST:
                raise LossRefused(PART_TOO_LARGE.at(Place(), name))
        self._file.write(self._codec.compressobj(self._level, zlib.DEFLATED, -15).flush())
        end = self._file.tell()
        packed = end - start - _LOCAL.size - len(encoded)
        self._file.seek(start)
        self._file.write(self._header(encoded, checksum, packed, size))
        self._file.seek(end)
        entry = (_VERSION, _VERSION, _UTF8_NAMES, _DEFLATED, 0, _DATE_1980, checksum, packed, size)
        tail = (len(encoded), 0, 0, 0, 0, 0, start)
        self._directory.append(_ENTRY.pack(b"PK\1\2", *entry, *tail) + encoded)

    @staticmethod
    def _header(name: bytes, checksum: int, packed: int, size: int) -> bytes:
        fixed = (_VERSION, _UTF8_NAMES, _DEFLATED, 0, _DATE_1980)
        return _LOCAL.pack(b"PK\3\4", *fixed, checksum, packed, size, len(name), 0) + name

    def _deflated(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, bytes]]:
        waiting: deque[tuple[Piece, Future[bytes]]] = deque()
        for piece in pieces:
            waiting.append((piece, self._pool.submit(self._deflate, piece)))
            if len(waiting) > self._workers:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()

    def _deflate(self, piece: Piece) -> bytes:
        codec = self._codec.compressobj(self._level, zlib.DEFLATED, -15)
        head: bytes = codec.compress(piece)
        tail: bytes = codec.flush(zlib.Z_FULL_FLUSH)
        return head + tail
