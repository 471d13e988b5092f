"""Ageing (账龄分析) as of any date, past or present, and the open items it is made of.

For every account, member and currency: the buckets, what is not due, and the credits sum to the
balance of the ledger at that date, always.  Amounts are positive on the account's own side.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.ledger.applied import has_applications, item_positions
from kamcore.ledger.buckets import DAYS, Bound, Buckets
from kamcore.ledger.engine import SUM, Frames, Source, conserved, open_frames, stack
from kamcore.ledger.fifo import ORDER, Question, consumed, line_positions
from kamcore.ledger.movements import keys_of
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.selection import Scope, describe
from kamcore.ledger.tree import account_tree
from kamcore.model.role import standard_accounts
from kamcore.place import Place

__all__ = ["Ageing", "age", "aged_positions", "open_items"]

NOT_A_DATE = Fault(
    code="L1211",
    zh="截止日应为日期, 不是「{value}」",
    en="as_of is a date, not {value!r}",
)

ZERO = Decimal(0)
LONG_AGO = dt.date(1900, 1, 1)
"""The date of an item that has none: it ages as the oldest."""


@attrs.frozen
class Ageing:
    """An ageing in the caller's kind of frame, with the policy it follows.

    `frame` has the keys (``account``, dimensions, ``currency``), a column per label of
    `labels`, ``not_due``, ``credits`` (negative), ``total`` and ``items`` (how many are open).
    """

    frame: Any = attrs.field(repr=False)
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    policy: Mapping[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold amounts, in order; ``total`` is the sum of the others."""
        return (*self.labels, "not_due", "credits", "total")

    def totals(self) -> dict[str, Decimal]:
        """The sums over all rows; computes the frame where its engine is lazy."""
        rows = nw.from_native(self.frame).lazy()
        sums = rows.select(*(nw.col(name).sum() for name in self.columns)).collect()
        return {name: Decimal(sums[name].to_list()[0] or 0) for name in self.columns}

    def to_polars(self) -> pl.DataFrame:
        """The rows as a Polars frame; computes it where its engine is lazy."""
        rows = nw.from_native(self.frame)
        return (rows.collect("polars") if isinstance(rows, nw.LazyFrame) else rows).to_polars()

    def to_pandas(self) -> Any:
        """The rows as a pandas frame, amounts as Decimal objects; needs pandas and pyarrow."""
        return self.to_polars().to_pandas()


def age(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    *,
    as_of: dt.date,
    account: str | Iterable[str] | None = None,
    by: str | Iterable[str] = (),
    buckets: Iterable[int | str | Bound] | Buckets = DAYS,
    policy: AgeingPolicy | None = None,
) -> Ageing:
    """Age what is open on an account, per member and currency, as of a date.

    >>> from kamcore.books import Books
    >>> age(Books(), as_of=dt.date(2025, 3, 31), buckets=[30, "6m", "1y"]).labels
    ('0-30', '30d-6 months', '6 months-1 year', '>1 year')

    Raises:
        BooksError: a column is missing or of another type; a float is never money.
        UsageError: a dimension, a bound or the date cannot be read.
    """
    frames = open_frames(source)
    question = _question(as_of, Scope(accounts=account, by=by), policy or AgeingPolicy())
    policy = question.policy
    chosen = Buckets.of(buckets)
    edges = chosen.edges(as_of, policy.convention, policy.fiscal_year_start)
    rows = aged_positions(frames, question)
    keys = keys_of(frames, question.scope)
    result = _bucketed(rows, keys, (chosen, edges, question))
    if policy.credits == "reclassify":
        result = _reclassified(frames, result, question, chosen.labels())

    def check(given: pl.DataFrame) -> None:
        before = _positions(frames, question).select(nw.col("net").sum()).collect().rows()[0][0]
        conserved("ageing", before or ZERO, given["total"].sum() or ZERO)

    return Ageing(
        frames.give(result.sort(*keys), check),
        keys,
        chosen.labels(),
        {**policy.to_json(as_of, chosen), **describe(question.scope)},
    )


def open_items(
    source: Source,
    *,
    as_of: dt.date,
    account: str | Iterable[str] | None = None,
    by: str | Iterable[str] = (),
    policy: AgeingPolicy | None = None,
) -> Any:
    """The items open at a date, a row each, in the kind of frame that came in.

    Columns: the keys, ``voucher_id``, ``line_no``, ``split_no`` (or ``id`` where applications
    decide), ``basis`` (the date it ages by), ``date``, ``due_date``, ``amount`` and ``open``.
    Receipts beyond all items are a row without line, its ``open`` negative.  The sums of
    ``open`` are the balances.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a dimension or the date cannot be read.
    """
    frames = open_frames(source)
    question = _question(as_of, Scope(accounts=account, by=by), policy or AgeingPolicy())
    keys = keys_of(frames, question.scope)
    rows = aged_positions(frames, question)
    known = rows.collect_schema()
    names = tuple(name for name in (*ORDER, "id") if name in known)
    days = ("basis", "date", "due_date")
    items = rows.filter(nw.col("open") != 0).with_columns(amount=nw.col("item"))
    items = items.select(*keys, *names, *days, "amount", "open")
    left = _beyond_items(rows, keys)
    blanks = [nw.lit(None, dtype=known[name]).alias(name) for name in (*names, *days)]
    rest = left.select(*keys, *blanks, nw.lit(None, dtype=SUM).alias("amount"), "open")
    order = (*keys, "basis", *names)
    return frames.give(stack(items, rest).sort(*order, nulls_last=True))


def aged_positions(frames: Frames, question: Question) -> nw.LazyFrame[Any]:
    """Positions of which something is left: the keys, ``basis``, ``item``, ``open``, ``net``.

    Per key, Σ ``net`` is the balance; what Σ ``open`` lacks of it are credits without items.
    """
    rows = _positions(frames, question)
    known = rows.collect_schema()
    if "open" in known:
        return rows
    keys = keys_of(frames, question.scope)
    last = ORDER if "voucher_id" in known else ("id",)
    left = consumed(rows, keys, ("basis", *last)).with_columns(net=nw.lit(0).cast(SUM))
    blank = [name for name in known if name not in (*keys, "net")]
    sums = rows.group_by(*keys).agg(nw.col("net").sum())
    sums = sums.with_columns(
        *(nw.lit(None, dtype=known[name]).alias(name) for name in blank),
        open=nw.lit(0).cast(SUM),
    )
    columns = (*known, "open")
    return stack(left.select(*columns), sums.select(*columns))


def _positions(frames: Frames, question: Question) -> nw.LazyFrame[Any]:
    """Items and settlements; ``open`` too where applications alone decide what is left."""
    policy = question.policy
    by_items = policy.method == "items" or (policy.method == "auto" and has_applications(frames))
    if not by_items:
        rows = line_positions(frames, question)
        return rows.with_columns(net=nw.col("item") - nw.col("settled"))
    rows = item_positions(frames, question)
    rows = rows.with_columns(basis=nw.col("basis").fill_null(LONG_AGO), net=nw.col("open"))
    if policy.credits in ("apart", "in_bucket"):
        return rows.with_columns(item=nw.col("gross"))
    zero = nw.col("net") - nw.col("net")
    return rows.with_columns(
        item=nw.when(nw.col("net") > 0).then(nw.col("net")).otherwise(zero),
        settled=nw.when(nw.col("net") < 0).then(zero - nw.col("net")).otherwise(zero),
    ).drop("open")


def _beyond_items(rows: nw.LazyFrame[Any], keys: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """Per key what settlements leave over once all items are consumed; none by applications."""
    left = rows.group_by(*keys).agg(open=nw.col("net").sum() - nw.col("open").sum())
    return left.filter(nw.col("open") != 0)


def _question(as_of: dt.date, scope: Scope, policy: AgeingPolicy) -> Question:
    if not isinstance(as_of, dt.date):
        raise UsageError(NOT_A_DATE.at(Place(), as_of))
    return Question(
        scope=attrs.evolve(scope, booked_only=policy.booked_only), as_of=as_of, policy=policy
    )


def _bucketed(
    rows: nw.LazyFrame[Any],
    keys: tuple[str, ...],
    how: tuple[Buckets, tuple[dt.date, ...], Question],
) -> nw.LazyFrame[Any]:
    """One row per key: sums of what is open by the date it ages by."""
    buckets, edges, question = how
    zero = nw.col("open") - nw.col("open")
    shown = nw.col("open")
    if question.policy.credits != "in_bucket":
        shown = nw.when(nw.col("open") > 0).then(nw.col("open")).otherwise(zero)
    rows = rows.with_columns(nw_open=shown)
    later = nw.col("basis") > nw.lit(question.as_of)
    value, none = nw.col("nw_open"), nw.col("nw_open") - nw.col("nw_open")
    rows = rows.with_columns(nw_due=nw.when(later).then(none).otherwise(value))
    sums = [
        *buckets.sums("basis", nw.col("nw_due"), edges),
        (nw.col("nw_open").sum() - nw.col("nw_due").sum()).alias("not_due"),
        nw.col("nw_open").sum().alias("nw_shown"),
        nw.col("net").sum().alias("total"),
        nw.when(nw.col("open") != 0).then(1).otherwise(0).sum().cast(nw.Int64).alias("items"),
    ]
    result = rows.group_by(*keys).agg(*sums)
    result = result.with_columns(credits=nw.col("total") - nw.col("nw_shown"))
    result = result.filter((nw.col("items") > 0) | (nw.col("total") != 0))
    return result.select(*keys, *buckets.labels(), "not_due", "credits", "total", "items")


def _reclassified(
    frames: Frames, result: nw.LazyFrame[Any], question: Question, labels: tuple[str, ...]
) -> nw.LazyFrame[Any]:
    """Net credits as rows of the account for advances (预收, 预付); totals stay what they are."""
    order = list(result.collect_schema())
    credit, zero = nw.col("credits"), nw.col("credits") - nw.col("credits")
    owed = credit < 0
    kept = result.with_columns(
        total=nw.when(owed).then(nw.col("total") - credit).otherwise(nw.col("total")),
        credits=nw.when(owed).then(zero).otherwise(credit),
    ).filter((nw.col("items") > 0) | (nw.col("total") != 0))
    moved = result.filter(owed).with_columns(
        *(zero.alias(name) for name in (*labels, "not_due")),
        account=_advances(frames, question),
        total=credit,
        items=nw.lit(0, dtype=nw.Int64),
    )
    sums = [nw.col(name).sum() for name in (*labels, "not_due", "credits", "total", "items")]
    keys = [name for name in order if name not in (*labels, *_RESULT)]
    grouped = moved.select(*order).group_by(*keys).agg(*sums)
    return stack(kept.select(*order), grouped.select(*order))


_RESULT = ("not_due", "credits", "total", "items")


def _advances(frames: Frames, question: Question) -> nw.Expr:
    """The account advances belong to: 预收账款 for receivables, 预付账款 for payables."""
    if question.policy.advances is not None:
        return nw.lit(question.policy.advances)
    tree = account_tree(frames)
    family = tree.family or "ASBE"
    receivable = standard_accounts("advance_from_customer", family)[0]
    payable = standard_accounts("prepaid_to_supplier", family)[0]
    on_credit = [code for code in tree.parents if tree.side(code) == "credit"]
    if question.policy.side is not None:
        return nw.lit(payable if question.policy.side == "credit" else receivable)
    if not on_credit:
        return nw.lit(receivable)
    turned = nw.col("account").is_in(on_credit)
    return nw.when(turned).then(nw.lit(payable)).otherwise(nw.lit(receivable))
