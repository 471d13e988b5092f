"""How laws become tests of pytest: one for each law and each class that inherits them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from kamcore.testing.pytest_plugin import wants_update
from kamcore.testing.searching import SECONDS, search
from kamcore.testing.suite import Suite

__all__ = ["SOAK", "add_tests"]

SOAK = 300
"""Examples of a law in its long form."""


def add_tests(cls: type[Suite]) -> None:
    """Give a suite a ``test_x`` for each law, and the long form of each that draws."""
    for name, law in cls.laws().items():
        for suffix, test in _tests(cls, name, law):
            marked = _pending(test, cls.pending.get(name))
            marked.__doc__ = law.__doc__
            marked.__name__ = f"test_{name}{suffix}"
            marked.__qualname__ = f"{cls.__qualname__}.{marked.__name__}"
            setattr(cls, marked.__name__, marked)


def _tests(
    cls: type[Suite], name: str, law: Callable[..., None]
) -> list[tuple[str, Callable[..., None]]]:
    make = getattr(law, "drawn", None)
    if make is None:
        test = _plain(law)
        return [("", pytest.mark.benchmark(test) if hasattr(law, "measured") else test)]
    strategy = make(cls)
    # What is expected to fail need not be made small each time.
    seconds = 0.0 if name in cls.pending else SECONDS
    quick = _searched(law, strategy, examples=cls.examples, seconds=seconds)
    long = _searched(law, strategy, examples=SOAK, seconds=seconds, is_random=True)
    return [("", quick), ("_at_length", pytest.mark.soak(long))]


def _plain(law: Callable[..., None]) -> Callable[..., None]:
    def test(self: Suite, request: pytest.FixtureRequest) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.update = wants_update(request.config)
            law(self, Path(folder).resolve())

    return test


def _searched(
    law: Callable[..., None], strategy: st.SearchStrategy[Any], **how: Any
) -> Callable[..., None]:
    def test(self: Suite) -> None:
        def tried(folder: Path, drawn: Any) -> None:
            law(self, folder, drawn)

        tried.__name__ = law.__name__
        found = search(tried, strategy, **how)
        if found is not None:
            raise AssertionError(found.text()) from found.error

    return test


def _pending(test: Callable[..., None], reason: str | None) -> Callable[..., None]:
    if reason is None:
        return test
    marked: Callable[..., None] = pytest.mark.xfail(strict=True, reason=reason)(test)
    return marked
