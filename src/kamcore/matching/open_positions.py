"""What is open on every control account, document by document, on the account's own side."""

import datetime as dt
from typing import Any

import polars as pl

from kamcore.books import Books, schema
from kamcore.ledger.applied import DOCUMENTS, item_positions
from kamcore.ledger.engine import open_frames
from kamcore.ledger.fifo import Question
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.selection import Scope
from kamcore.matching.sides import control_accounts

__all__ = ["open_positions"]

_DIMENSIONS = ("customer", "supplier")


def open_positions(books: Books, as_of: dt.date, *, settled: bool = False) -> pl.DataFrame:
    """Documents of receivable and payable accounts that are open on a day.

    Columns: ``id`` (of the document, or ``voucher_id/line_no/split_no``), ``account``,
    ``dimension``, ``member``, ``currency``, ``date``, ``due``, ``amount`` in that currency and
    ``base`` in base currency (Decimal, 4 places; positive on the account's own side).  With
    `settled`, also those of which nothing is left.  Sorted by id.
    """
    accounts = control_accounts(books, "both", notes=True)
    if accounts.is_empty():
        return _EMPTY
    frames = open_frames(books)
    by_party = any(books.tables[name].height for name in DOCUMENTS)
    by = tuple(
        name for name in _DIMENSIONS if by_party or schema.AUX + name in books.lines.columns
    )
    scope = Scope(accounts=tuple(accounts["account"]), by=by)
    found = {}
    for measure in ("fx", "base"):
        policy = AgeingPolicy(measure=measure, openings=False, basis="document")
        rows: Any = item_positions(frames, Question(scope=scope, as_of=as_of, policy=policy))
        found[measure] = pl.DataFrame(rows.collect("polars").to_native())
    both = found["fx"].join(found["base"].select("id", base="open"), on="id", how="left")
    return _shaped(both, accounts, settled=settled)


def _shaped(rows: pl.DataFrame, accounts: pl.DataFrame, *, settled: bool) -> pl.DataFrame:
    kept = accounts.select("account", "dimension")
    aux = [name for name in _DIMENSIONS if schema.AUX + name in rows.columns]
    member = pl.coalesce(
        pl.when(pl.col("dimension") == name).then(pl.col(schema.AUX + name)) for name in aux
    )
    rows = rows.join(kept, on="account", how="inner").select(
        "id",
        "account",
        "dimension",
        "currency",
        "date",
        member=member if aux else pl.lit(None, dtype=schema.TEXT),
        due="due_date",
        amount=pl.col("open").cast(schema.AMOUNT),
        base=pl.col("base").cast(schema.AMOUNT),
    )
    if not settled:
        rows = rows.filter((pl.col("amount") != 0) | (pl.col("base") != 0))
    return rows.select(_EMPTY.columns).cast(_EMPTY.schema).sort("id")


_EMPTY = pl.DataFrame(
    schema={
        **dict.fromkeys(("id", "account", "dimension", "member", "currency"), schema.TEXT),
        "date": schema.DAY,
        "due": schema.DAY,
        "amount": schema.AMOUNT,
        "base": schema.AMOUNT,
    }
)
