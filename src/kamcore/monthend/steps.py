"""All steps of a month's end, in the order they run."""

from kamcore.monthend import ledger_steps, report_steps

__all__ = ["STEPS"]

STEPS = (*ledger_steps.STEPS, *report_steps.STEPS)
"""Every step; a value, to which a caller may add its own."""
