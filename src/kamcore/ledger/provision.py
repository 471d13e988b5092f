"""Allowance for bad debts (坏账准备): what is required, what to charge, and the drafts.

Required: balance × rate (余额百分比法), Σ bucket × rate (账龄分析法), or exposure less expected
recovery (个别认定法).  The charge is what is required less what is there; by sales (销货百分比法)
it is sales × rate whatever is there.  Sums are rounded once, at the end.  Under 小企业会计准则
there is no allowance: losses are booked when they happen (arts. 10 and 68).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.ledger.ageing import Ageing
from kamcore.ledger.draft import Draft, DraftLine, money_text, rounded
from kamcore.model.role import standard_accounts
from kamcore.place import Place

__all__ = [
    "Provision",
    "ProvisionAccounts",
    "ProvisionRow",
    "charge_draft",
    "provision_by_ageing",
    "provision_by_balance",
    "provision_by_sales",
    "provision_individual",
    "recovery_draft",
    "write_off_draft",
]

NO_RATE = Fault(
    code="L1311",
    zh="账龄段「{value}」没有计提比例",
    en="there is no rate for the bucket {value!r}",
)
NO_ALLOWANCE = Fault(
    code="L1312",
    zh="小企业会计准则不计提坏账准备, 损失发生时直接核销",
    en="books under the small-enterprise standard have no allowance: write the loss off directly",
    hint_zh="损失发生时借记 {expense} 营业外支出 (坏账损失), 贷记应收账款 (第 10、68 条); "
    "凭证草稿: kamcore provision --write-off",
    hint_en="when the loss happens debit {expense} and credit the receivable (arts. 10, 68); "
    "kamcore provision --write-off drafts it",
)

ZERO = Decimal(0)
_FULL = Decimal(1)


@attrs.frozen
class ProvisionRow:
    """The base, the rate and what they require, unrounded; `rate` is a fraction."""

    member: Mapping[str, str | None]
    base: Decimal
    rate: Decimal
    required: Decimal

    def to_json(self) -> dict[str, Any]:
        """The keys of a row under ``--json``."""
        return {
            "member": dict(self.member),
            "base": money_text(self.base),
            "rate": f"{self.rate:f}",
            "required": money_text(self.required),
        }


@attrs.frozen(kw_only=True)
class Provision:
    """What an allowance should be; `existing` is its credit balance, negative if on debit."""

    method: str
    rows: tuple[ProvisionRow, ...]
    existing: Decimal = ZERO

    @property
    def required(self) -> Decimal:
        """What the allowance should be, rounded once."""
        total = rounded(sum((row.required for row in self.rows), ZERO))
        return total + self.existing if self.method == "sales" else total

    @property
    def charge(self) -> Decimal:
        """What to book: positive a charge, negative a reversal."""
        return self.required - self.existing

    def to_json(self) -> dict[str, Any]:
        """The keys of a provision under ``--json``, but for the drafts."""
        return {
            "method": self.method,
            "rows": [row.to_json() for row in self.rows],
            "required": money_text(self.required),
            "existing": money_text(self.existing),
            "charge": money_text(self.charge),
        }


@attrs.frozen(kw_only=True)
class ProvisionAccounts:
    """Accounts of the drafts; `allowance` is None where the standard has none."""

    allowance: str | None
    expense: str
    recovered: str | None = None

    @classmethod
    def of(cls, family: str) -> "ProvisionAccounts":
        """The standard accounts of a family of charts."""
        allowance = standard_accounts("bad_debt_allowance", family)
        if not allowance:
            return cls(
                allowance=None,
                expense=standard_accounts("write_off_expense", family)[0],
                recovered=standard_accounts("fx_gain", family)[0],
            )
        impairment = standard_accounts("impairment_loss", family)
        return cls(allowance=allowance[0], expense=impairment[0] if impairment else "5502")


def provision_by_balance(
    balances: Mapping[str, Decimal], rate: Decimal, existing: Decimal = ZERO
) -> Provision:
    """Balance per member × rate; credit balances need no allowance."""
    rows = (
        ProvisionRow({"member": member}, base, rate, max(base, ZERO) * rate)
        for member, base in balances.items()
    )
    return Provision(method="balance", rows=tuple(rows), existing=existing)


def provision_by_ageing(
    aged: Ageing | Mapping[str, Decimal],
    rates: Mapping[str, Decimal],
    existing: Decimal = ZERO,
    individually: Iterable[str] = (),
) -> Provision:
    """Σ bucket × rate, per member of an ageing or over the sums of its buckets.

    Items not due take the rate ``not_due``, else that of the youngest bucket.  Members listed in
    `individually` are judged one by one elsewhere and are left out.

    Raises:
        UsageError: a bucket has no rate.
    """
    apart = set(individually)
    if isinstance(aged, Ageing):
        labels = (*aged.labels, "not_due")
        rows = aged.to_polars().select(*aged.keys, *labels).rows(named=True)
        parts = [({key: row[key] for key in aged.keys}, row) for row in rows]
    else:
        labels = tuple(aged)
        parts = [({}, dict(aged))]
    chosen = {label: _rate(label, rates, labels) for label in labels}
    found = []
    for member, amounts in parts:
        if apart & set(member.values()):
            continue
        base = sum((amounts[label] for label in labels), ZERO)
        required = sum((amounts[label] * chosen[label] for label in labels), ZERO)
        found.append(ProvisionRow(member, base, required / base if base else ZERO, required))
    return Provision(method="ageing", rows=tuple(found), existing=existing)


def provision_individual(
    items: Mapping[str, tuple[Decimal, Decimal]], existing: Decimal = ZERO
) -> Provision:
    """Exposure less expected recovery per item."""
    rows = []
    for item, (exposure, recovery) in items.items():
        required = max(exposure - recovery, ZERO)
        rate = required / exposure if exposure else _FULL
        rows.append(ProvisionRow({"item": item}, exposure, rate, required))
    return Provision(method="individual", rows=tuple(rows), existing=existing)


def provision_by_sales(sales: Decimal, rate: Decimal, existing: Decimal = ZERO) -> Provision:
    """Credit sales of the period × rate, charged whatever is there."""
    row = ProvisionRow({}, sales, rate, sales * rate)
    return Provision(method="sales", rows=(row,), existing=existing)


def _rate(label: str, rates: Mapping[str, Decimal], labels: tuple[str, ...]) -> Decimal:
    if label in rates:
        return rates[label]
    if label == "not_due" and labels[0] in rates:
        return rates[labels[0]]
    raise UsageError(NO_RATE.at(Place(), label))


def charge_draft(charge: Decimal, accounts: ProvisionAccounts, date: dt.date) -> Draft | None:
    """Charge (借 减值损失 贷 坏账准备) or reversal; None when there is nothing to book.

    Raises:
        UsageError: the standard knows no allowance.
    """
    if accounts.allowance is None:
        raise UsageError(NO_ALLOWANCE.at(Place(), expense=accounts.expense))
    if not charge:
        return None
    said = "计提坏账准备" if charge > 0 else "冲回坏账准备"
    sides = (accounts.expense, accounts.allowance)
    return _pair(sides if charge > 0 else sides[::-1], abs(charge), (date, said, "provision"))


def write_off_draft(
    amount: Decimal,
    receivable: str,
    accounts: ProvisionAccounts,
    date: dt.date,
    aux: Mapping[str, str] | None = None,
) -> Draft:
    """A loss taken off the receivable, against the allowance or, without one, as an expense."""
    sides = (accounts.allowance or accounts.expense, receivable)
    return _pair(sides, amount, (date, "核销坏账", "write-off"), {receivable: aux or {}})


def recovery_draft(
    amount: Decimal,
    route: tuple[str, str],
    accounts: ProvisionAccounts,
    date: dt.date,
    aux: Mapping[str, str] | None = None,
) -> Draft:
    """A loss that came back after all; `route` is the bank and the receivable account.

    With an allowance the receivable is put back first and then collected, so that the party's
    ledger shows both; without one the receipt is other income.
    """
    bank, receivable = route
    said = (date, "收回已核销坏账", "recovery")
    if accounts.allowance is None:
        return _pair((bank, accounts.recovered or accounts.expense), amount, said)
    named = {receivable: aux or {}}
    back = _pair((receivable, accounts.allowance), amount, said, named)
    paid = _pair((bank, receivable), amount, said, named)
    return attrs.evolve(back, lines=(*back.lines, *paid.lines))


def _pair(
    sides: tuple[str, str],
    amount: Decimal,
    said: tuple[dt.date, str, str],
    aux: Mapping[str, Mapping[str, str]] | None = None,
) -> Draft:
    """Debit one account, credit another."""
    date, summary, rule = said
    debit, credit = sides
    named = aux or {}
    lines = (
        DraftLine(account=debit, summary=summary, debit=amount, aux=named.get(debit, {})),
        DraftLine(account=credit, summary=summary, credit=amount, aux=named.get(credit, {})),
    )
    return Draft(date=date, lines=lines, reason=summary, rule=rule)
