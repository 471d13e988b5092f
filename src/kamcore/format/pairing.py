"""Which row of one set of books is which row of another."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from kamcore.books import Books, schema

_VOUCHER_KEY = ("year", "period", "word", "number")


@attrs.frozen
class Pairs:
    """Row indices: `left` and `right` stand beside each other; the others stand alone."""

    left: pl.Series
    right: pl.Series
    missing: pl.Series
    """Rows of the left frame without a counterpart."""
    extra: pl.Series
    """Rows of the right frame without a counterpart."""


def pair_rows(left: pl.DataFrame, right: pl.DataFrame) -> Pairs:
    """Pair rows with equal values in all columns, the nth of equal ones with the nth.

    Both frames have the same columns; a blank equals a blank.
    """
    none = pl.Series([], dtype=pl.Int64)
    if left.equals(right):
        same = pl.int_range(left.height, eager=True)
        return Pairs(same, same, none, none)
    keys = left.columns
    nth = pl.int_range(pl.len(), dtype=pl.Int64)
    nth = nth.over(keys) if keys else nth
    sides = [
        frame.with_columns(_nth=nth).with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias(index)
        )
        for frame, index in ((left, "_left"), (right, "_right"))
    ]
    joined = sides[0].join(
        sides[1], on=[*keys, "_nth"], how="full", nulls_equal=True, maintain_order="left_right"
    )
    both = joined.filter(pl.col("_left").is_not_null() & pl.col("_right").is_not_null())
    return Pairs(
        both["_left"],
        both["_right"],
        joined.filter(pl.col("_right").is_null())["_left"],
        joined.filter(pl.col("_left").is_null())["_right"],
    )


def pair_tables(
    left: Books, right: Books, columns: Mapping[str, Sequence[str]]
) -> dict[str, Pairs]:
    """Pair the rows of every table that has `columns` to compare.

    Vouchers are paired even when only their lines are compared.
    """
    heads = _pair_vouchers(left, right, columns["vouchers"])
    numbered = [
        _numbered(books, rows) for books, rows in ((left, heads.left), (right, heads.right))
    ]
    pairs = {}
    for name, compared in columns.items():
        if not compared:
            continue
        if name == "vouchers":
            pairs[name] = heads
        elif name == "lines":
            pairs[name] = pair_rows(*(_line_keys(books, nos) for books, nos in numbered))
        elif name == "cash_flows":
            pairs[name] = pair_rows(*(_flow_keys(books, nos) for books, nos in numbered))
        else:
            pairs[name] = _pair_by_key(left, right, name, compared)
    return pairs


def _pair_vouchers(left: Books, right: Books, compared: Sequence[str]) -> Pairs:
    """Pair by the key, then what is left over in order: a changed number is a changed value."""
    keys = [name for name in _VOUCHER_KEY if name in compared]
    frames = [books.tables["vouchers"].select(keys) for books in (left, right)]
    if not keys:
        sizes = [books.tables["vouchers"].height for books in (left, right)]
        frames = [pl.select(_row=pl.int_range(size, dtype=pl.Int64)) for size in sizes]
    pairs = pair_rows(*frames)
    count = min(pairs.missing.len(), pairs.extra.len())
    if not count:
        return pairs
    return Pairs(
        pairs.left.append(pairs.missing.head(count)),
        pairs.right.append(pairs.extra.head(count)),
        pairs.missing.slice(count),
        pairs.extra.slice(count),
    )


def _numbered(books: Books, rows: pl.Series) -> tuple[Books, pl.DataFrame]:
    """The number of the pair for every paired ``voucher_id``."""
    ids = books.tables["vouchers"]["voucher_id"].gather(rows)
    pair = pl.int_range(ids.len(), dtype=pl.Int64, eager=True).alias("_pair")
    return books, pl.DataFrame([ids, pair]).unique("voucher_id", keep="first", maintain_order=True)


def _line_keys(books: Books, numbers: pl.DataFrame) -> pl.DataFrame:
    """The pair of the voucher and the order of the line in it."""
    ids = books.tables["lines"].select("voucher_id")
    joined = ids.join(numbers, on="voucher_id", how="left", maintain_order="left")
    return joined.select(
        "_pair",
        _alone=pl.when(pl.col("_pair").is_null()).then(pl.col("voucher_id")),
        _order=pl.int_range(pl.len(), dtype=pl.Int64).over("voucher_id"),
    )


def _flow_keys(books: Books, numbers: pl.DataFrame) -> pl.DataFrame:
    """The pair of the voucher, the order of the line in it, and the item."""
    lines = books.tables["lines"].select("voucher_id", "line_no")
    order = lines.with_columns(_order=pl.int_range(pl.len()).over("voucher_id"))
    first = order.unique(["voucher_id", "line_no"], keep="first")
    flows = books.tables["cash_flows"].select("voucher_id", "line_no", "item")
    joined = flows.join(numbers, on="voucher_id", how="left", maintain_order="left")
    joined = joined.join(first, on=["voucher_id", "line_no"], how="left", maintain_order="left")
    return joined.select("_pair", "_order", "item")


def _pair_by_key(left: Books, right: Books, name: str, compared: Sequence[str]) -> Pairs:
    """Pair by the key of the table; balances also by the members they are kept for."""
    dims = [column for column in compared if column.startswith(schema.AUX)]
    table = schema.TABLES[name]
    keys = [key for key in table.key if table[key].required or key in compared]
    keys += dims if name == "balances" else []
    frames = [
        books.tables[name].select(
            pl.col(key)
            if key in books.tables[name].columns
            else pl.lit(None, dtype=schema.TEXT).alias(key)
            for key in keys
        )
        for books in (left, right)
    ]
    return pair_rows(*frames)
