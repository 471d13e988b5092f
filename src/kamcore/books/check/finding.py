"""A finding: the bad rows of one fault as a frame, before they become problems.

Checks name bad rows by expressions; only here are rows visited one by one.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Problem

_HEAD = ("year", "period", "date", "word", "number")
_OWN = ("voucher_id", "source_row", "value")
_CENTS = 2


@attrs.frozen(kw_only=True)
class Finding:
    """Rows that have one fault.

    `rows` may have ``voucher_id`` and ``source_row``, which give the place, and ``value``, the
    offending value; every other column is a fact of the sentence.  `column` names the column at
    fault as ``table.column``.
    """

    fault: Fault
    rows: pl.DataFrame
    column: str | None = None

    def problems(self, subject: Subject, limit: int) -> Iterator[Problem]:
        """The first rows, up to `limit`, as problems with their places."""
        rows = self._ordered().head(limit)
        origin = subject.books.origin
        for row in _with_heads(rows, subject).iter_rows(named=True):
            facts = {
                name: _plain(value)
                for name, value in row.items()
                if name not in _OWN and not name.startswith("_")
            }
            voucher = _label(row) if row.get("voucher_id") is not None else ""
            place = origin.place(row.get("source_row"), self.column, voucher)
            yield self.fault.at(place, _plain(row.get("value")), **facts)

    def _ordered(self) -> pl.DataFrame:
        keys = [name for name in ("source_row", "voucher_id") if name in self.rows.columns]
        if not keys:
            return self.rows
        return self.rows.sort(*keys, nulls_last=True, maintain_order=True)


def voucher_label(year: int | None, period: int | None, word: str | None, number: Any) -> str:
    """How a voucher is called: ``2025-01 记-3``; parts that are not known are left out.

    >>> voucher_label(2025, 1, "记", 3), voucher_label(2025, 1, None, 3)
    ('2025-01 记-3', '2025-01 3')
    """
    month = f"{year}-{period:02}" if year is not None and period is not None else ""
    name = "-".join(str(part) for part in (word, number) if part not in (None, ""))
    return " ".join(part for part in (month, name) if part)


def _with_heads(rows: pl.DataFrame, subject: Subject) -> pl.DataFrame:
    if "voucher_id" not in rows.columns:
        return rows
    heads = subject.all_vouchers.select(
        "voucher_id", *(pl.col(name).alias(f"_{name}") for name in _HEAD)
    ).unique("voucher_id", keep="first", maintain_order=True)
    return rows.join(heads, on="voucher_id", how="left", maintain_order="left")


def _label(row: dict[str, Any]) -> str:
    year, period, date = row["_year"], row["_period"], row["_date"]
    if date is not None:
        year = date.year if year is None else year
        period = date.month if period is None else period
    return voucher_label(year, period, row["_word"], row["_number"])


def _plain(value: Any) -> Any:
    """A fact as it is said: amounts with cents and no idle zeros, dates as ISO text."""
    if isinstance(value, Decimal):
        whole, _, fraction = f"{value:f}".partition(".")
        return Decimal(f"{whole}.{fraction.rstrip('0').ljust(_CENTS, '0')}")
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else value
