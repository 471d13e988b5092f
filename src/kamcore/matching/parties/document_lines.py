"""Documents that stand for lines: a side that keeps open items but no vouchers on its accounts.

A list of receivables or payables (GB/T 24589 应收应付, an export of a receivables module) says
document by document what a ledger says line by line.  Here its documents become lines in the
engine its tables belong to: an open item raises what the party owes or is owed, a receipt and an
adjustment lower it; a red document is negative on its own side.  Applications move no balance and
are not looked at.  A document counts on the day it was booked, else on its own.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.ledger.applied import DOCUMENTS
from kamcore.ledger.engine import AMOUNT, Frames, stack
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.matching.parties.sides import Side, members_in_use
from kamcore.model.role import standard_accounts

__all__ = ["with_documents"]

_KEPT_BY = {
    "receivable": ("customer",),
    "payable": ("supplier",),
    "both": ("customer", "supplier"),
}
_TRADE = {"customer": "ar_trade", "supplier": "ap_trade"}
_NOTES = ("ar_notes", "ap_notes")
_SAME = ("account", "due_date", "contract", "invoice", "currency", "rate", "party_role", "party")
_VOUCHER = ("day", "kind", "party_role", "party", "number")
_UNDATED = dt.date(1, 1, 1)


def with_documents(
    side: Side, direction: str, accounts: Iterable[str] | None = None, *, notes: bool = False
) -> Side:
    """The side itself; where its accounts carry no lines, one whose lines are its documents.

    The other choices are those of `kamcore.matching.parties.sides.control_accounts`.  A document
    that names no account stands on the first trade account of its role in the chart, else on the
    one of the standard chart.  Documents of one number, party and day are one voucher, whose word
    is that number.  Stated balances are left out: the documents say what is in them.
    """
    tables = [name for name in DOCUMENTS if side.frames.has(name)]
    if not tables or _has_lines(side):
        return side
    documents = stack(*(_laid_out(side.frames, name) for name in tables))
    kept = ("accounts", "dimensions", "members")
    known = {name: side.frames.tables[name] for name in kept if side.frames.has(name)}
    frames = attrs.evolve(side.frames, tables={**known, "lines": documents})
    chosen = None if accounts is None else tuple(accounts)
    placed = _placed(frames, _KEPT_BY[direction], chosen, notes=notes)
    if placed.is_empty():
        if side.frames.has("lines"):
            return side
        # A source may have no table of lines at all: it is one without rows then.
        nothing = {**side.frames.tables, "lines": documents.head(0)}
        return attrs.evolve(side, frames=attrs.evolve(frames, tables=nothing))
    places = frames.bring(placed.select("party_role", "account", place="code"))
    documents = (
        documents.join(places, on=["party_role", "account"], how="inner")
        .with_columns(account=nw.col("place"))
        .drop("place")
    )
    documents, vouchers = _in_vouchers(documents)
    lines_and_heads = {"lines": documents, "vouchers": vouchers}
    control = placed.select(account="code", dimension="party_role", role="role")
    return attrs.evolve(
        side,
        frames=attrs.evolve(frames, tables={**known, **lines_and_heads}),
        accounts=control.unique(maintain_order=True).sort("account"),
        from_documents=True,
    )


def _has_lines(side: Side) -> bool:
    if not side.frames.has("lines") or side.accounts.is_empty():
        return False
    return bool(members_in_use(side)["lines"].sum())


def _laid_out(frames: Frames, table: str) -> nw.LazyFrame[Any]:
    """The documents of a table with the columns of lines, and what their vouchers are made of."""
    texts = ("document", "summary", "reason")
    rows = frames.table(
        table,
        ("id", "party_role", "party", "amount"),
        (*_SAME[:-2], *texts, "date", "voucher_date", "fx_amount"),
    )
    is_item = table == "open_items"
    of_customer = nw.col("party_role") == "customer"
    on_debit = of_customer if is_item else ~of_customer
    zero, amount, fx = nw.lit(0).cast(AMOUNT), nw.col("amount").cast(AMOUNT), nw.col("fx_amount")
    day = nw.coalesce("voucher_date", "date")
    nothing = nw.lit(None, dtype=nw.String)
    return rows.select(
        *(nw.col(name) for name in _SAME if name != "account"),
        account=nw.col("account").fill_null(""),
        date=day,
        summary=nw.coalesce("summary", "reason"),
        debit=nw.when(on_debit).then(amount).otherwise(zero),
        credit=nw.when(on_debit).then(zero).otherwise(amount),
        fx_debit=nw.when(on_debit).then(fx),
        fx_credit=nw.when(~on_debit).then(fx),
        # The number of a receipt is the writer's own; that of an item is what it is settled by.
        business_number=nw.col("document") if is_item else nothing,
        aux_customer=nw.when(of_customer).then(nw.col("party")),
        aux_supplier=nw.when(nw.col("party_role") == "supplier").then(nw.col("party")),
        id=nw.col("id"),
        kind=nw.lit(DOCUMENTS.index(table)),
        day=day.fill_null(nw.lit(_UNDATED)),
        number=nw.coalesce("document", "id"),
    )


def _in_vouchers(documents: nw.LazyFrame[Any]) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    """The documents numbered as lines of vouchers, and the vouchers."""
    one = nw.lit(1).cast(nw.Int64)
    heads = documents.select(*_VOUCHER).unique().with_row_index("voucher_id", order_by=_VOUCHER)
    heads = heads.with_columns(nw.col("voucher_id").cast(nw.Int64) + one)
    lines = documents.with_row_index("line_no", order_by=("day", "kind", "id"))
    lines = lines.with_columns(line_no=nw.col("line_no").cast(nw.Int64) + one, split_no=one)
    lines = lines.join(heads, on=list(_VOUCHER), how="inner").drop("id", *_VOUCHER)
    vouchers = heads.select("voucher_id", word=nw.col("number"), number=nw.lit(None, nw.Int64))
    return lines, vouchers


def _placed(
    frames: Frames, roles: tuple[str, ...], chosen: tuple[str, ...] | None, *, notes: bool
) -> pl.DataFrame:
    """Where documents stand: a row per ``party_role`` and ``account`` they name.

    ``code`` is the account they stand on and ``role`` what it is for.  An account is kept by one
    dimension: documents of the other role there stand on that role's own trade account.
    """
    lines = frames.tables["lines"]
    said = {**frames.tables, "lines": lines.filter(nw.col("account") != "")}
    tree = account_tree(attrs.evolve(frames, tables=said))
    # Codes chosen for both roles at once do not say whose they are.
    wanted = chosen if len(roles) == 1 else None
    stands = {role: _stand_in(tree, role, wanted) for role in roles}
    kept = {code: role for role, code in stands.items()}
    pairs = lines.select("party_role", "account").unique()
    named = frames.fetch(pairs).sort("party_role", "account").collect()
    rows = []
    for party_role, account in named.iter_rows():
        use = tree.role(account) if account else None
        code = account or stands.get(party_role, "")
        within = use not in _NOTES or notes if chosen is None else code.startswith(chosen)
        if party_role in roles and within:
            if kept.setdefault(code, party_role) != party_role:
                code, use = stands[party_role], None
            role = use or tree.role(code) or _TRADE[party_role]
            rows.append((party_role, account, code, role))
    names = ("party_role", "account", "code", "role")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _stand_in(tree: AccountTree, party_role: str, chosen: tuple[str, ...] | None) -> str:
    """The account of documents that name none: of those chosen, of the chart, of the standard."""
    role = _TRADE[party_role]
    leaves = tree.leaves()
    own = [code for code in tree.parents if code in leaves and tree.role(code) == role]
    own += standard_accounts(role, tree.family or "ASBE")
    if chosen is None:
        return own[0]
    return next((code for code in own if code.startswith(chosen)), chosen[0])
