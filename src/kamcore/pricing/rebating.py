"""Rebates (返利): what is earned on the sales of a period, and what is still due.

Every settlement is the difference between what is earned from the first day of the period and what
was settled before, so that any way of splitting the period adds up to the same figure.  Nothing is
rounded before the end.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books.schema import AMOUNT, RATE
from kamcore.errors import Fault, UsageError
from kamcore.ledger.draft import money_text
from kamcore.model.band import Band
from kamcore.model.rebate import Measure, RebateClause, RebateMethod, Sale
from kamcore.model.tier import StatedFact
from kamcore.place import Place
from kamcore.pricing.conditions import (
    Finding,
    Period,
    condition_findings,
    in_time,
    named,
    scope_findings,
)

__all__ = ["BandShare", "Rebate", "rebate", "sales_frame"]

NO_COLUMN = Fault(
    code="Q1203",
    zh="销售事实缺少列 {value}",
    en="the sales have no column {value}",
)
NOT_EXACT = Fault(
    code="Q1204",
    zh="销售事实的列 {value} 是 {found}, 应为 {wants}",
    en="column {value} of the sales is {found}, not {wants}",
    hint_zh="金额和数量用 Decimal, 不接受浮点数",
    hint_en="amounts and quantities are Decimal, never float",
)

ZERO = Decimal(0)

SALES: dict[str, pl.DataType] = {
    "date": pl.Date(),
    "customer": pl.String(),
    "item": pl.String(),
    "group": pl.String(),
    "quantity": RATE,
    "amount": AMOUNT,
    "invoice": pl.String(),
    "order": pl.String(),
    "due": pl.Date(),
    "paid": pl.Date(),
}
"""Columns of a frame of sales; see `kamcore.model.rebate.Sale`."""


@attrs.frozen
class BandShare:
    """What one band gives: the volume at its rate, and the amount of rebate, unrounded."""

    start: Decimal
    end: Decimal | None
    rate: Decimal
    volume: Decimal
    amount: Decimal


@attrs.frozen(kw_only=True)
class Rebate:
    """A rebate from `since` to `until`, both included.

    `volume` is in the measure of the clause, `entitlement` rounded by its rule; `due` may be
    negative when more was settled than is earned.
    """

    clause: RebateClause
    since: dt.date
    until: dt.date
    volume: Decimal
    entitlement: Decimal
    settled_before: Decimal
    bands: tuple[BandShare, ...]
    conditions: tuple[Finding, ...]

    @property
    def due(self) -> Decimal:
        """What is still to be given."""
        return self.entitlement - self.settled_before

    @property
    def is_earned(self) -> bool:
        """True when no condition forfeits it."""
        return not any(found.forfeits for found in self.conditions)

    @property
    def net(self) -> Decimal:
        """The part of what is due that is no tax."""
        if not self.clause.tax_included:
            return self.due
        return self.clause.rounding.of(self.due / (1 + self.clause.tax_rate))

    @property
    def tax(self) -> Decimal:
        """The part of what is due that is tax."""
        return self.due - self.net

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The keys of a rebate under ``--json``, but for the drafts."""
        clause = self.clause
        is_amount = clause.measure is Measure.AMOUNT
        red = clause.form.needs_red_invoice and self.due > 0
        return {
            "clause": clause.id,
            "contract": clause.contract,
            "customer": clause.customer,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "method": str(clause.method),
            "measure": str(clause.measure),
            "volume": money_text(self.volume) if is_amount else f"{self.volume.normalize():f}",
            "entitlement": money_text(self.entitlement, clause.currency),
            "settled_before": money_text(self.settled_before, clause.currency),
            "due": money_text(self.due, clause.currency),
            "form": str(clause.form),
            "red_invoice": {
                "needed": red,
                "net": money_text(self.net),
                "tax": money_text(self.tax),
            },
            "conditions": [found.to_json(lang) for found in self.conditions],
            "bands": [
                {
                    "from": f"{band.start:f}",
                    "to": None if band.end is None else f"{band.end:f}",
                    "rate": f"{band.rate.normalize():f}",
                    "volume": f"{band.volume.normalize():f}",
                    "amount": money_text(band.amount, clause.currency),
                }
                for band in self.bands
            ],
        }


def sales_frame(sales: Iterable[Sale]) -> pl.DataFrame:
    """Sales as the frame that `rebate` takes.

    >>> sales_frame([]).columns[:3]
    ['date', 'customer', 'item']
    """
    rows = [tuple(getattr(sale, name) for name in SALES) for sale in sales]
    return pl.DataFrame(rows, schema=SALES, orient="row")


def rebate(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    clause: RebateClause,
    sales: pl.DataFrame | Iterable[Sale],
    *,
    since: dt.date,
    until: dt.date,
    settled: Decimal = ZERO,
    as_of: dt.date | None = None,
    stated: Iterable[StatedFact] = (),
) -> Rebate:
    """What a clause gives on the sales from `since` to `until`, less what was `settled` before.

    Sales are a frame with the columns of `SALES` or `Sale` values; those of other customers,
    groups and days are left out.  Payments count that are known on `as_of` (else on `until`);
    `stated` is what people state of customers, for conditions that ask for it.
    Bands of a quantity with a share as rate take the average price of the period.

    Raises:
        UsageError: a column is missing or has another type (a float above all).
    """
    frame = _checked(sales if isinstance(sales, pl.DataFrame) else sales_frame(sales))
    period = Period(max(since, clause.valid_from), min(until, clause.valid_to), as_of or until)
    owned = frame.filter(pl.col("customer") == clause.customer)
    scoped = _scoped(owned, clause)
    findings = condition_findings(clause, scoped, period, stated)
    counted = in_time(clause, scoped.filter(period.holds()), period)
    quantity, amount = counted.select(pl.col("quantity").sum(), pl.col("amount").sum()).row(0)
    by_amount = clause.measure is Measure.AMOUNT
    volume: Decimal = amount if by_amount else quantity
    bands = _bands(clause, counted, volume, Decimal(amount))
    earned = not any(found.forfeits for found in findings)
    total = sum((band.amount for band in bands), ZERO) if earned else ZERO
    return Rebate(
        clause=clause,
        since=since,
        until=until,
        volume=volume,
        entitlement=clause.rounding.of(total),
        settled_before=settled,
        bands=bands,
        conditions=(*findings, *scope_findings(clause, owned, scoped, period)),
    )


def _checked(frame: pl.DataFrame) -> pl.DataFrame:
    for name, wanted in SALES.items():
        if name not in frame.columns:
            raise UsageError(NO_COLUMN.at(Place(), name))
        found = frame.schema[name]
        # Other decimals are money all the same; a column of nulls has no type yet.
        decimals = found.is_decimal() and wanted.is_decimal()
        if not decimals and found not in (wanted, pl.Null()):
            raise UsageError(NOT_EXACT.at(Place(), name, found=found, wants=wanted))
    return frame.select(pl.col(name).cast(kind) for name, kind in SALES.items())


def _scoped(frame: pl.DataFrame, clause: RebateClause) -> pl.DataFrame:
    """Those sales of the customer that the clause is about."""
    wanted = named(clause)
    if not clause.returns_deducted:
        wanted &= (pl.col("amount") >= 0) & (pl.col("quantity") >= 0)
    return frame.filter(wanted)


def _bands(
    clause: RebateClause, counted: pl.DataFrame, volume: Decimal, amount: Decimal
) -> tuple[BandShare, ...]:
    if clause.method is RebateMethod.LINE:
        return tuple(_by_group(clause, counted))
    if clause.method is RebateMethod.WHOLE:
        rate = clause.rate or ZERO
        return (_share(clause, (ZERO, None), rate, volume, (volume, amount)),)
    shares = []
    below: Decimal | None = None
    for band in clause.bands:
        part = _part(clause, band, volume, below)
        below = band.end
        if part is not None:
            edges = (band.start, band.end)
            shares.append(_share(clause, edges, band.rate or ZERO, part, (volume, amount)))
    return tuple(shares)


def _part(
    clause: RebateClause, band: Band, volume: Decimal, below: Decimal | None
) -> Decimal | None:
    """How much of the volume a band takes; None when it takes no part."""
    if clause.method is RebateMethod.BAND_TOTAL:
        return volume if band.holds(volume) else None
    start = band.start
    # Bands of whole units (0-14, from 15) leave no gap: a part starts where the last one ended.
    if below is not None and clause.measure is Measure.QUANTITY and start - below <= 1:
        start = below
    if volume <= start:
        return None
    return (volume if band.end is None else min(volume, band.end)) - start


def _share(
    clause: RebateClause,
    edges: tuple[Decimal, Decimal | None],
    rate: Decimal,
    part: Decimal,
    totals: tuple[Decimal, Decimal],
) -> BandShare:
    """A part of the volume at a rate: of its money, or per unit."""
    volume, amount = totals
    if clause.per_unit or clause.measure is Measure.AMOUNT:
        given = part * rate
    else:
        given = amount * part / volume * rate if volume else ZERO
    return BandShare(*edges, rate, part, given)


def _by_group(clause: RebateClause, counted: pl.DataFrame) -> Iterable[BandShare]:
    """The method ``line``: sums per group, since every line of a group has one rate."""
    sums = counted.group_by("group").agg(pl.col("quantity").sum(), pl.col("amount").sum())
    by_amount = clause.measure is Measure.AMOUNT
    for group, quantity, amount in sums.sort("group", nulls_last=True).iter_rows():
        rate = clause.group_rates.get(group or "", clause.rate or ZERO)
        volume = amount if by_amount else quantity
        given = (quantity if clause.per_unit else amount) * rate
        yield BandShare(ZERO, None, rate, volume, given)
