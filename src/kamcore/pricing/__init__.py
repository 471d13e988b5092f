"""Which price and why, from dated and ordered sources; rebates by contract."""

from kamcore.pricing.choosing import Question
from kamcore.pricing.prices import Prices
from kamcore.pricing.quoting import Quote, answer, quote
from kamcore.pricing.rebating import Rebate, rebate, sales_frame
from kamcore.pricing.rebate_voucher import RebateAccounts, accrual_draft, settlement_draft

__all__ = [
    "Prices",
    "Question",
    "Quote",
    "Rebate",
    "RebateAccounts",
    "accrual_draft",
    "answer",
    "quote",
    "rebate",
    "sales_frame",
    "settlement_draft",
]
