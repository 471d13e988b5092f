"""Write a journal of beancount."""

from pathlib import Path

from kamcore.books import Books
from kamcore.format import Losses, Options
from kamcore_plaintext.beancount import DIALECT
from kamcore_plaintext.writing import spelled, write_journal

__all__ = ["spell", "write_books"]


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a journal says them; see `spelled`."""
    return spelled(books, losses, str(options.get("base_currency") or ""))


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a transaction a voucher; see `write_journal`."""
    base = str(options.get("base_currency") or "")
    write_journal(spelled(books, losses, base), target, DIALECT, base)
