"""The trial balance (试算平衡表, 科目余额表) and the equalities it must show.

Debit and credit balances stand in two columns, as accountants read them: Σ debit openings equals
Σ credit openings, Σ debits Σ credits, and so for the year to date and the closing balances
(会计基础工作规范 art. 62).  The sums are taken over accounts as booked, not over their parents.
"""

from decimal import Decimal
from typing import Any

import attrs
import narwhals as nw

from kamcore.ledger.balances import Shape, Span, lazy_balances, span_of
from kamcore.ledger.engine import SUM, Frames, Source, open_frames
from kamcore.ledger.selection import Scope
from kamcore.model.period import Period

__all__ = ["Equality", "TrialBalance", "trial_balance"]

ZERO = Decimal(0)
PAIRS = (
    ("opening", "期初余额"),
    ("turnover", "本期发生额"),
    ("ytd", "本年累计"),
    ("closing", "期末余额"),
)
"""The pairs that must be equal, with what accountants call them."""


@attrs.frozen
class Equality:
    """Two sums that must be equal, in base currency."""

    name: str
    zh: str
    debit: Decimal
    credit: Decimal

    @property
    def holds(self) -> bool:
        """True when both sides are equal."""
        return self.debit == self.credit

    @property
    def difference(self) -> Decimal:
        """Debit less credit."""
        return self.debit - self.credit


@attrs.frozen
class TrialBalance:
    """A trial balance of a period or span.

    `frame` has ``account``, ``currency`` and ``<pair>_debit``, ``<pair>_credit`` for opening,
    turnover, ytd and closing, in base currency; every account, those above others too.
    """

    frame: Any = attrs.field(repr=False)
    equalities: tuple[Equality, ...] = ()

    @property
    def holds(self) -> bool:
        """True when all equalities hold."""
        return all(equality.holds for equality in self.equalities)


def trial_balance(
    source: Source,
    period: Period | tuple[int, int] | str,
    *,
    detail: int | str = "tree",
    booked_only: bool = False,
) -> TrialBalance:
    """The trial balance of a period or span; `detail` as in `kamcore.ledger.balances`.

    Amounts of foreign currencies count in base currency.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the period cannot be read.
    """
    frames = open_frames(source)
    scope = Scope(booked_only=booked_only)
    span = span_of(period)
    shown = _split(lazy_balances(frames, scope, span, Shape(detail=detail)))
    return TrialBalance(
        frames.give(shown.sort("account", "currency")), _equalities(frames, scope, span)
    )


def _split(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Signed balances as two columns; turnovers have two already."""
    zero = nw.lit(0).cast(SUM)
    columns = {
        "turnover_debit": nw.col("debit"),
        "turnover_credit": nw.col("credit"),
    }
    for name in ("opening", "closing"):
        signed = nw.col(name)
        columns[f"{name}_debit"] = nw.when(signed > 0).then(signed).otherwise(zero)
        columns[f"{name}_credit"] = nw.when(signed < 0).then(zero - signed).otherwise(zero)
    order = [f"{pair}_{side}" for pair, _ in PAIRS for side in ("debit", "credit")]
    return rows.with_columns(**columns).select("account", "currency", *order)


def _equalities(frames: Frames, scope: Scope, span: Span) -> tuple[Equality, ...]:
    rows = _split(lazy_balances(frames, scope, span)).drop("account", "currency")
    names = list(rows.collect_schema())
    sums = rows.select(*(nw.col(name).sum() for name in names)).collect()
    total = {name: sums[name].to_list()[0] or ZERO for name in names}
    return tuple(
        Equality(pair, zh, total[f"{pair}_debit"], total[f"{pair}_credit"]) for pair, zh in PAIRS
    )
