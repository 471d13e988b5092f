"""Deliveries (发货): what left for whom, on which order."""

import datetime as dt
from decimal import Decimal

import attrs

from kamcore.model.voucher import exact

__all__ = ["Delivery"]


@attrs.frozen(kw_only=True)
class Delivery:
    """A line of a delivery; a return is negative.  `order` and `invoice` are reference numbers."""

    number: str
    date: dt.date
    order: str = ""
    customer: str = ""
    item: str = ""
    quantity: Decimal = attrs.field(default=Decimal(0), converter=exact)
    unit: str = ""
    recipient: str = ""
    invoice: str = ""
