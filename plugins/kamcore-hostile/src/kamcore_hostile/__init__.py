"""Guests with bad manners; see the README."""

from kamcore.format import Format, Guess, Head

__all__ = ["Guest"]


class Guest(Format):
    """A format that would be admitted; each module spoils one thing."""

    name = "hostile"
    title = "不速之客"
    suffixes = (".hostile",)

    def sniff(self, head: Head) -> Guess:
        """Never its own."""
        del head
        return Guess.no()
