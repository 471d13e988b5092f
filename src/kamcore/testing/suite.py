"""What a suite of laws is: the settings its author may give, and the laws it holds."""

import importlib
import unittest
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from hypothesis import strategies as st

from kamcore.books import Books
from kamcore.format import Fact, Format
from kamcore.testing.strategies import Shape

LAW = "law_"
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
    "kin",
    "slowest",
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


def measured(law: Callable[..., None]) -> Callable[..., None]:
    """Mark a law about time: ``pytest -m 'not benchmark'`` leaves it out."""
    law.measured = True  # type: ignore[attr-defined]
    return law


def skip(reason: str) -> NoReturn:
    """Say that a law does not apply here; pytest and the command line both understand it."""
    raise unittest.SkipTest(reason)


class Suite:
    """Makes a ``test_x`` of every ``law_x`` in each subclass that names a format.

    A law takes a folder of its own and, if it is `drawn`, a value.  With ``tests=False`` in the
    class line no tests are made: `kamcore.testing.checking` runs the laws without pytest.
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

    kin: ClassVar[frozenset[str]] = frozenset()
    """Files of the zoo that are of this format, and may be recognised."""
    slowest: ClassVar[float] = 25.0
    """How many times the time of the native format a line may take."""

    update: bool = False
    """Whether goldens are to be written anew; set for each run."""

    def __init_subclass__(cls, *, tests: bool = True, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if not hasattr(cls, "format"):
            return
        _refuse_strangers(cls)
        laws = cls.laws()
        unknown = sorted(set(cls.pending) - set(laws))
        if unknown:
            raise TypeError(f"{cls.__name__}.pending names no law of this format: {unknown}")
        if tests:
            # Imported when tests are made: the laws run without pytest, too.
            importlib.import_module("kamcore.testing.pytest_tests").add_tests(cls)

    @classmethod
    def laws(cls) -> dict[str, Callable[..., None]]:
        """The laws of this format by name; those about writing only if it can be written."""
        return {
            name.removeprefix(LAW): getattr(cls, name)
            for name in dir(cls)
            if name.startswith(LAW)
            and (cls.format.is_writable or not hasattr(getattr(cls, name), "writing"))
        }

    @classmethod
    def target(cls, folder: str | Path) -> Path:
        """A path to write to in a folder, with the suffix of the format."""
        suffix = cls.format.suffixes[0] if cls.suffix is None else cls.suffix
        return Path(folder) / f"books{suffix}"

    @classmethod
    def spelled(cls, books: Books) -> Books:
        """Books in the spelling of what is written to such a path with the suite's options."""
        return cls.format.spelling(books, cls.format.options_for(cls.target(""), cls.options))


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
