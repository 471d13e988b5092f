"""The facts of the model as tables: schema, `Books`, checks, views to and from vouchers."""

from kamcore.books.books import Books, Origin, Totals

__all__ = ["Books", "Origin", "Totals"]
