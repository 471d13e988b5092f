"""Two-sided reconciliation (往来对账): our books against the other company's, line by line.

`reconcile` takes two sets of books of any format, finds who is whom, mirrors their side, matches
all parties at once by set joins, and says why the balances differ.  What it states holds by
construction and is asserted: per party and currency the opening difference and the differences
listed add up to the difference of the two closing balances, to the last cent.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import Fault, UsageError
from kamcore.ledger.engine import conserved
from kamcore.ledger.sources import Source, books_of
from kamcore.matching.crossing import CrossingPolicy, Pool, cross
from kamcore.matching.explaining import Coverage
from kamcore.matching.findings import Found, Question, findings
from kamcore.matching.identifying import Links, link_all, link_one, members_like
from kamcore.matching.sides import (
    Side,
    control_accounts,
    first_day,
    lay_out,
    members_in_use,
    named_numbers,
    openings,
)
from kamcore.model.company_name import Aliases
from kamcore.place import Place

__all__ = ["DIRECTIONS", "ReconcilePolicy", "Reconciliation", "reconcile", "reconciled_again"]

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
_SUM = pl.Decimal(38, 4)


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
class Reconciliation:
    """Two books reconciled as of a day, party by party.

    Every frame has ``party`` and ``currency``.  `parties` (one row each): ``name``, ``how``,
    ``ours_opening``, ``ours_debit``, ``ours_credit``, ``ours_closing``, the same of ``theirs``
    (mirrored: positive is what they owe us), ``difference``, ``matched`` and ``open`` (numbers of
    findings).  `matches`: ``finding``, ``rule``, ``tier`` (``automatic`` or ``proposed``),
    ``amount``.  `differences`: ``finding``, ``cause``, ``amount`` (what it adds to our closing
    balance less theirs), ``fault`` (``ours``, ``theirs`` or blank: whose books to mend),
    ``reason``, ``proof_zh``, ``proof_en``.  `members`: ``finding``, ``side``, ``id`` say which
    lines of `ours` and `theirs` a finding is about.  Amounts are Decimal with 4 places.
    """

    as_of: dt.date
    since: dt.date
    direction: str
    policy: ReconcilePolicy
    links: Links
    accounts: tuple[pl.DataFrame, pl.DataFrame] = attrs.field(repr=False)
    """The control accounts of both sides (`kamcore.matching.sides.control_accounts`)."""
    parties: pl.DataFrame
    matches: pl.DataFrame
    differences: pl.DataFrame
    members: pl.DataFrame
    ours: pl.DataFrame = attrs.field(repr=False)
    theirs: pl.DataFrame = attrs.field(repr=False)
    our_books: Books = attrs.field(repr=False)
    their_books: Books = attrs.field(repr=False)

    @property
    def difference(self) -> Decimal:
        """Our closing balances less theirs, over all parties."""
        return Decimal(self.parties["difference"].sum() or 0)


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

    Each is `Books` or a mapping of their tables, of any engine; the two need not be of one.

    `party` is a code, a name or a part of a name in our books, `us` what we are called in theirs.
    Without `party` the owner of their books is looked for among our parties; where their books
    name no owner, every party both books have is reconciled: by `mapping` (our code to theirs),
    credit code, `aliases`, name, or code.

    Raises:
        UsageError: a party is not found or means several, the books have no control accounts or
            no common party, or the span is empty.
    """
    policy = policy or ReconcilePolicy()
    sides = _sides(books_of(ours), books_of(theirs), policy, party)
    links = _links(sides, party, us, (mapping, aliases.on(as_of) if aliases else None))
    since = policy.since or _start(sides)
    if since > as_of:
        raise UsageError(BAD_SPAN.at(Place(), since, as_of=as_of))
    return _reconciled(sides, links, (since, as_of), policy)


def reconciled_again(result: Reconciliation, ours: Books, theirs: Books) -> Reconciliation:
    """Ask the same question of other books: the same parties, accounts, span and policy."""
    pairs = zip((ours, theirs), result.accounts, (False, True), strict=True)
    made = [
        Side(books=books, accounts=accounts, mirrored=mirrored)
        for books, accounts, mirrored in pairs
    ]
    sides = _Sides(ours=made[0], theirs=made[1], direction=result.direction)
    return _reconciled(sides, result.links, (result.since, result.as_of), result.policy)


def _reconciled(
    sides: "_Sides", links: Links, span: tuple[dt.date, dt.date], policy: ReconcilePolicy
) -> Reconciliation:
    since, as_of = span
    pools, stated = [], []
    pairs = ((sides.ours, links.of_ours()), (sides.theirs, links.of_theirs()))
    for side, link in pairs:
        lines = _with_phase(lay_out(side, link), since, as_of)
        pools.append(Pool(lines=lines, references=named_numbers(lines)))
        stated.append(openings(side, link))
    question = Question(
        ours=pools[0],
        theirs=pools[1],
        covered=(_coverage(sides.ours), _coverage(sides.theirs)),
        as_of=as_of,
        transit_days=policy.transit_days,
        window=policy.window,
        we_sell=sides.direction != "payable",
    )
    crossing = CrossingPolicy(
        window=policy.window, certain_days=policy.certain_days, we_sell=question.we_sell
    )
    found = findings(question, cross(pools[0], pools[1], crossing))
    parties = _parties(pools, stated, links)
    differences = _with_openings(parties, found)
    _assert_explained(parties, differences)
    return Reconciliation(
        as_of=as_of,
        since=since,
        direction=sides.direction,
        policy=policy,
        links=links,
        accounts=(sides.ours.accounts, sides.theirs.accounts),
        parties=_counted(parties, found.matches, differences),
        matches=found.matches,
        differences=differences,
        members=found.members,
        ours=pools[0].lines,
        theirs=pools[1].lines,
        our_books=sides.ours.books,
        their_books=sides.theirs.books,
    )


@attrs.frozen(kw_only=True)
class _Sides:
    """Both sides with their control accounts."""

    ours: Side
    theirs: Side
    direction: str


def _sides(ours: Books, theirs: Books, policy: ReconcilePolicy, party: str | None) -> _Sides:
    """The control accounts of both sides; ``auto`` takes the direction that says more."""
    if policy.direction != "auto":
        chosen = _of_direction(ours, theirs, policy, policy.direction)
    else:
        both = [_of_direction(ours, theirs, policy, name) for name in ("receivable", "payable")]
        owner = theirs.entity.credit_code or theirs.entity.name
        chosen = max(both, key=lambda sides: _weight(sides, party, owner))
    for side, word in ((chosen.ours, "我方 (our)"), (chosen.theirs, "对方 (their)")):
        if side.accounts.is_empty():
            raise UsageError(NO_CONTROL_ACCOUNTS.at(Place(), word))
    return chosen


def _of_direction(ours: Books, theirs: Books, policy: ReconcilePolicy, direction: str) -> _Sides:
    mine = control_accounts(ours, direction, accounts=policy.accounts, notes=policy.notes)
    other = control_accounts(
        theirs, _OTHER[direction], accounts=policy.their_accounts, notes=policy.notes
    )
    return _Sides(
        ours=Side(books=ours, accounts=mine),
        theirs=Side(books=theirs, accounts=other, mirrored=True),
        direction=direction,
    )


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
    here, owner = members_in_use(sides.ours), sides.theirs.books.entity
    for name in filter(None, (owner.credit_code, owner.name)):
        if len(set(members_like(here, name)["member"])) == 1:
            return link_one(sides.ours, sides.theirs, name, us)
    if here["member"].n_unique() == 1:
        return link_one(sides.ours, sides.theirs, None, us)
    return link_all(sides.ours, sides.theirs, *tables)


def _start(sides: _Sides) -> dt.date:
    """The first day both sides can speak of.

    Books that state an opening balance speak of what came before by it alone; books that state
    none are taken to start from nothing.
    """
    both = (sides.ours, sides.theirs)
    known = [(side, day) for side in both if (day := first_day(side.books)) is not None]
    stating = [day for side, day in known if side.books.balances.height]
    if stating:
        return max(stating)
    return min((day for _, day in known), default=dt.date.min)


def _with_phase(lines: pl.DataFrame, since: dt.date, as_of: dt.date) -> pl.DataFrame:
    """Add ``phase``: -1 before the span, 0 in it, 1 after it."""
    day = pl.col("date")
    phase = pl.when(day < since).then(-1).when(day > as_of).then(1).otherwise(0)
    return lines.with_columns(phase=phase.cast(pl.Int8))


def _coverage(side: Side) -> Coverage:
    first, last = side.books.lines["date"].min(), side.books.lines["date"].max()
    return Coverage(
        first=first if isinstance(first, dt.date) else None,
        last=last if isinstance(last, dt.date) else None,
        opening=bool(side.books.balances.height),
    )


def _parties(pools: Sequence[Pool], stated: Sequence[pl.DataFrame], links: Links) -> pl.DataFrame:
    """Opening, debit, credit and closing of both sides, per party and currency."""
    keys = ["party", "currency"]
    frames = [_movements(*side) for side in zip(pools, stated, strict=True)]
    named = [
        frame.rename({n: f"{name}_{n}" for n in frame.columns if n not in keys})
        for name, frame in zip(("ours", "theirs"), frames, strict=True)
    ]
    both = named[0].join(named[1], on=keys, how="full", coalesce=True)
    figures = [name for name in both.columns if name not in keys]
    both = both.with_columns(pl.col(figures).fill_null(0))
    names = links.frame.select("party", "name", "how").unique("party", keep="first")
    both = names.join(both, on="party", how="inner")
    return both.with_columns(
        difference=(pl.col("ours_closing") - pl.col("theirs_closing")).cast(_SUM)
    ).sort(keys)


def _movements(pool: Pool, stated: pl.DataFrame) -> pl.DataFrame:
    keys = ["party", "currency"]
    amount = pl.col("amount").cast(_SUM)
    phase = pl.col("phase")
    # A red line stays on its own side; what is mirrored changes sides, not columns.
    raising = pl.col("raising")
    sums = pool.lines.group_by(keys).agg(
        before=amount.filter(phase < 0).sum(),
        debit=amount.filter((phase == 0) & raising).sum(),
        credit=-amount.filter((phase == 0) & ~raising).sum(),
    )
    both = sums.join(stated, on=keys, how="full", coalesce=True).with_columns(
        pl.col("before", "debit", "credit", "stated").fill_null(0)
    )
    opening = pl.col("before") + pl.col("stated")
    closing = opening + pl.col("debit") - pl.col("credit")
    figures = {
        "opening": opening,
        "debit": pl.col("debit"),
        "credit": pl.col("credit"),
        "closing": closing,
    }
    return both.select(*keys, **{name: figure.cast(_SUM) for name, figure in figures.items()})


def _with_openings(parties: pl.DataFrame, found: Found) -> pl.DataFrame:
    """The differences, with what the openings differ by and no later line explains."""
    keys = ["party", "currency"]
    gap = parties.select(*keys, gap=pl.col("ours_opening") - pl.col("theirs_opening"))
    gap = gap.join(found.shifted, on=keys, how="left")
    left = pl.col("gap") - pl.col("before").fill_null(0)
    rows = gap.with_columns(amount=left.cast(_SUM)).filter(pl.col("amount") != 0).sort(keys)
    first = max(found.members["finding"].to_list(), default=0) + 1
    rows = rows.with_row_index("finding", offset=first).with_columns(
        cause=pl.lit("opening"),
        fault=pl.lit(""),
        reason=pl.lit(None, dtype=pl.String),
        proof_zh=pl.format("期初相差 {}, 须查上期对账结果", _plain("amount")),
        proof_en=pl.format(
            "the openings differ by {}: see the last reconciliation", _plain("amount")
        ),
    )
    columns = found.differences.columns
    rows = rows.select(columns).cast(found.differences.schema)
    return pl.concat([found.differences, rows]).sort(*keys, "finding")


def _plain(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Decimal(38, 2)).cast(pl.String)


def _counted(
    parties: pl.DataFrame, matches: pl.DataFrame, differences: pl.DataFrame
) -> pl.DataFrame:
    keys = ["party", "currency"]
    counts = {"matched": matches, "open": differences}
    for name, frame in counts.items():
        sizes = frame.group_by(keys).agg(pl.len().cast(pl.Int64).alias(name))
        parties = parties.join(sizes, on=keys, how="left", maintain_order="left")
    return parties.with_columns(pl.col(*counts).fill_null(0))


def _assert_explained(parties: pl.DataFrame, differences: pl.DataFrame) -> None:
    keys = ["party", "currency"]
    sums = differences.group_by(keys).agg(pl.col("amount").sum())
    both = parties.join(sums, on=keys, how="full", coalesce=True).sort(keys)
    both = both.with_columns(pl.col("difference", "amount").fill_null(0).cast(_SUM))
    conserved(
        "the differences explain the balances",
        both["difference"].to_list(),
        both["amount"].to_list(),
    )
