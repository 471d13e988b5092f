"""The laws without pytest: what ``kamcore plugin check`` runs, one verdict a law."""

import enum
import tempfile
import types
import unittest
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs

from kamcore.format import Format
from kamcore.testing.explaining import shown
from kamcore.testing.goldens import golden_of
from kamcore.testing.laws import FormatLaws
from kamcore.testing.sayings import LAWS
from kamcore.testing.searching import SECONDS, said, search
from kamcore.testing.suite import skip

__all__ = ["Outcome", "Verdict", "check_format", "run_law", "suite_of"]


class Outcome(enum.StrEnum):
    """What became of a law."""

    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"


@attrs.frozen(kw_only=True)
class Verdict:
    """What became of one law: why it failed or does not apply, and the smallest example."""

    law: str
    outcome: Outcome
    said: str = ""
    example: str = ""
    """The drawn books or values that break it, as text; empty for a law that draws nothing."""
    seconds: float = 0.0

    def says(self, lang: str = "en") -> str:
        """What the law says, in one phrase."""
        zh, en = LAWS.get(self.law, (self.law, self.law))
        return zh if lang == "zh" else en


class _Checked(FormatLaws):
    """The laws on files that may have no golden yet."""

    def law_samples_read_as_agreed(self, folder: Path) -> None:
        """A sample says what its golden in the native format says."""
        if not self.update and not all(golden_of(sample).exists() for sample in self._samples()):
            skip("no golden beside the sample; --update writes it")
        super().law_samples_read_as_agreed(folder)

    def _samples(self) -> list[Path]:
        if not self.samples:
            skip("no sample was named")
        return super()._samples()


def suite_of(
    card: Format, samples: Iterable[Path] = (), *, settings: Mapping[str, Any] | None = None
) -> type[FormatLaws]:
    """A suite of laws for one format; `settings` are class attributes of `FormatLaws`."""
    body = {"format": card, "samples": tuple(samples), **(settings or {})}
    return types.new_class("Checked", (_Checked,), {"tests": False}, lambda ns: ns.update(body))


def check_format(
    card: Format,
    samples: Iterable[Path] = (),
    *,
    update: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[Verdict]:
    """Run every law of a format, quick ones first; a law that fails answers within seconds.

    With `update` the goldens of the samples are written anew.
    """
    suite = suite_of(card, samples, settings=settings)
    laws = suite.laws()
    order = list(LAWS)
    for name in sorted(laws, key=lambda law: order.index(law) if law in order else len(order)):
        yield run_law(suite, name, update=update)


def run_law(
    suite: type[FormatLaws], name: str, *, update: bool = False, seconds: float = SECONDS
) -> Verdict:
    """Run one law of a suite; `seconds` bound how long a failing example is made smaller."""
    law, made = suite.laws()[name], suite()
    made.update = update
    begun = perf_counter()
    try:
        example = _failure(law, made, seconds)
    except unittest.SkipTest as error:
        return Verdict(law=name, outcome=Outcome.SKIPPED, said=str(error))
    except Exception as error:  # noqa: BLE001  a format under test may raise anything
        example = (said(error), "")
    took = perf_counter() - begun
    if example is None:
        return Verdict(law=name, outcome=Outcome.HELD, seconds=took)
    return Verdict(
        law=name, outcome=Outcome.FAILED, said=example[0], example=example[1], seconds=took
    )


def _failure(law: Callable[..., None], made: FormatLaws, seconds: float) -> tuple[str, str] | None:
    """What a drawn law fails with and on what; other laws raise."""
    make = getattr(law, "drawn", None)
    if make is None:
        with tempfile.TemporaryDirectory() as folder:
            law(made, Path(folder).resolve())
        return None

    def tried(folder: Path, drawn: Any) -> None:
        law(made, folder, drawn)

    tried.__name__ = law.__name__
    suite = type(made)
    found = search(tried, make(suite), examples=suite.examples, seconds=seconds)
    return (said(found.error), shown(found.drawn)) if found else None
