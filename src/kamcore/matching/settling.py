"""What a settlement books: differences by their reason, and realised exchange differences.

A short payment that is settled in full leaves its difference on the control account until it is
booked to the account of its reason (返利扣款, 质量扣款, 现金折扣, 手续费, 尾差).  An item at one
rate settled by a receipt at another leaves amount × (second rate - first rate) in base currency
(已实现汇兑损益).  Both come as drafts; a person or another program books them.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import Fault, UsageError
from kamcore.ledger.draft import ZERO, Draft, DraftLine, rounded, sides
from kamcore.ledger.engine import open_frames
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.matching.applying import Shares, Side, by_side, pairs
from kamcore.matching.policy import REASONS, Reason, reason_of
from kamcore.matching.result import Decision
from kamcore.model.chart import first_level
from kamcore.model.role import accounts_with_role, standard_accounts
from kamcore.place import Place

__all__ = ["SettlementAccounts", "settlement_drafts"]

NO_CONTROL = Fault(
    code="M6041",
    zh="单据 {value} 没有往来科目, 无法生成凭证草稿",
    en="document {value} has no control account, so nothing can be drafted",
    hint_zh="清单中加一列「科目」, 或从账套核销",
    hint_en="give the list a column account, or match out of books",
)


@attrs.frozen(kw_only=True)
class SettlementAccounts:
    """Where differences go: accounts by id of the reason, and those of exchange differences."""

    by_reason: Mapping[str, str]
    fx_gain: str
    fx_loss: str

    @classmethod
    def of(
        cls,
        books: Books | None = None,
        chosen: Mapping[str, str] | None = None,
        family: str = "ASBE",
    ) -> "SettlementAccounts":
        """Take the accounts chosen, else those of the books by role and name, else standard ones.

        `chosen` goes by id of the reason, and by ``fx_gain`` and ``fx_loss``; `family` counts
        where there are no books to tell it.
        """
        tree = account_tree(open_frames(books)) if books is not None else None
        kind = tree.family or family if tree is not None else family
        given = dict(chosen or {})
        found = {one.id: given.get(one.id) or _account(one, tree, kind) for one in REASONS}
        exchange = {
            role: given.get(role) or _exchange(role, tree, kind) for role in ("fx_gain", "fx_loss")
        }
        return cls(by_reason=found, **exchange)


def _account(reason: Reason, tree: AccountTree | None, family: str) -> str:
    """A last-level account whose name says the reason, else the first-level one."""
    standard = reason.standard.get(family, reason.standard["ASBE"])
    if tree is None:
        return standard
    leaves = tree.leaves()
    named = {code: tree.names.get(code, "") for code in sorted(leaves)}
    for word in reason.sub:
        for code, name in named.items():
            if word in name and first_level(code) == standard:
                return code
    if reason.role:
        by_role = accounts_with_role(reason.role, named, family)
        if by_role:
            return by_role[0]
    return standard


def _exchange(role: str, tree: AccountTree | None, family: str) -> str:
    if tree is not None:
        named = {code: tree.names.get(code) for code in sorted(tree.leaves())}
        found = accounts_with_role(role, named, family)
        if found:
            return found[0]
    return standard_accounts(role, family)[0]


def settlement_drafts(
    decisions: Iterable[Decision],
    documents: pl.DataFrame,
    accounts: SettlementAccounts,
    *,
    base_currency: str = "CNY",
) -> tuple[Draft, ...]:
    """Draft what decisions leave to be booked: a voucher per decision that leaves anything.

    `documents` are both lists as one frame (`Matching.documents`) with ``account`` and ``role``.

    Raises:
        UsageError: a document that leaves something has no control account.
    """
    known = by_side(documents)
    drafts = []
    for decision in decisions:
        lines = (
            *_difference(decision, known, accounts, base_currency),
            *_exchanged(decision, known, accounts, base_currency),
        )
        if lines:
            days = [known[doc]["date"] for doc in _docs(decision) if known[doc]["date"]]
            drafts.append(
                Draft(
                    date=max(days, default=dt.date.min),
                    lines=lines,
                    reason=decision.reason("zh"),
                    rule=f"settlement {decision.id}",
                )
            )
    return tuple(drafts)


def _docs(decision: Decision) -> list[Side]:
    return [
        *((False, part.id) for part in decision.receipts),
        *((True, part.id) for part in decision.items),
    ]


def _item(decision: Decision, known: Mapping[Side, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The largest item: what is short stands on it."""
    most = max(decision.items, key=lambda part: (part.amount, part.id))
    document = known[True, most.id]
    if not document["account"]:
        raise UsageError(NO_CONTROL.at(Place(), most.id))
    return document


def _difference(
    decision: Decision,
    known: Mapping[Side, Mapping[str, Any]],
    accounts: SettlementAccounts,
    base_currency: str,
) -> tuple[DraftLine, ...]:
    """The reason's account against the control account."""
    if not decision.difference:
        return ()
    item = _item(decision, known)
    reason = reason_of(decision.difference_reason or "") or REASONS[-1]
    foreign = item["currency"] != base_currency
    base, whole = item["base"], item["amount"]
    amount = decision.difference
    in_base = rounded(amount * base / whole, base_currency) if foreign and base else amount
    rate = (base / whole).quantize(Decimal("1e-10")) if foreign and base else None
    summary = f"{reason.zh} {item['text'] or item['id']}"
    more = {"currency": item["currency"], "fx_amount": amount, "rate": rate} if foreign else {}
    # A receivable goes down on the credit side, a payable on the debit side.
    sign = -1 if item["role"] != "supplier" else 1
    debit, credit = sides(sign * in_base)
    target = accounts.by_reason[reason.id]
    return (
        DraftLine(account=target, summary=summary, debit=credit, credit=debit),
        _control(item, summary, debit, credit, more),
    )


def _exchanged(
    decision: Decision,
    known: Mapping[Side, Mapping[str, Any]],
    accounts: SettlementAccounts,
    base_currency: str,
) -> tuple[DraftLine, ...]:
    """What the control account keeps in base currency after an item is settled."""
    if decision.currency == base_currency or not decision.items:
        return ()
    share = Shares(known)
    # Above zero: more base currency came in, or went out, than the item stood at.
    more = sum((share.of(by, x) - share.of(of, x) for of, by, x in pairs(decision, known)), ZERO)
    if not more:
        return ()
    item = _item(decision, known)
    summary = f"已实现汇兑损益 {item['text'] or item['id']}"
    signed = more if item["role"] != "supplier" else -more
    debit, credit = sides(signed)
    kept = {"currency": item["currency"], "fx_amount": ZERO}
    target = accounts.fx_gain if signed > 0 else accounts.fx_loss
    return (
        _control(item, summary, debit, credit, kept),
        DraftLine(account=target, summary=summary, debit=credit, credit=debit),
    )


def _control(
    item: Mapping[str, Any],
    summary: str,
    debit: Decimal,
    credit: Decimal,
    more: Mapping[str, Any],
) -> DraftLine:
    aux = {item["role"]: item["party"]} if item["role"] and item["party"] else {}
    return DraftLine(
        account=item["account"], summary=summary, debit=debit, credit=credit, aux=aux, **more
    )
