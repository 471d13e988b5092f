"""Which price and why, from dated and ordered sources; rebates by contract."""

from kamcore.pricing.choosing import Question
from kamcore.pricing.prices import Prices
from kamcore.pricing.quote import Quote, answer, quote

__all__ = ["Prices", "Question", "Quote", "answer", "quote"]
