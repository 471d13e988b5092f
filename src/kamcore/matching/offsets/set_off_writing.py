"""Drafts of set-offs: what is taken off both balances, and the exchange difference left."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.ledger.draft import Draft, DraftLine, money_text, rounded, sides
from kamcore.ledger.engine import conserved
from kamcore.ledger.tree import AccountTree
from kamcore.matching.settlement.settling import exchange_account

__all__ = ["Kind", "SetOff", "SetOffWriter", "undo"]

ZERO = Decimal(0)


@attrs.frozen
class Kind:
    """A kind of set-off: names, roles on the debit with their dimension, roles on the credit."""

    zh: str
    en: str
    debit: tuple[str, tuple[str, ...]]
    credit: tuple[str, tuple[str, ...]]


@attrs.frozen(kw_only=True)
class SetOff:
    """One set-off: whose balances, how much in their currency, and the draft that books it.

    `debit_before` and `credit_before` are both totals as positive amounts; `exchange` is the
    realised exchange difference in base currency, a gain positive.
    """

    kind: str
    party: str
    name: str
    currency: str
    amount: Decimal
    debit_before: Decimal
    credit_before: Decimal
    exchange: Decimal
    draft: Draft

    def to_json(self) -> dict[str, Any]:
        """A set-off under ``--json``."""
        amounts = ("amount", "debit_before", "credit_before")
        return {
            "kind": self.kind,
            "party": self.party,
            "name": self.name,
            "currency": self.currency,
            **{name: money_text(getattr(self, name), self.currency) for name in amounts},
            "exchange": money_text(self.exchange),
        }


def undo(draft: Draft, date: dt.date) -> Draft:
    """The draft in red: every amount negative on its own side, on another day."""
    said = f"冲销 {draft.date} {draft.lines[0].summary if draft.lines else draft.reason}"
    lines = tuple(
        attrs.evolve(
            line,
            summary=said,
            debit=-line.debit if line.debit else ZERO,
            credit=-line.credit if line.credit else ZERO,
            fx_amount=None if line.fx_amount is None else -line.fx_amount,
        )
        for line in draft.lines
    )
    return attrs.evolve(
        draft, date=date, lines=lines, reason=said, rule=f"undo {draft.rule}".strip()
    )


class SetOffWriter:
    """Writes the drafts of one kind."""

    def __init__(
        self, base_currency: str, tree: AccountTree, kind: tuple[str, Kind], as_of: dt.date
    ) -> None:
        self.base, self.tree, self.as_of = base_currency, tree, as_of
        self.kind, self.words = kind

    def set_off(
        self,
        debit: list[dict[str, Any]],
        credit: list[dict[str, Any]],
        amounts: tuple[Decimal, Decimal, Decimal],
    ) -> SetOff:
        """Credit what stands on the debit, debit what stands on the credit."""
        amount, owed, owing = amounts
        first = debit[0]
        said = f"{self.words.zh} {first['name'] or first['party']}"
        taken = [self._line(*part, said) for part in _consumed(credit, amount)]
        given = [self._line(*part, said) for part in _consumed(debit, amount)]
        lines, exchange = self._balanced([*taken, *given], said)
        return self._made(first, lines, said, (amount, owed, owing, exchange))

    def transfer(
        self, given: list[dict[str, Any]], taker: str, amounts: tuple[Decimal, Decimal]
    ) -> SetOff:
        """Take the balance from one party and give it to the other, at the same base amounts."""
        amount, total = amounts
        first = given[0]
        said = f"{self.words.zh} {first['name'] or first['member']} → {taker}"
        off = [self._line(*part, said) for part in _consumed(given, amount)]
        onto = [
            attrs.evolve(
                line,
                debit=line.credit,
                credit=line.debit,
                aux={first["dimension"]: taker},
            )
            for line in off
        ]
        lines = tuple(sorted((*onto, *off), key=lambda line: not line.debit))
        return self._made(first, lines, said, (amount, total, ZERO, ZERO))

    def _line(self, row: Mapping[str, Any], part: Decimal, said: str) -> DraftLine:
        """Take so much off a balance: on the other side than it stands."""
        whole = abs(row["fx"])
        base = part
        if row["currency"] != self.base:
            all_of_it = part == whole
            base = abs(row["base"]) if all_of_it else rounded(abs(row["base"]) * part / whole)
        debit, credit = sides(-base if row["fx"] > 0 else base)
        more: dict[str, Any] = {}
        if row["currency"] != self.base:
            more = {"currency": row["currency"], "fx_amount": part, "rate": _rate(base, part)}
        return DraftLine(
            account=row["account"],
            summary=said,
            debit=debit,
            credit=credit,
            aux={row["dimension"]: row["member"]},
            **more,
        )

    def _balanced(
        self, lines: list[DraftLine], said: str
    ) -> tuple[tuple[DraftLine, ...], Decimal]:
        """Add the realised exchange difference; a gain is positive."""
        gap = sum((line.debit - line.credit for line in lines), ZERO)
        if gap:
            role = "fx_gain" if gap > 0 else "fx_loss"
            account = exchange_account(role, self.tree, self.tree.family or "ASBE")
            debit, credit = sides(-gap)
            lines = [
                *lines,
                DraftLine(account=account, summary=f"{said} 汇兑差额", debit=debit, credit=credit),
            ]
        return tuple(lines), gap

    def _made(
        self,
        first: Mapping[str, Any],
        lines: tuple[DraftLine, ...],
        said: str,
        amounts: tuple[Decimal, Decimal, Decimal, Decimal],
    ) -> SetOff:
        amount, owed, owing, exchange = amounts
        draft = Draft(date=self.as_of, lines=lines, reason=said, rule=f"set-off {self.kind}")
        conserved("a set-off balances", ZERO, draft.off_by)
        return SetOff(
            kind=self.kind,
            party=first["member"],
            name=first["name"] or first["member"],
            currency=first["currency"],
            amount=amount,
            debit_before=owed,
            credit_before=owing,
            exchange=exchange,
            draft=draft,
        )


def _rate(base: Decimal, amount: Decimal) -> Decimal:
    return (base / amount).quantize(Decimal("0.0000000001")) if amount else ZERO


def _consumed(rows: list[dict[str, Any]], amount: Decimal) -> list[tuple[dict[str, Any], Decimal]]:
    """The balances in order, as far as the amount reaches."""
    found, left = [], amount
    for row in rows:
        part = min(left, abs(row["fx"]))
        if part > 0:
            found.append((row, part))
            left -= part
    return found
