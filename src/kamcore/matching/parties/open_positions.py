"""What is open on every control account, document by document, on the account's own side."""

import datetime as dt
from typing import Any

import polars as pl

from kamcore.books import Books, schema
from kamcore.ledger.applied import item_positions
from kamcore.ledger.engine import open_frames
from kamcore.ledger.fifo import Question
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.selection import Scope
from kamcore.matching.parties.sides import control_accounts

__all__ = ["open_positions"]

_DIMENSIONS = ("customer", "supplier")


def open_positions(books: Books, as_of: dt.date, *, settled: bool = False) -> pl.DataFrame:
    """Documents of receivable and payable accounts that are open on a day.

    Columns: ``id`` (of the document, or ``voucher_id/line_no/split_no``), ``account``,
    ``dimension``, ``member``, ``currency``, ``date``, ``due``, ``amount`` in that currency and
    ``base`` in base currency (Decimal, 4 places; positive on the account's own side).  With
    `settled`, also those of which nothing is left.  Sorted by id.
    """
    has_documents = books.open_items.height > 0
    accounts = control_accounts(books, "both", notes=True)
    if accounts.is_empty() and not has_documents:
        return _EMPTY
    by = tuple(
        name for name in _DIMENSIONS if has_documents or schema.AUX + name in books.lines.columns
    )
    # Documents are of parties whatever account they name.
    codes = () if has_documents else tuple(accounts["account"])
    frames, scope = open_frames(books), Scope(accounts=codes, by=by)
    found = {}
    for measure in ("fx", "base"):
        policy = AgeingPolicy(measure=measure, openings=False, basis="document")
        rows: Any = item_positions(frames, Question(scope=scope, as_of=as_of, policy=policy))
        found[measure] = pl.DataFrame(rows.collect("polars").to_native())
    both = found["fx"].join(found["base"].select("id", base="open"), on="id", how="left")
    if has_documents:
        is_customer = pl.col(schema.AUX + "customer").is_not_null()
        dimension = pl.when(is_customer).then(pl.lit("customer")).otherwise(pl.lit("supplier"))
        both = both.with_columns(dimension=dimension)
    else:
        both = both.join(accounts.select("account", "dimension"), on="account", how="inner")
    return _shaped(both, settled=settled)


def _shaped(rows: pl.DataFrame, *, settled: bool) -> pl.DataFrame:
    aux = [name for name in _DIMENSIONS if schema.AUX + name in rows.columns]
    member = pl.coalesce(
        pl.when(pl.col("dimension") == name).then(pl.col(schema.AUX + name)) for name in aux
    )
    rows = rows.select(
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
