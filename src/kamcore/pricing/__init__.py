"""Which price and why, from dated and ordered sources; rebates by contract."""

from kamcore.pricing.bulk import PricedLines, price_orders
from kamcore.pricing.choosing import Question
from kamcore.pricing.contracting import contract_prices
from kamcore.pricing.prices import Prices
from kamcore.pricing.quoting import Quote, answer, quote
from kamcore.pricing.rebate_voucher import RebateAccounts, accrual_draft, settlement_draft
from kamcore.pricing.rebating import Rebate, rebate, sales_frame

__all__ = [
    "PricedLines",
    "Prices",
    "Question",
    "Quote",
    "Rebate",
    "RebateAccounts",
    "accrual_draft",
    "answer",
    "contract_prices",
    "price_orders",
    "quote",
    "rebate",
    "sales_frame",
    "settlement_draft",
]
