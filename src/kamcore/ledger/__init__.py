"""Pure functions over the tables of the books: sums in, the same sums out.

Every function takes `Books`, a frame of lines, or a mapping of tables, of any engine, and gives
frames of the same kind back.  A function never knows that files exist, reads no clock and changes
nothing: what is to be booked comes back as drafts.
"""

from kamcore.ledger.account_ledger import (
    AccountLedger,
    account_ledger,
)
from kamcore.ledger.ageing import (
    Ageing,
    age,
    open_items,
)
from kamcore.ledger.bad_debts import BadDebt, BadDebts
from kamcore.ledger.balances import (
    balances,
)
from kamcore.ledger.buckets import (
    Buckets,
)
from kamcore.ledger.closing import (
    Closing,
    Seal,
    close_period,
    closing_findings,
    seal,
)
from kamcore.ledger.closing_drafts import closing_drafts, with_drafts
from kamcore.ledger.correction import (
    corrected,
    difference_voucher,
    find_corrections,
    red_copy,
)
from kamcore.ledger.draft import (
    Draft,
    DraftLine,
)
from kamcore.ledger.life import (
    Office,
    move,
    refusal,
)
from kamcore.ledger.migration import (
    MigrationRates,
    migration_rates,
)
from kamcore.ledger.openings import (
    carry_forward,
    check_openings,
    year_openings,
)
from kamcore.ledger.overdue import (
    SalesOutstanding,
    overdue,
    sales_outstanding,
)
from kamcore.ledger.policy import (
    AgeingPolicy,
)
from kamcore.ledger.provision import (
    Provision,
    ProvisionAccounts,
    charge_draft,
    provision_by_ageing,
    provision_by_balance,
    provision_by_sales,
    provision_individual,
    recovery_draft,
    write_off_draft,
)
from kamcore.ledger.provisioning import provide
from kamcore.ledger.renumber import (
    RenumberPlan,
    renumber_plan,
)
from kamcore.ledger.revaluation import (
    Revaluation,
    revalue,
)
from kamcore.ledger.roll_forward import (
    roll_forward,
)
from kamcore.ledger.sealing import compare_seals
from kamcore.ledger.stated import (
    stated_differences,
)
from kamcore.ledger.transfer import (
    profit_transfer,
    year_end_transfer,
)
from kamcore.ledger.trial_balance import (
    TrialBalance,
    trial_balance,
)
from kamcore.ledger.views import (
    by_month,
)
from kamcore.ledger.writing_off import write_off

__all__ = [
    "AccountLedger",
    "Ageing",
    "AgeingPolicy",
    "BadDebt",
    "BadDebts",
    "Buckets",
    "Closing",
    "Draft",
    "DraftLine",
    "MigrationRates",
    "Office",
    "Provision",
    "ProvisionAccounts",
    "RenumberPlan",
    "Revaluation",
    "SalesOutstanding",
    "Seal",
    "TrialBalance",
    "account_ledger",
    "age",
    "balances",
    "by_month",
    "carry_forward",
    "charge_draft",
    "check_openings",
    "close_period",
    "closing_drafts",
    "closing_findings",
    "compare_seals",
    "corrected",
    "difference_voucher",
    "find_corrections",
    "migration_rates",
    "move",
    "open_items",
    "overdue",
    "profit_transfer",
    "provide",
    "provision_by_ageing",
    "provision_by_balance",
    "provision_by_sales",
    "provision_individual",
    "recovery_draft",
    "red_copy",
    "refusal",
    "renumber_plan",
    "revalue",
    "roll_forward",
    "sales_outstanding",
    "seal",
    "stated_differences",
    "trial_balance",
    "with_drafts",
    "write_off",
    "write_off_draft",
    "year_end_transfer",
    "year_openings",
]
