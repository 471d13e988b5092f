"""Offers formats without end."""

from collections.abc import Iterable

from kamcore.format import Format
from kamcore.plugin import hookimpl
from kamcore_hostile import Guest


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Never stop offering."""
    while True:
        yield Guest()
