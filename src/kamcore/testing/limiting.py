# ruff: noqa: S101  laws are assertions
"""What a format says that its fields can hold, and what it reports beyond that."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import polars as pl
from hypothesis import strategies as st

from kamcore.books import Books, schema
from kamcore.format import Fact, LossKind, LossReport, Source
from kamcore.format.comparing import differences, forget
from kamcore.format.fact import carried
from kamcore.testing.strategies import Shape, books
from kamcore.testing.suite import Suite, drawn, writing
from kamcore.testing.wording import hostile_books

__all__ = ["LimitLaws", "beyond_card"]

_CODES = frozenset({"account", "word", "status", "currency", "unit", "rate_type"})
"""Texts that name something: shortening one would make it another."""
_SUMMARY = Fact("lines", "summary")


@attrs.frozen
class _Beyond:
    """A column of lines a little beyond its limit, and the loss that must be reported."""

    kind: LossKind
    fact: Fact
    value: pl.Expr

    def of(self, given: Books) -> Books:
        return given.replace(lines=given.lines.with_columns(self.value.alias(self.fact.column)))

    def amiss(self, report: LossReport, expected: int) -> str:
        """What the report says instead; nothing when it says the loss and its count."""
        found = {loss.kind: loss.count for loss in report if loss.fact == self.fact}
        if found.get(self.kind) == expected:
            return ""
        return f"{self.fact}: {expected} {self.kind} expected, found {found}"


def _plain(cls: type[Suite]) -> st.SearchStrategy[Books]:
    shape: Shape = attrs.evolve(cls.shape, vouchers=2, void=False)
    facts = cls.format.writes & cls.format.reads if cls.facts is None else cls.facts
    return books(facts, cls.format.limits, shape)


class LimitLaws(Suite):
    """What a format that can be written must hold at the edge of its fields."""

    @writing
    @drawn(_plain)
    def law_limits_are_honest(self, folder: Path, given: Books) -> None:
        """Beyond a limit there is exactly that kind of loss, exactly that often."""
        height = given.lines.height

        def reported(beyond: Books) -> LossReport:
            return self._reported(beyond, self.target(folder))

        found = list(self._beyond())
        together = given
        for one in found:
            together = one.of(together)
        report = reported(together) if found else LossReport()
        for one in found:
            # Together they may be in each other's way: those that are amiss are tried alone.
            off = one.amiss(report, height) and one.amiss(reported(one.of(given)), height)
            assert not off, off
        self._forbidden_are_replaced(reported)

    def _forbidden_are_replaced(self, reported: Callable[[Books], LossReport]) -> None:
        texts = [f"甲{char}乙" for char in self.format.limits.forbidden]
        if not texts or not self._is_text(_SUMMARY):
            return
        report = reported(forget(hostile_books(texts), beyond_card(self)))
        replaced = _Beyond(LossKind.REPLACED, _SUMMARY, pl.lit(None))
        off = replaced.amiss(report, len(texts))
        assert not off, off

    def _reported(self, beyond: Books, target: Path) -> LossReport:
        """Write books and read them again: what comes back is what `spelling` says."""
        report = self.format.write(beyond, target, options=self.options)
        found = self.format.read(Source(target), self.read_options).books
        spelled = forget(self.format.spelling(beyond, self.options), report.dropped)
        off = differences(spelled, found, self.format.writes & self.format.reads)
        assert not off, f"beyond a limit it comes back otherwise: {off[0].text()}"
        return report

    def _beyond(self) -> Iterator[_Beyond]:
        limits = self.format.limits
        for name, size in {**limits.text_chars, **limits.text_bytes}.items():
            fact = Fact.parse(name)
            if self._is_text(fact):
                yield _Beyond(LossKind.CUT, fact, pl.lit("x" * (size + 1)))
        for name, places in limits.decimals.items():
            fact = Fact.parse(name)
            dtype: Any = schema.TABLES[fact.table].dtype_of(fact.column)
            if isinstance(dtype, pl.Decimal) and places < dtype.scale and self._is_free(fact):
                finer = pl.lit(f"1.{'0' * places}1").cast(dtype)
                yield _Beyond(LossKind.ROUNDED, fact, finer)

    def _is_free(self, fact: Fact) -> bool:
        """True for a column of lines that is no code and holds no others together."""
        known = self.format.writes & self.format.reads
        return fact.table == "lines" and fact.column not in _CODES and fact.within(known)

    def _is_text(self, fact: Fact) -> bool:
        return (
            self._is_free(fact)
            and not fact.is_dimension
            and schema.LINES.dtype_of(fact.column) == schema.TEXT
        )


def beyond_card(laws: Suite) -> set[Fact]:
    """Facts of the hostile books that the format does not both read and write."""
    known = laws.format.writes & laws.format.reads if laws.facts is None else laws.facts
    return {fact for fact in carried(hostile_books(("x",))) if not fact.within(known)}
