"""The conformance kit: what the author of a format inherits instead of writing tests.

Needs the extra ``testing`` (pytest and Hypothesis), which is imported when a name is first used:
the pytest plug-in of this package is loaded in every run.  Without pytest the same laws are run
by `check_format`, and by ``kamcore plugin check``.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kamcore.testing.checking import Verdict, check_format
    from kamcore.testing.laws import FormatLaws
    from kamcore.testing.strategies import Shape, amounts, books, tables, texts

__all__ = [
    "FormatLaws",
    "Shape",
    "Verdict",
    "amounts",
    "books",
    "check_format",
    "tables",
    "texts",
]

# So that a broken law shows its values in the tests of an author, too.
if _pytest := sys.modules.get("pytest"):
    _pytest.register_assert_rewrite("kamcore.testing.laws", "kamcore.testing.writing")

_HOMES = {"FormatLaws": "laws", "Verdict": "checking", "check_format": "checking"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "strategies")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
