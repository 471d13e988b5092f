"""A, B and C (ABC分析), and the 80/20 report (二八法则): customers by their share of an amount.

Customers of one amount always share a class, so that no class depends on row order.  Shares are
taken of the sum of the positive amounts: a customer with nothing, or with more returned than
bought, has no part in it.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.model.tier import AbcReading
from kamcore.place import Place
from kamcore.tiering.facts import AMOUNT, MEASURE, facts_of, ratio

__all__ = ["BOUNDS", "Pareto", "abc", "pareto"]

BAD_BOUNDS = Fault(
    code="R1201",
    zh="「{reading}」的界限应为 {count} 个 0 到 1 之间的比例, 不是 {value}",
    en="the reading {reading} takes {count} bounds between 0 and 1, not {value}",
)

BOUNDS = {
    AbcReading.CUSTOMER: (Decimal("0.5"), Decimal("0.2"), Decimal("0.1")),
    AbcReading.CLASS: (Decimal("0.5"), Decimal("0.2"), Decimal("0.1")),
    AbcReading.CUMULATIVE: (Decimal("0.7"), Decimal("0.9")),
}
"""The usual bounds: shares of A, B and C; cumulative shares up to which A and B go."""

ZERO, ONE = Decimal(0), Decimal(1)
_FIFTH = 5


def abc(
    amounts: Any,
    *,
    by: str = "sales",
    reading: AbcReading = AbcReading.CUMULATIVE,
    bounds: Sequence[Decimal] | None = None,
) -> pl.DataFrame:
    """Class every customer A, B or C; the largest first, those of one amount by their code.

    - ``cumulative``: A while the cumulative share, the customer's own included, is within the
      first bound, B within the second, C beyond; the largest customers are A whatever their share.
    - ``customer``: A whose own share is more than the first bound, then B, then C.
    - ``class``: A is the fewest largest customers that together have more than the first bound,
      B the fewest of the next with more than the second, and so on.

    Who is in no class has a null ``class``; so have all where nothing positive was sold.
    Columns: ``customer``, ``amount``, ``share`` and ``cumulative`` (of the positive amounts, null
    without any), ``class``.

    Raises:
        BooksError: `amounts` is no frame of facts.
        UsageError: the bounds do not suit the reading.
    """
    edges = tuple(bounds) if bounds is not None else BOUNDS[reading]
    wanted = len(BOUNDS[reading])
    rising = reading is not AbcReading.CUMULATIVE or list(edges) == sorted(edges)
    if len(edges) != wanted or not rising or not all(ZERO < edge <= ONE for edge in edges):
        said = ", ".join(map(str, edges))
        raise UsageError(BAD_BOUNDS.at(Place(), said, reading=reading.value, count=wanted))
    ranked = _ranked(amounts, by)
    if reading is AbcReading.CUSTOMER:
        place = pl.coalesce(
            pl.when(pl.col("share") > pl.lit(edge, dtype=MEASURE)).then(pl.lit(letter))
            for edge, letter in zip(edges, "ABC", strict=True)
        )
    elif reading is AbcReading.CUMULATIVE:
        upto = pl.col("cumulative")
        first = pl.col("amount") == pl.col("amount").max()
        place = (
            pl.when(pl.col("share").is_null()).then(None)
            .when((pl.col("amount") > 0) & (first | (upto <= pl.lit(edges[0], dtype=MEASURE))))
            .then(pl.lit("A"))
            .when((pl.col("amount") > 0) & (upto <= pl.lit(edges[1], dtype=MEASURE)))
            .then(pl.lit("B"))
            .otherwise(pl.lit("C"))
        )  # fmt: skip
    else:
        place = _together(ranked, edges)
    return ranked.with_columns(place.alias("class"))


def _ranked(amounts: Any, by: str) -> pl.DataFrame:
    """Customers by amount with their shares; the cumulative share is that of all of one amount."""
    rows = facts_of(amounts).select("customer", amount=pl.col(by).cast(AMOUNT).fill_null(0))
    rows = rows.sort("amount", "customer", descending=[True, False])
    positive = pl.max_horizontal(pl.col("amount"), pl.lit(ZERO, dtype=AMOUNT))
    rows = rows.with_columns(_held=positive.cum_sum(), _whole=positive.sum())
    rows = rows.with_columns(_held=pl.col("_held").max().over("amount"))
    return rows.with_columns(
        share=ratio(pl.col("amount"), pl.col("_whole")),
        cumulative=ratio(pl.col("_held"), pl.col("_whole")),
    ).drop("_held", "_whole")


def _together(ranked: pl.DataFrame, edges: Sequence[Decimal]) -> pl.Expr:
    """The class by the sums of classes; a loop over amounts, each once."""
    letters: dict[Decimal, str] = {}
    by_amount = (
        ranked.filter(pl.col("amount") > 0)
        .group_by("amount")
        .agg(pl.col("amount").sum().alias("sum"))
    )
    whole = Decimal(by_amount["sum"].sum() or 0)
    at, held = 0, ZERO
    for amount, added in by_amount.sort("amount", descending=True).iter_rows():
        if at == len(edges):
            break
        letters[amount] = "ABC"[at]
        held += added
        if held > edges[at] * whole:
            at, held = at + 1, ZERO
    if at < len(edges):
        # The last class did not reach its share: it is no class.
        letters = {amount: one for amount, one in letters.items() if one != "ABC"[at]}
    return pl.col("amount").replace_strict(letters, default=None, return_dtype=pl.String)


@attrs.frozen(kw_only=True)
class Pareto:
    """How much of an amount hangs on few customers; shares are of the positive amounts.

    Without a positive amount every figure is None and the set is empty.
    """

    customers: int
    """How many have a positive amount."""
    top20: int
    """How many are a fifth of them, rounded up."""
    top20_share: Decimal | None
    smallest_set_80: tuple[str, ...]
    """The fewest customers that make 80 %, the largest first; of equal ones by code."""
    concentration: Decimal | None
    """Sum of the squared shares (Herfindahl index): 1 for one customer, 1/n for n equal ones."""

    def to_json(self) -> dict[str, Any]:
        """The keys of ``--json``."""
        return {
            "customers": self.customers,
            "top20": self.top20,
            "top20_share": _share(self.top20_share),
            "smallest_set_80": list(self.smallest_set_80),
            "concentration": _share(self.concentration),
        }


def _share(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.6f}"


def pareto(amounts: Any, *, by: str = "sales") -> Pareto:
    """The share of the top 20 % of customers, the fewest that make 80 %, the concentration.

    Raises:
        BooksError: `amounts` is no frame of facts.
    """
    ranked = _ranked(amounts, by).filter(pl.col("amount") > 0)
    count = ranked.height
    if not count:
        return Pareto(
            customers=0, top20=0, top20_share=None, smallest_set_80=(), concentration=None
        )
    top = -(-count // _FIFTH)
    values = ranked["amount"].to_list()
    whole = sum(values, ZERO)
    held, need = ZERO, whole * 4 / 5
    fewest = 0
    for value in values:
        held, fewest = held + value, fewest + 1
        if held >= need:
            break
    return Pareto(
        customers=count,
        top20=top,
        top20_share=sum(values[:top], ZERO) / whole,
        smallest_set_80=tuple(ranked["customer"][:fewest]),
        concentration=sum((value * value for value in values), ZERO) / (whole * whole),
    )
