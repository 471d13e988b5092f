"""The price of one item for one customer on one day, with how it arose (报价).

>>> import datetime as dt
>>> from kamcore.model.band import Band
>>> from kamcore.model.price import PriceRule
>>> listed = PriceRule(id="LP-1", kind="retail", item="A-100", price=Decimal("95.00"))
>>> agreed = PriceRule(
...     id="HT-2025-008/1",
...     kind="contract",
...     contract="HT-2025-008",
...     version=2,
...     customer="0004",
...     bands=(Band(start=Decimal(500), discount=Decimal("0.92")),),
... )
>>> prices = Prices(rules=(listed, agreed))
>>> day = dt.date(2025, 3, 8)
>>> price = quote(prices, customer="0004", item="A-100", quantity=Decimal(500), on=day)
>>> print(price.amount, price.because)
87.40 合同 HT-2025-008 第 2 版, 批量 500 起 9.2 折, 不参加促销
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs

from kamcore.model.currency import decimals_of
from kamcore.model.price import PriceKind, PriceRule, Rounding
from kamcore.model.promotion import Promotion
from kamcore.pricing.choosing import Question, choose
from kamcore.pricing.prices import Prices
from kamcore.pricing.reckoning import Floor, Step, reckon
from kamcore.pricing.telling import price_text, sentence, step_text

__all__ = ["Quote", "answer", "quote"]


@attrs.frozen(kw_only=True)
class Quote:
    """An answer: `amount` is money per `unit`, `total` the amount of the whole line."""

    question: Question
    amount: Decimal
    total: Decimal
    rule: PriceRule
    promotion: Promotion | None
    floor: Floor | None
    steps: tuple[Step, ...] = attrs.field(repr=False)

    @property
    def source(self) -> PriceKind:
        """The kind of price that answered."""
        return self.rule.kind

    @property
    def unit(self) -> str:
        """The unit the price is for; blank is the stock unit."""
        return self.rule.unit

    @property
    def tax_included(self) -> bool:
        """Is tax in the price."""
        return self.rule.tax_included

    @property
    def may_be_sold(self) -> bool:
        """False when the price undercuts a floor that blocks or asks for approval."""
        action = self.floor.action if self.floor else None
        return action is None or action == "warn"

    @property
    def because(self) -> str:
        """How the price arose, in Chinese."""
        return sentence(self.rule, self.steps, "zh")

    @property
    def because_en(self) -> str:
        """How the price arose, in English."""
        return sentence(self.rule, self.steps, "en")

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The keys of a price under ``--json``."""
        floor = None
        if self.floor is not None:
            floor = {
                "price": price_text(self.floor.price),
                "action": self.floor.action and str(self.floor.action),
                "rule": self.floor.rule.id,
            }
        return {
            "price": price_text(self.amount),
            "currency": self.rule.currency,
            "unit": self.unit,
            "tax_included": self.tax_included,
            "source": str(self.source),
            "rule": self.rule.id,
            "promotion": self.promotion.id if self.promotion else None,
            "quantity": f"{self.question.quantity:f}",
            "amount": f"{self.total:f}",
            "floor": floor,
            "because": {"zh": self.because, "en": self.because_en},
            "trace": [
                {
                    "step": step.name,
                    "rule": step.rule.id if step.rule else None,
                    "before": None if step.before is None else price_text(step.before),
                    "after": None if step.after is None else price_text(step.after),
                    "text": step_text(step, lang),
                }
                for step in self.steps
            ],
        }


def quote(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    prices: Prices,
    *,
    customer: str,
    item: str,
    quantity: Decimal,
    on: dt.date,
    unit: str = "",
    campaign: str = "",
    currency: str = "CNY",
) -> Quote:
    """The price of an item for a customer on a day.

    `quantity` counts in `unit` (blank: the stock unit) and decides the band.

    Raises:
        UsageError: nothing gives a price, or a unit is unknown.
        BooksError: equal rules contradict each other, or a discount has no basis.
        TypeError: the quantity is a float.
    """
    asked = Question(
        customer=customer,
        item=item,
        quantity=quantity,
        on=on,
        unit=unit,
        campaign=campaign,
        currency=currency,
    )
    return answer(prices, asked)


def answer(prices: Prices, asked: Question) -> Quote:
    """Answer a question; see `quote`.

    Raises:
        UsageError: nothing gives a price, or a unit is unknown.
        BooksError: equal rules contradict each other, or a discount has no basis.
    """
    choice = choose(asked, prices)
    found = reckon(choice, prices)
    rule = choice.main.rule
    signed = choice.quantity.copy_sign(asked.quantity)
    per_unit = prices.factor(asked.item, rule.unit)
    cents = Rounding(Decimal(1).scaleb(-decimals_of(rule.currency)))
    return Quote(
        question=asked,
        amount=found.price,
        total=cents.of(found.price * signed / per_unit),
        rule=rule,
        promotion=found.promotion,
        floor=found.floor,
        steps=found.steps,
    )
