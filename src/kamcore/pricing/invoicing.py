"""Prices that were invoiced against prices that were agreed; spreads; what a customer leaves.

Invoice check (开票价格核对), product prices over customers and suppliers (比价), and contribution
(客户利润贡献): revenue less discount, rebate, cost and the cost of waiting for the money.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from kamcore.books.schema import AMOUNT, RATE
from kamcore.errors import UsageError
from kamcore.model.price import PriceKind, PriceRule
from kamcore.model.purchase import Purchase
from kamcore.model.rebate import Sale
from kamcore.place import Place
from kamcore.pricing.bulk import PricedLines, price_orders
from kamcore.pricing.prices import Prices
from kamcore.pricing.rebating import NOT_EXACT, sales_frame

__all__ = ["contribution", "invoice_check", "last_sale_prices", "purchases_frame", "spread"]

ZERO = Decimal(0)
FOUR = Decimal("0.0001")


def invoice_check(
    sales: pl.DataFrame | Iterable[Sale], prices: Prices, on: dt.date | None = None
) -> PricedLines:
    """Compare what was invoiced with the agreed price of the day of the invoice, or of `on`.

    `sales` have item and quantity (stock units).  Added to the columns of sales and of
    `price_orders`: ``agreed`` (the agreed amount) and ``variance`` (invoiced less agreed).

    Raises:
        UsageError: money or a quantity is a float.
    """
    frame = sales if isinstance(sales, pl.DataFrame) else sales_frame(sales)
    _refuse_floats(frame, ("amount",))
    given = frame["date"]
    asked = frame.with_columns(pl.lit(on).alias("date")) if on is not None else frame
    invoiced = frame["amount"]
    found = price_orders(asked.drop("amount"), prices)
    checked = found.frame.rename({"amount": "agreed"}).with_columns(
        date=given, amount=invoiced, agreed=pl.col("agreed").cast(AMOUNT)
    )
    variance = (pl.col("amount") - pl.col("agreed")).cast(AMOUNT)
    return PricedLines(checked.with_columns(variance=variance), found.problems)


def last_sale_prices(sales: pl.DataFrame | Iterable[Sale]) -> tuple[PriceRule, ...]:
    """The last price each item was sold at to each customer (最近售价), as rules by day.

    Of several sales on one day the one of the highest invoice number counts; returns and sales
    without item or quantity say no price.  Prices have four decimals, with tax as the sales.

    Raises:
        UsageError: money or a quantity is a float.
    """
    frame = sales if isinstance(sales, pl.DataFrame) else sales_frame(sales)
    _refuse_floats(frame, ("quantity", "amount"))
    sold = frame.filter(pl.col("item") != "", pl.col("quantity") > 0, pl.col("amount") > 0)
    keys = ["customer", "item", "date"]
    last = sold.sort("invoice", "amount").unique(keys, keep="last", maintain_order=True)
    rows = last.sort(keys).select(*keys, "quantity", "amount").iter_rows()
    return tuple(
        PriceRule(
            id=f"{customer}/{item}",
            kind=PriceKind.LAST_SALE,
            customer=customer,
            item=item,
            price=(amount / quantity).quantize(FOUR, ROUND_HALF_UP),
            valid_from=day,
        )
        for customer, item, day, quantity, amount in rows
    )


PURCHASES: dict[str, pl.DataType] = {
    "date": pl.Date(),
    "supplier": pl.String(),
    "item": pl.String(),
    "quantity": RATE,
    "amount": AMOUNT,
    "invoice": pl.String(),
}
"""Columns of a frame of purchases; see `kamcore.model.purchase.Purchase`."""


def purchases_frame(purchases: Iterable[Purchase]) -> pl.DataFrame:
    """Purchases as the frame that `spread` takes, by supplier.

    >>> purchases_frame([]).columns[:3]
    ['date', 'supplier', 'item']
    """
    rows = [tuple(getattr(one, name) for name in PURCHASES) for one in purchases]
    return pl.DataFrame(rows, schema=PURCHASES, orient="row")


def spread(trades: pl.DataFrame, by: str = "customer") -> pl.DataFrame:
    """One product's prices over customers (or suppliers), the dearest first.

    `trades` have ``item``, the column `by`, ``quantity``, ``amount`` and, where known, ``rule``:
    sales for customers, purchases for suppliers.  A row is an item and a party: volume, amount,
    average price, the lowest and highest unit price, how far the average lies above the best of
    the item (a fraction), and the rules that caused the prices.

    Raises:
        UsageError: money or a quantity is a float.
    """
    _refuse_floats(trades, ("quantity", "amount"))
    if "rule" not in trades.columns:
        trades = trades.with_columns(rule=pl.lit(None, dtype=pl.String))
    keys = ["item", by]
    # A price is a quotient: it is worked out once for each pair of figures that occurs.
    pairs = trades.select("amount", "quantity").unique()
    prices = [_per_unit(*pair) for pair in pairs.iter_rows()]
    pairs = pairs.with_columns(pl.Series("unit_price", prices, dtype=RATE))
    rows = trades.join(pairs, on=["amount", "quantity"], how="left")
    sums = rows.group_by(keys).agg(
        pl.col("quantity").sum(),
        pl.col("amount").sum(),
        lowest=pl.col("unit_price").min(),
        highest=pl.col("unit_price").max(),
        rules=pl.col("rule").drop_nulls().unique().sort().str.join(", "),
    )
    averages = [_per_unit(*pair) for pair in sums.select("amount", "quantity").iter_rows()]
    sums = sums.with_columns(pl.Series("average", averages, dtype=RATE))
    least = sums.select("item", "average", best=pl.col("average").min().over("item"))
    above = [_above(*pair) for pair in least.select("average", "best").iter_rows()]
    sums = sums.with_columns(pl.Series("above_best", above, dtype=RATE))
    return sums.select(
        *keys, "quantity", "amount", "average", "lowest", "highest", "above_best", "rules"
    ).sort(["item", "average", by], descending=[False, True, False], nulls_last=True)


def _refuse_floats(frame: pl.DataFrame, names: Iterable[str]) -> None:
    for name in names:
        found = frame.schema.get(name)
        if found is not None and found.is_float():
            raise UsageError(NOT_EXACT.at(Place(), name, found=found, wants="Decimal"))


def _per_unit(amount: Decimal | None, quantity: Decimal | None) -> Decimal | None:
    if amount is None or not quantity:
        return None
    return (Decimal(amount) / Decimal(quantity)).quantize(FOUR, ROUND_HALF_UP)


def _above(average: Decimal | None, best: Decimal | None) -> Decimal | None:
    return (
        None if average is None or not best else (average / best - 1).quantize(FOUR, ROUND_HALF_UP)
    )


_PARTS = ("revenue", "discount", "rebate", "cost")


def contribution(
    facts: pl.DataFrame,
    outstanding: pl.DataFrame,
    *,
    annual_rate: Decimal,
    as_of: dt.date,
    year_days: int = 365,
) -> pl.DataFrame:
    """What each customer leaves: revenue less discount, rebate, cost and the cost of waiting.

    `facts` have ``customer`` and any of ``revenue``, ``discount``, ``rebate``, ``cost`` (money,
    positive).  `outstanding` are receivables with ``customer``, ``amount``, ``date`` and ``paid``
    (null while open): each costs amount × days × `annual_rate` ÷ `year_days`, until it is paid,
    at the latest until `as_of`.  Rounded once per customer; the largest contribution first.

    Raises:
        UsageError: money or a quantity is a float.
    """
    _refuse_floats(facts, _PARTS)
    _refuse_floats(outstanding, ("amount",))
    given = [pl.col(name).sum() for name in _PARTS if name in facts.columns]
    sums = facts.group_by("customer").agg(given)
    missing = [pl.lit(ZERO).cast(AMOUNT).alias(n) for n in _PARTS if n not in facts.columns]
    waiting = _waiting(outstanding, as_of)
    customers = pl.concat([sums["customer"], pl.Series(list(waiting), dtype=pl.String)])
    frame = pl.DataFrame({"customer": customers.unique()})
    frame = frame.join(sums.with_columns(missing), on="customer", how="left")
    frame = frame.with_columns(pl.col(*_PARTS).fill_null(ZERO).cast(AMOUNT))
    costs = [
        (waiting.get(customer, ZERO) * annual_rate / year_days).quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )
        for customer in frame["customer"]
    ]
    frame = frame.with_columns(pl.Series("finance", costs, dtype=AMOUNT))
    left = pl.col("revenue") - pl.col("discount") - pl.col("rebate") - pl.col("cost")
    frame = frame.with_columns(contribution=(left - pl.col("finance")).cast(AMOUNT))
    return frame.sort(["contribution", "customer"], descending=[True, False])


def _waiting(outstanding: pl.DataFrame, as_of: dt.date) -> Mapping[str, Decimal]:
    """Money times days, by customer."""
    until = pl.min_horizontal(pl.col("paid").fill_null(as_of), pl.lit(as_of))
    days = (until - pl.col("date")).dt.total_days().clip(lower_bound=0)
    product = (pl.col("amount").cast(AMOUNT) * days.cast(pl.Decimal(18, 0))).alias("product")
    rows = (
        outstanding.select("customer", product).group_by("customer").agg(pl.col("product").sum())
    )
    return dict(rows.iter_rows())
