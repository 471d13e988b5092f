"""Where the cells of a table stand on a sheet, and formulas that name them."""

import re
from collections.abc import Mapping

import attrs

from kamcore.grid.cells import column_letters
from kamcore.reports.sheets import Listing

__all__ = ["Placed"]

_CELL = re.compile(r"\{([^{}@]+)(?:@([^{}]+))?\}")


@attrs.frozen(kw_only=True)
class Placed:
    """A table on a sheet: `head` is the row of its lowest heading, from 0, `first` of its body."""

    listing: Listing
    head: int
    columns: Mapping[str, int]

    @classmethod
    def of(cls, listing: Listing, head: int) -> "Placed":
        """The place of a table whose lowest heading stands in row `head`."""
        columns = {column.name: at for at, column in enumerate(listing.columns)}
        return cls(listing=listing, head=head, columns=columns)

    @property
    def first(self) -> int:
        """First row of the body, from 0."""
        return self.head + 1

    @property
    def total(self) -> int:
        """The row of the totals, from 0; where it would stand when there is none."""
        return self.first + self.listing.frame.height

    @property
    def end(self) -> int:
        """The row after the table, from 0."""
        return self.total + (self.listing.total is not None) + len(self.listing.footers)

    def formula(self, template: str, row: int = 0, own: str = "") -> str:
        """The formula with cells in place of their names; `own` is the column ``*`` stands for.

        >>> import polars as pl
        >>> from kamcore.reports.sheets import Column, Listing
        >>> one = Listing(columns=(Column("a", "A"), Column("b", "B")),
        ...               frame=pl.DataFrame({"a": [1, 2], "b": [3, 4]}))
        >>> Placed.of(one, 4).formula("{a@0}+SUM({*@all})-{b}", 1, "b")
        '=A6+SUM(B6:B7)-B7'

        Raises:
            ValueError: the template names a column or row the table does not have.
        """

        def cells(found: re.Match[str]) -> str:
            name = own if found[1] == "*" else found[1]
            if name not in self.columns:
                raise ValueError(f"the table has no column {name!r}")
            letters = column_letters(self.columns[name])
            rows = [self._row(part, row) for part in self._span(found[2]).split(":")]
            return ":".join(f"{letters}{number + 1}" for number in rows)

        return "=" + _CELL.sub(cells, template)

    def _span(self, where: str | None) -> str:
        if where == "all":
            # Sums over an empty body are sums over its heading, which is a text.
            last = self.listing.frame.height - 1
            return f"0:{last}" if last >= 0 else "-1:-1"
        return where or ""

    def _row(self, where: str, row: int) -> int:
        if where == "total":
            return self.total
        at = int(where) if where else row
        if at >= self.listing.frame.height:
            raise ValueError(f"the table has no row {at}")
        return self.first + at
