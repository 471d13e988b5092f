"""Vouchers (凭证) and their lines (分录) as values: the object view of the books.

A voucher may be unbalanced or incomplete, because files are; a value that cannot say so could not
be reported.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

ZERO = Decimal(0)


def exact(value: Any, _line: object = None, _field: object = None) -> Any:
    """Refuse a float where money, a rate or a quantity is meant.

    Raises:
        TypeError: the value is a float.
    """
    if isinstance(value, float):
        raise TypeError(f"money, rates and quantities are Decimal, never float: {value!r}")
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _amount(default: Decimal | None = None) -> Any:
    return attrs.field(default=default, converter=exact)


@attrs.frozen(kw_only=True)
class Line:
    """A line of a voucher: one account, one side, any number of auxiliary members.

    Amounts are in yuan (or the unit of their currency), `rate` is base per unit of transaction
    currency, `aux` maps a dimension id to a member code.
    """

    account: str | None
    summary: str | None = None
    debit: Decimal = _amount(ZERO)
    credit: Decimal = _amount(ZERO)
    line_no: int | None = None
    split_no: int = 1
    currency: str | None = None
    fx_debit: Decimal | None = _amount()
    fx_credit: Decimal | None = _amount()
    rate: Decimal | None = _amount()
    rate_type: str | None = None
    quantity: Decimal | None = _amount()
    unit: str | None = None
    unit_price: Decimal | None = _amount()
    settlement_method: str | None = None
    settlement_number: str | None = None
    settlement_date: dt.date | None = None
    due_date: dt.date | None = None
    business_number: str | None = None
    contract: str | None = None
    invoice: str | None = None
    order_number: str | None = None
    salesperson: str | None = None
    aux: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Voucher:
    """What was booked under one number of a period and word."""

    date: dt.date | None
    word: str | None = None
    number: int | None = None
    lines: tuple[Line, ...] = ()
    voucher_id: int | None = None
    year: int | None = None
    period: int | None = None
    attachments: int | None = None
    preparer: str | None = None
    reviewer: str | None = None
    poster: str | None = None
    cashier: str | None = None
    approver: str | None = None
    handler: str | None = None
    status: str | None = None
    source_module: str | None = None
    business_date: dt.date | None = None
    reference: str | None = None
    serial: int | None = None

    @property
    def debit(self) -> Decimal:
        """Sum of the debits."""
        return sum((line.debit for line in self.lines), ZERO)

    @property
    def credit(self) -> Decimal:
        """Sum of the credits."""
        return sum((line.credit for line in self.lines), ZERO)

    @property
    def off_by(self) -> Decimal:
        """Debit less credit: zero when the voucher balances."""
        return self.debit - self.credit
