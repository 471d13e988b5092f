"""Everything forms and books say of customers, gathered for tiers, credit and analysis.

The forms hold the archive, contracts, orders, sales, policies, tiers held before, and what people
state; the books, where they are given, the sales, what is owed and what is overdue.  What neither
says stays unknown.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.books.party_links import PartyLinks, link_parties
from kamcore.model.archive import Archive
from kamcore.model.contract import Contract
from kamcore.model.credit import CreditLimit, CreditPolicy, CreditRelease, Financials, Forecast
from kamcore.model.delivery import Delivery
from kamcore.model.order import Order
from kamcore.model.price import PricePolicy
from kamcore.model.tier import StatedFact, TierPolicy, TierRecord
from kamcore.pipeline.archive_file import archive_of
from kamcore.pipeline.form_file import Forms
from kamcore.pipeline.price_file import contracts, groups_of, sales_of
from kamcore.pricing import (
    booked_sales,
    net_of_tax,
    sales_frame,
    with_due_dates,
    with_groups,
)
from kamcore.tiering import (
    CreditScore,
    Tiering,
    archive_facts,
    contract_facts,
    exposure,
    join_facts,
    ledger_facts,
    ledger_parts,
    order_parts,
    payment_record,
    sales_facts,
    score,
    stated_facts,
    tiers,
    with_terms,
)
from kamcore.tiering.exposure import PARTS

__all__ = ["USUAL_TAX", "Customers"]

USUAL_TAX = Decimal("0.13")
"""The rate of most goods (增值税税率)."""


@attrs.frozen(kw_only=True, eq=False)
class Customers:
    """The customers of forms and books on a day; every answer is worked out when it is asked.

    `books` are in the codes of the archive: `linked` puts them there.
    """

    forms: Forms
    as_of: dt.date
    books: Books | None = None
    links: PartyLinks = attrs.field(factory=PartyLinks)
    """Which customer of the books as they came is which party."""

    @classmethod
    def linked(
        cls,
        forms: Forms,
        as_of: dt.date,
        books: Books | None,
        mapping: Mapping[str, str] | None = None,
    ) -> "Customers":
        """The customers of forms and of books in codes of their own.

        `mapping` says the parties of customers of the books, by code; the others are found by
        outside codes, codes, credit codes and names (`link_parties`).
        """
        if books is None:
            return cls(forms=forms, as_of=as_of)
        links = link_parties(books, archive_of(forms).archive, as_of, mapping)
        return cls(forms=forms, as_of=as_of, books=links.applied(books), links=links)

    @cached_property
    def archive(self) -> Archive:
        """The parties of the forms."""
        return archive_of(self.forms).archive

    @cached_property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts of the forms."""
        return contracts(self.forms)

    @cached_property
    def tier_policy(self) -> TierPolicy:
        """The scheme of the forms, else that of the handbooks."""
        return self.forms.one(TierPolicy) or TierPolicy.shipped()

    @cached_property
    def credit_policy(self) -> CreditPolicy:
        """The policy of the forms, else the example, with the limits and releases of the forms.

        A limit of the archive counts where no limit of the forms does.
        """
        policy = self.forms.one(CreditPolicy) or CreditPolicy.shipped()
        limits = self.forms.of(CreditLimit)
        given = {one.customer for one in limits if one.part is None and one.counts_on(self.as_of)}
        stated = []
        for party in self.archive.parties:
            known = party.stated("credit_limit", self.as_of)
            if known is not None and party.code not in given:
                since = known.by.on or dt.date.min
                stated.append(
                    CreditLimit(
                        customer=party.code,
                        amount=known.value,
                        valid_from=since,
                        person=known.by.person,
                    )
                )
        return attrs.evolve(
            policy, limits=(*limits, *stated), releases=self.forms.of(CreditRelease)
        )

    @cached_property
    def history(self) -> tuple[TierRecord, ...]:
        """The tiers the forms say were held."""
        return self.forms.of(TierRecord)

    @cached_property
    def sales(self) -> pl.DataFrame:
        """Sales with due dates: those of the books, else those of the forms."""
        if self.books is None:
            found = sales_frame(sales_of(self.forms))
        else:
            found = with_groups(booked_sales(self.books), groups_of(self.forms))
        return with_due_dates(found, self.contracts)

    @cached_property
    def net_sales(self) -> pl.DataFrame:
        """Sales without tax: the lines of revenue of the books, else those of the forms."""
        if self.books is None:
            policy = self.forms.one(PricePolicy) or PricePolicy()
            rate = USUAL_TAX if policy.tax_rate is None else policy.tax_rate
            return net_of_tax(sales_frame(sales_of(self.forms)), rate)
        found = booked_sales(self.books, tax_included=False)
        return with_groups(found, groups_of(self.forms))

    @cached_property
    def late(self) -> pl.DataFrame | None:
        """What the ledger says is overdue, with terms of contracts; None without books."""
        if self.books is None:
            return None
        return ledger_facts(with_terms(self.books, self.contracts), self.as_of)

    @cached_property
    def record(self) -> pl.DataFrame:
        """How customers paid what fell due in the last year."""
        return payment_record(self.sales, self.as_of)

    @cached_property
    def facts(self) -> pl.DataFrame:
        """The facts of every customer; what people state counts before what is worked out."""
        found = [
            stated_facts(self.forms.of(StatedFact), self.as_of),
            sales_facts(self.sales, self.as_of, self.tier_policy.months),
            self.record.drop("items"),
            contract_facts(self.contracts, self.as_of),
            archive_facts(self.archive, self.as_of),
        ]
        return join_facts(found if self.late is None else [*found, self.late])

    def tiering(self, bands: pl.DataFrame | None = None) -> Tiering:
        """The tiers on the day; `bands` is what the rule of a plug-in says.

        Raises:
            UsageError: an override names a level the scheme does not have.
        """
        return tiers(
            self.facts, self.tier_policy, as_of=self.as_of, history=self.history, bands=bands
        )

    @cached_property
    def exposure(self) -> pl.DataFrame:
        """The exposure of every customer, by parts.

        Raises:
            UsageError: the books have no customers.
        """
        parts = [order_parts(self.forms.of(Order), self.forms.of(Delivery), self.as_of)]
        if self.books is not None:
            parts.append(ledger_parts(self.books, self.as_of))
        return exposure(pl.concat([pl.DataFrame(schema=PARTS), *parts]))

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The group of every party of the archive on the day."""
        return self.archive.groups(self.as_of)

    def score(self, customer: str) -> CreditScore:
        """The credit score of a customer by its latest statements and its payment record."""
        stated = [
            one
            for one in self.forms.of(Financials)
            if one.customer == customer and one.year_end <= self.as_of
        ]
        latest = max(stated, key=lambda one: one.year_end, default=None)
        return score(self.credit_policy, latest, self.measures(customer))

    def measures(self, customer: str) -> dict[str, Decimal | None]:
        """Every measure known of a customer."""
        row = self.facts.filter(customer=customer)
        if row.is_empty():
            return {}
        named = row.row(0, named=True)
        return {name: value for name, value in named.items() if isinstance(value, Decimal)}

    def forecast(self, customer: str) -> Forecast | None:
        """What the forms expect of a customer, or None."""
        found = [one for one in self.forms.of(Forecast) if one.customer == customer]
        return found[0] if found else None
