"""What the bytes of a file are, whatever its name says.

Magic numbers: APPNOTE 4.3.7 (zip), [MS-CFB] 2.2 (OLE), the dBASE III header (dbf).
"""

import re
from pathlib import PurePath

from kamcore.errors import Problem
from kamcore.format import Source
from kamcore.grid.archive import ZIP_MAGIC, part_names
from kamcore.grid.compound import OLE_MAGIC, stream_names
from kamcore.grid.refusal import WRONG_EXTENSION
from kamcore.place import Place

__all__ = ["detect", "extension_problems"]

_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
"""First bytes of a workbook stream without a container, as old programs save it."""
_BIFF_SIZES = (b"\x04\x00", b"\x06\x00", b"\x08\x00", b"\x10\x00")

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_HTML = re.compile(r"<(?:!doctype\s+html|html|table|body|head|meta)\b", re.IGNORECASE)
_DBF_VERSIONS = (0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB)
_DBF_HEADER = 32
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x1b")) + b"\x7f"
_MOST_CONTROLS = 0.05
_PROBE = 4096

_USUAL = {
    "xlsx": {".xlsx", ".xlsm", ".xltx", ".xltm", ".et"},
    "xls": {".xls", ".xlt", ".et"},
    "html": {".html", ".htm"},
    "text": {".csv", ".txt", ".tsv", ".prn", ".dat"},
}
_SHEETS = {".xls", ".xlsx", ".xlsm", ".xlt", ".xltx", ".xltm", ".et"}


def detect(source: Source) -> str:
    """Say what the bytes are, in the words of `kamcore.format.Head.container`.

    A broken zip or OLE file is ``zip`` or ``ole``: what is wrong with it is said when it is read.
    """
    return source.once("container", _detect)


def _detect(source: Source) -> str:
    if source.is_folder:
        return "folder"
    start = source.start()
    if not start:
        return "empty"
    if start.startswith((ZIP_MAGIC, b"PK\x05\x06")):
        return "xlsx" if _has_workbook(part_names(source)) else "zip"
    if start.startswith(OLE_MAGIC):
        return "xls" if {"Workbook", "Book"} & set(stream_names(source)) else "ole"
    if start[:2] in _BIFF and start[2:4] in _BIFF_SIZES:
        return "xls"
    if _is_dbf(start, source.size()):
        return "dbf"
    return _text_kind(start)


def _has_workbook(names: tuple[str, ...]) -> bool:
    """True when a part is called workbook.xml, wherever the relations put it."""
    return any(PurePath(name.lower()).name == "workbook.xml" for name in names)


def _is_dbf(start: bytes, size: int) -> bool:
    if len(start) < _DBF_HEADER or start[0] not in _DBF_VERSIONS:
        return False
    month, day = start[2], start[3]
    header, record = int.from_bytes(start[8:10], "little"), int.from_bytes(start[10:12], "little")
    dated = month <= 12 and day <= 31  # noqa: PLR2004
    return dated and header > _DBF_HEADER and record > 0 and size >= _DBF_HEADER


def _text_kind(start: bytes) -> str:
    encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "latin-1")
    wide = encoding.startswith("utf-16")
    probe = start[:_PROBE]
    if not wide and len(probe) - len(probe.translate(None, _CONTROLS)) > max(
        len(probe) * _MOST_CONTROLS, 2
    ):
        # UTF-16 without a mark has a NUL byte beside every ASCII letter, on one side only.
        zeros = probe[::2].count(0), probe[1::2].count(0)
        if min(zeros) > 0 or max(zeros) < len(probe) // 10:
            return "unknown"
        encoding = "utf-16-be" if zeros[0] else "utf-16-le"
    text = probe.decode(encoding, "replace").lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    if text.startswith("<"):
        return "html" if _HTML.search(text) else "xml"
    if text.startswith(("{", "[")):
        return "json"
    return "text"


def extension_problems(source: Source, container: str) -> tuple[Problem, ...]:
    """Warn when a name promises a workbook of another kind than the content is."""
    suffix = source.suffix
    if suffix not in _SHEETS or suffix in _USUAL.get(container, {suffix}):
        return ()
    return (WRONG_EXTENSION.at(Place(file=source.name), suffix, found=container),)
