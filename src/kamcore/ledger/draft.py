"""Drafts of vouchers: what the ledger proposes to book, as values.

A draft is saved and posted by a person or another program (S156); making one changes nothing.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import attrs

from kamcore.model.currency import decimals_of
from kamcore.model.voucher import Line, Voucher, exact

__all__ = ["Draft", "DraftLine", "money_text", "rounded", "sides"]

ZERO = Decimal(0)


def rounded(amount: Decimal, currency: str | None = "CNY") -> Decimal:
    """An amount in the decimals of its currency, half up.

    >>> rounded(Decimal("377.405")), rounded(Decimal("-0.005"))
    (Decimal('377.41'), Decimal('-0.01'))
    """
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), ROUND_HALF_UP)


def sides(signed: Decimal) -> tuple[Decimal, Decimal]:
    """A signed amount, debit positive, as debit and credit.

    >>> sides(Decimal(-5))
    (Decimal('0'), Decimal('5'))
    """
    return (signed, ZERO) if signed > 0 else (ZERO, -signed)


def money_text(amount: Decimal, currency: str | None = "CNY") -> str:
    """An amount as results print it: a string with the currency's decimals."""
    return f"{rounded(amount, currency):f}"


@attrs.frozen(kw_only=True)
class DraftLine:
    """A line of a draft; `fx_amount` is zero where only the base amount moves."""

    account: str
    summary: str = ""
    debit: Decimal = attrs.field(default=ZERO, converter=exact)
    credit: Decimal = attrs.field(default=ZERO, converter=exact)
    currency: str | None = None
    fx_amount: Decimal | None = attrs.field(default=None, converter=exact)
    rate: Decimal | None = attrs.field(default=None, converter=exact)
    aux: Mapping[str, str] = attrs.field(factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The keys every draft line has under ``--json``."""
        fx, rate = self.fx_amount, self.rate
        return {
            "account": self.account,
            "summary": self.summary,
            "debit": money_text(self.debit),
            "credit": money_text(self.credit),
            "currency": self.currency,
            "fx_amount": None if fx is None else money_text(fx, self.currency),
            "rate": None if rate is None else f"{rate:f}",
            "aux": dict(self.aux),
        }


@attrs.frozen(kw_only=True)
class Draft:
    """A voucher to be: date, word, lines, why, and the rule that made it."""

    date: dt.date
    lines: tuple[DraftLine, ...]
    word: str = "记"
    reason: str = ""
    rule: str = ""

    @property
    def off_by(self) -> Decimal:
        """Debits less credits; a draft of kamcore's own balances."""
        return sum((line.debit - line.credit for line in self.lines), ZERO)

    def to_json(self) -> dict[str, Any]:
        """The keys every draft has under ``--json``."""
        return {
            "date": self.date.isoformat(),
            "word": self.word,
            "lines": [line.to_json() for line in self.lines],
            "reason": self.reason,
            "rule": self.rule,
        }

    def to_voucher(self, number: int | None = None, preparer: str | None = None) -> Voucher:
        """The voucher it becomes when it is saved, in the state of a draft."""
        return Voucher(
            date=self.date,
            word=self.word,
            number=number,
            preparer=preparer,
            status="draft",
            lines=tuple(_line(line) for line in self.lines),
        )


def _line(line: DraftLine) -> Line:
    on_debit = bool(line.debit)
    return Line(
        account=line.account,
        summary=line.summary,
        debit=line.debit,
        credit=line.credit,
        currency=line.currency,
        fx_debit=line.fx_amount if on_debit else None,
        fx_credit=None if on_debit else line.fx_amount,
        rate=line.rate,
        aux=line.aux,
    )
