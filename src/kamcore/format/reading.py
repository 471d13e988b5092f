"""What reading a file gives: books, problems, and what was found out on the way."""

from collections.abc import Mapping

import attrs

from kamcore.books import Books
from kamcore.errors import Problem


@attrs.frozen(kw_only=True)
class Detected:
    """What a reader found out about a file; `facts` holds the rest, such as the generation."""

    encoding: str = ""
    sheet: str | None = None
    header_row: int | None = None
    facts: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Reading:
    """Books with the problems met on the way; nothing that could not be read is left unsaid."""

    books: Books
    problems: tuple[Problem, ...] = ()
    detected: Detected = Detected()
    format: str = ""
    """Name of the format that read it; filled by the pipeline."""
    unchecked: frozenset[str] = frozenset()
    """Codes of checks that the layout cannot answer, such as balance where it shows parts of
    vouchers; the pipeline does not ask them."""
    reason: tuple[str, str] = ("", "")
    """Why that format was chosen, in Chinese and in English; filled by the pipeline."""
