"""Parts of a zipped workbook, unpacked piece by piece and never beyond what is sound.

A part is bounded by what the archive states, by what really comes out, and by how many times
larger that is than its packed bytes; stating a false size is refused.  A document type or an
entity in any part is refused.
"""

import importlib
import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.grid import refusal
from kamcore.place import Place

__all__ = ["Package", "open_package", "part_names"]

LARGEST_PART = 2 << 30
"""Bytes of one part, unpacked: a sheet of a million rows and 60 columns needs about this."""

LARGEST_TOTAL = 4 << 30
"""Bytes of all parts, unpacked."""

MOST_PARTS = 20_000

RATIO = 200
"""How many times larger than packed a part may be, once it exceeds `RATIO_FROM` bytes.

Real sheets reach about 30; deflate can reach 1,032."""

RATIO_FROM = 32 << 20

PIECE = 1 << 20
"""Bytes a part is handed out in."""

ZIP_MAGIC = b"PK\x03\x04"
_LOCAL = struct.Struct("<4s5H3I2H")
_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 0xFFFF
_XML = (".xml", ".rels", ".vml")
_ELEMENT = re.compile(rb"<[A-Za-z_\x80-\xff]")
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    struct.error,
    ValueError,
    OSError,
    EOFError,
    KeyError,
    IndexError,
    RuntimeError,
    OverflowError,
)


def _inflater() -> Any:
    """A raw inflater: isal where it is installed (extra ``fast``), which halves the time."""
    if importlib.util.find_spec("isal") is not None:
        return importlib.import_module("isal.isal_zlib").decompressobj(-15)
    return zlib.decompressobj(-15)


def part_names(source: Source) -> tuple[str, ...]:
    """Names of the parts; none when the archive is broken."""
    try:
        return open_package(source).names
    except SourceError:
        return ()


def open_package(source: Source) -> "Package":
    """Open a zipped file, once per source.

    Raises:
        SourceError: it is cut off, damaged, encrypted, or states sizes beyond the limits.
    """
    return source.once("package", Package)


class Package:
    """A zip archive whose parts are read safely."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.file = source.name
        _check_end(source)
        try:
            with source.open() as stream, zipfile.ZipFile(stream) as archive:
                infos = archive.infolist()
        except _BROKEN as error:
            raise refusal.damaged(self.file, error) from error
        self._parts = {info.filename: info for info in infos}
        if any(info.flag_bits & 1 for info in infos):
            raise SourceError(refusal.ENCRYPTED.at(Place(file=self.file)))
        for info in infos:
            self._check_size(info, info.file_size)
        if sum(info.file_size for info in infos) > LARGEST_TOTAL:
            raise self._bomb(sum(info.file_size for info in infos), "")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts, in the order of the directory."""
        return tuple(self._parts)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def size(self, name: str) -> int:
        """Stated size of a part, unpacked, in bytes."""
        return int(self._parts[name].file_size)

    def read(self, name: str) -> bytes:
        """A whole part.

        Raises:
            SourceError: see `pieces`.
        """
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part in pieces of about `PIECE` bytes, unpacked one piece ahead of their use.

        Raises:
            SourceError: the part is missing, damaged, larger than stated or sound, or declares a
                document type.
        """
        if name not in self._parts:
            raise refusal.damaged(self.file, f"{name} is missing")
        pieces = self._inflated(self._parts[name])
        if name.lower().endswith(_XML):
            pieces = self._checked(name, pieces)
        yield from _ahead(pieces) if self.size(name) > PIECE else pieces

    def _checked(self, name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """A part of markup; a document type can only stand before its first element."""
        first = next(pieces, b"")
        if b"\0" in first[:4] or first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise refusal.damaged(self.file, f"{name} is not UTF-8")
        if b"<!DOCTYPE" in first or b"<!ENTITY" in first:
            raise SourceError(refusal.EXTERNAL_ENTITY.at(Place(file=self.file), name))
        if first and not _ELEMENT.search(first):
            raise refusal.damaged(self.file, f"{name} holds no element")
        yield first
        yield from pieces

    def _inflated(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        with self._source.open() as stream:
            stream.seek(max(info.header_offset, 0))
            head = stream.read(_LOCAL.size)
            if len(head) < _LOCAL.size or not head.startswith(ZIP_MAGIC):
                raise refusal.damaged(self.file, f"{info.filename} is not where it should be")
            *_, name_size, extra_size = _LOCAL.unpack(head)
            stream.seek(name_size + extra_size, 1)
            left, total, checksum = info.compress_size, 0, 0
            inflate = _inflater() if info.compress_type == zipfile.ZIP_DEFLATED else None
            if inflate is None and info.compress_type != zipfile.ZIP_STORED:
                raise refusal.damaged(self.file, f"{info.filename}: unknown compression")
            while left > 0 or (inflate is not None and inflate.unconsumed_tail):
                packed = inflate.unconsumed_tail if inflate is not None else b""
                if not packed:
                    packed = stream.read(min(left, PIECE // 8))
                    left -= len(packed)
                    if not packed:
                        break
                data = packed if inflate is None else self._inflate(inflate, packed, info)
                total += len(data)
                self._check_size(info, total)
                checksum = zlib.crc32(data, checksum)
                if data:
                    yield data
                if inflate is not None and inflate.eof:
                    break
            if total != info.file_size or checksum != info.CRC:
                raise refusal.damaged(self.file, f"{info.filename}: checksum or size is wrong")

    def _inflate(self, inflate: Any, packed: bytes, info: zipfile.ZipInfo) -> bytes:
        try:
            data: bytes = inflate.decompress(packed, PIECE)
        except _inflate_errors() as error:
            raise refusal.damaged(self.file, f"{info.filename}: {error}") from error
        return data

    def _check_size(self, info: zipfile.ZipInfo, size: int) -> None:
        sound = size <= max(RATIO_FROM, info.compress_size * RATIO)
        if size > info.file_size or size > LARGEST_PART or not sound:
            raise self._bomb(size, info.filename)

    def _bomb(self, size: int, name: str) -> SourceError:
        return SourceError(
            refusal.ZIP_BOMB.at(Place(file=self.file), f"{name} {size >> 10:,} KiB".strip())
        )


def _inflate_errors() -> tuple[type[Exception], ...]:
    if importlib.util.find_spec("isal") is None:
        return zlib.error, ValueError
    return zlib.error, ValueError, importlib.import_module("isal.isal_zlib").error


def _check_end(source: Source) -> None:
    """Find the end record: without it the file was cut; with too many parts it is refused."""
    size = source.size()
    with source.open() as stream:
        stream.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise refusal.truncated(
            source.name, "缺少压缩目录", "the directory of the archive is missing"
        )
    if struct.unpack_from("<H", tail, at + 10)[0] > MOST_PARTS:
        raise SourceError(refusal.ZIP_BOMB.at(Place(file=source.name), f"> {MOST_PARTS} parts"))


def _ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Hand pieces on while the next ones are unpacked by another thread."""
    pool = ThreadPoolExecutor(1, "inflate")
    waiting: deque[Future[bytes | None]] = deque()
    try:
        for _ in range(3):
            waiting.append(pool.submit(next, pieces, None))
        while (piece := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, pieces, None))
            yield piece
    finally:
        pool.shutdown(cancel_futures=True)
