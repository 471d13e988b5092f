"""Write a package of GB/T 24589.1-2010: three files in a folder or a zip, GB18030."""

import functools
import zipfile
from pathlib import Path

import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.spelling import spell
from kamcore.adapters.gbt24589.tables import all_tables
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.format.options import chosen
from kamcore.markup.element_writing import Leaf, declaration, record

_END = "\r\n"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Files in a zip bear no time of their own: the same books give the same bytes."""


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write the package: a zip where the target is named so, else a folder.

    Raises:
        LossRefused: a code is longer than the standard allows.
        UsageError: the option strict has no such value.
    """
    is_strict = chosen(options, "strict", ("yes", "no")) == "yes"
    frames = all_tables(spell(books, losses, options))
    files = {f"{name}.xml": _file(name, frames, is_strict=is_strict) for name in layout.CLASSES}
    if target.suffix.lower() == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                info = zipfile.ZipInfo(name, _LONG_AGO)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, data)
        return
    target.mkdir(exist_ok=True)
    for name, data in files.items():
        (target / name).write_bytes(data)


def _file(name: str, frames: dict[str, pl.DataFrame], *, is_strict: bool) -> bytes:
    parts = [declaration(layout.ENCODING)]
    place = f"{layout.NAMESPACE} {name}.xsd"
    parts.append(
        f'<{name} xmlns="{layout.NAMESPACE}" xmlns:企业="{layout.NAMESPACE}"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{place}">{_END}'
    )
    for table in layout.tables()[name]:
        frame = frames.get(table.name)
        if frame is not None and frame.height:
            rows = _rows(table, frame)
        elif table.needed and is_strict:
            rows = [_row_of_zeros(table)]
        else:
            continue
        start, end = f"  <{table.name}>{_END}", f"  </{table.name}>{_END}"
        parts += [f"{start}{row}{end}" for row in rows]
    parts.append(f"</{name}>{_END}")
    return "".join(parts).encode(layout.ENCODING)


def _rows(table: layout.Table, frame: pl.DataFrame) -> list[str]:
    """The elements of every row, in the order of the standard."""
    leaves = [
        Leaf(element.name, _texts(frame, element), optional=not element.required)
        for element in table.elements
    ]
    return record(leaves, frame.height, "    ").to_list()


def _texts(frame: pl.DataFrame, element: layout.Element) -> pl.Series:
    """The texts of an element; zeros where the standard demands a value that the books lack."""
    blank = pl.Series(element.name, [None] * frame.height, dtype=schema.TEXT)
    texts = frame[element.name] if element.name in frame.columns else blank
    texts = texts.replace("", None)
    if element.required and (element.exact or element.type != "string"):
        return texts.fill_null(element.zero)
    return texts


@functools.cache
def _row_of_zeros(table: layout.Table) -> str:
    """A row for a table that must not be empty: zeros, as vendors fill required elements."""
    leaves = [Leaf(element.name, element.zero) for element in table.elements if element.required]
    return str(record(leaves, 1, "    ")[0])
