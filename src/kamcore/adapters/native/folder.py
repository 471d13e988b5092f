"""Books as a folder of Parquet tables with a manifest.

Written by polars with zstd; the manifest comes last and holds the rows and the SHA-256 of each
file, so that a folder that was changed or left half written is refused.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.adapters.native import faults
from kamcore.adapters.native.header import Header, dimensions_of, header_json, read_header
from kamcore.books import Books, Origin, schema
from kamcore.errors import SourceError
from kamcore.format import Detected, Reading, Source
from kamcore.place import Place

MANIFEST = "manifest.json"


def write_books(books: Books, target: Path) -> None:
    """Write one Parquet file per table, then the manifest."""
    target.mkdir(exist_ok=True)
    tables: dict[str, dict[str, Any]] = {}
    for name in schema.TABLES:
        path = target / f"{name}.parquet"
        frame = books.facts_of(name)
        frame.write_parquet(path, compression="zstd", statistics=True)
        tables[name] = {"rows": frame.height, "sha256": _sha256(path)}
        if dims := dimensions_of(books, name):
            tables[name]["dimensions"] = dims
    text = json.dumps(header_json(books, tables), ensure_ascii=False, indent=1)
    (target / MANIFEST).write_bytes(text.encode() + b"\n")


def read_books(source: Source) -> Reading:
    """Read every table, after its file was proved unchanged.

    Raises:
        SourceError: a file is missing, was changed, or is not the table it claims to be.
    """
    folder = source.path
    if folder is None:
        raise TypeError("a folder has a path")
    place = Place(file=source.name)
    header = _manifest(folder, place)
    tables = {
        name: _table(folder / f"{name}.parquet", name, header, place) for name in schema.TABLES
    }
    return Reading(
        books=Books(header.entity, tables, Origin(file=source.name)),
        detected=Detected(facts={"form": "folder"}),
    )


def _manifest(folder: Path, place: Place) -> Header:
    path = folder / MANIFEST
    place = attrs.evolve(place, path=MANIFEST)
    if not path.is_file():
        raise SourceError(faults.NO_FILE.at(place, MANIFEST))
    content = path.read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise SourceError(faults.NOT_TEXT.at(place, error.start + 1)) from None
    return read_header(text, place)


def _table(path: Path, name: str, header: Header, place: Place) -> pl.DataFrame:
    place = attrs.evolve(place, path=path.name)
    told = header.tables.get(name, {})
    if not path.is_file():
        raise SourceError(faults.NO_FILE.at(place, path.name))
    if told.get("sha256") != _sha256(path):
        raise SourceError(faults.CHANGED.at(place, path.name))
    try:
        frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise SourceError(
            faults.WRONG_TABLE.at(place, path.name, table=name, reason=reason)
        ) from None
    table = schema.TABLES[name]
    wants = {c.name: c.dtype for c in table.columns if not c.provenance}
    wants |= {schema.AUX + dimension: schema.TEXT for dimension in header.dimensions(name)}
    if dict(frame.schema) != wants or frame.height != told.get("rows"):
        reason = f"{frame.height} × {frame.schema}"
        raise SourceError(faults.WRONG_TABLE.at(place, path.name, table=name, reason=reason))
    nulls = frame.select(pl.col(c.name).null_count() for c in table.columns if c.required)
    for column in nulls.columns:
        if nulls[column][0]:
            where = attrs.evolve(place, path=f"{name}.{column}")
            raise SourceError(faults.MISSING.at(where, column))
    return frame


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
