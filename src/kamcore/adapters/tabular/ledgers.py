"""Ledgers (明细账): lines among openings, totals and running balances.

The openings and totals become stated balances of account, period and, where the ledger is kept by
member, the member; and they are compared with the lines.  A ledger of single accounts shows parts
of vouchers only.
"""

import polars as pl

from kamcore.adapters.tabular.deriving import DATE, PERIOD, YEAR
from kamcore.adapters.tabular.faults import ONE_SIDED, PARENTS
from kamcore.adapters.tabular.listing import amounts, making_of, without
from kamcore.adapters.tabular.rows import Rows
from kamcore.adapters.tabular.stated import settle
from kamcore.books import Books, schema
from kamcore.books.check.balance import UNBALANCED
from kamcore.books.check.numbering import GAP
from kamcore.errors import Problem
from kamcore.format import Options
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.entries import INDEX
from kamcore.vouchers.making import make_books
from kamcore.vouchers.numbering import APART, by_key, with_periods

__all__ = ["UNCHECKED", "ledger_books"]

_KEY = (YEAR, PERIOD, "vouchers.word", "vouchers.number")


UNCHECKED = frozenset({UNBALANCED.code, GAP.code})
"""Checks that parts of vouchers cannot answer."""


def ledger_books(rows: Rows, options: Options) -> tuple[Books, list[Problem]]:
    """The lines of a ledger as vouchers, and what it states as balances."""
    frame, base, problems = amounts(rows, options)
    if DATE in frame.columns and YEAR not in frame.columns:
        given = [name for name in ("vouchers.word", "vouchers.number") if name in frame.columns]
        frame = with_periods(frame, given or [DATE])
    frame, found = _leaves(frame, rows)
    problems += found
    key = [name for name in _KEY if name in frame.columns]
    key += [DATE] if "vouchers.number" not in key and DATE in frame.columns else []
    # The lines of a voucher stand under their accounts, far apart.
    numbered = without(by_key(frame, rows.entries.grid, key), APART.code)
    made = make_books(numbered, rows.entries, making_of(rows, base))
    problems += made.problems
    settled = settle(rows, frame)
    problems += settled.problems
    books = _with_stated(made.books, settled.balances)
    return books, [*problems, *_one_sided(books, rows)]


def _leaves(frame: pl.DataFrame, rows: Rows) -> tuple[pl.DataFrame, list[Problem]]:
    """Leave out lines of parent accounts: vouchers are booked on the lowest level only."""
    codes = frame["lines.account"].drop_nulls().unique().sort().to_list()
    scheme = CodeScheme.detect(codes)
    parents = {scheme.parent(code) for code in codes} & set(codes)
    above = frame["lines.account"].is_in(list(parents)).fill_null(value=False)
    if not parents:
        return frame, []
    place = rows.entries.grid.place(frame.filter(above)[INDEX][0], "lines.account")
    said = PARENTS.at(place, ", ".join(sorted(filter(None, parents))), count=int(above.sum()))
    return frame.filter(~above), [said]


def _one_sided(books: Books, rows: Rows) -> list[Problem]:
    """Say that the vouchers are not whole, where they cannot be."""
    sums = books.lines.select(pl.col("debit").sum(), pl.col("credit").sum()).row(0)
    if sums[0] == sums[1]:
        return []
    return [
        ONE_SIDED.at(rows.opened.header.place, debit=f"{sums[0]:.2f}", credit=f"{sums[1]:.2f}")
    ]


def _with_stated(books: Books, balances: pl.DataFrame) -> Books:
    """The books with stated balances, and the accounts and members that only those name."""
    accounts, members = books.accounts, books.members
    scheme = books.entity.scheme or CodeScheme.detect(balances["account"].unique())
    more = balances.select(code="account", name="_account_name").drop_nulls("code")
    more = more.unique("code", keep="first", maintain_order=True)
    more = more.join(accounts.select("code"), on="code", how="anti", maintain_order="left")
    codes = more["code"].to_list()
    more = more.with_columns(
        parent=pl.Series([scheme.parent(code) for code in codes], dtype=schema.TEXT),
        level=pl.Series([scheme.level(code) for code in codes], dtype=schema.INTEGER),
    )
    for name in schema.dimension_columns(balances):
        dim = name.removeprefix(schema.AUX)
        label = f"_{name}_name"
        named = balances.select(
            dimension=pl.lit(dim),
            code=name,
            name=pl.col(label) if label in balances.columns else pl.lit(None, dtype=schema.TEXT),
        )
        named = named.drop_nulls("code").unique("code", keep="first", maintain_order=True)
        keys = ["dimension", "code"]
        named = named.join(members.select(keys), on=keys, how="anti", maintain_order="left")
        members = pl.concat([members, named], how="diagonal")
    kept = [name for name in balances.columns if not name.startswith("_")]
    return books.replace(
        accounts=pl.concat([accounts, more], how="diagonal").sort("code"),
        members=members.sort("dimension", "code"),
        balances=balances.select(kept),
    )
