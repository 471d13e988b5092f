"""Books with drafts booked: their vouchers and lines, and whatever these name that is new.

A voucher that is booked gets the next free number of the books; nothing else of them changes.
"""

from typing import Any

import polars as pl

from kamcore.books import Books
from kamcore.ledger.engine import conserved

__all__ = ["booked", "with_names"]

_NAMED = {"accounts": ("code",), "dimensions": ("id",), "members": ("dimension", "code")}


def booked(books: Books, added: Books) -> tuple[Books, dict[int, int]]:
    """The books with the vouchers of `added`, and the new id of each by the one it had.

    Accounts, dimensions and members that the books do not list come along with the lines; books
    that list no accounts at all stay without.
    """
    first = max(books.vouchers["voucher_id"].to_list(), default=0)
    ids = {
        was: first + at
        for at, was in enumerate(sorted(added.vouchers["voucher_id"].to_list()), start=1)
    }
    tables: Any = {}
    for table in ("vouchers", "lines"):
        frame = added.tables[table]
        if frame.height:
            renamed = frame.with_columns(pl.col("voucher_id").replace_strict(ids))
            tables[table] = pl.concat([books.tables[table], renamed], how="diagonal")
    made = with_names(books.replace(**tables), added)
    before, more, after = (one.totals() for one in (books, added, made))
    conserved("debits of booked drafts", before.debit + more.debit, after.debit)
    conserved("credits of booked drafts", before.credit + more.credit, after.credit)
    return made, ids


def with_names(books: Books, added: Books) -> Books:
    """The books with the accounts, dimensions and members of others that they do not list.

    Books that list no accounts at all stay without.
    """
    tables: Any = {}
    for table, key in _NAMED.items():
        if table == "accounts" and books.accounts.is_empty():
            continue
        new = added.tables[table].join(books.tables[table], on=list(key), how="anti")
        if new.height:
            tables[table] = pl.concat([books.tables[table], new], how="diagonal")
    return books.replace(**tables) if tables else books
