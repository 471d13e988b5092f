"""Books with set-offs booked: what each line of a set-off settles, and how one is taken back.

A draft that is booked without saying what it settles leaves the old documents open beside a new
one.  So each line of a set-off settles what is open of its account, party and currency, oldest
first (到期日, then 单据日期), by dated applications; the other side of a transfer is a new
document and stays open.  Red and blue lines need no voucher: applications are all there is.

How a set-off is taken back stands in `kamcore.matching.offsets.set_off_undoing`.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from kamcore.books import Books, schema
from kamcore.ledger.draft import ZERO, Draft, DraftLine
from kamcore.ledger.engine import conserved
from kamcore.matching.offsets.red_offset import red_offsets
from kamcore.matching.offsets.set_off import TRANSFERS
from kamcore.matching.offsets.set_off_writing import SetOff
from kamcore.matching.one_sided.matching import match
from kamcore.matching.one_sided.result import Decision, Settled
from kamcore.matching.parties.open_positions import open_positions
from kamcore.matching.policy import MatchPolicy
from kamcore.matching.settlement.applying import applications
from kamcore.matching.settlement.booking import booked
from kamcore.matching.settlement.positions import ROLES, open_lists
from kamcore.matching.settlement.taking_back import named_apart

__all__ = [
    "RED_RULE",
    "Party",
    "applied",
    "as_documents",
    "is_one_of",
    "red_applications",
    "set_off_books",
    "settling",
    "with_applied",
    "with_red_offsets",
]

Party = tuple[str, str]
"""A dimension (``customer``, ``supplier``) and the code of a member of it."""

RED_RULE = "red_offset"
"""The rule of applications of red lines to blue ones."""


def red_applications(
    books: Books,
    as_of: dt.date,
    *,
    parties: Collection[Party] | None = None,
    person: str | None = None,
) -> pl.DataFrame:
    """Applications of red to blue lines of which both are still open, as the books keep them.

    What `kamcore.matching.offsets.red_offset.red_offsets` finds among the lines that are open on
    the day; where books keep documents, what `kamcore.matching.match` finds among those.  Amounts
    are in both currencies.  ``item`` is what stands on the account's own side: a red receipt is
    settled by the receipt it takes back.  With `parties` only those count.
    """
    rows = open_positions(books, as_of)
    if parties is not None:
        rows = rows.filter(is_one_of(parties))
    known = {row["id"]: row for row in rows.iter_rows(named=True)}
    found = _red_documents(books, as_of) if books.open_items.height else _red_lines(books, as_of)
    decisions = []
    for names in sorted(found):
        both = [known[name] for name in names if name in known]
        if [row["amount"] < 0 for row in both] in ([True, False], [False, True]):
            amount = min(abs(row["amount"]) for row in both)
            parts = [(row, amount) for row in both]
            decisions.append(settling(RED_RULE, f"red {names[1]}", parts, person))
    return applied(decisions, rows, as_of)


def _red_lines(books: Books, as_of: dt.date) -> list[tuple[str, str]]:
    """Blue and red lines, of those with anything open."""
    names = ("voucher_id", "line_no", "split_no")
    open_ids = open_positions(books, as_of)["id"].implode()
    is_open = pl.concat_str(*names, separator="/").is_in(open_ids)
    found = red_offsets(books.replace(lines=books.lines.filter(is_open)), as_of)
    return list(found.select("item", "receipt").iter_rows())


def _red_documents(books: Books, as_of: dt.date) -> list[tuple[str, str]]:
    """Blue and red documents; the search of groups is no part of it."""
    known = set(books.open_items["id"])
    found = []
    for role in ROLES:
        items, receipts = open_lists(books, as_of, role)
        # Where receipts have no table of their own, red documents stand among them.
        reds = receipts.filter(pl.col("id").is_in(known))
        policy = MatchPolicy(work=1, total_work=1)
        made = match(items, reds, policy, base_currency=books.entity.base_currency)
        for one in made.automatic:
            parts = (*one.items, *one.receipts)
            if len(parts) == 2 and not one.difference:  # noqa: PLR2004  one of either
                red = (one.receipts or sorted(one.items, key=lambda part: part.amount))[0]
                (blue,) = (part for part in parts if part is not red)
                found.append((blue.id, red.id))
    return found


def is_one_of(parties: Collection[Party]) -> pl.Expr:
    """Whether a row is of one of the parties, by its ``dimension`` and ``member``."""
    named = (
        (pl.col("dimension") == dimension) & (pl.col("member") == member)
        for dimension, member in sorted(parties)
    )
    return pl.any_horizontal(pl.lit(value=False), *named)


def with_red_offsets(
    books: Books,
    as_of: dt.date,
    *,
    parties: Collection[Party] | None = None,
    person: str | None = None,
) -> Books:
    """The books with red lines applied to blue ones; no voucher, and no balance moves."""
    made = red_applications(books, as_of, parties=parties, person=person)
    return with_applied(books, made, as_of)


def set_off_books(
    books: Books, found: Iterable[SetOff], added: Books, *, person: str | None = None
) -> Books:
    """The books with the drafts of set-offs booked, and what their lines settle.

    `added` are the drafts as books of their own (`kamcore.pipeline.drafting.draft_books`), voucher
    after voucher in the same order.
    """
    every = tuple(found)
    made, ids = booked(books, added)
    if not every:
        return made
    vouchers = [(voucher, one.draft) for voucher, one in zip(ids.values(), every, strict=True)]
    made = as_documents(made, vouchers)
    day = max(one.draft.date for one in every)
    rows = open_positions(made, day)
    pool = _Pool(rows)
    decisions = []
    for voucher, one in zip(ids.values(), every, strict=True):
        for number, line in enumerate(one.draft.lines, start=1):
            # The taker's side of a transfer is a new document.
            if line.aux and (one.kind not in TRANSFERS or one.party in line.aux.values()):
                parts = pool.settled(f"{voucher}/{number}/1")
                rule = f"set-off {one.kind}"
                if parts:
                    decisions.append(settling(rule, f"{rule} {voucher}/{number}", parts, person))
    return with_applied(made, applied(decisions, rows, day), day)


class _Pool:
    """What is open of each party, oldest first, and how much of it is not yet spoken for."""

    def __init__(self, rows: pl.DataFrame) -> None:
        ordered = rows.sort("due", "date", "id", nulls_last=True)
        self.rows = {row["id"]: row for row in ordered.iter_rows(named=True)}
        self.left = {name: row["amount"] for name, row in self.rows.items()}
        self.of_party: dict[Any, list[str]] = {}
        for name, row in self.rows.items():
            self.of_party.setdefault(_party_of(row), []).append(name)

    def settled(self, name: str) -> list[tuple[Mapping[str, Any], Decimal]]:
        """A line and what is open on the other side of it, with the amounts that settle."""
        line = self.rows.get(name)
        if line is None:
            return []
        parts, taken = [], ZERO
        for other in self.of_party[_party_of(line)]:
            row, rest = self.rows[other], self.left[other]
            # A document need not say its account.
            here = row["account"] in (None, line["account"])
            if here and (rest < 0) != (self.left[name] < 0):
                part = min(abs(self.left[name]), abs(rest))
                if part:
                    self._take(name, part)
                    self._take(other, part)
                    parts.append((row, part))
                    taken += part
        return [(line, taken), *parts] if parts else []

    def _take(self, name: str, part: Decimal) -> None:
        self.left[name] -= part if self.left[name] > 0 else -part


def _party_of(row: Mapping[str, Any]) -> tuple[str | None, ...]:
    return (row["dimension"], row["member"], row["currency"])


def settling(
    rule: str, name: str, parts: Iterable[tuple[Mapping[str, Any], Decimal]], person: str | None
) -> Decision:
    """Documents that settle one another: above zero they are items, below they settle."""
    sides: dict[bool, list[Settled]] = {True: [], False: []}
    currency, party = "CNY", None
    for row, amount in parts:
        sides[row["amount"] > 0].append(Settled(id=row["id"], amount=amount))
        currency, party = row["currency"], row["member"]
    return Decision(
        id=name,
        receipts=tuple(sides[False]),
        items=tuple(sides[True]),
        rule=rule,
        reasons=("", ""),
        currency=currency,
        party=party,
        person=person or "",
    )


def applied(decisions: Iterable[Decision], rows: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """The applications that decisions over open positions make on a day."""
    documents = rows.with_columns(
        is_item=pl.col("amount") > 0,
        amount=pl.col("amount").abs(),
        base=pl.col("base").abs(),
        party="member",
    )
    made: pl.DataFrame = applications(decisions, documents, on=day)
    return made


def with_applied(books: Books, made: pl.DataFrame, day: dt.date) -> Books:
    """The books with more applications; what is open adds up to what it was.

    An application that is made again after it was taken back gets a name of its own.
    """
    held = books.applications
    made = named_apart(made, held)
    after = books.replace(applications=pl.concat([held, made], how="diagonal"))
    keys = ["account", "dimension", "member", "currency"]
    sums = [
        open_positions(one, day).group_by(keys).agg(pl.col("amount", "base").sum()).sort(keys)
        for one in (books, after)
    ]
    zero = (pl.col("amount") != 0) | (pl.col("base") != 0)
    conserved("what is open", *(one.filter(zero).rows() for one in sums))
    return after


def as_documents(books: Books, vouchers: Iterable[tuple[int, Draft]]) -> Books:
    """The books with lines of drafts as documents, where that is how they are kept."""
    if books.open_items.is_empty():
        return books
    rows: dict[str, list[dict[str, Any]]] = {"open_items": [], "adjustments": []}
    for voucher, draft in vouchers:
        for number, line in enumerate(draft.lines, start=1):
            if line.aux:
                kept, row = _document(draft, line)
                name = {"id": f"{voucher}/{number}/1", "voucher_id": voucher, "line_no": number}
                rows[kept].append({**row, **name})
    frames: Any = {}
    for table, found in rows.items():
        types = {one.name: one.dtype for one in schema.TABLES[table].columns}
        frames[table] = pl.concat(
            [books.tables[table], pl.DataFrame(found, schema=types)], how="diagonal"
        )
    return books.replace(**frames)


def _document(draft: Draft, line: DraftLine) -> tuple[str, dict[str, Any]]:
    """A line as a document: an item where it raises what is owed, else an adjustment."""
    role, party = next(iter(line.aux.items()))
    raised = line.debit - line.credit
    signed = raised if role == "customer" else -raised
    row = {
        "party_role": role,
        "party": party,
        "account": line.account,
        "date": draft.date,
        "summary": line.summary,
        "currency": line.currency,
        "rate": line.rate,
        "amount": abs(signed),
        "fx_amount": abs(signed if line.fx_amount is None else line.fx_amount),
    }
    if signed > 0:
        return "open_items", row
    return "adjustments", {**row, "reason": line.summary, "rule": draft.rule}
