"""What the monthly key-account report (大客户业务月报表) says, apart from how it looks.

Sales are what a customer's receivable was debited, tax included; receipts what it was credited;
so that opening + sales - receipts = closing for every customer and for all, which is asserted.
What the books do not know (plans, prices, rebates, tiers, credit, reconciliation) comes as frames
with a ``customer`` column; a customer that is not in one is unknown there, never zero.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.ledger.ageing import Ageing, age
from kamcore.ledger.balances import balances
from kamcore.ledger.buckets import DAYS, Buckets
from kamcore.model.chart import detect_family
from kamcore.model.currency import decimals_of
from kamcore.model.period import Period
from kamcore.model.role import accounts_with_role

__all__ = [
    "FOUND",
    "MOVED",
    "STATES",
    "MonthlyQuestion",
    "MonthlyReport",
    "monthly_report",
    "receivables",
]

AMOUNT = pl.Decimal(38, 4)
ZERO = Decimal(0)
MOVED = ("opening", "sales", "receipts", "closing")
"""What every customer has, in the order it is shown."""

FOUND: dict[str, pl.DataType] = {
    "plan": AMOUNT,
    "plan_year": AMOUNT,
    "variance": AMOUNT,
    "rebate": AMOUNT,
    "provision": AMOUNT,
    "tier": pl.String(),
    "previous_tier": pl.String(),
    "tier_change": pl.String(),
    "limit": AMOUNT,
    "used": AMOUNT,
    "decision": pl.String(),
    "previous_decision": pl.String(),
    "reconciled": pl.String(),
    "difference": AMOUNT,
}
"""What other steps may know of a customer, by column.

``plan`` and ``plan_year`` are planned sales of the month and of the year up to it; ``variance``
is invoiced less agreed; ``rebate`` the liability at the end of the month; ``reconciled`` is one of
``agreed``, ``differs``.
"""

STATES = ("tier", "tier_change", "decision", "reconciled")
"""The columns of `FOUND` that say where a customer stands."""

_AGES = ("not_due", "credits")
_MONTHS_SHOWN = 12


@attrs.frozen(kw_only=True)
class MonthlyQuestion:
    """What a report is asked: a period, and choices that have a usual answer.

    `account` names the receivables, those of the role when empty; `chosen` the customers that get
    a report of their own.
    """

    period: Period
    account: tuple[str, ...] = ()
    buckets: Buckets = DAYS
    chosen: tuple[str, ...] = ()

    @property
    def as_of(self) -> dt.date:
        """The last day of the period."""
        return self.period.last_day


@attrs.frozen(kw_only=True, eq=False)
class MonthlyReport:
    """The figures of a month, of every customer and of all together.

    `customers`: ``customer``, ``name``, `MOVED`, ``sales_year`` and ``receipts_year`` (the year up
    to the period), a column per bucket of `labels`, ``not_due``, ``credits``, then those columns
    of `FOUND` that were given; the largest sales first.  `months`: ``customer``, ``year``,
    ``period``, `MOVED`, twelve months up to the period, in order.  Amounts are Decimal in base
    currency.
    """

    entity: str
    currency: str
    asked: MonthlyQuestion
    labels: tuple[str, ...]
    customers: pl.DataFrame = attrs.field(repr=False)
    months: pl.DataFrame = attrs.field(repr=False)

    @property
    def amounts(self) -> tuple[str, ...]:
        """The columns of `customers` that are money, in order."""
        kinds = self.customers.schema.items()
        return tuple(name for name, kind in kinds if isinstance(kind, pl.Decimal))

    def totals(self) -> dict[str, Decimal]:
        """The sums over all customers; a limit has none, since groups share them."""
        names = [name for name in self.amounts if name not in ("limit", "used")]
        sums = self.customers.select(pl.col(names).sum()).row(0, named=True)
        return {name: sums[name] if sums[name] is not None else ZERO for name in names}

    def by_month(self, customer: str | None = None) -> pl.DataFrame:
        """``year``, ``period`` and `MOVED` of one customer, or of all."""
        rows = self.months
        if customer is not None:
            rows = rows.filter(customer=customer)
        sums = rows.group_by("year", "period").agg(pl.col(MOVED).sum())
        return sums.sort("year", "period")

    def row(self, customer: str) -> Mapping[str, Any]:
        """The figures of one customer."""
        return self.customers.filter(customer=customer).row(0, named=True)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The customers with a report of their own that the books know, as they were named."""
        known = set(self.customers["customer"])
        return tuple(code for code in self.asked.chosen if code in known)

    def to_json(self) -> dict[str, Any]:
        """Every figure of workbook and page: totals, customers, months, amounts as texts."""
        return {
            "period": str(self.asked.period),
            "as_of": self.asked.as_of.isoformat(),
            "entity": self.entity,
            "currency": self.currency,
            "policy": {
                "account": list(self.asked.account),
                "sales": "debit",
                "receipts": "credit",
                "ageing": "fifo",
            },
            "buckets": list(self.labels),
            "totals": {name: _text(self, value) for name, value in self.totals().items()},
            "shares": self.shares(),
            "planned": {name: _text(self, value) for name, value in self.planned().items()},
            "composition": {
                name: [{key: _said(self, value) for key, value in row.items()} for row in rows]
                for name, rows in self.compositions().items()
            },
            "customers": [
                {name: _said(self, value) for name, value in row.items()}
                for row in self.customers.iter_rows(named=True)
            ],
            "months": _months(self, self.by_month()),
            "accounts": [
                {
                    "customer": code,
                    "months": _months(self, self.by_month(code)),
                    "shares": {
                        name: None if value is None else f"{value:f}"
                        for name, value in _shares(self, self.row(code)).items()
                    },
                }
                for code in self.chosen
            ],
        }

    def compositions(self) -> dict[str, list[dict[str, Any]]]:
        """Customers, sales and balance of each tier, change, decision and state; sums tie.

        What is not known of a customer stands under None.
        """
        found: dict[str, list[dict[str, Any]]] = {}
        for name in STATES:
            if name not in self.customers.columns:
                continue
            parts = self.customers.group_by(part=name).agg(
                pl.len().alias("count"), pl.col("sales", "closing").sum()
            )
            found[name] = parts.sort("part", nulls_last=True).to_dicts()
        return found

    def planned(self) -> dict[str, Decimal]:
        """Plan and sales of the customers that have a plan; nothing where none has."""
        if "plan" not in self.customers.columns:
            return {}
        rows = self.customers.filter(pl.col("plan").is_not_null())
        names = ("plan", "sales", "plan_year", "sales_year")
        sums = rows.select(pl.col(names).sum()).row(0, named=True)
        return {name: sums[name] or ZERO for name in names}

    def shares(self) -> dict[str, str | None]:
        """What each bucket is of the balance, and sales of the plan, as fractions."""
        totals = self.totals()
        found = _shares(self, totals)
        if planned := self.planned():
            found["plan"] = _share(planned["sales"], planned["plan"])
            found["plan_year"] = _share(planned["sales_year"], planned["plan_year"])
        return {name: None if value is None else f"{value:f}" for name, value in found.items()}


def monthly_report(
    books: Books,
    asked: MonthlyQuestion,
    found: Sequence[pl.DataFrame] = (),
    aged: Ageing | None = None,
) -> MonthlyReport:
    """Put the figures of a month together.

    `found` are frames with ``customer`` and columns of `FOUND`; `aged` is the ageing of the same
    question by customer, where it is known already.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the books have no customers.
    """
    asked = attrs.evolve(asked, account=asked.account or receivables(books))
    months = _moved(books, asked)
    here = pl.col("year").eq(asked.period.year) & pl.col("period").eq(asked.period.number)
    now = months.filter(here).select("customer", *MOVED)
    year = months.filter(pl.col("year") == asked.period.year).group_by("customer")
    since = year.agg(sales_year=pl.col("sales").sum(), receipts_year=pl.col("receipts").sum())
    held = aged or age(
        books, as_of=asked.as_of, account=asked.account, by="customer", buckets=asked.buckets
    )
    parts = (*held.labels, *_AGES)
    ages = held.to_polars().group_by(customer="aux_customer").agg(pl.col(parts).sum())
    rows = now.join(since, on="customer", how="left").join(
        ages, on="customer", how="full", coalesce=True
    )
    plain = [*MOVED, "sales_year", "receipts_year", *parts]
    rows = rows.with_columns(pl.col(plain).fill_null(0).cast(AMOUNT))
    for frame in found:
        known = frame.select(
            "customer", *(pl.col(n).cast(FOUND[n]) for n in FOUND if n in frame.columns)
        )
        known = known.unique("customer", keep="first", maintain_order=True)
        rows = rows.join(known, on="customer", how="left")
    names = books.members.filter(dimension="customer").select(customer="code", name="name")
    rows = rows.join(names.unique("customer", keep="first"), on="customer", how="left")
    last = [name for name in FOUND if name in rows.columns]
    report = MonthlyReport(
        entity=books.entity.name,
        currency=books.entity.base_currency,
        asked=asked,
        labels=held.labels,
        customers=rows.filter(pl.any_horizontal(pl.col(plain) != 0))
        .select("customer", "name", *plain, *last)
        .sort("sales", "customer", descending=[True, False]),
        months=months.select("customer", "year", "period", *MOVED),
    )
    _conserved(report)
    return report


def receivables(books: Books) -> tuple[str, ...]:
    """The accounts of trade receivables: those of the books, else those of the standard chart."""
    chart = dict(books.accounts.select("code", "name").iter_rows())
    used = {code: chart.get(code) for code in books.lines["account"].drop_nulls().unique()}
    names = dict(sorted((chart | used).items()))
    codes = accounts_with_role("ar_trade", names, detect_family(names).family or "ASBE")
    above = [
        one for one in codes if not any(one != other and one.startswith(other) for other in codes)
    ]
    return tuple(above) or ("1122",)


def _moved(books: Books, asked: MonthlyQuestion) -> pl.DataFrame:
    """Opening, debit, credit and closing of every customer, twelve months up to the period."""
    months = [asked.period]
    while len(months) < _MONTHS_SHOWN:
        months.append(months[-1].previous())
    order = pl.col("year") * 100 + pl.col("period")
    first, last = (months[at].year * 100 + months[at].number for at in (-1, 0))
    every: pl.DataFrame = balances(books, account=asked.account, by="customer")
    rows = every.filter(order >= first, order < last)
    # A month without a line of its own still has its openings.
    own: pl.DataFrame = balances(books, account=asked.account, by="customer", period=asked.period)
    own = own.with_columns(
        year=pl.lit(asked.period.year, dtype=pl.Int64),
        period=pl.lit(asked.period.number, dtype=pl.Int64),
    )
    return (
        pl.concat([rows, own.select(rows.columns).cast(rows.schema)])
        .filter(pl.col("aux_customer").is_not_null())
        .group_by("aux_customer", "year", "period")
        .agg(
            opening=pl.col("opening").sum(),
            sales=pl.col("debit").sum(),
            receipts=pl.col("credit").sum(),
            closing=pl.col("closing").sum(),
        )
        .rename({"aux_customer": "customer"})
        .with_columns(pl.col(MOVED).cast(AMOUNT))
        .sort("customer", "year", "period")
    )


def _conserved(report: MonthlyReport) -> None:
    for frame in (report.customers, report.months):
        left = pl.col("opening") + pl.col("sales") - pl.col("receipts")
        if frame.filter(left != pl.col("closing")).height:
            raise AssertionError("opening + sales - receipts is not closing")


def _share(part: Decimal | None, whole: Decimal) -> Decimal | None:
    return round(Decimal(part or 0) / whole, 4) if whole else None


def _shares(report: MonthlyReport, row: Mapping[str, Any]) -> dict[str, Decimal | None]:
    parts = (*report.labels, *_AGES)
    whole = sum((row[name] for name in parts), ZERO)
    return {name: _share(row[name], whole) for name in parts}


def _months(report: MonthlyReport, rows: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: _said(report, value) for name, value in row.items()}
        for row in rows.iter_rows(named=True)
    ]


def _said(report: MonthlyReport, value: Any) -> Any:
    return _text(report, value) if isinstance(value, Decimal) else value


def _text(report: MonthlyReport, amount: Decimal) -> str:
    places = decimals_of(report.currency)
    if amount == round(amount, places):
        return f"{amount:.{places}f}"
    return f"{amount.normalize():f}"
