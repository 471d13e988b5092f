"""From the chosen rows to a price: basis, margin, discount, promotion, rounding, floor.

The one place where prices are computed: the answer to one question and the answers to a million
lines both come from here.  Nothing is rounded before the end.
"""

from decimal import Decimal

import attrs

from kamcore.errors import BooksError, Fault, Problem, UsageError
from kamcore.model.band import Band
from kamcore.model.price import FloorAction, PriceRule, Switch
from kamcore.model.promotion import Promotion
from kamcore.place import Place
from kamcore.pricing.choosing import Choice
from kamcore.pricing.prices import Entry, Prices

__all__ = ["Floor", "Reckoned", "Step", "reckon"]

NO_TAX_RATE = Fault(
    code="Q1106",
    zh="规则 {value} 与所依据的价格含税口径不同, 又没有税率",
    en="rule {value!r} and the price it is compared with differ in tax, and no rate is stated",
    hint_zh="在规则或定价政策里写明税率 (tax_rate)",
    hint_en="state tax_rate in the rule or in the price policy",
)

NO_BASIS = Fault(
    code="Q1105",
    zh="{value} 按{basis_zh}打折, 但 {item} 没有{basis_zh}",
    en="{value} is a discount on the {basis} price, and {item} has none",
)

ZERO = Decimal(0)
ONE = Decimal(1)


@attrs.frozen
class Step:
    """One step of a price: its name, the rule behind it, money per unit before and after.

    `share` is the discount or margin applied, `band` the band it was found in.
    """

    name: str
    rule: PriceRule | Promotion | None
    before: Decimal | None
    after: Decimal | None
    share: Decimal | None = None
    band: Band | None = None


@attrs.frozen
class Floor:
    """The limit price in the unit and tax of the answer; `action` is set when it is undercut."""

    price: Decimal
    rule: PriceRule
    action: FloorAction | None


@attrs.frozen
class Reckoned:
    """A price per unit of the main rule, how it arose, and what stands under it."""

    price: Decimal
    steps: tuple[Step, ...]
    promotion: Promotion | None
    floor: Floor | None


def reckon(choice: Choice, prices: Prices) -> Reckoned:
    """Work out the price of a choice.

    Raises:
        BooksError: a discount has no basis.
        UsageError: a tax rate is needed and not stated, or a unit is unknown.
    """
    return _Reckoning(choice, prices).run()


class _Reckoning:
    """The steps of one price, as they are made."""

    def __init__(self, choice: Choice, prices: Prices) -> None:
        self.choice, self.prices, self.rule = choice, prices, choice.main.rule
        self.steps: list[Step] = []

    def run(self) -> Reckoned:
        price = self._discounted(self._start())
        price, promotion = self._promoted(price)
        rounding = self.rule.rounding or self.prices.policy.rounding
        final = rounding.of(price)
        if final != price:
            self.steps.append(Step("rounding", self.rule, price, final, rounding.place))
        floor = self._floor(final)
        return Reckoned(final, tuple(self.steps), promotion, floor)

    def _start(self) -> Decimal:
        """The price the rule states, or that of its basis, in the rule's unit and tax."""
        main, base = self.choice.main, self.choice.base
        stated = main.own_price
        if stated is not None:
            band = main.band if main.band and main.band.price is not None else None
            self.steps.append(Step("price", self.rule, None, stated, None, band))
            return stated
        start = None if base is None else self._stated(base)
        if base is None or start is None:
            raise BooksError(self._no_basis())
        self.steps.append(Step("basis", base.rule, None, start))
        return start

    def _no_basis(self) -> Problem:
        rule = self.rule
        facts = {"basis": rule.basis.text(), "basis_zh": rule.basis.zh, "item": self.choice.item}
        return NO_BASIS.at(Place(), rule.id, **facts)

    def _stated(self, entry: Entry[PriceRule]) -> Decimal | None:
        """The price another row states, with its own discount, in the unit and tax of ours."""
        stated, rule = entry.own_price, entry.rule
        if stated is None:
            return None
        share = _share(rule, entry.band)
        price = stated * (ONE + (rule.margin or ZERO)) * (ONE if share is None else share)
        if rule.unit != self.rule.unit:
            factor = self.prices.factor
            item = self.choice.item
            price = price * factor(item, self.rule.unit) / factor(item, rule.unit)
        return self._taxed(price, rule)

    def _taxed(self, price: Decimal, rule: PriceRule) -> Decimal:
        if rule.tax_included == self.rule.tax_included:
            return price
        rate = next(
            (r for r in (rule.tax_rate, self.rule.tax_rate) if r is not None),
            self.prices.policy.tax_rate,
        )
        if rate is None:
            raise UsageError(NO_TAX_RATE.at(Place(), self.rule.id))
        return price / (ONE + rate) if rule.tax_included else price * (ONE + rate)

    def _discounted(self, price: Decimal) -> Decimal:
        rule, band = self.rule, self.choice.main.band
        if rule.margin is not None:
            price = self._step("margin", price, price * (ONE + rule.margin), rule.margin)
        if rule.by_amount:
            band = self._amount_band(price)
            if band is not None and band.price is not None:
                return self._step("price", price, band.price, None, band)
        share = _share(rule, band)
        if share is None:
            return price
        return self._step("discount", price, price * share, share, band)

    def _amount_band(self, price: Decimal) -> Band | None:
        """The band of the amount of the line, before this discount."""
        factor = self.prices.factor(self.choice.item, self.rule.unit)
        amount = price * self.choice.quantity / factor
        return next((band for band in self.rule.bands if band.holds(amount)), None)

    def _step(
        self,
        name: str,
        before: Decimal,
        after: Decimal,
        share: Decimal | None,
        band: Band | None = None,
    ) -> Decimal:
        self.steps.append(Step(name, self.rule, before, after, share, band))
        return after

    def _promoted(self, price: Decimal) -> tuple[Decimal, Promotion | None]:
        if self.rule.switch is Switch.STOP:
            self.steps.append(Step("no promotion", self.rule, price, price))
            return price, None
        if self.choice.promotion is None:
            return price, None
        offer, listed = self.choice.promotion.rule, self.choice.list_price
        start = None if listed is None else self._stated(listed)
        offered = self._offered(offer, price if start is None else start)
        if offered >= price:
            self.steps.append(Step("better price", offer, price, price))
            return price, None
        self.steps.append(Step("promotion", offer, price, offered, offer.discount))
        return offered, offer

    def _offered(self, offer: Promotion, start: Decimal) -> Decimal:
        """What the promotion makes of a price; its money is per stock unit, taxed as the rule."""
        if offer.discount is not None:
            return start * offer.discount
        factor = self.prices.factor(self.choice.item, self.rule.unit)
        if offer.price is not None:
            return offer.price * factor
        return max(start - (offer.off or ZERO) * factor, ZERO)

    def _floor(self, price: Decimal) -> Floor | None:
        if self.choice.floor is None:
            return None
        rule = self.choice.floor.rule
        limit = self._stated(self.choice.floor)
        if limit is None:
            return None
        action = rule.action if price < limit else None
        if action is not None:
            self.steps.append(Step("floor", rule, price, price, limit))
        return Floor(limit, rule, action)


def _share(rule: PriceRule, band: Band | None) -> Decimal | None:
    """The discount that holds: that of the band, else of the rule."""
    if band is not None:
        return band.discount if band.price is None else None
    return rule.discount
