"""Prints when it is imported and when it is called, and offers nothing wrong."""

from collections.abc import Iterable

from kamcore.format import Format
from kamcore.plugin import hookimpl
from kamcore_hostile import Guest

print("LOOK AT ME")  # noqa: T201  bad manners


class Loud(Guest):
    """Admitted, but not heard."""

    name = "hostile-loud"


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer and shout."""
    print("LOOK AT ME AGAIN")  # noqa: T201  bad manners
    return [Loud()]
