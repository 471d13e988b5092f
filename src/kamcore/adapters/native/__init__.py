"""The whole model, as readable JSON Lines or as a folder of Parquet tables.

The yardstick of the other formats: what is written is read back equal, always.  The suffix
decides: ``.jsonl`` and ``.kam`` are JSON Lines, anything else is a folder.

JSON Lines: the first line is a header object with ``format``, ``version``, ``entity`` and
``tables`` (rows and dimensions of each table); every further line is one row, ``row`` naming its
table, with the columns of the schema in their order.  Amounts are texts, dates ISO 8601, blanks
are left out.

Folder: one Parquet file per table and ``manifest.json`` with the schema version, the entity, and
rows and SHA-256 of every file.

Where a row came from is not written.
"""

import re
from pathlib import Path

from kamcore.books import Books, schema
from kamcore.format import Evidence, Fact, Format, Guess, Head, Losses, Options, Reading, Source
from kamcore.format.fact import ANY_DIMENSION, STRUCTURE

FACTS = frozenset(
    Fact(table.name, column.name)
    for table, column in schema.columns()
    if not column.provenance and column.name not in STRUCTURE
) | {Fact(table.name, ANY_DIMENSION) for table in schema.TABLES.values() if table.takes_dimensions}
"""Every fact there is."""

LINES = (".jsonl", ".kam")
"""Suffixes of the JSON Lines form."""

_HEADER = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"format"\s*:\s*"kamcore"')


class Native(Format):
    """Books as kamcore keeps them: JSON Lines for people, a Parquet folder for bulk."""

    name = "native"
    title = "kamcore 原生格式"
    title_en = "kamcore's own format"
    vendor = "kamcore"
    suffixes = (*LINES, ".books")
    evidence = Evidence.CONFIRMED
    evidence_note = "defined here"
    spec = "docstring of kamcore.adapters.native, version 1"
    reads = FACTS
    writes = FACTS

    def sniff(self, head: Head) -> Guess:
        """See `Format.sniff`."""
        if _HEADER.match(head.start):
            return Guess.sure("首行是 kamcore 的表头", "the first line is a header of kamcore")
        if {"manifest.json", "vouchers.parquet", "lines.parquet"} <= set(head.parts):
            return Guess.sure(
                "文件夹里有清单和各表", "the folder holds a manifest and the tables of books"
            )
        return Guess.no("首行不是 kamcore 的表头", "the first line is no header of kamcore")

    def read(self, source: Source, options: Options) -> Reading:
        """See `Format.read`."""
        del options
        if source.is_folder:
            from kamcore.adapters.native import folder

            return folder.read_books(source)
        from kamcore.adapters.native import reader

        return reader.read_books(source)

    def render(self, books: Books, target: Path, losses: Losses, options: Options) -> None:
        """See `Format.render`."""
        del losses, options
        if target.suffix.lower() in LINES:
            from kamcore.adapters.native import writer

            writer.write_books(books, target)
        else:
            from kamcore.adapters.native import folder

            folder.write_books(books, target)


FORMAT = Native()
