"""Tables of several books joined into one set: vouchers as chosen, all else by its key."""

from collections.abc import Sequence

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books

_OF_VOUCHERS = ("vouchers", "lines", "cash_flows")
_DOCUMENTS = ("open_items", "receipts", "adjustments")


@attrs.frozen(kw_only=True)
class TableConflict:
    """Two exports that tell a row differently: the first value is kept."""

    table: str
    key: str
    """The key of the row, its parts joined by a comma."""
    column: str
    kept: str
    dropped: str


def stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames one below the other; a column that one lacks is blank there."""
    return pl.concat(frames, how="diagonal")


def joined_tables(
    books: Sequence[Books], chosen: pl.DataFrame
) -> tuple[dict[str, pl.DataFrame], tuple[TableConflict, ...]]:
    """Every table of the joined books, and the rows that exports tell differently.

    `chosen` has the columns ``export`` (position) and ``voucher_id`` of the vouchers to keep, in
    their new order; they are numbered from 1.
    """
    numbers = chosen.with_columns(new_id=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    alone = len(books) <= 1
    tables: dict[str, pl.DataFrame] = {}
    origins: list[pl.DataFrame] = []
    conflicts: list[TableConflict] = []
    for name, table in schema.TABLES.items():
        if name == "extras" or not books:
            continue
        rows = _gathered(books, name)
        if name in (*_OF_VOUCHERS, *_DOCUMENTS):
            rows = _renumbered(rows, numbers, must=name in _OF_VOUCHERS)
        if name not in _OF_VOUCHERS:
            rows, told = _by_key(rows, table)
            conflicts += told
        rows = rows.with_row_index("_new")
        origins.append(rows.select(pl.lit(name).alias("table"), "_export", "_row", "_new"))
        kept = rows.drop("_export", "_row", "_new")
        if not alone and "source_row" in kept.columns:
            # A row number without its file would lead to the wrong place.
            kept = kept.with_columns(source_row=pl.lit(None, dtype=schema.INTEGER))
        tables[name] = kept
    if books:
        tables["extras"] = _extras(books, pl.concat(origins))
    return tables, tuple(conflicts)


def _gathered(books: Sequence[Books], name: str) -> pl.DataFrame:
    return stacked(
        [
            one.tables[name]
            .with_row_index("_row")
            .with_columns(_export=pl.lit(index, dtype=pl.Int64))
            for index, one in enumerate(books)
        ]
    )


def _renumbered(rows: pl.DataFrame, numbers: pl.DataFrame, *, must: bool) -> pl.DataFrame:
    """Rows with the new ``voucher_id``; those of vouchers not kept are left out if they `must`."""
    joined = rows.join(
        numbers,
        left_on=["_export", "voucher_id"],
        right_on=["export", "voucher_id"],
        how="inner" if must else "left",
        maintain_order="left",
    )
    joined = joined.with_columns(voucher_id=pl.col("new_id")).drop("new_id")
    return joined.sort("voucher_id", maintain_order=True) if must else joined


def _by_key(rows: pl.DataFrame, table: schema.Table) -> tuple[pl.DataFrame, list[TableConflict]]:
    """One row for each key: blanks are filled from later exports, what differs is named.

    Rows that one export itself tells several times stay apart, the nth with the nth.
    """
    key = [*table.key, *(schema.dimension_columns(rows) if table.name == "balances" else ())]
    nth = pl.int_range(pl.len()).over(["_export", *key])
    rows = rows.with_columns(_nth=nth)
    group = [*key, "_nth"]
    facts = [
        name
        for name in rows.columns
        if name not in (*group, "_export", "_row", "source_row", "voucher_id", "line_no")
    ]
    conflicts: list[TableConflict] = []
    twice = rows.filter(pl.struct(group).is_duplicated())
    for name in facts if twice.height else ():
        conflicts += _told_twice(twice, group, name, table)
    first = [pl.col(name).drop_nulls().first() for name in facts]
    rest = ("_export", "_row", "source_row", "voucher_id", "line_no")
    place = [pl.col(name).first() for name in rest if name in rows.columns]
    joined = rows.group_by(group, maintain_order=True).agg(*first, *place).drop("_nth")
    order = [name for name in rows.columns if name != "_nth"]
    return joined.select(order), conflicts


def _told_twice(
    rows: pl.DataFrame, group: list[str], name: str, table: schema.Table
) -> list[TableConflict]:
    said = (
        rows.drop_nulls(name)
        .group_by(group, maintain_order=True)
        .agg(pl.col(name).unique(maintain_order=True))
    )
    several = said.filter(pl.col(name).list.len() > 1)
    return [
        TableConflict(
            table=table.name,
            key=", ".join(str(row[part]) for part in group[:-1] if row[part] is not None),
            column=name,
            kept=str(row[name][0]),
            dropped=", ".join(str(value) for value in row[name][1:]),
        )
        for row in several.iter_rows(named=True)
    ]


def _extras(books: Sequence[Books], origins: pl.DataFrame) -> pl.DataFrame:
    """Extras of the rows that were kept, under their new places."""
    extras = stacked(
        [
            one.extras.with_columns(_export=pl.lit(index, dtype=pl.Int64))
            for index, one in enumerate(books)
        ]
    )
    keys = origins.with_columns(pl.col("_row", "_new").cast(pl.Int64))
    joined = extras.join(
        keys,
        left_on=["table", "_export", "row_id"],
        right_on=["table", "_export", "_row"],
        how="inner",
        maintain_order="left",
    )
    return joined.select("table", row_id="_new", field="field", value="value")
