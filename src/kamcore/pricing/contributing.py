"""What each customer leaves (客户利润贡献), from its sales, costs of items and rebates."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import attrs
import polars as pl

from kamcore.books.schema import AMOUNT
from kamcore.errors import Fault, Problem, Severity
from kamcore.place import Place
from kamcore.pricing.invoicing import contribution
from kamcore.pricing.rebating import Rebate

__all__ = ["Contribution", "customer_contribution", "net_of_tax"]

NO_COST = Fault(
    code="Q1501",
    severity=Severity.WARNING,
    zh="存货「{value}」没有单位成本, 销售 {amount} 的成本按 0 计",
    en="item {value!r} has no unit cost; sales of {amount} count without cost",
    hint_zh="在表单「存货档案」填写单位成本",
    hint_en="fill in the unit cost in the form of items",
)
CENT = Decimal("0.01")
ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class Contribution:
    """What every customer leaves, and what could not be told.

    `frame`: ``customer, revenue, rebate, cost, discount, finance, contribution`` and ``margin``
    (contribution ÷ revenue, a fraction; null without revenue), the largest first.
    """

    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()


def net_of_tax(sales: pl.DataFrame, rate: Decimal) -> pl.DataFrame:
    """Sales without the tax in their amounts, each line rounded to the cent as its invoice is."""
    amounts = sales["amount"].unique()
    nets = [_rounded(amount / (1 + rate)) for amount in amounts]
    known = pl.DataFrame({"amount": amounts, "net": pl.Series(nets, dtype=AMOUNT)})
    joined = sales.join(known, on="amount", how="left", maintain_order="left")
    return joined.with_columns(amount=pl.col("net")).drop("net")


def customer_contribution(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    sales: pl.DataFrame,
    invoices: pl.DataFrame,
    *,
    costs: Mapping[str, Decimal],
    rebates: Iterable[Rebate] = (),
    annual_rate: Decimal,
    as_of: dt.date,
) -> Contribution:
    """Work out what each customer leaves from its sales.

    `sales` (the frame of `sales_frame`) are without tax, discounts already in their prices;
    `invoices` are the same sales with tax and the day they were paid, for the cost of waiting.
    `costs` are money per stock unit by item.  `rebates` count with their part that is no tax.
    """
    sums = sales.group_by("customer", "item").agg(pl.col("amount", "quantity").sum())
    facts = [
        (customer, amount, _rounded(quantity * costs.get(item, ZERO)), ZERO)
        for customer, item, amount, quantity in sums.iter_rows()
    ]
    facts += [(one.clause.customer, ZERO, ZERO, one.net) for one in rebates]
    columns = {"customer": pl.String(), **dict.fromkeys(("revenue", "cost", "rebate"), AMOUNT)}
    frame = contribution(
        pl.DataFrame(facts, schema=columns, orient="row"),
        invoices,
        annual_rate=annual_rate,
        as_of=as_of,
    )
    shares = [
        (left / revenue).quantize(Decimal("0.0001"), ROUND_HALF_UP) if revenue else None
        for left, revenue in frame.select("contribution", "revenue").iter_rows()
    ]
    frame = frame.with_columns(pl.Series("margin", shares, dtype=pl.Decimal(18, 4)))
    return Contribution(frame=frame, problems=tuple(_without_cost(sums, costs)))


def _rounded(money: Decimal) -> Decimal:
    return money.quantize(CENT, ROUND_HALF_UP)


def _without_cost(sums: pl.DataFrame, costs: Mapping[str, Decimal]) -> Iterable[Problem]:
    lacking = sums.filter(~pl.col("item").is_in(list(costs))).group_by("item")
    for item, amount in lacking.agg(pl.col("amount").sum()).sort("item").iter_rows():
        yield NO_COST.at(Place(), item, amount=f"{amount:,.2f}")
