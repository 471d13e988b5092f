"""The conformance kit: what the author of a format inherits instead of writing tests.

Needs the extra ``testing`` (pytest and Hypothesis), which is imported when a name is first used:
the pytest plug-in of this package is loaded in every run.
"""

import importlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kamcore.testing.laws import FormatLaws
    from kamcore.testing.strategies import Shape, amounts, books, tables, texts

__all__ = ["FormatLaws", "Shape", "amounts", "books", "tables", "texts"]

# So that a broken law shows its values in the tests of an author, too.
pytest.register_assert_rewrite("kamcore.testing.laws", "kamcore.testing.writing")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "laws" if name == "FormatLaws" else "strategies"
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
