"""Which customers get reports and letters of their own."""

from collections.abc import Mapping

import polars as pl

from kamcore.ledger.ageing import Ageing
from kamcore.monthend.step import Work
from kamcore.pipeline.customer_facts import Customers
from kamcore.pipeline.form_file import Forms
from kamcore.pipeline.price_file import contracts

__all__ = ["MOST", "chosen", "chosen_in_books", "party_codes"]

MOST = 100
"""How many are chosen at most where the settings name none."""


def party_codes(work: Work) -> Mapping[str, str]:
    """Codes of customers of the books that are another in the archive; usually none."""
    customers = work.known("customers")
    return customers.links.codes if isinstance(customers, Customers) else {}


def chosen_in_books(work: Work) -> tuple[str, ...]:
    """The chosen customers by the codes of the books; a party may have several there."""
    customers = work.known("customers")
    if not isinstance(customers, Customers):
        return chosen(work)
    found = [code for one in chosen(work) for code in customers.links.of_party(one)]
    return tuple(dict.fromkeys(found))


def chosen(work: Work) -> tuple[str, ...]:
    """The customers the settings name; else those with a tier, or a contract, or the largest.

    Those with a tier (after the step of that name), those with a contract among the forms, else
    the fewest with the largest balance; never more than `MOST`, in the order of their codes.
    """
    codes = party_codes(work)
    if work.folder.settings.customers:
        named = [codes.get(one, one) for one in work.folder.settings.customers]
        return tuple(dict.fromkeys(named))
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
    largest_codes = largest["aux_customer"].drop_nulls().replace(codes)
    return tuple(largest_codes.unique(maintain_order=True).head(10).sort())
