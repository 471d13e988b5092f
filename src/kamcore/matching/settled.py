"""Books with the drafts of a settlement booked, and what their lines settle applied.

Where open items are voucher lines, a draft's line on the control account is one more of them;
where they are documents, it is an adjustment, or an item when receipts settle it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from kamcore.books import Books, schema
from kamcore.matching.settling import SettlementDraft

__all__ = ["settled_books"]


def settled_books(books: Books, drafts: Iterable[SettlementDraft], added: Books) -> Books:
    """The books with the drafts booked and their applications.

    `added` are the drafts as books of their own, voucher after voucher in the same order.
    """
    every = tuple(drafts)
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
    booked = list(zip(ids.values(), every, strict=True))
    tables["applications"] = _frame("applications", _applications(booked))
    if books.open_items.height:
        documents = list(_documents(booked))
        for table, is_item in (("open_items", True), ("adjustments", False)):
            rows = [row for said, row in documents if said == is_item]
            tables[table] = _frame(table, rows)
    changed: Any = {
        name: pl.concat([books.tables[name], frame], how="diagonal")
        for name, frame in tables.items()
    }
    return books.replace(**changed)


def _frame(table: str, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    columns = schema.TABLES[table].columns
    return pl.DataFrame(list(rows), schema={column.name: column.dtype for column in columns})


def _applications(booked: Iterable[tuple[int, SettlementDraft]]) -> Iterator[dict[str, Any]]:
    for voucher, draft in booked:
        name = draft.rule.removeprefix("settlement ")
        for number, one in enumerate(draft.applications, start=1):
            line = f"{voucher}/{one.line_no}/1"
            yield {
                "id": f"{name}-D{number}",
                "item": line if one.is_item else one.document,
                "receipt": one.document if one.is_item else line,
                "date": draft.date,
                "amount": one.amount,
                "fx_amount": one.fx_amount,
                "rule": "settlement",
            }


def _documents(
    booked: Iterable[tuple[int, SettlementDraft]],
) -> Iterator[tuple[bool, dict[str, Any]]]:
    """The lines on control accounts as documents, and whether each is an item."""
    for voucher, draft in booked:
        for number, is_item in {one.line_no: one.is_item for one in draft.applications}.items():
            line = draft.lines[number - 1]
            role, party = next(iter(line.aux.items()))
            amount = line.debit or line.credit
            yield (
                is_item,
                {
                    "id": f"{voucher}/{number}/1",
                    "party_role": role,
                    "party": party,
                    "account": line.account,
                    "date": draft.date,
                    "summary": line.summary,
                    "currency": line.currency,
                    "amount": amount,
                    "fx_amount": amount if line.fx_amount is None else line.fx_amount,
                    "voucher_id": voucher,
                    "line_no": number,
                    **({} if is_item else {"reason": line.summary, "rule": "settlement"}),
                },
            )
