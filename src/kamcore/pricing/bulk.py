"""Prices of many order lines at once: the same answers as one by one, found as a set.

Lines meet rules by joins, one for each shape of scope (customer and item, grade and group, …);
dates, bands and ranks are column expressions.  The figures come from `reckon`, once for every
combination of rows that really occurs.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books.schema import RATE
from kamcore.errors import Fault, KamcoreError, Problem
from kamcore.model.currency import decimals_of
from kamcore.model.price import PriceKind, Rounding, Switch
from kamcore.place import Place
from kamcore.pricing.choosing import CONFLICT, NO_PRICE, Choice, conflict_facts
from kamcore.pricing.meeting import BLANK, OFFER, Sheet, Sheets, asked_frame, best, met, sheets_of
from kamcore.pricing.prices import Prices
from kamcore.pricing.reckoning import reckon

__all__ = ["PricedLines", "price_orders"]

LISTED = 100
"""How many problems are said in full; every line has its code all the same."""

AT_ONCE = 250_000
"""Lines that meet the rules at a time, so that memory does not grow with their number."""

NONE = -1
"""The row of a purpose that has none."""

ZERO = Decimal(0)

_PURPOSES = ("main", "base", "promotion", "list_price", "floor")


@attrs.frozen
class PricedLines:
    """Order lines with their prices, in the order they were given.

    `frame` has the columns of the lines and ``price`` (money per ``price_unit``), ``amount``,
    ``tax_included``, ``source``, ``rule``, ``promotion``, ``floor``, ``floor_action`` and
    ``problem``: the code of what kept a line from having a price.  `problems` says the first of
    them in full.
    """

    frame: pl.DataFrame = attrs.field(repr=False)
    problems: tuple[Problem, ...]


def price_orders(lines: pl.DataFrame, prices: Prices) -> PricedLines:
    """Price order lines.

    `lines` have ``customer``, ``item``, ``quantity`` (Decimal or whole), ``date`` and, where
    they matter, ``unit``, ``campaign`` and ``currency``.

    Raises:
        UsageError: a column is missing or has another type (a float above all).
        BooksError: two versions of a rule start on the same day.
    """
    asked = asked_frame(lines, prices)
    sheets = sheets_of(prices)
    parts = [_chosen(part, sheets, prices) for part in asked.iter_slices(AT_ONCE)]
    chosen = pl.concat(parts) if parts else _chosen(asked, sheets, prices)
    priced = _with_amounts(chosen, _reckoned(chosen, sheets, prices))
    problems = _problems(priced, sheets)
    added = priced.select(
        "price",
        "amount",
        "price_unit",
        "tax_included",
        "source",
        "rule",
        pl.col("promotion_id").alias("promotion"),
        pl.col("floor_price").alias("floor"),
        "floor_action",
        "problem",
    )
    clash = [name for name in added.columns if name in lines.columns]
    return PricedLines(pl.concat([lines.drop(clash), added], how="horizontal"), problems)


def _chosen(asked: pl.DataFrame, sheets: Sheets, prices: Prices) -> pl.DataFrame:
    """The rows of each purpose for every line, and the conflicts that kept one from being found.

    The order of purposes is that of `choose`: the first conflict is the one that is told.
    """
    found = met(asked, sheets.rules.frame, prices)
    kinds = {kind: rank for rank, kind in enumerate(reversed(prices.policy.sources))}
    ranks = sheets.rules.frame.select(
        "row", "switch", "basis", source=pl.col("kind").replace_strict(kinds, default=None)
    )
    sources = found.join(ranks.select("row", "source"), on="row").drop_nulls("source")
    main = best(sources, "main", first=["source"])
    lines = asked.join(main, on="line", how="left", maintain_order="left")
    lines = lines.join(
        ranks.drop("source").rename({"row": "main"}), on="main", how="left", maintain_order="left"
    )
    stated = found.filter("stated")
    needs = lines.filter(pl.col("basis").is_not_null()).select("line", kind="basis")
    joins = lines.filter(pl.col("switch") != Switch.STOP).select(asked.columns)
    offered = best(met(joins, sheets.offers.frame, prices), OFFER)
    beating = lines.filter(pl.col("switch") == Switch.BEST).select("line")
    beating = beating.join(offered, on="line", how="semi")
    retail = stated.filter(pl.col("kind") == PriceKind.RETAIL)
    parts = (
        best(stated.join(needs, on=["line", "kind"], how="semi"), "base"),
        offered,
        best(retail.join(beating, on="line", how="semi"), "list_price"),
        best(stated.filter(pl.col("kind") == PriceKind.LIMIT), "floor"),
    )
    for part in parts:
        lines = lines.join(part, on="line", how="left", maintain_order="left")
    rivals = [pl.col(f"{name}_rival") for name in _PURPOSES]
    conflict = pl.any_horizontal(rival.is_not_null() for rival in rivals)
    return lines.with_columns(
        pl.col(*_PURPOSES).fill_null(NONE),
        problem=pl.coalesce(
            pl.col("problem"),
            pl.when(pl.col("main").is_null()).then(pl.lit(NO_PRICE.code)),
            pl.when(conflict).then(pl.lit(CONFLICT.code)),
        ),
        # An amount decides the band only where the rule says so.
        quantity_key=pl.when("by_amount").then("stock"),
    )


_ANSWER: dict[str, pl.DataType] = {
    "price": RATE,
    "promotion_id": pl.String(),
    "floor_price": RATE,
    "floor_action": pl.String(),
    "per_unit": RATE,
    "failed": pl.String(),
}
_KEYS = ("item", *_PURPOSES, "quantity_key")


def _reckoned(chosen: pl.DataFrame, sheets: Sheets, prices: Prices) -> pl.DataFrame:
    """The figures of every combination of rows that occurs, with what its rule says."""
    combos = chosen.filter(pl.col("problem").is_null()).select(_KEYS).unique()
    answers = [_one(combo, sheets, prices) for combo in combos.iter_rows()]
    columns = zip(*answers, strict=True) if answers else ((),) * len(_ANSWER)
    figures = [
        pl.Series(name, values, dtype=pl.String() if kind == RATE else kind).cast(kind)
        for (name, kind), values in zip(_ANSWER.items(), columns, strict=True)
    ]
    rules = [entry.rule for entry in sheets.rules.entries]
    said = sheets.rules.frame.select("currency", main="row", source="kind", price_unit="rule_unit")
    said = said.with_columns(
        pl.Series("rule", [rule.id for rule in rules], dtype=pl.String),
        pl.Series("tax_included", [rule.tax_included for rule in rules], dtype=pl.Boolean),
    )
    decimals = {code: decimals_of(code) for code in said["currency"].unique()}
    places = pl.col("currency").replace_strict(decimals, default=2, return_dtype=pl.Int64)
    said = said.with_columns(decimals=places).drop("currency")
    return combos.with_columns(figures).join(said, on="main", how="left")


def _one(combo: tuple[Any, ...], sheets: Sheets, prices: Prices) -> tuple[str | None, ...]:
    """The figures of one combination, as texts."""
    item, main, base, promotion, list_price, floor, quantity = combo
    rules = sheets.rules
    choice = Choice(
        item=item,
        quantity=quantity or ZERO,
        main=rules.entries[main],
        base=_entry(rules, base),
        promotion=_entry(sheets.offers, promotion),
        list_price=_entry(rules, list_price),
        floor=_entry(rules, floor),
    )
    try:
        found = reckon(choice, prices)
        per_unit = prices.factor(item, choice.main.unit)
    except KamcoreError as error:
        return (None, None, None, None, None, error.code)
    limit = found.floor
    return (
        f"{found.price:f}",
        found.promotion.id if found.promotion else None,
        None if limit is None else f"{round(limit.price, 10):f}",
        limit.action.value if limit and limit.action else None,
        f"{per_unit:f}",
        None,
    )


def _entry(sheet: Sheet[Any], row: int) -> Any:
    return None if row == NONE else sheet.entries[row]


def _with_amounts(chosen: pl.DataFrame, combined: pl.DataFrame) -> pl.DataFrame:
    """Every line with the figures of its combination and the amount of the line."""
    lines = chosen.join(combined, on=_KEYS, how="left", nulls_equal=True, maintain_order="left")
    signed = pl.col("stock") * pl.col("quantity").sign().cast(RATE)
    amounts = []
    for places in lines["decimals"].drop_nulls().unique():
        product = (pl.col("price") * signed).round(places, mode="half_away_from_zero")
        fits = (pl.col("decimals") == places) & (pl.col("per_unit") == 1)
        amounts.append(pl.when(fits).then(product.cast(RATE)))
    amount = pl.coalesce(amounts) if amounts else pl.lit(None, dtype=RATE)
    lines = lines.with_columns(
        amount=amount, signed=signed, problem=pl.coalesce("problem", "failed")
    )
    names = ("price_unit", "tax_included", "source", "rule")
    unpriced = pl.col("price").is_null()
    kept = [pl.when(~unpriced).then(pl.col(name)).alias(name) for name in names]
    return _per_unit(lines.with_columns(kept))


def _per_unit(lines: pl.DataFrame) -> pl.DataFrame:
    """Amounts of prices per box: a quotient, exact only outside the frame."""
    keys = ["price", "signed", "per_unit", "decimals"]
    other = lines.filter(pl.col("per_unit") != 1).select(keys).unique()
    if not other.height:
        return lines
    amounts = [
        Rounding(Decimal(1).scaleb(-places)).of(price * signed / factor)
        for price, signed, factor, places in other.iter_rows()
    ]
    other = other.with_columns(pl.Series("by_unit", amounts, dtype=RATE))
    lines = lines.join(other, on=keys, how="left", maintain_order="left")
    return lines.with_columns(amount=pl.coalesce("amount", "by_unit"))


def _problems(priced: pl.DataFrame, sheets: Sheets) -> tuple[Problem, ...]:
    """The first lines without a price, said in full."""
    wrong = priced.filter(pl.col("problem").is_not_null())
    wrong = wrong.unique(["problem", "customer", "item"], keep="first", maintain_order=True)
    return tuple(_told(row, sheets) for row in wrong.head(LISTED).iter_rows(named=True))


UNPRICED = Fault(
    code="Q1107",
    zh="{customer} 的 {item} 在 {on} 不能定价: {value}",
    en="{item} for {customer} on {on} cannot be priced: {value}",
    hint_zh="用 kamcore price 查这一问, 可见详情",
    hint_en="ask kamcore price for this one to see why",
)


def _told(row: Mapping[str, Any], sheets: Sheets) -> Problem:
    facts: dict[str, object] = {
        "customer": row["customer"],
        "item": row["item"],
        "on": row["date"],
        "quantity": row["quantity"],
    }
    if row["problem"] == NO_PRICE.code:
        return NO_PRICE.at(Place(), row["item"], **facts, sources="-")
    if row["problem"] == BLANK.code:
        return BLANK.at(Place(), row["item"] or row["customer"] or "")
    for name in _PURPOSES if row["problem"] == CONFLICT.code else ():
        rival = row[f"{name}_rival"]
        if rival is not None:
            sheet: Sheet[Any] = sheets.offers if name == OFFER else sheets.rules
            both = conflict_facts(sheet.entries[row[name]].rule, sheet.entries[rival].rule)
            return CONFLICT.at(Place(), row["item"], **facts, **both)
    return UNPRICED.at(Place(), row["problem"], **facts)
