"""The facts of the model as tables: schema, `Books`, checks, views to and from vouchers."""

from kamcore.books.books import Books, Origin, Totals
from kamcore.books.check import CheckSettings, check

__all__ = ["Books", "CheckSettings", "Origin", "Totals", "check"]
