"""The head of a file: what a format may look at before it is chosen."""

from kamcore.errors import SourceError
from kamcore.format import Head, Source
from kamcore.grid.archive import part_names
from kamcore.grid.compound import stream_names
from kamcore.grid.container import detect
from kamcore.grid.text import decode_start
from kamcore.grid.workbook import open_workbook

__all__ = ["head_of"]

_WORKBOOKS = ("xlsx", "xls", "html")
_TEXTS = ("text", "json", "xml", "html")


def head_of(source: Source) -> Head:
    """Look at the start of a file; a broken file gives a head that says less, never an error.

    What is wrong with it is said when it is read.
    """
    return source.once("head", _head)


def _head(source: Source) -> Head:
    kind = detect(source)
    if kind == "folder" and source.path is not None:
        names = tuple(sorted(path.name for path in source.path.iterdir()))
        return Head(name=source.name, container=kind, parts=names)
    start = source.start()
    text, encoding = decode_start(start) if kind in _TEXTS else ("", "")
    return Head(
        name=source.name,
        start=start,
        container=kind,
        parts=_parts(source, kind),
        sheets=_sheets(source) if kind in _WORKBOOKS else {},
        text=text,
        encoding=encoding,
    )


def _parts(source: Source, kind: str) -> tuple[str, ...]:
    if kind in ("xlsx", "zip"):
        return part_names(source)
    return stream_names(source) if kind in ("xls", "ole") else ()


def _sheets(source: Source) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    try:
        book = open_workbook(source)
        for sheet in book.sheets:
            found[sheet.name] = book.peek(sheet.name)
    except SourceError:
        pass
    return found
