"""Books with the drafts of a settlement booked, and what their lines settle applied.

Where open items are voucher lines, a draft's line on the control account is one more of them;
where they are documents, it is an adjustment, or an item when receipts settle it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import narwhals as nw
import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import UsageError
from kamcore.ledger.engine import NO_FRAME, Frames, open_frames
from kamcore.ledger.sources import Source
from kamcore.matching.settlement.settling import SettlementDraft
from kamcore.place import Place

__all__ = ["settled_books"]


def settled_books(source: Source, drafts: Iterable[SettlementDraft], added: Books) -> Any:
    """The books with the drafts booked and their applications, in the kind they came in.

    `added` are the drafts as books of their own, voucher after voucher in the same order.  Tables
    of an engine come back as a mapping of tables of that engine; what is added stands below what
    was there, in the caller's own columns and types.

    Raises:
        UsageError: the source is neither books nor a mapping of tables.
    """
    given = source.tables if isinstance(source, Books) else source
    if not isinstance(given, Mapping):
        raise UsageError(NO_FRAME.at(Place(), type(source).__name__))
    frames = open_frames(given)
    every = tuple(drafts)
    first = _last_voucher(frames)
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
    if frames.has("open_items"):
        documents = list(_documents(booked))
        for table, is_item in (("open_items", True), ("adjustments", False)):
            rows = [row for said, row in documents if said == is_item]
            tables[table] = _frame(table, rows)
    changed: Any = {name: _below(frames, name, frame) for name, frame in tables.items()}
    return source.replace(**changed) if isinstance(source, Books) else {**given, **changed}


def _last_voucher(frames: Frames) -> int:
    table = "vouchers" if frames.has("vouchers") else "lines"
    found = frames.table(table, ("voucher_id",)).select(nw.col("voucher_id").max()).collect()
    return int(found["voucher_id"].to_list()[0] or 0)


def _below(frames: Frames, table: str, added: pl.DataFrame) -> Any:
    """A table of the source with rows below it, in its own columns and types."""
    new: Any = nw.from_native(added.lazy() if frames.is_eager else frames.hand_back(added))
    if not frames.has(table):
        return frames.give(new)
    old = frames.tables[table]
    there, here = old.collect_schema(), new.collect_schema()
    blank = [name for name, dtype in there.items() if isinstance(dtype, nw.Unknown)]
    types = {**here, **{name: there[name] for name in there if name not in blank}}
    names = [name for name in dict.fromkeys((*there, *here)) if name in types]
    parts = [
        frame.select(
            *(
                nw.col(name).cast(types[name])
                if name in known
                else nw.lit(None, dtype=types[name]).alias(name)
                for name in names
            )
        )
        for frame, known in ((old, there), (new, here))
    ]
    return frames.give(nw.concat(parts))


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
