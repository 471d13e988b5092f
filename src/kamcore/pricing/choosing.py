"""Which rules answer a question: by source, then priority, then how narrow their scope is.

Two different rules that are equal in all three contradict each other; nobody but the company can
say which is meant, so both are shown and no price is given.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

import attrs

from kamcore.errors import BooksError, Fault, UsageError
from kamcore.model.band import Span
from kamcore.model.price import PriceKind, PriceRule, Switch
from kamcore.model.promotion import Promotion
from kamcore.model.voucher import exact
from kamcore.place import Place
from kamcore.pricing.prices import Entry, Prices, R, Scope

__all__ = ["CONFLICT", "NO_PRICE", "Choice", "Question", "choose", "stock_quantity"]

CONFLICT = Fault(
    code="Q1103",
    zh="{customer} 的 {item} 在 {on} 有两条同等规则: {first} 与 {second}",
    en="two equal rules price {item} for {customer} on {on}: {first} and {second}",
    hint_zh="给其中一条写上优先级 (priority), 或缩小其范围或日期",
    hint_en="give one of them a priority, or narrow its scope or dates",
)
NO_PRICE = Fault(
    code="Q1104",
    zh="{customer} 的 {item} 在 {on} 没有价格 (数量 {quantity})",
    en="there is no price of {item} for {customer} on {on} (quantity {quantity})",
    hint_zh="查过的来源: {sources}",
    hint_en="sources looked at: {sources}",
)

DECIMALS = Decimal(1).scaleb(-10)
"""Quantities are kept to ten decimals, as in the books."""


@attrs.frozen(kw_only=True)
class Question:
    """What price is asked for: `quantity` in `unit` (blank: the stock unit), on the day `on`."""

    customer: str
    item: str
    quantity: Decimal = attrs.field(converter=exact)
    on: dt.date
    unit: str = ""
    campaign: str = ""
    currency: str = "CNY"


@attrs.frozen(kw_only=True)
class Choice:
    """The rows of the price list that an answer follows from."""

    item: str
    quantity: Decimal
    """In stock units."""
    main: Entry[PriceRule]
    base: Entry[PriceRule] | None = None
    promotion: Entry[Promotion] | None = None
    list_price: Entry[PriceRule] | None = None
    """What a promotion of its own starts from."""
    floor: Entry[PriceRule] | None = None


def stock_quantity(asked: Question, prices: Prices) -> Decimal:
    """The quantity asked for in stock units; that of a return (negative) counts as it was sold.

    Raises:
        UsageError: the item has no such unit.
    """
    quantity = asked.quantity * prices.factor(asked.item, asked.unit)
    return abs(quantity).quantize(DECIMALS)


def choose(asked: Question, prices: Prices) -> Choice:
    """Find the rows that answer a question.

    Raises:
        UsageError: nothing gives a price, or a unit is unknown.
        BooksError: two equal rules contradict each other.
    """
    seeking = _Seeking.of(asked, prices)
    main = next(filter(None, map(seeking.best, prices.policy.sources)), None)
    if main is None:
        sources = ", ".join(prices.policy.sources)
        raise UsageError(NO_PRICE.at(Place(), asked.item, **seeking.facts(), sources=sources))
    rule = main.rule
    base = None
    if main.own_price is None:
        base = seeking.best(rule.basis, stated=True)
    promotion = list_price = None
    if rule.switch is not Switch.STOP:
        promotion = seeking.offer()
        if promotion is not None and rule.switch is Switch.BEST:
            list_price = seeking.best(PriceKind.RETAIL, stated=True)
    return Choice(
        item=asked.item,
        quantity=seeking.quantity,
        main=main,
        base=base,
        promotion=promotion,
        list_price=list_price,
        floor=seeking.best(PriceKind.LIMIT, stated=True),
    )


def conflict_facts(first: PriceRule | Promotion, second: PriceRule | Promotion) -> dict[str, str]:
    """The two rules of a conflict, in a stable order."""
    both = sorted((_told(first), _told(second)))
    return {"first": both[0], "second": both[1]}


def _told(rule: PriceRule | Promotion) -> str:
    """A rule with what makes its rank: id, scope and priority."""
    scope = [
        f"{name}={value}"
        for name in ("customer", "grade", "item", "item_group", "campaign")
        if (value := getattr(rule, name))
    ]
    return f"{rule.id} ({', '.join([*scope, f'priority={rule.priority}'])})"


@attrs.frozen
class _Seeking:
    asked: Question
    prices: Prices
    quantity: Decimal
    scopes: tuple[Scope, ...]

    @classmethod
    def of(cls, asked: Question, prices: Prices) -> "_Seeking":
        grade = prices.grade_of(asked.customer, asked.on)
        group = prices.group_of(asked.item, asked.on)
        scopes = tuple(dict.fromkeys(_scopes(asked, grade, group)))
        return cls(asked, prices, stock_quantity(asked, prices), scopes)

    def best(self, kind: PriceKind, *, stated: bool = False) -> Entry[PriceRule] | None:
        """The row of a kind before all others; with `stated`, one that says a price itself."""
        rows = self.prices.entries_in(kind, self.scopes)
        return self._first(row for row in rows if not stated or row.own_price is not None)

    def offer(self) -> Entry[Promotion] | None:
        """The promotion before all others."""
        return self._first(self.prices.offers_in(self.scopes))

    def _first(self, rows: Iterable[Entry[R]]) -> Entry[R] | None:
        top: Entry[R] | None = None
        rival: Entry[R] | None = None
        for row in filter(self._holds, rows):
            if top is None or _rank(row) > _rank(top):
                top, rival = row, None
            elif _rank(row) == _rank(top):
                rival = row
        if top is not None and rival is not None:
            facts = {**self.facts(), **conflict_facts(top.rule, rival.rule)}
            raise BooksError(CONFLICT.at(Place(), self.asked.item, **facts))
        return top

    def _holds(self, row: Entry[R]) -> bool:
        if not row.since <= self.asked.on <= row.until:
            return False
        if row.rule.currency != self.asked.currency:
            return False
        if not self.prices.has_unit(self.asked.item, row.unit):
            return False
        span = row.span
        if row.unit:
            span = _scaled(span, self.prices.factor(self.asked.item, row.unit))
        return span.holds(self.quantity)

    def facts(self) -> dict[str, object]:
        asked = self.asked
        return {
            "customer": asked.customer,
            "item": asked.item,
            "on": asked.on,
            "quantity": f"{asked.quantity:f}",
        }


def _scaled(span: Span, factor: Decimal) -> Span:
    """A span of another unit in stock units."""
    end = None if span.end is None else span.end * factor
    start, ends = span.start * factor, (span.start_in, span.end_in)
    return Span(start=start, end=end, start_in=ends[0], end_in=ends[1])


def _rank(entry: Entry[R]) -> tuple[int, int]:
    return entry.rule.priority, entry.rule.specificity


def _scopes(asked: Question, grade: str, group: str) -> Iterator[Scope]:
    customers: Iterable[tuple[str, str]] = ((asked.customer, ""), ("", grade), ("", ""))
    items: Iterable[tuple[str, str]] = ((asked.item, ""), ("", group), ("", ""))
    for customer in customers:
        for item in items:
            for campaign in (asked.campaign, ""):
                yield (*customer, *item, campaign)
