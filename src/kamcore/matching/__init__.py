"""Who settled what, and whose figure is right: references, pairs, groups, set-off, two sides.

Open items and receipts come out of books (`open_lists`) or as frames of one's own; `match` says
which settle which, `applications` makes dated facts of it, `settlement_drafts` drafts what is left
to book, and `receipt_drafts` the receipts of a bank statement that the books lack.  Two sets of
books are reconciled by `reconcile`; `view` shows one party, its `reconciliation_table` brings both
balances to one figure, `adjustments` drafts what settles the differences and `proof_of_zero`
proves it.  `set_off` and `transfer` draft set-offs, `set_off_books` and `with_red_offsets` book
them and `undone_books` takes them back; `statements` and `statement_lines` list what happened.
Functions are pure: nothing here reads a file, a clock
or chance.
"""

from kamcore.matching.offsets.red_offset import red_offsets
from kamcore.matching.offsets.set_off import SetOff, set_off, transfer, undo
from kamcore.matching.offsets.set_off_booking import (
    red_applications,
    set_off_books,
    with_red_offsets,
)
from kamcore.matching.offsets.set_off_undoing import booked_drafts, live_reds, undone_books
from kamcore.matching.one_sided.matching import match
from kamcore.matching.one_sided.result import Decision, Matching, Settled
from kamcore.matching.parties.party_lines import StatementPolicy, statement_lines
from kamcore.matching.parties.party_statement import Statement, statements
from kamcore.matching.policy import REASONS, Answer, MatchPolicy, Reason
from kamcore.matching.settlement.applying import Undo, applications
from kamcore.matching.settlement.decisions import (
    Saved,
    accept_line,
    from_lines,
    replay,
    to_lines,
    undo_line,
)
from kamcore.matching.settlement.known_receipts import booked_receipts, known_receipts
from kamcore.matching.settlement.positions import open_lists
from kamcore.matching.settlement.receipt_vouchers import (
    Bank,
    ReceiptDraft,
    bank_of,
    receipt_books,
    receipt_drafts,
)
from kamcore.matching.settlement.settling import SettlementAccounts, settlement_drafts
from kamcore.matching.subset_sum import subsets
from kamcore.matching.two_sided.adjusting import (
    Adjustments,
    Proof,
    adjustments,
    posted,
    proof_of_zero,
)
from kamcore.matching.two_sided.balance_causes import Explanation, explain_difference
from kamcore.matching.two_sided.dispute import Dispute, DisputeEvent, dispute_states, disputes
from kamcore.matching.two_sided.listed import Listed, ListedAnswer, reconcile_listed
from kamcore.matching.two_sided.party_view import Finding, PartyView, view, views
from kamcore.matching.two_sided.reconciliation_table import (
    ReconciliationTable,
    reconciliation_table,
)
from kamcore.matching.two_sided.reconciling import (
    ReconcilePolicy,
    Reconciliation,
    Workings,
    reconcile,
)

__all__ = [
    "REASONS",
    "Adjustments",
    "Answer",
    "Bank",
    "Decision",
    "Dispute",
    "DisputeEvent",
    "Explanation",
    "Finding",
    "Listed",
    "ListedAnswer",
    "MatchPolicy",
    "Matching",
    "PartyView",
    "Proof",
    "Reason",
    "ReceiptDraft",
    "ReconcilePolicy",
    "Reconciliation",
    "ReconciliationTable",
    "Saved",
    "SetOff",
    "Settled",
    "SettlementAccounts",
    "Statement",
    "StatementPolicy",
    "Undo",
    "Workings",
    "accept_line",
    "adjustments",
    "applications",
    "bank_of",
    "booked_drafts",
    "booked_receipts",
    "dispute_states",
    "disputes",
    "explain_difference",
    "from_lines",
    "known_receipts",
    "live_reds",
    "match",
    "open_lists",
    "posted",
    "proof_of_zero",
    "receipt_books",
    "receipt_drafts",
    "reconcile",
    "reconcile_listed",
    "reconciliation_table",
    "red_applications",
    "red_offsets",
    "replay",
    "set_off",
    "set_off_books",
    "settlement_drafts",
    "statement_lines",
    "statements",
    "subsets",
    "to_lines",
    "transfer",
    "undo",
    "undo_line",
    "undone_books",
    "view",
    "views",
    "with_red_offsets",
]
