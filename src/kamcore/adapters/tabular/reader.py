"""Read a sheet through a layout."""

from collections.abc import Callable, Mapping

from kamcore.adapters.tabular.balancing import balance_books
from kamcore.adapters.tabular.faults import ONE_SIDED
from kamcore.adapters.tabular.ledgers import UNCHECKED, ledger_books
from kamcore.adapters.tabular.listing import list_books
from kamcore.adapters.tabular.opening import open_rows
from kamcore.adapters.tabular.rows import Rows, read_rows
from kamcore.books import Books
from kamcore.errors import Problem
from kamcore.format import Detected, Options, Reading, Source
from kamcore.model.layout import Layout, LayoutKind

__all__ = ["read_books"]

_BOOKS: Mapping[LayoutKind, Callable[[Rows, Options], tuple[Books, list[Problem]]]] = {
    LayoutKind.VOUCHERS: list_books,
    LayoutKind.LEDGER: ledger_books,
    LayoutKind.BALANCES: balance_books,
}


def read_books(source: Source, layout: Layout, options: Options) -> Reading:
    """Read a file through a layout.

    Raises:
        SourceError: it is no workbook, no sheet fits, or two columns of one heading have data.
        UsageError: an option has a value of no use.
    """
    opened = open_rows(source, layout, options)
    rows = read_rows(opened, options)
    books, found = _BOOKS[layout.kind](rows, options)
    problems = sorted((*rows.problems, *found), key=_order)
    in_parts = any(problem.fault is ONE_SIDED for problem in problems)
    return Reading(
        books=books,
        problems=tuple(problems),
        unchecked=UNCHECKED if in_parts else frozenset(),
        detected=Detected(
            sheet=opened.sheets[0],
            header_row=opened.header.row,
            facts={"layout": layout.name, "kind": str(layout.kind)},
        ),
    )


def _order(problem: Problem) -> int:
    return problem.place.row or problem.place.line or 0
