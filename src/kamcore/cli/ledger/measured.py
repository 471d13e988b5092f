"""Figures of one measure, over members and a period: what ``balance`` and ``ledger`` share."""

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import polars as pl

from kamcore.cli.shell.asking import (
    Asked,
    by_option,
    measure_option,
    period_option,
    shared_options,
    split,
)
from kamcore.cli.shell.figures import decimals
from kamcore.format import Reading
from kamcore.ledger.balances import FIGURES, balances, measure_of, span_of
from kamcore.ledger.selection import Scope, describe
from kamcore.reports.balances import MEASURE_WORDS

__all__ = ["Measured", "measured_balances", "measured_options", "places", "policy", "words"]


@attrs.frozen(kw_only=True)
class Measured(Asked):
    """Which members, period and measure a table of figures is asked for."""

    by: str = ""
    period: str | None = attrs.field(default=None)
    measure: str = "base"

    @period.validator
    def _check_period(self, _attribute: object, value: str | None) -> None:
        if value is not None:
            span_of(value)


def measured_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `Measured` and those of every command over a ledger."""
    for add in (
        shared_options,
        measure_option("base", "fx", "quantity"),
        period_option,
        by_option,
    ):
        command = add(command)
    return command


def measured_balances(
    reading: Reading, asked: Measured, account: str | Sequence[str] | None, **narrowed: Any
) -> pl.DataFrame:
    """The balances of the measure, under the plain names of their figures.

    `narrowed` may give another `by` or `period` than what was asked.
    """
    span = {"by": split(asked.by), "period": asked.period, **narrowed}
    frame: pl.DataFrame = balances(
        reading.books, account=account, measures=[asked.measure], **span
    )
    if asked.measure == "fx":
        frame = frame.filter(pl.col("currency") != reading.books.entity.base_currency)
    prefix = measure_of(asked.measure).prefix
    return frame.rename({prefix + name: name for name in FIGURES})


def words(reading: Reading, asked: Measured) -> tuple[str, str]:
    """The measure in Chinese and in English: the base currency by its code."""
    base = reading.books.entity.base_currency
    return (base, base) if asked.measure == "base" else MEASURE_WORDS[asked.measure]


def places(reading: Reading, asked: Measured) -> int | None:
    """Decimals of the figures; None where each row has those of its currency."""
    return {"base": decimals(reading), "quantity": 0}.get(asked.measure)


def policy(scope: Scope, reading: Reading, asked: Measured) -> dict[str, Any]:
    """What `--json` says of how the figures were made."""
    base = reading.books.entity.base_currency
    return {**describe(scope), "measure": asked.measure, "base_currency": base}
