"""The allowance for bad debts of a set of books, by a policy: what is there, what to book.

The base is what is open on the receivables at a date, per party; the allowance that exists is
read from its account; parties judged singly are taken out of the pool (个别认定的不再组合计提).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.books.schema import AUX
from kamcore.errors import Fault, UsageError
from kamcore.ledger.ageing import Ageing, age
from kamcore.ledger.balances import balances
from kamcore.ledger.buckets import Buckets
from kamcore.ledger.draft import Draft, rounded
from kamcore.ledger.engine import Source, open_frames
from kamcore.ledger.migration import MigrationRates, migration_rates
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.provision import (
    NO_ALLOWANCE,
    Provision,
    ProvisionAccounts,
    ProvisionRow,
    charge_draft,
)
from kamcore.ledger.tree import account_tree
from kamcore.model.provision_policy import (
    IndividualItem,
    ProvisionMethod,
    ProvisionPolicy,
    SalesBase,
)
from kamcore.model.role import standard_accounts
from kamcore.place import Place

__all__ = ["Provisioning", "accounts_of", "allowance_at", "provide"]

NO_METHOD = Fault(
    code="L1313",
    zh="没有指明计提方法",
    en="no method is named",
    hint_zh="可选: {known}",
    hint_en="choose one of {known}",
)
POLICY_LACKS = Fault(
    code="L1314",
    zh="政策中没有{method}需要的「{value}」",
    en="the policy has no {field}, which the method {method_en} needs",
)

ZERO = Decimal(0)
_NEEDS = {
    ProvisionMethod.BALANCE: ("rate", "计提比例"),
    ProvisionMethod.SALES: ("rate", "计提比例"),
    ProvisionMethod.AGEING: ("rates", "账龄比例"),
    ProvisionMethod.INDIVIDUAL: ("individual", "个别认定"),
    ProvisionMethod.MIGRATION: ("history", "历年账龄"),
}


@attrs.frozen(kw_only=True)
class Provisioning:
    """What a policy requires of a set of books at a date, and the draft that books it."""

    provision: Provision
    accounts: ProvisionAccounts
    receivable: tuple[str, ...]
    drafts: tuple[Draft, ...]
    as_of: dt.date
    buckets: Buckets | None = None
    amounts: Mapping[str, Decimal] = attrs.field(factory=dict)
    """What stands in each bucket of the pool."""
    rates: Mapping[str, Decimal] = attrs.field(factory=dict)
    """The rate of each bucket."""
    migration: MigrationRates | None = None

    def bucket_rows(self, lang: str = "en") -> list[tuple[str, Decimal, Decimal]]:
        """Per bucket what it is called, what stands in it, and its rate; none without buckets."""
        if self.buckets is None:
            return []
        said = zip(self.buckets.labels(), self.buckets.labels(lang), strict=True)
        return [(text, self.amounts[label], self.rates[label]) for label, text in said]


def accounts_of(source: Source, policy: ProvisionPolicy) -> tuple[str, ProvisionAccounts]:
    """The standard the books follow and the accounts of an allowance, those of the policy first.

    Under 小企业会计准则 there is no allowance account, whatever the policy says.
    """
    family = policy.standard or account_tree(open_frames(source)).family or "ASBE"
    standard = ProvisionAccounts.of(family)
    if standard.allowance is None:
        return family, standard
    return family, attrs.evolve(
        standard,
        allowance=policy.allowance or standard.allowance,
        expense=policy.expense or standard.expense,
    )


def provide(
    source: Source,
    policy: ProvisionPolicy,
    *,
    as_of: dt.date,
    method: ProvisionMethod | None = None,
    period: str | None = None,
) -> Provisioning:
    """What the allowance should be at a date, what it is, and the draft of the difference.

    `method` is that of the policy unless named; `period` is the span whose sales count, by
    default the month of `as_of`.  Migration rates come from the history of the
    policy and, where it ends a year before `as_of`, from the ages of the books themselves.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the books know no allowance, or the policy lacks what the method needs.
    """
    chosen = method or policy.method
    if chosen is None:
        raise UsageError(NO_METHOD.at(Place(), known=", ".join(ProvisionMethod)))
    name, said = _NEEDS[chosen]
    if getattr(policy, name) in (None, ()):
        facts = {"method": chosen.zh, "method_en": chosen.value, "field": name}
        raise UsageError(POLICY_LACKS.at(Place(), said, **facts))
    family, accounts = accounts_of(source, policy)
    if accounts.allowance is None:
        raise UsageError(NO_ALLOWANCE.at(Place(), expense=accounts.expense))
    receivable = policy.receivable or standard_accounts("ar_trade", family)
    existing = allowance_at(source, accounts.allowance, as_of)
    found = _Run(source, policy, as_of, receivable, period).provision(chosen, existing)
    draft = charge_draft(found.provision.charge, accounts, as_of)
    return Provisioning(
        provision=found.provision,
        accounts=accounts,
        receivable=receivable,
        drafts=() if draft is None else (draft,),
        as_of=as_of,
        buckets=found.buckets,
        amounts=found.amounts,
        rates=found.rates,
        migration=found.migration,
    )


def allowance_at(source: Source, allowance: str, as_of: dt.date) -> Decimal:
    """The credit balance of the allowance at a date; a debit balance is negative.

    Raises:
        BooksError: a column is missing or of another type.
    """
    policy = AgeingPolicy(basis="voucher", method="fifo", side="credit")
    return age(source, as_of=as_of, account=allowance, policy=policy).totals()["total"]


@attrs.frozen(kw_only=True)
class _Found:
    provision: Provision
    buckets: Buckets | None = None
    amounts: Mapping[str, Decimal] = attrs.field(factory=dict)
    rates: Mapping[str, Decimal] = attrs.field(factory=dict)
    migration: MigrationRates | None = None


@attrs.frozen
class _Run:
    """One policy over one set of books."""

    source: Source
    policy: ProvisionPolicy
    as_of: dt.date
    receivable: tuple[str, ...]
    period: str | None

    def provision(self, method: ProvisionMethod, existing: Decimal) -> _Found:
        """The allowance by a method."""
        if method is ProvisionMethod.SALES:
            rate, sales = self.policy.rate or ZERO, self._sales()
            row = ProvisionRow({}, sales, rate, sales * rate)
            return _Found(provision=Provision(method=method, rows=(row,), existing=existing))
        bounds = self.policy.bounds(method) if method in _BY_AGE else ("1y",)
        buckets = Buckets.of(bounds)
        aged = self._aged(buckets)
        pool, apart = self._parted(aged)
        singly = tuple(self._singly(apart))
        if method is ProvisionMethod.INDIVIDUAL:
            return _Found(provision=Provision(method=method, rows=singly, existing=existing))
        if method is ProvisionMethod.BALANCE:
            rate = self.policy.rate or ZERO
            sums = pool.group_by(*self._keys(aged), maintain_order=True).agg(pl.col("total").sum())
            rows = tuple(
                ProvisionRow(_member(row), row["total"], rate, max(row["total"], ZERO) * rate)
                for row in sums.rows(named=True)
            )
            whole = Provision(method=method, rows=(*rows, *singly), existing=existing)
            return _Found(provision=whole)
        found = self._by_age(method, (aged, pool, singly), existing)
        return attrs.evolve(found, buckets=buckets)

    def _by_age(
        self,
        method: ProvisionMethod,
        parts: tuple[Ageing, pl.DataFrame, tuple[ProvisionRow, ...]],
        existing: Decimal,
    ) -> _Found:
        """Σ bucket × rate per party; the rates of the policy or those of its history."""
        aged, pool, singly = parts
        sums = pool.select(pl.col(*aged.labels).sum()).row(0, named=True)
        amounts = {label: sums[label] or ZERO for label in aged.labels}
        migration = None
        chosen = [row.rate for row in self.policy.rates]
        if method is ProvisionMethod.MIGRATION:
            migration = self._migration(list(amounts.values()))
            chosen = list(migration.loss)
        rates = dict(zip(aged.labels, chosen, strict=True))
        young = self.policy.not_due_rate
        rates["not_due"] = chosen[0] if young is None else young
        keys = self._keys(aged)
        columns = (*aged.labels, "not_due")
        grouped = pool.group_by(*keys, maintain_order=True).agg(pl.col(*columns).sum())
        rows = [_aged_row(row, rates) for row in grouped.rows(named=True)]
        return _Found(
            provision=Provision(method=method, rows=(*rows, *singly), existing=existing),
            amounts=amounts,
            rates=rates,
            migration=migration,
        )

    def _aged(self, buckets: Buckets) -> Ageing:
        known = set(open_frames(self.source).columns("lines"))
        by = [self.policy.by] if {self.policy.by, AUX + self.policy.by} & known else []
        return age(
            self.source,
            as_of=self.as_of,
            account=self.receivable,
            by=by,
            buckets=buckets,
            policy=AgeingPolicy(basis=self.policy.basis.value),
        )

    def _keys(self, aged: Ageing) -> list[str]:
        """The dimension a row stands for; one row for all where there is none."""
        return [key for key in aged.keys if key not in ("account", "currency")] or ["account"]

    def _parted(self, aged: Ageing) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The pool, and what the parties judged singly owe."""
        frame = aged.to_polars().sort(aged.keys)
        column = self._keys(aged)[0]
        named = pl.col(column).is_in([one.member for one in self.policy.individual])
        named = named.fill_null(value=False)
        return frame.filter(~named), frame.filter(named)

    def _singly(self, apart: pl.DataFrame) -> Iterable[ProvisionRow]:
        """Exposure less expected recovery, per party judged singly."""
        columns = [name for name in apart.columns if name not in ("account", "currency")]
        column = columns[0] if columns and columns[0] == AUX + self.policy.by else "account"
        owed = dict(apart.group_by(column).agg(pl.col("total").sum()).iter_rows())
        for one in self.policy.individual:
            yield _single_row(one, owed.get(one.member, ZERO), self.policy.by)

    def _sales(self) -> Decimal:
        """Credit sales of the period, unless the policy says them."""
        if self.policy.sales is not None:
            return self.policy.sales
        of_revenue = self.policy.sales_base is SalesBase.REVENUE
        accounts = self.receivable
        if of_revenue:
            family = self.policy.standard or account_tree(open_frames(self.source)).family
            accounts = standard_accounts("revenue", family or "ASBE")
        side = "credit" if of_revenue else "debit"
        span = self.period or (self.as_of.year, self.as_of.month)
        rows = nw.from_native(balances(self.source, account=accounts, period=span)).lazy()
        found = rows.select(nw.col(side).sum()).collect()[side].to_list()[0]
        return Decimal(found or 0)

    def _migration(self, now: list[Decimal]) -> MigrationRates:
        """Loss rates from the years of the policy and, where they end before, the books' own."""
        policy = self.policy
        years = {
            year: [one for one in policy.history if one.year == year] for year in policy.years
        }
        sums = [[one.balance for one in rows] for rows in years.values()]
        lost = [[one.written_off for one in rows] for rows in years.values()][1:]
        if policy.years[-1] < self.as_of.year:
            sums.append(now)
            lost.append([ZERO] * len(now))
        return migration_rates(sums, lost, forward=policy.forward, last=policy.last_loss)


_BY_AGE = (ProvisionMethod.AGEING, ProvisionMethod.MIGRATION)


def _member(row: Mapping[str, Any]) -> dict[str, str | None]:
    return {key.removeprefix(AUX): row[key] for key in row if key.startswith(AUX)}


def _aged_row(row: Mapping[str, Any], rates: Mapping[str, Decimal]) -> ProvisionRow:
    base = sum((row[label] for label in rates), ZERO)
    required = sum((row[label] * rate for label, rate in rates.items()), ZERO)
    return ProvisionRow(_member(row), base, required / base if base else ZERO, required)


def _single_row(one: IndividualItem, owed: Decimal, by: str) -> ProvisionRow:
    exposure = owed if one.exposure is None else one.exposure
    required = max(exposure - one.recovery, ZERO)
    rate = required / exposure if exposure else ZERO
    return ProvisionRow({by: one.member}, rounded(exposure), rate, required)
