"""Bad debts written off and collected after all, as values."""

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Problem
from kamcore.ledger.draft import Draft, money_text
from kamcore.ledger.provision import ProvisionAccounts
from kamcore.model.voucher import exact

__all__ = ["BadDebt", "BadDebtRow", "BadDebts", "SettledItem"]

ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class BadDebt:
    """What is lost of one party's debt, or came back of it, in base currency.

    Without `amount` a write-off takes all the party owes.  In books without the dimension of the
    policy `party` is the account the party has to itself.
    """

    party: str
    amount: Decimal | None = attrs.field(default=None, converter=exact)


@attrs.frozen(kw_only=True)
class SettledItem:
    """What was written off of one open item; `id` is empty where first in first out decides."""

    id: str
    date: dt.date | None
    amount: Decimal


@attrs.frozen(kw_only=True)
class BadDebtRow:
    """One party, account and currency of a write-off or a recovery, amounts positive."""

    kind: str
    party: str
    account: str
    currency: str
    amount: Decimal
    fx_amount: Decimal | None = None
    items: tuple[SettledItem, ...] = ()

    def to_json(self, by: str) -> dict[str, Any]:
        """The keys of a row under ``--json``."""
        fx = self.fx_amount
        return {
            "kind": self.kind,
            "member": {by: self.party},
            "account": self.account,
            "currency": self.currency,
            "amount": money_text(self.amount),
            "fx_amount": None if fx is None else money_text(fx, self.currency),
            "items": [
                {
                    "date": None if one.date is None else one.date.isoformat(),
                    "amount": money_text(one.amount),
                }
                for one in self.items
            ],
        }


@attrs.frozen(kw_only=True)
class BadDebts:
    """Write-offs and recoveries at a date, a draft for each party, and the allowance around them.

    `before` is the credit balance of the allowance without them; None where the standard has
    no allowance.
    """

    as_of: dt.date
    by: str
    accounts: ProvisionAccounts
    rows: tuple[BadDebtRow, ...]
    drafts: tuple[Draft, ...]
    before: Decimal | None
    problems: tuple[Problem, ...] = ()

    def total(self, kind: str) -> Decimal:
        """The sum of a kind, ``write-off`` or ``recovery``."""
        return sum((row.amount for row in self.rows if row.kind == kind), ZERO)

    @property
    def after(self) -> Decimal | None:
        """The allowance with them, before anything is charged."""
        if self.before is None:
            return None
        return self.before - self.total("write-off") + self.total("recovery")

    def to_json(self) -> dict[str, Any]:
        """The keys ``bad_debts`` and ``allowance`` of ``--json``, but for the charge."""
        return {
            "bad_debts": [row.to_json(self.by) for row in self.rows],
            "allowance": {
                "before": None if self.before is None else money_text(self.before),
                "written_off": money_text(self.total("write-off")),
                "recovered": money_text(self.total("recovery")),
            },
        }
