"""Raises at every file it looks at."""

from collections.abc import Iterable

from kamcore.format import Format, Guess, Head
from kamcore.plugin import hookimpl
from kamcore_hostile import Guest


class Nervous(Guest):
    """Cannot look at a file."""

    name = "hostile-sniff"

    def sniff(self, head: Head) -> Guess:
        """Raise."""
        raise KeyError(head.name)


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer the nervous one."""
    return [Nervous()]
