"""Pure functions over the tables of the books: sums in, the same sums out.

Every function takes `Books`, a frame of lines, or a mapping of tables, of any engine, and gives
frames of the same kind back.  A function never knows that files exist, reads no clock and changes
nothing: what is to be booked comes back as drafts.
"""

from kamcore.ledger.account_ledger import AccountLedger, account_ledger
from kamcore.ledger.ageing import Ageing, age, open_items
from kamcore.ledger.balances import balances
from kamcore.ledger.buckets import Buckets
from kamcore.ledger.openings import carry_forward, check_openings, year_openings
from kamcore.ledger.overdue import SalesOutstanding, overdue, sales_outstanding
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.roll_forward import roll_forward
from kamcore.ledger.stated import stated_differences
from kamcore.ledger.trial_balance import TrialBalance, trial_balance
from kamcore.ledger.views import by_month

__all__ = [
    "AccountLedger",
    "Ageing",
    "AgeingPolicy",
    "Buckets",
    "SalesOutstanding",
    "TrialBalance",
    "account_ledger",
    "age",
    "balances",
    "by_month",
    "carry_forward",
    "check_openings",
    "open_items",
    "overdue",
    "roll_forward",
    "sales_outstanding",
    "stated_differences",
    "trial_balance",
    "year_openings",
]
