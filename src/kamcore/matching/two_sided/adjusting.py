"""Vouchers that settle what a reconciliation found, and the proof that they do (S164).

A mistake is taken back in red on the accounts it was booked on and booked as it should be
(会计基础工作规范 art. 51(5)); what a side has not booked at all is booked against the accounts
that side's own vouchers use for such lines, value-added tax apart as there.  Timing differences
are booked by nobody: they clear when the other side books them.  A difference at the opening
belongs to the last reconciliation.
Vouchers for the other company's books are proposals to put into the letter.
"""

from collections.abc import Iterable
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.ledger.draft import Draft
from kamcore.matching.two_sided.adjustment_writing import written
from kamcore.matching.two_sided.party_view import Finding, PartyView, views
from kamcore.matching.two_sided.reconciling import Reconciliation, reconciled_with
from kamcore.model.entity import Entity

__all__ = ["Adjustments", "Proof", "adjustments", "posted", "proof_of_zero"]

WAITING = ("timing", "opening")
"""Causes for which no voucher is drafted."""


@attrs.frozen(kw_only=True)
class Adjustments:
    """Drafts for our books, and proposals for theirs, each in its own codes."""

    ours: tuple[Draft, ...] = ()
    theirs: tuple[Draft, ...] = ()


@attrs.frozen(kw_only=True)
class Proof:
    """What the balances differ by before and after the drafts, over all parties.

    `waiting` is what timing and openings account for; `unsettled` names each party and currency
    where something else is left, with its amount.
    """

    before: Decimal
    after: Decimal
    waiting: Decimal
    unsettled: tuple[tuple[str, str, Decimal], ...] = ()

    @property
    def zero(self) -> bool:
        """True when every difference is settled but those that only time settles."""
        return not self.unsettled


def adjustments(result: Reconciliation, chosen: Iterable[PartyView] | None = None) -> Adjustments:
    """Draft the vouchers for the chosen parties, by default for all that differ.

    Each draft names the finding in its reason and the cause in its rule; auxiliary items are
    those of the party and of the vouchers it follows.  Where the own books give no counter
    account, it is bank for money, and income or purchases for the rest, tax included; the reason
    says so then: look at these before posting.
    """
    if chosen is None:
        differing = result.workings.differences.select("party", "currency").unique(
            maintain_order=True
        )
        chosen = views(result, differing.unique(maintain_order=True).iter_rows())
    asked: dict[str, list[tuple[PartyView, Finding]]] = {"ours": [], "theirs": []}
    for view in chosen:
        for finding in view.differences:
            if finding.cause not in WAITING:
                asked[finding.corrects].append((view, finding))
    found = {side: written(result, side, findings) for side, findings in asked.items()}
    return Adjustments(ours=found["ours"], theirs=found["theirs"])


def posted(books: Books, drafts: Iterable[Draft]) -> Books:
    """The books with the drafts in them, as vouchers of their own."""
    first = max(books.vouchers["voucher_id"].to_list(), default=0) + 1
    vouchers = [
        attrs.evolve(draft.to_voucher(), voucher_id=first + at) for at, draft in enumerate(drafts)
    ]
    added = Books.from_vouchers(vouchers, entity=books.entity)
    lines = pl.concat([books.lines, added.lines], how="diagonal")
    return books.replace(lines=lines, vouchers=pl.concat([books.vouchers, added.vouchers]))


def proof_of_zero(result: Reconciliation, made: Adjustments) -> Proof:
    """Reconcile again with the drafts posted on both sides: nothing may be left but time.

    The span and the parties are the same; both sides' drafts count as booked on the day.
    """
    papers = result.workings
    ours, theirs = result.entities
    after = reconciled_with(
        result,
        _as_books(made.ours, papers.ours, ours),
        _as_books(made.theirs, papers.theirs, theirs),
    )
    keys = ["party", "currency"]
    waiting = papers.differences.filter(pl.col("cause").is_in(WAITING))
    waits = waiting.group_by(keys).agg(pl.col("amount").sum())
    both = after.workings.parties.join(waits, on=keys, how="left")
    left = pl.col("difference") - pl.col("amount").fill_null(0)
    unsettled = both.select(*keys, left=left).filter(pl.col("left") != 0).sort(keys)
    return Proof(
        before=result.difference,
        after=after.difference,
        waiting=Decimal(waiting["amount"].sum() or 0),
        unsettled=tuple(unsettled.iter_rows()),
    )


def _as_books(drafts: Iterable[Draft], lines: pl.DataFrame, owner: Entity) -> Books:
    """The drafts as books of their own, numbered after the lines that were reconciled."""
    first = max(lines["voucher_id"].to_list(), default=0) + 1
    vouchers = [
        attrs.evolve(draft.to_voucher(), voucher_id=first + at) for at, draft in enumerate(drafts)
    ]
    return Books.from_vouchers(vouchers, entity=owner)
