"""Two-sided reconciliation (往来对账): our books against the other company's, line by line.

`reconcile` takes two sets of books of any format, finds who is whom, mirrors their side, matches
all parties at once by set joins, and says why the balances differ.  What it states holds by
construction and is asserted: per party and currency the opening difference and the differences
listed add up to the difference of the two closing balances, to the last cent.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import Fault, UsageError
from kamcore.ledger.engine import Frames, Source, open_frames
from kamcore.ledger.tree import account_tree
from kamcore.matching.parties.document_lines import with_documents
from kamcore.matching.parties.identifying import Links, link_all, link_one, members_like
from kamcore.matching.parties.sides import (
    Side,
    booked_days,
    control_accounts,
    in_order,
    lay_out,
    members_in_use,
    named_numbers,
    openings,
    states_balances,
)
from kamcore.matching.two_sided.coverage import Coverage
from kamcore.matching.two_sided.crossing import CrossingPolicy, Pool, cross
from kamcore.matching.two_sided.findings import Question, findings
from kamcore.matching.two_sided.party_figures import (
    assert_explained,
    counted,
    party_figures,
    with_openings,
)
from kamcore.model.company_name import Aliases
from kamcore.model.entity import Entity
from kamcore.place import Place

__all__ = [
    "DIRECTIONS",
    "ReconcilePolicy",
    "Reconciliation",
    "Workings",
    "reconcile",
    "reconciled_with",
]

NO_CONTROL_ACCOUNTS = Fault(
    code="M2311",
    zh="{value}账中没有可对账的往来科目",
    en="{value} books have no account to reconcile",
    hint_zh="应收对应付: 1122, 2203, 1221 对 2202, 1123, 2241; 其他科目请指明",
    hint_en="1122, 2203, 1221 stand against 2202, 1123, 2241; name other accounts",
)
BAD_SPAN = Fault(
    code="M2312",
    zh="起始日 {value} 晚于截止日 {as_of}",
    en="the first day {value} is after {as_of}",
)

DIRECTIONS = ("auto", "receivable", "payable", "both")
"""Our receivables against their payables, the reverse, both netted, or whichever is there."""

_OTHER = {"receivable": "payable", "payable": "receivable", "both": "both"}


@attrs.frozen(kw_only=True)
class ReconcilePolicy:
    """The choices of a reconciliation.

    `accounts` and `their_accounts` name control accounts by code instead of by role, each with
    what is below it; `notes` counts notes receivable and payable in.  `since` is the first day
    of the span; None takes the first month of the books that state an opening.  `window` and
    `certain_days` are days between the two sides' dates of one amount, `transit_days` how long
    money or goods are on their way at the end.
    """

    direction: str = attrs.field(default="auto", validator=attrs.validators.in_(DIRECTIONS))
    accounts: tuple[str, ...] | None = None
    their_accounts: tuple[str, ...] | None = None
    notes: bool = False
    since: dt.date | None = None
    window: int = attrs.field(default=62, validator=attrs.validators.ge(0))
    certain_days: int = attrs.field(default=45, validator=attrs.validators.ge(0))
    transit_days: int = attrs.field(default=10, validator=attrs.validators.ge(0))

    def to_json(self) -> dict[str, object]:
        """The policy as a result prints it."""
        since = self.since.isoformat() if self.since else None
        return {**attrs.asdict(self), "since": since}


@attrs.frozen(kw_only=True)
class Workings:
    """The working papers (工作底稿) of a reconciliation: Polars frames, whatever the sources are.

    The frames are those of `Reconciliation`.  `stated` are the openings both sides state and
    `covered` the days their books cover.
    """

    parties: pl.DataFrame
    matches: pl.DataFrame
    differences: pl.DataFrame
    members: pl.DataFrame
    ours: pl.DataFrame
    theirs: pl.DataFrame
    stated: tuple[pl.DataFrame, pl.DataFrame]
    covered: tuple[Coverage, Coverage]


@attrs.frozen(kw_only=True)
class _Asked:
    """The question of a reconciliation."""

    as_of: dt.date
    since: dt.date
    direction: str
    policy: ReconcilePolicy
    links: Links
    sides: tuple[Side, Side] = attrs.field(repr=False)
    """Our tables and theirs, with their control accounts."""


@attrs.frozen(kw_only=True)
class Reconciliation(_Asked):
    """Two books reconciled as of a day, party by party.

    Every frame is of the kind of our source (Polars for `Books`, a relation for DuckDB) and has
    ``party`` and ``currency``.  `parties` (one row each): ``name``, ``how``, ``ours_opening``,
    ``ours_debit``, ``ours_credit``, ``ours_closing``, the same of ``theirs`` (mirrored: positive
    is what they owe us), ``difference``, ``matched`` and ``open`` (numbers of findings).
    `matches`: ``finding``, ``rule``, ``tier`` (``automatic`` or ``proposed``), ``amount``.
    `differences`: ``finding``, ``cause``, ``amount`` (what it adds to our closing balance less
    theirs), ``fault`` (``ours``, ``theirs`` or blank: whose books to mend), ``reason``,
    ``proof_zh``, ``proof_en``.  `members`: ``finding``, ``side``, ``id`` say which lines of `ours`
    and `theirs` (`kamcore.matching.parties.sides.lay_out`) a finding is about.  Amounts are
    Decimal with 4 places.
    """

    workings: Workings = attrs.field(repr=False)

    @cached_property
    def parties(self) -> Any:
        """A row per party and currency: both balances and their difference."""
        return self._given(self.workings.parties)

    @cached_property
    def matches(self) -> Any:
        """What agrees."""
        return self._given(self.workings.matches)

    @cached_property
    def differences(self) -> Any:
        """What differs, each with its cause."""
        return self._given(self.workings.differences)

    @cached_property
    def members(self) -> Any:
        """Which lines a finding is about."""
        return self._given(self.workings.members)

    @cached_property
    def ours(self) -> Any:
        """Our lines, of the parties reconciled."""
        return self._given(self.workings.ours)

    @cached_property
    def theirs(self) -> Any:
        """Their lines, mirrored."""
        return self._given(self.workings.theirs)

    def _given(self, frame: pl.DataFrame) -> Any:
        return self.sides[0].frames.hand_back(frame)

    @property
    def entities(self) -> tuple[Entity, Entity]:
        """The owners of our books and of theirs."""
        return self.sides[0].frames.entity, self.sides[1].frames.entity

    @property
    def difference(self) -> Decimal:
        """Our closing balances less theirs, over all parties."""
        return Decimal(self.workings.parties["difference"].sum() or 0)


def reconcile(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    ours: Source,
    theirs: Source,
    *,
    as_of: dt.date,
    party: str | None = None,
    us: str | None = None,
    mapping: Mapping[str, str] | None = None,
    aliases: Aliases | None = None,
    policy: ReconcilePolicy | None = None,
) -> Reconciliation:
    """Reconcile our books with another company's, or with those of many, as of a day.

    Each is `Books`, a mapping of their tables, or a frame of lines, of any engine; the two need
    not be of one.  What cuts the books down runs in the engine; only the lines of the parties
    asked for are searched on this machine.  Where a side has no lines on its control accounts,
    its documents stand for them (`with_documents`); its `Side` says so.

    `party` is a code, a name or a part of a name in our books, `us` what we are called in theirs.
    Without `party` the owner of their books is looked for among our parties; where their books
    name no owner, every party both books have is reconciled: by `mapping` (our code to theirs),
    credit code, `aliases`, name, or code.

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
        UsageError: a source is no books, a party is not found or means several, the books have
            no control accounts or no common party, or the span is empty.
    """
    policy = policy or ReconcilePolicy()
    sides = _sides(open_frames(ours), open_frames(theirs), policy, party)
    links = _links(sides, party, us, (mapping, aliases.on(as_of) if aliases else None))
    both = (sides.ours, sides.theirs)
    covered = (_coverage(sides.ours), _coverage(sides.theirs))
    since = policy.since or _start(covered)
    if since > as_of:
        raise UsageError(BAD_SPAN.at(Place(), since, as_of=as_of))
    asked = _Asked(
        as_of=as_of, since=since, direction=sides.direction, policy=policy, links=links, sides=both
    )
    linked = list(zip(both, (links.of_ours(), links.of_theirs()), strict=True))
    laid = [lay_out(*one) for one in linked]
    ours, theirs = (openings(*one) for one in linked)
    workings = _worked(asked, laid, (ours, theirs), covered)
    return Reconciliation(**attrs.asdict(asked, recurse=False), workings=workings)


def reconciled_with(result: Reconciliation, ours: Books, theirs: Books) -> Reconciliation:
    """Ask the same question with more vouchers on both sides, those of `ours` and `theirs`.

    The parties, accounts, span, policy and openings are the same; only the vouchers are new, and
    only they are read.
    """
    before = result.workings
    laid, covered = [], []
    for side, books, links, lines, known in zip(
        result.sides,
        (ours, theirs),
        (result.links.of_ours(), result.links.of_theirs()),
        (before.ours, before.theirs),
        before.covered,
        strict=True,
    ):
        more = lay_out(attrs.evolve(side, frames=books), links)
        laid.append(in_order(pl.concat([lines.select(more.columns), more])))
        covered.append(_wider(known, books))
    workings = _worked(result, laid, before.stated, (covered[0], covered[1]))
    return attrs.evolve(result, workings=workings)


def _worked(
    asked: _Asked,
    laid: Sequence[pl.DataFrame],
    stated: tuple[pl.DataFrame, pl.DataFrame],
    covered: tuple[Coverage, Coverage],
) -> Workings:
    policy = asked.policy
    pools = []
    for frame in laid:
        lines = _with_phase(frame, asked.since, asked.as_of)
        pools.append(Pool(lines=lines, references=named_numbers(lines)))
    parties = party_figures(pools, stated, asked.links)
    gap = pl.col("ours_opening") - pl.col("theirs_opening")
    question = Question(
        ours=pools[0],
        theirs=pools[1],
        covered=covered,
        as_of=asked.as_of,
        transit_days=policy.transit_days,
        window=policy.window,
        we_sell=asked.direction != "payable",
        since=asked.since,
        gaps=parties.select("party", "currency", gap=gap),
    )
    crossing = CrossingPolicy(
        window=policy.window, certain_days=policy.certain_days, we_sell=question.we_sell
    )
    found = findings(question, cross(pools[0], pools[1], crossing))
    differences = with_openings(parties, found, covered)
    assert_explained(parties, differences)
    return Workings(
        parties=counted(parties, found.matches, differences),
        matches=found.matches,
        differences=differences,
        members=found.members,
        ours=pools[0].lines,
        theirs=pools[1].lines,
        stated=stated,
        covered=covered,
    )


@attrs.frozen(kw_only=True)
class _Sides:
    """Both sides with their control accounts."""

    ours: Side
    theirs: Side
    direction: str


def _sides(ours: Frames, theirs: Frames, policy: ReconcilePolicy, party: str | None) -> _Sides:
    """The control accounts of both sides; ``auto`` takes the direction that says more."""
    names = ("receivable", "payable") if policy.direction == "auto" else (policy.direction,)
    trees = account_tree(ours), account_tree(theirs)
    tried = []
    for name in names:
        mine = control_accounts(trees[0], name, accounts=policy.accounts, notes=policy.notes)
        other = control_accounts(
            trees[1], _OTHER[name], accounts=policy.their_accounts, notes=policy.notes
        )
        us = Side(frames=ours, accounts=mine)
        them = Side(frames=theirs, accounts=other, mirrored=True)
        us = with_documents(us, name, policy.accounts, notes=policy.notes)
        them = with_documents(them, _OTHER[name], policy.their_accounts, notes=policy.notes)
        tried.append(_Sides(ours=us, theirs=them, direction=name))
    chosen = tried[0]
    if len(tried) > 1:
        owner = theirs.entity.credit_code or theirs.entity.name
        chosen = max(tried, key=lambda sides: _weight(sides, party, owner))
    for side, word in ((chosen.ours, "我方 (our)"), (chosen.theirs, "对方 (their)")):
        if side.accounts.is_empty():
            raise UsageError(NO_CONTROL_ACCOUNTS.at(Place(), word))
    return chosen


def _weight(sides: _Sides, party: str | None, owner: str) -> int:
    """How many lines the smaller side has for the party that is asked for."""
    here, there = members_in_use(sides.ours), members_in_use(sides.theirs)
    named = members_like(here, party or owner) if party or owner else here.clear()
    if party is not None or named.height:
        here = named
    return min(int(here["lines"].sum() or 0), int(there["lines"].sum() or 0))


def _links(
    sides: _Sides,
    party: str | None,
    us: str | None,
    tables: tuple[Mapping[str, str] | None, Aliases | None],
) -> Links:
    if party is not None:
        return link_one(sides.ours, sides.theirs, party, us)
    here, owner = members_in_use(sides.ours), sides.theirs.frames.entity
    for name in filter(None, (owner.credit_code, owner.name)):
        if len(set(members_like(here, name)["member"])) == 1:
            return link_one(sides.ours, sides.theirs, name, us)
    if here["member"].n_unique() == 1:
        return link_one(sides.ours, sides.theirs, None, us)
    return link_all(sides.ours, sides.theirs, *tables)


def _start(covered: Sequence[Coverage]) -> dt.date:
    """The first day both sides can speak of.

    Books that state an opening balance speak of what came before by it alone; books that state
    none are taken to start from nothing.
    """
    known = [(one.opening, one.start) for one in covered if one.start is not None]
    stating = [day for opening, day in known if opening]
    if stating:
        return max(stating)
    return min((day for _, day in known), default=dt.date.min)


def _with_phase(lines: pl.DataFrame, since: dt.date, as_of: dt.date) -> pl.DataFrame:
    """Add ``phase``: -1 before the span, 0 in it, 1 after it."""
    day = pl.col("date")
    phase = pl.when(day < since).then(-1).when(day > as_of).then(1).otherwise(0)
    return lines.with_columns(phase=phase.cast(pl.Int8))


def _coverage(side: Side) -> Coverage:
    first, last = booked_days(side.frames)
    return Coverage(first=first, last=last, opening=states_balances(side.frames))


def _wider(known: Coverage, books: Books) -> Coverage:
    days = [day for day in (known.first, known.last, *booked_days(books)) if day is not None]
    return attrs.evolve(known, first=min(days, default=None), last=max(days, default=None))
