"""The two sides of a reconciliation: what each set of books says about the other company.

Our receivable stands against their payable, our payable against their receivable.  Both sides
are laid out with one sign, that of our books: an amount is positive when it raises what they owe
us.  Theirs is mirrored for that (their credit is our debit); accounts, texts and vouchers stay as
each side wrote them.

Trade balances are reconciled: receivables with advances and other receivables against payables
with prepayments and other payables (会计基础工作规范 art. 62 asks for 往来款项).  Notes (应收票据,
应付票据) are left out unless asked for: the drawer clears a note he endorses at once, the holder
when it falls due, and the trade balances agree all the while.

What cuts whole books down (accounts, void vouchers, parties, balances) runs in the engine the
tables belong to; only the lines of the parties asked for come to this machine.
"""

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.books import schema
from kamcore.ledger.engine import AMOUNT, SUM, Frames, Source, open_frames
from kamcore.ledger.movements import base_of, stock
from kamcore.ledger.selection import Scope, live_lines
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.matching.references import references

__all__ = [
    "PAYABLE",
    "RECEIVABLE",
    "UNIT_SCALE",
    "Side",
    "booked_days",
    "control_accounts",
    "first_day",
    "in_order",
    "lay_out",
    "live_lines_of",
    "members_in_use",
    "named_numbers",
    "openings",
    "signed_lines",
    "stated_openings",
    "states_balances",
    "stock_of",
]

RECEIVABLE = (
    "ar_trade",
    "ar_estimated",
    "advance_from_customer",
    "contract_liability",
    "ar_other",
)
"""Roles of accounts kept by customer."""

PAYABLE = ("ap_trade", "ap_estimated", "prepaid_to_supplier", "ap_other")
"""Roles of accounts kept by supplier."""

_NOTES = {"ar_notes": "customer", "ap_notes": "supplier"}
_DIMENSION = {**dict.fromkeys(RECEIVABLE, "customer"), **dict.fromkeys(PAYABLE, "supplier")}

UNIT_SCALE = 10_000
"""Amounts inside the search are whole numbers of 1/10000, the finest the books can say."""

_REFERENCES = ("invoice", "business_number", "contract", "order_number", "settlement_number")
_ORDER = ("party", "currency", "date", "voucher_id", "line_no", "split_no")
_BROAD = ("contract", "order", "order_number", "tail")


@attrs.frozen(kw_only=True)
class Side:
    """Which lines of a set of books take part: the control accounts and the kept dimension.

    `frames` are the tables in the caller's engine; books and other sources are opened.
    `accounts` has the columns ``account``, ``dimension``, ``role`` (texts).  `from_documents`
    says that the lines are documents (`kamcore.matching.parties.document_lines`).
    """

    frames: Frames = attrs.field(repr=False, converter=open_frames)
    accounts: pl.DataFrame = attrs.field(repr=False)
    mirrored: bool = False
    from_documents: bool = False

    @property
    def scope(self) -> Scope:
        """The control accounts as a question of the ledger, which takes in what is below."""
        tops: list[str] = []
        for code in sorted(self.accounts["account"]):
            if not (tops and code.startswith(tops[-1])):
                tops.append(code)
        return Scope(accounts=tuple(tops))

    @cached_property
    def members(self) -> pl.DataFrame:
        """What `members_in_use` says; the engine is asked once."""
        return _members_in_use(self)


def control_accounts(
    source: Source | AccountTree,
    direction: str,
    *,
    accounts: Iterable[str] | None = None,
    notes: bool = False,
) -> pl.DataFrame:
    """The accounts that say what another company owes or is owed.

    `direction` is ``receivable``, ``payable`` or ``both``.  `accounts` names codes instead, each
    with everything below it.  Roles come from the list of accounts, else from the chart.

    Columns: ``account``, ``dimension`` (``customer`` or ``supplier``), ``role``.
    """
    tree = source if isinstance(source, AccountTree) else account_tree(open_frames(source))
    wanted: list[str] = []
    if direction in ("receivable", "both"):
        wanted += [*RECEIVABLE, *(["ar_notes"] if notes else [])]
    if direction in ("payable", "both"):
        wanted += [*PAYABLE, *(["ap_notes"] if notes else [])]
    chosen = None if accounts is None else tuple(accounts)
    side = "customer" if direction == "receivable" else "supplier"
    rows = []
    for code in tree.parents:
        role = tree.role(code) or ""
        named = chosen is not None and code.startswith(chosen)
        if named or (chosen is None and role in wanted):
            rows.append((code, {**_DIMENSION, **_NOTES}.get(role, side), role))
    names = ("account", "dimension", "role")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def booked_days(source: Source) -> tuple[dt.date | None, dt.date | None]:
    """The days of the first and the last line; None without lines."""
    day = nw.col("date")
    lines = open_frames(source).table("lines", (), ("date",))
    row = lines.select(first=day.min(), last=day.max()).collect("polars").to_native()
    return row["first"][0], row["last"][0]


def first_day(source: Source) -> dt.date | None:
    """The first day of the month the lines start in; None without lines."""
    first, _ = booked_days(source)
    return None if first is None else first.replace(day=1)


def states_balances(source: Source) -> bool:
    """Whether the source states a balance of any account."""
    frames = open_frames(source)
    if not frames.has("balances"):
        return False
    return len(frames.table("balances", ("account",)).head(1).collect()) > 0


def live_lines_of(side: Side, must: Iterable[str], may: Iterable[str] = ()) -> nw.LazyFrame[Any]:
    """Lines on the control accounts, with the party they are about; void vouchers left out.

    Columns: ``account``, those of `must` and `may`, ``dimension``, ``role``, and ``member``, blank
    where a line names none.
    """
    kept = _kept(side.frames.columns("lines"))
    asked = dict.fromkeys(("account", *must))
    more = [name for name in may if name not in asked]
    lines = live_lines(side.frames, side.scope, asked, (*more, *kept))
    return _with_member(side, lines).select(*asked, *more, "dimension", "role", "member")


def _kept(columns: Iterable[str]) -> tuple[str, ...]:
    """The columns the control accounts may be kept by, of those there are."""
    known = set(columns)
    dimensions = (schema.AUX + name for name in ("customer", "supplier"))
    return tuple(name for name in dimensions if name in known)


def _with_member(side: Side, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Rows of the control accounts, with the member of the dimension each is kept by."""
    rows = rows.join(side.frames.bring(side.accounts), on="account", how="inner")
    member = nw.lit("")
    for column in _kept(rows.collect_schema()):
        of_this = nw.col("dimension") == column.removeprefix(schema.AUX)
        member = nw.when(of_this).then(nw.col(column).fill_null("")).otherwise(member)
    return rows.with_columns(member=member)


def members_in_use(side: Side) -> pl.DataFrame:
    """The members the control accounts carry, with name and credit code where the books say them.

    Columns: ``dimension``, ``member`` (null where a line names none), ``name``, ``short_name``,
    ``credit_code``, ``lines`` (their number).  Sorted by dimension and member.
    """
    return side.members


def _members_in_use(side: Side) -> pl.DataFrame:
    keys = ["dimension", "member"]
    counted = live_lines_of(side, ()).group_by(*keys).agg(nw.len().alias("lines"))
    used = side.frames.fetch(counted).with_columns(pl.col("lines").cast(pl.UInt32))
    stated = _stated_members(side).join(used, on=keys, how="anti")
    found = pl.concat([used, stated]).join(_known(side), on=keys, how="left")
    member = pl.when(pl.col("member") != "").then("member")
    names = ("name", "short_name", "credit_code", "lines")
    return found.select("dimension", member, *names).sort(keys, nulls_last=True).collect()


def _known(side: Side) -> pl.LazyFrame:
    """What the list of members says of each; of several rows the same whatever their order."""
    keys = ["dimension", "member"]
    facts = ["name", "short_name", "credit_code"]
    if not side.frames.has("members"):
        return pl.LazyFrame(schema=dict.fromkeys([*keys, *facts], pl.String))
    rows = side.frames.table("members", ("dimension", "code"), facts).rename({"code": "member"})
    rows = rows.filter(nw.col("dimension").is_in(["customer", "supplier"]))
    ordered = side.frames.fetch(rows).sort(*keys, *facts, nulls_last=True)
    return ordered.unique(keys, keep="first", maintain_order=True)


def _stated_members(side: Side) -> pl.LazyFrame:
    kept = _kept(side.frames.columns("balances"))
    if not kept:
        types = {"dimension": pl.String, "member": pl.String, "lines": pl.UInt32}
        return pl.LazyFrame(schema=types)
    rows = _with_member(side, side.frames.table("balances", ("account",), kept))
    rows = rows.filter(nw.col("member") != "").select("dimension", "member").unique()
    return side.frames.fetch(rows).with_columns(lines=pl.lit(0, dtype=pl.UInt32))


def _linked(side: Side, rows: nw.LazyFrame[Any], links: pl.DataFrame | None) -> nw.LazyFrame[Any]:
    """Rows of the linked members with their ``party``; without links each member is one."""
    if links is None:
        return rows.filter(nw.col("member") != "").with_columns(party=nw.col("member"))
    linked = links.select("dimension", pl.col("member").fill_null(""), "party")
    return rows.join(side.frames.bring(linked), on=["dimension", "member"], how="inner")


def signed_lines(side: Side, links: pl.DataFrame | None) -> nw.LazyFrame[Any]:
    """The lines of the linked parties in the engine, with one sign.

    `links` has the columns ``dimension``, ``member`` and ``party``; without links every member
    that lines name is a party.

    Columns: ``party``, ``dimension``, ``member``, ``currency``, ``amount`` (as in `lay_out`),
    ``base`` (the same in base currency), ``on_debit``, ``role`` and the columns of the lines that
    `lay_out` shows.
    """
    frames = side.frames
    fx = ("fx_debit", "fx_credit")
    may = ("split_no", "summary", "currency", *fx, *_REFERENCES)
    must = ("voucher_id", "line_no", "date", "debit", "credit")
    rows = _linked(side, live_lines_of(side, must, may), links)
    filled = {name: nw.col(name).fill_null(0) for name in ("debit", "credit", *fx)}
    foreign = nw.col("currency") != frames.entity.base_currency
    says_fx = ~nw.col("fx_debit").is_null() | ~nw.col("fx_credit").is_null()
    # A revaluation moves the base amount alone: in the currency of the line it is nothing.
    base = (filled["debit"] - filled["credit"]).cast(AMOUNT)
    moved_fx = (filled["fx_debit"] - filled["fx_credit"]).cast(AMOUNT)
    signed = nw.when(foreign & says_fx).then(moved_fx).otherwise(base)
    zero = nw.lit(0).cast(AMOUNT)
    rows = rows.with_columns(
        amount=(zero - signed).cast(AMOUNT) if side.mirrored else signed,
        base=(zero - base).cast(AMOUNT) if side.mirrored else base,
        on_debit=filled["debit"] != 0,
        currency=base_of(frames),
    )
    return rows.filter(nw.col("amount") != 0).drop("debit", "credit", *fx)


def lay_out(side: Side, links: pl.DataFrame) -> pl.DataFrame:
    """The lines of the linked parties, with one sign and in an order of their own.

    `links` has the columns ``dimension``, ``member`` and ``party``.

    Columns: ``id`` (from 0 in the order below), ``party``, ``currency``, ``date``, ``voucher_id``,
    ``line_no``, ``split_no``, ``voucher`` (word and number), ``account``, ``role``, ``text``,
    ``amount`` (Decimal, 4 places, in the line's currency, positive when it raises what they owe
    us), ``units`` (the same as a whole number of 1/10000), ``on_debit`` (the column it stands in),
    ``raising`` (that column raises what they owe us, though a red line in it does not),
    ``invoice``, ``business_number``, ``contract``, ``order_number``, ``settlement_number``.
    """
    frames = side.frames
    rows = signed_lines(side, links)
    if frames.has("vouchers"):
        heads = frames.table("vouchers", ("voucher_id",), ("word", "number"))
        rows = rows.join(heads, on="voucher_id", how="left")
    else:
        none = {"word": nw.lit(None, dtype=nw.String), "number": nw.lit(None, dtype=nw.Int64)}
        rows = rows.with_columns(**none)
    on_debit, number = pl.col("on_debit"), pl.col("number").cast(pl.String)
    # A list of theirs may name its records by a word alone.
    word = pl.col("word").fill_null("")
    voucher = pl.concat_str(word, number, separator="-", ignore_nulls=True)
    amount = pl.col("amount").cast(schema.AMOUNT)
    laid = frames.fetch(rows).select(
        "party",
        "currency",
        "date",
        "voucher_id",
        "line_no",
        pl.col("split_no").fill_null(1),
        voucher.str.strip_prefix("-").alias("voucher"),
        "account",
        "role",
        pl.col("summary").fill_null("").alias("text"),
        amount,
        "on_debit",
        (~on_debit if side.mirrored else on_debit).alias("raising"),
        *_REFERENCES,
        units=(amount * UNIT_SCALE).cast(pl.Int64),
    )
    return laid.sort(_ORDER).collect().with_row_index("id")


def in_order(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of `lay_out`, some more under the others, in its order and numbered anew."""
    return lines.drop("id").sort(_ORDER).with_row_index("id")


def stock_of(side: Side) -> nw.LazyFrame[Any] | None:
    """What the control accounts stood at before the first line, by member; None if unstated.

    Columns: ``account``, ``role``, ``dimension``, ``member`` (blank where a balance names none),
    ``currency``, ``stock`` and ``fx_stock`` (signed, debit positive).
    """
    frames = side.frames
    if not (frames.has("balances") and frames.has("lines")) or side.accounts.is_empty():
        return None
    kept = _kept(frames.columns("balances"))
    by = tuple(name.removeprefix(schema.AUX) for name in kept)
    found = stock(frames, attrs.evolve(side.scope, by=by), ("base", "fx"))
    if found is None:
        return None
    names = ("account", "role", "dimension", "member", "currency", "stock", "fx_stock")
    return _with_member(side, found).select(*names)


def openings(side: Side, links: pl.DataFrame) -> pl.DataFrame:
    """What each linked party stood at before the first line, from stated balances.

    Columns: ``party``, ``currency``, ``stated`` (Decimal, signed as in `lay_out`).  No rows where
    the books state no balances.
    """
    wide = pl.Decimal(38, 4)
    summed = stated_openings(side, links)
    if summed is None:
        types: Any = {"party": pl.String, "currency": pl.String, "stated": wide}
        return pl.DataFrame(schema=types)
    sign = -1 if side.mirrored else 1
    return side.frames.fetch(summed).with_columns(pl.col("stated").cast(wide) * sign).collect()


def stated_openings(side: Side, links: pl.DataFrame | None) -> nw.LazyFrame[Any] | None:
    """The same in the engine, signed as the side's own books are; None if unstated.

    Without links every member that balances name is a party.
    """
    rows = stock_of(side)
    if rows is None:
        return None
    rows = _linked(side, rows, links)
    own, says_fx = nw.col("currency") == side.frames.entity.base_currency, nw.col("fx_stock") != 0
    amount = nw.when(~own & says_fx).then(nw.col("fx_stock").cast(SUM))
    rows = rows.with_columns(stated=amount.otherwise(nw.col("stock").cast(SUM)))
    return rows.group_by("party", "currency").agg(nw.col("stated").sum())


def named_numbers(lines: pl.DataFrame) -> pl.DataFrame:
    """The numbers of documents that lines name, in their text and in columns of their own.

    Columns: ``id``, ``ref``, ``strong``: false for a contract, an order or last digits alone,
    which many lines share.  Each number once per line.
    """
    parts = []
    for column in ("text", *_REFERENCES):
        # Every text is looked at once, however many lines repeat it.
        texts = lines.select(pl.col(column).unique()).drop_nulls().sort(column)
        if texts.is_empty():
            continue
        found = references(texts[column], trusted=column != "text")
        named = (
            texts.with_row_index("row")
            .join(found, on="row")
            .select(
                column, ref="key", strong=~pl.lit(column in _BROAD) & ~pl.col("kind").is_in(_BROAD)
            )
        )
        parts.append(
            lines.select("id", column).join(named, on=column).select("id", "ref", "strong")
        )
    empty = pl.DataFrame(schema={"id": pl.UInt32, "ref": pl.String, "strong": pl.Boolean})
    both = pl.concat([empty, *parts])
    return both.group_by("id", "ref").agg(pl.col("strong").any()).sort("id", "ref")
