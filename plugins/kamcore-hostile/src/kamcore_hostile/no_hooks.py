"""Forgets to mark its hook."""

from collections.abc import Iterable

from kamcore.format import Format
from kamcore_hostile import Guest


def kamcore_formats() -> Iterable[Format]:
    """Offer a format nobody hears of."""
    return [Guest()]
