"""The table of reconciliation (余额调节表): from two balances to one figure.

Each side starts from its own balance and takes up what it has still to book or booked wrong: what
one side has booked and the other has not goes to the other, a mistake to whose books hold it.
Both columns end on the same figure; a difference of the openings stands on their side as an item
to be cleared, and keeps the table open.
"""

from decimal import Decimal
from typing import Any

import attrs

from kamcore.ledger.draft import money_text
from kamcore.matching.two_sided.party_view import Finding, PartyView

__all__ = ["ReconciliationTable", "TableRow", "reconciliation_table"]

ZERO = Decimal(0)
_ORDER = (
    "opening",
    "only_theirs",
    "only_ours",
    "timing",
    "amount",
    "transposed",
    "wrong_side",
    "duplicate",
)


@attrs.frozen(kw_only=True)
class TableRow:
    """A row: its text in Chinese and English, and what it adds to either side, or nothing."""

    text: tuple[str, str]
    ours: Decimal | None = None
    theirs: Decimal | None = None
    finding: int | None = None

    def to_json(self, lang: str, currency: str = "CNY") -> dict[str, Any]:
        """A row under ``--json``."""
        ours, theirs = (
            None if amount is None else money_text(amount, currency)
            for amount in (self.ours, self.theirs)
        )
        return {"text": self.text[0 if lang == "zh" else 1], "ours": ours, "theirs": theirs}


@attrs.frozen(kw_only=True)
class ReconciliationTable:
    """The rows between the two balances and the adjusted figures."""

    rows: tuple[TableRow, ...]
    ours: Decimal
    theirs: Decimal

    @property
    def equal(self) -> bool:
        """True when both sides come to one figure."""
        return self.ours == self.theirs


def reconciliation_table(view: PartyView) -> ReconciliationTable:
    """Bring both balances of a party to one figure, a row per difference."""
    start = TableRow(
        text=(f"{view.as_of} 账面余额", f"balance at {view.as_of}"),
        ours=view.ours.closing,
        theirs=view.theirs.closing,
    )
    ordered = sorted(view.differences, key=lambda one: (_ORDER.index(one.cause), one.number))
    rows = [_row(finding) for finding in ordered]
    ours = sum((row.ours or ZERO for row in rows), view.ours.closing)
    theirs = sum((row.theirs or ZERO for row in rows), view.theirs.closing)
    end = TableRow(text=("调节后余额", "adjusted balance"), ours=ours, theirs=theirs)
    return ReconciliationTable(rows=(start, *rows, end), ours=ours, theirs=theirs)


def _row(finding: Finding) -> TableRow:
    on_ours = finding.corrects == "ours"
    amount = -finding.amount if on_ours else finding.amount
    side = "ours" if on_ours else "theirs"
    sums = {side: amount}
    return TableRow(
        text=(_text(finding, "zh", amount), _text(finding, "en", amount)),
        finding=finding.number,
        **sums,
    )


def _text(finding: Finding, lang: str, amount: Decimal) -> str:
    zh = lang == "zh"
    sign = ("加" if amount > 0 else "减") if zh else ("add" if amount > 0 else "less")
    lines = (*finding.ours, *finding.theirs)
    said = ""
    if len(lines) > 1 and finding.cause == "opening":
        days = sorted(line.date for line in lines if line.date)
        said = (f"{len(lines)} 笔, " if zh else f"{len(lines)} lines, ") + (
            f"{days[0]} 至 {days[-1]}" if zh else f"{days[0]} to {days[-1]}"
        )
    elif lines:
        first = lines[0]
        day = first.date.isoformat() if first.date else ""
        said = " ".join(part for part in (day, first.voucher, first.text) if part)
    return f"{sign}: {finding.title(lang)}{'  ' if said else ''}{said}"
