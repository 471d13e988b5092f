"""kamcore: key-account receivables and payables, from any export to proved books and back.

The front door.  Everything here is resolved on first use, so that importing the package loads no
engine, parser or command line.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kamcore.errors import (
    BooksError,
    KamcoreError,
    LossRefused,
    PluginError,
    Problem,
    Severity,
    SourceError,
    UsageError,
)
from kamcore.place import Place

if TYPE_CHECKING:
    from kamcore import ledger as ledger
    from kamcore import matching as matching
    from kamcore import pricing as pricing
    from kamcore import tiering as tiering
    from kamcore.books import Books
    from kamcore.books.check import check
    from kamcore.model.entity import Entity
    from kamcore.model.mapping import CodeMap
    from kamcore.model.voucher import Line, Voucher
    from kamcore.pipeline import Conversion, convert, read, write
    from kamcore.pipeline.form_file import Forms, read_forms
    from kamcore.pipeline.match_lists import read_lists
    from kamcore.pipeline.price_file import read_prices
    from kamcore.pipeline.their_file import read_theirs, reconcile_theirs

__version__ = "0.1.0"

__all__ = [
    "Books",
    "BooksError",
    "CodeMap",
    "Conversion",
    "Entity",
    "Forms",
    "KamcoreError",
    "Line",
    "LossRefused",
    "Place",
    "PluginError",
    "Problem",
    "Severity",
    "SourceError",
    "UsageError",
    "Voucher",
    "__version__",
    "check",
    "convert",
    "read",
    "read_forms",
    "read_lists",
    "read_prices",
    "read_theirs",
    "reconcile_theirs",
    "write",
]

_DOORS = {
    "Books": "kamcore.books",
    "CodeMap": "kamcore.model.mapping",
    "Conversion": "kamcore.pipeline",
    "Entity": "kamcore.model.entity",
    "Forms": "kamcore.pipeline.form_file",
    "Line": "kamcore.model.voucher",
    "Voucher": "kamcore.model.voucher",
    "check": "kamcore.books.check",
    "convert": "kamcore.pipeline",
    "read": "kamcore.pipeline",
    "read_forms": "kamcore.pipeline.form_file",
    "read_lists": "kamcore.pipeline.match_lists",
    "read_prices": "kamcore.pipeline.price_file",
    "read_theirs": "kamcore.pipeline.their_file",
    "reconcile_theirs": "kamcore.pipeline.their_file",
    "write": "kamcore.pipeline",
}


_ROOMS = ("ledger", "matching", "pricing", "tiering")
"""Rooms that open as attributes: ``kamcore.ledger.age``."""


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"kamcore.{name}")
    if name not in _DOORS:
        raise AttributeError(f"module 'kamcore' has no attribute {name!r}")
    value = getattr(import_module(_DOORS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*__all__, *_ROOMS))
