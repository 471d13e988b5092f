"""Open items and receipts out of books: voucher lines and documents are two kinds of one thing.

Where the books have documents (应收应付模块), these are matched, else the lines of the control
accounts (往来核销, 勾对).  What applications of the books have settled already is taken off.  An
item stands on the side of the party's role (debit for customers, credit for suppliers), red on
the same side; everything on the other side is a receipt, red there a refund.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import narwhals as nw
import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import Fault, UsageError
from kamcore.ledger.applied import DOCUMENTS, item_positions, line_id
from kamcore.ledger.engine import Frames, open_frames
from kamcore.ledger.fifo import Question
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.selection import Scope
from kamcore.ledger.sources import Source, books_of
from kamcore.ledger.tree import account_tree
from kamcore.matching.columns import COLUMNS
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


def open_lists(
    books: Source,
    as_of: dt.date,
    role: str = "customer",
    *,
    accounts: Iterable[str] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is open at a date: items and receipts, in the columns of the lists.

    Ids are those applications use: the document's, or ``voucher_id/line_no/split_no`` of a line.
    Amounts are in transaction currency, ``base`` in base currency.  The party is the member of
    the dimension; where the lines have none, the account stands for it.

    Raises:
        UsageError: there is neither a control account of the role nor a document.
    """
    books = books_of(books)
    frames = open_frames(books)
    chosen = _accounts(frames, role, accounts)
    has_documents = frames.has("open_items")
    if not chosen and not has_documents:
        raise UsageError(NO_ACCOUNT.at(Place(), role))
    open_fx = _open(frames, chosen, role, as_of, "fx")
    open_base = _open(frames, chosen, role, as_of, "base").select("id", base="open")
    rows = open_fx.join(open_base, on="id", how="left").filter(pl.col("open") != 0)
    told = _documents(books, role) if has_documents else _lines(books, role)
    rows = rows.join(told, on="id", how="inner")
    rows = _named(books, rows, role)
    sign = pl.when("is_item").then(1).otherwise(-1)
    rows = rows.with_columns(
        role=pl.lit(role),
        amount=(pl.col("open") * sign).cast(schema.AMOUNT),
        base=(pl.col("base") * sign).cast(schema.AMOUNT),
    )
    names = [pl.col(column.name).cast(column.dtype) for column in COLUMNS]
    rows = rows.sort("id")
    return rows.filter("is_item").select(names), rows.filter(~pl.col("is_item")).select(names)


def _accounts(frames: Frames, role: str, accounts: Iterable[str] | None) -> tuple[str, ...]:
    if accounts is not None:
        return tuple(accounts)
    tree = account_tree(frames)
    found = [code for code in tree.parents if tree.role(code) == ROLES[role][0]]
    # A code stands for everything below it.
    return tuple(code for code in found if tree.parents[code] not in found)


def _open(
    frames: Frames, accounts: tuple[str, ...], role: str, as_of: dt.date, measure: str
) -> pl.DataFrame:
    policy = AgeingPolicy(measure=measure, side=ROLES[role][1], openings=False, basis="document")
    scope = Scope(accounts=accounts)
    rows: Any = item_positions(frames, Question(scope=scope, as_of=as_of, policy=policy))
    columns = ("id", "account", "currency", "date", "due_date", "open")
    found = rows.select(*columns).collect()
    frame: pl.DataFrame = found.to_native()
    return frame.rename({"due_date": "due"})


def _lines(books: Books, role: str) -> pl.DataFrame:
    """What the lines say about themselves: party, numbers, summary, and their side."""
    lines: pl.DataFrame = nw.from_native(books.lines).with_columns(id=line_id()).to_native()
    aux = schema.AUX + role
    party = pl.col(aux) if aux in lines.columns else pl.col("account")
    own = ROLES[role][1]
    is_item = pl.col(own).fill_null(0) != 0
    return lines.select(
        "id",
        party=party,
        text="summary",
        reference=pl.when(is_item).then(_joined(_NUMBERS)).otherwise(_joined(_PAID_BY)),
        is_item=is_item,
    )


def _documents(books: Books, role: str) -> pl.DataFrame:
    # Where receipts have no table of their own (应收明细表), negative documents are what settles.
    apart = books.receipts.height > 0
    blue = pl.lit(value=True) if apart else pl.col("amount") >= 0
    parts = [
        books.tables[table]
        .filter(pl.col("party_role") == role)
        .select(
            "id",
            "party",
            text="summary",
            is_item=blue if table == "open_items" else pl.lit(value=False),
            of_item=_joined(_DOCUMENT_NUMBERS),
            of_receipt=_joined(_RECEIPT_NUMBERS),
        )
        .with_columns(reference=pl.when("is_item").then("of_item").otherwise("of_receipt"))
        .drop("of_item", "of_receipt")
        for table in DOCUMENTS
    ]
    return pl.concat(parts)


def _joined(names: Iterable[str]) -> pl.Expr:
    joined = pl.concat_str([pl.col(name) for name in names], separator=" ", ignore_nulls=True)
    return pl.when(joined.str.strip_chars() != "").then(joined)


def _named(books: Books, rows: pl.DataFrame, role: str) -> pl.DataFrame:
    """The name beside the code of the party, where the books say it."""
    known = books.members.filter(pl.col("dimension") == role)
    known = known.select(party="code", party_name="name").unique("party", keep="first")
    return rows.join(known, on="party", how="left")
