"""Names its format with blanks, capitals and an emoji."""

from collections.abc import Iterable

from kamcore.format import Format
from kamcore.plugin import hookimpl
from kamcore_hostile import Guest


class Odd(Guest):
    """A name no command line wants."""

    name = "1 Hostile Format 😈"


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer the odd one."""
    return [Odd()]
