# ruff: noqa: S101  laws are assertions
"""The laws of a format that can be written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import polars as pl
from hypothesis import assume
from hypothesis import strategies as st

from kamcore.books import Books, schema
from kamcore.errors import LossRefused
from kamcore.format import Certainty, Fact, LossKind, LossReport, Source
from kamcore.format.comparing import differences, forget
from kamcore.format.fact import carried
from kamcore.grid.head import head_of
from kamcore.testing.strategies import Shape, books
from kamcore.testing.suite import Suite, drawn, skip, writing
from kamcore.testing.wording import EVERY_HOSTILE, hostile_books

__all__ = ["WritingLaws"]

_SHOWN = 40
"""How much of a hostile text a failure shows."""

_CODES = frozenset({"account", "word", "status", "currency", "unit", "rate_type"})
"""Texts that name something: shortening one would make it another."""


def _anything(cls: type[Suite]) -> st.SearchStrategy[Books]:
    return books(shape=cls.shape)


def _declared(cls: type[Suite]) -> st.SearchStrategy[Books]:
    card = cls.format
    facts = card.writes & card.reads if cls.facts is None else cls.facts
    return books(facts, card.limits, cls.shape)


def _plain(cls: type[Suite]) -> st.SearchStrategy[Books]:
    return _with_shape(cls, vouchers=2, void=False)


def _with_shape(cls: type[Suite], **changes: Any) -> st.SearchStrategy[Books]:
    shape: Shape = attrs.evolve(cls.shape, **changes)
    facts = cls.format.writes & cls.format.reads if cls.facts is None else cls.facts
    return books(facts, cls.format.limits, shape)


class WritingLaws(Suite):
    """What every format that can be written must hold."""

    @writing
    @drawn(_anything)
    def law_loss_report_is_exact(self, folder: Path, given: Books) -> None:
        """Any books: what comes back is what was given, less exactly what was reported."""
        report, found = self._round(given, folder)
        counts = carried(given)
        for loss in report:
            if loss.kind is LossKind.DROPPED and not loss.fact.within(self.format.writes):
                assert loss.count == counts[loss.fact], loss.text()
        kept = forget(self.format.spelling(given, self.options), report.dropped)
        _must_agree(kept, found, self._compared())

    @writing
    @drawn(_declared)
    def law_what_is_declared_is_kept(self, folder: Path, given: Books) -> None:
        """Books within the declared facts and limits: nothing is lost and all comes back."""
        report, found = self._round(given, folder)
        lost = [loss.text() for loss in report]
        assert lost == [], f"reported as lost though declared: {lost}"
        spelled = self.format.spelling(given, self.options)
        _must_agree(spelled, found, self._compared())

    @writing
    @drawn(_plain)
    def law_limits_are_honest(self, folder: Path, given: Books) -> None:
        """Beyond a limit there is exactly that kind of loss, exactly that often."""
        for kind, fact, beyond, count in self._beyond(given):
            report, _ = self._round(beyond, folder)
            counts = {loss.kind: loss.count for loss in report if loss.fact == fact}
            assert counts.get(kind) == count, f"{fact}: {count} {kind} expected, found {counts}"

    @writing
    @drawn(_anything)
    def law_writing_is_repeatable(self, folder: Path, given: Books) -> None:
        """The same books give the same bytes: no clock, no chance, no order of a set."""
        written = []
        for name in ("a", "b"):
            (folder / name).mkdir()
            target = self.target(folder / name)
            self._written(given, target)
            written.append(_bytes(target))
        assert written[0] == written[1], "written twice, the bytes differ"

    @writing
    @drawn(_declared)
    def law_own_writing_is_recognised(self, folder: Path, given: Books) -> None:
        """What it writes it is sure of."""
        target = self.target(folder)
        self._written(given, target)
        guess = self.format.sniff(head_of(Source(target)))
        assert guess.certainty is Certainty.SURE, f"of its own file it says {guess}"

    @writing
    def law_hostile_text_survives(self, folder: Path) -> None:
        """Formulas, line breaks, right-to-left, emoji and long texts are kept, or reported."""
        summary = Fact("lines", "summary")
        if not summary.within(self._compared()):
            skip("it keeps no summaries")
        # The longest is refused by every format with cells: it would refuse the others as well.
        together, alone = EVERY_HOSTILE[:-1], list(EVERY_HOSTILE[-1:])
        if self._hostile(folder / "all", together) is not None:
            # Together they fail: each alone says which of them it is.
            alone = list(EVERY_HOSTILE)
        for number, text in enumerate(alone):
            said = self._hostile(folder / str(number), (text,))
            label = text if len(text) < _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"
            assert said is None, f"{label!r}: {said}"

    def _hostile(self, folder: Path, words: tuple[str, ...]) -> str | None:
        """Write a line for each text; what is wrong with what comes back, or nothing."""
        given = forget(hostile_books(words), _beyond_card(self))
        folder.mkdir()
        target = self.target(folder)
        try:
            report = self.format.write(given, target, options=self.options)
        except LossRefused:
            return None if len(words) == 1 else "refused"
        found = self.format.read(Source(target), self.read_options).books
        spelled = self.format.spelling(given, self.options)
        summary = Fact("lines", "summary")
        if summary not in report.facts:
            changed = differences(given, found, {summary})
            if changed:
                return f"changed and not reported: {changed[0].text()}"
        off = differences(spelled, found, self._compared())
        return off[0].text() if off else None

    @writing
    @drawn(_anything)
    def law_spelling_is_stable(self, folder: Path, given: Books) -> None:
        """Books in the spelling of the format are spelled no other way again."""
        del folder
        once = self.format.spelling(given, self.options)
        again = self.format.spelling(once, self.options)
        _must_agree(once, again, self._compared())

    def _compared(self) -> frozenset[Fact]:
        return self.format.writes & self.format.reads

    def _written(self, given: Books, target: Path) -> LossReport:
        try:
            return self.format.write(given, target, options=self.options)
        except LossRefused:
            assume(False)  # what a format refuses to write is not lost
            raise

    def _round(self, given: Books, folder: Path) -> tuple[LossReport, Books]:
        target = self.target(folder)
        report = self._written(given, target)
        return report, self.format.read(Source(target), self.read_options).books

    def _beyond(self, given: Books) -> Iterator[tuple[LossKind, Fact, Books, int]]:
        """Books a little beyond each limit, with the loss that must be reported."""
        limits, height = self.format.limits, given.lines.height
        sizes = {
            **{name: size + 1 for name, size in limits.text_chars.items()},
            **{name: size + 1 for name, size in limits.text_bytes.items()},
        }
        for name, size in sizes.items():
            fact = Fact.parse(name)
            if self._is_text(fact):
                yield LossKind.CUT, fact, _set(given, fact, pl.lit("x" * size)), height
        for name, places in limits.decimals.items():
            fact = Fact.parse(name)
            dtype = schema.TABLES[fact.table].dtype_of(fact.column)
            if isinstance(dtype, pl.Decimal) and places < dtype.scale and self._is_free(fact):
                finer = pl.lit(f"1.{'0' * places}1").cast(dtype)
                yield LossKind.ROUNDED, fact, _set(given, fact, finer), height
        summary = Fact("lines", "summary")
        for char in limits.forbidden:
            if self._is_text(summary):
                text = pl.lit(f"甲{char}乙")
                yield LossKind.REPLACED, summary, _set(given, summary, text), height

    def _is_free(self, fact: Fact) -> bool:
        """True for a column of lines that is no code and holds no others together."""
        return (
            fact.table == "lines" and fact.column not in _CODES and fact.within(self._compared())
        )

    def _is_text(self, fact: Fact) -> bool:
        return (
            self._is_free(fact)
            and not fact.is_dimension
            and schema.LINES.dtype_of(fact.column) == schema.TEXT
        )


def _must_agree(agreed: Books, found: Books, facts: frozenset[Fact]) -> None:
    """Fail with what differs."""
    off = [difference.text() for difference in differences(agreed, found, facts)]
    if off:
        raise AssertionError("came back otherwise (given ≠ read): " + "; ".join(off[:3]))


def _beyond_card(laws: "WritingLaws") -> set[Fact]:
    """Facts of the hostile books that the format does not both read and write."""
    known = laws.format.writes & laws.format.reads if laws.facts is None else laws.facts
    return {fact for fact in carried(hostile_books(("x",))) if not fact.within(known)}


def _set(given: Books, fact: Fact, value: pl.Expr) -> Books:
    return given.replace(lines=given.lines.with_columns(value.alias(fact.column)))


def _bytes(path: Path) -> dict[str, bytes]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}
