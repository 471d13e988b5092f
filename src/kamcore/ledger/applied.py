"""Open items from applications (核销): who settled what, dated and reversible.

A document and a voucher line are two kinds of one thing.  What is open at a date is the amount
less the applications dated up to it; an application that takes another back counts against it,
and none counts before both its documents are booked.  So the state at any past date is a sum,
and later settlements cannot spoil it.

A voucher line is named ``voucher_id/line_no/split_no`` in applications.  An item payable in
instalments ages part by part; what was applied settles the part that fell due first.
"""

from typing import Any

import narwhals as nw

from kamcore.books import schema
from kamcore.ledger.engine import SUM, Frames, stack
from kamcore.ledger.fifo import Question, consumed, line_positions
from kamcore.ledger.movements import base_of, keys_of
from kamcore.ledger.selection import within_accounts

__all__ = ["DOCUMENTS", "has_applications", "item_positions", "line_id"]

DOCUMENTS = ("open_items", "receipts", "adjustments")
"""Tables of documents; amounts of the last two settle."""

_ROW = ("id", "basis", "date", "due_date", "gross")
_ROLES = {"customer": "aux_customer", "supplier": "aux_supplier"}


def has_applications(frames: Frames) -> bool:
    """Say whether the source has documents or applications."""
    return frames.has("open_items") or frames.has("applications")


def line_id() -> nw.Expr:
    """How applications name a voucher line."""
    parts = [nw.col(name).cast(nw.String) for name in ("voucher_id", "line_no", "split_no")]
    return nw.concat_str(parts, separator="/")


def item_positions(frames: Frames, question: Question) -> nw.LazyFrame[Any]:
    """What is left of every document or line at the date of the question.

    Columns: the keys, ``id``, ``basis``, ``date``, ``due_date``, ``gross`` and ``open``; both
    positive on the account's own side, receipts negative.
    """
    keys = keys_of(frames, question.scope)
    if frames.has("open_items"):
        parts = [_documents(frames, question, name) for name in DOCUMENTS if frames.has(name)]
        rows = stack(*parts)
    else:
        rows = _lines(frames, question)
    rows = _after_applications(frames, question, rows)
    rows = _in_instalments(frames, question, rows, keys)
    return rows.select(*keys, *_ROW, "open")


def _documents(frames: Frames, question: Question, table: str) -> nw.LazyFrame[Any]:
    keys = keys_of(frames, question.scope)
    amount = "amount" if question.policy.measure == "base" else "fx_amount"
    days = ("voucher_date", "date", "due_date")
    rest = [key for key in keys if key not in ("account", "currency")]
    rows = frames.table(
        table,
        ("id", "amount"),
        ("account", "currency", "party", "party_role", "fx_amount", *days, *rest),
    )
    limit = within_accounts(frames, question.scope.accounts)
    if limit is not None:
        rows = rows.filter(limit)
    booked = nw.coalesce(nw.col("voucher_date"), nw.col("date"))
    rows = rows.filter(booked.is_null() | (booked <= nw.lit(question.as_of)))
    rows = _with_parties(rows, keys)
    members = _members(frames, question)
    for column, member in members.items():
        rows = rows.filter(nw.col(column) == member)
    value = nw.col(amount)
    if question.policy.measure == "fx":
        own = base_of(frames) == frames.entity.base_currency
        value = nw.when(own).then(nw.col("amount")).otherwise(value)
    gross = value.fill_null(0).cast(SUM)
    return rows.with_columns(
        currency=base_of(frames),
        basis=_basis(question.policy.basis),
        gross=gross if table == "open_items" else gross - gross - gross,
    ).select(*keys, *_ROW)


def _basis(basis: str) -> nw.Expr:
    document, voucher, due = nw.col("date"), nw.col("voucher_date"), nw.col("due_date")
    order = {
        "document": (document, voucher),
        "voucher": (voucher, document),
        "due": (due, document, voucher),
    }
    return nw.coalesce(*order[basis])


def _with_parties(rows: nw.LazyFrame[Any], keys: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """A party is the member of the dimension its role names."""
    filled = {
        column: nw.coalesce(
            nw.col(column), nw.when(nw.col("party_role") == role).then(nw.col("party"))
        )
        for role, column in _ROLES.items()
        if column in keys
    }
    return rows.with_columns(**filled) if filled else rows


def _members(frames: Frames, question: Question) -> dict[str, str]:
    del frames
    return {schema.AUX + name: code for name, code in question.scope.members.items()}


def _lines(frames: Frames, question: Question) -> nw.LazyFrame[Any]:
    keys = keys_of(frames, question.scope)
    rows = line_positions(frames, question)
    return rows.with_columns(id=line_id(), gross=nw.col("item") - nw.col("settled")).select(
        *keys, *_ROW
    )


def _after_applications(
    frames: Frames, question: Question, rows: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """Take off what was applied to an item, and what of a receipt was applied."""
    if not frames.has("applications"):
        return rows.with_columns(open=nw.col("gross"))
    column = "amount" if question.policy.measure == "base" else "fx_amount"
    made = frames.table(
        "applications", ("item", "receipt", "amount"), ("date", "fx_amount", "reverses")
    )
    day = nw.col("date")
    made = made.filter(day.is_null() | (day <= nw.lit(question.as_of)))
    later = _later(frames, question)
    for side in ("item", "receipt"):
        made = made.join(later.rename({"id": side}), on=side, how="anti")
    amount = nw.coalesce(nw.col(column), nw.col("amount")).cast(SUM)
    back = ~nw.col("reverses").is_null() & (nw.col("reverses") != "") & (amount > 0)
    effect = nw.when(back).then(amount - amount - amount).otherwise(amount)
    made = made.with_columns(nw_effect=effect)
    applied = nw.concat(  # two sides of one frame
        [
            made.select(id=nw.col("item"), nw_applied=nw.col("nw_effect")),
            made.select(
                id=nw.col("receipt"),
                nw_applied=nw.col("nw_effect") - nw.col("nw_effect") - nw.col("nw_effect"),
            ),
        ]
    )
    sums = applied.group_by("id").agg(nw.col("nw_applied").sum())
    rows = rows.join(sums, on="id", how="left")
    return rows.with_columns(open=nw.col("gross") - nw.col("nw_applied").fill_null(0))


def _later(frames: Frames, question: Question) -> nw.LazyFrame[Any]:
    """Ids of documents or lines that are booked after the date of the question."""
    if not frames.has("open_items"):
        lines = frames.table("lines", ("date", "voucher_id", "line_no"), ("split_no",))
        lines = lines.with_columns(split_no=nw.col("split_no").fill_null(1))
        lines = lines.filter(nw.col("date") > nw.lit(question.as_of))
        return lines.select(id=line_id())
    booked = nw.coalesce(nw.col("voucher_date"), nw.col("date"))
    parts = [
        frames.table(name, ("id",), ("voucher_date", "date"))
        .filter(booked > nw.lit(question.as_of))
        .select("id")
        for name in DOCUMENTS
        if frames.has(name)
    ]
    return stack(*parts)


def _in_instalments(
    frames: Frames, question: Question, rows: nw.LazyFrame[Any], keys: tuple[str, ...]
) -> nw.LazyFrame[Any]:
    """Split items that have a schedule; each part has its own due date."""
    columns = (*keys, *_ROW, "open")
    rows = rows.select(*columns)
    if not frames.has("instalments"):
        return rows
    schedule = frames.table("instalments", ("item", "due_date", "amount"))
    schedule = schedule.select(
        id=nw.col("item"), nw_due=nw.col("due_date"), nw_part=nw.col("amount").cast(SUM)
    )
    named = schedule.select("id").unique()
    whole = rows.join(named, on="id", how="anti")
    split = rows.join(schedule, on="id", how="inner")
    by_due = question.policy.basis == "due"
    parts = split.with_columns(
        item=nw.col("nw_part"),
        settled=nw.col("nw_part") - nw.col("nw_part"),
        basis=nw.col("nw_due") if by_due else nw.col("basis"),
        due_date=nw.col("nw_due"),
    )
    left = split.group_by(*keys, *_ROW, "open").agg(nw.col("nw_part").sum())
    zero = nw.col("open") - nw.col("open")
    applied = left.with_columns(nw_used=nw.col("nw_part") - nw.col("open"))
    # What the parts do not cover stays with the item's own date; more parts than amount settle.
    applied = applied.with_columns(
        item=nw.when(nw.col("nw_used") < 0).then(zero - nw.col("nw_used")).otherwise(zero),
        settled=nw.when(nw.col("nw_used") > 0).then(nw.col("nw_used")).otherwise(zero),
        nw_due=nw.col("due_date"),
    )
    order = (*keys, *_ROW, "nw_due", "item", "settled")
    both = stack(parts.select(*order), applied.select(*order))
    taken = consumed(both, ["id"], ["nw_due", "item"])
    taken = taken.with_columns(gross=nw.col("item")).filter(nw.col("item") > 0)
    return stack(whole, taken.select(*columns))
