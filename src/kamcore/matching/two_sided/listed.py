"""What the other company lists of its dealings with us (对方对账单), against our books.

A customer often sends no books but a list: date, number, text, what was bought and what was paid.
`books_of` lays such a list out as books of one control account, so that everything a
reconciliation does holds for it.  A list with debit and credit may be kept from either side's
point of view, and a list alone does not say whether its writer buys or sells; `reconcile_listed`
asks every reading that the list allows and takes the one under which most records agree.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books, Origin, schema
from kamcore.errors import UsageError
from kamcore.ledger.engine import Frames, Source, open_frames
from kamcore.matching.parties.document_lines import with_documents
from kamcore.matching.parties.identifying import members_like
from kamcore.matching.parties.sides import Side, control_accounts, members_in_use, signed_lines
from kamcore.matching.two_sided.line_kind import kind_of_text
from kamcore.matching.two_sided.reconciling import ReconcilePolicy, Reconciliation, reconcile
from kamcore.model.company_name import normalised
from kamcore.model.entity import Entity

__all__ = ["LINES", "OPENINGS", "Listed", "ListedAnswer", "books_of", "reconcile_listed"]

LINES: Mapping[str, pl.DataType] = {
    "row": schema.INTEGER,
    "date": schema.DAY,
    "number": schema.TEXT,
    "text": schema.TEXT,
    "raised": schema.AMOUNT,
    "lowered": schema.AMOUNT,
    "currency": schema.TEXT,
    "party": schema.TEXT,
    "invoice": schema.TEXT,
    "contract": schema.TEXT,
    "order_number": schema.TEXT,
}
"""Columns of `Listed.lines`."""

OPENINGS: Mapping[str, pl.DataType] = {
    "party": schema.TEXT,
    "currency": schema.TEXT,
    "amount": schema.AMOUNT,
}
"""Columns of `Listed.openings`."""

_ACCOUNTS = {
    "payable": ("1122", "应收账款", "ar_trade", "customer"),
    "receivable": ("2202", "应付账款", "ap_trade", "supplier"),
    "both": ("2202", "应付账款", "ap_trade", "supplier"),
}
_ENGLISH = (
    ("(?i)return|refund|credit note", "(退货)"),
    ("(?i)payment|paid|receipt|remittance", "(付款)"),
    ("(?i)purchase|invoice|sale|deliver", "(进货)"),
)
_NUMBER = r"^(?:\p{Han}{1,3}(?:字第?)?)[\s\-_#第]*(\d{1,9})号?$"
_WORD = r"^(\p{Han}{1,3}?)(?:字第?|第)?[\s\-_#]*\d{1,9}号?$"


@attrs.frozen(kw_only=True)
class Listed:
    """A list of the other company: records, openings, and what is known of its point of view.

    `lines` has the columns `LINES`: ``raised`` is what a record adds to what the buyer owes,
    ``lowered`` what it takes off, both positive unless red; ``row`` is the row of the source.
    Of a list with debit and credit (`by_side`) ``raised`` is the credit and ``lowered`` the
    debit, as the buyer books it, and a reading may exchange them.  `openings` has the columns
    `OPENINGS`, a balance being what the buyer owes; with `opening_by_side` it is exchanged with
    the sides.  `titles` are the texts around the list, which may name a party.
    """

    lines: pl.DataFrame = attrs.field(repr=False)
    openings: pl.DataFrame = attrs.field(repr=False)
    by_side: bool = False
    opening_by_side: bool = False
    titles: tuple[str, ...] = ()
    origin: Origin = attrs.field(factory=Origin, repr=False)


@attrs.frozen(kw_only=True)
class ListedAnswer:
    """A reconciliation with a list, and how the list was read.

    `from_our_side` says that its debit and credit stand as in our books; None for a list whose
    columns leave no choice.
    """

    result: Reconciliation
    from_our_side: bool | None = None


def books_of(listed: Listed, direction: str = "receivable", *, flipped: bool = False) -> Books:
    """The list as the books of the other company: one control account, a voucher a number.

    `direction` is ours: ``receivable`` where they owe us.  `flipped` exchanges the sides.
    """
    code, name, role, dimension = _ACCOUNTS[direction]
    raising, lowering = ("raised", "lowered") if not flipped else ("lowered", "raised")
    debit, credit = (lowering, raising) if direction != "payable" else (raising, lowering)
    aux = schema.AUX + dimension
    ids = _numbered(listed.lines).with_columns(_member=_member())
    periods = {"year": pl.col("date").dt.year(), "period": pl.col("date").dt.month()}
    dated = {key: part.cast(pl.Int64) for key, part in periods.items()}
    lines = ids.select(
        "voucher_id",
        "line_no",
        "date",
        "currency",
        "invoice",
        "contract",
        "order_number",
        **dated,
        split_no=pl.lit(1, dtype=pl.Int64),
        account=pl.lit(code),
        summary=_told(by_side=listed.by_side),
        debit=pl.col(debit).fill_null(0).cast(schema.AMOUNT),
        credit=pl.col(credit).fill_null(0).cast(schema.AMOUNT),
        # A number of their vouchers says nothing in our books; any other may be a document's.
        business_number=pl.when(~pl.col("number").str.contains(_NUMBER)).then("number"),
        source_row="row",
    ).with_columns(_member.alias(aux) for _member in [ids["_member"]])
    tables = {
        "accounts": pl.DataFrame({"code": [code], "name": [name], "role": [role]}),
        "lines": lines,
        "vouchers": _vouchers(ids.filter(pl.col("line_no") == 1), dated),
        "members": _members(ids["_member"], dimension),
        "balances": _balances(listed, (code, aux), _sign(listed, direction, flipped=flipped)),
    }
    return Books(Entity(system="list"), tables, listed.origin)


def _numbered(lines: pl.DataFrame) -> pl.DataFrame:
    """Records by day, with a voucher for each number of a day: its lines belong together."""
    rows = lines.sort("date", "row", nulls_last=True).with_row_index("_at", offset=1)
    named = pl.format("{} {} {}", "date", pl.col("party").fill_null(""), "number")
    rows = rows.with_columns(_key=pl.coalesce(named, pl.col("_at").cast(pl.String)))
    first, count = pl.col("_at").first().over("_key"), pl.col("_at").cum_count().over("_key")
    return rows.with_columns(voucher_id=first.cast(pl.Int64), line_no=count.cast(pl.Int64))


def _told(*, by_side: bool) -> pl.Expr:
    """The text of a record, and in brackets what it is where only English or its column says so.

    The search asks texts whether two records are of one kind; a list often has none.
    """
    text = pl.col("text").fill_null("")
    raised, lowered = (pl.col(name).fill_null(0) for name in ("raised", "lowered"))
    red = (raised < 0) | (lowered < 0)
    column = (
        pl.when(red)
        .then(pl.lit("(退货)"))
        .when(raised != 0)
        .then(pl.lit("(进货)"))
        .otherwise(pl.lit("(付款)"))
    )
    # Debit and credit say a side, not what it was for.
    named: pl.Expr = pl.lit("") if by_side else column
    for words, said in reversed(_ENGLISH):
        named = pl.when(text.str.contains(words)).then(pl.lit(said)).otherwise(named)
    named = pl.when(kind_of_text("text").is_null()).then(named).otherwise(pl.lit(""))
    return pl.concat_str(text, named, separator=" ").str.strip_chars()


def _vouchers(rows: pl.DataFrame, dated: Mapping[str, pl.Expr]) -> pl.DataFrame:
    number = pl.col("number").str.extract(_NUMBER).cast(pl.Int64, strict=False)
    word = pl.when(number.is_null()).then("number")
    return rows.select(
        "voucher_id",
        "date",
        **dated,
        word=word.otherwise(pl.col("number").str.extract(_WORD)),
        number=number,
        reference="number",
        source_row="row",
    )


def _member() -> pl.Expr:
    return pl.col("party").fill_null("1")


def _members(codes: pl.Series, dimension: str) -> pl.DataFrame:
    known = codes.unique().sort()
    names = pl.Series([None if code == "1" else code for code in known], dtype=pl.String)
    return pl.DataFrame({"code": known, "name": names}).with_columns(dimension=pl.lit(dimension))


def _sign(listed: Listed, direction: str, *, flipped: bool) -> int:
    """What turns an opening into a balance of their books, debit positive."""
    owed = -1 if direction != "payable" else 1
    return -owed if flipped and listed.opening_by_side else owed


def _balances(listed: Listed, spot: tuple[str, str], sign: int) -> pl.DataFrame:
    first = listed.lines["date"].min()
    if listed.openings.is_empty() or not isinstance(first, dt.date):
        return schema.BALANCES.empty()
    account, aux = spot
    amount = (pl.col("amount") * sign).cast(schema.AMOUNT)
    return listed.openings.select(
        "currency",
        year=pl.lit(first.year, dtype=pl.Int64),
        period=pl.lit(first.month, dtype=pl.Int64),
        account=pl.lit(account),
        opening=amount,
        fx_opening=pl.when(pl.col("currency").is_not_null()).then(amount),
        **{aux: _member()},
    )


def reconcile_listed(
    ours: Source,
    listed: Listed,
    *,
    as_of: dt.date,
    policy: ReconcilePolicy | None = None,
    **asked: Any,
) -> ListedAnswer:
    """Reconcile our books with a list of the other company as of a day.

    `asked` may hold ``party``, ``us``, ``mapping`` and ``aliases``, as `reconcile` takes them.
    Without a party the titles of the list are searched for the name of one of ours.  Of the
    readings the list allows, the one counts under which most records agree, then the one with
    the smallest difference, then the list as its writer's own account.

    Raises:
        UsageError: as `reconcile` does, where no reading is without it.
    """
    policy = policy or ReconcilePolicy()
    books = open_frames(ours)
    party = asked.pop("party", None) or _titled(books, listed, policy)
    listed = _of_party(books, _with_currency(books, listed, party, policy), party, policy)
    best: tuple[tuple[int, Decimal, bool], ListedAnswer] | None = None
    failed: UsageError | None = None
    for direction, flipped in _readings(listed, policy):
        theirs = books_of(listed, direction, flipped=flipped)
        chosen = attrs.evolve(policy, direction=direction, their_accounts=None)
        try:
            result = reconcile(books, theirs, as_of=as_of, party=party, policy=chosen, **asked)
        except UsageError as error:
            failed = failed or error
            continue
        is_own = flipped == (direction == "payable")
        agreed = int(result.workings.parties["matched"].sum() or 0)
        rank = agreed, -abs(result.difference), is_own
        side = None if not listed.by_side else not is_own
        if best is None or rank > best[0]:
            best = rank, ListedAnswer(result=result, from_our_side=side)
    if best is None:
        assert failed is not None  # noqa: S101  every reading gave a result or an error
        raise failed
    return best[1]


def _readings(listed: Listed, policy: ReconcilePolicy) -> Iterator[tuple[str, bool]]:
    auto = policy.direction == "auto"
    for direction in ("receivable", "payable") if auto else (policy.direction,):
        own = listed.by_side and direction == "payable"
        yield direction, own
        if listed.by_side:
            yield direction, not own


def _titled(books: Frames, listed: Listed, policy: ReconcilePolicy) -> str | None:
    """The one party of ours that the texts around the list name; None when none or several."""
    titles = [normalised(title) for title in listed.titles]
    if not titles:
        return None
    members = members_in_use(_side(books, policy)).drop_nulls("name")
    named = _named(members["name"].unique().to_list(), titles)
    if len(named) != 1:
        return None
    return str(members_like(members, named[0])["member"][0])


def _side(books: Frames, policy: ReconcilePolicy) -> Side:
    direction = "both" if policy.direction == "auto" else policy.direction
    accounts = control_accounts(books, direction, accounts=policy.accounts, notes=policy.notes)
    side = Side(frames=books, accounts=accounts)
    return with_documents(side, direction, policy.accounts, notes=policy.notes)


def _of_party(books: Frames, listed: Listed, party: str | None, policy: ReconcilePolicy) -> Listed:
    """Of a list that names several companies, what it says of the party that is asked for."""
    named = listed.lines["party"].drop_nulls().unique().to_list()
    if party is None or len(named) < 2:  # noqa: PLR2004  one name needs no choice
        return listed
    meant = members_like(members_in_use(_side(books, policy)), party)
    known = {normalised(name) for name in meant["name"].drop_nulls()} | {*meant["member"]}
    own = [name for name in named if name in known or normalised(name) in known]
    if not own:
        return listed
    chosen = pl.col("party").is_in(own)
    return attrs.evolve(
        listed, lines=listed.lines.filter(chosen), openings=listed.openings.filter(chosen)
    )


def _with_currency(
    books: Frames, listed: Listed, party: str | None, policy: ReconcilePolicy
) -> Listed:
    """A list that names no currency is in the only one we have with the party."""
    if party is None or listed.lines["currency"].null_count() < listed.lines.height:
        return listed
    side = _side(books, policy)
    meant = members_like(members_in_use(side), party).select("dimension", "member", party="member")
    lines = side.frames.fetch(signed_lines(side, meant).select("currency").unique())
    found = lines.collect()["currency"].to_list()
    if len(found) != 1 or found[0] == books.entity.base_currency:
        return listed
    named = pl.lit(found[0]).alias("currency")
    return attrs.evolve(
        listed,
        lines=listed.lines.with_columns(named),
        openings=listed.openings.with_columns(named),
    )


def _named(names: Sequence[str], titles: Sequence[str]) -> list[str]:
    """The names that a title holds, without those that are a part of another that it holds."""
    held = {name: normalised(name) for name in names}
    held = {name: said for name, said in held.items() if said and any(said in t for t in titles)}
    return [
        name
        for name, said in held.items()
        if not any(said != other and said in other for other in held.values())
    ]
