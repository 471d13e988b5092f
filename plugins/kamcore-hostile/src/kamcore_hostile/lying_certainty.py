"""Is sure of every file there is."""

from collections.abc import Iterable

from kamcore.format import Format, Guess, Head
from kamcore.plugin import hookimpl
from kamcore_hostile import Guest


class Liar(Guest):
    """Claims everything."""

    name = "hostile-liar"

    def sniff(self, head: Head) -> Guess:
        """Claim the file, whatever it is."""
        del head
        return Guess.sure("都是我的", "all mine")


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer the liar."""
    return [Liar()]
