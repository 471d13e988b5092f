"""What a set-off is asked, and what its two ways, with and without vouchers, have in common."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.cli.shell.asking import Asked
from kamcore.cli.shell.drafts import Drafting
from kamcore.cli.shell.faults import BAD_VALUE
from kamcore.cli.shell.screen import Screen
from kamcore.errors import Fault, UsageError
from kamcore.ledger.draft import money_text
from kamcore.matching.offsets.set_off_booking import Party
from kamcore.matching.parties.identifying import named_by
from kamcore.pipeline.writing import write
from kamcore.place import Place

__all__ = ["NOTHING_BOOKED", "Request", "as_rows", "parties_of", "write_books"]

NOTHING_BOOKED = Fault(
    code="U1043",
    zh="账套中没有可撤回的「{value}」",
    en="the books hold no {kind} that could be taken back",
    hint_zh="撤回要从记了对冲的账套读取, 且撤回日不早于对冲日",
    hint_en="read the books the set-off is booked in, on its day or later",
)
NATIVE = "native"


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What a set-off is asked."""

    as_of: dt.datetime
    kind: str
    party: str | None = None
    into: str | None = None
    amount: str | None = None
    mapping: Path | None = None
    undone: bool = False
    booked_on: dt.datetime | None = None
    books: Path | None = None
    drafts: Path | None = None
    to: str | None = None
    preparer: str | None = None

    @property
    def drafting(self) -> Drafting:
        """What is asked about the drafts."""
        return Drafting(drafts=self.drafts, to=self.to, preparer=self.preparer, force=self.force)

    @property
    def which(self) -> dict[str, Any]:
        """Which set-offs an undo means, besides the parties."""
        return {"on": self.booked_on.date() if self.booked_on else None}

    @property
    def limit(self) -> Decimal | None:
        """The amount asked for.

        Raises:
            UsageError: it is no amount.
        """
        if self.amount is None:
            return None
        try:
            found = Decimal(self.amount.replace(",", ""))
        except InvalidOperation:
            found = Decimal(0)
        if found <= 0:
            facts = {"parameter": "--amount", "wants": "", "command": "kamcore offset"}
            raise UsageError(BAD_VALUE.at(Place(), self.amount, **facts))
        return found


def parties_of(books: Books, request: Request) -> set[Party] | None:
    """The parties that are meant, by code or name."""
    if request.party is None:
        return None
    known = books.members.select(
        "dimension",
        pl.col("code").alias("member"),
        "name",
        "short_name",
        "credit_code",
        lines=pl.lit(0),
    ).filter(pl.col("dimension").is_in(["customer", "supplier"]))
    if known.is_empty():
        return {("customer", request.party), ("supplier", request.party)}
    found = named_by(known, request.party)
    return set(found.select("dimension", "member").iter_rows())


def as_rows(applications: pl.DataFrame) -> list[dict[str, Any]]:
    """Applications as ``--json`` prints them, in the order of their ids."""
    kept = ("id", "item", "receipt", "rule", "reverses", "person")
    return [
        {
            **{name: row[name] for name in kept},
            "date": row["date"].isoformat() if row["date"] else None,
            "amount": money_text(row["amount"]),
            "fx_amount": money_text(row["amount" if row["fx_amount"] is None else "fx_amount"]),
        }
        for row in applications.sort("id").iter_rows(named=True)
    ]


def write_books(screen: Screen, books: Books, request: Request) -> None:
    """Write the books where they are asked for, and say so."""
    if request.books is not None:
        write(books, request.books, NATIVE, force=request.force)
        screen.note(f"  已写 {request.books}", f"  wrote {request.books}")
