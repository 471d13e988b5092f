"""Which customers get reports and letters of their own."""

import polars as pl

from kamcore.ledger.ageing import Ageing
from kamcore.monthend.step import Work
from kamcore.pipeline.form_file import Forms
from kamcore.pipeline.price_file import contracts

__all__ = ["MOST", "chosen"]

MOST = 100
"""How many are chosen at most where the settings name none."""


def chosen(work: Work) -> tuple[str, ...]:
    """The customers the settings name; else those with a tier, or a contract, or the largest.

    Those with a tier (after the step of that name), those with a contract among the forms, else
    the fewest with the largest balance; never more than `MOST`, in the order of their codes.
    """
    if work.folder.settings.customers:
        return work.folder.settings.customers
    tiered = getattr(work.known("tier"), "monthly", None)
    if isinstance(tiered, pl.DataFrame):
        held = tiered.filter(pl.col("tier").is_not_null())["customer"]
        if len(held):
            return tuple(held.sort().head(MOST))
    forms: Forms | None = work.known("forms")
    parties = set() if forms is None else {one.party for one in contracts(forms)}
    if parties:
        return tuple(sorted(parties)[:MOST])
    aged: Ageing = work.value("age")
    largest = aged.to_polars().sort("total", "aux_customer", descending=[True, False])
    return tuple(largest["aux_customer"].drop_nulls().head(10).sort())
