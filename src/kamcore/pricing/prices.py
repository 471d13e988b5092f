"""A company's prices: rules, promotions, grades, groups and units, ready to be asked.

A version of a rule holds from its first day until the day before the next version of the same id
begins, so that adding a version never changes an answer for an earlier day.
"""

import datetime as dt
import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Generic, TypeVar

import attrs

from kamcore.errors import BooksError, Fault, UsageError
from kamcore.model.band import Band, Span, spans
from kamcore.model.price import Membership, PriceKind, PricePolicy, PriceRule, Unit
from kamcore.model.promotion import Promotion
from kamcore.place import Place

__all__ = ["Entry", "Prices", "Scope"]

SAME_START = Fault(
    code="Q1101",
    zh="规则 {value} 有两个版本的生效日相同: {since_zh}",
    en="rule {value!r} has two versions that start on the same day: {since}",
    hint_zh="后一版写自己的生效日; 已答过的价格不会改写",
    hint_en="give the later version a day of its own; answers given are not rewritten",
)
UNKNOWN_UNIT = Fault(
    code="Q1102",
    zh="品目 {item} 没有计量单位「{value}」",
    en="item {item} has no unit {value!r}",
    hint_zh="已知单位: {known}",
    hint_en="its units are {known}",
)

ONE = Decimal(1)
ONE_DAY = dt.timedelta(days=1)

Scope = tuple[str, str, str, str, str]
"""Customer, grade, item, item group, campaign; empty is any."""

R = TypeVar("R", PriceRule, Promotion)


@attrs.frozen
class Entry(Generic[R]):
    """One row of the price list: a rule, or one band of it, with the days it is in force."""

    rule: R
    span: Span
    band: Band | None
    since: dt.date
    until: dt.date

    @property
    def scope(self) -> Scope:
        """What it must meet."""
        rule = self.rule
        return (rule.customer, rule.grade, rule.item, rule.item_group, rule.campaign)

    @property
    def own_price(self) -> Decimal | None:
        """The price it states itself, if it does."""
        stated = self.band.price if self.band is not None else None
        return self.rule.price if stated is None else stated

    @property
    def unit(self) -> str:
        """The unit its span counts in; blank is the stock unit."""
        return self.rule.unit if isinstance(self.rule, PriceRule) else ""


@attrs.frozen(kw_only=True)
class Prices:
    """Everything a price follows from.

    `grades` say which grade a customer has from a day on, `groups` which group an item is in;
    `units` how many stock units another unit holds.  An item without units has only its stock
    unit, whatever it is called; a rule per unit is about the items that come in it.

    Questions raise BooksError when two versions of a rule start on the same day, and UsageError
    when a rule names an item and a unit that the item does not have.
    """

    rules: tuple[PriceRule, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    grades: tuple[Membership, ...] = ()
    groups: tuple[Membership, ...] = ()
    units: tuple[Unit, ...] = ()
    policy: PricePolicy = PricePolicy()

    def grade_of(self, customer: str, on: dt.date) -> str:
        """The grade of a customer on a day; empty when there is none."""
        return _as_of(self._grade_dates.get(customer), on)

    def group_of(self, item: str, on: dt.date) -> str:
        """The group of an item on a day; empty when there is none."""
        return _as_of(self._group_dates.get(item), on)

    def factor(self, item: str, unit: str) -> Decimal:
        """Stock units in one `unit` of an item.

        Raises:
            UsageError: the item has units, and this is none of them.
        """
        known = self._factors.get(item)
        if not unit or known is None:
            return ONE
        if unit not in known:
            listed = ", ".join(sorted(known))
            raise UsageError(UNKNOWN_UNIT.at(Place(), unit, item=item, known=listed))
        return known[unit]

    @cached_property
    def entries(self) -> tuple[Entry[PriceRule], ...]:
        """Every row of the price list, versions cut where the next one begins."""
        for rule in self.rules:
            if rule.item:
                self.factor(rule.item, rule.unit)
        return tuple(_entries_of(self.rules))

    @cached_property
    def offers(self) -> tuple[Entry[Promotion], ...]:
        """Every promotion as a row, versions cut where the next one begins."""
        return tuple(_entries_of(self.promotions))

    def has_unit(self, item: str, unit: str) -> bool:
        """Say whether an item comes in a unit."""
        return not unit or item not in self._factors or unit in self._factors[item]

    def entries_in(self, kind: PriceKind, scopes: Iterable[Scope]) -> Iterator[Entry[PriceRule]]:
        """The rows of a kind of price in any of the scopes."""
        kept = self._by_scope.get(kind, {})
        return itertools.chain.from_iterable(kept.get(scope, ()) for scope in scopes)

    def offers_in(self, scopes: Iterable[Scope]) -> Iterator[Entry[Promotion]]:
        """The promotions in any of the scopes."""
        kept = self._offers_by_scope
        return itertools.chain.from_iterable(kept.get(scope, ()) for scope in scopes)

    @cached_property
    def _by_scope(self) -> Mapping[PriceKind, Mapping[Scope, list[Entry[PriceRule]]]]:
        kept: dict[PriceKind, dict[Scope, list[Entry[PriceRule]]]] = {}
        for entry in self.entries:
            of_kind = kept.setdefault(entry.rule.kind, {})
            of_kind.setdefault(entry.scope, []).append(entry)
        return kept

    @cached_property
    def _offers_by_scope(self) -> Mapping[Scope, list[Entry[Promotion]]]:
        kept: dict[Scope, list[Entry[Promotion]]] = defaultdict(list)
        for entry in self.offers:
            kept[entry.scope].append(entry)
        return dict(kept)

    @cached_property
    def _grade_dates(self) -> Mapping[str, list[tuple[dt.date, str]]]:
        return _dated(self.grades)

    @cached_property
    def _group_dates(self) -> Mapping[str, list[tuple[dt.date, str]]]:
        return _dated(self.groups)

    @cached_property
    def _factors(self) -> Mapping[str, Mapping[str, Decimal]]:
        found: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for unit in self.units:
            found[unit.item][unit.unit] = unit.factor
        return dict(found)

    def including(self, *rules: PriceRule) -> "Prices":
        """These prices with further rules, or further versions of rules."""
        return attrs.evolve(self, rules=(*self.rules, *rules))


def _entries_of(rules: Iterable[R]) -> Iterator[Entry[R]]:
    versions: dict[str, list[R]] = defaultdict(list)
    for rule in rules:
        versions[rule.id].append(rule)
    for alike in versions.values():
        alike.sort(key=lambda rule: rule.valid_from)
        following = [rule.valid_from for rule in alike[1:]]
        for rule, next_one in itertools.zip_longest(alike, following):
            until = rule.valid_to
            if next_one is not None:
                if next_one == rule.valid_from:
                    dated = next_one > dt.date.min
                    facts = {
                        "since": next_one if dated else "no date",
                        "since_zh": next_one if dated else "未写日期",
                    }
                    raise BooksError(SAME_START.at(Place(), rule.id, **facts))
                until = min(until, next_one - ONE_DAY)
            yield from _rows_of(rule, until)


def _rows_of(rule: R, until: dt.date) -> Iterator[Entry[R]]:
    if isinstance(rule, PriceRule) and rule.by_amount:
        # The amount is known only when the price is: the band is found then.
        yield Entry(rule, Span(), None, rule.valid_from, until)
        return
    # A list price with bands holds outside them too; a mere discount ends with its bands.
    gaps = not rule.bands or (isinstance(rule, PriceRule) and rule.price is not None)
    for span, band in spans(rule.bands, gaps=gaps):
        yield Entry(rule, span, band, rule.valid_from, until)


def _dated(memberships: Iterable[Membership]) -> dict[str, list[tuple[dt.date, str]]]:
    found: dict[str, list[tuple[dt.date, str]]] = defaultdict(list)
    for one in sorted(memberships, key=lambda one: one.since):
        found[one.member].append((one.since, one.group))
    return dict(found)


def _as_of(dated: list[tuple[dt.date, str]] | None, on: dt.date) -> str:
    if not dated:
        return ""
    last = bisect_right(dated, on, key=lambda pair: pair[0])
    return dated[last - 1][1] if last else ""
