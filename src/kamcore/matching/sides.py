"""The two sides of a reconciliation: what each set of books says about the other company.

Our receivable stands against their payable, our payable against their receivable.  Both sides
are laid out with one sign, that of our books: an amount is positive when it raises what they owe
us.  Theirs is mirrored for that (their credit is our debit); accounts, texts and vouchers stay as
each side wrote them.

Trade balances are reconciled: receivables with advances and other receivables against payables
with prepayments and other payables (会计基础工作规范 art. 62 asks for 往来款项).  Notes (应收票据,
应付票据) are left out unless asked for: the drawer clears a note he endorses at once, the holder
when it falls due, and the trade balances agree all the while.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import attrs
import narwhals as nw
import polars as pl

from kamcore.books import Books, schema
from kamcore.ledger.engine import open_frames
from kamcore.ledger.movements import stock
from kamcore.ledger.selection import Scope
from kamcore.ledger.tree import account_tree
from kamcore.matching.references import references

__all__ = [
    "PAYABLE",
    "RECEIVABLE",
    "UNIT_SCALE",
    "Side",
    "control_accounts",
    "first_day",
    "lay_out",
    "live_lines_of",
    "member_of",
    "members_in_use",
    "named_numbers",
    "openings",
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
_BROAD = ("contract", "order", "order_number", "tail")


@attrs.frozen(kw_only=True)
class Side:
    """Which lines of a set of books take part: the control accounts and the kept dimension.

    `accounts` has the columns ``account``, ``dimension``, ``role`` (texts).
    """

    books: Books = attrs.field(repr=False)
    accounts: pl.DataFrame = attrs.field(repr=False)
    mirrored: bool = False


def control_accounts(
    books: Books,
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
    tree = account_tree(open_frames(books))
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


def first_day(books: Books) -> dt.date | None:
    """The first day of the month the lines start in; None without lines."""
    first = books.lines["date"].min()
    return first.replace(day=1) if isinstance(first, dt.date) else None


def live_lines_of(side: Side) -> pl.LazyFrame:
    """Lines on the control accounts, with the party they are about; void vouchers left out."""
    books = side.books
    void = books.vouchers.lazy().filter(pl.col("status") == "void").select("voucher_id")
    lines = books.lines.lazy().join(side.accounts.lazy(), on="account", how="inner")
    lines = lines.join(void, on="voucher_id", how="anti")
    return lines.with_columns(member_of(books.lines.columns).alias("member"))


def member_of(columns: Iterable[str]) -> pl.Expr:
    """The member of the dimension a row is kept by (its column ``dimension``), or null."""
    found = pl.lit(None, dtype=pl.String)
    for dimension in ("supplier", "customer"):
        if schema.AUX + dimension in columns:
            of_this = pl.col("dimension") == dimension
            found = pl.when(of_this).then(pl.col(schema.AUX + dimension)).otherwise(found)
    return found


def members_in_use(side: Side) -> pl.DataFrame:
    """The members the control accounts carry, with name and credit code where the books say them.

    Columns: ``dimension``, ``member`` (null where a line names none), ``name``, ``short_name``,
    ``credit_code``, ``lines`` (their number).  Sorted by dimension and member.
    """
    used = (
        live_lines_of(side).group_by("dimension", "member").agg(pl.len().alias("lines")).collect()
    )
    stated = _stated_members(side)
    used = pl.concat([used, stated.join(used, on=["dimension", "member"], how="anti")])
    known = side.books.members.select(
        "dimension", pl.col("code").alias("member"), "name", "short_name", "credit_code"
    ).unique(["dimension", "member"], keep="first", maintain_order=True)
    found = used.join(known, on=["dimension", "member"], how="left")
    names = ("dimension", "member", "name", "short_name", "credit_code", "lines")
    return found.select(names).sort("dimension", "member", nulls_last=True)


def _stated_members(side: Side) -> pl.DataFrame:
    balances = side.books.balances
    rows = balances.lazy().join(side.accounts.lazy(), on="account", how="inner")
    rows = rows.with_columns(member_of(balances.columns).alias("member"))
    rows = rows.filter(pl.col("member").is_not_null()).select("dimension", "member").unique()
    return rows.with_columns(lines=pl.lit(0, dtype=pl.get_index_type())).collect()


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
    base = side.books.entity.base_currency
    foreign = pl.col("currency").is_not_null() & (pl.col("currency") != base)
    says_fx = pl.col("fx_debit").is_not_null() | pl.col("fx_credit").is_not_null()
    # A revaluation moves the base amount alone: in the currency of the line it is nothing.
    signed = (
        pl.when(foreign & says_fx)
        .then(pl.col("fx_debit").fill_null(0) - pl.col("fx_credit").fill_null(0))
        .otherwise(pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0))
    )
    on_debit = pl.col("debit").fill_null(0) != 0
    heads = side.books.vouchers.lazy().select(
        "voucher_id",
        pl.concat_str(
            pl.col("word").fill_null(""), pl.col("number").cast(pl.String), separator="-"
        )
        .str.strip_prefix("-")
        .alias("voucher"),
    )
    rows = live_lines_of(side).join(
        links.lazy().select("dimension", "member", "party"),
        on=["dimension", "member"],
        how="inner",
        nulls_equal=True,
    )
    rows = rows.join(heads, on="voucher_id", how="left").select(
        "party",
        pl.col("currency").fill_null(base),
        "date",
        "voucher_id",
        "line_no",
        "split_no",
        "voucher",
        "account",
        "role",
        pl.col("summary").fill_null("").alias("text"),
        (-signed if side.mirrored else signed).cast(schema.AMOUNT).alias("amount"),
        on_debit.alias("on_debit"),
        (on_debit ^ pl.lit(side.mirrored)).alias("raising"),
        *_REFERENCES,
    )
    rows = rows.filter(pl.col("amount") != 0).with_columns(
        units=(pl.col("amount") * UNIT_SCALE).cast(pl.Int64)
    )
    order = ("party", "currency", "date", "voucher_id", "line_no", "split_no")
    return rows.sort(order).collect().with_row_index("id")


def openings(side: Side, links: pl.DataFrame) -> pl.DataFrame:
    """What each linked party stood at before the first line, from stated balances.

    Columns: ``party``, ``currency``, ``stated`` (Decimal, signed as in `lay_out`).  No rows where
    the books state no balances.
    """
    empty = pl.DataFrame(
        schema={"party": pl.String, "currency": pl.String, "stated": pl.Decimal(38, 4)}
    )
    frames = open_frames(side.books)
    known = side.books.balances.columns
    by = [d for d in ("customer", "supplier") if schema.AUX + d in known]
    if not frames.has("balances") or not frames.has("lines"):
        return empty
    scope = Scope(accounts=tuple(side.accounts["account"]), by=tuple(by))
    found = stock(frames, scope, ("base", "fx"))
    if found is None:
        return empty
    return _linked_stock(nw.to_native(found.collect()), side, links)


def _linked_stock(rows: pl.DataFrame, side: Side, links: pl.DataFrame) -> pl.DataFrame:
    base = side.books.entity.base_currency
    rows = rows.join(side.accounts, on="account", how="inner")
    rows = rows.with_columns(member_of(rows.columns).alias("member"))
    rows = rows.join(
        links.select("dimension", "member", "party"),
        on=["dimension", "member"],
        how="inner",
        nulls_equal=True,
    )
    foreign = (pl.col("currency") != base) & (pl.col("fx_stock") != 0)
    amount = pl.when(foreign).then(pl.col("fx_stock")).otherwise(pl.col("stock"))
    total = amount.cast(pl.Decimal(38, 4)).sum()
    summed = rows.group_by("party", "currency").agg(total.alias("stated"))
    sign = Decimal(-1 if side.mirrored else 1)
    return summed.with_columns((pl.col("stated") * sign).cast(pl.Decimal(38, 4)))


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
