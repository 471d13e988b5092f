"""Vouchers of rebates: accrual, reversal and settlement, as drafts with auxiliary items.

A rebate is variable consideration (可变对价, CAS 14 art. 16): it lessens revenue when it is
likely, not when it is paid.  Revenue is lessened by a red entry on its own side, as ledgers keep
it.  The liability holds the rebate without tax; tax comes back with the red invoice at settlement.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import attrs

from kamcore.ledger.draft import Draft, DraftLine
from kamcore.model.rebate import RebateClause, RebateForm
from kamcore.model.role import standard_accounts
from kamcore.pricing.rebating import Rebate

__all__ = ["RebateAccounts", "accrual_draft", "settlement_draft"]

ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class RebateAccounts:
    """Accounts of the drafts, and which of them carry the customer as auxiliary item."""

    revenue: str
    accrued: str
    receivable: str
    bank: str
    output_tax: str
    with_customer: tuple[str, ...] = ("accrued", "receivable")

    @classmethod
    def of(cls, family: str, form: RebateForm) -> "RebateAccounts":
        """The standard accounts of a family of charts for a form of rebate.

        What will be paid is 其他应付款, what will be delivered 合同负债 (预收账款 in charts that
        have none).
        """
        owed: tuple[str, ...] = ("ap_other",)
        if form in (RebateForm.GOODS, RebateForm.NEXT_ORDER):
            owed = ("contract_liability", "advance_from_customer")
        return cls(
            revenue=_first(("revenue",), family),
            accrued=_first(owed, family),
            receivable=_first(("ar_trade",), family),
            bank=_first(("bank",), family),
            output_tax=_first(("vat_output",), family),
        )


def _first(roles: tuple[str, ...], family: str) -> str:
    """The first account that serves one of the roles; each of them has one in every family."""
    return next(codes[0] for role in roles if (codes := standard_accounts(role, family)))


def net_of(amount: Decimal, clause: RebateClause) -> Decimal:
    """The part of a rebate that is no tax."""
    if not clause.tax_included:
        return amount
    return clause.rounding.of(amount / (1 + clause.tax_rate))


def accrual_draft(
    found: Rebate,
    accounts: RebateAccounts,
    date: dt.date,
    accrued: Decimal = ZERO,
    aux: Mapping[str, str] | None = None,
) -> Draft | None:
    """Bring the liability to what is earned and not settled; None when it is there already.

    `accrued` is the balance of the liability before, credit positive, without tax.  Less than
    that is a reversal: the same voucher, the other way round.
    """
    target = net_of(found.due, found.clause)
    change = target - accrued
    if not change:
        return None
    zh = "计提" if change > 0 else "冲回"
    said = f"{zh}返利 {_period(found)}"
    lines = (
        _line(accounts, "revenue", said, (ZERO, -change), _aux(found, aux)),
        _line(accounts, "accrued", said, (ZERO, change), _aux(found, aux)),
    )
    rule = "rebate-accrual" if change > 0 else "rebate-reversal"
    return Draft(date=date, lines=lines, reason=_reason(found, said), rule=rule)


def settlement_draft(
    found: Rebate,
    accounts: RebateAccounts,
    date: dt.date,
    aux: Mapping[str, str] | None = None,
) -> Draft | None:
    """Settle what is due in the form of the clause; None when nothing is.

    Cash and offset: the liability is paid or set against the receivable, and the red invoice
    takes back the tax.  Goods and next-order discount: the liability becomes revenue with the
    delivery that bears the discount on its invoice; no red invoice is needed.
    """
    if not found.due:
        return None
    form = found.clause.form
    net, tax = found.net, found.tax
    said = f"返利结算 ({form.zh}) {_period(found)}"
    named = _aux(found, aux)
    lines = [_line(accounts, "accrued", said, (net, ZERO), named)]
    if form.needs_red_invoice:
        if tax:
            red = f"{said} 红字发票"
            lines.append(_line(accounts, "output_tax", red, (ZERO, -tax), named))
        other = "bank" if form is RebateForm.CASH else "receivable"
        lines.append(_line(accounts, other, said, (ZERO, net + tax), named))
    else:
        lines.append(_line(accounts, "revenue", said, (ZERO, net), named))
    return Draft(
        date=date, lines=tuple(lines), reason=_reason(found, said), rule="rebate-settlement"
    )


def _line(
    accounts: RebateAccounts,
    place: str,
    summary: str,
    sides: tuple[Decimal, Decimal],
    aux: Mapping[str, str],
) -> DraftLine:
    code: str = getattr(accounts, place)
    debit, credit = sides
    named = aux if place in accounts.with_customer else {}
    return DraftLine(account=code, summary=summary, debit=debit, credit=credit, aux=named)


def _aux(found: Rebate, aux: Mapping[str, str] | None) -> Mapping[str, str]:
    return {"customer": found.clause.customer, **(aux or {})}


def _period(found: Rebate) -> str:
    return f"{found.since:%Y-%m-%d} 至 {found.until:%Y-%m-%d}"


def _reason(found: Rebate, said: str) -> str:
    clause = found.clause
    contract = f"合同 {clause.contract}, " if clause.contract else ""
    return f"{said}: {contract}条款 {clause.id}, {clause.method.zh}"
