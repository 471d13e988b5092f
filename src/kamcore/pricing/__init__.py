"""Which price and why, from dated and ordered sources; rebates by contract."""

from kamcore.pricing.booked import booked_purchases, booked_sales, with_due_dates, with_groups
from kamcore.pricing.bulk import PricedLines, price_orders
from kamcore.pricing.choosing import Question
from kamcore.pricing.contracting import contract_prices
from kamcore.pricing.contributing import (
    Contribution,
    at_list_price,
    customer_contribution,
    net_of_tax,
)
from kamcore.pricing.invoicing import (
    contribution,
    invoice_check,
    last_sale_prices,
    purchases_frame,
    spread,
)
from kamcore.pricing.ordering import OrderCheck, check_orders, order_lines, synchronised
from kamcore.pricing.prices import Prices
from kamcore.pricing.quoting import Quote, answer, quote
from kamcore.pricing.rebate_voucher import RebateAccounts, accrual_draft, settlement_draft
from kamcore.pricing.rebating import Rebate, rebate, sales_frame
from kamcore.pricing.tracing import TradeRecords, TrailStep, trace

__all__ = [
    "Contribution",
    "OrderCheck",
    "PricedLines",
    "Prices",
    "Question",
    "Quote",
    "Rebate",
    "RebateAccounts",
    "TradeRecords",
    "TrailStep",
    "accrual_draft",
    "answer",
    "at_list_price",
    "booked_purchases",
    "booked_sales",
    "check_orders",
    "contract_prices",
    "contribution",
    "customer_contribution",
    "invoice_check",
    "last_sale_prices",
    "net_of_tax",
    "order_lines",
    "price_orders",
    "purchases_frame",
    "quote",
    "rebate",
    "sales_frame",
    "settlement_draft",
    "spread",
    "synchronised",
    "trace",
    "with_due_dates",
    "with_groups",
]
