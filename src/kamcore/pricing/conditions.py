"""Conditions of a rebate over dated facts, each shown met or not with the facts."""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.ledger.draft import money_text
from kamcore.model.rebate import Condition, ConditionKind, Measure, RebateClause
from kamcore.model.tier import StatedFact, measure_name

__all__ = ["Finding", "Period", "condition_findings", "in_time", "named", "scope_findings"]

HUNDRED = Decimal(100)
_DECEMBER = 12
PRICE_BREACH = "price_breach"
"""The measure in which people state that a customer sold below the agreed price."""


@attrs.frozen
class Period:
    """The days that count, and the day from which facts are looked at."""

    since: dt.date
    until: dt.date
    as_of: dt.date

    def holds(self) -> pl.Expr:
        """Rows of sales within."""
        return pl.col("date").is_between(self.since, self.until)

    def year_before(self) -> "Period":
        """The same days a year earlier."""
        return Period(_year_before(self.since), _year_before(self.until), self.as_of)


@attrs.frozen
class Finding:
    """A condition, whether it is met, and the facts that say so.

    Without a `condition` it is about which sales count: product groups, items, returns.
    """

    condition: Condition | None
    met: bool
    zh: str
    en: str
    facts: Mapping[str, Any]

    @property
    def forfeits(self) -> bool:
        """True when the rebate is lost: not met, and not only some sales left out."""
        return not self.met and self.condition is not None and not self.condition.each

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The keys of a condition under ``--json``."""
        return {
            "text": self.zh if lang == "zh" else self.en,
            "met": self.met,
            "facts": dict(self.facts),
        }


def condition_findings(
    clause: RebateClause,
    sales: pl.DataFrame,
    period: Period,
    stated: Iterable[StatedFact] = (),
) -> tuple[Finding, ...]:
    """Look at every condition of a clause; `sales` are those the clause is about, of any day.

    `stated` is what people state of customers, those of others are left out.
    """
    own = tuple(one for one in stated if one.customer == clause.customer)
    return tuple(_findings(clause, sales, period, own))


def _findings(
    clause: RebateClause, sales: pl.DataFrame, period: Period, stated: tuple[StatedFact, ...]
) -> Iterator[Finding]:
    now = sales.filter(period.holds())
    counted = in_time(clause, now, period)
    for condition in clause.conditions:
        match condition.kind:
            case ConditionKind.PAID_ON_TIME:
                yield _paid_on_time(condition, now, period)
            case ConditionKind.MINIMUM:
                yield _minimum(condition, clause, _volume(clause, counted))
            case ConditionKind.GROWTH:
                earlier = period.year_before()
                before = _volume(clause, sales.filter(earlier.holds()))
                yield _growth(condition, clause, (_volume(clause, counted), before), earlier)
            case ConditionKind.REGULAR:
                yield _regular(condition, clause, counted, period)
            case ConditionKind.MIX:
                yield _mix(condition, clause, counted)
            case ConditionKind.VARIETY:
                yield _variety(condition, counted)
            case ConditionKind.NO_BREACH:
                yield _no_breach(condition, stated, period)
            case ConditionKind.STATED:
                yield _stated(condition, stated, period)


def scope_findings(
    clause: RebateClause, sales: pl.DataFrame, scoped: pl.DataFrame, period: Period
) -> tuple[Finding, ...]:
    """Which sales of the period count: product groups and items, and what became of returns.

    `sales` are all of the customer, `scoped` those the clause is about.  A limit to groups or
    items is met when any sale falls under it.
    """
    found = []
    now, counted = sales.filter(period.holds()), scoped.filter(period.holds())
    wanted = (*clause.groups, *clause.items)
    if wanted:
        listed = ", ".join(wanted)
        kept = counted.filter(pl.col("amount") > 0)["invoice"].n_unique()
        outside = _sum(now.filter(~named(clause)), "amount")
        facts = {"invoices": kept, "outside": money_text(outside, clause.currency)}
        zh, en = f"只计 {listed}", f"only {listed} count"
        found.append(Finding(None, kept > 0, zh, en, facts))
    returns = now.filter(named(clause), (pl.col("amount") < 0) | (pl.col("quantity") < 0))
    if not returns.is_empty():
        zh, en = ("退货已扣除", "returns deducted")
        if not clause.returns_deducted:
            zh, en = ("退货不扣", "returns left out")
        facts = {
            "returns": returns["invoice"].unique().sort().to_list(),
            "returned": money_text(_sum(returns, "amount"), clause.currency),
        }
        found.append(Finding(None, True, zh, en, facts))
    return tuple(found)


def named(clause: RebateClause) -> pl.Expr:
    """Sales of the groups and items the clause names; all, where it names none."""
    wanted = pl.lit(value=True)
    if clause.groups:
        wanted &= pl.col("group").is_in(list(clause.groups))
    if clause.items:
        wanted &= pl.col("item").is_in(list(clause.items))
    return wanted


def in_time(clause: RebateClause, sales: pl.DataFrame, period: Period) -> pl.DataFrame:
    """The sales that count: without late invoices where a condition leaves them out."""
    for condition in clause.conditions:
        if condition.kind is ConditionKind.PAID_ON_TIME and condition.each:
            sales = sales.filter(~_late(condition, period.as_of))
    return sales


def _late(condition: Condition, as_of: dt.date) -> pl.Expr:
    """Sales paid too late, or open although their time is over; returns owe nothing."""
    last = pl.col("due") + pl.duration(days=condition.grace_days)
    paid = pl.when(pl.col("paid") <= as_of).then(pl.col("paid"))
    late = pl.when(paid.is_null()).then(pl.lit(as_of) > last).otherwise(paid > last)
    return late.fill_null(value=False) & (pl.col("amount") > 0)


def _paid_on_time(condition: Condition, now: pl.DataFrame, period: Period) -> Finding:
    late = now.filter(_late(condition, period.as_of))
    invoices = late["invoice"].unique().sort().to_list()
    grace = condition.grace_days
    zh = "按期付款" + (f" (宽限 {grace} 天)" if grace else "")
    en = "paid on time" + (f" ({grace} days of grace)" if grace else "")
    if condition.each:
        zh, en = zh + ", 逾期的发票不计", en + ", late invoices do not count"
    facts = {
        "as_of": period.as_of.isoformat(),
        "invoices": now.filter(pl.col("amount") > 0)["invoice"].n_unique(),
        "late": invoices,
        "late_amount": money_text(_sum(late, "amount")),
    }
    return Finding(condition, not invoices, zh, en, facts)


def _minimum(condition: Condition, clause: RebateClause, volume: Decimal) -> Finding:
    least = _said(clause, condition.at_least)
    facts = {"volume": _said(clause, volume), "at_least": least}
    zh, en = f"采购不少于 {least}", f"purchases of at least {least}"
    return Finding(condition, volume >= condition.at_least, zh, en, facts)


def _growth(
    condition: Condition,
    clause: RebateClause,
    volumes: tuple[Decimal, Decimal],
    earlier: Period,
) -> Finding:
    volume, before = volumes
    percent = _percent(condition.at_least)
    # Growth over nothing cannot be stated as a share: without a year before it is not met.
    met = before > 0 and volume >= before * (1 + condition.at_least)
    facts = {
        "volume": _said(clause, volume),
        "before": _said(clause, before),
        "before_from": earlier.since.isoformat(),
        "before_to": earlier.until.isoformat(),
        "growth": f"{(volume / before - 1) * HUNDRED:.2f}%" if before else None,
    }
    zh, en = f"同比增长不低于 {percent}", f"growth over the year before of at least {percent}"
    return Finding(condition, met, zh, en, facts)


def _regular(
    condition: Condition, clause: RebateClause, counted: pl.DataFrame, period: Period
) -> Finding:
    """Months that are over by the end of the period; the one that still runs is not judged."""
    months = {
        (year, month): Decimal(0)
        for year, month in _months(period.since, period.until)
        if dt.date(year, month, calendar.monthrange(year, month)[1]) <= period.until
    }
    name = "amount" if clause.measure is Measure.AMOUNT else "quantity"
    for day, volume in counted.select("date", name).iter_rows():
        if (day.year, day.month) in months:
            months[day.year, day.month] += volume
    lacking = {
        f"{year}-{month:02d}": _said(clause, volume)
        for (year, month), volume in months.items()
        if volume < condition.at_least
    }
    least = _said(clause, condition.at_least)
    facts = {"months": len(months), "at_least": least, "below": lacking}
    zh, en = f"每月采购不少于 {least}", f"purchases of at least {least} in every month"
    return Finding(condition, not lacking, zh, en, facts)


def _months(since: dt.date, until: dt.date) -> Iterator[tuple[int, int]]:
    year, month = since.year, since.month
    while (year, month) <= (until.year, until.month):
        yield year, month
        year, month = (year, month + 1) if month < _DECEMBER else (year + 1, 1)


def _mix(condition: Condition, clause: RebateClause, counted: pl.DataFrame) -> Finding:
    wanted = pl.col("group").is_in(list(condition.groups)) | pl.col("item").is_in(
        list(condition.items)
    )
    part, whole = _volume(clause, counted.filter(wanted)), _volume(clause, counted)
    listed = ", ".join((*condition.groups, *condition.items))
    percent = _percent(condition.at_least)
    facts = {
        "part": _said(clause, part),
        "volume": _said(clause, whole),
        "share": f"{part / whole * HUNDRED:.2f}%" if whole > 0 else None,
    }
    met = whole > 0 and part >= whole * condition.at_least
    zh, en = f"{listed} 占比不低于 {percent}", f"{listed} at least {percent} of the volume"
    return Finding(condition, met, zh, en, facts)


def _variety(condition: Condition, counted: pl.DataFrame) -> Finding:
    """Items of which more was bought than taken back."""
    sums = counted.filter(pl.col("item") != "").group_by("item").agg(pl.col("amount").sum())
    items = sums.filter(pl.col("amount") > 0)["item"].sort().to_list()
    least = f"{condition.at_least.normalize():f}"
    facts = {"items": items, "count": len(items), "at_least": least}
    zh, en = f"采购品种不少于 {least} 个", f"at least {least} different items"
    return Finding(condition, len(items) >= condition.at_least, zh, en, facts)


def _no_breach(condition: Condition, stated: tuple[StatedFact, ...], period: Period) -> Finding:
    measure = condition.measure or PRICE_BREACH
    found = [
        one
        for one in stated
        if one.measure == measure and one.value > 0 and period.since <= one.on <= period.until
    ]
    facts = {
        "breaches": [
            {"date": one.on.isoformat(), "evidence": one.evidence, "person": one.person}
            for one in sorted(found, key=lambda one: one.on)
        ]
    }
    zh, en = f"期间无{measure_name(measure, 'zh')}", f"no {measure_name(measure)} in the period"
    return Finding(condition, not found, zh, en, facts)


def _stated(condition: Condition, stated: tuple[StatedFact, ...], period: Period) -> Finding:
    """The last statement known that still holds at the end of the period decides."""
    known = [
        one
        for one in stated
        if one.measure == condition.measure
        and one.on <= period.as_of
        and (one.until is None or period.until <= one.until)
    ]
    last = max(known, key=lambda one: one.on, default=None)
    wanted = condition.at_least or Decimal(1)
    facts = {
        "value": None if last is None else f"{last.value.normalize():f}",
        "stated_on": None if last is None else last.on.isoformat(),
        "evidence": "" if last is None else last.evidence,
        "person": "" if last is None else last.person,
    }
    least = f"{wanted.normalize():f}"
    zh = f"{measure_name(condition.measure, 'zh')}不低于 {least} (认定)"
    en = f"{measure_name(condition.measure)} stated at least {least}"
    return Finding(condition, last is not None and last.value >= wanted, zh, en, facts)


def _percent(share: Decimal) -> str:
    return f"{(share * HUNDRED).normalize():f}%"


def _volume(clause: RebateClause, sales: pl.DataFrame) -> Decimal:
    name = "amount" if clause.measure is Measure.AMOUNT else "quantity"
    return _sum(sales, name)


def _sum(sales: pl.DataFrame, name: str) -> Decimal:
    total: Decimal = sales.select(pl.col(name).sum()).item()
    return total


def _said(clause: RebateClause, volume: Decimal) -> str:
    if clause.measure is Measure.AMOUNT:
        return money_text(volume, clause.currency)
    return f"{volume.normalize():f}"


def _year_before(day: dt.date) -> dt.date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    # The last day of February answers the last day of February.
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(day.year - 1, day.month, last if is_last else min(day.day, last))
