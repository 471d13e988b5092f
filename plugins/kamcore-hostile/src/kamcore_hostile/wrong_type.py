"""Offers a class where a format is due."""

from collections.abc import Iterable
from typing import Any

from kamcore.plugin import hookimpl
from kamcore_hostile import Guest


@hookimpl
def kamcore_formats() -> Iterable[Any]:
    """Offer the class, not a format."""
    return [Guest]
