"""Layouts from files: a site's own way to read a sheet."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kamcore.errors import Fault, UsageError
from kamcore.format import Options, Source
from kamcore.format.layout import CELL_KINDS, fields, is_field
from kamcore.forms.layout import Vocabulary, from_data, from_toml
from kamcore.grid.text import decode
from kamcore.model.layout import Layout
from kamcore.place import Place

__all__ = ["LAYOUT", "TABULAR", "layout_of", "read_layout", "with_layout"]

LAYOUT = "layout"
"""The option that gives a layout."""
TABULAR = "tabular"
"""The format that reads any sheet through a layout."""

NO_LAYOUT_FILE = Fault(
    code="C2011",
    zh="找不到版式文件 {value}",
    en="there is no layout file {value}",
    hint_zh="用 kamcore layout learn FILE 起草一个版式",
    hint_en="kamcore layout learn FILE drafts one",
)

_WORDS = Vocabulary(is_field=is_field, fields=fields(), kinds=CELL_KINDS)


def with_layout(options: Options) -> Options:
    """The options with a layout given as a path read from its file.

    Raises:
        UsageError: there is no such file.
        SourceError: it is no layout; every mistake is listed with its place.
    """
    given = options.get(LAYOUT)
    if not isinstance(given, str | os.PathLike):
        return options
    return {**options, LAYOUT: read_layout(given)}


def read_layout(path: str | os.PathLike[str]) -> Layout:
    """Read a layout from a TOML file.

    Raises:
        UsageError: there is no such file.
        SourceError: it is no layout; every mistake is listed with its place.
    """
    where = Path(path)
    if not where.is_file():
        raise UsageError(NO_LAYOUT_FILE.at(Place(file=str(where)), where))
    source = Source(where)
    return from_toml(decode(source).text, source.name, _WORDS)


def layout_of(data: Mapping[str, Any], file: str = "") -> Layout:
    """Build a layout from plain data.

    Raises:
        SourceError: it is no layout; every mistake is listed with its place.
    """
    return from_data(data, file, _WORDS)
