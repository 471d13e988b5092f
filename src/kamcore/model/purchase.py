"""Purchases (采购明细): what was bought of whom, at what price."""

import datetime as dt
from decimal import Decimal

import attrs

from kamcore.model.voucher import exact

__all__ = ["Purchase"]


@attrs.frozen(kw_only=True)
class Purchase:
    """A line of a supplier's invoice; a return is negative.

    Raises:
        TypeError: a float is given as money or quantity.
    """

    date: dt.date
    supplier: str
    item: str
    quantity: Decimal = attrs.field(converter=exact)
    amount: Decimal = attrs.field(converter=exact)
    invoice: str = ""
