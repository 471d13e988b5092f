"""How laws become tests: one for each law and each class that inherits them."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kamcore.format import Fact, Format
from kamcore.testing.strategies import Shape

LAW = "law_"
SOAK = 300
"""Examples of a law in its long form."""

_ALLOWED = {
    "format",
    "samples",
    "goldens",
    "options",
    "read_options",
    "suffix",
    "pending",
    "shape",
    "facts",
    "examples",
    "pytestmark",
}


def drawn(
    make: Callable[[type["Suite"]], st.SearchStrategy[Any]],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a law whose last argument Hypothesis draws; `make` gives the strategy of a class."""

    def mark(law: Callable[..., None]) -> Callable[..., None]:
        law.drawn = make  # type: ignore[attr-defined]
        return law

    return mark


def writing(law: Callable[..., None]) -> Callable[..., None]:
    """Mark a law that holds only for formats that can be written."""
    law.writing = True  # type: ignore[attr-defined]
    return law


class Suite:
    """Makes a ``test_x`` of every ``law_x`` in each subclass that names a format.

    Each class gets functions of its own, because Hypothesis refuses one shared by several.
    """

    format: ClassVar[Format]
    """The format under test."""
    samples: ClassVar[Path | Iterable[Path]] = ()
    """A folder of samples, or their paths."""
    goldens: ClassVar[Path | None] = None
    """Where the goldens stand, if not beside the samples."""
    options: ClassVar[Mapping[str, Any]] = {}
    """Options of every writing."""
    read_options: ClassVar[Mapping[str, Any]] = {}
    """Options of every reading."""
    suffix: ClassVar[str | None] = None
    """Suffix of what is written; the first of the format when None."""
    pending: ClassVar[Mapping[str, str]] = {}
    """Laws that cannot hold yet, each with the reason: expected to fail, strictly."""
    shape: ClassVar[Shape] = Shape()
    """Size and oddity of drawn books."""
    facts: ClassVar[frozenset[Fact] | None] = None
    """Facts of drawn books that must be kept; what the format reads and writes when None."""
    examples: ClassVar[int] = 5
    """Examples of a drawn law; the long form has many more."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if not hasattr(cls, "format"):
            return
        _refuse_strangers(cls)
        laws = {
            name.removeprefix(LAW): getattr(cls, name)
            for name in dir(cls)
            if name.startswith(LAW)
            and (cls.format.is_writable or not hasattr(getattr(cls, name), "writing"))
        }
        unknown = sorted(set(cls.pending) - set(laws))
        if unknown:
            raise TypeError(f"{cls.__name__}.pending names no law of this format: {unknown}")
        for name, law in laws.items():
            for suffix, test in _tests(cls, law, is_pending=name in cls.pending):
                marked = _pending(test, cls.pending.get(name))
                marked.__name__ = f"test_{name}{suffix}"
                marked.__qualname__ = f"{cls.__qualname__}.{marked.__name__}"
                setattr(cls, marked.__name__, marked)

    @classmethod
    def target(cls, folder: str | Path) -> Path:
        """A path to write to in a folder, with the suffix of the format."""
        suffix = cls.format.suffixes[0] if cls.suffix is None else cls.suffix
        return Path(folder) / f"books{suffix}"


def _refuse_strangers(cls: type[Suite]) -> None:
    """A setting nobody reads is a check that never runs."""
    strangers = sorted(
        name
        for name, value in vars(cls).items()
        if name not in _ALLOWED
        and not name.startswith(("__", "test_", LAW))
        and not isinstance(value, property)
    )
    if strangers:
        known = ", ".join(sorted(_ALLOWED))
        raise TypeError(f"{cls.__name__} sets {strangers}, which no law reads; known: {known}")


def _tests(
    cls: type[Suite], law: Callable[..., None], *, is_pending: bool
) -> list[tuple[str, Callable[..., None]]]:
    make = getattr(law, "drawn", None)
    if make is None:
        return [("", _copy(law))]
    quick = settings(
        max_examples=cls.examples,
        deadline=None,
        derandomize=True,
        database=None,
        # What is expected to fail need not be made small each time.
        phases=[Phase.generate] if is_pending else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    long = settings(quick, max_examples=SOAK, derandomize=False)
    strategy = make(cls)
    return [
        ("", quick(given(drawn=strategy)(_with_folder(law)))),
        ("_at_length", pytest.mark.soak(long(given(drawn=strategy)(_with_folder(law))))),
    ]


def _copy(law: Callable[..., None]) -> Callable[..., None]:
    @wraps(law)
    def test(self: Suite, tmp_path: Path, request: pytest.FixtureRequest) -> None:
        law(self, tmp_path, request.config)

    del test.__wrapped__  # pytest reads the signature of the test
    return test


def _with_folder(law: Callable[..., None]) -> Callable[..., None]:
    """Give each example a folder of its own."""

    def test(self: Suite, drawn: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            law(self, Path(folder), drawn)

    test.__doc__ = law.__doc__
    return test


def _pending(test: Callable[..., None], reason: str | None) -> Callable[..., None]:
    if reason is None:
        return test
    marked: Callable[..., None] = pytest.mark.xfail(strict=True, reason=reason)(test)
    return marked
