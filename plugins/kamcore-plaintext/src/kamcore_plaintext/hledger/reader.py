"""Read a journal of hledger."""

from kamcore.format import Options, Reading, Source
from kamcore_plaintext.hledger import DIALECT
from kamcore_plaintext.reading import read_journal

__all__ = ["read_books"]


def read_books(source: Source, options: Options) -> Reading:
    """Read the transactions; see `read_journal`."""
    return read_journal(source, DIALECT, str(options.get("base_currency") or ""))
