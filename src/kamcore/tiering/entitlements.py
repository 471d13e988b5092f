"""What a tier brings in other rooms, from one policy table: price grades, cycles."""

from kamcore.model.confirmation import MONTH, CycleRule
from kamcore.model.price import Membership
from kamcore.model.tier import TierPolicy
from kamcore.tiering.tiers import Tiering, plans

__all__ = ["price_grades", "reconciliation_cycles"]


def price_grades(found: Tiering) -> tuple[Membership, ...]:
    """The price grade of every customer whose tier brings one, from the day its tier began.

    They are the ``grades`` that `kamcore.pricing.Prices` takes.
    """
    rows = found.frame.select("customer", "since").join(
        plans(found), on="customer", how="left", maintain_order="left"
    )
    some = rows.filter(rows["price_grade"].is_not_null())
    return tuple(
        Membership(member=customer, group=grade, since=since)
        for customer, grade, since in some.select("customer", "price_grade", "since").iter_rows()
    )


def reconciliation_cycles(policy: TierPolicy) -> tuple[CycleRule, ...]:
    """How often customers of each tier are reconciled with, at least every month.

    They are the rules that `kamcore.model.confirmation.cycle_of` takes.
    """
    return tuple(
        CycleRule(tier=plan.level, days=max(1, min(plan.reconcile_days, MONTH)))
        for plan in policy.plans
        if plan.reconcile_days is not None
    )
