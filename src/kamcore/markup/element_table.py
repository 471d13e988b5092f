"""Rows of records with changing fields, gathered row by row and kept as columns."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault, SourceError
from kamcore.place import Place

__all__ = ["MOST_NAMES", "TOO_MANY_FIELDS", "RecordTable"]

TOO_MANY_FIELDS = Fault(
    code="G1409",
    zh="元素「{value}」的字段名超过 {limit} 种, 拒绝读取",
    en="records {value} have more than {limit} names of fields; the file is refused",
)

MOST_NAMES = 2_000
"""More names than this in one file are an attack on memory, not a layout."""
_BATCH = 20_000


class RecordTable:
    """Rows of one kind, gathered by the names they have and turned to frames in batches."""

    def __init__(self, name: str, file: str, fixed: tuple[str, ...]) -> None:
        self.name, self.file, self.fixed = name, file, fixed
        self.height = 0
        self._waiting = 0
        self._rows: dict[tuple[str, ...], list[list[Any]]] = {}
        self._frames: list[pl.DataFrame] = []
        self._names: set[str] = set()

    def add(
        self, numbers: tuple[int | None, ...], names: tuple[str, ...], texts: Iterable[str | None]
    ) -> None:
        """Add a row: its numbers, and its texts by name.

        Raises:
            SourceError: there are more names than any honest record has.
        """
        rows = self._rows.get(names)
        if rows is None:
            rows = self._rows[names] = []
            self._names.update(names)
            if len(self._names) > MOST_NAMES:
                place = Place(file=self.file, line=numbers[0])
                raise SourceError(TOO_MANY_FIELDS.at(place, self.name, limit=MOST_NAMES))
        rows.append([self.height, *numbers, *texts])
        self.height += 1
        self._waiting += 1
        if self._waiting >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Turn what waits into frames."""
        for names, rows in self._rows.items():
            numbers = len(self.fixed) + 1
            columns = list(zip(*rows, strict=True))
            series = [
                pl.Series(name, column, dtype=schema.INTEGER)
                for name, column in zip(("#", *self.fixed), columns, strict=False)
            ]
            for name, column in zip(names, columns[numbers:], strict=True):
                texts = pl.Series(name, column, dtype=schema.TEXT)
                if texts.null_count() < texts.len():
                    series.append(texts)
            self._frames.append(pl.DataFrame(series))
        self._rows.clear()
        self._waiting = 0

    def frame(self) -> pl.DataFrame:
        """All rows in the order they were added; a column without a text is left out."""
        self.flush()
        if not self._frames:
            return pl.DataFrame(schema=dict.fromkeys(self.fixed, schema.INTEGER))
        frame = pl.concat(self._frames, how="diagonal")
        return (frame if frame["#"].is_sorted() else frame.sort("#")).drop("#")
