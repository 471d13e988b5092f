"""All steps of a month's end, in the order they run."""

from kamcore.monthend import (
    customer_steps,
    ledger_steps,
    letter_steps,
    report_steps,
    trade_steps,
)

__all__ = ["STEPS"]

STEPS = (
    *ledger_steps.STEPS,
    *trade_steps.STEPS,
    *customer_steps.STEPS,
    *letter_steps.STEPS,
    *report_steps.STEPS,
)
"""Every step; a value, to which a caller may add its own."""
