"""Takes the name of a built-in format."""

from collections.abc import Iterable

from kamcore.format import Format
from kamcore.plugin import hookimpl
from kamcore_hostile import Guest


class Impostor(Guest):
    """Pretends to be the native format."""

    name = "native"


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer one good format and one under a taken name."""
    return [Guest(), Impostor()]
