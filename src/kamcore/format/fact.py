"""One vocabulary for what books can say.

A fact is a column of a table: ``lines.due_date``, or ``lines.aux_customer`` for a dimension.  A
format names the facts it reads and writes with the same words that the loss report, the laws of
the conformance kit and the generated matrix use.  ``lines.aux_*`` stands for any dimension and
``extras.*`` for the fields kept verbatim.
"""

from collections.abc import Iterable

import attrs
import polars as pl

from kamcore.books import Books, schema

ANY_DIMENSION = "aux_*"
"""Column word for every dimension at once."""

STRUCTURE = frozenset({"voucher_id", "line_no", "split_no", "dimension", "id"})
"""Columns that tie rows together: keys, not facts of their own."""

_DEFAULTS: dict[str, object] = {"status": "draft"}
"""Values that say no more than a blank does."""


@attrs.frozen(order=True)
class Fact:
    """Something books can say: one column of one table.

    >>> Fact.parse("lines.due_date").title("zh")
    '分录·到期日'
    """

    table: str
    column: str

    @classmethod
    def parse(cls, text: str) -> "Fact":
        """Read ``table.column``.

        Raises:
            ValueError: no such table or column.
        """
        table, _, column = text.partition(".")
        known = schema.TABLES.get(table)
        if known is None or not (
            column in known.names or (known.takes_dimensions and column.startswith(schema.AUX))
        ):
            raise ValueError(f"{text!r} is not a fact: a fact is table.column of the schema")
        return cls(table, column)

    @classmethod
    def several(cls, table: str, columns: str) -> frozenset["Fact"]:
        """Facts of one table, from column names separated by blanks."""
        return frozenset(cls.parse(f"{table}.{column}") for column in columns.split())

    @property
    def is_dimension(self) -> bool:
        """True for a dimension column."""
        return self.column.startswith(schema.AUX)

    def title(self, lang: str = "en", labels: dict[str, str] | None = None) -> str:
        """Name the fact for a person; `labels` gives the source's words for dimensions."""
        if self.is_dimension:
            name = self.column.removeprefix(schema.AUX)
            name = (labels or {}).get(name, name)
            return f"核算维度「{name}」" if lang == "zh" else f"dimension {name}"
        table = schema.TABLES[self.table]
        if lang == "zh":
            return f"{table.zh}·{table[self.column].zh}"
        return f"{self.table}.{self.column}"

    def within(self, facts: Iterable["Fact"]) -> bool:
        """Say whether `facts` hold this one, by name or through ``aux_*``."""
        known = set(facts)
        return self in known or (self.is_dimension and Fact(self.table, schema.AUX + "*") in known)

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def filled(table: str, column: str) -> pl.Expr:
    """True where a column says something: not null and not the default of its column."""
    says = pl.col(column).is_not_null()
    if column in _DEFAULTS:
        says &= pl.col(column) != _DEFAULTS[column]
    del table
    return says


def carried(books: Books) -> dict[Fact, int]:
    """Every fact the books state, with the number of rows that state it."""
    found: dict[Fact, int] = {}
    for name, table in schema.TABLES.items():
        frame = books.tables[name]
        if not frame.height:
            continue
        columns = [
            column
            for column in frame.columns
            if column not in STRUCTURE and not (column in table.names and table[column].provenance)
        ]
        counts = frame.select(filled(name, column).sum().alias(column) for column in columns)
        found |= {Fact(name, c): counts[c][0] for c in columns if counts[c][0]}
    return found
