# ruff: noqa: S101  laws are assertions
"""The laws of a format that can be written."""

from pathlib import Path

from hypothesis import assume
from hypothesis import strategies as st

from kamcore.books import Books
from kamcore.errors import LossRefused
from kamcore.format import Certainty, Fact, LossKind, LossReport, Source
from kamcore.format.comparing import differences, forget
from kamcore.format.fact import carried
from kamcore.grid.head import head_of
from kamcore.testing.limiting import LimitLaws, beyond_card
from kamcore.testing.strategies import books
from kamcore.testing.suite import Suite, drawn, skip, writing
from kamcore.testing.wording import EVERY_HOSTILE, hostile_books

__all__ = ["WritingLaws"]

_SHOWN = 40
"""How much of a hostile text a failure shows."""


def _anything(cls: type[Suite]) -> st.SearchStrategy[Books]:
    return books(shape=cls.shape)


def _declared(cls: type[Suite]) -> st.SearchStrategy[Books]:
    card = cls.format
    facts = card.writes & card.reads if cls.facts is None else cls.facts
    return books(facts, card.limits, cls.shape)


class WritingLaws(LimitLaws):
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
        kept = forget(self.spelled(given), report.dropped)
        _must_agree(kept, found, self._compared())

    @writing
    @drawn(_declared)
    def law_what_is_declared_is_kept(self, folder: Path, given: Books) -> None:
        """Books within the declared facts and limits: nothing is lost and all comes back."""
        report, found = self._round(given, folder)
        lost = [loss.text() for loss in report]
        assert lost == [], f"reported as lost though declared: {lost}"
        spelled = self.spelled(given)
        _must_agree(spelled, found, self._compared())

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
        given = forget(hostile_books(words), beyond_card(self))
        folder.mkdir()
        target = self.target(folder)
        try:
            report = self.format.write(given, target, options=self.options)
        except LossRefused:
            return None if len(words) == 1 else "refused"
        found = self.format.read(Source(target), self.read_options).books
        spelled = self.spelled(given)
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
        once = self.spelled(given)
        again = self.spelled(once)
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


def _must_agree(agreed: Books, found: Books, facts: frozenset[Fact]) -> None:
    """Fail with what differs."""
    off = [difference.text() for difference in differences(agreed, found, facts)]
    if off:
        raise AssertionError("came back otherwise (given ≠ read): " + "; ".join(off[:3]))


def _bytes(path: Path) -> dict[str, bytes]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}
