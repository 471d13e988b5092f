"""Misspells its hook."""

from collections.abc import Iterable

from kamcore.format import Format
from kamcore.plugin import hookimpl
from kamcore_hostile import Guest


@hookimpl
def kamcore_fromats() -> Iterable[Format]:
    """Offer a format under a hook that does not exist."""
    return [Guest()]
