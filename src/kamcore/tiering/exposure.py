"""What customers owe and will owe (信用占用): orders, deliveries, invoices, notes, less advances.

Invoices, notes and advances are the balances of the ledger, and tie to them: invoices + notes -
advances is the balance of all those accounts, which is asserted.  Receipts beyond all invoices of
a customer count as advances.  Orders and deliveries come from forms; an amount moves on from one
part to the next and never stands in two.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from kamcore.books import Books
from kamcore.ledger.ageing import age
from kamcore.ledger.engine import conserved
from kamcore.model.credit import ExposurePart
from kamcore.model.delivery import Delivery
from kamcore.model.order import Order, OrderStatus
from kamcore.tiering.facts import AMOUNT, accounts_of_role, purchases_of

__all__ = ["PARTS", "exposure", "in_groups", "ledger_parts", "order_parts", "payment_record"]

PARTS: dict[str, pl.DataType] = {
    "customer": pl.String(),
    "part": pl.String(),
    "amount": AMOUNT,
}
"""Columns of a frame of parts: the customer, an `ExposurePart`, its amount; advances positive."""

ZERO = Decimal(0)
_OWED = {"ar_trade": "invoices", "ar_notes": "notes", "ar_estimated": "deliveries"}
_ADVANCED = ("advance_from_customer", "contract_liability")


def exposure(parts: pl.DataFrame) -> pl.DataFrame:
    """The exposure of every customer: a column per part and the ``total``.

    The total is orders + deliveries + invoices + notes - advances, always.
    """
    names = [part.value for part in ExposurePart]
    sums = parts.group_by("customer").agg(
        pl.col("amount").cast(AMOUNT).filter(pl.col("part") == name).sum().alias(name)
        for name in names
    )
    plus = [pl.col(name) for name in names if name != "advances"]
    found = sums.with_columns(total=pl.sum_horizontal(plus) - pl.col("advances"))
    advances = pl.when(pl.col("part") == "advances").then(-pl.col("amount"))
    signed = parts.select(advances.otherwise("amount").cast(AMOUNT).sum()).item()
    conserved("exposure", signed, found["total"].sum())
    return found.filter(pl.col("customer").is_not_null()).sort("customer")


def in_groups(found: pl.DataFrame, groups: Mapping[str, str]) -> pl.DataFrame:
    """The exposure with the group of each customer and what its affiliates owe together.

    Adds ``group`` (`kamcore.model.archive.Archive.groups`; a customer outside is its own) and
    ``group_total``.
    """
    group = pl.col("customer").replace_strict(
        dict(groups), default=pl.col("customer"), return_dtype=pl.String
    )
    named = found.with_columns(group=group)
    return named.with_columns(group_total=pl.col("total").sum().over("group"))


def ledger_parts(books: Books, as_of: dt.date) -> pl.DataFrame:
    """The parts the ledger knows at a date: invoices, notes, advances, 暂估 deliveries.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the books have no customers.
    """
    made = []
    for role, part in _OWED.items():
        for aged in _aged(books, as_of, accounts_of_role(books, role)):
            beyond = -pl.col("credits")
            made.append(_part(aged, part, pl.col("total") + beyond))
            made.append(_part(aged, "advances", beyond))
            tied = aged.select((pl.col("total")).sum()).item() or ZERO
            parts = [_summed(made[-2]), _summed(made[-1])]
            conserved(f"exposure of {role}", tied, parts[0] - parts[1])
    for role in _ADVANCED:
        found = _aged(books, as_of, accounts_of_role(books, role))
        made += [_part(aged, "advances", pl.col("total")) for aged in found]
    rows = pl.concat([pl.DataFrame(schema=PARTS), *made])
    return rows.filter(pl.col("amount") != 0).sort("customer", "part", "amount")


def _aged(books: Books, as_of: dt.date, accounts: tuple[str, ...]) -> list[pl.DataFrame]:
    """The ageing of accounts by customer, where there are any."""
    if not accounts:
        return []
    return [age(books, as_of=as_of, account=accounts, by="customer", buckets=[30]).to_polars()]


def _part(aged: pl.DataFrame, part: str, amount: pl.Expr) -> pl.DataFrame:
    return aged.select(customer="aux_customer", part=pl.lit(part), amount=amount.cast(AMOUNT))


def _summed(frame: pl.DataFrame) -> Decimal:
    return Decimal(frame["amount"].sum() or 0)


def order_parts(
    orders: Iterable[Order], deliveries: Iterable[Delivery], as_of: dt.date
) -> pl.DataFrame:
    """The parts orders and deliveries make up: ordered and not delivered, delivered, not invoiced.

    Orders that are confirmed or converted count, lines with a price at that price; a delivery is
    priced by its order and no longer counts once it names an invoice.  What is in the pool or
    cancelled, or has no price, is not owed yet.
    """
    live = [
        one
        for one in orders
        if one.date <= as_of
        and one.status_on(as_of) in (OrderStatus.CONFIRMED, OrderStatus.CONVERTED)
    ]
    lines = pl.DataFrame(
        [
            (one.customer, one.number, line.item, line.quantity, line.quantity * line.price)
            for one in live
            for line in one.lines
            if line.price is not None
        ],
        schema={
            "customer": pl.String, "order": pl.String, "item": pl.String,
            "quantity": AMOUNT, "amount": AMOUNT,
        },
        orient="row",
    )  # fmt: skip
    gone = pl.DataFrame(
        [
            (one.order, one.item, one.quantity, one.quantity * (not one.invoice))
            for one in deliveries
            if one.date <= as_of
        ],
        schema={"order": pl.String, "item": pl.String, "gone": AMOUNT, "waiting": AMOUNT},
        orient="row",
    )
    keys = ["order", "item"]
    rows = lines.group_by("customer", *keys).agg(pl.col("quantity", "amount").sum())
    rows = rows.filter(pl.col("quantity") != 0)
    rows = rows.join(gone.group_by(keys).agg(pl.col("gone", "waiting").sum()), on=keys, how="left")
    zero = pl.lit(ZERO, dtype=AMOUNT)
    left = pl.max_horizontal(pl.col("quantity") - pl.col("gone").fill_null(zero), zero)
    parts = [
        rows.select("customer", part=pl.lit(name), amount=_priced(quantity))
        for name, quantity in (("orders", left), ("deliveries", pl.col("waiting").fill_null(zero)))
    ]
    return pl.concat(parts).filter(pl.col("amount") != 0).sort("customer", "part", "amount")


def _priced(quantity: pl.Expr) -> pl.Expr:
    """The amount of a quantity of an order's line, to the cent."""
    return (pl.col("amount") * quantity / pl.col("quantity")).round(2).cast(AMOUNT)


def payment_record(sales: Any, as_of: dt.date, months: int = 12) -> pl.DataFrame:
    """How customers paid what fell due in the `months` up to a date.

    `sales` has ``customer``, ``date``, ``amount``, ``due`` and ``paid`` (null while open; a later
    day than `as_of` is not known yet), such as `kamcore.pricing.booked_sales` gives.  Columns:
    ``customer``, ``late_days`` (mean days beyond terms by amount, early ones as none, open ones
    until `as_of`), ``late_share`` (share of the amount that was late), ``items``.  Rows without a
    due date say nothing and are left out.

    Raises:
        BooksError: a column is missing or a float.
    """
    from_day = pl.lit(as_of).dt.offset_by(f"-{months}mo")
    rows = purchases_of(sales).filter(
        (pl.col("amount") > 0) & (pl.col("due") <= as_of) & (pl.col("due") > from_day)
    )
    known = pl.when(pl.col("paid") <= as_of).then("paid").otherwise(pl.lit(as_of))
    late = (known - pl.col("due")).dt.total_days().clip(0)
    amount = pl.col("amount")
    found = (
        rows.with_columns(late=late)
        .group_by("customer")
        .agg(
            late_days=(amount * pl.col("late").cast(AMOUNT)).sum() / amount.sum(),
            late_share=amount.filter(pl.col("late") > 0).sum().cast(pl.Decimal(38, 10))
            / amount.sum(),
            items=pl.len().cast(pl.Int64),
        )
    )
    return found.sort("customer")
