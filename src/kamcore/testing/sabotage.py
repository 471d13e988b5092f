"""Breaking a format on purpose: a kit that does not notice proves nothing.

Each sabotage changes what the reader gives or what the writer gets, in one way a real mistake
would.  The laws must catch every one; those they miss show what the samples do not say.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.format import Fact, Format, Losses, Options, Reading, Source
from kamcore.testing.checking import Outcome, run_law, suite_of

__all__ = ["SABOTAGES", "Attempt", "Sabotage", "sabotaged", "try_sabotages"]

_TELLING = (
    "samples_read_as_agreed",
    "amounts_are_those_of_the_sheet",
    "entries_balance_or_are_reported",
    "what_is_declared_is_kept",
    "loss_report_is_exact",
    "hostile_text_survives",
)
"""Laws that can tell, the quickest first."""


@attrs.frozen
class Sabotage:
    """One way to break a reader or a writer."""

    name: str
    zh: str
    en: str
    fact: Fact
    """What is spoilt: a format without it cannot be broken this way."""
    change: Callable[[Books], Books]
    in_writer: bool = False


@attrs.frozen(kw_only=True)
class Attempt:
    """A sabotage tried on a format: the law that caught it, empty when none did."""

    sabotage: Sabotage
    in_writer: bool
    caught_by: str = ""
    said: str = ""


def _lines(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Books], Books]:
    return lambda books: books.replace(lines=change(books.lines))


def _sides(change: Callable[[str], pl.Expr]) -> Callable[[Books], Books]:
    return _lines(
        lambda lines: lines.with_columns(
            change(side).cast(schema.AMOUNT).alias(side) for side in ("debit", "credit")
        )
    )


def _without_last_voucher(books: Books) -> Books:
    earlier = pl.col("voucher_id") != books.vouchers["voucher_id"].max()
    return books.replace(
        vouchers=books.vouchers.filter(earlier),
        lines=books.lines.filter(earlier),
        cash_flows=books.cash_flows.filter(earlier),
    )


def _a_day_later(books: Books) -> Books:
    later = pl.col("date").dt.offset_by("1d")
    return books.replace(
        vouchers=books.vouchers.with_columns(later), lines=books.lines.with_columns(later)
    )


_OTHER = {"debit": "credit", "credit": "debit"}
_DEBIT = Fact("lines", "debit")

SABOTAGES = (
    Sabotage(
        "loses-a-line",
        "读取时漏掉最后一行",
        "the reader loses the last line",
        Fact("lines", "account"),
        _lines(lambda lines: lines.head(-1)),
    ),
    Sabotage(
        "swaps-sides",
        "读取时借贷颠倒",
        "the reader swaps debit and credit",
        _DEBIT,
        _sides(lambda side: pl.col(_OTHER[side])),
    ),
    Sabotage(
        "forgets-red",
        "读取时丢掉红字的负号",
        "the reader loses the sign of red lines",
        _DEBIT,
        _sides(lambda side: pl.col(side).abs()),
    ),
    Sabotage(
        "slips-a-row",
        "读取时科目错位一行",
        "the reader takes the account of the line above",
        Fact("lines", "account"),
        _lines(lambda lines: lines.with_columns(pl.col("account").shift(1))),
    ),
    Sabotage(
        "forgets-a-voucher",
        "写出时漏掉最后一张凭证",
        "the writer forgets the last voucher",
        Fact("lines", "account"),
        _without_last_voucher,
        in_writer=True,
    ),
    Sabotage(
        "drops-cents",
        "写出时舍去角分",
        "the writer drops the cents",
        _DEBIT,
        _sides(lambda side: pl.col(side).round(0)),
        in_writer=True,
    ),
    Sabotage(
        "drops-texts",
        "写出时丢掉摘要",
        "the writer drops summaries",
        Fact("lines", "summary"),
        _lines(lambda lines: lines.with_columns(summary=pl.lit(None, dtype=pl.String))),
        in_writer=True,
    ),
    Sabotage(
        "moves-dates",
        "写出时日期差一天",
        "the writer is a day late",
        Fact("vouchers", "date"),
        _a_day_later,
        in_writer=True,
    ),
)
"""Eight ways: four in the reader, four in the writer; a read-only format is broken in its reader
in all eight."""


def sabotaged(card: Format, sabotage: Sabotage) -> Format:
    """The format, broken in one way."""
    own = type(card)
    in_writer = sabotage.in_writer and card.is_writable

    def read(_: Format, source: Source, options: Options) -> Reading:
        reading = card.read(source, options)
        return attrs.evolve(reading, books=sabotage.change(reading.books))

    def render(_: Format, books: Books, target: Path, losses: Losses, options: Options) -> None:
        card.render(sabotage.change(books), target, losses, options)

    # In the module of the card, so that its workers are still found beside it.
    body: dict[str, Any] = {"__module__": own.__module__, "__doc__": own.__doc__}
    body |= {"render": render} if in_writer else {"read": read}
    broken = copy.copy(card)
    broken.__class__ = type("Sabotaged", (own,), body)
    return broken


def try_sabotages(
    card: Format,
    samples: Iterable[Path] = (),
    *,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[Attempt]:
    """Break a format in each way that applies, and say which law caught it.

    Only laws that the sound format keeps can tell; `settings` are those of `suite_of`.
    """
    chosen = tuple(samples)
    sound = suite_of(card, chosen, settings=settings)
    telling = [law for law in _TELLING if law in sound.laws()]
    telling = [law for law in telling if run_law(sound, law).outcome is Outcome.HELD]
    for sabotage in SABOTAGES:
        in_writer = sabotage.in_writer and card.is_writable
        if not sabotage.fact.within(card.writes if in_writer else card.reads):
            continue
        broken = suite_of(sabotaged(card, sabotage), chosen, settings=settings)
        attempt = Attempt(sabotage=sabotage, in_writer=in_writer)
        for law in telling:
            verdict = run_law(broken, law, seconds=0.0)
            if verdict.outcome is Outcome.FAILED:
                attempt = attrs.evolve(attempt, caught_by=law, said=verdict.said)
                break
        yield attempt
