"""Where order lines and rows of the price list meet: joins, one for each shape of scope."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, Generic

import attrs
import polars as pl

from kamcore.books.schema import RATE
from kamcore.errors import Fault, UsageError
from kamcore.model.price import Membership, PriceRule
from kamcore.model.promotion import Promotion
from kamcore.place import Place
from kamcore.pricing.prices import UNKNOWN_UNIT, Entry, Prices, R

__all__ = ["OFFER", "Sheet", "Sheets", "asked_frame", "best", "met", "sheets_of"]

NO_COLUMN = Fault(
    code="Q1108",
    zh="订单行缺少列 {value}",
    en="the order lines have no column {value}",
)
NOT_EXACT = Fault(
    code="Q1109",
    zh="订单行的列 {value} 是 {found}, 应为 {wants}",
    en="column {value} of the order lines is {found}, not {wants}",
    hint_zh="数量用 Decimal 或整数, 不接受浮点数",
    hint_en="quantities are Decimal or whole numbers, never float",
)
BLANK = Fault(
    code="Q1110",
    zh="订单行缺少客户, 品目, 数量或日期",
    en="the order line lacks its customer, item, quantity or date",
)

OFFER = "promotion"

_MUST: dict[str, pl.DataType] = {
    "customer": pl.String(),
    "item": pl.String(),
    "quantity": RATE,
    "date": pl.Date(),
}
_MAY = {"unit": "", "campaign": "", "currency": "CNY"}

_SCOPE = ("customer", "grade", "item", "item_group", "campaign")

_ROWS: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "kind": pl.String(),
    **dict.fromkeys((*_SCOPE, "currency", "rule_unit"), pl.String()),
    "since": pl.Date(),
    "until": pl.Date(),
    "start": RATE,
    "start_in": pl.Boolean(),
    "end": RATE,
    "end_in": pl.Boolean(),
    "priority": pl.Int64(),
    "specificity": pl.Int64(),
    "stated": pl.Boolean(),
    "by_amount": pl.Boolean(),
    "switch": pl.String(),
    "basis": pl.String(),
}


@attrs.frozen
class Sheet(Generic[R]):
    """Rows of the price list, and the same rows as a frame; ``row`` counts them from 0."""

    entries: tuple[Entry[R], ...]
    frame: pl.DataFrame = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Sheets:
    """A price list as frames: its rules and its promotions."""

    rules: Sheet[PriceRule]
    offers: Sheet[Promotion]


def sheets_of(prices: Prices) -> Sheets:
    """A price list as frames."""
    return Sheets(rules=_sheet(prices.entries), offers=_sheet(prices.offers))


def asked_frame(lines: pl.DataFrame, prices: Prices) -> pl.DataFrame:
    """Order lines as questions: stock quantity, grade and group of the day, numbered from 0.

    ``problem`` is the code of what makes a line no question.

    Raises:
        UsageError: a column is missing or has another type.
    """
    columns = []
    for name, kind in _MUST.items():
        if name not in lines.columns:
            raise UsageError(NO_COLUMN.at(Place(), name))
        found = lines.schema[name]
        exact = kind == RATE and (found.is_integer() or found.is_decimal())
        if not exact and found not in (kind, pl.Null()):
            raise UsageError(NOT_EXACT.at(Place(), name, found=found, wants=kind))
        columns.append(pl.col(name).cast(kind))
    for name, usual in _MAY.items():
        given = pl.col(name).cast(pl.String) if name in lines.columns else pl.lit(None)
        columns.append(given.fill_null(usual).alias(name))
    asked = lines.select(columns).with_row_index("line")
    blank = pl.any_horizontal(pl.col(name).is_null() for name in _MUST)
    asked = asked.with_columns(problem=pl.when(blank).then(pl.lit(BLANK.code)))
    asked = _stocked(asked, prices)
    asked = _as_of(asked, prices.grades, ("customer", "grade"))
    return _as_of(asked, prices.groups, ("item", "item_group"))


def _stocked(asked: pl.DataFrame, prices: Prices) -> pl.DataFrame:
    """Quantities in stock units, without sign."""
    factors = _factors(prices)
    known = factors["item"].unique().implode()
    asked = asked.join(factors, on=["item", "unit"], how="left", maintain_order="left")
    unknown = (pl.col("unit") != "") & pl.col("factor").is_null() & pl.col("item").is_in(known)
    one = pl.lit(1).cast(RATE)
    return asked.with_columns(
        problem=pl.coalesce("problem", pl.when(unknown).then(pl.lit(UNKNOWN_UNIT.code))),
        stock=(pl.col("quantity") * pl.col("factor").fill_null(one)).abs().cast(RATE),
    ).drop("factor")


def _factors(prices: Prices) -> pl.DataFrame:
    rows = [(one.item, one.unit, one.factor) for one in prices.units]
    names = {"item": pl.String(), "unit": pl.String(), "factor": RATE}
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.unique(["item", "unit"], keep="last", maintain_order=True)


def _as_of(
    asked: pl.DataFrame, memberships: Sequence[Membership], names: tuple[str, str]
) -> pl.DataFrame:
    """The group a member is in on the day of the line; empty where it is in none."""
    member, group = names
    if not memberships:
        return asked.with_columns(pl.lit("").alias(group))
    rows = [(one.member, one.since, one.group) for one in memberships]
    known = pl.DataFrame(
        rows, schema={member: pl.String, "date": pl.Date, group: pl.String}, orient="row"
    )
    known = known.unique([member, "date"], keep="last", maintain_order=True).sort("date")
    ordered = asked.sort("date", nulls_last=True).join_asof(
        known, on="date", by=member, strategy="backward", check_sortedness=False
    )
    return ordered.with_columns(pl.col(group).fill_null("")).sort("line")


def _sheet(entries: tuple[Entry[R], ...]) -> Sheet[R]:
    """The rows column by column, which is several times quicker than row by row."""
    rules = [entry.rule for entry in entries]
    spans = [entry.span for entry in entries]
    scopes: list[list[str]] = [[getattr(rule, name) for rule in rules] for name in _SCOPE]
    stated = [entry.own_price is not None for entry in entries]
    priced = [rule if isinstance(rule, PriceRule) else None for rule in rules]
    columns: Iterable[Iterable[Any]] = (
        range(len(entries)),
        [OFFER if rule is None else rule.kind.value for rule in priced],
        *scopes,
        [rule.currency for rule in rules],
        [entry.unit for entry in entries],
        [entry.since for entry in entries],
        [entry.until for entry in entries],
        [f"{span.start:f}" for span in spans],
        [span.start_in for span in spans],
        [None if span.end is None else f"{span.end:f}" for span in spans],
        [span.end_in for span in spans],
        [rule.priority for rule in rules],
        [rule.specificity for rule in rules],
        stated,
        [rule is not None and rule.by_amount for rule in priced],
        [None if rule is None else rule.switch.value for rule in priced],
        [
            None if own or rule is None else rule.basis.value
            for own, rule in zip(stated, priced, strict=True)
        ],
    )
    series = [
        pl.Series(name, values, dtype=pl.String() if kind == RATE else kind).cast(kind)
        for (name, kind), values in zip(_ROWS.items(), columns, strict=True)
    ]
    return Sheet(entries, pl.DataFrame(series))


_RANKED = ("line", "row", "kind", "priority", "specificity", "stated", "by_amount")


def met(asked: pl.DataFrame, rows: pl.DataFrame, prices: Prices) -> pl.DataFrame:
    """Which rows in force could answer which lines: ``line``, ``row`` and what ranks the row."""
    asked = asked.filter(pl.col("problem").is_null())
    shapes = rows.select((pl.col(name) != "").alias(name) for name in _SCOPE).unique()
    found = [
        _of_shape(asked, rows, [name for name in _SCOPE if shape[name]], prices)
        for shape in shapes.iter_rows(named=True)
    ]
    empty = asked.clear().join(rows.clear(), how="cross").select(_RANKED)
    return pl.concat([empty, *found])


def _of_shape(
    asked: pl.DataFrame, rows: pl.DataFrame, keys: list[str], prices: Prices
) -> pl.DataFrame:
    """Join on what the scope names; what it leaves open meets every line."""
    named = [pl.col(name) != "" if name in keys else pl.col(name) == "" for name in _SCOPE]
    rows = rows.filter(*named).drop([name for name in _SCOPE if name not in keys])
    needs = ["line", "date", "stock", *dict.fromkeys(["item", *keys]), "currency"]
    found = asked.select(needs).join(rows, on=[*keys, "currency"])
    in_force = pl.col("date").is_between(pl.col("since"), pl.col("until"))
    found = _scaled(found.filter(in_force), prices)
    stock, start, end = pl.col("stock"), pl.col("start"), pl.col("end")
    above = (stock > start) | ((stock == start) & pl.col("start_in"))
    below = end.is_null() | (stock < end) | ((stock == end) & pl.col("end_in"))
    return found.filter(above & below).select(_RANKED)


def _scaled(found: pl.DataFrame, prices: Prices) -> pl.DataFrame:
    """Bands that count in another unit, in stock units."""
    if not prices.units or not (found["rule_unit"] != "").any():
        return found
    factors = _factors(prices).rename({"unit": "rule_unit"})
    found = found.join(factors, on=["item", "rule_unit"], how="left")
    counted = pl.col("item").is_in(factors["item"].unique().implode())
    foreign = (pl.col("rule_unit") != "") & pl.col("factor").is_null() & counted
    factor = pl.col("factor").fill_null(pl.lit(1).cast(RATE))
    return found.filter(~foreign).with_columns(
        (pl.col("start") * factor).cast(RATE), (pl.col("end") * factor).cast(RATE)
    )


def best(candidates: pl.DataFrame, name: str, first: Iterable[str] = ()) -> pl.DataFrame:
    """The row before all others for each line as `name`, and one of its rank as its rival.

    Ranks are the columns `first`, then priority, then how narrow the scope is; the larger goes
    first.
    """
    for column in itertools.chain(first, ("priority", "specificity")):
        top = candidates.group_by("line").agg(pl.col(column).max())
        candidates = candidates.join(top, on=["line", column], how="semi")
    last = pl.col("row").max()
    more = [pl.col("by_amount").any()] if name == "main" else []
    return candidates.group_by("line").agg(
        pl.col("row").min().alias(name),
        pl.when(last != pl.col("row").min()).then(last).alias(f"{name}_rival"),
        *more,
    )
