"""Who settled what, and whose figure is right: references, pairs, groups, set-off, two sides.

Open items and receipts come out of books (`open_lists`) or as frames of one's own; `match` says
which settle which, `applications` makes dated facts of it, and `settlement_drafts` drafts what is
left to book.  Functions are pure: nothing here reads a file, a clock or chance.
"""

from kamcore.matching.applying import Undo, applications
from kamcore.matching.decisions import Saved, accept_line, from_lines, replay, to_lines, undo_line
from kamcore.matching.one_sided import match
from kamcore.matching.policy import REASONS, Answer, MatchPolicy, Reason
from kamcore.matching.positions import open_lists
from kamcore.matching.result import Decision, Matching, Settled
from kamcore.matching.settling import SettlementAccounts, settlement_drafts
from kamcore.matching.subset_sum import subsets

__all__ = [
    "REASONS",
    "Answer",
    "Decision",
    "MatchPolicy",
    "Matching",
    "Reason",
    "Saved",
    "Settled",
    "SettlementAccounts",
    "Undo",
    "accept_line",
    "applications",
    "from_lines",
    "match",
    "open_lists",
    "replay",
    "settlement_drafts",
    "subsets",
    "to_lines",
    "undo_line",
]
