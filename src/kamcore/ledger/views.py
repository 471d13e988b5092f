"""Tables with a column per month: account by month, customer by month."""

from collections.abc import Iterable
from typing import Any

import narwhals as nw

from kamcore.errors import Fault, UsageError
from kamcore.ledger.balances import FIGURES, Shape, lazy_balances
from kamcore.ledger.engine import SUM, Source, open_frames
from kamcore.ledger.movements import HUNDRED, ordinal
from kamcore.ledger.selection import Scope, key_columns, live_lines
from kamcore.place import Place

__all__ = ["by_month"]

BAD_FIGURE = Fault(
    code="L1023",
    zh="没有名为「{value}」的数, 可用 {known}",
    en="there is no figure {value!r}; choose from {known}",
)
NET = "net"


def by_month(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    figure: str = "net",
    *,
    account: str | Iterable[str] | None = None,
    by: str | Iterable[str] = "account",
    detail: int | str = "leaf",
    booked_only: bool = False,
) -> Any:
    """One figure per month: a row per account or member, a column per period (``2025-03``).

    `figure` is ``net`` (debit less credit), or one of opening, debit, credit, ytd_debit,
    ytd_credit, closing; amounts in base currency.  `by` may hold ``account`` and dimensions.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the figure or a dimension is not known.
    """
    if figure not in (NET, *FIGURES):
        raise UsageError(BAD_FIGURE.at(Place(), figure, known=", ".join((NET, *FIGURES))))
    frames = open_frames(source)
    scope = Scope(accounts=account, by=by, booked_only=booked_only)
    keys = key_columns(frames, scope.by)
    if "account" in scope.by:
        keys = ("account", *keys)
    rows = lazy_balances(frames, scope, None, Shape(detail=detail))
    value = nw.col("debit") - nw.col("credit") if figure == NET else nw.col(figure)
    zero = nw.lit(0).cast(SUM)
    sums = [
        nw.when(ordinal() == number).then(value).otherwise(zero).sum().alias(label)
        for number, label in _months(frames, scope)
    ]
    return frames.give(rows.group_by(*keys).agg(*sums).sort(*keys))


def _months(frames: Any, scope: Scope) -> list[tuple[int, str]]:
    """The periods of the lines, as numbers and as headings."""
    lines = live_lines(frames, scope, ("year", "period"), ("account",))
    found = lines.select("year", "period").drop_nulls().unique().collect()
    pairs = sorted(zip(found["year"].to_list(), found["period"].to_list(), strict=True))
    return [(year * HUNDRED + period, f"{year}-{period:02}") for year, period in pairs]
