"""Promotions (促销活动): dated offers that a price may join, beat or stay out of."""

import datetime as dt
from decimal import Decimal

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.band import Band, checked_bands
from kamcore.model.voucher import exact
from kamcore.place import Place

__all__ = ["Promotion"]

NO_OFFER = Fault(
    code="Q1007",
    zh="促销 {value} 应写明折扣, 减价或特价其中一项",
    en="promotion {value!r} gives one of a discount, an amount off or a price",
)


@attrs.frozen(kw_only=True)
class Promotion:
    """An offer from `valid_from` to `valid_to`, both included.

    One of `discount` (share that is paid), `off` (money off per unit) or `price` (money per
    unit, lower than the joined price or without effect).  An empty scope is any; with
    `start_quantity` it needs at least that many stock units.

    Raises:
        UsageError: it gives nothing, or more than one thing.
    """

    id: str
    name: str = ""
    valid_from: dt.date
    valid_to: dt.date
    item: str = ""
    item_group: str = ""
    customer: str = ""
    grade: str = ""
    campaign: str = ""
    discount: Decimal | None = attrs.field(default=None, converter=exact)
    off: Decimal | None = attrs.field(default=None, converter=exact)
    price: Decimal | None = attrs.field(default=None, converter=exact)
    start_quantity: Decimal = attrs.field(default=Decimal(0), converter=exact)
    currency: str = "CNY"
    priority: int = 0

    def __attrs_post_init__(self) -> None:
        offers = [one for one in (self.discount, self.off, self.price) if one is not None]
        if len(offers) != 1:
            raise UsageError(NO_OFFER.at(Place(), self.id))

    @property
    def bands(self) -> tuple[Band, ...]:
        """Its quantities, as the one band a rule would have."""
        return checked_bands([Band(start=self.start_quantity)], self.id)

    @property
    def specificity(self) -> int:
        """How narrow the scope is, counted as for price rules."""
        return (
            (2 if self.item else int(bool(self.item_group)))
            + (2 if self.customer else int(bool(self.grade)))
            + (2 if self.campaign else 0)
        )

    def title(self, lang: str = "zh") -> str:
        """The promotion as a sentence names it."""
        return f"{'促销' if lang == 'zh' else 'promotion'} {self.name or self.id}"
