"""报表集 and 报表项数据: statements as the source printed them, kept verbatim among the extras.

The model has no table of statements: they follow from the ledger.  Each row is the extras of one
``row_id`` of a table of that name, each element a field.
"""

import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.package import Contents
from kamcore.books import schema
from kamcore.grid.words import tidy

STATEMENTS = ("报表集", "报表项数据")


def elements_of(table: str) -> tuple[layout.Element, ...]:
    """The elements of a table of statements."""
    tables = layout.tables()[layout.LEDGER]
    return next(one for one in tables if one.name == table).elements


def read_statements(contents: Contents) -> pl.DataFrame:
    """The extras of both tables."""
    found = [schema.EXTRAS.empty()]
    for table in STATEMENTS:
        grid = contents.grid(table)
        if grid is not None and grid.height:
            names = [element.name for element in elements_of(table)]
            columns = pl.DataFrame([tidy(grid.column(name)).alias(name) for name in names])
            found.append(_as_extras(table, columns))
    return pl.concat(found)


def statement_tables(extras: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Both tables from the extras, by element; a required number that is blank is 0."""
    found = {}
    for table in STATEMENTS:
        own = extras.filter(pl.col("table") == table)
        rows = own.select("row_id").unique().sort("row_id")
        for element in elements_of(table):
            said = own.filter(field=element.name).unique("row_id", keep="first")
            kept = said.select("row_id", pl.col("value").alias(element.name))
            rows = rows.join(kept, on="row_id", how="left", maintain_order="left")
            if element.required and (element.exact or element.type != "string"):
                rows = rows.with_columns(pl.col(element.name).fill_null(element.zero))
        found[table] = rows.drop("row_id")
    return found


def spelled(extras: pl.DataFrame) -> pl.DataFrame:
    """The extras of statements as they read back."""
    tables = statement_tables(extras)
    return pl.concat([_as_extras(name, frame) for name, frame in tables.items()])


def _as_extras(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    numbered = rows.with_row_index("row_id")
    fields = [
        numbered.select(
            table=pl.lit(table),
            row_id=pl.col("row_id").cast(schema.INTEGER),
            field=pl.lit(name),
            value=pl.col(name).cast(schema.TEXT),
        )
        for name in rows.columns
    ]
    said = pl.concat([schema.EXTRAS.empty(), *fields])
    return said.filter(pl.col("value").is_not_null()).sort("row_id", maintain_order=True)
