"""Books with the drafts of bad debts booked, and the items they write off applied."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from kamcore.books import Books, schema
from kamcore.ledger.applied import has_applications
from kamcore.ledger.bad_debts import BadDebts
from kamcore.ledger.engine import open_frames

__all__ = ["bad_debt_books"]

RULE = "write-off"


def bad_debt_books(books: Books, found: BadDebts | None, added: Books) -> Books:
    """The books with `added`, and applications where the books say who settled what.

    `added` are drafts as books of their own, those of `found` first and in the same order; what
    follows them is booked too.  Where open items are documents, a write-off is an adjustment.
    """
    first = max(books.vouchers["voucher_id"].to_list(), default=0)
    ids = {
        was: first + at
        for at, was in enumerate(sorted(added.vouchers["voucher_id"].to_list()), start=1)
    }
    tables = {
        table: added.tables[table].with_columns(pl.col("voucher_id").replace_strict(ids))
        for table in ("vouchers", "lines")
        if added.tables[table].height
    }
    tables["accounts"] = added.accounts.join(books.accounts, on="code", how="anti")
    if found is not None and has_applications(open_frames(books)):
        booked = list(_written_off(found, list(ids.values())))
        tables["applications"] = _frame("applications", _applications(booked))
        if books.open_items.height:
            tables["adjustments"] = _frame("adjustments", _adjustments(booked))
    changed: Any = {
        name: pl.concat([books.tables[name], frame], how="diagonal")
        for name, frame in tables.items()
    }
    return books.replace(**changed)


def _frame(table: str, rows: Iterator[dict[str, Any]]) -> pl.DataFrame:
    columns = schema.TABLES[table].columns
    return pl.DataFrame(list(rows), schema={column.name: column.dtype for column in columns})


def _written_off(found: BadDebts, vouchers: list[int]) -> Iterator[dict[str, Any]]:
    """Every credit of a write-off: its row, its voucher and line, and what it takes."""
    rows = iter(row for row in found.rows if row.kind == RULE)
    for voucher, draft in zip(vouchers, found.drafts, strict=False):
        if draft.rule != RULE:
            continue
        for number, _ in enumerate(draft.lines[1:], start=2):
            yield {
                "row": next(rows),
                "voucher": voucher,
                "line": number,
                "id": f"{voucher}/{number}/1",
                "date": draft.date,
                "reason": draft.reason,
                "role": found.by,
            }


def _applications(booked: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in booked:
        row = one["row"]
        for number, item in enumerate(row.items, start=1):
            foreign = None
            if row.fx_amount is not None:
                foreign = round(row.fx_amount * item.amount / row.amount, 4)
            yield {
                "id": f"{RULE} {one['id']}-{number}",
                "item": item.id,
                "receipt": one["id"],
                "date": one["date"],
                "amount": item.amount,
                "fx_amount": foreign,
                "rule": RULE,
            }


def _adjustments(booked: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in booked:
        row = one["row"]
        yield {
            "id": one["id"],
            "party_role": one["role"],
            "party": row.party,
            "account": row.account,
            "date": one["date"],
            "voucher_date": one["date"],
            "summary": one["reason"],
            "currency": row.currency,
            "amount": row.amount,
            "fx_amount": row.amount if row.fx_amount is None else row.fx_amount,
            "voucher_id": one["voucher"],
            "line_no": one["line"],
            "reason": one["reason"],
            "rule": RULE,
        }
