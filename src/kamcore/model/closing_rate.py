"""The closing rate of a currency at the end of a period (期末汇率)."""

from decimal import Decimal

import attrs

from kamcore.model.voucher import exact

__all__ = ["ClosingRate"]


@attrs.frozen(kw_only=True)
class ClosingRate:
    """Base currency per unit, or units per base currency where `indirect` is true.

    `period` is ``2026-03``; empty for any.
    """

    currency: str
    rate: Decimal = attrs.field(converter=exact)
    period: str = ""
    indirect: bool = False
