"""Looking for the smallest example that breaks a law, in a few seconds and without pytest.

Hypothesis draws and shrinks; what stands here bounds the time, because a law that fails should
answer while its author is still looking at the screen.
"""

import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from kamcore.testing.explaining import shown

__all__ = ["PROFILE", "SECONDS", "Counterexample", "search"]

SECONDS = 2.5
"""How long a failing example is made smaller."""

PROFILE = settings(
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)
"""How laws are tried: the same examples on every machine, nothing kept, one failure at a time."""

settings.register_profile("kamcore", PROFILE)


@attrs.frozen
class Counterexample:
    """What breaks a law, as small as it could be made, and the error."""

    drawn: Any
    error: Exception

    def text(self) -> str:
        """The error and the example, for a person."""
        return f"{said(self.error)}\nsmallest example found:\n{shown(self.drawn)}"


class _TimeIsUp(BaseException):
    """Ends the search; no `Exception`, so that nothing takes it for a failure of the law."""


def search(
    law: Callable[[Path, Any], None],
    strategy: st.SearchStrategy[Any],
    *,
    examples: int,
    seconds: float = SECONDS,
    is_random: bool = False,
) -> Counterexample | None:
    """Try a law on `examples` drawn values; give the smallest that breaks it, or nothing.

    Each trial has a folder of its own.  With `seconds` of zero the first failure is given as it
    is.  With `is_random` other values are drawn in each run.

    Raises:
        unittest.SkipTest: the law says that it does not apply.
    """
    failures: list[tuple[int, Counterexample]] = []
    since = 0.0

    def trial(drawn: Any) -> None:
        nonlocal since
        if failures and perf_counter() - since > seconds:
            raise _TimeIsUp
        try:
            with tempfile.TemporaryDirectory() as folder:
                law(Path(folder), drawn)
        except (HypothesisException, unittest.SkipTest):
            raise
        except Exception as error:
            since = since or perf_counter()
            failures.append((len(shown(drawn, most=None)), Counterexample(drawn, error)))
            raise

    # The name seeds the draws: each law meets values of its own.
    trial.__name__ = trial.__qualname__ = getattr(law, "__name__", "law")
    phases = [Phase.generate, Phase.shrink] if seconds else [Phase.generate]
    chosen = settings(PROFILE, max_examples=examples, derandomize=not is_random, phases=phases)
    try:
        chosen(given(drawn=strategy)(trial))()
    except (_TimeIsUp, Exception):
        if not failures:
            raise
    return min(failures, key=lambda failure: failure[0])[1] if failures else None


def said(error: BaseException) -> str:
    """What an error says; one that says nothing is named."""
    text = str(error).strip()
    if isinstance(error, AssertionError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
