"""Statements of account (对账单): what a party owed, what came and went, and what it owes.

What is listed, and what each line is called, says `kamcore.matching.parties.party_lines`; here it
is made objects for letters, a statement per party and currency.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.ledger.draft import money_text
from kamcore.ledger.engine import Source, conserved, open_frames
from kamcore.matching.parties.party_lines import OPENING, StatementPolicy, lazy_statement_lines
from kamcore.matching.parties.sides import first_day

__all__ = [
    "LINE_KINDS",
    "Statement",
    "StatementLine",
    "StatementPolicy",
    "kind_name",
    "statements",
]

LINE_KINDS = {
    "sale": ("销售", "sale"),
    "return": ("退货", "return"),
    "discount": ("折扣", "discount"),
    "payment": ("收付款", "payment"),
    "other": ("其他", "other"),
}
"""Kinds of lines, in Chinese and in English."""

_BOUGHT = {"sale": ("采购", "purchase")}

ZERO = Decimal(0)


def kind_name(kind: str, direction: str, lang: str = "en") -> str:
    """What a kind of lines is called; what a customer buys is a sale, of a supplier a purchase.

    >>> kind_name("sale", "receivable", "zh"), kind_name("sale", "payable", "zh")
    ('销售', '采购')
    """
    names = LINE_KINDS | (_BOUGHT if direction == "payable" else {})
    return names[kind][0 if lang == "zh" else 1]


@attrs.frozen(kw_only=True)
class StatementLine:
    """A line: both sides positive as booked, and the balance after it, debit positive."""

    date: dt.date | None
    voucher: str
    text: str
    kind: str
    debit: Decimal
    credit: Decimal
    balance: Decimal

    def to_json(self, currency: str = "CNY") -> dict[str, Any]:
        """A row under ``--json``."""
        amounts = {
            name: money_text(getattr(self, name), currency)
            for name in ("debit", "credit", "balance")
        }
        day = self.date.isoformat() if self.date else None
        return {
            "date": day,
            "voucher": self.voucher,
            "summary": self.text,
            "kind": self.kind,
            **amounts,
        }


@attrs.frozen(kw_only=True)
class Statement:
    """The statement of one party in one currency; balances are signed, debit positive."""

    party: str
    name: str
    currency: str
    since: dt.date
    as_of: dt.date
    direction: str
    opening: Decimal
    lines: tuple[StatementLine, ...] = attrs.field(repr=False)

    @property
    def debit(self) -> Decimal:
        """Sum of the debits of the span."""
        return sum((line.debit for line in self.lines), ZERO)

    @property
    def credit(self) -> Decimal:
        """Sum of the credits of the span."""
        return sum((line.credit for line in self.lines), ZERO)

    @property
    def closing(self) -> Decimal:
        """The balance at the end."""
        return self.opening + self.debit - self.credit

    def by_kind(self) -> dict[str, Decimal]:
        """What each kind of line did to the balance, kinds without lines left out."""
        found: dict[str, Decimal] = {}
        for kind in LINE_KINDS:
            lines = [line for line in self.lines if line.kind == kind]
            if lines:
                found[kind] = sum((line.debit - line.credit for line in lines), ZERO)
        return found

    def to_json(self) -> dict[str, Any]:
        """A statement under ``--json``."""
        figures = ("opening", "debit", "credit", "closing")
        return {
            "party": self.party,
            "name": self.name,
            "currency": self.currency,
            **{name: money_text(getattr(self, name), self.currency) for name in figures},
            "kinds": {k: money_text(v, self.currency) for k, v in self.by_kind().items()},
            "rows": [line.to_json(self.currency) for line in self.lines],
        }


def statements(
    source: Source,
    as_of: dt.date,
    *,
    since: dt.date | None = None,
    party: str | None = None,
    policy: StatementPolicy | None = None,
) -> Iterator[Statement]:
    """Statements of one party or of all, in the order of their codes, one per currency.

    They are what `kamcore.matching.parties.party_lines` says, as objects for letters.  `since` is
    the first day listed, by default the first month of the books; what came before it is the
    opening.  A party without balance and without lines in the span has no statement.

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
        UsageError: no party or several are meant.
    """
    policy = policy or StatementPolicy()
    frames = open_frames(source)
    first = since or first_day(frames) or as_of
    lines = frames.fetch(lazy_statement_lines(frames, (first, as_of), party, policy))
    ordered = lines.sort("party", "currency", "date", "voucher_id", "line_no", "split_no")
    rows = ordered.collect()
    for part in rows.partition_by("party", "currency", maintain_order=True):
        opening, *told = part.iter_rows(named=True)
        conserved("a statement begins with its opening", OPENING, opening["kind"])
        found = Statement(
            party=opening["party"],
            name=opening["name"] or opening["party"],
            currency=opening["currency"],
            since=first,
            as_of=as_of,
            direction=policy.direction,
            opening=opening["balance"],
            lines=tuple(_line(row) for row in told),
        )
        conserved("a statement ends with its balance", found.closing, part["balance"][-1])
        yield found


def _line(row: Mapping[str, Any]) -> StatementLine:
    names = ("date", "text", "kind", "debit", "credit", "balance")
    return StatementLine(voucher=row["voucher"] or "", **{name: row[name] for name in names})
