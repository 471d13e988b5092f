"""Pure functions over the tables of the books: sums in, the same sums out.

Every function takes `Books`, a frame of lines, or a mapping of tables, of any engine, and gives
frames of the same kind back.  A function never knows that files exist, reads no clock and changes
nothing: what is to be booked comes back as drafts.
"""

from kamcore.ledger.account_ledger import AccountLedger, account_ledger
from kamcore.ledger.balances import balances
from kamcore.ledger.stated import stated_differences
from kamcore.ledger.trial_balance import TrialBalance, trial_balance
from kamcore.ledger.views import by_month

__all__ = [
    "AccountLedger",
    "TrialBalance",
    "account_ledger",
    "balances",
    "by_month",
    "stated_differences",
    "trial_balance",
]
