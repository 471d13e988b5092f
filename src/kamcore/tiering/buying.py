"""How customers buy: RFM, repeat and retention, rhythm and loss, growth, cohorts.

RFM follows the definition of the lifetimes package (``summary_data_from_transaction_data``, daily,
first purchase left out of the money): a period is a day; frequency counts days with a purchase
after the first; recency is the days from the first to the last; T those from the first to the day
of observation; monetary value is the mean of the days after the first, zero without any.
Returns lower the amount of their day; a day counts as a purchase when something was bought on it.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.model.archive import months_after
from kamcore.model.word import Word
from kamcore.tiering.facts import AMOUNT, MEASURE, purchases_of, ratio, sales_facts

__all__ = [
    "Repeat",
    "Rhythm",
    "RhythmPolicy",
    "cohorts",
    "growing",
    "repeat_and_retention",
    "rfm",
    "rhythm",
]

ZERO = Decimal(0)
_FIFTHS = 5


def _days(purchases: Any, as_of: dt.date) -> pl.DataFrame:
    """A row per customer and day with a purchase, with the amount of the day."""
    rows = purchases_of(purchases).filter(pl.col("date") <= as_of)
    days = rows.group_by("customer", "date").agg(
        pl.col("amount").sum(), bought=(pl.col("amount") > 0).any()
    )
    return days.filter("bought").drop("bought").sort("customer", "date")


def rfm(purchases: Any, *, as_of: dt.date) -> pl.DataFrame:
    """Recency, frequency and monetary value of every customer that bought by a day.

    Columns: ``customer``, ``frequency``, ``recency`` and ``T`` (days), ``monetary`` (Decimal with
    four decimals, the last cut), and the fifths ``r``, ``f``, ``m`` from 1 to 5, 5 the best: by
    the days since the last purchase, by the days with purchases, by all that was bought.
    Customers alike in a figure share its fifth.

    Raises:
        BooksError: a column is missing or a float.
    """
    days = _days(purchases, as_of)
    first = pl.col("date").min()
    found = days.group_by("customer").agg(
        frequency=(pl.len() - 1).cast(pl.Int64),
        recency=(pl.col("date").max() - first).dt.total_days(),
        T=(pl.lit(as_of) - first).dt.total_days(),
        _later=pl.col("amount").sum() - pl.col("amount").sort_by("date").first(),
        _all=pl.col("amount").sum(),
        _since=(pl.lit(as_of) - pl.col("date").max()).dt.total_days(),
    )
    mean = pl.col("_later") / pl.when(pl.col("frequency") > 0).then("frequency").cast(AMOUNT)
    found = found.with_columns(
        monetary=mean.fill_null(pl.lit(ZERO, dtype=AMOUNT)),
        r=_fifth(-pl.col("_since")),
        f=_fifth(pl.col("frequency")),
        m=_fifth(pl.col("_all")),
    )
    columns = ("customer", "frequency", "recency", "T", "monetary", "r", "f", "m")
    return found.sort("customer").select(columns)


def _fifth(figure: pl.Expr) -> pl.Expr:
    """Which fifth of the customers a figure is in: as many as are below or alike decide."""
    below = figure.rank("max").cast(pl.Int64)
    return (below * _FIFTHS + pl.len() - 1) // pl.len()


@attrs.frozen(kw_only=True)
class Repeat:
    """How many come back; shares are None where nobody could.

    A buyer of the span is a repeat buyer with purchases on two days of it or more; one of the
    span before is retained with a purchase in this one.
    """

    buyers: int
    repeat_buyers: int
    buyers_before: int
    retained: int
    new: int
    """Buyers who never bought before the span."""

    @property
    def repeat_rate(self) -> Decimal | None:
        """Share of the buyers that bought again (复购率)."""
        return Decimal(self.repeat_buyers) / self.buyers if self.buyers else None

    @property
    def retention(self) -> Decimal | None:
        """Share of the buyers of the span before that bought in this one (留存率)."""
        return Decimal(self.retained) / self.buyers_before if self.buyers_before else None


def repeat_and_retention(purchases: Any, *, as_of: dt.date, months: int = 12) -> Repeat:
    """Repeat buyers of the `months` up to `as_of`, and who stayed from the months before.

    Raises:
        BooksError: a column is missing or a float.
    """
    days = _days(purchases, as_of)
    since, before = months_after(as_of, -months), months_after(as_of, -2 * months)
    now = pl.col("date") > since
    earlier = (pl.col("date") > before) & ~now
    sums = days.group_by("customer").agg(now=now.sum(), before=earlier.sum(), ever=(~now).sum())
    here, there = pl.col("now") > 0, pl.col("before") > 0
    row = sums.select(
        buyers=here.sum(),
        repeat_buyers=(pl.col("now") > 1).sum(),
        buyers_before=there.sum(),
        retained=(here & there).sum(),
        new=(here & (pl.col("ever") == 0)).sum(),
    ).row(0, named=True)
    return Repeat(**{name: int(value or 0) for name, value in row.items()})


class Rhythm(Word):
    """How the gap since the last purchase stands to a customer's own rhythm."""

    REGULAR = "regular", "正常"
    LATE = "late", "延迟"
    AT_RISK = "at_risk", "流失预警"
    LOST = "lost", "疑似流失"
    UNKNOWN = "unknown", "次数不足"


@attrs.frozen(kw_only=True)
class RhythmPolicy:
    """From how many times the usual gap a customer is late, at risk, lost.

    Without `least` purchases there is no rhythm to speak of.
    """

    late: Decimal = Decimal("1.5")
    at_risk: Decimal = Decimal(2)
    lost: Decimal = Decimal(4)
    least: int = 3


def rhythm(purchases: Any, *, as_of: dt.date, policy: RhythmPolicy | None = None) -> pl.DataFrame:
    """The purchase rhythm of every customer, and a warning where it breaks.

    Columns: ``customer``, ``purchases`` (days), ``gap`` (the median of the days between them),
    ``last``, ``since`` (days), ``times`` (``since`` over ``gap``), ``state`` (`Rhythm`).

    Raises:
        BooksError: a column is missing or a float.
    """
    rule = policy or RhythmPolicy()
    gaps = pl.col("date").diff().dt.total_days()
    found = (
        _days(purchases, as_of)
        .group_by("customer")
        .agg(
            purchases=pl.len().cast(pl.Int64),
            # Twice the median is whole: the middle gap, or the sum of the two in the middle.
            _gap=(gaps.drop_nulls().median() * 2).round().cast(pl.Int64),
            last=pl.col("date").max(),
        )
    )
    found = found.with_columns(
        gap=pl.col("_gap").cast(MEASURE) / pl.lit(Decimal(2), dtype=AMOUNT),
        since=(pl.lit(as_of) - pl.col("last")).dt.total_days(),
    ).with_columns(times=ratio(pl.col("since"), pl.col("gap")))
    times = pl.col("times")
    state = (
        pl.when((pl.col("purchases") < rule.least) | times.is_null()).then(pl.lit("unknown"))
        .when(times >= pl.lit(rule.lost, dtype=MEASURE)).then(pl.lit("lost"))
        .when(times >= pl.lit(rule.at_risk, dtype=MEASURE)).then(pl.lit("at_risk"))
        .when(times >= pl.lit(rule.late, dtype=MEASURE)).then(pl.lit("late"))
        .otherwise(pl.lit("regular"))
    )  # fmt: skip
    return found.with_columns(state=state).drop("_gap").sort("customer")


def growing(
    purchases: Any, *, as_of: dt.date, months: int = 12, least: Decimal = Decimal("0.3")
) -> pl.DataFrame:
    """Customers that grew by at least a share, the fastest first, and those new in the span.

    Columns: ``customer``, ``sales``, ``sales_before``, ``growth`` (null for new ones, which stand
    last).

    Raises:
        BooksError: a column is missing or a float.
    """
    facts = sales_facts(purchases, as_of, months)
    fast = pl.col("growth") >= pl.lit(least, dtype=MEASURE)
    fresh = pl.col("growth").is_null() & (pl.col("sales") > 0) & (pl.col("length_months") < months)
    found = facts.filter(fast | fresh)
    order = found.sort(
        "growth", "sales", "customer", descending=[True, True, False], nulls_last=True
    )
    return order.select("customer", "sales", "sales_before", "growth")


def cohorts(purchases: Any, *, as_of: dt.date, months: int = 3) -> pl.DataFrame:
    """Customers by the span of their first purchase, and what became of them span by span.

    Spans are `months` long and begin with the month of the very first purchase.  Columns:
    ``cohort`` (first day of its span), ``age`` (spans since), ``customers`` (size of the cohort),
    ``active``, ``amount``, ``retention`` (active over customers).

    Raises:
        BooksError: a column is missing or a float.
    """
    days = _days(purchases, as_of)
    first_day = as_of if days.is_empty() else days["date"].to_list()[days["date"].arg_min() or 0]
    start = dt.date(first_day.year, first_day.month, 1)
    month = (pl.col("date").dt.year().cast(pl.Int64) - start.year) * 12 + (
        pl.col("date").dt.month().cast(pl.Int64) - start.month
    )
    days = days.with_columns(span=month // months)
    days = days.with_columns(born=pl.col("span").min().over("customer"))
    sizes = days.group_by("born").agg(customers=pl.col("customer").n_unique().cast(pl.Int64))
    found = days.group_by("born", age=pl.col("span") - pl.col("born")).agg(
        active=pl.col("customer").n_unique().cast(pl.Int64), amount=pl.col("amount").sum()
    )
    found = found.join(sizes, on="born").with_columns(
        cohort=pl.lit(start).dt.offset_by(pl.format("{}mo", pl.col("born") * months)),
        retention=ratio(pl.col("active"), pl.col("customers")),
    )
    columns = ("cohort", "age", "customers", "active", "amount", "retention")
    return found.sort("cohort", "age").select(columns)
