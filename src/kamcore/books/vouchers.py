"""Views between tables and voucher objects.

Objects are how people think of vouchers and how small books are written by hand; bulk work stays
with the tables.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.model.voucher import Line, Voucher

_HEAD = tuple(f.name for f in attrs.fields(Voucher) if f.name != "lines")
_LINE = tuple(f.name for f in attrs.fields(Line) if f.name != "aux")


def from_vouchers(vouchers: Iterable[Voucher]) -> dict[str, pl.DataFrame]:
    """Lay vouchers out as the tables ``vouchers`` and ``lines``, and the dimensions they use."""
    heads: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for order, voucher in enumerate(vouchers, start=1):
        head = {name: getattr(voucher, name) for name in _HEAD}
        head["voucher_id"] = order if voucher.voucher_id is None else voucher.voucher_id
        if voucher.date is not None:
            head["year"] = voucher.date.year if voucher.year is None else voucher.year
            head["period"] = voucher.date.month if voucher.period is None else voucher.period
        heads.append(head)
        lines.extend(_rows(head, voucher.lines))
    aux = sorted({name for line in lines for name in line if name.startswith(schema.AUX)})
    types = {c.name: c.dtype for c in schema.LINES.columns} | dict.fromkeys(aux, schema.TEXT)
    dims = [name.removeprefix(schema.AUX) for name in aux]
    return {
        "vouchers": pl.DataFrame(heads, schema={c.name: c.dtype for c in schema.VOUCHERS.columns}),
        "lines": pl.DataFrame(lines, schema=types),
        "dimensions": pl.DataFrame(
            {"id": dims, "label": dims}, schema={"id": schema.TEXT, "label": schema.TEXT}
        ),
    }


def _rows(head: Mapping[str, Any], lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    shared = {name: head[name] for name in ("voucher_id", "date", "year", "period")}
    for order, line in enumerate(lines, start=1):
        row = {name: getattr(line, name) for name in _LINE}
        row["line_no"] = order if line.line_no is None else line.line_no
        aux = {schema.AUX + name: code for name, code in line.aux.items()}
        yield {**row, **shared, **aux}


def iter_vouchers(vouchers: pl.DataFrame, lines: pl.DataFrame) -> Iterator[Voucher]:
    """Build voucher objects, in the order of `vouchers`; lines in their own order."""
    aux = schema.dimension_columns(lines)
    order = vouchers.select("voucher_id").with_row_index("_order")
    rows = lines.select("voucher_id", *_LINE, *aux).join(
        order, on="voucher_id", how="left", maintain_order="left"
    )
    rows = rows.sort("_order", "line_no", "split_no", maintain_order=True).drop("_order")
    by_voucher = {
        key: [_line(row, aux) for row in group]
        for key, group in groupby(rows.iter_rows(named=True), itemgetter("voucher_id"))
    }
    for head in vouchers.select(_HEAD).iter_rows(named=True):
        yield Voucher(**head, lines=tuple(by_voucher.get(head["voucher_id"], ())))


def _line(row: dict[str, Any], aux: list[str]) -> Line:
    members = {name.removeprefix(schema.AUX): row[name] for name in aux if row[name] is not None}
    return Line(**{name: row[name] for name in _LINE}, aux=members)
