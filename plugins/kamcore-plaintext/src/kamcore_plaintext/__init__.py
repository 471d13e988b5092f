"""Plain-text journals: beancount and hledger."""

from collections.abc import Iterable

from kamcore.format import Format
from kamcore.plugin import hookimpl
from kamcore_plaintext import beancount, hledger

__all__ = ["kamcore_formats"]


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer both kinds of journal."""
    return [beancount.FORMAT, hledger.FORMAT]
