"""Matching receipts with open items: all rules in their order, over all parties at once.

1. red and self-cancelling pairs, 2. numbers that are named, 3. exact amounts that stand only
once, 4. groups by exact search, several receipts for
several documents last, 5. differences within the tolerance, 6. proposals for the rest.
Only what is certain is automatic, and nothing is ever matched on a name alone.
"""

from typing import Any

import polars as pl

from kamcore.matching.one_sided.amounts import single_amounts
from kamcore.matching.one_sided.columns import documents, opened
from kamcore.matching.one_sided.group import Group
from kamcore.matching.one_sided.grouping import settle_groups
from kamcore.matching.one_sided.many import settle_many
from kamcore.matching.one_sided.naming import naming_of
from kamcore.matching.one_sided.pool import Pool, pool_of
from kamcore.matching.one_sided.proposing import propose
from kamcore.matching.one_sided.reds import cancel
from kamcore.matching.one_sided.referring import settle_named
from kamcore.matching.one_sided.result import Decision, Matching, decision_of
from kamcore.matching.one_sided.tolerance import settle_tolerated
from kamcore.matching.policy import MatchPolicy
from kamcore.model.company_name import Aliases

__all__ = ["match"]


def match(
    items: Any,
    receipts: Any,
    policy: MatchPolicy | None = None,
    *,
    aliases: Aliases | None = None,
    base_currency: str = "CNY",
) -> Matching:
    """Say which receipts settle which open items.

    Both frames have the columns of `kamcore.matching.one_sided.columns.COLUMNS`; open items and
    receipts are positive, credit notes and refunds negative.  The answer does not depend on the
    order of the rows.  Documents are matched within one currency and, unless the payer is not
    known, within one party: a code, an alias, or a full name that is the same once it is folded.

    Frames may be of any engine, also of two different ones.  A search walks from document to
    document, so both lists come to one machine, in these columns only and computed once; the
    frames of the result are of the kind of the items.  Cut lists of a cluster down to what is
    open (`kamcore.matching.settlement.positions.open_lists`) before they are matched.

    Raises:
        BooksError: a column is missing or of another type (a float for money above all), or an
            id is empty or repeated.
        UsageError: a list is no frame of a known engine.
    """
    chosen = policy or MatchPolicy()
    home = opened(items, "items")
    both = documents(home, receipts, aliases or Aliases(), base_currency)
    pool = pool_of(both, chosen)
    cancel(pool)
    naming = naming_of(pool)
    settle_named(pool, naming)
    single_amounts(pool)
    settle_named(pool, naming)
    settle_groups(pool)
    settle_many(pool, naming)
    settle_tolerated(pool)
    proposed = propose(pool, naming)
    _conserved(pool, proposed)
    said = {doc for group in proposed for doc in group.docs}
    return Matching(
        automatic=_decisions(pool.groups, both, chosen),
        proposed=_decisions(proposed, both, chosen),
        undecided=tuple(sorted(both["id"][doc] for doc in pool.undecided - said)),
        policy=chosen,
        record=both,
        home=home.hand_back,
    )


def _decisions(
    groups: list[Group], both: pl.DataFrame, policy: MatchPolicy
) -> tuple[Decision, ...]:
    found = [decision_of(group, both, policy.person) for group in groups]
    found.sort(key=lambda one: (-(one.score or 0), one.receipts[:1] == (), _first(one), one.id))
    return tuple(found)


def _first(one: Decision) -> str:
    return min(part.id for part in (*one.receipts, *one.items))


def _conserved(pool: Pool, proposed: list[Group]) -> None:
    """No document is settled beyond its amount, and every group adds up."""
    units = pool.docs["units"].to_list()
    for group in (*pool.groups, *proposed):
        for doc, part in (*group.receipts, *group.items):
            if not 0 <= part * (1 if units[doc] >= 0 else -1) <= abs(units[doc]):
                raise AssertionError("a document is settled beyond its amount")
        paid = sum(part for _, part in group.receipts)
        owed = sum(part for _, part in group.items)
        if group.score is None and owed - paid != group.difference:
            raise AssertionError("a certain group does not add up")
