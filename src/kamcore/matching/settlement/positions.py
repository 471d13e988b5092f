"""Open items and receipts out of books: voucher lines and documents are two kinds of one thing.

Where the books have documents (应收应付模块), these are matched, else the lines of the control
accounts (往来核销, 勾对).  What applications of the books have settled already is taken off.  An
item stands on the side of the party's role (debit for customers, credit for suppliers), red on
the same side; everything on the other side is a receipt, red there a refund.

All of it is one set query in the caller's engine.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs
import narwhals as nw

from kamcore.books import schema
from kamcore.errors import Fault, UsageError
from kamcore.ledger.applied import DOCUMENTS, item_positions, line_id
from kamcore.ledger.engine import AMOUNT, SUM, Frames, Source, open_frames, stack
from kamcore.ledger.fifo import Question
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.selection import Scope, within_accounts
from kamcore.ledger.tree import account_tree
from kamcore.matching.one_sided.columns import COLUMNS
from kamcore.matching.parties.member_names import with_names
from kamcore.place import Place

__all__ = ["ROLES", "open_lists"]

NO_ACCOUNT = Fault(
    code="M6021",
    zh="账套中没有{value}往来科目, 也没有往来单据",
    en="the books have no control account for a {value} and no documents",
    hint_zh="用 accounts 写明科目",
    hint_en="name the accounts",
)

ROLES = {"customer": ("ar_trade", "debit"), "supplier": ("ap_trade", "credit")}
"""The role of the control accounts of a party, and the side its items stand on."""

_NUMBERS = ("invoice", "business_number", "order_number", "settlement_number", "contract")
_PAID_BY = tuple(name for name in _NUMBERS if name != "settlement_number")
"""A receipt's settlement number is that of its own cheque or slip, and names no document."""
_DOCUMENT_NUMBERS = ("document", "invoice", "contract")
_RECEIPT_NUMBERS = ("invoice", "contract")
"""A receipt is never called by the number of its own document."""
_TOLD = ("id", "party", "text", "reference", "is_item")


def open_lists(
    source: Source,
    as_of: dt.date,
    role: str = "customer",
    *,
    accounts: Iterable[str] | None = None,
) -> tuple[Any, Any]:
    """What is open at a date: items and receipts, in the columns of the lists, sorted by id.

    Ids are those applications use: the document's, or ``voucher_id/line_no/split_no`` of a line.
    Amounts are in transaction currency, ``base`` in base currency (Decimal, 4 places).  The party
    is the member of the dimension; where the lines have none, the account stands for it.

    Both lists are of the caller's kind of frame, Polars for `Books`; those of a lazy engine are
    queries that nothing has computed yet.

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
        UsageError: there is neither a control account of the role nor a document.
    """
    frames = open_frames(source)
    # A document is matched as a whole, whatever its schedule.
    whole = {name: table for name, table in frames.tables.items() if name != "instalments"}
    frames = attrs.evolve(frames, tables=whole)
    chosen = _accounts(frames, role, accounts)
    has_documents = frames.has("open_items")
    if not chosen and not has_documents:
        raise UsageError(NO_ACCOUNT.at(Place(), role))
    told = _documents(frames, role) if has_documents else _lines(frames, role, chosen)
    rows = _open(frames, chosen, role, as_of).join(told, on="id", how="inner")
    rows = rows.with_columns(role=nw.lit(role), dimension=nw.lit(role), member=nw.col("party"))
    rows = with_names(frames, rows).rename({"name": "party_name"})
    rows = rows.with_columns(_signed("amount"), _signed("base"))
    names = [column.name for column in COLUMNS]
    if frames.is_eager:
        # Computed once for both lists.
        rows = nw.from_native(rows.select(*names, "is_item").collect().to_native().lazy())
    lists = (rows.filter(nw.col("is_item")), rows.filter(~nw.col("is_item")))
    items, receipts = (frames.give(one.select(*names).sort("id")) for one in lists)
    return items, receipts


def _signed(name: str) -> nw.Expr:
    """Items as they stand, receipts positive where they settle."""
    amount = nw.col(name)
    turned = nw.lit(0).cast(SUM) - amount
    return nw.when(nw.col("is_item")).then(amount).otherwise(turned).cast(AMOUNT).alias(name)


def _accounts(frames: Frames, role: str, accounts: Iterable[str] | None) -> tuple[str, ...]:
    if accounts is not None:
        return tuple(accounts)
    tree = account_tree(frames)
    found = [code for code in tree.parents if tree.role(code) == ROLES[role][0]]
    # A code stands for everything below it.
    return tuple(code for code in found if tree.parents[code] not in found)


def _open(
    frames: Frames, accounts: tuple[str, ...], role: str, as_of: dt.date
) -> nw.LazyFrame[Any]:
    """What is open of each document or line: ``amount`` in its currency, and ``base``."""
    scope = Scope(accounts=accounts)
    found = []
    for measure in ("fx", "base"):
        policy = AgeingPolicy(
            measure=measure, side=ROLES[role][1], openings=False, basis="document"
        )
        found.append(item_positions(frames, Question(scope=scope, as_of=as_of, policy=policy)))
    in_own, in_base = found
    rows = in_own.filter(nw.col("open") != 0).select(
        "id", "account", "currency", "date", due=nw.col("due_date"), amount=nw.col("open")
    )
    return rows.join(in_base.select("id", base=nw.col("open")), on="id", how="left")


def _lines(frames: Frames, role: str, accounts: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """What the lines say about themselves: party, numbers, summary, and their side."""
    aux, own = schema.AUX + role, ROLES[role][1]
    has_party = aux in frames.columns("lines")
    must = ("account", "voucher_id", "line_no", own)
    may = ("split_no", "summary", *_NUMBERS, *([aux] if has_party else []))
    lines = frames.table("lines", must, may)
    limit = within_accounts(frames, accounts)
    if limit is not None:
        lines = lines.filter(limit)
    is_item = nw.col(own).fill_null(0) != 0
    lines = lines.with_columns(
        split_no=nw.col("split_no").fill_null(1), is_item=is_item, text=nw.col("summary")
    )
    reference = nw.when(nw.col("is_item")).then(_joined(_NUMBERS)).otherwise(_joined(_PAID_BY))
    party = nw.col(aux if has_party else "account")
    return lines.with_columns(id=line_id(), party=party, reference=reference).select(*_TOLD)


def _documents(frames: Frames, role: str) -> nw.LazyFrame[Any]:
    """The same of documents."""
    numbers = tuple(dict.fromkeys((*_DOCUMENT_NUMBERS, *_RECEIPT_NUMBERS)))
    parts = []
    for table in DOCUMENTS:
        if not frames.has(table):
            continue
        rows = frames.table(table, ("id", "party", "party_role", "amount"), ("summary", *numbers))
        is_item = nw.lit(table == "open_items")
        if table == "open_items" and not frames.has("receipts"):
            # Where receipts have no table of their own (应收明细表), negative documents are what
            # settles.
            is_item = nw.col("amount") >= 0
        rows = rows.filter(nw.col("party_role") == role).with_columns(
            is_item=is_item, text=nw.col("summary")
        )
        called = nw.when(nw.col("is_item")).then(_joined(_DOCUMENT_NUMBERS))
        reference = called.otherwise(_joined(_RECEIPT_NUMBERS))
        parts.append(rows.with_columns(reference=reference).select(*_TOLD))
    return stack(*parts)


def _joined(names: Iterable[str]) -> nw.Expr:
    columns = [nw.col(name) for name in names]
    joined = nw.concat_str(columns, separator=" ", ignore_nulls=True)
    return nw.when(joined.str.strip_chars() != "").then(joined)
