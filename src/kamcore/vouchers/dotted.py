"""Account codes with a dot between their levels, as most Kingdee products spell them."""

from collections.abc import Callable

import attrs

from kamcore.books import Books
from kamcore.model.scheme import CodeScheme

__all__ = ["with_dots"]


def with_dots(books: Books) -> Callable[[str], str]:
    """A function that puts dots between the levels of a code of these books.

    A code that has dots, or that does not fit the scheme of the others, is kept as it is.
    """
    scheme = books.entity.scheme
    if scheme is None:
        used = books.lines["account"].drop_nulls().unique(maintain_order=True)
        scheme = CodeScheme.detect([*books.accounts["code"], *used])
    dotted = attrs.evolve(scheme, separator=".")

    def spell(code: str) -> str:
        return code if "." in code or not scheme.fits(code) else dotted.spell(code)

    return spell
