"""Taking set-offs back: the red copy of the voucher, and applications that undo applications.

Nothing is deleted.  Applications are followed by ones that take them back, and a voucher by its
red copy (会计基础工作规范 art. 51(5)); the two settle one another, and what the set-off settled is
open again from that day on.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.ledger.draft import Draft, DraftLine
from kamcore.matching.offsets.set_off import KINDS, TRANSFERS
from kamcore.matching.offsets.set_off_booking import (
    RED_RULE,
    Party,
    applied,
    as_documents,
    is_one_of,
    settling,
    with_applied,
)
from kamcore.matching.offsets.set_off_writing import undo
from kamcore.matching.parties.open_positions import open_positions
from kamcore.matching.settlement.booking import booked

__all__ = ["RED", "booked_drafts", "live_reds", "undone_books"]

RED = "red"
"""The kind of set-off that has no voucher (红票对冲)."""

_TAKEN_BACK = "冲销"
_LINE = ("voucher_id", "line_no", "split_no")
ZERO = Decimal(0)


@attrs.frozen
class _Chosen:
    """Which set-offs are meant: of some parties, of one day; None for all."""

    parties: Collection[Party] | None
    on: dt.date | None

    def has(self, draft: Draft) -> bool:
        """Whether a set-off is meant."""
        if self.on is not None and draft.date != self.on:
            return False
        named = {party for line in draft.lines for party in line.aux.items()}
        return self.parties is None or bool(named.intersection(self.parties))


@attrs.frozen(kw_only=True)
class _Booked:
    """A set-off that stands in the books: its voucher, and the draft it was."""

    voucher_id: int
    draft: Draft
    lines: tuple[str, ...]
    """The ids of its lines, as applications name them."""


def booked_drafts(
    books: Books,
    kind: str,
    as_of: dt.date,
    *,
    parties: Collection[Party] | None = None,
    on: dt.date | None = None,
) -> tuple[Draft, ...]:
    """The set-offs of a kind that are booked up to a day and not taken back, as drafts.

    They are known by their summaries, so that books that went through another system say them
    as well.  With `parties` only set-offs that name one of them, with `on` those of that day.
    """
    return tuple(one.draft for one in _standing(books, kind, as_of, _Chosen(parties, on)))


def live_reds(
    books: Books,
    as_of: dt.date,
    *,
    parties: Collection[Party] | None = None,
    on: dt.date | None = None,
) -> pl.DataFrame:
    """The applications of red to blue that stand on a day, as the table ``applications``.

    With `parties` only theirs, with `on` those made on that day.
    """
    live = _live(books).filter(pl.col("rule").str.starts_with(RED_RULE))
    live = live.filter(pl.col("date").is_null() | (pl.col("date") <= as_of))
    if on is not None:
        live = live.filter(pl.col("date") == on)
    if parties is None:
        return live
    rows = open_positions(books, as_of, settled=True).filter(is_one_of(parties))
    return live.filter(pl.col("item").is_in(rows["id"].implode()))


def _live(books: Books) -> pl.DataFrame:
    held = books.applications
    gone = held["reverses"].drop_nulls().implode()
    return held.filter(pl.col("reverses").is_null() & ~pl.col("id").is_in(gone))


def undone_books(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    books: Books,
    kind: str,
    date: dt.date,
    added: Books | None = None,
    *,
    parties: Collection[Party] | None = None,
    on: dt.date | None = None,
    person: str | None = None,
) -> Books:
    """The books with the set-offs of a kind taken back on a day.

    With `parties` only theirs, with `on` those of that day.

    `added` are the red copies of `booked_drafts` as books of their own; red offsets have none.
    """
    standing = _standing(books, kind, date, _Chosen(parties, on)) if kind != RED else ()
    if kind == RED:
        live = live_reds(books, date, parties=parties, on=on)
    else:
        lines = {name for one in standing for name in one.lines}
        ours = pl.col("item").is_in(lines) | pl.col("receipt").is_in(lines)
        live = _live(books).filter(ours & pl.col("rule").str.starts_with("set-off"))
    back = live.with_columns(
        id=pl.col("id") + "-R",
        reverses="id",
        date=pl.max_horizontal("date", pl.lit(date)),
        person=pl.lit(person, dtype=pl.String),
    )
    made = with_applied(books, back.drop("source_row"), date)
    if added is None or not standing:
        return made
    made, new = booked(made, added)
    reds = [undo(one.draft, date) for one in standing]
    made = as_documents(made, zip(new.values(), reds, strict=True))
    rows = open_positions(made, date)
    known = {row["id"]: row for row in rows.iter_rows(named=True)}
    decisions = []
    for voucher, one in zip(new.values(), standing, strict=True):
        for number, was in enumerate(one.lines, start=1):
            both = [known[name] for name in (f"{voucher}/{number}/1", was) if name in known]
            if len(both) == 2:  # noqa: PLR2004  both are documents of their own
                amount = min(abs(row["amount"]) for row in both)
                parts = [(row, amount) for row in both]
                decisions.append(settling("undo", f"undo {voucher}/{number}", parts, person))
    return with_applied(made, applied(decisions, rows, date), date)


def _standing(books: Books, kind: str, as_of: dt.date, chosen: _Chosen) -> tuple[_Booked, ...]:
    words = {**KINDS, **TRANSFERS}[kind].zh
    lines = books.lines.sort("voucher_id", "line_no", "split_no")
    lines = lines.filter(pl.col("date") <= as_of)
    void = books.vouchers.filter(status="void").select("voucher_id")
    lines = lines.join(void, on="voucher_id", how="anti")
    said = pl.col("summary").fill_null("").str.strip_chars()
    mine = said.str.starts_with(words + " ")
    back = said.str.contains(rf"^{_TAKEN_BACK} \d{{4}}-\d\d-\d\d {words} ")
    whole = {"made": mine, "back": back}
    taken: Counter[Any] = Counter()
    found: list[_Booked] = []
    for name, says in whole.items():
        rows = lines.filter(says.all().over("voucher_id"))
        for part in rows.partition_by("voucher_id", maintain_order=True):
            ids = part.select(pl.concat_str(*_LINE, separator="/")).to_series()
            one = _Booked(
                voucher_id=part["voucher_id"][0], draft=_draft(part, kind), lines=tuple(ids)
            )
            if name == "made":
                found.append(one)
            else:
                day = str(part["summary"][0]).split()[1]
                taken[(day, *_amounts(one.draft, -1))] += 1
    standing = []
    for one in found:
        key = (one.draft.date.isoformat(), *_amounts(one.draft, 1))
        if taken[key]:
            taken[key] -= 1
        elif chosen.has(one.draft):
            standing.append(one)
    return tuple(standing)


def _amounts(draft: Draft, sign: int) -> Iterator[Any]:
    """What tells one set-off from another: accounts, members and amounts."""
    rows = [
        (line.account, tuple(sorted(line.aux.items())), sign * line.debit, sign * line.credit)
        for line in draft.lines
    ]
    yield from sorted(rows)


def _draft(part: pl.DataFrame, kind: str) -> Draft:
    aux = schema.dimension_columns(part)
    lines = []
    for row in part.iter_rows(named=True):
        on_debit = bool(row["debit"])
        lines.append(
            DraftLine(
                account=row["account"] or "",
                summary=row["summary"] or "",
                debit=row["debit"] or ZERO,
                credit=row["credit"] or ZERO,
                currency=row["currency"],
                fx_amount=row["fx_debit" if on_debit else "fx_credit"],
                rate=row["rate"],
                aux={name.removeprefix(schema.AUX): row[name] for name in aux if row[name]},
            )
        )
    said = lines[0].summary
    return Draft(date=part["date"][0], lines=tuple(lines), reason=said, rule=f"set-off {kind}")
