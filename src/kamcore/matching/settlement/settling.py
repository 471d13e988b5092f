"""What a settlement books: differences by their reason, and realised exchange differences.

A short payment that is settled in full leaves its difference on the control account until it is
booked to the account of its reason (返利扣款, 质量扣款, 现金折扣, 手续费, 尾差).  An item at one
rate settled by a receipt at another leaves amount × (second rate - first rate) in base currency
(已实现汇兑损益).  Both come as drafts; a person or another program books them.

A draft carries what its line on the control account settles, so that books that take both have
nothing open of a settled document in any currency (`kamcore.matching.settlement.settled`).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.ledger.draft import ZERO, Draft, DraftLine, rounded, sides
from kamcore.ledger.engine import Source, open_frames
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.matching.one_sided.columns import conform_documents
from kamcore.matching.one_sided.result import Decision
from kamcore.matching.policy import REASONS, Reason, reason_of
from kamcore.matching.settlement.applying import Shares, Side, Spread, by_side, met, spread
from kamcore.model.chart import first_level
from kamcore.model.role import accounts_with_role, standard_accounts
from kamcore.place import Place

__all__ = [
    "DraftApplication",
    "SettlementAccounts",
    "SettlementDraft",
    "exchange_account",
    "settlement_drafts",
]

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
        books: Source | None = None,
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
            role: given.get(role) or exchange_account(role, tree, kind)
            for role in ("fx_gain", "fx_loss")
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


def exchange_account(role: str, tree: AccountTree | None, family: str) -> str:
    """Where exchange differences go: a last-level account of the role, else the standard one.

    `role` is ``fx_gain`` or ``fx_loss``.
    """
    if tree is not None:
        named = {code: tree.names.get(code) for code in sorted(tree.leaves())}
        found = accounts_with_role(role, named, family)
        if found:
            return found[0]
    return standard_accounts(role, family)[0]


@attrs.frozen(kw_only=True)
class DraftApplication:
    """What a line of a draft settles, or what settles it: the other document and the amounts.

    `is_item` says that the line is an item and the document settles it; `amount` is in base
    currency, `fx_amount` in that of the document and zero for an exchange difference.
    """

    line_no: int
    document: str
    is_item: bool
    amount: Decimal
    fx_amount: Decimal

    def to_json(self) -> dict[str, Any]:
        """The keys an application of a draft has under ``--json``."""
        return {
            "line_no": self.line_no,
            "item": None if self.is_item else self.document,
            "receipt": self.document if self.is_item else None,
            "amount": f"{self.amount:.2f}",
            "fx_amount": f"{self.fx_amount:.2f}",
        }


@attrs.frozen(kw_only=True)
class SettlementDraft(Draft):
    """A draft with what its lines settle on the control account."""

    applications: tuple[DraftApplication, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The keys every draft has under ``--json``, and ``applications``."""
        return {**super().to_json(), "applications": [one.to_json() for one in self.applications]}


@attrs.frozen
class _Booked:
    """Two lines, which of them is on the control account, and what that one settles."""

    lines: tuple[DraftLine, DraftLine]
    control: int
    settles: tuple[tuple[Side, Decimal, Decimal], ...]
    is_item: bool = False


def settlement_drafts(
    decisions: Iterable[Decision],
    documents: Any,
    accounts: SettlementAccounts,
    *,
    base_currency: str = "CNY",
) -> tuple[SettlementDraft, ...]:
    """Draft what decisions leave to be booked: a voucher per decision that leaves anything.

    `documents` are both lists as one frame of any engine (`Matching.documents`) with ``account``
    and ``role``.

    Raises:
        UsageError: a document that leaves something has no control account.
    """
    known = by_side(conform_documents(documents))
    share = Shares(known)
    drafts = []
    for decision in decisions:
        found = spread(decision, known, share)
        case = _Case(decision, known, share, found, accounts, base_currency)
        booked = [one for one in (_difference(case), _exchanged(case)) if one is not None]
        if booked:
            days = [known[doc]["date"] for doc in _docs(decision) if known[doc]["date"]]
            drafts.append(
                SettlementDraft(
                    date=max(days, default=dt.date.min),
                    lines=tuple(line for one in booked for line in one.lines),
                    reason=decision.reason("zh"),
                    rule=f"settlement {decision.id}",
                    applications=tuple(_applied(booked)),
                )
            )
    return tuple(drafts)


def _applied(booked: Iterable[_Booked]) -> Iterator[DraftApplication]:
    for at, one in enumerate(booked):
        for document, amount, fx_amount in one.settles:
            yield DraftApplication(
                line_no=2 * at + one.control + 1,
                document=document[1],
                is_item=one.is_item,
                amount=amount,
                fx_amount=fx_amount,
            )


@attrs.frozen
class _Case:
    """A decision with all that drafting needs."""

    decision: Decision
    known: Mapping[Side, Mapping[str, Any]]
    share: Shares
    found: Spread
    accounts: SettlementAccounts
    base_currency: str


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


def _short(case: _Case) -> list[tuple[Side, Decimal]]:
    """What of the items the pairs leave, up to the difference."""
    paid: dict[Side, Decimal] = {}
    for (item, _, amount), _ in case.found.applied:
        paid[item] = paid.get(item, ZERO) + amount
    left = [
        ((True, part.id), part.amount - paid.get((True, part.id), ZERO))
        for part in case.decision.items
        if part.amount > 0
    ]
    # One line takes them all.
    whole: Side = (False, "")
    return [(doc, x) for doc, _, x in met(left, [(whole, case.decision.difference)])]


def _difference(case: _Case) -> _Booked | None:
    """The reason's account against the control account."""
    decision, base_currency = case.decision, case.base_currency
    if not decision.difference:
        return None
    item = _item(decision, case.known)
    reason = reason_of(decision.difference_reason or "") or REASONS[-1]
    foreign = item["currency"] != base_currency
    base, whole = item["base"], item["amount"]
    amount = decision.difference
    settles = tuple((doc, case.share.of(doc, x), x) for doc, x in _short(case))
    in_base = amount
    if foreign and base:
        told = sum((share for _, share, _ in settles), ZERO)
        in_base = told if settles else rounded(amount * base / whole, base_currency)
    rate = (base / whole).quantize(Decimal("1e-10")) if foreign and base else None
    summary = f"{reason.zh} {item['text'] or item['id']}"
    more = {"currency": item["currency"], "fx_amount": amount, "rate": rate} if foreign else {}
    # A receivable goes down on the credit side, a payable on the debit side.
    sign = -1 if item["role"] != "supplier" else 1
    debit, credit = sides(sign * in_base)
    target = case.accounts.by_reason[reason.id]
    lines = (
        DraftLine(account=target, summary=summary, debit=credit, credit=debit),
        _control(item, summary, debit, credit, more),
    )
    return _Booked(lines, 1, settles)


def _exchanged(case: _Case) -> _Booked | None:
    """What the control account keeps in base currency after an item is settled."""
    decision, found = case.decision, case.found
    if decision.currency == case.base_currency or not decision.items:
        return None
    # Above zero: more base currency came in, or went out, than the item stood at.
    more = sum((x for _, x in found.settling), ZERO) - sum((x for _, x in found.settled), ZERO)
    if not more:
        return None
    item = _item(decision, case.known)
    summary = f"已实现汇兑损益 {item['text'] or item['id']}"
    signed = more if item["role"] != "supplier" else -more
    debit, credit = sides(signed)
    kept = {"currency": item["currency"], "fx_amount": ZERO}
    target = case.accounts.fx_gain if signed > 0 else case.accounts.fx_loss
    lines = (
        _control(item, summary, debit, credit, kept),
        DraftLine(account=target, summary=summary, debit=credit, credit=debit),
    )
    left = found.settling if more > 0 else found.settled
    return _Booked(lines, 0, tuple((doc, x, ZERO) for doc, x in left), more > 0)


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
