"""The proof that sub-accounts and members say the same: every sum, per account and in total."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books
from kamcore.model.sub_account import SubAccount

_LINE_FIGURES = ("debit", "credit", "fx_debit", "fx_credit", "quantity")
_BALANCE_KEYS = ("year", "period", "currency")
_BALANCE_FIGURES = tuple(
    column.name for column in schema.BALANCES.columns if isinstance(column.dtype, pl.Decimal)
)


@attrs.frozen(kw_only=True)
class SubAccountProof:
    """What was compared: sums of lines and stated balances of both ways of keeping."""

    compared: int
    """How many sums were compared."""
    differing: tuple[str, ...] = ()
    """Sub-accounts whose sums differ, and ``total`` when the whole does."""
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    @property
    def equal(self) -> bool:
        """True when nothing differs."""
        return not self.differing

    def to_json(self) -> dict[str, Any]:
        """Give the keys of this proof in ``--json``."""
        return {
            "compared": self.compared,
            "differing": list(self.differing),
            "debit": f"{self.debit:.2f}",
            "credit": f"{self.credit:.2f}",
            "equal": self.equal,
        }


_Key = tuple[Any, ...]
_Sums = dict[_Key, dict[_Key, _Key]]
"""By account (and member): sums by the rest of the key."""


def prove_sub_accounts(
    *, accounts: Books, members: Books, rows: Sequence[SubAccount]
) -> SubAccountProof:
    """Compare books kept by sub-account with the same books kept by member.

    Per sub-account: lines, debit, credit, amounts in currency and quantity; per sub-account,
    period and currency every figure of the stated balances; and the totals of everything.
    """
    differing: set[str] = set()
    compared = 1
    columns = {row.dimension: schema.AUX + row.dimension for row in rows}
    for name, keys, figures in (
        ("lines", ("currency",), _LINE_FIGURES),
        ("balances", _BALANCE_KEYS, _BALANCE_FIGURES),
    ):
        direct = _sums(accounts.tables[name], ("account",), keys, figures)
        auxiliary = {
            dimension: _sums(members.tables[name], ("account", column), keys, figures)
            for dimension, column in columns.items()
        }
        for row in rows:
            left = direct.get((row.account,), {})
            right = auxiliary[row.dimension].get((row.parent, row.member), {})
            compared += max(len(left), len(right))
            differing |= {row.account} if left != right else set()
    before, after = _total(accounts), _total(members)
    differing |= {"total"} if before != after else set()
    return SubAccountProof(
        compared=compared, differing=tuple(sorted(differing)), debit=after[0], credit=after[1]
    )


def _sums(
    frame: pl.DataFrame, by: tuple[str, ...], keys: tuple[str, ...], figures: tuple[str, ...]
) -> _Sums:
    if any(name not in frame.columns for name in by):
        return {}
    summed = (
        frame.drop_nulls(list(by))
        .group_by(*by, *keys)
        .agg(pl.len(), *(pl.col(name).sum() for name in figures))
    )
    found: _Sums = {}
    width, rest = len(by), len(by) + len(keys)
    for row in summed.iter_rows():
        found.setdefault(row[:width], {})[row[width:rest]] = row[rest:]
    return found


def _total(books: Books) -> tuple[Decimal, Decimal, int]:
    debit, credit = books.lines.select(pl.col("debit", "credit").sum()).row(0)
    return debit, credit, books.lines.height
