"""What each customer leaves (客户利润贡献), from its sales, costs of items and rebates."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import attrs
import polars as pl

from kamcore.books.schema import AMOUNT
from kamcore.errors import Fault, Problem, Severity
from kamcore.model.price import PriceKind
from kamcore.place import Place
from kamcore.pricing.bulk import price_orders
from kamcore.pricing.invoicing import contribution
from kamcore.pricing.prices import Prices
from kamcore.pricing.rebating import Rebate

__all__ = ["Contribution", "at_list_price", "customer_contribution", "net_of_tax"]

NO_COST = Fault(
    code="Q1501",
    severity=Severity.WARNING,
    zh="存货「{value}」没有单位成本, 销售 {amount} 的成本按 0 计",
    en="item {value!r} has no unit cost; sales of {amount} count without cost",
    hint_zh="在表单「存货档案」填写单位成本",
    hint_en="fill in the unit cost in the form of items",
)
LIST_KINDS = (PriceKind.RETAIL, PriceKind.MARKET)
"""Prices that stand for everybody, in the order they are asked."""
_ORDER = ("gross", "discount", "revenue", "rebate", "cost", "finance", "contribution")
CENT = Decimal("0.01")
ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class Contribution:
    """What every customer leaves, and what could not be told.

    `frame`: ``customer, gross, discount, revenue, rebate, cost, finance, contribution`` and
    ``margin`` (contribution ÷ revenue, a fraction; null without revenue), the largest first.
    ``gross`` is what the sales would be at list price, ``revenue`` what was invoiced: gross less
    discount.
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


def at_list_price(sales: pl.DataFrame, prices: Prices, tax_rate: Decimal) -> pl.DataFrame:
    """Sales without tax and ``gross``, what each would be at the list price of its day, too.

    The list price is the retail price, else the market price, that names no customer, grade or
    campaign; one with tax is taken without it, at the rate of its rule or `tax_rate`.  Where
    there is none, or no quantity, gross is the amount itself: nothing tells a discount.

    Raises:
        UsageError: money or a quantity is a float.
        BooksError: two versions of a price start on the same day.
    """
    rules = {
        rule.id: rule
        for rule in prices.rules
        if rule.kind in LIST_KINDS and not (rule.customer or rule.grade or rule.campaign)
    }
    listed = attrs.evolve(
        prices,
        rules=tuple(rule for rule in prices.rules if rules.get(rule.id) is not None),
        promotions=(),
        policy=attrs.evolve(prices.policy, sources=LIST_KINDS),
    )
    # A return has the price of what it returns, whatever band its quantity is in.
    asked = sales.with_columns(pl.col("quantity").abs()).drop("amount")
    found = price_orders(asked, listed).frame
    facts = found.select("amount", "tax_included", "rule").rows()
    gross = []
    for (at_list, taxed, rule), quantity, amount in zip(
        facts, sales["quantity"], sales["amount"], strict=True
    ):
        if at_list is None or not quantity:
            gross.append(amount)
            continue
        stated = rules[rule].tax_rate if rule in rules else None
        net = at_list / (1 + (tax_rate if stated is None else stated)) if taxed else at_list
        gross.append(_rounded(net if quantity > 0 else -net))
    return sales.with_columns(pl.Series("gross", gross, dtype=AMOUNT))


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

    `sales` (the frame of `sales_frame`) are without tax, discounts already in their prices; their
    ``gross``, where they have it (`at_list_price`), less the amount is the discount.
    `invoices` are the same sales with tax and the day they were paid, for the cost of waiting.
    `costs` are money per stock unit by item.  `rebates` count with their part that is no tax.
    """
    if "gross" not in sales.columns:
        sales = sales.with_columns(gross="amount")
    sums = sales.group_by("customer", "item").agg(pl.col("amount", "gross", "quantity").sum())
    facts = [
        (customer, gross, gross - amount, _rounded(quantity * costs.get(item, ZERO)), ZERO)
        for customer, item, amount, gross, quantity in sums.iter_rows()
    ]
    facts += [(one.clause.customer, ZERO, ZERO, ZERO, one.net) for one in rebates]
    amounts = ("revenue", "discount", "cost", "rebate")
    columns = {"customer": pl.String(), **dict.fromkeys(amounts, AMOUNT)}
    frame = contribution(
        pl.DataFrame(facts, schema=columns, orient="row"),
        invoices,
        annual_rate=annual_rate,
        as_of=as_of,
    )
    # The sum starts from list prices; what was invoiced is what is left after the discount.
    frame = frame.rename({"revenue": "gross"}).with_columns(
        revenue=(pl.col("gross") - pl.col("discount")).cast(AMOUNT)
    )
    shares = [
        (left / revenue).quantize(Decimal("0.0001"), ROUND_HALF_UP) if revenue else None
        for left, revenue in frame.select("contribution", "revenue").iter_rows()
    ]
    frame = frame.with_columns(pl.Series("margin", shares, dtype=pl.Decimal(18, 4)))
    frame = frame.select("customer", *_ORDER, "margin")
    return Contribution(frame=frame, problems=tuple(_without_cost(sums, costs)))


def _rounded(money: Decimal) -> Decimal:
    return money.quantize(CENT, ROUND_HALF_UP)


def _without_cost(sums: pl.DataFrame, costs: Mapping[str, Decimal]) -> Iterable[Problem]:
    lacking = sums.filter(~pl.col("item").is_in(list(costs))).group_by("item")
    for item, amount in lacking.agg(pl.col("amount").sum()).sort("item").iter_rows():
        yield NO_COST.at(Place(), item, amount=f"{amount:,.2f}")
