"""How far a contract is carried out (执行情况): plan against orders, invoices and receipts.

Every difference between what was planned and what was invoiced is taken apart into causes that
add up to it: ordered less or more than planned, ordered and not delivered, delivered and not
invoiced, returned, and, where quantities are known, sold at another price.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import attrs

from kamcore.model.contract import CollectionLine, ContractVersion, PlanLine
from kamcore.model.word import Word

ZERO = Decimal(0)


class MovementKind(Word):
    """What happened under a contract."""

    ORDER = "order", "订单"
    DELIVERY = "delivery", "发货"
    INVOICE = "invoice", "开票"
    RETURN = "return", "退货"
    RECEIPT = "receipt", "收款"


class Cause(Word):
    """Why what was invoiced is not what was planned."""

    NOT_ORDERED = "not_ordered", "未下单"
    OVER_ORDERED = "over_ordered", "超计划下单"
    NOT_DELIVERED = "not_delivered", "已下单未发货"
    NOT_INVOICED = "not_invoiced", "已发货未开票"
    EARLIER = "earlier", "本期开票属前期业务"
    NOT_TRACED = "not_traced", "无订单记录的开票差异"
    RETURNED = "returned", "退货"
    PRICE = "price", "价格差异"


@attrs.frozen(kw_only=True)
class Movement:
    """Something that happened under a contract on a day; returns are positive amounts."""

    on: dt.date
    kind: MovementKind
    amount: Decimal
    quantity: Decimal | None = None
    item: str = ""
    reference: str = ""


@attrs.frozen
class Part:
    """A cause with the part of the difference it explains, signed."""

    cause: Cause
    amount: Decimal


@attrs.frozen(kw_only=True)
class ExecutionLine:
    """One line of the plan with what came of it."""

    plan: PlanLine
    ordered: Decimal
    delivered: Decimal
    invoiced: Decimal
    """Invoices less returns."""
    returned: Decimal
    quantity: Decimal | None
    parts: tuple[Part, ...]

    @property
    def planned(self) -> Decimal:
        """The amount planned."""
        return self.plan.amount or ZERO

    @property
    def variance(self) -> Decimal:
        """What was invoiced beyond the plan, negative when less."""
        return self.invoiced - self.planned

    @property
    def rate(self) -> Decimal | None:
        """The share of the plan that was invoiced."""
        return self.invoiced / self.planned if self.planned else None


@attrs.frozen(kw_only=True)
class CollectedLine:
    """One line of the collection plan with what was received for it."""

    plan: CollectionLine
    received: Decimal

    @property
    def outstanding(self) -> Decimal:
        """What is still to come."""
        return self.plan.amount - self.received


@attrs.frozen(kw_only=True)
class Execution:
    """How far a contract is carried out on a day."""

    lines: tuple[ExecutionLine, ...]
    collected: tuple[CollectedLine, ...]
    unplanned: Decimal
    """Invoiced on days or for items no plan line covers."""
    received: Decimal
    received_beyond: Decimal
    """Received beyond the collection plan."""

    def overdue(self, on: dt.date) -> Decimal:
        """What the collection plan wanted before a day and was not received."""
        due = [line.outstanding for line in self.collected if line.plan.due < on]
        return sum(due, ZERO)


def execution(terms: ContractVersion, movements: Iterable[Movement], on: dt.date) -> Execution:
    """Plan against what happened up to a day; each movement counts to one plan line only.

    A movement counts to the first line whose days hold it and whose item is its own or blank.
    Receipts fill the collection plan from its first day on.
    """
    happened = sorted((one for one in movements if one.on <= on), key=lambda one: one.on)
    lines = sorted(
        terms.annual_plan, key=lambda line: (not line.item, line.span.first, line.span.last)
    )
    own: dict[int, list[Movement]] = {index: [] for index in range(len(lines))}
    unplanned = ZERO
    for one in happened:
        if one.kind is MovementKind.RECEIPT:
            continue
        index = _line_of(lines, one)
        if index is not None:
            own[index].append(one)
        elif one.kind is MovementKind.INVOICE:
            unplanned += one.amount
        elif one.kind is MovementKind.RETURN:
            unplanned -= one.amount
    there = {one.kind for one in happened}
    receipts = [one.amount for one in happened if one.kind is MovementKind.RECEIPT]
    received = sum(receipts, ZERO)
    collected, beyond = split_receipts(terms.collection_plan, received)
    return Execution(
        lines=tuple(_executed(line, own[index], there) for index, line in enumerate(lines)),
        collected=collected,
        unplanned=unplanned,
        received=received,
        received_beyond=beyond,
    )


def split_receipts(
    plan: Sequence[CollectionLine], received: Decimal
) -> tuple[tuple[CollectedLine, ...], Decimal]:
    """What was received, split over the plan from its first day on, and what is left over."""
    left = received
    found = []
    for line in sorted(plan, key=lambda one: one.due):
        taken = max(ZERO, min(left, line.amount))
        left -= taken
        found.append(CollectedLine(plan=line, received=taken))
    return tuple(found), left


def _line_of(lines: Sequence[PlanLine], one: Movement) -> int | None:
    for index, line in enumerate(lines):
        if one.on in line.span and line.item in ("", one.item):
            return index
    return None


def _executed(
    line: PlanLine, movements: Sequence[Movement], there: set[MovementKind]
) -> ExecutionLine:
    total = {
        kind: sum((one.amount for one in movements if one.kind is kind), ZERO)
        for kind in MovementKind
    }
    returned = total[MovementKind.RETURN]
    quantities = [
        one.quantity if one.kind is MovementKind.INVOICE else -one.quantity
        for one in movements
        if one.quantity is not None and one.kind in (MovementKind.INVOICE, MovementKind.RETURN)
    ]
    made = ExecutionLine(
        plan=line,
        ordered=total[MovementKind.ORDER],
        delivered=total[MovementKind.DELIVERY],
        invoiced=total[MovementKind.INVOICE] - returned,
        returned=returned,
        quantity=sum(quantities, ZERO) if quantities else None,
        parts=(),
    )
    return attrs.evolve(made, parts=tuple(part for part in _parts(made, there) if part.amount))


def _parts(line: ExecutionLine, there: set[MovementKind]) -> Iterator[Part]:
    """The causes of a difference; together they are the whole of it.

    `there` are the kinds of movement that are recorded at all: without any orders nothing says
    whether something was not ordered or not delivered.
    """
    left = line.variance
    if line.returned:
        yield Part(Cause.RETURNED, -line.returned)
        left += line.returned
    price = _price_part(line)
    if price is not None:
        yield Part(Cause.PRICE, price)
        left -= price
    gross = line.invoiced + line.returned
    if MovementKind.ORDER in there:
        ordered = line.ordered - line.planned - (price or ZERO)
        yield Part(Cause.OVER_ORDERED if ordered > 0 else Cause.NOT_ORDERED, ordered)
        left -= ordered
        before = line.ordered
        if MovementKind.DELIVERY in there:
            short = line.delivered - line.ordered
            yield Part(Cause.NOT_DELIVERED if short < 0 else Cause.EARLIER, short)
            left -= short
            before = line.delivered
        rest = gross - before
        yield Part(Cause.NOT_INVOICED if rest < 0 else Cause.EARLIER, rest)
        left -= rest
    yield Part(Cause.NOT_TRACED, left)


def _price_part(line: ExecutionLine) -> Decimal | None:
    """What another price than the planned one makes, at the quantity invoiced."""
    if not line.plan.quantity or line.plan.amount is None or line.quantity is None:
        return None
    if line.quantity <= 0 or line.returned:
        return None
    at_plan = (line.plan.amount * line.quantity / line.plan.quantity).quantize(Decimal("0.01"))
    return line.invoiced - at_plan
