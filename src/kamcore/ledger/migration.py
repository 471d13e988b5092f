"""Loss rates from how receivables migrate from bucket to bucket (迁徙率).

The share of a bucket that is found in the next one a year later, with what was written off from
it: a write-off is no collection.  Products of these shares give the loss rate of each bucket.
The method is common practice of auditors (Beijing CPA institute 2020 no. 3).
"""

import itertools
from collections.abc import Sequence
from decimal import Decimal, localcontext

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.place import Place

__all__ = ["MigrationRates", "migration_rates"]

TOO_SHORT = Fault(
    code="L1301",
    zh="计算迁徙率至少要两年、每年相同的账龄段, 且上年余额不为零",
    en="migration rates need two years or more with the same buckets, none of them empty",
)

_PRECISION = 50


@attrs.frozen
class MigrationRates:
    """Average migration per bucket but the last, and loss rates per bucket, as fractions."""

    migration: tuple[Decimal, ...]
    loss: tuple[Decimal, ...]


def migration_rates(
    years: Sequence[Sequence[Decimal]],
    written_off: Sequence[Sequence[Decimal]] | None = None,
    *,
    forward: Decimal = Decimal(0),
    last: Decimal = Decimal(1),
) -> MigrationRates:
    """Migration and loss rates from the bucket balances of consecutive years, oldest year first.

    `written_off` has the amounts written off per bucket in each year but the first.  The last
    bucket is open, so the step into it is measured over itself and the one before.  `last` is
    its loss rate, `forward` the adjustment for what is foreseen; rates never exceed one.

    Raises:
        UsageError: there are too few years, buckets differ, or a divisor is zero.
    """
    count = len(years[0]) if years else 0
    bad = len(years) < 2 or count < 2 or any(len(year) != count for year in years)  # noqa: PLR2004
    if bad:
        raise UsageError(TOO_SHORT.at(Place(), len(years)))
    none = [Decimal(0)] * count
    with localcontext() as context:
        context.prec = _PRECISION
        steps = []
        for number, (before, after) in enumerate(itertools.pairwise(years)):
            lost = written_off[number] if written_off else none
            steps.append(_steps(before, after, lost))
        averages = [sum(step) / len(steps) for step in zip(*steps, strict=True)]
        loss = [last]
        for average in reversed(averages):
            loss.insert(0, average * loss[0])
        adjusted = [min(rate * (1 + forward), Decimal(1)) for rate in loss]
    return MigrationRates(tuple(averages), tuple(adjusted))


def _steps(
    before: Sequence[Decimal], after: Sequence[Decimal], lost: Sequence[Decimal]
) -> list[Decimal]:
    """One year's migration per bucket but the last."""
    final = len(before) - 2
    found = []
    for place in range(final + 1):
        base, moved = before[place], after[place + 1] + lost[place]
        if place == final:
            base, moved = base + before[-1], moved + lost[-1]
        if not base:
            raise UsageError(TOO_SHORT.at(Place(), place))
        found.append(moved / base)
    return found
