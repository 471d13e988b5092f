"""What ``match`` and ``settle`` do alike: reading both lists, matching or replaying."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books import Books, schema
from kamcore.cli.matching.alias_tables import aliases_of
from kamcore.cli.matching.match_asking import Request, policy_of, rates_of
from kamcore.cli.shell.faults import MISSING
from kamcore.cli.shell.figures import split
from kamcore.cli.shell.options import pairs
from kamcore.cli.shell.progress import busy
from kamcore.cli.shell.screen import Screen
from kamcore.errors import Fault, Problem, Severity, UsageError
from kamcore.matching.one_sided.columns import empty
from kamcore.matching.one_sided.matching import match
from kamcore.matching.one_sided.result import Matching
from kamcore.matching.policy import MatchPolicy
from kamcore.matching.settlement.applying import Undo, applications
from kamcore.matching.settlement.decisions import Saved, replay
from kamcore.matching.settlement.known_receipts import booked_receipts, known_receipts
from kamcore.matching.settlement.taking_back import named_apart, taken_back
from kamcore.model.company_name import Aliases
from kamcore.pipeline.decision_file import read_decisions
from kamcore.pipeline.match_lists import Lists, Wanted, read_lists
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

__all__ = ["Matched", "matched", "with_applications"]

NOT_THESE_BOOKS = Fault(
    code="U1041",
    zh="核销记录只能写回同一个账套; {value} 用 .xlsx 写成清单",
    en="applications go back into one set of books only; write {value} as an .xlsx list",
    hint_zh="单据和收款都从同一账套读取时才能写出; 流水上的收款先用 kamcore settle --bank 入账",
    hint_en="match a set of books with itself, or book the receipts of a statement first: "
    "kamcore settle --bank",
)
BOOKED_ALREADY = Fault(
    code="U1047",
    severity=Severity.INFO,
    zh="有 {value} 行账套中已经记账 (同一单位, 同一金额, 日期相近), 以账套中的为准",
    en="{value} rows are booked already (party and amount the same, days near); the books count",
)
OWN_RECEIPTS = Fault(
    code="U1048",
    severity=Severity.INFO,
    zh="账套中未核销的收付款 {value} 笔一并参加核销",
    en="{value} receipts of the books that are not yet applied take part as well",
)


_NONE_KNOWN = pl.DataFrame(schema={"receipt": pl.String, "line": pl.String})


@attrs.frozen(kw_only=True)
class Matched:
    """Both lists and what was found between them."""

    items: Lists
    receipts: Lists
    matching: Matching
    saved: Saved
    lines: tuple[str, ...] = ()
    """Lines of the decision file that was replayed."""
    known: pl.DataFrame = attrs.field(factory=lambda: _NONE_KNOWN, repr=False, eq=False)
    """Rows of the statement that the books hold: ``receipt`` and ``line``."""
    listed: frozenset[str] = frozenset()
    """Receipts of the statement that the books do not hold."""
    said: tuple[Problem, ...] = ()
    """What there is to say about both lists together."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was odd about the files."""
        same = self.items is self.receipts
        others = () if same else self.receipts.problems
        return (*self.items.problems, *others, *self.said)

    @property
    def base_currency(self) -> str:
        """The base currency of the books, else CNY."""
        books = self.items.books or self.receipts.books
        return books.entity.base_currency if books is not None else "CNY"


def matched(screen: Screen, request: Request) -> Matched:
    """Read both lists, then match them, or replay what was decided.

    Raises:
        UsageError: a file is missing, or an option cannot be read.
        SourceError: a file can be read neither as a format nor as a list.
        BooksError: saved decisions do not fit the lists.
    """
    policy = policy_of(request)
    for path in filter(None, (request.items, request.receipts, request.replay)):
        source_of(path)
    if request.layout is not None and _other(request) is None:
        command = click.get_current_context().command_path
        raise UsageError(MISSING.at(Place(), "RECEIPTS", command=command))
    wanted = Wanted(
        as_of=request.as_of.date() if request.as_of else None,
        role=request.role,
        accounts=split(request.account) or None,
    )
    options = pairs(request.read_options, "--option")
    other = _other(request)
    with busy(screen):
        how: dict[str, Any] = {"format": request.source_format, "options": options}
        rates = rates_of(request)
        items = read_lists(request.items, wanted, layout=request.items_layout, **how)
        items = receipts = _at_rates(items, rates)
        if other is not None:
            receipts = _at_rates(read_lists(other, wanted, layout=request.layout, **how), rates)
        return _found(items, receipts, policy, request)


def _at_rates(lists: Lists, rates: dict[str, Decimal]) -> Lists:
    """Lists with base amounts at these rates, where they say none; those of books stand."""
    if not rates or lists.books is not None:
        return lists
    rate = pl.col("currency").replace_strict(rates, default=None, return_dtype=schema.RATE)
    # Two decimals, half up; a product of both scales would not fit one Decimal.
    exact = pl.col("amount").cast(pl.Decimal(38, 4)) * rate.cast(pl.Decimal(38, 6))
    base = pl.coalesce("base", exact.round(2, mode="half_away_from_zero").cast(schema.AMOUNT))
    parts = {name: getattr(lists, name) for name in ("items", "receipts")}
    return attrs.evolve(lists, **{n: one.with_columns(base=base) for n, one in parts.items()})


def _other(request: Request) -> Path | None:
    """The second file, where it is not the first one again."""
    other = request.receipts
    return None if other is None or other.samefile(request.items) else other


def _found(items: Lists, receipts: Lists, policy: MatchPolicy, request: Request) -> Matched:
    books = items.books or receipts.books
    base = books.entity.base_currency if books is not None else "CNY"
    ours, theirs = items.items, receipts.receipts
    if receipts is items and books is None:
        theirs = empty()
    aliases = aliases_of(request.aliases)
    about: dict[str, Any] = {}
    if receipts is not items and items.books is not None and receipts.books is None:
        theirs, about = _with_own(items, receipts, aliases, request)
    how: dict[str, Any] = {"aliases": aliases, "base_currency": base}
    if request.replay is None:
        matching = match(ours, theirs, policy, **how)
        return Matched(items=items, receipts=receipts, matching=matching, saved=Saved(), **about)
    saved, lines = read_decisions(request.replay)
    matching = replay(saved, ours, theirs, policy=policy, **how)
    about["lines"] = tuple(lines)
    return Matched(items=items, receipts=receipts, matching=matching, saved=saved, **about)


def _with_own(
    items: Lists, receipts: Lists, aliases: Aliases, request: Request
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The statement with what the books received themselves: the same money settles once."""
    if items.books is None:
        return receipts.receipts, {}
    listed = receipts.receipts
    accounts = split(request.account) or None
    booked = booked_receipts(items.books, request.role, accounts=accounts)
    base = items.books.entity.base_currency
    known = known_receipts(booked, listed, aliases=aliases, base_currency=base)
    new = listed.filter(~pl.col("id").is_in(known["receipt"].implode()))
    place, said = Place(file=request.receipts.name if request.receipts else ""), []
    if known.height:
        said.append(BOOKED_ALREADY.at(place, known.height))
    own = items.receipts
    if own.height:
        said.append(OWN_RECEIPTS.at(Place(file=request.items.name), own.height))
    about = {"known": known, "listed": frozenset(new["id"]), "said": tuple(said)}
    return pl.concat([own, new]), about


def with_applications(
    found: Matched,
    output: Path,
    undone: Iterable[Undo] = (),
    *,
    booked: Collection[str] | None = None,
) -> Books:
    """The books of the items, with what was decided.

    `booked` are receipts of a statement that are to be booked; decisions with others of it are
    left out.  Without it no receipt of a statement may be in a decision.

    Raises:
        UsageError: items and receipts are not of one set of books, which `output` is to hold.
    """
    books = found.items.books
    decided = [*found.matching.automatic, *(found.saved.settled if found.lines else ())]
    once = list({one.id: one for one in decided}.values())
    named = {part.id for one in once for part in one.receipts}
    foreign = found.items is not found.receipts and found.receipts.books is not None
    if books is None or foreign or (booked is None and named & found.listed):
        raise UsageError(NOT_THESE_BOOKS.at(Place(file=str(output)), output.name))
    left_out = found.listed.difference(booked or ())
    decided = [one for one in once if not left_out & {part.id for part in one.receipts}]
    back = {one.of: one for one in (*found.saved.undone, *undone)}.values()
    made = applications(decided, found.matching.documents, undone=back, on=None)
    held = books.applications.drop("source_row")
    known = {one.id for one in decided}
    gone = [taken_back(held, undo) for undo in back if undo.of not in known]
    new = named_apart(made.select(held.columns), held)
    return books.replace(applications=pl.concat([held, *gone, new]))
